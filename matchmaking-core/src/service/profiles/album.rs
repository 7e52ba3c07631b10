//! Photos and films of a profile, and who may see their files.

use bytes::Bytes;

use super::{
    Crop, FILE_RESERVED_MILLIS, Film, ProfileError, Profiles,
    films::{FilmKind, film},
};
use crate::{
    error::StoreResult,
    ids::{AccountId, PhotoId},
    model::{FileRole, Photo, PhotoFiles, PhotoKind, ReviewStatus, may_see},
    ports::media::MediaKey,
    service::{
        heavy::heavy,
        media::{own_key, put_for, without_metadata},
    },
    store::{AddPhotoOutcome, NewPhoto, NewVideo},
};

/// How many discarded files are removed in one go.
const SWEPT_AT_ONCE: usize = 100;

/// A picture that somebody uploads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPicture {
    /// Its bytes.
    pub bytes: Bytes,
    /// What it is meant as.
    pub kind: PhotoKind,
    /// Whether it is to stand for its person.
    pub is_primary: bool,
    /// Which part of it is meant.
    pub crop: Option<Crop>,
}

/// Who wants to see a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileViewer {
    /// A person.
    Account(AccountId),
    /// Whoever reviews.
    Reviewer,
}

impl Profiles {
    /// Adds a photo to a person's album.
    pub async fn add_photo(&self, account: AccountId, new: NewPicture) -> Result<Photo, ProfileError> {
        // Asked before the work, and decided where it is stored.
        if self.stores.album.photos(&[account]).await?.len() >= crate::store::ALBUM_MAX {
            return Err(ProfileError::AlbumFull);
        }
        let made = self.pictures.make(new.bytes, new.crop).await;
        let made = made.map_err(|error| {
            let field = if error == super::PictureError::NothingLeft { "crop_data" } else { "file" };
            ProfileError::BadPictures(vec![(field.to_owned(), error)])
        })?;
        let [full, thumbnail, blurred] = [(); 3].map(|()| own_key("jpg"));
        let at = self.clock.now();
        let files = [
            (full.clone(), FileRole::Photo, made.full),
            (thumbnail.clone(), FileRole::Photo, made.thumbnail),
            (blurred.clone(), FileRole::Blurred, made.blurred),
        ];
        let keys = self.put(account, files.to_vec()).await?;
        let text = |key: &MediaKey| key.as_str().to_owned();
        let added = self.stores.album.add_photo(NewPhoto {
            account,
            kind: new.kind,
            is_primary: new.is_primary,
            files: PhotoFiles { full: text(&full), thumbnail: text(&thumbnail), blurred: text(&blurred) },
            status: if self.photos_approved_at_once { ReviewStatus::Passed } else { ReviewStatus::Pending },
            at,
        });
        match added.await? {
            AddPhotoOutcome::Added(photo) => Ok(photo),
            refused => {
                self.stores.album.discard_files(&keys, at).await?;
                self.sweep().await?;
                Err(if refused == AddPhotoOutcome::Full {
                    ProfileError::AlbumFull
                } else {
                    ProfileError::Unknown
                })
            }
        }
    }

    /// Removes a photo of a person's album. Its files are gone when this returns, or soon after.
    pub async fn remove_photo(&self, account: AccountId, photo: PhotoId) -> Result<(), ProfileError> {
        if !self.stores.album.remove_photo(account, photo, self.clock.now()).await? {
            return Err(ProfileError::NoSuchFile);
        }
        self.sweep().await?;
        Ok(())
    }

    /// Sets the film of a person's profile, with a picture that stands for it if there is one.
    pub async fn set_video(
        &self,
        account: AccountId,
        bytes: Bytes,
        cover: Option<Bytes>,
    ) -> Result<(), ProfileError> {
        let Film { kind, duration_secs } = film(&bytes).ok_or(ProfileError::BadFilm)?;
        let ending = match kind {
            FilmKind::Mp4 => "mp4",
            FilmKind::WebM => "webm",
        };
        let file = own_key(ending);
        let bytes = heavy(move || without_metadata(bytes)).await;
        let bytes = bytes.map_err(|_| ProfileError::BadFilm)?;
        let mut files = vec![(file.clone(), FileRole::Video, bytes)];
        if let Some(cover) = cover {
            let made = self.pictures.make(cover, None).await;
            let made = made.map_err(|error| ProfileError::BadPictures(vec![("cover".to_owned(), error)]))?;
            files.push((own_key("jpg"), FileRole::Video, made.full));
        }
        let cover = files.get(1).map(|(key, ..)| key.as_str().to_owned());
        let at = self.clock.now();
        let keys = self.put(account, files).await?;
        // Films are looked at by somebody, however photos are.
        let (file, status) = (file.as_str().to_owned(), ReviewStatus::Pending);
        let new = NewVideo { account, file, cover, duration_secs, status, at };
        let is_set = self.stores.album.set_video(new).await?;
        if !is_set {
            self.stores.album.discard_files(&keys, at).await?;
        }
        self.sweep().await?;
        if is_set { Ok(()) } else { Err(ProfileError::Unknown) }
    }

