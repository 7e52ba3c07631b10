//! Photos, films and their files in a database.

use async_trait::async_trait;
use sqlx::{query, query_as, query_scalar};

use super::{
    SqlPool, SqlStore,
    accounts::STATUS,
    gather::{Gathered, all_of, for_each},
    json::{list, names},
    limit, read,
    reviews::{attach, insert_review, remove_review},
    rows::{self, known},
    safety::LOCK_ACCOUNTS,
    sql, transaction,
};
use crate::{
    clock::Millis,
    error::{StoreError, StoreResult},
    ids::{AccountId, ConversationId, MessageId, PhotoId},
    model::{AccountStatus, FileRole, KeptFile, Photo, PhotoFiles, PhotoKind, ReviewStatus, Subject, Video},
    store::{ALBUM_MAX, AddPhotoOutcome, AlbumStore, NewPhoto, NewUpload, NewVideo, Upload},
};

sql! {
    RESERVE = "INSERT INTO media_files (media_key, account_id, role, review_id, discard_at)
        VALUES ($1, $2, $3, NULL, $4)";
    LINK_FILE = "INSERT INTO sent_files (media_key, message_id, conversation_id)
        SELECT f.media_key, m.id, m.conversation_id FROM media_files f CROSS JOIN messages m
        WHERE f.media_key = $1 AND m.id = $2 AND m.conversation_id = $3 AND m.recalled_at IS NULL
        ON CONFLICT (media_key, message_id) DO NOTHING";
    IS_DISCARDED = "SELECT COUNT(*) FROM media_files WHERE media_key = $1 AND discard_at <= $2";
    RESERVE_UPLOAD = "UPDATE media_files SET document = $2 WHERE media_key = $1";
    UPLOAD = "SELECT document FROM media_files WHERE media_key = $1 AND account_id = $2 AND document IS NOT NULL
        AND (discard_at IS NULL OR discard_at > $3)";
    WAS_SENT_TO = "SELECT EXISTS (SELECT 1 FROM sent_files s
        JOIN members m ON m.conversation_id = s.conversation_id AND m.account_id = $2
        JOIN conversations c ON c.id = s.conversation_id
        LEFT JOIN accounts l ON l.id = c.low_id
        LEFT JOIN accounts h ON h.id = c.high_id
        WHERE s.media_key = $1 AND CASE WHEN c.kind = 1
            THEN l.status = 1 AND h.status = 1
                AND NOT EXISTS (SELECT 1 FROM blocks b WHERE (b.by_id = c.low_id AND b.target_id = c.high_id)
                    OR (b.by_id = c.high_id AND b.target_id = c.low_id))
                AND NOT EXISTS (SELECT 1 FROM matches e
                    WHERE e.low_id = c.low_id AND e.high_id = c.high_id AND e.ended_at IS NOT NULL)
            ELSE c.kind = 2 AND c.closed_at IS NULL END)";
    DISCARD = "UPDATE media_files SET discard_at = $2 WHERE review_id IS NULL AND discard_at > $2
        AND media_key IN (SELECT key FROM jsonb_each($1))";
    FILE = "SELECT f.account_id, f.role, r.status FROM media_files f LEFT JOIN reviews r ON r.id = f.review_id
        WHERE f.media_key = $1 AND (f.discard_at IS NULL OR f.discard_at > $2)";
    DISCARDED = "SELECT media_key FROM media_files WHERE discard_at <= $1 ORDER BY discard_at, media_key
            LIMIT CAST($2 AS BIGINT)";
    FORGET = "DELETE FROM media_files WHERE discard_at <= $2 AND media_key IN (SELECT key FROM jsonb_each($1))";
    COUNT_PHOTOS = "SELECT COUNT(*) FROM photos WHERE account_id = $1";
    UNSET_PRIMARY = "UPDATE photos SET is_primary = 0 WHERE account_id = $1 AND is_primary = 1";
    INSERT_PHOTO = "INSERT INTO photos
            (account_id, review_id, kind, is_primary, full_key, thumbnail_key, blurred_key, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id";
    PHOTO_TO_REMOVE = "SELECT review_id, is_primary FROM photos WHERE id = $1 AND account_id = $2";
    REMOVE_PHOTO = "DELETE FROM photos WHERE id = $1";
    NEXT_PRIMARY = "UPDATE photos SET is_primary = 1
        WHERE id = (SELECT MIN(o.id) FROM photos o WHERE o.account_id = $1)";
    PHOTOS = "SELECT p.id, p.account_id, p.kind, p.is_primary, r.status, p.full_key, p.thumbnail_key,
            p.blurred_key, p.created_at
        FROM photos p JOIN reviews r ON r.id = p.review_id
        WHERE p.account_id IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($1)) ORDER BY p.account_id, p.id";
    VIDEOS = "SELECT v.account_id, v.file_key, v.cover_key, v.duration_secs, v.views, r.status, v.created_at
        FROM videos v JOIN reviews r ON r.id = v.review_id
        WHERE v.account_id IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($1))";
    VIDEO_REVIEW = "SELECT review_id FROM videos WHERE account_id = $1";
    REMOVE_VIDEO = "DELETE FROM videos WHERE account_id = $1";
    INSERT_VIDEO = "INSERT INTO videos
            (account_id, review_id, file_key, cover_key, duration_secs, views, created_at)
        VALUES ($1, $2, $3, $4, $5, 0, $6)";
    COUNT_VIDEO_VIEW = "UPDATE videos SET views = views + 1 WHERE file_key = $1";
    ERASE_FILES = "UPDATE media_files SET review_id = NULL, discard_at = $2 WHERE account_id = $1";
    ERASE_PHOTOS = "DELETE FROM photos WHERE account_id = $1";
    ERASE_VIDEOS = "DELETE FROM videos WHERE account_id = $1";
    ERASE_REVIEWS = "DELETE FROM reviews WHERE account_id = $1";
}

