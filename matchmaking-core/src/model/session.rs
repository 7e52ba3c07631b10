//! Logins that go on, the devices they are on, and what codes of text messages are for.

use serde::{Deserialize, Serialize};

use crate::{
    clock::Millis,
    ids::{AccountId, SessionId},
};

/// What a code sent to a telephone is good for. One sent for one purpose is worth nothing for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodePurpose {
    /// Making an account.
    Register,
    /// Logging in without the password.
    Login,
    /// Setting a new password.
    Reset,
}

impl CodePurpose {
    /// Every purpose.
    pub const ALL: [Self; 3] = [Self::Register, Self::Login, Self::Reset];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Login => "login",
            Self::Reset => "reset",
        }
    }
}

/// What a client says about the device it runs on. Nothing of it is verified.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Device {
    /// The name by which the client knows the device.
    pub device_id: Option<String>,
    /// Its kind, such as `ios`.
    pub device_type: Option<String>,
    /// Its model.
    pub device_model: Option<String>,
    /// The version of its system.
    pub os_version: Option<String>,
    /// The version of the client.
    pub app_version: Option<String>,
}

/// A login that goes on until it is ended or not refreshed in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its identifier.
    pub id: SessionId,
    /// Whose it is.
    pub account: AccountId,
    /// On what it was opened.
    pub device: Device,
    /// When it was opened.
    pub opened_at: Millis,
    /// When it was refreshed last; at first, when it was opened.
    pub refreshed_at: Millis,
    /// When it ends unless it is refreshed.
    pub expires_at: Millis,
}

/// A device on which an account was logged in to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenDevice {
    /// What its client said about it last; `device_id` is always there.
    pub device: Device,
    /// When it was seen first.
    pub first_seen_at: Millis,
    /// When it was logged in on last.
    pub last_seen_at: Millis,
}
