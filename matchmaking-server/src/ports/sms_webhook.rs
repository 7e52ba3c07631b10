//! Text messages by web hook, signed as the Standard Webhooks specification says.

use std::{fmt, net::IpAddr, time::Duration};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use matchmaking_core::{
    clock::Millis,
    ports::sms::{Sms, SmsError, SmsSender},
};
use reqwest::{Client, StatusCode, Url, redirect};
use serde::Serialize;
use sha2::Sha256;

/// How long a connection to the hook may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How long a hook may take altogether. Whoever asked for a code is waiting.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How long a connection that nothing goes over is kept.
const IDLE: Duration = Duration::from_secs(30);

/// Sends every text message as a `POST` to one URL. Nothing is sent twice, and redirects are not followed: a code goes
/// to whom the operator named and to nobody else.
pub struct WebhookSms {
    client: Client,
    url: Url,
    key: [u8; 32],
}

impl fmt::Debug for WebhookSms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL may hold a password.
        f.debug_struct("WebhookSms").finish_non_exhaustive()
    }
}

/// Why there is no such hook.
#[derive(Debug, thiserror::Error)]
pub enum BadHook {
    /// It is no URL.
    #[error("it is no URL")]
    NoUrl,
    /// Codes would go over the network as they are.
    #[error("codes go to https:// only, or to http:// on this machine")]
    Plain,
    /// The client cannot be made.
    #[error("no client can be made")]
    Client(#[source] reqwest::Error),
}

#[derive(Serialize)]
struct Payload<'a> {
    phone: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    at: String,
}

impl WebhookSms {
    /// The hook at this URL, signed with this key. What stands before an `@` in the URL is sent as basic authentication.
    pub fn new(url: &str, key: [u8; 32]) -> Result<Self, BadHook> {
        let url: Url = url.parse().map_err(|_| BadHook::NoUrl)?;
        let is_here = url.host_str().is_some_and(|host| {
            let host = host.trim_start_matches('[').trim_end_matches(']');
            host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        });
        if url.scheme() != "https" && !is_here {
            return Err(BadHook::Plain);
        }
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .pool_idle_timeout(IDLE)
            .redirect(redirect::Policy::none())
            .build()
            .map_err(BadHook::Client)?;
        Ok(Self { client, url, key })
    }

