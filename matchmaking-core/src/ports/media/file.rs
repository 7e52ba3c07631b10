//! Media kept as files in a folder.

use std::{
    fs,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    ops::Range,
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;

use super::{MediaError, MediaKey, MediaPart, MediaStore, check_size, cut};
use crate::ports::blocking;

/// Where files are written before they get their names. No key begins with a dot.
const DRAFTS: &str = ".drafts";

/// How old a draft is that nobody is writing any more.
const ABANDONED: Duration = Duration::from_hours(24);

/// Keeps media as files below a folder that only its owner can read. A file appears under its name when it is whole
/// and on the disk. Several processes may share the folder.
#[derive(Debug, Clone)]
pub struct FileMedia {
    root: PathBuf,
}

impl FileMedia {
    /// The media below this folder, which is made if it is not there. What a killed process left half written a day
    /// ago is removed.
    pub async fn open(root: impl Into<PathBuf>) -> Result<Self, MediaError> {
        let root = root.into();
        let drafts = root.join(DRAFTS);
        blocking(move || {
            make_private_dir(&drafts)?;
            for draft in fs::read_dir(&drafts)?.flatten() {
                let written = draft.metadata().and_then(|metadata| metadata.modified());
                if written.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > ABANDONED)) {
                    // Another process may have been faster.
                    let _ = fs::remove_file(draft.path());
                }
            }
            Ok(())
        })
        .await
        .map_err(media_error)?;
        Ok(Self { root })
    }

    fn path(&self, key: &MediaKey) -> PathBuf {
        self.root.join(key.as_str())
    }
}

#[async_trait]
impl MediaStore for FileMedia {
    async fn put(&self, key: &MediaKey, bytes: Bytes) -> Result<(), MediaError> {
        check_size(&bytes)?;
        let path = self.path(key);
        let draft = self.root.join(DRAFTS).join(format!("{:032x}", rand::random::<u128>()));
        blocking(move || {
            let written = write_draft(&draft, &bytes).and_then(|()| name(&draft, &path));
            if written.is_err() {
                let _ = fs::remove_file(&draft);
            }
            written
        })
        .await
        .map_err(media_error)
    }

    async fn get(&self, key: &MediaKey, range: Option<Range<u64>>) -> Result<Option<MediaPart>, MediaError> {
        let path = self.path(key);
        let read = blocking(move || {
            let mut file = fs::File::open(&path)?;
            let metadata = file.metadata()?;
            if !metadata.is_file() {
                return Ok(None);
            }
            let range = cut(range, metadata.len());
            let mut bytes = Vec::with_capacity((range.end - range.start) as usize);
            file.seek(SeekFrom::Start(range.start))?;
            file.take(range.end - range.start).read_to_end(&mut bytes)?;
            Ok(Some(MediaPart { bytes: bytes.into(), size: metadata.len() }))
        });
        match read.await {
            Err(error) if is_absent(&error) => Ok(None),
            read => read.map_err(media_error),
        }
    }

    async fn delete(&self, key: &MediaKey) -> Result<bool, MediaError> {
        let path = self.path(key);
        let removed = blocking(move || {
            if !fs::symlink_metadata(&path)?.is_file() {
                return Ok(false);
            }
            fs::remove_file(&path)?;
            sync_dir(&path)?;
            Ok(true)
        });
        match removed.await {
            Err(error) if is_absent(&error) => Ok(false),
            removed => removed.map_err(media_error),
        }
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn media_error(error: io::Error) -> MediaError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => MediaError::Full,
        _ => MediaError::Unavailable(error.into()),
    }
}

fn write_draft(draft: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(draft)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn name(draft: &Path, path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        make_private_dir(folder)?;
    }
    fs::rename(draft, path)?;
    sync_dir(path)
}

/// Makes a folder and those above it, readable by their owner only.
fn make_private_dir(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A new or removed name is on the disk only when its folder is.
fn sync_dir(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        fs::File::open(folder)?.sync_all()?;
    }
    let _ = path;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{conformance::keeps_its_contract, tests::key};
    use super::*;

    fn drafts(root: &Path) -> usize {
        fs::read_dir(root.join(DRAFTS)).unwrap().count()
    }

    #[tokio::test]
    async fn it_keeps_the_contract_and_leaves_no_drafts() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("deep/media");
        keeps_its_contract(&FileMedia::open(&root).await.unwrap()).await;
        assert_eq!(drafts(&root), 0);
    }

    #[tokio::test]
    async fn what_is_kept_outlives_the_store_and_is_its_owners_alone() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("media");
        FileMedia::open(&root).await.unwrap().put(&key("a/b"), Bytes::from_static(b"x")).await.unwrap();
        let again = FileMedia::open(&root).await.unwrap();
        assert_eq!(again.get(&key("a/b"), None).await.unwrap().unwrap().bytes, "x");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            for (path, mode) in [("", 0o700), (DRAFTS, 0o700), ("a", 0o700), ("a/b", 0o600)] {
                let metadata = fs::metadata(root.join(path)).unwrap();
                assert_eq!(metadata.permissions().mode() & 0o777, mode, "{path}");
            }
        }
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_made_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(matches!(FileMedia::open(file.join("media")).await, Err(MediaError::Unavailable(_))));
    }

    #[tokio::test]
    async fn a_put_that_fails_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let store = FileMedia::open(dir.path()).await.unwrap();
        store.put(&key("a"), Bytes::from_static(b"kept")).await.unwrap();
        // There is a file where a folder would have to be.
        let failed = store.put(&key("a/b"), Bytes::from_static(b"x")).await;
        assert!(matches!(failed, Err(MediaError::Unavailable(_))));
        assert_eq!(store.get(&key("a"), None).await.unwrap().unwrap().bytes, "kept");
        assert_eq!(drafts(dir.path()), 0);
    }

    #[tokio::test]
    async fn abandoned_drafts_are_removed_and_others_are_not() {
        let dir = tempfile::tempdir().unwrap();
        FileMedia::open(dir.path()).await.unwrap();
        let folder = dir.path().join(DRAFTS);
        fs::write(folder.join("new"), "").unwrap();
        let old = fs::File::create(folder.join("old")).unwrap();
        old.set_modified(old.metadata().unwrap().modified().unwrap() - 2 * ABANDONED).unwrap();
        FileMedia::open(dir.path()).await.unwrap();
        assert!(folder.join("new").exists() && !folder.join("old").exists());
    }

    #[tokio::test]
    async fn of_two_writers_at_once_one_is_kept_whole() {
        let dir = tempfile::tempdir().unwrap();
        let store = FileMedia::open(dir.path()).await.unwrap();
        let photo = key("a/b");
        let writing: Vec<_> = (0..8_u8)
            .map(|byte| {
                let (store, photo) = (store.clone(), photo.clone());
                tokio::spawn(async move { store.put(&photo, Bytes::from(vec![byte; 100_000])).await })
            })
            .collect();
        for written in writing {
            written.await.unwrap().unwrap();
        }
        let bytes = store.get(&photo, None).await.unwrap().unwrap().bytes;
        assert!(bytes.len() == 100_000 && bytes.iter().all(|byte| *byte == bytes[0]));
    }
}
