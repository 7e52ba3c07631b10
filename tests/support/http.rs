//! Requests, and what is expected of their answers.

use reqwest::header::HeaderMap;
use serde_json::Value;

use super::Remote;

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// The answer to a request.
    pub(crate) async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, text: response.text().await.unwrap() }
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{error} in {}: {}", self.status, self.text))
    }

    /// A header as text; empty without it.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Expects this status and, to the byte, this JSON: fields in this order, nothing escaped, nothing more.
    #[track_caller]
    pub(crate) fn is(&self, status: u16, body: &Value) -> &Self {
        assert_eq!((self.status, self.text.as_str()), (status, body.to_string().as_str()));
        assert_eq!(self.header("content-type"), "application/json");
        self
    }

    /// The number in a field of a successful answer.
    #[track_caller]
    pub(crate) fn number(&self, field: &str) -> i64 {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()[field].as_i64().unwrap_or_else(|| panic!("no number {field} in {}", self.text))
    }
}

impl Remote {
    /// Posts JSON.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_text(path, &body.to_string()).await
    }

    /// Posts JSON to a server that may be gone: the body of a success.
    pub(crate) async fn try_post(&self, path: &str, body: &Value) -> Option<Value> {
        let response = self.http.post(self.url(path)).json(body).send().await.ok()?;
        (response.status() == 200).then_some(())?;
        serde_json::from_str(&response.text().await.ok()?).ok()
    }

    /// Posts a text that says it is JSON.
    pub(crate) async fn post_text(&self, path: &str, body: &str) -> Answer {
        let request = self.http.post(self.url(path)).header("content-type", "application/json");
        Answer::of(request.body(body.to_owned())).await
    }

    /// Posts bytes of this media type; of none if it is empty.
    pub(crate) async fn post_as(&self, path: &str, media_type: &str, body: impl Into<Vec<u8>>) -> Answer {
        let mut request = self.http.post(self.url(path)).body(body.into());
        if !media_type.is_empty() {
            request = request.header("content-type", media_type);
        }
        Answer::of(request).await
    }

    /// Gets.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.http.get(self.url(path))).await
    }
}
