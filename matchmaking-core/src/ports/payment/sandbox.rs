//! A gateway without money.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use super::{
    CreatedPayment, NewPayment, Notice, PaymentError, PaymentGateway, PaymentOutcome, RawNotice, Refund,
};

/// How many payments a sandbox remembers; the oldest go first.
pub const SANDBOX_ORDERS_MAX: usize = 100_000;

/// The most refunds of one payment.
const REFUNDS_MAX: usize = 100;

/// A gateway without money, in this process: whoever calls [`confirm`](Self::confirm) plays the payer.
///
/// What it remembers is bounded and gone after a restart, while the orders in a store are not. So opening a payment
/// again makes it known again, and the refund of a payment that it does not know succeeds.
pub struct SandboxGateway {
    pages: String,
    remembered: Mutex<Remembered>,
}

#[derive(Default)]
struct Remembered {
    orders: HashMap<String, Order>,
    oldest_first: VecDeque<String>,
}

struct Order {
    amount_fen: i64,
    paid: bool,
    refunds: HashMap<String, i64>,
}

impl SandboxGateway {
    /// A sandbox whose payments are made at `{base_url}/sandbox/payments/{order_no}`.
    #[must_use]
    pub fn new(base_url: &str) -> Self {
        let pages = format!("{}/sandbox/payments/", base_url.trim_end_matches('/'));
        Self { pages, remembered: Mutex::default() }
    }

    /// Pays, and says so as a gateway's notice would. Paying again says the same again.
    pub fn confirm(&self, order_no: &str) -> Result<Notice, PaymentError> {
        let mut remembered = self.lock();
        let order = remembered.orders.get_mut(order_no).ok_or(PaymentError::Unknown)?;
        order.paid = true;
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
        self.orders.insert(order_no.to_owned(), Order { amount_fen, paid: false, refunds: HashMap::new() });
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
        let left = order.amount_fen - order.refunds.values().sum::<i64>();
        if refund.amount_fen > left || order.refunds.len() >= REFUNDS_MAX {
            return Err(PaymentError::Refused("more would be given back than was paid"));
        }
        order.refunds.insert(refund.refund_no.clone(), refund.amount_fen);
        Ok(())
    }

    /// No notice comes from outside: the sandbox's own are what [`confirm`](SandboxGateway::confirm) returns.
    async fn verify(&self, _raw: &RawNotice) -> Result<Notice, PaymentError> {
        Err(PaymentError::Forged)
    }
}

#[cfg(test)]
mod tests {
    use super::super::PaymentChannel;
    use super::*;
    use crate::clock::Millis;

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
        let gateway = SandboxGateway::new("http://127.0.0.1:8000/");
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
        let gateway = SandboxGateway::new("http://h");
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
        let gateway = SandboxGateway::new("http://h");
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
        let gateway = SandboxGateway::new("http://h");
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
    async fn no_notice_from_outside_is_believed() {
        let raw = RawNotice { channel: PaymentChannel::Alipay, headers: Vec::new(), body: "{}".into() };
        assert!(matches!(SandboxGateway::new("http://h").verify(&raw).await, Err(PaymentError::Forged)));
    }
}
