//! Photos, films and their files in memory.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::{MemoryStore, State, next};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ConversationId, MessageId, PhotoId, ReviewId},
    model::{
        AccountStatus, ConversationKind, FileRole, KeptFile, Message, Photo, Review, ReviewStatus, Subject,
        Video,
    },
    store::{
        ALBUM_MAX, AddPhotoOutcome, AlbumStore, NewPhoto, NewUpload, NewVideo, Upload, decision::defect,
    },
};

/// A file, and what it belongs to.
#[derive(Debug)]
pub(super) struct FileRow {
    account: AccountId,
    role: FileRole,
    review: Option<ReviewId>,
    discard_at: Option<Millis>,
    upload: Option<Upload>,
    /// The messages that carry it.
    sent: BTreeSet<(ConversationId, MessageId)>,
}

#[async_trait]
impl AlbumStore for MemoryStore {
    async fn reserve_files(
        &self,
        account: AccountId,
        keys: &[(String, FileRole)],
        until: Millis,
    ) -> StoreResult<()> {
        let mut state = self.lock()?;
        if keys.iter().any(|(key, _)| state.files.contains_key(key)) {
            return Err(defect("a file's key is given out once"));
        }
        for (key, role) in keys {
            state.files.insert(key.clone(), FileRow::reserved(account, *role, until));
        }
        Ok(())
    }

    async fn link_file(
        &self,
        key: &str,
        conversation: ConversationId,
        message: MessageId,
    ) -> StoreResult<()> {
        let mut state = self.lock()?;
        let thread = state.conversations.get(&conversation);
        let is_there =
            thread.and_then(|thread| thread.with_id(message)).is_some_and(|m| m.recalled_at.is_none());
        if let Some(row) = state.files.get_mut(key).filter(|_| is_there) {
            row.sent.insert((conversation, message));
        }
        Ok(())
    }

    async fn is_discarded(&self, key: &str, at: Millis) -> StoreResult<bool> {
        Ok(self.lock()?.files.get(key).is_some_and(|row| row.is_discarded(at)))
    }

    async fn reserve_upload(&self, new: NewUpload) -> StoreResult<()> {
        let NewUpload { account, upload, until } = new;
        let keys: Vec<_> = upload.details.files().map(|key| (key.clone(), FileRole::Message)).collect();
        self.reserve_files(account, &keys, until).await?;
        let mut state = self.lock()?;
        let main = upload.details.media.as_ref().and_then(|key| state.files.get_mut(key));
        if let Some(row) = main {
            row.upload = Some(upload.clone());
        }
        Ok(())
    }

    async fn upload(&self, account: AccountId, key: &str, at: Millis) -> StoreResult<Option<Upload>> {
        let state = self.lock()?;
        let row = state.files.get(key).filter(|row| row.account == account && !row.is_discarded(at));
        Ok(row.and_then(|row| row.upload.clone()))
    }

    async fn was_sent_to(&self, key: &str, account: AccountId) -> StoreResult<bool> {
        let state = self.lock()?;
        let Some(row) = state.files.get(key) else { return Ok(false) };
        Ok(row.sent.iter().any(|(conversation, _)| state.is_shown(*conversation, account)))
    }

    async fn discard_files(&self, keys: &[String], at: Millis) -> StoreResult<()> {
        let mut state = self.lock()?;
        for key in keys {
            let unused = |row: &&mut FileRow| row.review.is_none() && row.sent.is_empty();
            if let Some(row) = state.files.get_mut(key).filter(unused) {
                row.discard_at = row.discard_at.min(Some(at));
            }
        }
        Ok(())
    }

    async fn file(&self, key: &str, at: Millis) -> StoreResult<Option<KeptFile>> {
        let state = self.lock()?;
        let row = state.files.get(key).filter(|row| !row.is_discarded(at));
        Ok(row.map(|row| KeptFile {
            account: row.account,
            role: row.role,
            status: row.review.and_then(|review| state.reviews.get(&review)).map(|review| review.status),
        }))
    }

    async fn discarded_files(&self, at: Millis, limit: usize) -> StoreResult<Vec<String>> {
        let state = self.lock()?;
        let discarded = state.files.iter().filter(|(_, row)| row.is_discarded(at));
        let mut discarded: Vec<_> = discarded.map(|(key, row)| (row.discard_at, key)).collect();
        discarded.sort_unstable();
        Ok(discarded.into_iter().take(limit).map(|(_, key)| key.clone()).collect())
    }

