//! Pictures, sounds and films that are uploaded to be sent: what they are by their bytes, and to whom they are shown.

mod sounds;

use std::sync::Arc;

use bytes::Bytes;

use super::{
    media::{Kept, Media, MediaError, own_key, put_for, without_metadata},
    profiles::{FilmKind, PictureError, Pictures, film},
};
use crate::{
    clock::{Clock, Millis},
    error::StoreError,
    ids::{AccountId, ConversationId},
    model::{FileRole, MessageDetails, MessageKind},
    ports::media::MediaKey,
    service::heavy::heavy,
    store::{NewUpload, Stores, Upload},
};

pub use sounds::{Sound, SoundKind, sound};

/// How long something that was uploaded can be sent for the first time, in milliseconds: a day.
pub const UPLOAD_KEPT_MILLIS: i64 = 24 * 60 * 60 * 1_000;

/// How long before its end something is not taken to be sent any more, in milliseconds: so that it is not removed while
/// it is being sent.
const UPLOAD_MARGIN_MILLIS: i64 = 60_000;

/// Takes what is to be sent.
#[derive(Debug, Clone)]
pub struct Uploads {
    stores: Stores,
    media: Media,
    pictures: Pictures,
    clock: Arc<dyn Clock>,
}

/// When what is kept for a conversation is discarded, unless something else decides it.
const NEVER: Millis = Millis(i64::MAX);

/// Something that was uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploaded {
    /// Its files and measures.
    pub details: MessageDetails,
    /// How many bytes are served.
    pub bytes: usize,
}

/// Why something is not taken.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// It is no picture that can be used.
    #[error(transparent)]
    BadPicture(#[from] PictureError),
    /// It is no sound.
    #[error("not a sound")]
    BadSound,
    /// It is no film.
    #[error("not a film")]
    BadFilm,
    /// Messages of this kind have no file.
    #[error("nothing of this kind is uploaded")]
    NoSuchKind,
    /// The account was deleted meanwhile.
    #[error("no such person")]
    Unknown,
    /// Media could not be kept.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Uploads {
    pub(super) fn new(stores: Stores, media: Media, pictures: Pictures, clock: Arc<dyn Clock>) -> Self {
        Self { stores, media, pictures, clock }
    }

    /// Keeps something that somebody wants to send as a message of this kind. What is not sent within
    /// [`UPLOAD_KEPT_MILLIS`] is removed.
    pub async fn keep(
        &self,
        account: AccountId,
        kind: MessageKind,
        bytes: Bytes,
    ) -> Result<Uploaded, UploadError> {
        let Made { details, files } = match kind {
            MessageKind::Image => self.picture(bytes).await?,
            MessageKind::Voice => beside(move || voice(bytes)).await.ok_or(UploadError::BadSound)?,
            MessageKind::Video => beside(move || moving(bytes)).await.ok_or(UploadError::BadFilm)?,
            _ => return Err(UploadError::NoSuchKind),
        };
        let until = self.clock.now().plus(UPLOAD_KEPT_MILLIS);
        let upload = Upload { kind, details: details.clone() };
        self.stores.album.reserve_upload(NewUpload { account, upload, until }).await?;
        let size = files.first().map_or(0, |(_, bytes)| bytes.len());
        if !put_for::<UploadError>(&self.stores, &self.media, account, files).await? {
            return Err(UploadError::Unknown);
        }
        Ok(Uploaded { details, bytes: size })
    }

    /// Keeps something for a conversation, to be linked to there. It goes with the message that links to it, or with its
    /// owner's account.
    pub async fn keep_for_room(
        &self,
        account: AccountId,
        room: ConversationId,
        file_name: &str,
        bytes: Bytes,
    ) -> Result<Kept, UploadError> {
        let kept = Media::of_room(room, file_name, &bytes)?;
        let files = [(kept.key.to_string(), FileRole::Message)];
        self.stores.album.reserve_files(account, &files, NEVER).await?;
        if !put_for::<UploadError>(&self.stores, &self.media, account, vec![(kept.key.clone(), bytes)])
            .await?
        {
            return Err(UploadError::Unknown);
        }
        Ok(kept)
    }

    /// What a link leads to that somebody wants to send as a message of this kind; `None` unless they uploaded it for
    /// that, and it is still there.
    pub async fn find(
        &self,
        account: AccountId,
        kind: MessageKind,
        link: &str,
    ) -> Result<Option<MessageDetails>, StoreError> {
        let Some(key) = self.media.bare(link) else { return Ok(None) };
        let soon = self.clock.now().plus(UPLOAD_MARGIN_MILLIS);
        let upload = self.stores.album.upload(account, key.as_str(), soon).await?;
        Ok(upload.filter(|upload| upload.kind == kind).map(|upload| upload.details))
    }

    async fn picture(&self, bytes: Bytes) -> Result<Made, PictureError> {
        let picture = self.pictures.make(bytes, None).await?;
        let [media, thumbnail] = [(); 2].map(|()| own_key("jpg"));
        let details = MessageDetails {
            media: Some(media.to_string()),
            thumbnail: Some(thumbnail.to_string()),
            width: Some(picture.width),
            height: Some(picture.height),
            ..MessageDetails::default()
        };
        Ok(Made { details, files: vec![(media, picture.full), (thumbnail, picture.thumbnail)] })
    }
}

/// What is to be kept.
struct Made {
    details: MessageDetails,
    /// The one that is sent first.
    files: Vec<(MediaKey, Bytes)>,
}

impl Made {
    /// A sound or a film.
    fn of(ending: &str, duration_secs: Option<u32>, bytes: Bytes) -> Self {
        let (key, bytes) = (own_key(ending), without_metadata(bytes));
        let media = Some(key.to_string());
        let details = MessageDetails { media, duration_secs, ..MessageDetails::default() };
        Self { details, files: vec![(key, bytes)] }
    }
}

/// Goes through a file on a thread of its own: it may be large, and made to take long.
async fn beside(make: impl FnOnce() -> Option<Made> + Send + 'static) -> Option<Made> {
    heavy(make).await.ok().flatten()
}

fn voice(bytes: Bytes) -> Option<Made> {
    let Sound { kind, duration_secs } = sound(&bytes)?;
    Some(Made::of(kind.ending(), duration_secs, bytes))
}

fn moving(bytes: Bytes) -> Option<Made> {
    let known = film(&bytes)?;
    let ending = match known.kind {
        FilmKind::Mp4 => "mp4",
        FilmKind::WebM => "webm",
    };
    Some(Made::of(ending, known.duration_secs, bytes))
}
