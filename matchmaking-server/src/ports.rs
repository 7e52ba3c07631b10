//! The ports that the configuration names. What it may name and this version cannot do is refused at the start.

pub mod nats;
mod objects;
pub mod openai;
mod sms_webhook;

use std::{error::Error, sync::Arc};

use matchmaking_core::{
    ports::{
        Ports,
        assistant::Assistant,
        bus::{Bus, LocalBus},
        media::{FileMedia, MediaError, MediaStore},
        sms::{FileSms, LogSms, SmsSender},
    },
    service::tokens::TokenKey,
};

use crate::config::Config;
use nats::NatsBus;
use openai::{OpenAi, Patience, Unusable};

pub use objects::ObjectMedia;
pub use sms_webhook::{BadHook, WebhookSms};

/// What the key that signs web hooks is made for. Receivers derive it as `docs/operations.md` says.
const WEBHOOK_KEY: &str = "matchmaking: text messages";

/// What the key that signs the sandbox's notices is made for, likewise.
const SANDBOX_KEY: &str = "matchmaking: sandbox payments";

/// What the subject on the bus is made of, so that those hear each other who share the secret, and nobody else's events
/// come to them.
const BUS_KEY: &str = "matchmaking: bus";

/// Why a port cannot be used: a variable and the reason, without what the variable holds, which may be secret.
#[derive(Debug, thiserror::Error)]
#[error("{variable}: {reason}")]
pub struct PortFailure {
    variable: &'static str,
    reason: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl PortFailure {
    fn unsupported(variable: &'static str, asked: &str, supported: &str) -> Self {
        let reason = format!("{asked} cannot be used in this version; {supported} can");
        Self { variable, reason, source: None }
    }

    pub(crate) fn unusable(variable: &'static str, source: impl Error + Send + Sync + 'static) -> Self {
        Self { variable, reason: "cannot be used".to_owned(), source: Some(Box::new(source)) }
    }
}

/// The ports of this configuration. From `key`, the one that signs web hooks is derived.
pub async fn open(config: &Config, key: &TokenKey) -> Result<Ports, PortFailure> {
    // What cannot be done is told before anything is made.
    let assistant = assistant(config)?;
    if config.payment_gateway != "sandbox" {
        return Err(PortFailure::unsupported("PAYMENT_GATEWAY", &config.payment_gateway, "sandbox"));
    }
    let bus = bus(&config.bus_url, key).await?;
    let sms = sms(&config.sms_url, key).await?;
    let media =
        media(&config.media_url).await.map_err(|source| PortFailure::unusable("MEDIA_URL", source))?;
    Ok(Ports { bus, sms, media, assistant, ..Ports::offline() }
        .with_sandbox(&config.public_base_url, key.derived(SANDBOX_KEY)))
}

/// The bus to the other nodes.
async fn bus(url: &str, key: &TokenKey) -> Result<Arc<dyn Bus>, PortFailure> {
    if url == "local:" {
        return Ok(Arc::new(LocalBus));
    }
    let name = key.derived(BUS_KEY).first_chunk().map_or(0, |half| u128::from_be_bytes(*half));
    let bus = NatsBus::connect(url, format!("matchmaking.{name:032x}")).await;
    Ok(Arc::new(bus.map_err(|source| PortFailure::unusable("BUS_URL", source))?))
}

async fn sms(url: &str, key: &TokenKey) -> Result<Arc<dyn SmsSender>, PortFailure> {
    if let Some(path) = url.strip_prefix("file://") {
        let outbox = FileSms::open(path).await;
        return Ok(Arc::new(outbox.map_err(|source| PortFailure::unusable("SMS_URL", source))?));
    }
    if url.starts_with("http") {
        let hook = WebhookSms::new(url, key.derived(WEBHOOK_KEY));
        return Ok(Arc::new(hook.map_err(|source| PortFailure::unusable("SMS_URL", source))?));
    }
    if url == "log:" {
        return Ok(Arc::new(LogSms::new()));
    }
    Err(PortFailure::unsupported("SMS_URL", &scheme(url), "log:, file:///PATH or https://URL"))
}

async fn media(url: &str) -> Result<Arc<dyn MediaStore>, MediaError> {
    Ok(match url.strip_prefix("s3://") {
        Some(place) => Arc::new(ObjectMedia::open(place).await?),
        None => Arc::new(FileMedia::open(url.trim_start_matches("file://")).await?),
    })
}

/// The language model that the configuration names; without one the built-in assistant answers.
fn assistant(config: &Config) -> Result<Option<Arc<dyn Assistant>>, PortFailure> {
    let Some(url) = &config.assistant_url else { return Ok(None) };
    let (model, key) = (config.assistant_model.clone(), config.assistant_api_key.as_ref());
    match OpenAi::new(url, model, key, Patience::default()) {
        Ok(openai) => Ok(Some(Arc::new(openai))),
        Err(error @ Unusable::Key) => Err(PortFailure::unusable("ASSISTANT_API_KEY", error)),
        Err(error) => Err(PortFailure::unusable("ASSISTANT_URL", error)),
    }
}

/// What a URL begins with, which may be told.
fn scheme(url: &str) -> String {
    let (scheme, _) = url.split_once(':').unwrap_or((url, ""));
    format!("{scheme}:…")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Flags;
    use matchmaking_core::{
        clock::Millis,
        ports::{
            media::MediaKey,
            sms::{Sms, SmsKind},
        },
    };

    fn config(data_dir: &std::path::Path, change: impl FnOnce(&mut Flags)) -> Config {
        let mut flags = Flags { data_dir: Some(data_dir.display().to_string()), ..Flags::default() };
        change(&mut flags);
        Config::new(&flags, [], crate::config::Purpose::Serve).unwrap()
    }

    #[tokio::test]
    async fn the_defaults_need_nothing_but_the_data_folder() {
        let dir = tempfile::tempdir().unwrap();
        let ports = open(&config(dir.path(), |_| {}), &TokenKey::random()).await.unwrap();
        assert!(ports.bus.is_alone() && ports.sandbox.is_some());
        let key: MediaKey = "a/b".parse().unwrap();
        ports.media.put(&key, "x".into()).await.unwrap();
        assert_eq!(std::fs::read(dir.path().join("media/a/b")).unwrap(), b"x");
    }

    #[tokio::test]
    async fn a_language_model_answers_if_one_is_named() {
        let dir = tempfile::tempdir().unwrap();
        assert!(open(&config(dir.path(), |_| {}), &TokenKey::random()).await.unwrap().assistant.is_none());
        let named = config(dir.path(), |flags| {
            flags.assistant_url = Some("https://me:hunter2@model/v1".to_owned());
            flags.assistant_model = Some("wise".to_owned());
        });
        let assistant = open(&named, &TokenKey::random()).await.unwrap().assistant.unwrap();
        assert_eq!(assistant.model(Some("other".to_owned())), "wise");
    }

    #[tokio::test]
    async fn text_messages_go_to_the_file_that_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let outbox = dir.path().join("outbox.jsonl");
        let url = format!("file://{}", outbox.display());
        let ports =
            open(&config(dir.path(), |flags| flags.sms_url = Some(url)), &TokenKey::random()).await.unwrap();
        let sms = Sms { phone: "13800138000".to_owned(), kind: SmsKind::Login, code: Some("1".to_owned()) };
        ports.sms.send(&sms, Millis(0)).await.unwrap();
        assert!(std::fs::read_to_string(outbox).unwrap().contains("13800138000"));
    }