type PhotoRow = (i64, i64, i64, i64, i64, String, String, String, i64);
type VideoRow = (i64, String, Option<String>, Option<i64>, i64, i64, i64);

/// Whether an account is there and not deleted, for the rest of the transaction.
macro_rules! is_there {
    ($tx:ident, $locks:ident, $account:expr) => {{
        let account = $account.get();
        if $locks {
            query(LOCK_ACCOUNTS).bind(account).bind(account).execute(&mut *$tx).await?;
        }
        let status: Option<i64> = query_scalar(STATUS).bind(account).fetch_optional(&mut *$tx).await?;
        let status = status.map(rows::status).transpose()?;
        status.is_some_and(|status| status != AccountStatus::Deleted)
    }};
}
pub(super) use is_there;

#[async_trait]
impl AlbumStore for SqlStore {
    async fn reserve_files(
        &self,
        account: AccountId,
        keys: &[(String, FileRole)],
        until: Millis,
    ) -> StoreResult<()> {
        transaction!(self.pool, |tx, _locks| {
            for (key, role) in keys {
                let reserve = query(RESERVE).bind(key).bind(account.get()).bind(role.code()).bind(until.0);
                reserve.execute(&mut *tx).await?;
            }
        })
    }

    async fn link_file(
        &self,
        key: &str,
        conversation: ConversationId,
        message: MessageId,
    ) -> StoreResult<()> {
        transaction!(self.pool, |tx, _locks| {
            let link = query(LINK_FILE).bind(key).bind(message.get()).bind(conversation.get());
            link.execute(&mut *tx).await?;
        })
    }

    async fn is_discarded(&self, key: &str, at: Millis) -> StoreResult<bool> {
        let found: i64 = read!(self.pool, |p| query_scalar(IS_DISCARDED).bind(key).bind(at.0).fetch_one(p))?;
        Ok(found > 0)
    }

    async fn reserve_upload(&self, new: NewUpload) -> StoreResult<()> {
        let NewUpload { account, upload, until } = &new;
        let document = serde_json::to_string(upload).map_err(|error| StoreError::Driver(Box::new(error)))?;
        transaction!(self.pool, |tx, _locks| {
            for key in upload.details.files() {
                let role = FileRole::Message.code();
                query(RESERVE)
                    .bind(key)
                    .bind(account.get())
                    .bind(role)
                    .bind(until.0)
                    .execute(&mut *tx)
                    .await?;
            }
            query(RESERVE_UPLOAD).bind(&upload.details.media).bind(&document).execute(&mut *tx).await?;
        })
    }

    async fn upload(&self, account: AccountId, key: &str, at: Millis) -> StoreResult<Option<Upload>> {
        let found: Option<String> = read!(self.pool, |p| query_scalar(UPLOAD)
            .bind(key)
            .bind(account.get())
            .bind(at.0)
            .fetch_optional(p))?;
        let upload =
            |document: String| known(serde_json::from_str(&document).ok(), "media_files", "document");
        found.map(upload).transpose()
    }

