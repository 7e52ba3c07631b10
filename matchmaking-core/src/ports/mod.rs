//! What leaves the process: one small trait each, with a default that needs no network.
//!
//! | Port | Offline default | Also here |
//! | --- | --- | --- |
//! | [`Bus`](bus::Bus): other nodes | [`LocalBus`](bus::LocalBus): there are none | [`SharedBus`](bus::SharedBus): several in one process |
//! | [`SmsSender`](sms::SmsSender): text messages | [`LogSms`](sms::LogSms): codes on a terminal, if there is one | [`FileSms`](sms::FileSms): lines of a file |
//! | [`MediaStore`](media::MediaStore): pictures, voices, films | [`MemoryMedia`](media::MemoryMedia) | [`FileMedia`](media::FileMedia): files of a folder |
//! | [`PaymentGateway`](payment::PaymentGateway): money | [`SandboxGateway`](payment::SandboxGateway): none | |
//! | [`Assistant`](assistant::Assistant): replies | none: the services' built-in assistant answers from the data | |
//!
//! A port fails with a closed enum of its own. What it knows of its provider is a [`Cause`], for the log; no cause
//! holds a telephone, a code or a text.

pub mod assistant;
pub mod bus;
pub mod media;
pub mod payment;
pub mod sms;

use std::{fmt, io, sync::Arc};

/// What was behind a failure, as the provider's library tells it.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Where a server is reached that was told nothing else.
pub const OFFLINE_BASE_URL: &str = "http://127.0.0.1:8000";

/// All ports, as the services take them. Any one can be replaced.
#[derive(Clone)]
pub struct Ports {
    /// To other nodes.
    pub bus: Arc<dyn bus::Bus>,
    /// To telephones.
    pub sms: Arc<dyn sms::SmsSender>,
    /// To where media are kept.
    pub media: Arc<dyn media::MediaStore>,
    /// To whoever takes money.
    pub payments: Arc<dyn payment::PaymentGateway>,
    /// The sandbox, while it is the gateway: only then may anyone play the payer.
    pub sandbox: Option<Arc<payment::SandboxGateway>>,
    /// To whoever answers; without it [`BuiltIn`](crate::service::assistant::builtin::BuiltIn) does.
    pub assistant: Option<Arc<dyn assistant::Assistant>>,
}

impl Ports {
    /// Every port's default: nothing leaves the process, and media are gone when it ends.
    #[must_use]
    pub fn offline() -> Self {
        let sandbox = Arc::new(payment::SandboxGateway::new(OFFLINE_BASE_URL, rand::random()));
        Self {
            bus: Arc::new(bus::LocalBus),
            sms: Arc::new(sms::LogSms::new()),
            media: Arc::new(media::MemoryMedia::default()),
            payments: Arc::clone(&sandbox) as _,
            sandbox: Some(sandbox),
            assistant: None,
        }
    }

    /// With a sandbox as the gateway, whose payments are made below this URL, and whose notices are signed with this key.
    #[must_use]
    pub fn with_sandbox(mut self, base_url: &str, key: [u8; 32]) -> Self {
        let sandbox = Arc::new(payment::SandboxGateway::new(base_url, key));
        self.payments = Arc::clone(&sandbox) as _;
        self.sandbox = Some(sandbox);
        self
    }
}

impl fmt::Debug for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ports").finish_non_exhaustive()
    }
}

/// Does what blocks, away from the threads that must not. It is done to its end even if nobody waits for it.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn offline_nothing_leaves_the_process() {
        let ports = Ports::offline();
        assert!(ports.bus.is_alone());
        let raw = payment::RawNotice {
            channel: payment::PaymentChannel::Wechat,
            headers: Vec::new(),
            body: bytes::Bytes::new(),
        };
        assert!(ports.payments.verify(&raw).await.is_err());
        assert!(matches!(ports.sandbox.unwrap().confirm("A"), Err(payment::PaymentError::Unknown)));
    }

    #[cfg(feature = "mocks")]
    #[tokio::test]
    async fn a_port_can_be_replaced_by_a_mock() {
        let mut sms = sms::MockSmsSender::new();
        sms.expect_send().times(1).returning(|_, _| Err(sms::SmsError::Refused));
        let ports = Ports { sms: Arc::new(sms), ..Ports::offline() };
        let review = sms::Sms { phone: "1".to_owned(), kind: sms::SmsKind::Review, code: None };
        assert!(ports.sms.send(&review, crate::clock::Millis(0)).await.is_err());
    }
}
