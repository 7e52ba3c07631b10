//! What the logins of the platform fail with, as faults.

use serde_json::Value;

use super::{Fault, from_services::BUSY_FOR};
use crate::{
    api::wire::{FieldError, Problem},
    service::auth::{CodeRefusal, ConfirmError, EnterError, SendCodeError},
};

/// A field of the body that only the service could see to be wrong. What was sent is not shown again.
fn field(name: &str, chinese: &'static str, english: &'static str) -> Fault {
    Fault::field(FieldError::body(name, Problem::Reason { chinese, english }, Value::Null))
}

impl From<CodeRefusal> for Fault {
    fn from(refusal: CodeRefusal) -> Self {
        match refusal {
            CodeRefusal::Wrong => field("code", "验证码错误或已过期", "The code is wrong or has expired"),
            CodeRefusal::Burnt => {
                field("code", "验证码错误次数过多，请明天再试", "Too many wrong codes, try again tomorrow")
            }
        }
    }
}

impl From<SendCodeError> for Fault {
    fn from(error: SendCodeError) -> Self {
        use std::error::Error as _;
        match error {
            SendCodeError::Registered => Self::PhoneTaken,
            SendCodeError::TooMany { retry_after } => Self::RateLimited { retry_after },
            SendCodeError::Sms(error) => {
                let source = error.source().map(|source| format!(": {source}")).unwrap_or_default();
                Self::ProviderFailed { cause: format!("{error}{source}") }
            }
            SendCodeError::Store(error) => error.into(),
        }
    }
}

impl From<EnterError> for Fault {
    fn from(error: EnterError) -> Self {
        match error {
            EnterError::Registered => Self::PhoneTaken,
            EnterError::Code(refusal) => refusal.into(),
            EnterError::Wrong => Self::WrongLogin,
            EnterError::Locked => Self::AccountLocked,
            EnterError::Busy => Self::RateLimited { retry_after: BUSY_FOR },
            EnterError::Store(error) => error.into(),
        }
    }
}

impl Fault {
    /// The fault of what took a password, which the request has in this field.
    #[must_use]
    pub fn unconfirmed(error: ConfirmError, password: &str) -> Self {
        match error {
            ConfirmError::WrongPassword => field(password, "密码错误", "The password is wrong"),
            ConfirmError::TooManyTries { retry_after } => Self::RateLimited { retry_after },
            ConfirmError::UsernameTaken => Self::UsernameTaken,
            ConfirmError::EmailTaken => Self::EmailTaken,
            // Deleted since the token was looked at, which is worth nothing now.
            ConfirmError::Unknown => Self::BadToken,
            ConfirmError::Busy => Self::RateLimited { retry_after: BUSY_FOR },
            ConfirmError::Store(error) => error.into(),
        }
    }
}
