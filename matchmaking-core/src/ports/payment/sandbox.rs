//! A gateway without money.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::Sha256;

use super::{
    CreatedPayment, NewPayment, Notice, PaymentError, PaymentGateway, PaymentOutcome, RawNotice, Refund,
};

/// How many payments a sandbox remembers; the oldest go first.
pub const SANDBOX_ORDERS_MAX: usize = 100_000;

/// The header of a notice that holds its signature: the HMAC-SHA256 of the body's bytes, in standard base64.
pub const SANDBOX_SIGNATURE: &str = "x-sandbox-signature";

/// The most refunds of one payment, and the most amounts that are noted as paid for one.
const REFUNDS_MAX: usize = 100;

/// A gateway without money, in this process: whoever calls [`confirm`](Self::confirm) plays the payer.
///
/// What it remembers is bounded and gone after a restart, while the orders in a store are not. So opening a payment
/// again makes it known again, and the refund of a payment that it does not know succeeds.
pub struct SandboxGateway {
    pages: String,
    key: [u8; 32],
    remembered: Mutex<Remembered>,
}

#[derive(Default)]
struct Remembered {
    orders: HashMap<String, Order>,
    oldest_first: VecDeque<String>,
}

struct Order {
    amount_fen: i64,
    /// What notices said was paid.
    received: BTreeSet<i64>,
    refunds: HashMap<String, i64>,
}

impl SandboxGateway {
    /// A sandbox whose payments are made at `{base_url}/sandbox/payments/{order_no}`, and whose notices are signed with
    /// this key.
    #[must_use]
    pub fn new(base_url: &str, key: [u8; 32]) -> Self {
        let pages = format!("{}/sandbox/payments/", base_url.trim_end_matches('/'));
        Self { pages, key, remembered: Mutex::default() }
    }

    /// The signature of a notice with this body, as [`SANDBOX_SIGNATURE`] holds it.
    #[must_use]
    pub fn sign(&self, body: &[u8]) -> String {
        STANDARD.encode(self.mac(body).finalize().into_bytes())
    }

    fn mac(&self, body: &[u8]) -> Hmac<Sha256> {
        Hmac::new_from_slice(&self.key).expect("HMAC takes keys of every length").chain_update(body)
    }

    /// Pays, and says so as a gateway's notice would. Paying again says the same again.
    pub fn confirm(&self, order_no: &str) -> Result<Notice, PaymentError> {
        let mut remembered = self.lock();
        let order = remembered.orders.get_mut(order_no).ok_or(PaymentError::Unknown)?;
        order.received.insert(order.amount_fen);
        Ok(Notice {
            order_no: order_no.to_owned(),
            amount_fen: order.amount_fen,
            outcome: PaymentOutcome::Paid,
        })
    }

    // Nothing under the lock panics half way.
    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SandboxGateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxGateway").field("pages", &self.pages).finish_non_exhaustive()
    }
}

impl Remembered {
    fn remember(&mut self, order_no: &str, amount_fen: i64) {
        if self.oldest_first.len() >= SANDBOX_ORDERS_MAX
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.orders.remove(&oldest);
        }
        self.oldest_first.push_back(order_no.to_owned());
        self.orders.insert(
            order_no.to_owned(),
            Order { amount_fen, received: BTreeSet::new(), refunds: HashMap::new() },
        );
    }
}

