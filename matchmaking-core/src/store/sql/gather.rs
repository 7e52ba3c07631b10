//! Look-ups that many ask for at the same moment, answered together: what has queued up while one query ran goes into
//! the next. A query costs a change of threads or a way to another machine, which is most of what these cost.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    hash::Hash,
    sync::Arc,
};

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};

use super::{
    SqlPool,
    error::told_to_many,
    unchanged::{Remembered, Watch},
};
use crate::{error::StoreResult, ids::AccountId, store::decision::closed};

/// How many look-ups of a kind may wait; whoever asks beyond waits for room.
const QUEUED: usize = 1_024;
/// How many are answered by one query at most.
const TOGETHER: usize = 64;

/// What can be looked up together.
#[async_trait]
pub(super) trait Gathered: 'static {
    /// What is asked for.
    type Key: Clone + Eq + Hash + Send + Sync;
    /// What is found.
    type Found: Clone + Send;
    /// Whether what is found depends on what people write to each other.
    const READS_TALK: bool = false;

    /// Looks up all keys with one query. Each answer comes with the place of its key; of a key without one, nothing is
    /// known.
    async fn look_up(pool: &SqlPool, keys: &[Self::Key])
    -> StoreResult<Vec<(i64, StoreResult<Self::Found>)>>;
}

type Asked<G> = (<G as Gathered>::Key, oneshot::Sender<StoreResult<Option<<G as Gathered>::Found>>>);

/// Where look-ups of one kind are asked for.
pub(super) struct Gatherer<G: Gathered> {
    queue: mpsc::Sender<Asked<G>>,
    watch: Option<Arc<Watch>>,
    remembered: Remembered<G::Key, Option<G::Found>>,
}

impl<G: Gathered> fmt::Debug for Gatherer<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Gatherer").finish_non_exhaustive()
    }
}

impl<G: Gathered> Gatherer<G> {
    /// Starts looking up in this database, on the runtime that this is called on, for as long as somebody may ask.
    /// With a watch, an answer is given again for as long as nothing has changed.
    pub(super) fn start(pool: &SqlPool, watch: Option<&Arc<Watch>>) -> Self {
        let (queue, asked) = mpsc::channel(QUEUED);
        tokio::spawn(answer::<G>(pool.clone(), asked));
        Self { queue, watch: watch.cloned(), remembered: Remembered::default() }
    }

    /// Looks up one key.
    pub(super) async fn ask(&self, key: G::Key) -> StoreResult<Option<G::Found>> {
        let state = |watch: &Arc<Watch>| if G::READS_TALK { watch.state() } else { watch.state_but_talk() };
        let Some(state) = self.watch.as_ref().and_then(state) else {
            return self.look_up(key).await;
        };
        if let Some(found) = self.remembered.recall(&state, &key) {
            return Ok(found);
        }
        let found = self.look_up(key.clone()).await?;
        self.remembered.remember(state, key, found.clone());
        Ok(found)
    }

    async fn look_up(&self, key: G::Key) -> StoreResult<Option<G::Found>> {
        let (reply, answer) = oneshot::channel();
        self.queue.send((key, reply)).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }
}

async fn answer<G: Gathered>(pool: SqlPool, mut asked: mpsc::Receiver<Asked<G>>) {
    let mut batch = Vec::with_capacity(TOGETHER);
    while asked.recv_many(&mut batch, TOGETHER).await > 0 {
        let (keys, replies): (Vec<_>, Vec<_>) = batch.drain(..).unzip();
        let mut answers: Vec<_> = keys.iter().map(|_| Ok(None)).collect();
        match G::look_up(&pool, &keys).await {
            Ok(found) => {
                for (place, found) in found {
                    let answer = usize::try_from(place).ok().and_then(|place| answers.get_mut(place));
                    if let Some(answer) = answer {
                        *answer = found.map(Some);
                    }
                }
            }
            Err(error) => {
                let error = told_to_many(error);
                answers.fill_with(|| Err(error()));
            }
        }
        for (reply, answer) in replies.into_iter().zip(answers) {
            // Who went away does not want to know.
            let _ = reply.send(answer);
        }
    }
}

/// Everyone in these lists, once.
pub(super) fn all_of<'a>(lists: impl IntoIterator<Item = &'a Vec<AccountId>>) -> Vec<AccountId> {
    lists.into_iter().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect()
}

/// Gives each of several lists of people what was found of those in it, in the order of the list.
pub(super) fn for_each<T: Clone>(
    lists: &[Vec<AccountId>],
    found: Vec<T>,
    owner: impl Fn(&T) -> AccountId,
) -> Vec<(i64, StoreResult<Vec<T>>)> {
    let mut by_owner: HashMap<AccountId, Vec<T>> = HashMap::new();
    for one in found {
        by_owner.entry(owner(&one)).or_default().push(one);
    }
    let of_list = |list: &Vec<AccountId>| {
        let mut seen = BTreeSet::new();
        let of_these = list.iter().filter(|id| seen.insert(**id)).filter_map(|id| by_owner.get(id));
        Ok(of_these.flatten().cloned().collect())
    };
    (0..).zip(lists.iter().map(of_list)).collect()
}
