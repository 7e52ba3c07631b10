//! Everything that can go wrong on a request: one closed list, which each surface renders in one exhaustive
//! `match` to status, headers and body.
//!
//! A refusal that a dialect answers with a success status (`200 {"success": false}`) is a response, not a
//! fault. Services have error enums of their own; the conversions into [`Fault`] stand here.

use super::wire::{FieldError, Malformed};

/// Why a request got no ordinary answer.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// No route has this path.
    #[error("no such path")]
    UnknownPath,
    /// A route has this path, but not for this method. The `Allow` header is the router's to add.
    #[error("wrong method")]
    MethodNotAllowed,
    /// A socket route was asked for without a WebSocket handshake.
    #[error("a WebSocket handshake is required")]
    UpgradeRequired,
    /// The body is larger than the route takes.
    #[error("the body has more than {limit} bytes")]
    BodyTooLarge {
        /// What the route takes.
        limit: usize,
    },
    /// The body did not arrive in time.
    #[error("the body did not arrive in time")]
    BodyTimeout,
    /// The connection broke, or the body's encoding did, before the body was complete.
    #[error("the body broke off")]
    BodyBroken,
    /// The body is of a media type that the route does not take.
    #[error("unsupported media type")]
    UnsupportedMediaType,
    /// The body is no JSON.
    #[error("malformed JSON at character {}: {}", .0.position, .0.reason)]
    Malformed(Malformed),
    /// Fields of the request are missing or wrong: all of them, in the order in which they were looked at.
    #[error("{} fields are missing or wrong", .0.len())]
    Invalid(Vec<FieldError>),
    /// Too many requests from this address or this account.
    #[error("too many requests, try again in {retry_after} s")]
    RateLimited {
        /// Seconds after which it may be tried again; at least 1.
        retry_after: u64,
    },
    /// As many sockets are open as may be, in all or from this address.
    #[error("too many sockets")]
    TooManySockets,
    /// There is no token where one is needed.
    #[error("no access token")]
    NoToken,
    /// The token is not one of ours, was spent or revoked, or belongs elsewhere.
    #[error("bad access token")]
    BadToken,
    /// The token was good until its time was over.
    #[error("expired access token")]
    ExpiredToken,
    /// The surface without authentication is guarded by a key, and the request does not carry it.
    #[error("the key of the open surfaces is missing or wrong")]
    NoSurfaceKey,
    /// The surface without authentication serves this machine only, and the request came by a name, a page or
    /// a proxy of elsewhere.
    #[error("the open surfaces answer on loopback only: {0}")]
    NotLoopback(&'static str),
    /// There is no such account, or it takes no part, or it is out of this surface's reach.
    #[error("unknown account")]
    UnknownAccount,
    /// There is no such account that could be confirmed as stored.
    #[error("unknown account to save")]
    UnknownAccountToSave,
    /// There is no such match for this person.
    #[error("unknown match")]
    UnknownMatch,
    /// The two cannot have a conversation: there is no such match between them.
    #[error("no conversation for these two")]
    NoConversation,
    /// The conversation is between others.
    #[error("not a member of the conversation")]
    NotAMember,
    /// There is no such group, or it was ended.
    #[error("unknown group")]
    UnknownGroup,
    /// There is no such message for this person.
    #[error("unknown message")]
    UnknownMessage,
    /// The message is too old to be taken back.
    #[error("too late to take a message back")]
    RecallTooLate,
    /// The role of this member does not allow it.
    #[error("the member's role does not allow it")]
    NotAllowed,
    /// Who is to be added is a member already.
    #[error("a member already")]
    AlreadyMember,
    /// The group has as many members as it may have.
    #[error("the group is full")]
    GroupFull,
    /// The person is in as many groups as they may be.
    #[error("too many groups")]
    TooManyGroups,
    /// There is nothing that could be taken back.
    #[error("nothing to take back")]
    NothingToTakeBack,
    /// There is no such report.
    #[error("unknown report")]
    UnknownReport,
    /// Somebody has decided already, and otherwise.
    #[error("decided already")]
    AlreadyDecided,
    /// The two of a match have not talked enough to see each other's contact.
    #[error("too early for a contact")]
    ContactTooEarly,
    /// The album has as many photos as it may have.
    #[error("the album is full")]
    AlbumFull,
    /// Nobody blocks that many people.
    #[error("too many blocks")]
    TooManyBlocks,
    /// There is no such photo of this person, or no film.
    #[error("unknown photo or film")]
    UnknownPhoto,
    /// The same kind of thing was handed in and waits for a reviewer.
    #[error("a review is pending")]
    ReviewPending,
    /// There is no such review.
    #[error("unknown review")]
    UnknownReview,
    /// There is no such user for the assistant to talk with.
    #[error("unknown user of the assistant")]
    UnknownUser,
    /// There is no such conversation with the assistant.
    #[error("unknown conversation with the assistant")]
    UnknownDialogue,
    /// The assistant is writing a reply in the conversation.
    #[error("a reply is being written")]
    ReplyUnderWay,
    /// There is no such event for this person.
    #[error("unknown event")]
    UnknownEvent,
    /// There is no such registration of this person.
    #[error("unknown registration")]
    UnknownRegistration,
    /// An event does not give what is asked of it.
    #[error("the event refuses: {0:?}")]
    EventRefused(crate::model::EventRefusal),
    /// A notice of a payment is not from the gateway.
    #[error("the notice is not the gateway's")]
    BadNotice,
    /// Nobody writes to themselves.
    #[error("to oneself")]
    Oneself,
    /// Somebody has the user name that is asked for.
    #[error("the user name is taken")]
    UsernameTaken,
    /// Somebody has the e-mail address that is asked for.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// There is an account with the telephone that is to be registered.
    #[error("the telephone is registered")]
    PhoneTaken,
    /// There is no such session of this account.
    #[error("unknown session")]
    UnknownSession,
    /// The name or the password of a login is wrong, or there is no such account; nothing tells which.
    #[error("wrong name or password")]
    WrongLogin,
    /// An administrator has locked the account, or too many logins of it failed.
    #[error("the account is locked")]
    AccountLocked,
    /// Something that the request needs besides the store failed: text messages, payments, media.
    #[error("a provider failed: {cause}")]
    ProviderFailed {
        /// What failed, for the log. Never sent to the client.
        cause: String,
    },
    /// The signature of a link is wrong, or its time is over.
    #[error("the link is not good, or not good any more")]
    BadLink,
    /// Something this request needs cannot be reached: the store, a gateway. Trying again later may help.
    #[error("unavailable: {cause}")]
    Unavailable {
        /// What was unavailable, for the log. Never sent to the client.
        cause: String,
    },
    /// A defect. The cause is for the log and is never sent to the client.
    #[error("internal error: {cause}")]
    Internal {
        /// What went wrong, without personal data.
        cause: String,
    },
}

