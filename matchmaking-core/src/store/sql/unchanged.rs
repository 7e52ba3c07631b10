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

use crate::store::StoreState;

/// How many answers of a kind are remembered; when there are more, all are forgotten.
const REMEMBERED: usize = 1_024;

/// The version of the index's format that is known here.
const FORMAT: u32 = 3_007_000;

/// The length of the head of a write-ahead log's index ("WAL-index header", <https://sqlite.org/walformat.html>), which
/// stands there twice. It has a counter of changes, the salts of the log and a checksum, so that two states of a database
/// never have the same one.
const HEAD: usize = StoreState::BYTES;

/// Where the head has the number of changes, which every commit makes one more.
const CHANGES: std::ops::Range<usize> = 8..12;

/// Tells the state of a database.
#[derive(Debug)]
pub(super) struct Watch {
    /// The newest state that is known to differ only in talk from an earlier one, and that one.
    talk: Mutex<Option<(StoreState, StoreState)>>,
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "nothing is watched there"))]
    path: PathBuf,
    #[cfg(target_os = "linux")]
    index: Mutex<Option<Arc<File>>>,
}

impl Watch {
    /// Watches the SQLite database in this file.
    pub(super) fn new(database: &Path) -> Self {
        let mut index = database.as_os_str().to_owned();
        index.push("-shm");
        Self {
            talk: Mutex::default(),
            path: index.into(),
            #[cfg(target_os = "linux")]
            index: Mutex::default(),
        }
    }

    /// The state that everything but talk is in: messages, their conversations' last numbers, and how far members have
    /// read. It stays the same while this process writes nothing else, and others write nothing.
    pub(super) fn state_but_talk(&self) -> Option<StoreState> {
        let state = self.state()?;
        let talk = *self.talk.lock().unwrap_or_else(PoisonError::into_inner);
        Some(talk.filter(|(newest, _)| *newest == state).map_or(state, |(_, earlier)| earlier))
    }

    /// Notes that a transaction has been committed which changed talk, and nothing but talk. `before` is the state that it
    /// found after it had the right to write: then nobody else had, so that a single change since is its own.
    pub(super) fn talked(&self, before: Option<StoreState>) {
        let (Some(before), Some(after)) = (before, self.state()) else { return };
        if changes(&after) != changes(&before).wrapping_add(1) {
            return;
        }
        let mut talk = self.talk.lock().unwrap_or_else(PoisonError::into_inner);
        let earlier = talk.filter(|(newest, _)| *newest == before).map_or(before, |(_, earlier)| earlier);
        *talk = Some((after, earlier));
    }

    /// The state that the database is in, unless it cannot be told.
    ///
    /// Linux shows one and the same memory to those who have mapped a file and to those who read it. Elsewhere that is
    /// not promised, and nothing is told.
    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_self, reason = "as on Linux")]
    pub(super) fn state(&self) -> Option<StoreState> {
        None
    }

    /// The state that the database is in, unless it cannot be told: nobody has the file open, it is not written through
    /// a log, or somebody is writing the head at this moment.
    #[cfg(target_os = "linux")]
    pub(super) fn state(&self) -> Option<StoreState> {
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // The last one to close a database deletes the index, and whoever opens it next makes another.
        if index.as_ref().is_none_or(|index| !is_linked(index)) {
            index = open_once(&self.path);
            self.index.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&index);
        }
        read_head(&*index?)
    }
}

/// The indexes that this process has open here, each once, and for as long as it exists: of a file that SQLite has open
/// none may ever be closed. Closing one of a file's descriptors drops all locks that the process holds on it ("How To
/// Corrupt An SQLite Database File", 2.2), and without its locks SQLite loses what it has acknowledged.
#[cfg(target_os = "linux")]
static OPEN: Mutex<Vec<Arc<File>>> = Mutex::new(Vec::new());

