//! What gateways tell, and the sandbox that plays one.

use serde::Serialize;

use super::MOUNTS;
use crate::api::route::{Auth, Endpoint, Route, RouteKind, Surface};

/// The most bytes of a gateway's notice.
pub const NOTICE_BYTES_MAX: usize = 64 << 10;

/// Where the sandbox is mounted.
const AT_ROOT: &[&str] = &[""];

/// Takes a gateway's notice of a payment. Its signature is all that opens this route.
#[derive(Debug)]
pub struct NotifyPayment;

impl Endpoint for NotifyPayment {
    const ROUTE: Route = Route::post(Surface::Platform, "/payments/notify/{channel}", "支付结果通知")
        .mounted_at(MOUNTS)
        .auth(Auth::Open)
        .kind(RouteKind::Raw)
        .stream_body(NOTICE_BYTES_MAX);
    type Request = ();
    type Response = ();
}

/// The page on which the sandbox's payments are made.
#[derive(Debug)]
pub struct SandboxPage;

impl Endpoint for SandboxPage {
    const ROUTE: Route = Route::get(Surface::Platform, "/sandbox/payments/{order_no}", "沙箱支付页面")
        .mounted_at(AT_ROOT)
        .auth(Auth::Open)
        .kind(RouteKind::Raw);
    type Request = ();
    type Response = ();
}

/// Plays the payer in the sandbox. Served only while the sandbox is the gateway.
#[derive(Debug)]
pub struct PayInSandbox;

impl Endpoint for PayInSandbox {
    const ROUTE: Route =
        Route::post(Surface::Platform, "/sandbox/payments/{order_no}/confirm", "沙箱支付确认")
            .mounted_at(AT_ROOT)
            .auth(Auth::Open)
            .stream_body(NOTICE_BYTES_MAX);
    type Request = ();
    type Response = PaidView;
}

/// A payment that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::PaidView))]
pub struct PaidView {
    /// Its name.
    pub order_no: String,
    /// How the registration stands now: `paid`, or `expired` or `cancelled`, and the money goes back.
    pub status: &'static str,
}