impl Fault {
    /// A defect, or a failure of something that this request cannot do without.
    #[must_use]
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::Internal { cause: cause.to_string() }
    }

    /// One field of the body that is wrong by a rule that its decoder could not see.
    #[must_use]
    pub fn field(error: FieldError) -> Self {
        Self::Invalid(vec![error])
    }

    /// Whether the operator should hear of it.
    #[must_use]
    pub const fn is_ours(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::ProviderFailed { .. } | Self::Internal { .. })
    }
}

impl From<Malformed> for Fault {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

impl From<Vec<FieldError>> for Fault {
    fn from(errors: Vec<FieldError>) -> Self {
        Self::Invalid(errors)
    }
}

impl From<crate::error::StoreError> for Fault {
    fn from(error: crate::error::StoreError) -> Self {
        use std::error::Error as _;
        let cause = error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"));
        match error {
            crate::error::StoreError::Unavailable(_) => Self::Unavailable { cause },
            _ => Self::Internal { cause },
        }
    }
}

#[cfg(feature = "service")]
mod from_assistant;
#[cfg(feature = "service")]
mod from_auth;
#[cfg(feature = "service")]
pub use from_services::no_such_upload;
#[cfg(feature = "service")]
mod from_events;

#[cfg(feature = "service")]
mod from_services {
    use super::Fault;
    use crate::api::wire::{FieldError, Problem};
    use crate::model::edit::EditRefusal;
    use crate::service::{
        accounts::{AuthError, LoginError, RegisterError, RenameError},
        auth::SessionError,
        chat::{AppendRefusal, OpenError, ReachError, RecallError, SendError, ThreadError},
        daily::{DailyError, Missing},
        groups::{GroupError, GroupRefusal},
        likes::LikeError,
        matchmaking::MatchmakingError,
        media::{MEDIA_BYTES_MAX, MediaError},
        office::OfficeError,
        pairs::ContactError,
        profiles::{PictureError, ProfileError},
        safety::SafetyError,
        telegram::TelegramError,
        uploads::UploadError,
    };