#[cfg(target_os = "linux")]
fn open_once(path: &Path) -> Option<Arc<File>> {
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    // What is deleted nobody has open any more.
    open.retain(|file| is_linked(file));
    let wanted = std::fs::metadata(path).ok()?;
    let is_wanted =
        |file: &File| file.metadata().is_ok_and(|of| (of.dev(), of.ino()) == (wanted.dev(), wanted.ino()));
    if let Some(known) = open.iter().find(|file| is_wanted(file)) {
        return Some(Arc::clone(known));
    }
    let file = Arc::new(File::open(path).ok()?);
    open.push(Arc::clone(&file));
    Some(file)
}

/// Whether a file still has a name, as far as can be told.
#[cfg(target_os = "linux")]
fn is_linked(file: &File) -> bool {
    file.metadata().map_or(true, |of| of.nlink() > 0)
}

/// The number of changes that led to a state.
fn changes(state: &StoreState) -> u32 {
    let number = state.mark().get(CHANGES).and_then(|number| number.first_chunk());
    number.map_or(0, |number| u32::from_ne_bytes(*number))
}

#[cfg(target_os = "linux")]
fn read_head(index: &File) -> Option<StoreState> {
    let mut heads = [0; 2 * HEAD];
    index.read_exact_at(&mut heads, 0).ok()?;
    let (first, second) = heads.split_first_chunk()?;
    let is_known = first.starts_with(&FORMAT.to_ne_bytes());
    (is_known && first == second).then_some(StoreState::new(*first))
}

/// Answers of one kind that were true in one state.
#[derive(Debug)]
pub(super) struct Remembered<K, V>(Mutex<Answers<K, V>>);

#[derive(Debug)]
struct Answers<K, V> {
    state: StoreState,
    by_key: HashMap<K, V>,
}

impl<K, V> Default for Remembered<K, V> {
    fn default() -> Self {
        Self(Mutex::new(Answers { state: StoreState::new([0; HEAD]), by_key: HashMap::new() }))
    }
}

impl<K: Eq + Hash, V: Clone> Remembered<K, V> {
    /// What was found under a key, if that was in this state.
    pub(super) fn recall(&self, state: &StoreState, key: &K) -> Option<V> {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.state == *state { answers.by_key.get(key).cloned() } else { None }
    }