    /// Removes the film of a person's profile.
    pub async fn remove_video(&self, account: AccountId) -> Result<(), ProfileError> {
        if !self.stores.album.remove_video(account, self.clock.now()).await? {
            return Err(ProfileError::NoSuchFile);
        }
        self.sweep().await?;
        Ok(())
    }

    /// Whether somebody may see a file of somebody's now. What is unknown nobody may see.
    pub async fn may_open(&self, viewer: FileViewer, key: &MediaKey) -> StoreResult<bool> {
        let Some(file) = self.stores.album.file(key.as_str(), self.clock.now()).await? else {
            return Ok(false);
        };
        let viewer = match viewer {
            FileViewer::Reviewer => return Ok(true),
            FileViewer::Account(viewer) => viewer,
        };
        if file.role == FileRole::Paper {
            return Ok(false);
        }
        if viewer == file.account {
            return Ok(true);
        }
        if file.role == FileRole::Message {
            return self.stores.album.was_sent_to(key.as_str(), viewer).await;
        }
        if file.status != Some(ReviewStatus::Passed) {
            return Ok(false);
        }
        Ok(self.stores.safety.relation(viewer, file.account).await?.is_some_and(may_see))
    }

    /// Notes that somebody begins to look at a file; views of films by others are counted.
    pub async fn count_opened(&self, viewer: FileViewer, key: &MediaKey) -> StoreResult<()> {
        let FileViewer::Account(viewer) = viewer else { return Ok(()) };
        match self.stores.album.file(key.as_str(), self.clock.now()).await? {
            Some(file) if file.role == FileRole::Video && file.account != viewer => {
                self.stores.album.count_video_view(key.as_str()).await
            }
            _ => Ok(()),
        }
    }

    /// Removes the bytes of everything that is discarded by now. One sweep goes on at a time; who comes meanwhile leaves
    /// it to that one or to the next.
    pub async fn sweep(&self) -> StoreResult<()> {
        let Ok(_one_at_a_time) = self.sweeping.try_acquire() else { return Ok(()) };
        loop {
            let at = self.clock.now();
            let keys = self.stores.album.discarded_files(at, SWEPT_AT_ONCE).await?;
            if keys.is_empty() {
                return Ok(());
            }
            let mut gone = Vec::with_capacity(keys.len());
            for key in keys {
                match key.parse::<MediaKey>() {
                    Ok(parsed) => match self.media.remove(&parsed).await {
                        Ok(_) => gone.push(key),
                        // It stays discarded, and the next sweep tries again.
                        Err(error) => {
                            tracing::error!(
                                error = &error as &dyn std::error::Error,
                                "a file cannot be removed"
                            );
                        }
                    },
                    Err(_) => gone.push(key),
                }
            }
            if gone.is_empty() {
                return Ok(());
            }
            self.stores.album.forget_files(&gone, at).await?;
        }
    }

    /// Reserves files and puts their bytes; returns their keys.
    pub(super) async fn put(
        &self,
        account: AccountId,
        files: Vec<(MediaKey, FileRole, Bytes)>,
    ) -> Result<Vec<String>, ProfileError> {
        let until = self.clock.now().plus(FILE_RESERVED_MILLIS);
        let keys: Vec<_> = files.iter().map(|(key, role, _)| (key.as_str().to_owned(), *role)).collect();
        self.stores.album.reserve_files(account, &keys, until).await?;
        let files = files.into_iter().map(|(key, _, bytes)| (key, bytes)).collect();
        if !put_for::<ProfileError>(&self.stores, &self.media, account, files).await? {
            return Err(ProfileError::Unknown);
        }
        Ok(keys.into_iter().map(|(key, _)| key).collect())
    }
}
