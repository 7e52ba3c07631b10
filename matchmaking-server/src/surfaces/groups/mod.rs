//! The Groups surface: parse, call a service, render.

mod accounts;
mod conversations;
mod dialect;
mod groups;
mod messages;
mod render;
mod socket;
mod users;

use std::sync::Arc;

use matchmaking_core::{
    api::groups as api,
    service::{Services, tokens::TokenKind},
};

pub use dialect::Groups;
