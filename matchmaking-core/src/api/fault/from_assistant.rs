//! How talking with the assistant fails.

use super::{Fault, from_services::BUSY_FOR};
use crate::service::assistant::{AskError, CreateUserError, DialogueError};

impl From<CreateUserError> for Fault {
    fn from(error: CreateUserError) -> Self {
        match error {
            CreateUserError::UsernameTaken => Self::UsernameTaken,
            CreateUserError::EmailTaken => Self::EmailTaken,
            CreateUserError::Store(error) => error.into(),
        }
    }
}

impl From<DialogueError> for Fault {
    fn from(error: DialogueError) -> Self {
        match error {
            DialogueError::UnknownUser => Self::UnknownUser,
            DialogueError::UnknownConversation => Self::UnknownDialogue,
            DialogueError::Store(error) => error.into(),
        }
    }
}

impl From<AskError> for Fault {
    fn from(error: AskError) -> Self {
        match error {
            AskError::UnknownConversation => Self::UnknownDialogue,
            AskError::Answering => Self::ReplyUnderWay,
            AskError::TooMany => Self::RateLimited { retry_after: BUSY_FOR },
            AskError::Store(error) => error.into(),
        }
    }
}
