//! Passwords: hashed with argon2id, off the threads that serve, and never more of them at once than the machine bears.

use std::{
    hint::black_box,
    sync::{Arc, Mutex, PoisonError},
};

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{
        self,
        phc::{Output, ParamsString, PasswordHash, Salt},
    },
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::heavy::heavy;
use crate::error::StoreError;

/// How many passwords are hashed at once: each takes a thread, 19 MiB and some forty milliseconds.
pub const HASHES_AT_ONCE: usize = 2;

/// How many more may wait for their turn. At full length the last one waits a little over a second.
pub const HASHES_WAITING: usize = 64;

/// The longest password that is looked at, in bytes. No longer one was ever registered, so a longer one is wrong.
pub const PASSWORD_BYTES_MAX: usize = 1_024;

/// How many characters a password has at most, where one is chosen.
pub const PASSWORD_MAX_CHARS: usize = 128;

/// What hashing costs at the default: OWASP's second recommendation for argon2id, 19 MiB, two passes, one lane.
const OWASP: Params = match Params::new(19_456, 2, 1, None) {
    Ok(params) => params,
    Err(_) => panic!("these are valid"),
};

/// How much work hashing a password is. The default is OWASP's recommendation, and nothing configures another.
#[derive(Debug, Clone)]
pub struct PasswordCost(Params);

impl Default for PasswordCost {
    fn default() -> Self {
        Self(OWASP)
    }
}

#[cfg(any(test, feature = "testing"))]
impl PasswordCost {
    /// As little work as argon2 allows. For tests only: whoever steals such hashes reads the passwords.
    #[must_use]
    pub fn cheap() -> Self {
        const CHEAP: Params = match Params::new(Params::MIN_M_COST, 1, 1, None) {
            Ok(params) => params,
            Err(_) => panic!("these are valid"),
        };
        Self(CHEAP)
    }
}

/// What came of comparing a password with a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is another password.
    Wrong,
    /// It is the password.
    Right,
    /// It is the password, but its hash was made at another cost than new ones are.
    Outdated,
}

/// Why a password was not hashed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// As many wait as may. Trying again in a second or two helps.
    #[error("too many passwords are being hashed")]
    Busy,
    /// What is kept as a hash is none.
    #[error("a password's hash is malformed")]
    Malformed,
    /// It could not be hashed: there is no memory, or the caller did not refuse what is too long.
    #[error("a password could not be hashed: {0}")]
    Failed(&'static str),
}

impl From<PasswordError> for StoreError {
    /// For callers to whom being busy is nothing of its own.
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::Unavailable(Some(Box::new(error))),
            PasswordError::Malformed => Self::Corrupt { table: "accounts", column: "password_hash" },
            PasswordError::Failed(_) => Self::Driver(Box::new(error)),
        }
    }
}

/// The bytes of a new hash, and of its salt.
const HASH_BYTES: usize = 32;
const SALT_BYTES: usize = 16;

/// Hashes and compares passwords. Clones share their turns.
#[derive(Debug, Clone)]
pub struct Passwords {
    hasher: Hasher,
    /// Whoever hashes or waits for it.
    places: Arc<Semaphore>,
    /// Whoever hashes.
    running: Arc<Semaphore>,
}

impl Passwords {
    /// Passwords hashed at this cost.
    #[must_use]
    pub fn new(cost: PasswordCost) -> Self {
        Self {
            hasher: Hasher { params: cost.0, memories: Arc::default() },
            places: Arc::new(Semaphore::new(HASHES_AT_ONCE + HASHES_WAITING)),
            running: Arc::new(Semaphore::new(HASHES_AT_ONCE)),
        }
    }

    /// The hash of a password, in PHC form, with a salt of its own. A password of more than [`PASSWORD_BYTES_MAX`]
    /// bytes is not hashed.
    pub async fn hash(&self, password: &str) -> Result<String, PasswordError> {
        self.turn().await?.hash(password).await
    }

    /// Compares a password with a hash. `None` stands for somebody who has none: it is wrong, and takes as long.
    pub async fn verify(&self, hash: Option<&str>, password: &str) -> Result<Verdict, PasswordError> {
        self.turn().await?.verify(hash, password).await
    }

    /// Waits for a turn; [`PasswordError::Busy`] at once when too many wait already.
    pub(super) async fn turn(&self) -> Result<Turn, PasswordError> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| PasswordError::Busy)?;
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(|_| PasswordError::Busy)?;
        Ok(Turn { hasher: self.hasher.clone(), permits: Arc::new([place, running]) })
    }
}

/// The right to hash, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    hasher: Hasher,
    permits: Arc<[OwnedSemaphorePermit; 2]>,
}