    /// After how many seconds passwords that nobody could hash are hashed: the queue is shorter than that.
    pub(super) const BUSY_FOR: u64 = 2;

    impl From<RegisterError> for Fault {
        fn from(error: RegisterError) -> Self {
            match error {
                RegisterError::UsernameTaken => Self::UsernameTaken,
                RegisterError::EmailTaken => Self::EmailTaken,
                RegisterError::Busy => Self::RateLimited { retry_after: BUSY_FOR },
                RegisterError::Store(error) => error.into(),
            }
        }
    }

    impl From<LoginError> for Fault {
        fn from(error: LoginError) -> Self {
            match error {
                LoginError::Wrong => Self::WrongLogin,
                LoginError::TooManyTries { retry_after } => Self::RateLimited { retry_after },
                LoginError::Busy => Self::RateLimited { retry_after: BUSY_FOR },
                LoginError::Store(error) => error.into(),
            }
        }
    }

    impl From<AuthError> for Fault {
        fn from(error: AuthError) -> Self {
            match error {
                AuthError::Bad => Self::BadToken,
                AuthError::Expired => Self::ExpiredToken,
                AuthError::Store(error) => error.into(),
            }
        }
    }

    impl From<SessionError> for Fault {
        fn from(error: SessionError) -> Self {
            match error {
                SessionError::Bad => Self::BadToken,
                SessionError::Expired => Self::ExpiredToken,
                SessionError::Locked => Self::AccountLocked,
                SessionError::Store(error) => error.into(),
            }
        }
    }

    impl From<MediaError> for Fault {
        fn from(error: MediaError) -> Self {
            use std::error::Error as _;
            match error {
                MediaError::TooLarge { .. } => Self::BodyTooLarge { limit: MEDIA_BYTES_MAX },
                MediaError::Full => Self::Unavailable { cause: error.to_string() },
                MediaError::Unavailable(_) => {
                    let source = error.source().map(ToString::to_string).unwrap_or_default();
                    Self::Unavailable { cause: format!("{error}: {source}") }
                }
            }
        }
    }

    impl From<RenameError> for Fault {
        fn from(error: RenameError) -> Self {
            match error {
                RenameError::Taken => Self::UsernameTaken,
                RenameError::Unknown => Self::UnknownAccount,
                RenameError::Store(error) => error.into(),
            }
        }
    }

    impl From<TelegramError> for Fault {
        fn from(error: TelegramError) -> Self {
            match error {
                TelegramError::Unknown => Self::UnknownAccount,
                TelegramError::Store(error) => error.into(),
            }
        }
    }

    impl From<MatchmakingError> for Fault {
        fn from(error: MatchmakingError) -> Self {
            match error {
                MatchmakingError::NoSuchPair => Self::UnknownAccount,
                MatchmakingError::Scoring(error) => Self::internal(error),
                MatchmakingError::Store(error) => error.into(),
            }
        }
    }

    impl From<DailyError> for Fault {
        fn from(error: DailyError) -> Self {
            match error {
                DailyError::Incomplete(missing) => Self::Invalid(missing.into_iter().map(needed).collect()),
                DailyError::NoRefreshLeft { retry_after } | DailyError::EnoughAsked { retry_after } => {
                    Self::RateLimited { retry_after }
                }
                DailyError::Unknown => Self::UnknownAccount,
                DailyError::Scoring(error) => Self::internal(error),
                DailyError::Store(error) => error.into(),
            }
        }
    }