    async fn forget_files(&self, keys: &[String], at: Millis) -> StoreResult<()> {
        let mut state = self.lock()?;
        for key in keys {
            if state.files.get(key).is_some_and(|row| row.is_discarded(at)) {
                state.files.remove(key);
            }
        }
        Ok(())
    }

    async fn add_photo(&self, new: NewPhoto) -> StoreResult<AddPhotoOutcome> {
        let mut state = self.lock()?;
        let state = &mut *state;
        if !state.is_there(new.account) {
            return Ok(AddPhotoOutcome::UnknownAccount);
        }
        let album = state.photos.values().filter(|(photo, _)| photo.account == new.account).count();
        if album >= ALBUM_MAX {
            return Ok(AddPhotoOutcome::Full);
        }
        let files = [new.files.full.clone(), new.files.thumbnail.clone(), new.files.blurred.clone()];
        state.check_reserved(new.account, &files)?;
        let is_primary = new.is_primary || album == 0;
        if is_primary {
            for (photo, _) in state.photos.values_mut().filter(|(photo, _)| photo.account == new.account) {
                photo.is_primary = false;
            }
        }
        let subject = Subject::Photo { file: new.files.full.clone() };
        let review = state.add_review(new.account, subject, new.status, new.at)?.id;
        state.attach(&files, review);
        let photo = Photo {
            id: next(&mut state.last_photo, PhotoId::new)?,
            account: new.account,
            kind: new.kind,
            is_primary,
            status: new.status,
            files: new.files,
            created_at: new.at,
        };
        state.photos.insert(photo.id, (photo.clone(), review));
        Ok(AddPhotoOutcome::Added(photo))
    }

    async fn remove_photo(&self, account: AccountId, photo: PhotoId, at: Millis) -> StoreResult<bool> {
        let mut state = self.lock()?;
        let Some((gone, review)) = state.photos.get(&photo).filter(|(photo, _)| photo.account == account)
        else {
            return Ok(false);
        };
        let (was_primary, review) = (gone.is_primary, *review);
        state.photos.remove(&photo);
        state.remove_review(review, at);
        if was_primary
            && let Some((eldest, _)) = state.photos.values_mut().find(|(photo, _)| photo.account == account)
        {
            eldest.is_primary = true;
        }
        Ok(true)
    }

    async fn photos(&self, accounts: &[AccountId]) -> StoreResult<Vec<Photo>> {
        let state = self.lock()?;
        let shown = |(photo, review): &(Photo, ReviewId)| Photo {
            status: state.reviews.get(review).map_or(photo.status, |review| review.status),
            ..photo.clone()
        };
        let theirs = state.photos.values().filter(|(photo, _)| accounts.contains(&photo.account));
        let mut photos: Vec<Photo> = theirs.map(shown).collect();
        photos.sort_by_key(|photo| (photo.account, photo.id));
        Ok(photos)
    }

    async fn set_video(&self, new: NewVideo) -> StoreResult<bool> {
        let mut state = self.lock()?;
        if !state.is_there(new.account) {
            return Ok(false);
        }
        let files: Vec<String> = new.cover.iter().chain([&new.file]).cloned().collect();
        state.check_reserved(new.account, &files)?;
        if let Some((_, former)) = state.videos.remove(&new.account) {
            state.remove_review(former, new.at);
        }
        let subject = Subject::Video { file: new.file.clone() };
        let review = state.add_review(new.account, subject, new.status, new.at)?.id;
        state.attach(&files, review);
        let NewVideo { account, file, cover, duration_secs, status, at } = new;
        let video = Video { account, file, cover, duration_secs, views: 0, status, created_at: at };
        state.videos.insert(account, (video, review));
        Ok(true)
    }

    async fn remove_video(&self, account: AccountId, at: Millis) -> StoreResult<bool> {
        let mut state = self.lock()?;
        let Some((_, review)) = state.videos.remove(&account) else { return Ok(false) };
        state.remove_review(review, at);
        Ok(true)
    }

    async fn video(&self, account: AccountId) -> StoreResult<Option<Video>> {
        let state = self.lock()?;
        Ok(state.videos.get(&account).map(|(video, review)| Video {
            status: state.reviews.get(review).map_or(video.status, |review| review.status),
            ..video.clone()
        }))
    }

