//! Taking money and giving it back.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;

use super::Cause;
use crate::clock::Millis;

pub use crate::model::payment::PaymentChannel;

mod sandbox;

pub use sandbox::{SANDBOX_ORDERS_MAX, SANDBOX_SIGNATURE, SandboxGateway};

/// A payment that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPayment {
    /// Our name for it: 1 to 64 letters, digits, `-` and `_`.
    pub order_no: String,
    /// How much, in fen; above 0.
    pub amount_fen: i64,
    /// Through what.
    pub channel: PaymentChannel,
    /// What the payer is shown.
    pub title: String,
    /// After when it need not be paid any more.
    pub expires_at: Millis,
}

/// A payment that can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedPayment {
    /// Where the payer pays.
    pub payment_url: String,
}

/// Money to be given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// The payment it was paid by.
    pub order_no: String,
    /// Our name for giving it back; one name is one refund, however often it is asked for.
    pub refund_no: String,
    /// How much, in fen; above 0 and not above what was paid.
    pub amount_fen: i64,
}

/// A notice as it came, of which nothing is believed yet. Its `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct RawNotice {
    /// The channel that it claims to come from.
    pub channel: PaymentChannel,
    /// Header names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte, since signatures are over bytes.
    pub body: Bytes,
}

impl fmt::Debug for RawNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawNotice").field("channel", &self.channel).finish_non_exhaustive()
    }
}

/// What a gateway says became of a payment. It may come twice, late, or with another amount than was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Our name for the payment.
    pub order_no: String,
    /// How much, in fen.
    pub amount_fen: i64,
    /// What became of it.
    pub outcome: PaymentOutcome,
}

/// What became of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaymentOutcome {
    /// It was paid.
    Paid,
    /// It was not, and will not be.
    Failed,
}

/// Why a gateway did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum PaymentError {
    /// The gateway cannot be reached. Trying again later may help.
    #[error("the payment gateway is unavailable")]
    Unavailable(#[source] Cause),
    /// The gateway says no: a bad name or amount, a name that was used for something else, or more given back than
    /// was paid.
    #[error("the payment gateway refuses: {0}")]
    Refused(&'static str),
    /// There is no such payment.
    #[error("there is no such payment")]
    Unknown,
    /// The notice is not from the gateway, or cannot be read.
    #[error("the notice is not the gateway's")]
    Forged,
}

/// Takes money and gives it back.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait PaymentGateway: Send + Sync {
    /// Opens a payment. One `order_no` is one payment: asked for again, it is the same; with another amount it is
    /// refused.
    async fn create(&self, payment: &NewPayment) -> Result<CreatedPayment, PaymentError>;

    /// Gives money back. When it returns, the gateway will do it, if need be later.
    async fn refund(&self, refund: &Refund) -> Result<(), PaymentError>;

    /// What a notice says, if it is the gateway's own.
    async fn verify(&self, raw: &RawNotice) -> Result<Notice, PaymentError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_notice() {
        let raw = RawNotice {
            channel: PaymentChannel::Wechat,
            headers: vec![("signature".to_owned(), "s3cret".to_owned())],
            body: Bytes::from_static(b"s3cret"),
        };
        assert!(!format!("{raw:?}").contains("s3cret"));
    }
}
