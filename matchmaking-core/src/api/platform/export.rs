//! Everything that is kept of one's own, in one answer.

use serde::Serialize;

use super::{
    MatchView, MateRequirements, MyProfile, MyRegistration, get, matching::action_word, people::moment,
};
use crate::{
    api::route::{Endpoint, Route},
    model::{Interaction, Message, MessageKind, SeenDevice},
};

/// Gives out everything of one's own.
#[derive(Debug)]
pub struct ExportAccount;

impl Endpoint for ExportAccount {
    const ROUTE: Route = get("/account/export", "导出个人数据");
    type Request = ();
    type Response = AccountExport;
}

/// Everything of one's own. Servers write it part by part.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::AccountExport))]
pub struct AccountExport {
    /// As `GET /profile` shows it.
    pub profile: MyProfile,
    /// Whom one looks for.
    pub mate_requirements: MateRequirements,
    /// What one has decided about others.
    pub interactions: Vec<ExportedInteraction>,
    /// One's matches, the oldest first.
    pub matches: Vec<MatchView>,
    /// The messages of one's conversations, by conversation, the oldest first.
    pub messages: Vec<ExportedMessage>,
    /// One's registrations for events.
    pub registrations: Vec<MyRegistration>,
    /// On what one has logged in.
    pub devices: Vec<ExportedDevice>,
}

/// A decision about somebody, whom it names by number alone: they may not be shown any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::ExportedInteraction))]
pub struct ExportedInteraction {
    /// About whom.
    pub target_user_id: i64,
    /// What: `like`, `super_like`, `dislike` or `skip`.
    pub action: &'static str,
    /// When.
    pub decided_at: String,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::ExportedMessage))]
pub struct ExportedMessage {
    /// Its number.
    pub message_id: i64,
    /// In which conversation.
    pub conversation_id: i64,
    /// Its place there, from 1.
    pub seq: i64,
    /// What kind: `text`, `image`, `voice`, `video`, `file`, `location` or `system`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its text, or where what was sent is.
    pub content: String,
    /// Who wrote it.
    pub sender_id: i64,
    /// Whether it is one's own.
    pub is_me: bool,
    /// When it was sent.
    pub sent_at: String,
}

/// Something on which one has logged in, as its client described it last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::ExportedDevice))]
pub struct ExportedDevice {
    /// The name by which the client knows it.
    pub device_id: Option<String>,
    /// Its kind.
    pub device_type: Option<String>,
    /// Its model.
    pub device_model: Option<String>,
    /// The version of its system.
    pub os_version: Option<String>,
    /// The version of the client.
    pub app_version: Option<String>,
    /// When one logged in on it first.
    pub first_seen_at: String,
    /// When one logged in on it last.
    pub last_seen_at: String,
}

impl From<Interaction> for ExportedInteraction {
    fn from(decision: Interaction) -> Self {
        Self {
            target_user_id: decision.target.get(),
            action: action_word(decision.action),
            decided_at: moment(decision.at),
        }
    }
}

impl ExportedMessage {
    /// A message that says this, as one is shown it.
    #[must_use]
    pub fn of(message: &Message, content: String, is_me: bool) -> Self {
        Self {
            message_id: message.id.get(),
            conversation_id: message.conversation.get(),
            seq: message.seq,
            kind: kind_word(message.kind),
            content,
            sender_id: message.sender.get(),
            is_me,
            sent_at: moment(message.sent_at),
        }
    }
}

impl From<SeenDevice> for ExportedDevice {
    fn from(seen: SeenDevice) -> Self {
        let SeenDevice { device, first_seen_at, last_seen_at } = seen;
        Self {
            device_id: device.device_id,
            device_type: device.device_type,
            device_model: device.device_model,
            os_version: device.os_version,
            app_version: device.app_version,
            first_seen_at: moment(first_seen_at),
            last_seen_at: moment(last_seen_at),
        }
    }
}

/// A kind of message as this surface says it.
const fn kind_word(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Text => "text",
        MessageKind::Image => "image",
        MessageKind::Voice => "voice",
        MessageKind::Video => "video",
        MessageKind::File => "file",
        MessageKind::Location => "location",
        MessageKind::System | MessageKind::Assistant => "system",
    }
}
