//! What was looked up stays true while nothing in the database has changed. For a SQLite file this can be told without
//! asking SQLite: every commit, of whichever process, alters the head of the index that all who have the file open
//! share, before it is acknowledged. Reading that head takes a microsecond; a query takes a change of threads.

use std::{
    collections::HashMap,
    hash::Hash,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

#[cfg(target_os = "linux")]
use std::{
    fs::File,
    os::unix::fs::{FileExt, MetadataExt},
};

/// How many answers of a kind are remembered; when there are more, all are forgotten.
const REMEMBERED: usize = 1_024;

/// The length of the head of a write-ahead log's index ("WAL-index header", <https://sqlite.org/walformat.html>).
const HEAD: usize = 48;

/// The version of the index's format that is known here.
const FORMAT: u32 = 3_007_000;

/// The head, twice, as it stands in the file. It has a counter of changes, the salts of the log and a checksum, so that
/// two states of a database never have the same one.
pub(super) type State = [u8; 2 * HEAD];

/// Tells the state of a database.
#[derive(Debug)]
pub(super) struct Watch {
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "nothing is watched there"))]
    index: PathBuf,
    #[cfg(target_os = "linux")]
    open: Mutex<Option<Arc<File>>>,
}

impl Watch {
    /// Watches the SQLite database in this file.
    pub(super) fn new(database: &Path) -> Self {
        let mut index = database.as_os_str().to_owned();
        index.push("-shm");
        Self {
            index: index.into(),
            #[cfg(target_os = "linux")]
            open: Mutex::default(),
        }
    }

    /// The state that the database is in, unless it cannot be told.
    ///
    /// Linux shows one and the same memory to those who have mapped a file and to those who read it. Elsewhere that is
    /// not promised, and nothing is told.
    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_self, reason = "as on Linux")]
    pub(super) fn state(&self) -> Option<State> {
        None
    }

    /// The state that the database is in, unless it cannot be told: nobody has the file open, it is not written through
    /// a log, or somebody is writing the head at this moment.
    #[cfg(target_os = "linux")]
    pub(super) fn state(&self) -> Option<State> {
        let file = self.open.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let read = file.and_then(|file| read_head(&file));
        if read.is_some() {
            return read;
        }
        let file = File::open(&self.index).ok()?;
        let read = read_head(&file)?;
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(file));
        Some(read)
    }
}

#[cfg(target_os = "linux")]
fn read_head(index: &File) -> Option<State> {
    // The last one to close a database deletes the index, and whoever opens it next makes another.
    if index.metadata().ok()?.nlink() == 0 {
        return None;
    }
    let mut state = [0; 2 * HEAD];
    index.read_exact_at(&mut state, 0).ok()?;
    let (first, second) = state.split_at(HEAD);
    let is_known = first.starts_with(&FORMAT.to_ne_bytes());
    (is_known && first == second).then_some(state)
}

/// Answers of one kind that were true in one state.
#[derive(Debug)]
pub(super) struct Remembered<K, V>(Mutex<Answers<K, V>>);

#[derive(Debug)]
struct Answers<K, V> {
    state: State,
    by_key: HashMap<K, V>,
}

impl<K, V> Default for Remembered<K, V> {
    fn default() -> Self {
        Self(Mutex::new(Answers { state: [0; 2 * HEAD], by_key: HashMap::new() }))
    }
}

impl<K: Eq + Hash, V: Clone> Remembered<K, V> {
    /// What was found under a key, if that was in this state.
    pub(super) fn recall(&self, state: &State, key: &K) -> Option<V> {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.state == *state { answers.by_key.get(key).cloned() } else { None }
    }

    /// Remembers what was found under a key. The state was told before the database was asked: if it has changed since,
    /// the answer is never recalled.
    pub(super) fn remember(&self, state: State, key: K, found: V) {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.state != state || answers.by_key.len() >= REMEMBERED {
            answers.by_key.clear();
            answers.state = state;
        }
        answers.by_key.insert(key, found);
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use crate::{
        clock::Millis,
        ids::AccountId,
        model::{AccountStatus, Identity, IdentityKind, Profile},
        store::{CreateOutcome, NewAccount, Stores, url::DatabaseUrl},
    };

    async fn person(stores: &Stores, name: &str) -> AccountId {
        let new = NewAccount {
            identities: vec![Identity::new(IdentityKind::Username, name)],
            password_hash: None,
            profile: Profile::default(),
            at: Millis(0),
        };
        match stores.accounts.create_account(new).await.unwrap() {
            CreateOutcome::Created(account) => account.id,
            CreateOutcome::Taken { .. } => panic!("{name} is taken"),
        }
    }

    #[tokio::test]
    async fn whatever_others_write_is_seen_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        let url: DatabaseUrl = format!("sqlite://{}", file.display()).parse().unwrap();
        // As two processes have the file open.
        let (one, other) = (crate::store::open(&url).await.unwrap(), crate::store::open(&url).await.unwrap());
        let ann = person(&one, "ann").await;
        let watch = Watch::new(&file);
        let remembered: Remembered<i64, bool> = Remembered::default();
        for n in 0..20 {
            let status = if n % 2 == 0 { AccountStatus::Locked } else { AccountStatus::Active };
            let before = watch.state().expect("it is open");
            remembered.remember(before, n, true);
            one.people.people_among(&[ann]).await.unwrap();
            assert_eq!(watch.state(), Some(before), "reading changes nothing");
            assert_eq!(remembered.recall(&before, &n), Some(true));
            assert!(other.accounts.set_status(ann, status, Millis(n)).await.unwrap());
            let after = watch.state().expect("it is open");
            assert_ne!(after, before);
            assert_eq!(remembered.recall(&after, &n), None);
            let found = one.people.people_among(&[ann]).await.unwrap();
            assert_eq!(found.len(), usize::from(status == AccountStatus::Active));
        }
        one.upkeep.close().await;
        other.upkeep.close().await;
        assert_eq!(watch.state(), None, "whoever closes last takes the index away");
    }

    #[test]
    fn no_more_is_remembered_than_may_be() {
        let remembered: Remembered<usize, usize> = Remembered::default();
        let state = [1; 2 * HEAD];
        for key in 0..=REMEMBERED {
            remembered.remember(state, key, key);
        }
        assert_eq!(remembered.recall(&state, &0), None);
        assert_eq!(remembered.recall(&state, &REMEMBERED), Some(REMEMBERED));
    }
}
