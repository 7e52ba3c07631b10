//! Text messages that a server sent, to be read by tests.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use matchmaking_core::clock::Millis;
use matchmaking_core::ports::sms::{Sms, SmsError, SmsSender};

/// Keeps what is sent, or refuses to send.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    sent: Mutex<Vec<Sms>>,
    broken: AtomicBool,
}

impl Outbox {
    /// What was sent to a telephone, the first first.
    pub(crate) fn sent_to(&self, phone: &str) -> Vec<Sms> {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.iter().filter(|sms| sms.phone == phone).cloned().collect()
    }

    /// The code that was sent to a telephone last.
    #[track_caller]
    pub(crate) fn code(&self, phone: &str) -> String {
        let sent = self.sent_to(phone);
        sent.last().and_then(|sms| sms.code.clone()).unwrap_or_else(|| panic!("no code was sent"))
    }

    /// Whether nothing can be sent from now on.
    pub(crate) fn is_broken(&self, broken: bool) {
        self.broken.store(broken, Ordering::SeqCst);
    }
}

#[async_trait]
impl SmsSender for Outbox {
    async fn send(&self, sms: &Sms, _at: Millis) -> Result<(), SmsError> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(SmsError::Unavailable("the provider is down".into()));
        }
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(sms.clone());
        Ok(())
    }
}