    /// `v1,` and the HMAC-SHA256 over identifier, seconds and body, joined by dots.
    fn signature(&self, id: &str, seconds: &str, body: &[u8]) -> String {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.key).unwrap_or_else(|_| unreachable!("of every length"));
        for part in [id.as_bytes(), b".", seconds.as_bytes(), b".", body] {
            mac.update(part);
        }
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

#[async_trait]
impl SmsSender for WebhookSms {
    async fn send(&self, sms: &Sms, at: Millis) -> Result<(), SmsError> {
        let unavailable = |cause: Box<dyn std::error::Error + Send + Sync>| SmsError::Unavailable(cause);
        let payload = Payload {
            phone: &sms.phone,
            kind: sms.kind.code(),
            code: sms.code.as_deref(),
            at: at.to_rfc3339(),
        };
        let body = serde_json::to_vec(&payload).map_err(|error| unavailable(error.into()))?;
        let id = format!("msg_{:032x}", rand::random::<u128>());
        let seconds = at.0.div_euclid(1_000).to_string();
        let answer = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("webhook-signature", self.signature(&id, &seconds, &body))
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds)
            .body(body)
            .send()
            .await
            // Without the URL, in which there may be a password.
            .map_err(|error| unavailable(error.without_url().into()))?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            StatusCode::UNPROCESSABLE_ENTITY => Err(SmsError::Refused),
            status => Err(unavailable(format!("the hook answered {}", status.as_u16()).into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{net::SocketAddr, sync::Arc};

    use bytes::Bytes;
    use http::{HeaderMap, Response};
    use matchmaking_core::ports::sms::SmsKind;
    use tokio::sync::mpsc;
    use warp::Filter as _;

    use super::*;

    const AT: Millis = Millis(1_770_287_400_123);

    /// A hook that answers with the status that its path names, and tells what it was sent.
    async fn hook() -> (SocketAddr, mpsc::UnboundedReceiver<(HeaderMap, Bytes)>) {
        let (told, received) = mpsc::unbounded_channel();
        let told = Arc::new(told);
        let answer = warp::post()
            .and(warp::path::param::<u16>())
            .and(warp::header::headers_cloned())
            .and(warp::body::bytes())
            .map(move |status: u16, headers: HeaderMap, body: Bytes| {
                told.send((headers, body)).unwrap();
                Response::builder().status(status).header("location", "/200").body("")
            });
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(warp::serve(answer).incoming(listener).run());
        (address, received)
    }

    fn code() -> Sms {
        Sms { phone: "13800138000".to_owned(), kind: SmsKind::Register, code: Some("123456".to_owned()) }
    }

    #[tokio::test]
    async fn the_body_is_that_of_the_outbox_and_the_signature_is_over_all_of_it() {
        let (address, mut received) = hook().await;
        let sms = WebhookSms::new(&format!("http://me:hunter2@{address}/204"), [7; 32]).unwrap();
        sms.send(&code(), AT).await.unwrap();
        let (headers, body) = received.recv().await.unwrap();
        let expected =
            r#"{"phone":"13800138000","type":"register","code":"123456","at":"2026-02-05T10:30:00.123Z"}"#;
        assert_eq!(body, expected);
        let header = |name: &str| headers[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "application/json");
        assert_eq!(header("authorization"), format!("Basic {}", STANDARD.encode("me:hunter2")));
        assert_eq!(header("webhook-timestamp"), "1770287400");
        let signed = [header("webhook-id").as_bytes(), b".1770287400.", expected.as_bytes()].concat();
        let mut mac = Hmac::<Sha256>::new_from_slice(&[7; 32]).unwrap();
        mac.update(&signed);
        let signature = header("webhook-signature");
        let signature = STANDARD.decode(signature.strip_prefix("v1,").unwrap()).unwrap();
        mac.verify_slice(&signature).unwrap();

        let review = Sms { kind: SmsKind::Review, code: None, ..code() };
        sms.send(&review, AT).await.unwrap();
        let (again, body) = received.recv().await.unwrap();
        assert_eq!(body, r#"{"phone":"13800138000","type":"review","at":"2026-02-05T10:30:00.123Z"}"#);
        assert_ne!(again["webhook-id"], headers["webhook-id"]);
    }

    #[tokio::test]
    async fn what_the_hook_answers_decides_and_no_error_tells_the_url() {
        let (address, mut received) = hook().await;
        for (path, is_refused) in [("422", true), ("500", false), ("307", false), ("429", false)] {
            let sms = WebhookSms::new(&format!("http://{address}/{path}"), [7; 32]).unwrap();
            let error = sms.send(&code(), AT).await.unwrap_err();
            assert_eq!(matches!(error, SmsError::Refused), is_refused, "{path}");
            received.recv().await.unwrap();
        }
        // Asked once each: nothing is tried again, and a redirect is not followed.
        assert!(received.try_recv().is_err());

        let sms = WebhookSms::new("http://me:hunter2@127.0.0.1:1/", [7; 32]).unwrap();
        let error = sms.send(&code(), AT).await.unwrap_err();
        let chain = format!("{error:?} {error} {sms:?}");
        assert!(matches!(error, SmsError::Unavailable(_)) && !chain.contains("hunter2"), "{chain}");
    }

    #[test]
    fn codes_do_not_cross_the_network_as_they_are() {
        for good in
            ["https://sms.example.com/send", "http://localhost:9/", "http://127.0.0.1/", "http://[::1]:8/x"]
        {
            assert!(WebhookSms::new(good, [0; 32]).is_ok(), "{good}");
        }
        assert!(matches!(WebhookSms::new("http://sms.example.com", [0; 32]), Err(BadHook::Plain)));
        assert!(matches!(WebhookSms::new("https://", [0; 32]), Err(BadHook::NoUrl)));
    }
}