    #[tokio::test]
    async fn what_is_accepted_and_cannot_be_done_is_refused_in_one_line_without_secrets() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "").unwrap();
        let below_a_file = format!("file://{}/below", file.display());
        let secret = Some("0123456789abcdef0123456789abcdef".to_owned());
        for (variable, value) in [
            ("BUS_URL", "nats://me:hunter2@bus:4222"),
            ("SMS_URL", "http://me:hunter2@sms"),
            ("SMS_URL", "log:hunter2"),
            ("SMS_URL", &below_a_file),
            ("MEDIA_URL", "s3:///hunter2"),
            ("MEDIA_URL", &below_a_file),
            ("ASSISTANT_URL", "https://me:hunter2@:99999/v1"),
        ] {
            let config = config(dir.path(), |flags| {
                let value = Some(value.to_owned());
                match variable {
                    "BUS_URL" => {
                        flags.bus_url = value;
                        flags.jwt_secret.clone_from(&secret);
                        flags.data_key.clone_from(&secret);
                    }
                    "SMS_URL" => flags.sms_url = value,
                    "MEDIA_URL" => flags.media_url = value,
                    _ => flags.assistant_url = value,
                }
            });
            let line = open(&config, &TokenKey::random()).await.unwrap_err().to_string();
            assert!(line.starts_with(variable) && !line.contains('\n'), "{line}");
            assert!(!line.contains("hunter2"), "{line}");
        }
    }
}