    /// A field of the profile that must be filled in first.
    fn needed(missing: Missing) -> FieldError {
        let field = match missing {
            Missing::Gender => "gender",
            Missing::BirthDate => "birth_date",
        };
        let problem = Problem::Reason {
            chinese: "请先在资料中填写",
            english: "Fill this in in your profile first",
        };
        FieldError::body(field, problem, serde_json::Value::Null)
    }

    impl From<LikeError> for Fault {
        fn from(error: LikeError) -> Self {
            match error {
                LikeError::Unknown => Self::UnknownAccount,
                LikeError::Oneself => {
                    let problem =
                        Problem::Reason { chinese: "不能是自己", english: "must be somebody else" };
                    Self::field(FieldError::body("target_user_id", problem, serde_json::Value::Null))
                }
                LikeError::NoSuperLikes { retry_after } => Self::RateLimited { retry_after },
                LikeError::Store(error) => error.into(),
            }
        }
    }

    impl From<ContactError> for Fault {
        fn from(error: ContactError) -> Self {
            match error {
                ContactError::Unknown => Self::UnknownMatch,
                ContactError::TooEarly => Self::ContactTooEarly,
                ContactError::Store(error) => error.into(),
            }
        }
    }

    impl From<SafetyError> for Fault {
        fn from(error: SafetyError) -> Self {
            match error {
                SafetyError::Unknown => Self::UnknownAccount,
                SafetyError::Oneself => Self::Oneself,
                SafetyError::TooManyBlocks => Self::TooManyBlocks,
                SafetyError::TooMany { retry_after } => Self::RateLimited { retry_after },
                SafetyError::Store(error) => error.into(),
            }
        }
    }

    impl From<ProfileError> for Fault {
        fn from(error: ProfileError) -> Self {
            match error {
                ProfileError::Unknown => Self::UnknownAccount,
                ProfileError::Refused(refusals) => {
                    Self::Invalid(refusals.into_iter().map(refused_edit).collect())
                }
                ProfileError::BadPictures(pictures) => {
                    Self::Invalid(pictures.into_iter().map(bad_picture).collect())
                }
                ProfileError::BadFilm => {
                    let problem = Problem::Reason {
                        chinese: "必须是 MP4 或 WebM 视频",
                        english: "must be an MP4 or WebM film",
                    };
                    Self::field(FieldError::body("file", problem, serde_json::Value::Null))
                }
                ProfileError::AlbumFull => Self::AlbumFull,
                ProfileError::NoSuchFile => Self::UnknownPhoto,
                ProfileError::ReviewPending(_) => Self::ReviewPending,
                ProfileError::NoSuchReview => Self::UnknownReview,
                ProfileError::Media(error) => {
                    use std::error::Error as _;
                    let source = error.source().map(ToString::to_string).unwrap_or_default();
                    Self::ProviderFailed { cause: format!("{error}: {source}") }
                }
                ProfileError::Sealing => Self::internal(error),
                ProfileError::Store(error) => error.into(),
            }
        }
    }

    impl From<UploadError> for Fault {
        fn from(error: UploadError) -> Self {
            let file = |chinese, english| {
                let problem = Problem::Reason { chinese, english };
                Self::field(FieldError::body("file", problem, serde_json::Value::Null))
            };
            match error {
                UploadError::BadPicture(error) => Self::field(bad_picture(("file".to_owned(), error))),
                UploadError::BadSound => file(
                    "必须是 MP3、M4A、OGG、WAV 或 AMR 音频",
                    "must be an MP3, M4A, OGG, WAV or AMR sound",
                ),
                UploadError::BadFilm => file("必须是 MP4 或 WebM 视频", "must be an MP4 or WebM film"),
                UploadError::NoSuchKind => Self::internal(error),
                // Whoever's token it was is gone.
                UploadError::Unknown => Self::BadToken,
                UploadError::Media(error) => ProfileError::Media(error).into(),
                UploadError::Store(error) => error.into(),
            }
        }
    }

    fn refused_edit(refusal: EditRefusal) -> FieldError {
        let problem = match refusal {
            EditRefusal::NotBornYet => Problem::Reason {
                chinese: "身份证号格式不正确",
                english: "is no number of an identity card",
            },
            EditRefusal::Age => Problem::Reason {
                chinese: "年龄必须在 18 至 100 岁之间",
                english: "must make one 18 to 100 years old",
            },
            EditRefusal::GenderIsSet => {
                Problem::Reason { chinese: "性别只能设置一次", english: "can be set once only" }
            }
        };
        FieldError::body(refusal.field(), problem, serde_json::Value::Null)
    }

