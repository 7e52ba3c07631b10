//! What gateways tell, and the sandbox that plays one.

use std::sync::Arc;

use http::{HeaderName, HeaderValue, StatusCode, header};
use matchmaking_core::{
    api::{fault::Fault, platform::PaidView},
    model::{RefundState, RegistrationState},
    ports::payment::{PaymentChannel, RawNotice},
    service::Services,
};

use crate::http::{Ctx, Reply, answer};

/// What the page of the sandbox may do: post the form that stands on it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Takes a notice. It is answered with success when what it says is known, be it for the second time, so that the
/// gateway does not tell it again.
pub(super) async fn notify(services: Arc<Services>, mut ctx: Ctx) -> Result<Reply, Fault> {
    let asked = Arc::clone(&ctx.asked);
    let channel = asked.param("channel").and_then(PaymentChannel::from_code).ok_or(Fault::UnknownPath)?;
    let body = ctx.body.bytes().await?;
    let text = |(name, value): (&HeaderName, &HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    let headers = asked.headers().iter().filter_map(text).collect();
    services.events.notified(&RawNotice { channel, headers, body }).await?;
    answer(&asked, &())
}

/// The page on which the sandbox's payments are made.
pub(super) async fn page(services: Arc<Services>, ctx: Ctx) -> Result<Reply, Fault> {
    let registration = services.events.order(ctx.asked.param("order_no").unwrap_or_default()).await?;
    let (order, fen) = (&registration.order_no, registration.course.deposit_fen);
    let (yuan, cents) = (fen / 100, fen % 100);
    // What stands in it are digits and letters of our own.
    let page = format!(
        "<!doctype html><html lang=\"zh\"><meta charset=\"utf-8\"><title>沙箱支付</title>\
         <style>body{{font:16px sans-serif;max-width:24em;margin:4em auto;text-align:center}}</style>\
         <h1>沙箱支付</h1><p>订单 {order}</p><p>¥{yuan}.{cents:02}</p>\
         <form method=\"post\" action=\"/sandbox/payments/{order}/confirm\"><button>确认支付</button></form></html>"
    );
    Ok(Reply::bytes(StatusCode::OK, "text/html; charset=utf-8", page)
        .header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
        .header(HeaderName::from_static("content-security-policy"), HeaderValue::from_static(POLICY)))
}

/// Plays the payer. What the body says is of no matter, so that a plain form can be sent.
pub(super) async fn pay(services: Arc<Services>, ctx: Ctx) -> Result<Reply, Fault> {
    let order_no = ctx.asked.param("order_no").unwrap_or_default();
    let registration = services.events.pay_in_sandbox(order_no).await?;
    let status = match (registration.state, registration.refund) {
        (RegistrationState::Held, _) => "pending_payment",
        (RegistrationState::Paid, _) => "paid",
        (RegistrationState::CheckedIn, _) => "checked_in",
        (_, RefundState::Refunded) => "refunded",
        (RegistrationState::Cancelled, _) => "cancelled",
        (RegistrationState::Expired, _) => "expired",
    };
    answer(&ctx.asked, &PaidView { order_no: registration.order_no, status })
}