    async fn count_video_view(&self, file: &str) -> StoreResult<()> {
        let mut state = self.lock()?;
        if let Some((video, _)) = state.videos.values_mut().find(|(video, _)| video.file == file) {
            video.views += 1;
        }
        Ok(())
    }
}

impl FileRow {
    const fn reserved(account: AccountId, role: FileRole, until: Millis) -> Self {
        let discard_at = Some(until);
        Self { account, role, review: None, discard_at, upload: None, sent: BTreeSet::new() }
    }

    fn is_discarded(&self, at: Millis) -> bool {
        self.discard_at.is_some_and(|discard_at| discard_at <= at)
    }
}

impl State {
    /// Whether there is such an account that is not deleted.
    pub(super) fn is_there(&self, account: AccountId) -> bool {
        self.status(account).is_some_and(|status| status != AccountStatus::Deleted)
    }

    /// Refuses files that were not reserved for this account, or belong to something.
    pub(super) fn check_reserved(&self, account: AccountId, keys: &[String]) -> StoreResult<()> {
        let free = |key: &String| {
            self.files.get(key).is_some_and(|row| row.account == account && row.review.is_none())
        };
        if keys.iter().all(free) {
            Ok(())
        } else {
            Err(defect("files are reserved before they belong to anything"))
        }
    }

    /// Whether somebody may send this file.
    pub(super) fn may_send(&self, sender: AccountId, key: &str, at: Millis) -> bool {
        self.files.get(key).is_some_and(|row| {
            row.account == sender && row.role == FileRole::Message && !row.is_discarded(at)
        })
    }

    /// Gives the files of a message to it.
    pub(super) fn send_files(&mut self, message: &Message) {
        for key in message.details.files() {
            if let Some(row) = self.files.get_mut(key) {
                row.discard_at = None;
                row.sent.insert((message.conversation, message.id));
            }
        }
    }

    /// Takes the files of a message from it, and discards those that no other one carries.
    pub(super) fn take_files_back(&mut self, message: &Message, at: Millis) {
        for row in self.files.values_mut() {
            if row.sent.remove(&(message.conversation, message.id)) && row.sent.is_empty() {
                row.discard_at = Some(at);
            }
        }
    }

    /// Whether somebody is in a conversation that they are shown.
    fn is_shown(&self, conversation: ConversationId, account: AccountId) -> bool {
        self.conversations.get(&conversation).is_some_and(|thread| {
            thread.members.contains_key(&account)
                && match thread.conversation.kind {
                    ConversationKind::Direct(pair) => {
                        pair.other(account).is_some_and(|other| self.sees(account, other))
                    }
                    ConversationKind::Group => thread.conversation.closed_at.is_none(),
                    ConversationKind::Assistant => false,
                }
        })
    }

    /// Gives files to what a review is about.
    pub(super) fn attach(&mut self, keys: &[String], review: ReviewId) {
        for key in keys {
            if let Some(row) = self.files.get_mut(key) {
                (row.review, row.discard_at) = (Some(review), None);
            }
        }
    }

    /// Adds a review.
    pub(super) fn add_review(
        &mut self,
        account: AccountId,
        subject: Subject,
        status: ReviewStatus,
        at: Millis,
    ) -> StoreResult<Review> {
        let review = Review {
            id: next(&mut self.last_review, ReviewId::new)?,
            account,
            subject,
            status,
            reason: None,
            submitted_at: at,
            decided_at: (status != ReviewStatus::Pending).then_some(at),
        };
        self.reviews.insert(review.id, review.clone());
        Ok(review)
    }

    /// Removes a review, and discards the files of what it is about.
    fn remove_review(&mut self, review: ReviewId, at: Millis) {
        self.reviews.remove(&review);
        for row in self.files.values_mut().filter(|row| row.review == Some(review)) {
            (row.review, row.discard_at) = (None, Some(at));
        }
    }

    /// Takes away whatever an account has kept or handed in.
    pub(super) fn erase_album(&mut self, account: AccountId, at: Millis) {
        self.photos.retain(|_, (photo, _)| photo.account != account);
        self.videos.remove(&account);
        self.reviews.retain(|_, review| review.account != account);
        for row in self.files.values_mut().filter(|row| row.account == account) {
            (row.review, row.discard_at) = (None, Some(at));
        }
    }
}