    async fn was_sent_to(&self, key: &str, account: AccountId) -> StoreResult<bool> {
        read!(self.pool, |p| query_scalar(WAS_SENT_TO).bind(key).bind(account.get()).fetch_one(p))
    }

    async fn discard_files(&self, keys: &[String], at: Millis) -> StoreResult<()> {
        transaction!(self.pool, |tx, _locks| {
            query(DISCARD).bind(names(keys)).bind(at.0).execute(&mut *tx).await?;
        })
    }

    async fn file(&self, key: &str, at: Millis) -> StoreResult<Option<KeptFile>> {
        let row: Option<(i64, i64, Option<i64>)> =
            read!(self.pool, |p| query_as(FILE).bind(key).bind(at.0).fetch_optional(p))?;
        row.map(|(account, role, status)| {
            Ok(KeptFile {
                account: rows::account_id(account, "media_files", "account_id")?,
                role: known(FileRole::from_code(role), "media_files", "role")?,
                status: status.map(rows::review_status).transpose()?,
            })
        })
        .transpose()
    }

    async fn discarded_files(&self, at: Millis, count: usize) -> StoreResult<Vec<String>> {
        read!(self.pool, |p| query_scalar(DISCARDED).bind(at.0).bind(limit(count)).fetch_all(p))
    }

    async fn forget_files(&self, keys: &[String], at: Millis) -> StoreResult<()> {
        transaction!(self.pool, |tx, _locks| {
            query(FORGET).bind(names(keys)).bind(at.0).execute(&mut *tx).await?;
        })
    }

    async fn add_photo(&self, new: NewPhoto) -> StoreResult<AddPhotoOutcome> {
        let subject = Subject::Photo { file: new.files.full.clone() };
        let document = rows::subject_document(&subject)?;
        let NewPhoto { account, kind, status, at, .. } = new;
        let files = [new.files.full.clone(), new.files.thumbnail.clone(), new.files.blurred.clone()];
        transaction!(self.pool, |tx, locks| {
            if is_there!(tx, locks, account) {
                let album: i64 = query_scalar(COUNT_PHOTOS).bind(account.get()).fetch_one(&mut *tx).await?;
                if album >= limit(ALBUM_MAX) {
                    AddPhotoOutcome::Full
                } else {
                    let is_primary = new.is_primary || album == 0;
                    if is_primary {
                        query(UNSET_PRIMARY).bind(account.get()).execute(&mut *tx).await?;
                    }
                    let review = insert_review!(tx, account, subject, document, status, at);
                    attach!(tx, files, review, account);
                    let id: i64 = query_scalar(INSERT_PHOTO)
                        .bind(account.get())
                        .bind(review)
                        .bind(kind.code())
                        .bind(i64::from(is_primary))
                        .bind(&new.files.full)
                        .bind(&new.files.thumbnail)
                        .bind(&new.files.blurred)
                        .bind(at.0)
                        .fetch_one(&mut *tx)
                        .await?;
                    AddPhotoOutcome::Added(Photo {
                        id: known(PhotoId::new(id), "photos", "id")?,
                        account,
                        kind,
                        is_primary,
                        status,
                        files: new.files.clone(),
                        created_at: at,
                    })
                }
            } else {
                AddPhotoOutcome::UnknownAccount
            }
        })
    }

    async fn remove_photo(&self, account: AccountId, photo: PhotoId, at: Millis) -> StoreResult<bool> {
        transaction!(self.pool, |tx, locks| {
            // Locked, so that two at once do not make two photos primary.
            if locks {
                query(LOCK_ACCOUNTS).bind(account.get()).bind(account.get()).execute(&mut *tx).await?;
            }
            let found: Option<(i64, i64)> = query_as(PHOTO_TO_REMOVE)
                .bind(photo.get())
                .bind(account.get())
                .fetch_optional(&mut *tx)
                .await?;
            if let Some((review, was_primary)) = found {
                query(REMOVE_PHOTO).bind(photo.get()).execute(&mut *tx).await?;
                remove_review!(tx, review, at);
                if was_primary != 0 {
                    query(NEXT_PRIMARY).bind(account.get()).execute(&mut *tx).await?;
                }
            }
            found.is_some()
        })
    }

    async fn photos(&self, accounts: &[AccountId]) -> StoreResult<Vec<Photo>> {
        let mut accounts = accounts.to_vec();
        accounts.sort_unstable();
        Ok(self.albums.ask(accounts).await?.unwrap_or_default())
    }