impl Turn {
    pub(super) async fn hash(&self, password: &str) -> Result<String, PasswordError> {
        if password.len() > PASSWORD_BYTES_MAX {
            return Err(PasswordError::Failed("it is too long"));
        }
        let (hasher, password) = (self.hasher.clone(), password.to_owned());
        self.blocking(move || match hasher.hash(password.as_bytes()) {
            Ok(hash) => Ok(hash.to_string()),
            Err(error) => Err(failure(error)),
        })
        .await
    }

    pub(super) async fn verify(&self, hash: Option<&str>, password: &str) -> Result<Verdict, PasswordError> {
        let hash = hash.map(PasswordHash::new).transpose().map_err(|_| PasswordError::Malformed)?;
        let too_long = password.len() > PASSWORD_BYTES_MAX;
        // Something is hashed whatever was sent, so that the time tells nothing, but never megabytes.
        let password = if too_long { String::new() } else { password.to_owned() };
        let hasher = self.hasher.clone();
        self.blocking(move || {
            let Some(hash) = hash.filter(|_| !too_long) else {
                black_box(hasher.hash(password.as_bytes()).map_err(failure)?);
                return Ok(Verdict::Wrong);
            };
            match hasher.is_of(password.as_bytes(), &hash) {
                Ok(true) if is_current(&hash, &hasher.params) => Ok(Verdict::Right),
                Ok(true) => Ok(Verdict::Outdated),
                Ok(false) => Ok(Verdict::Wrong),
                Err(password_hash::Error::OutOfMemory) => Err(failure(password_hash::Error::OutOfMemory)),
                Err(_) => Err(PasswordError::Malformed),
            }
        })
        .await
    }

    /// Does what takes long. The turn lasts until it is done, even if nobody waits for it any more.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let permits = Arc::clone(&self.permits);
        let work = move || {
            let _until_done = permits;
            work()
        };
        heavy(work).await.unwrap_or(Err(PasswordError::Failed("there is no thread for it")))
    }
}

/// argon2id over memory that is used again. Allocators do not give back blocks of this size, and do not find them
/// again either: with memory of its own for each hash, a process grows by a gigabyte under logins.
#[derive(Debug, Clone)]
struct Hasher {
    params: Params,
    /// What nobody hashes in now: at most one for each of [`HASHES_AT_ONCE`].
    memories: Arc<Mutex<Vec<Vec<Block>>>>,
}

impl Hasher {
    /// A new hash of a password.
    fn hash(&self, password: &[u8]) -> password_hash::Result<PasswordHash> {
        let salt: [u8; SALT_BYTES] = rand::random();
        let mut out = [0; HASH_BYTES];
        let argon2 = Argon2::from(&self.params);
        self.fill(&argon2, password, &salt, &mut out)?;
        Ok(PasswordHash {
            algorithm: Algorithm::default().ident(),
            version: Some(Version::default().into()),
            params: ParamsString::try_from(&self.params)?,
            salt: Some(Salt::new(&salt)?),
            hash: Some(Output::new(&out)?),
        })
    }

    /// Whether a hash, which need not be made at the same cost, is of this password.
    fn is_of(&self, password: &[u8], hash: &PasswordHash) -> password_hash::Result<bool> {
        let (Some(salt), Some(expected)) = (&hash.salt, &hash.hash) else {
            return Err(password_hash::Error::EncodingInvalid);
        };
        let algorithm = Algorithm::try_from(hash.algorithm.as_str())?;
        let version = hash.version.map_or(Ok(Version::default()), Version::try_from)?;
        let argon2 = Argon2::new(algorithm, version, Params::try_from(hash)?);
        let mut out = vec![0; expected.as_ref().len()];
        self.fill(&argon2, password, salt, &mut out)?;
        // Compared in constant time.
        Ok(Output::new(&out)? == *expected)
    }

    fn fill(
        &self,
        argon2: &Argon2<'_>,
        password: &[u8],
        salt: &[u8],
        out: &mut [u8],
    ) -> password_hash::Result<()> {
        let mut memory =
            self.memories.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        let blocks = argon2.params().block_count();
        if memory.len() < blocks {
            let more = blocks - memory.len();
            memory.try_reserve_exact(more).map_err(|_| password_hash::Error::OutOfMemory)?;
            memory.resize(blocks, Block::default());
        }
        let filled = argon2.hash_password_into_with_memory(password, salt, out, &mut memory[..blocks]);
        let mut memories = self.memories.lock().unwrap_or_else(PoisonError::into_inner);
        // One that a costlier hash of old has grown is not kept.
        if memories.len() < HASHES_AT_ONCE && memory.len() <= self.params.block_count() {
            memories.push(memory);
        }
        drop(memories);
        Ok(filled?)
    }
}