    /// Remembers what was found under a key. The state was told before the database was asked: if it has changed since,
    /// the answer is never recalled.
    pub(super) fn remember(&self, state: StoreState, key: K, found: V) {
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
        ids::{AccountId, ConversationId},
        model::{AccountStatus, Identity, IdentityKind, MessageDetails, MessageKind, Pair, Profile, may_see},
        store::{AppendOutcome, CreateOutcome, NewAccount, NewMessage, OnStored, Stores, url::DatabaseUrl},
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

    async fn say(stores: &Stores, conversation: ConversationId, sender: AccountId) {
        let new = NewMessage {
            conversation,
            sender,
            kind: MessageKind::Text,
            content: "hello".to_owned(),
            client_message_id: None,
            at: Millis(1),
            day: 0,
            details: MessageDetails::default(),
        };
        let said = stores.messages.append_message(new, OnStored::nothing()).await.unwrap();
        assert!(matches!(said, AppendOutcome::Stored(_)));
    }

    #[tokio::test]
    async fn talk_changes_nothing_but_talk() {
        let folder = tempfile::tempdir().unwrap();
        let url: DatabaseUrl = format!("sqlite://{}", folder.path().join("a.db").display()).parse().unwrap();
        let (one, other) = (crate::store::open(&url).await.unwrap(), crate::store::open(&url).await.unwrap());
        let (ann, bob) = (person(&one, "ann").await, person(&one, "bob").await);
        let pair = Pair::new(ann, bob).unwrap();
        let talk = one.conversations.open_direct(pair, Millis(0)).await.unwrap().id;
        for n in 0..5 {
            let before = (one.upkeep.state().unwrap(), one.upkeep.state_but_talk().unwrap());
            say(&one, talk, ann).await;
            one.messages.mark_delivered(talk, bob, n + 1).await.unwrap();
            one.messages.mark_read(talk, bob, n + 1, Millis(2)).await.unwrap();
            assert_ne!(one.upkeep.state().unwrap(), before.0);
            assert_eq!(one.upkeep.state_but_talk().unwrap(), before.1);
            let standing = one.conversations.standing(talk, bob).await.unwrap().unwrap();
            assert_eq!((standing.conversation.last_seq, standing.me.unwrap().read_seq), (n + 1, n + 1));
        }
        let before = one.upkeep.state_but_talk().unwrap();
        // Of what others write this process does not know what it is.
        say(&other, talk, bob).await;
        let after = one.upkeep.state_but_talk().unwrap();
        assert_ne!(after, before);
        say(&one, talk, ann).await;
        assert_eq!(one.upkeep.state_but_talk().unwrap(), after);

        let can_write = async || {
            one.conversations
                .writers_standing(talk, ann)
                .await
                .unwrap()
                .unwrap()
                .relation
                .is_some_and(may_see)
        };
        assert!(can_write().await);
        say(&one, talk, ann).await;
        assert!(other.safety.block(bob, ann, Millis(3)).await.is_ok());
        assert!(!can_write().await, "what decides is seen at once");
        one.upkeep.close().await;
        other.upkeep.close().await;
    }

    /// The locks of this process on the index of a database, as the system lists them.
    fn locks(index: &Path) -> Vec<String> {
        let number = format!(":{} ", std::fs::metadata(index).unwrap().ino());
        let all = std::fs::read_to_string("/proc/locks").unwrap_or_default();
        all.lines().filter(|lock| lock.contains(&number)).map(str::to_owned).collect()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn looking_costs_sqlite_none_of_its_locks() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        let url: DatabaseUrl = format!("sqlite://{}", file.display()).parse().unwrap();
        let stores = crate::store::open(&url).await.unwrap();
        let ann = person(&stores, "ann").await;
        let index = folder.path().join("a.db-shm");
        // That somebody has the database open is a lock on this byte for as long as it lasts.
        let is_open = || locks(&index).iter().any(|lock| lock.ends_with(" 128 128"));
        let was_listed = is_open();
        let looking: Vec<_> = (0..2)
            .map(|_| {
                let file = file.clone();
                std::thread::spawn(move || {
                    for _ in 0..50 {
                        let watch = Watch::new(&file);
                        let told = (0..200).filter(|_| watch.state().is_some()).count();
                        assert!(told > 0, "most looks tell something");
                    }
                })
            })
            .collect();
        for n in 0..100 {
            let status = if n % 2 == 0 { AccountStatus::Locked } else { AccountStatus::Active };
            stores.accounts.set_status(ann, status, Millis(n)).await.unwrap();
        }
        for thread in looking {
            thread.join().unwrap();
        }
        assert_eq!(is_open(), was_listed);
        stores.upkeep.close().await;
    }

    #[test]
    fn a_change_that_may_be_somebody_elses_is_not_taken_for_talk() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        let index = folder.path().join("a.db-shm");
        let head = |changes: u32, mark: u8| {
            let mut head = [mark; HEAD];
            head[..4].copy_from_slice(&FORMAT.to_ne_bytes());
            head[CHANGES].copy_from_slice(&changes.to_ne_bytes());
            std::fs::write(&index, [head, head].concat()).unwrap();
        };
        let watch = Watch::new(&file);
        head(7, 1);
        let first = watch.state();
        head(8, 2);
        watch.talked(first);
        assert_eq!(watch.state_but_talk(), first);
        let second = watch.state();
        head(10, 3);
        watch.talked(second);
        assert_eq!(watch.state_but_talk(), watch.state(), "one of the two is of another process");
        watch.talked(None);
        assert_eq!(watch.state_but_talk(), watch.state());
    }

    #[test]
    fn no_more_is_remembered_than_may_be() {
        let remembered: Remembered<usize, usize> = Remembered::default();
        let state = StoreState::new([1; HEAD]);
        for key in 0..=REMEMBERED {
            remembered.remember(state, key, key);
        }
        assert_eq!(remembered.recall(&state, &0), None);
        assert_eq!(remembered.recall(&state, &REMEMBERED), Some(REMEMBERED));
    }
}
