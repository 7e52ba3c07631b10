//! What events fail with, as faults.

use serde_json::Value;

use super::Fault;
use crate::{
    api::wire::{FieldError, Problem},
    service::events::{EventError, Rejection},
};

impl From<EventError> for Fault {
    fn from(error: EventError) -> Self {
        match error {
            EventError::Unknown => Self::UnknownEvent,
            EventError::UnknownRegistration => Self::UnknownRegistration,
            EventError::Refused(refusal) => Self::EventRefused(refusal),
            EventError::NoChannel => {
                Self::field(FieldError::body("payment_channel", Problem::Missing, Value::Null))
            }
            EventError::WrongCode => {
                let problem =
                    Problem::Reason { chinese: "签到码错误", english: "is not the right code" };
                Self::field(FieldError::body("check_in_code", problem, Value::Null))
            }
            EventError::RoundsElsewhere => {
                let problem =
                    Problem::Reason { chinese: "必须在活动期间", english: "must be during the event" };
                Self::field(FieldError::body("starts_at", problem, Value::Null))
            }
            EventError::Forged => Self::BadNotice,
            EventError::Payment(error) => {
                use std::error::Error as _;
                let source = error.source().map(|source| format!(": {source}")).unwrap_or_default();
                Self::ProviderFailed { cause: format!("{error}{source}") }
            }
            // Deleted since the token was looked at, which is worth nothing now.
            EventError::UnknownAccount => Self::BadToken,
            EventError::Rounds(error) => Self::Internal {
                cause: error
                    .map_or_else(|| "the runtime is going down".to_owned(), |error| error.to_string()),
            },
            EventError::Store(error) => error.into(),
        }
    }
}

impl From<Rejection> for Fault {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::LateDeadline => {
                let problem = Problem::Reason {
                    chinese: "不能晚于活动开始时间",
                    english: "must not be after the beginning",
                };
                Self::field(FieldError::body("registration_deadline", problem, Value::Null))
            }
            Rejection::Event(error) => error.into(),
        }
    }
}