fn failure(error: password_hash::Error) -> PasswordError {
    PasswordError::Failed(match error {
        password_hash::Error::OutOfMemory => "there is no memory for it",
        password_hash::Error::RngFailure => "the system gives no random numbers",
        _ => "argon2 refuses it",
    })
}

/// Whether a hash was made as new ones are.
fn is_current(hash: &PasswordHash, params: &Params) -> bool {
    let same = |made: &Params| {
        (made.m_cost(), made.t_cost(), made.p_cost()) == (params.m_cost(), params.t_cost(), params.p_cost())
    };
    hash.algorithm == argon2::Algorithm::default().ident()
        && hash.version == Some(argon2::Version::default().into())
        && Params::try_from(hash).is_ok_and(|made| same(&made))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_told_from_others() {
        let passwords = Passwords::new(PasswordCost::cheap());
        let hash = passwords.hash("缘分 password").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
        assert_ne!(passwords.hash("缘分 password").await.unwrap(), hash, "every hash has a salt of its own");
        for (given, verdict) in
            [("缘分 password", Verdict::Right), ("缘分 Password", Verdict::Wrong), ("", Verdict::Wrong)]
        {
            assert_eq!(passwords.verify(Some(&hash), given).await.unwrap(), verdict, "{given}");
            assert_eq!(passwords.verify(None, given).await.unwrap(), Verdict::Wrong);
        }
    }

    #[tokio::test]
    async fn a_hash_of_another_cost_is_good_but_outdated() {
        let old = Passwords::new(PasswordCost::cheap()).hash("secret").await.unwrap();
        let new = Passwords::new(PasswordCost::default());
        assert_eq!(new.verify(Some(&old), "secret").await.unwrap(), Verdict::Outdated);
        assert_eq!(new.verify(Some(&old), "Secret").await.unwrap(), Verdict::Wrong);
        let hash = new.hash("secret").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(new.verify(Some(&hash), "secret").await.unwrap(), Verdict::Right);
    }

    #[tokio::test]
    async fn what_is_too_long_is_wrong_and_never_hashed() {
        let passwords = Passwords::new(PasswordCost::cheap());
        let longest = "x".repeat(PASSWORD_BYTES_MAX);
        let hash = passwords.hash(&longest).await.unwrap();
        assert_eq!(passwords.verify(Some(&hash), &longest).await.unwrap(), Verdict::Right);
        let longer = "x".repeat(PASSWORD_BYTES_MAX + 1);
        assert_eq!(passwords.verify(Some(&hash), &longer).await.unwrap(), Verdict::Wrong);
        assert!(matches!(passwords.hash(&longer).await, Err(PasswordError::Failed(_))));
        // Not even where the empty password is the right one.
        let empty = passwords.hash("").await.unwrap();
        assert_eq!(passwords.verify(Some(&empty), &longer).await.unwrap(), Verdict::Wrong);
    }

    #[tokio::test]
    async fn what_is_no_hash_is_told() {
        let passwords = Passwords::new(PasswordCost::cheap());
        for bad in [
            "",
            "secret",
            "$argon2id$",
            "$argon2id$v=19$m=0,t=0,p=0$c29tZXNhbHQ$c29tZWhhc2hvZnNvbWU",
            "$2b$10$x",
        ] {
            let compared = passwords.verify(Some(bad), "secret").await;
            assert!(matches!(compared, Err(PasswordError::Malformed) | Ok(Verdict::Wrong)), "{bad}");
        }
    }

    #[tokio::test]
    async fn whoever_finds_the_queue_full_is_told_at_once() {
        let passwords = Passwords::new(PasswordCost::cheap());
        let mut turns = Vec::new();
        for _ in 0..HASHES_AT_ONCE {
            turns.push(passwords.turn().await.unwrap());
        }
        let mut waiting: Vec<_> = (0..HASHES_WAITING).map(|_| Box::pin(passwords.turn())).collect();
        for turn in &mut waiting {
            assert!(futures_poll(turn.as_mut()).await.is_none());
        }
        assert!(matches!(passwords.hash("x").await, Err(PasswordError::Busy)));
        // Whoever gives up waiting makes room.
        waiting.pop();
        turns.pop();
        let turn = futures_poll(waiting[0].as_mut()).await.unwrap().unwrap();
        assert_eq!(turn.verify(None, "x").await.unwrap(), Verdict::Wrong);
    }

    /// What a future has come to by now.
    async fn futures_poll<F: Future>(mut future: std::pin::Pin<&mut F>) -> Option<F::Output> {
        std::future::poll_fn(|context| match future.as_mut().poll(context) {
            std::task::Poll::Ready(done) => std::task::Poll::Ready(Some(done)),
            std::task::Poll::Pending => std::task::Poll::Ready(None),
        })
        .await
    }
}
