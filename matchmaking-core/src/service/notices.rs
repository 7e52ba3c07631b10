//! What the system tells people by itself, on the sockets that they have open.

use std::sync::Arc;

use crate::{
    ids::AccountId,
    realtime::{Event, Hub},
};

/// Tells people something.
#[derive(Debug, Clone)]
pub(super) struct Notices(Arc<Hub>);

impl Notices {
    pub(super) fn new(hub: Arc<Hub>) -> Self {
        Self(hub)
    }

    /// Tells these people; whoever has no socket open does not hear of it.
    pub(super) fn tell(&self, people: &[AccountId], title: &str, content: String) {
        let event = Event::Notice { title: title.to_owned(), content };
        self.0.publish_to(people, event);
    }
}
