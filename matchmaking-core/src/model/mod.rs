//! Plain domain types. They hold no rule that needs a store; what may be decided from values alone is decided
//! here.

pub mod account;
pub mod audit;
pub mod completion;
pub mod contact_mask;
pub mod conversation;
pub mod edit;
pub mod event;
pub mod funnel;
pub mod id_card;
pub mod interests;
pub mod labels;
pub mod mask;
pub mod matching;
pub mod membership;
pub mod message;
pub mod payment;
pub mod person;
pub mod profile;
pub mod registration;
pub mod report;
pub mod requirements;
pub mod review;
pub mod session;
pub mod visibility;
pub mod zodiac;

pub use account::{Account, AccountStatus, Identity, IdentityKind};
pub use audit::{AuditAction, AuditEntry};
pub use conversation::{Conversation, ConversationKind, Member, Role};
pub use event::{Event, EventDetails, EventState, EventStatus, Seats};
pub use labels::Language;
pub use matching::{Action, Interaction, Match, Pair};
pub use membership::{Level, Membership};
pub use message::{Message, MessageDetails, MessageKind};
pub use payment::PaymentChannel;
pub use person::Person;
pub use profile::Profile;
pub use registration::{
    EventRefusal, RefundState, Registration, RegistrationState, RegistrationStatus, TableDate,
};
pub use report::Report;
pub use requirements::Requirements;
pub use review::{
    Claim, FileRole, KeptFile, Photo, PhotoFiles, PhotoKind, Review, ReviewKind, ReviewStatus, Subject, Video,
};
pub use session::{CodePurpose, Device, SeenDevice, Session};
pub use visibility::{Relation, may_see};