    fn bad_picture((field, error): (String, PictureError)) -> FieldError {
        let problem = match error {
            PictureError::NotAPicture => Problem::Reason {
                chinese: "必须是 JPEG、PNG 或 WebP 图片",
                english: "must be a JPEG, PNG or WebP picture",
            },
            PictureError::TooManyPixels => Problem::Reason {
                chinese: "图片不能超过 4000 万像素",
                english: "must have at most 40 megapixels",
            },
            PictureError::NothingLeft => Problem::Reason {
                chinese: "裁剪区域在图片之外",
                english: "is outside of the picture",
            },
        };
        FieldError::body(&field, problem, serde_json::Value::Null)
    }

    impl From<OfficeError> for Fault {
        fn from(error: OfficeError) -> Self {
            match error {
                OfficeError::UnknownAccount => Self::UnknownAccount,
                OfficeError::UnknownReport => Self::UnknownReport,
                OfficeError::AlreadyDecided => Self::AlreadyDecided,
                OfficeError::Store(error) => error.into(),
            }
        }
    }

    impl From<OpenError> for Fault {
        fn from(error: OpenError) -> Self {
            match error {
                OpenError::NoSuchMatch => Self::NoConversation,
                OpenError::Store(error) => error.into(),
            }
        }
    }

    impl From<ThreadError> for Fault {
        fn from(error: ThreadError) -> Self {
            match error {
                ThreadError::Unknown => Self::NoConversation,
                ThreadError::NotMember => Self::NotAMember,
                ThreadError::Store(error) => error.into(),
            }
        }
    }

    impl From<ReachError> for Fault {
        fn from(error: ReachError) -> Self {
            match error {
                ReachError::Unknown => Self::UnknownAccount,
                ReachError::Oneself => Self::Oneself,
                ReachError::Store(error) => error.into(),
            }
        }
    }

    impl From<SendError> for Fault {
        fn from(error: SendError) -> Self {
            match error {
                SendError::Refused(AppendRefusal::NotMember) => Self::NotAMember,
                SendError::Refused(AppendRefusal::NoSuchFile) => no_such_upload(),
                SendError::Refused(
                    AppendRefusal::UnknownConversation | AppendRefusal::Closed | AppendRefusal::NotVisible,
                ) => Self::NoConversation,
                SendError::Store(error) => error.into(),
            }
        }
    }

    /// A link to something that was not uploaded by whoever wants to send it.
    #[must_use]
    pub fn no_such_upload() -> Fault {
        let problem = Problem::Reason {
            chinese: "必须是本人通过 /messages/upload 上传的文件地址",
            english: "must be the URL of a file that you uploaded",
        };
        Fault::field(FieldError::body("media_url", problem, serde_json::Value::Null))
    }

    impl From<RecallError> for Fault {
        fn from(error: RecallError) -> Self {
            match error {
                RecallError::Unknown => Self::UnknownMessage,
                RecallError::NotSender => Self::NotAllowed,
                RecallError::TooLate => Self::RecallTooLate,
                RecallError::Store(error) => error.into(),
            }
        }
    }

    impl From<GroupError> for Fault {
        fn from(error: GroupError) -> Self {
            match error {
                GroupError::Refused(GroupRefusal::UnknownGroup) => Self::UnknownGroup,
                GroupError::Refused(GroupRefusal::NotMember) => Self::NotAMember,
                GroupError::Refused(GroupRefusal::NotAllowed) => Self::NotAllowed,
                GroupError::Refused(GroupRefusal::UnknownAccount) => Self::UnknownAccount,
                GroupError::Refused(GroupRefusal::Already) => Self::AlreadyMember,
                GroupError::Refused(GroupRefusal::Full) => Self::GroupFull,
                GroupError::Refused(GroupRefusal::TooManyGroups) => Self::TooManyGroups,
                GroupError::Store(error) => error.into(),
            }
        }
    }
}
