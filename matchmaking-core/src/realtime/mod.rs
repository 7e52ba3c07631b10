//! What happens, told to whoever is connected, at once and without waiting for anyone.
//!
//! The [`Hub`] moves domain [`Event`]s; it knows no transport and no wire format. A connection takes events from
//! its bounded queue and renders them in its own dialect. An event is rendered once per dialect, however many
//! connections take it ([`Published::rendered`]).
//!
//! Over a [`Bus`](crate::ports::bus::Bus) the hubs of several nodes tell each other what they are told.

mod event;
mod hub;
mod nodes;
mod repeats;

pub use event::{
    Channel, Channels, Event, MemberChange, MessagePlace, PLATFORM_CONNECTIONS_MAX, Partner, Published,
    Sender,
};
pub use hub::{Connection, ConnectionId, Events, Hub, Next, Over, QUEUE_EVENTS, Registration};