    async fn set_video(&self, new: NewVideo) -> StoreResult<bool> {
        let subject = Subject::Video { file: new.file.clone() };
        let document = rows::subject_document(&subject)?;
        let NewVideo { account, status, at, duration_secs, .. } = new;
        let files: Vec<String> = new.cover.iter().chain([&new.file]).cloned().collect();
        transaction!(self.pool, |tx, locks| {
            let there = is_there!(tx, locks, account);
            if there {
                let former: Option<i64> =
                    query_scalar(VIDEO_REVIEW).bind(account.get()).fetch_optional(&mut *tx).await?;
                if let Some(former) = former {
                    query(REMOVE_VIDEO).bind(account.get()).execute(&mut *tx).await?;
                    remove_review!(tx, former, at);
                }
                let review = insert_review!(tx, account, subject, document, status, at);
                attach!(tx, files, review, account);
                query(INSERT_VIDEO)
                    .bind(account.get())
                    .bind(review)
                    .bind(&new.file)
                    .bind(&new.cover)
                    .bind(duration_secs.map(i64::from))
                    .bind(at.0)
                    .execute(&mut *tx)
                    .await?;
            }
            there
        })
    }

    async fn remove_video(&self, account: AccountId, at: Millis) -> StoreResult<bool> {
        transaction!(self.pool, |tx, locks| {
            if locks {
                query(LOCK_ACCOUNTS).bind(account.get()).bind(account.get()).execute(&mut *tx).await?;
            }
            let former: Option<i64> =
                query_scalar(VIDEO_REVIEW).bind(account.get()).fetch_optional(&mut *tx).await?;
            if let Some(former) = former {
                query(REMOVE_VIDEO).bind(account.get()).execute(&mut *tx).await?;
                remove_review!(tx, former, at);
            }
            former.is_some()
        })
    }

    async fn video(&self, account: AccountId) -> StoreResult<Option<Video>> {
        Ok(videos(&self.pool, &[account]).await?.pop())
    }

    async fn count_video_view(&self, file: &str) -> StoreResult<()> {
        transaction!(self.pool, |tx, _locks| {
            query(COUNT_VIDEO_VIEW).bind(file).execute(&mut *tx).await?;
        })
    }
}

/// Photos, for several who ask for those of some people each.
pub(super) struct Albums;

#[async_trait]
impl Gathered for Albums {
    type Key = Vec<AccountId>;
    type Found = Vec<Photo>;

    async fn look_up(
        pool: &SqlPool,
        lists: &[Vec<AccountId>],
    ) -> StoreResult<Vec<(i64, StoreResult<Vec<Photo>>)>> {
        let photos = photos(pool, &all_of(lists)).await?;
        Ok(for_each(lists, photos, |photo| photo.account))
    }
}

/// The photos of these accounts, by account and then the eldest first.
pub(super) async fn photos(pool: &SqlPool, accounts: &[AccountId]) -> StoreResult<Vec<Photo>> {
    let found: Vec<PhotoRow> = read!(pool, |p| query_as(PHOTOS).bind(list(accounts)).fetch_all(p))?;
    found.into_iter().map(photo).collect()
}

/// The films of these accounts.
pub(super) async fn videos(pool: &SqlPool, accounts: &[AccountId]) -> StoreResult<Vec<Video>> {
    let found: Vec<VideoRow> = read!(pool, |p| query_as(VIDEOS).bind(list(accounts)).fetch_all(p))?;
    found.into_iter().map(video).collect()
}

fn photo(row: PhotoRow) -> StoreResult<Photo> {
    let (id, account, kind, is_primary, status, full, thumbnail, blurred, created_at) = row;
    Ok(Photo {
        id: known(PhotoId::new(id), "photos", "id")?,
        account: rows::account_id(account, "photos", "account_id")?,
        kind: known(PhotoKind::from_code(kind), "photos", "kind")?,
        is_primary: is_primary != 0,
        status: rows::review_status(status)?,
        files: PhotoFiles { full, thumbnail, blurred },
        created_at: Millis(created_at),
    })
}

fn video((account, file, cover, duration, views, status, created_at): VideoRow) -> StoreResult<Video> {
    let status: ReviewStatus = rows::review_status(status)?;
    let corrupt = |_| StoreError::Corrupt { table: "videos", column: "duration_secs" };
    Ok(Video {
        account: rows::account_id(account, "videos", "account_id")?,
        file,
        cover,
        duration_secs: duration.map(u32::try_from).transpose().map_err(corrupt)?,
        views,
        status,
        created_at: Millis(created_at),
    })
}
