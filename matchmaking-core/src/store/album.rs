//! The store of photos, films, and the files they are kept in.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ConversationId, MessageId, PhotoId},
    model::{
        FileRole, KeptFile, MessageDetails, MessageKind, Photo, PhotoFiles, PhotoKind, ReviewStatus, Video,
    },
};

/// How many photos somebody has at most.
pub const ALBUM_MAX: usize = 9;

/// A photo to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPhoto {
    /// To whose album.
    pub account: AccountId,
    /// What it is meant as.
    pub kind: PhotoKind,
    /// Whether it takes the place of the one that stood for its person so far.
    pub is_primary: bool,
    /// Its files.
    pub files: PhotoFiles,
    /// Whether a reviewer has yet to decide.
    pub status: ReviewStatus,
    /// The present moment.
    pub at: Millis,
}

/// What became of a photo to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddPhotoOutcome {
    /// It was added.
    Added(Photo),
    /// The album has [`ALBUM_MAX`] photos.
    Full,
    /// There is no such account, or it is deleted.
    UnknownAccount,
}

/// A film to be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVideo {
    /// To whose profile.
    pub account: AccountId,
    /// The film's key.
    pub file: String,
    /// The key of the picture that stands for it.
    pub cover: Option<String>,
    /// How long it is, in whole seconds.
    pub duration_secs: Option<u32>,
    /// Whether a reviewer has yet to decide.
    pub status: ReviewStatus,
    /// The present moment.
    pub at: Millis,
}

/// Something that is about to be uploaded to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUpload {
    /// By whom.
    pub account: AccountId,
    /// What it is. Its key, and that of the small picture that stands for it, are reserved with it.
    pub upload: Upload,
    /// When it is discarded unless it was sent by then.
    pub until: Millis,
}

/// What is known of something that was uploaded to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// As what it can be sent.
    pub kind: MessageKind,
    /// Its file, the small picture that stands for it, and its measures.
    pub details: MessageDetails,
}

/// Keeps photos, films, and what is known of their files.
///
/// A file is **reserved** before its bytes are put anywhere, and belongs to something from the moment in which that is
/// stored. A file that belongs to nothing any more, or never came to belong to anything, is told by
/// [`discarded_files`](Self::discarded_files): whoever removes the bytes then has them
/// [forgotten](Self::forget_files). So no crash leaves a picture that nobody knows of.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait AlbumStore: Send + Sync {
    /// Notes that files with these keys are about to be put, and are discarded at `until` unless they belong to something
    /// by then. A key that is known already is a defect of the caller.
    async fn reserve_files(
        &self,
        account: AccountId,
        keys: &[(String, FileRole)],
        until: Millis,
    ) -> StoreResult<()>;

    /// Notes that a message links to a file that was reserved, so that the file goes when the message is taken back, unless
    /// another one links to it. Of a file that nobody knows of nothing is noted.
    async fn link_file(&self, key: &str, conversation: ConversationId, message: MessageId)
    -> StoreResult<()>;

    /// Whether this file is to be removed, and only has not been yet.
    async fn is_discarded(&self, key: &str, at: Millis) -> StoreResult<bool>;

    /// Reserves the files of something that is to be sent, likewise, and notes what it is.
    async fn reserve_upload(&self, new: NewUpload) -> StoreResult<()>;

    /// What this account uploaded under this key to be sent; `None` for anything else, and once it is discarded.
    async fn upload(&self, account: AccountId, key: &str, at: Millis) -> StoreResult<Option<Upload>>;

    /// Whether a file was sent to a conversation that this account is in: a group that goes on, or a direct one whose two
    /// may see each other.
    async fn was_sent_to(&self, key: &str, account: AccountId) -> StoreResult<bool>;

    /// Discards files at this moment that were reserved and do not belong to anything; others are left alone.
    async fn discard_files(&self, keys: &[String], at: Millis) -> StoreResult<()>;

    /// What is known of a file; `None` for one that is unknown, or discarded.
    async fn file(&self, key: &str, at: Millis) -> StoreResult<Option<KeptFile>>;

    /// The keys of files that are discarded by this moment, those discarded longest ago first, at most `limit`.
    async fn discarded_files(&self, at: Millis, limit: usize) -> StoreResult<Vec<String>>;

    /// Forgets discarded files whose bytes are removed; others are left alone.
    async fn forget_files(&self, keys: &[String], at: Millis) -> StoreResult<()>;

    /// Adds a photo with its review. The first of an album is primary whatever is asked for; a new primary one takes that
    /// from the former. Of two that want the last place in an album one gets it. The files must have been reserved.
    async fn add_photo(&self, new: NewPhoto) -> StoreResult<AddPhotoOutcome>;

    /// Removes a photo of this account with its review, and discards its files; tells whether there was one. If it was
    /// primary, the eldest of those that remain becomes so.
    async fn remove_photo(&self, account: AccountId, photo: PhotoId, at: Millis) -> StoreResult<bool>;

    /// The photos of these accounts, ordered by account, then the eldest first.
    async fn photos(&self, accounts: &[AccountId]) -> StoreResult<Vec<Photo>>;

    /// Sets the film of a profile with its review, in place of one there was, whose review goes and whose files are
    /// discarded. False when there is no such account, or it is deleted. The files must have been reserved.
    async fn set_video(&self, new: NewVideo) -> StoreResult<bool>;

    /// Removes the film of this account with its review, and discards its files; tells whether there was one.
    async fn remove_video(&self, account: AccountId, at: Millis) -> StoreResult<bool>;

    /// The film of this account's profile.
    async fn video(&self, account: AccountId) -> StoreResult<Option<Video>>;

    /// Counts that somebody else began to watch the film with this key.
    async fn count_video_view(&self, file: &str) -> StoreResult<()>;
}