fn is_order_no(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[async_trait]
impl PaymentGateway for SandboxGateway {
    async fn create(&self, payment: &NewPayment) -> Result<CreatedPayment, PaymentError> {
        if !is_order_no(&payment.order_no) {
            return Err(PaymentError::Refused("the order number is not one"));
        }
        if payment.amount_fen <= 0 {
            return Err(PaymentError::Refused("there is nothing to pay"));
        }
        let mut remembered = self.lock();
        match remembered.orders.get(&payment.order_no) {
            Some(order) if order.amount_fen != payment.amount_fen => {
                return Err(PaymentError::Refused("the order number is taken, with another amount"));
            }
            Some(_) => {}
            None => remembered.remember(&payment.order_no, payment.amount_fen),
        }
        Ok(CreatedPayment { payment_url: format!("{}{}", self.pages, payment.order_no) })
    }

    async fn refund(&self, refund: &Refund) -> Result<(), PaymentError> {
        if refund.amount_fen <= 0 {
            return Err(PaymentError::Refused("there is nothing to give back"));
        }
        let mut remembered = self.lock();
        let Some(order) = remembered.orders.get_mut(&refund.order_no) else { return Ok(()) };
        match order.refunds.get(&refund.refund_no) {
            Some(amount) if *amount == refund.amount_fen => return Ok(()),
            Some(_) => return Err(PaymentError::Refused("the refund number is taken, with another amount")),
            None => {}
        }
        // A payment made known again after a restart may have been paid before it.
        let paid = order.amount_fen.max(order.received.iter().sum());
        let left = paid - order.refunds.values().sum::<i64>();
        if refund.amount_fen > left || order.refunds.len() >= REFUNDS_MAX {
            return Err(PaymentError::Refused("more would be given back than was paid"));
        }
        order.refunds.insert(refund.refund_no.clone(), refund.amount_fen);
        Ok(())
    }

    /// A notice of the sandbox is the JSON `{"order_no", "amount_fen", "outcome": "paid" | "failed"}`, signed in
    /// [`SANDBOX_SIGNATURE`].
    async fn verify(&self, raw: &RawNotice) -> Result<Notice, PaymentError> {
        let signature = raw.headers.iter().find(|(name, _)| name == SANDBOX_SIGNATURE);
        let signature = signature.and_then(|(_, value)| STANDARD.decode(value).ok());
        // In constant time.
        let good = signature.is_some_and(|signature| self.mac(&raw.body).verify_slice(&signature).is_ok());
        let told: Option<Told> = serde_json::from_slice(&raw.body).ok();
        let Some(Told { order_no, amount_fen, outcome }) = told.filter(|told| good && told.amount_fen > 0)
        else {
            return Err(PaymentError::Forged);
        };
        let outcome = match outcome.as_str() {
            "paid" => PaymentOutcome::Paid,
            "failed" => PaymentOutcome::Failed,
            _ => return Err(PaymentError::Forged),
        };
        if let Some(order) = self.lock().orders.get_mut(&order_no)
            && outcome == PaymentOutcome::Paid
            && order.received.len() < REFUNDS_MAX
        {
            order.received.insert(amount_fen);
        }
        Ok(Notice { order_no, amount_fen, outcome })
    }
}

/// A notice as it is written.
#[derive(Deserialize)]
struct Told {
    order_no: String,
    amount_fen: i64,
    outcome: String,
}

#[cfg(test)]
mod tests {
    use super::super::PaymentChannel;
    use super::*;
    use crate::clock::Millis;

    const KEY: [u8; 32] = [7; 32];

    fn payment(order_no: &str, amount_fen: i64) -> NewPayment {
        NewPayment {
            order_no: order_no.to_owned(),
            amount_fen,
            channel: PaymentChannel::Wechat,
            title: "定金".to_owned(),
            expires_at: Millis(0),
        }
    }

    fn refund(order_no: &str, refund_no: &str, amount_fen: i64) -> Refund {
        Refund { order_no: order_no.to_owned(), refund_no: refund_no.to_owned(), amount_fen }
    }

    #[tokio::test]
    async fn a_payment_is_opened_once_and_confirmed_as_often_as_one_likes() {
        let gateway = SandboxGateway::new("http://127.0.0.1:8000/", KEY);
        let first = gateway.create(&payment("PAY20260205001", 9_900)).await.unwrap();
        assert_eq!(first.payment_url, "http://127.0.0.1:8000/sandbox/payments/PAY20260205001");
        assert_eq!(gateway.create(&payment("PAY20260205001", 9_900)).await.unwrap(), first);
        let other = gateway.create(&payment("PAY20260205001", 1)).await;
        assert!(matches!(other, Err(PaymentError::Refused(_))));
        let notice = gateway.confirm("PAY20260205001").unwrap();
        assert_eq!((notice.amount_fen, notice.outcome), (9_900, PaymentOutcome::Paid));
        assert_eq!(gateway.confirm("PAY20260205001").unwrap(), notice);
        assert!(matches!(gateway.confirm("PAY2"), Err(PaymentError::Unknown)));
    }

    #[tokio::test]
    async fn bad_names_and_amounts_are_refused() {
        let gateway = SandboxGateway::new("http://h", KEY);
        for bad in [
            payment("", 1),
            payment("a/b", 1),
            payment(&"a".repeat(65), 1),
            payment("a", 0),
            payment("a", -5),
        ] {
            assert!(matches!(gateway.create(&bad).await, Err(PaymentError::Refused(_))), "{bad:?}");
        }
    }

    #[tokio::test]
    async fn no_more_is_given_back_than_was_paid() {
        let gateway = SandboxGateway::new("http://h", KEY);
        gateway.create(&payment("A", 100)).await.unwrap();
        gateway.confirm("A").unwrap();
        gateway.refund(&refund("A", "R1", 60)).await.unwrap();
        gateway.refund(&refund("A", "R1", 60)).await.unwrap();
        for bad in [refund("A", "R1", 61), refund("A", "R2", 41), refund("A", "R3", 0)] {
            assert!(matches!(gateway.refund(&bad).await, Err(PaymentError::Refused(_))), "{bad:?}");
        }
        gateway.refund(&refund("A", "R2", 40)).await.unwrap();
        // From before a restart.
        gateway.refund(&refund("B", "R1", 5)).await.unwrap();
    }

    #[tokio::test]
    async fn what_is_remembered_is_bounded() {
        let gateway = SandboxGateway::new("http://h", KEY);
        for number in 0..=SANDBOX_ORDERS_MAX {
            gateway.create(&payment(&number.to_string(), 1)).await.unwrap();
        }
        let remembered = gateway.lock();
        assert_eq!(
            (remembered.orders.len(), remembered.oldest_first.len()),
            (SANDBOX_ORDERS_MAX, SANDBOX_ORDERS_MAX)
        );
        assert!(!remembered.orders.contains_key("0"));
    }

    #[tokio::test]
    async fn a_notice_is_believed_that_is_signed() {
        let gateway = SandboxGateway::new("http://h", KEY);
        gateway.create(&payment("A", 100)).await.unwrap();
        let raw = |body: &str, signature: &str| RawNotice {
            channel: PaymentChannel::Alipay,
            headers: vec![(SANDBOX_SIGNATURE.to_owned(), signature.to_owned())],
            body: body.to_owned().into(),
        };
        let body = r#"{"order_no":"A","amount_fen":150,"outcome":"paid"}"#;
        let notice = gateway.verify(&raw(body, &gateway.sign(body.as_bytes()))).await.unwrap();
        assert_eq!((notice.amount_fen, notice.outcome), (150, PaymentOutcome::Paid));
        gateway.refund(&refund("A", "R1", 150)).await.unwrap();
        let other = SandboxGateway::new("http://h", [8; 32]).sign(body.as_bytes());
        let odd = r#"{"order_no":"A","amount_fen":150,"outcome":"maybe"}"#;
        let forged = [
            raw(body, ""),
            raw(body, "x"),
            raw(body, &other),
            raw(&body.replace("150", "151"), &gateway.sign(body.as_bytes())),
            raw(odd, &gateway.sign(odd.as_bytes())),
            raw("{}", &gateway.sign(b"{}")),
            RawNotice { headers: Vec::new(), ..raw(body, "") },
        ];
        for forged in forged {
            assert!(matches!(gateway.verify(&forged).await, Err(PaymentError::Forged)), "{forged:?}");
        }
    }
}
