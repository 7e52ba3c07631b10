//! Telling people something.

use serde::Serialize;

use super::post;
use crate::{
    api::{
        route::{Endpoint, Route},
        wire::{Decode, GivenId, Input, Problem, Refused},
    },
    ids::AccountId,
};

/// The most people who are told by their numbers.
pub const PEOPLE_MAX: usize = 1_000;

/// The most characters of a title, and of a text.
const TITLE_MAX: usize = 100;
const CONTENT_MAX: usize = 2_000;

/// Tells people something on the sockets that they have open.
#[derive(Debug)]
pub struct Notify;

impl Endpoint for Notify {
    const ROUTE: Route = post("/notifications", "发送系统通知");
    type Request = NotifyRequest;
    type Response = NotifiedView;
}

/// Something to be told: to `user_ids`, or with `all` to everyone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::NotifyRequest))]
pub struct NotifyRequest {
    /// To whom, at most 1,000; to everyone without it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<i64>>))]
    pub user_ids: Option<Vec<AccountId>>,
    /// What it is about, 1 to 100 characters.
    pub title: String,
    /// What there is to tell, 1 to 2,000 characters.
    pub content: String,
}

impl Decode for NotifyRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let ids = body.optional("user_ids", |node| node.list(PEOPLE_MAX, |node| node.id()));
        let all = body.or_default("all", false, |node| node.boolean());
        let title = body.required_not_null("title", |node| node.text_of(1..=TITLE_MAX));
        let content = body.required_not_null("content", |node| node.text_of(1..=CONTENT_MAX));
        let (ids, all) = (ids?, all?);
        let ids = ids.map(|ids| ids.into_iter().filter_map(GivenId::possible).collect());
        let user_ids = match (ids, all) {
            (Some(ids), false) => Some(ids),
            (None, true) => None,
            (None, false) => return Err(body.missing("user_ids")),
            (Some(_), true) => {
                let both = Problem::Reason {
                    chinese: "不能与 user_ids 同时使用",
                    english: "not with user_ids",
                };
                return Err(body.refuse("all", both));
            }
        };
        Ok(Self { user_ids, title: title?, content: content? })
    }
}

/// Something that was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = admin::NotifiedView))]
pub struct NotifiedView {
    /// How many people it is for, whether they are connected or not.
    pub recipients: usize,
}
