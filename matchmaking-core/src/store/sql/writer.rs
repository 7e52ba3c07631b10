//! The one who writes messages: what has queued up while one batch was made durable goes into the next, so that
//! one sync serves many messages.
//!
//! A message that was taken from the queue is stored whether or not its sender still waits.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::Serialize;
use sqlx::{query, query_as, query_scalar};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout_at},
};
use tokio_util::task::TaskTracker;

use super::{
    SqlPool,
    error::told_to_many,
    json::list,
    rows::{self, MessageRow, message_columns},
    sql, transaction,
    unchanged::Watch,
};
use crate::{
    error::{StoreError, StoreResult},
    ids::MessageId,
    model::{AccountStatus, Message, Relation},
    store::{
        AppendOutcome, NewMessage, OnStored,
        decision::{AppendFacts, append_refusal, closed, defect},
        exchange::Exchange,
    },
};

/// How many messages may wait to be written; a sender beyond waits for room.
pub const QUEUED_MESSAGES: usize = 4_096;
/// How many messages are written together at most.
pub const BATCH_MESSAGES: usize = 256;
/// How many batches may wait to be told of; the writer waits beyond.
const WRITTEN_BATCHES: usize = 2;
/// After how long without another message a batch is complete, if the one before it had more than one message. A
/// sender who is alone never waits.
const QUIET: Duration = Duration::from_millis(1);
/// How long a batch waits for more in all.
const COMPANY_WAIT: Duration = Duration::from_millis(3);
/// How many are enough where a batch is written faster than [`QUIET`]: what more would save is less than what is lost while
/// nothing is written.
const ENOUGH: usize = 32;
/// How long a sender waits for room in the queue.
const QUEUE_WAIT: Duration = Duration::from_secs(10);
/// The number of the kind of direct conversations, as [`ConversationKind::code`](crate::model::ConversationKind::code)
/// tells it.
const DIRECT: i64 = 1;

sql! {
    // What decides about each sender and conversation. The other one of a direct conversation is joined by the
    // pair; a group has none.
    FACTS = "SELECT c.id, CAST(j.value ->> 's' AS BIGINT) AS sender_id, c.last_seq, c.kind,
            c.closed_at IS NOT NULL AS closed, m.account_id IS NOT NULL AS member,
            s.status AS sender_status, o.status AS other_status,
            EXISTS (SELECT 1 FROM blocks b WHERE (b.by_id = s.id AND b.target_id = o.id)
                OR (b.by_id = o.id AND b.target_id = s.id)) AS blocked,
            EXISTS (SELECT 1 FROM matches e
                WHERE e.low_id = c.low_id AND e.high_id = c.high_id AND e.ended_at IS NOT NULL) AS unmatched,
            c.low_id, c.low_day, c.high_day, c.exchange_days
        FROM jsonb_each($1) AS j
        CROSS JOIN conversations c
        LEFT JOIN members m ON m.conversation_id = c.id AND m.account_id = CAST(j.value ->> 's' AS BIGINT)
        LEFT JOIN accounts s ON s.id = CAST(j.value ->> 's' AS BIGINT)
        LEFT JOIN accounts o ON o.id = CASE WHEN c.low_id = CAST(j.value ->> 's' AS BIGINT)
            THEN c.high_id ELSE c.low_id END
        WHERE c.id = CAST(j.value ->> 'c' AS BIGINT)";
    EARLIER = concat!(
        "SELECT ",
        message_columns!(),
        " FROM jsonb_each($1) AS j CROSS JOIN messages m
        WHERE m.conversation_id = CAST(j.value ->> 'c' AS BIGINT) AND m.sender_id = CAST(j.value ->> 's' AS BIGINT)
            AND m.client_message_id = j.value ->> 'n' AND m.client_message_id IS NOT NULL"
    );
    INSERT = "INSERT INTO messages
            (conversation_id, seq, sender_id, kind, content, client_message_id, sent_at, details)
        SELECT CAST(value ->> 'c' AS BIGINT), CAST(value ->> 'q' AS BIGINT), CAST(value ->> 's' AS BIGINT),
            CAST(value ->> 'k' AS BIGINT), value ->> 't', value ->> 'n', CAST(value ->> 'a' AS BIGINT), value ->> 'd'
        FROM jsonb_each($1) WHERE TRUE
        ORDER BY CAST(value ->> 'c' AS BIGINT), CAST(value ->> 'q' AS BIGINT)
        RETURNING conversation_id, seq, id";
    ADVANCE = "UPDATE conversations SET last_seq = CAST(j.value ->> 'q' AS BIGINT),
            low_day = CAST(j.value ->> 'l' AS BIGINT), high_day = CAST(j.value ->> 'h' AS BIGINT),
            exchange_days = CAST(j.value ->> 'e' AS BIGINT)
        FROM jsonb_each($1) AS j WHERE conversations.id = CAST(j.value ->> 'c' AS BIGINT)";
    // Of direct conversations: for whoever wrote, what the other one wrote is unread, and the other way round.
    TALK = "UPDATE members SET active_at = CAST(j.value ->> 'a' AS BIGINT),
            unread = unread + CASE WHEN account_id = CAST(j.value ->> 's' AS BIGINT)
                THEN CAST(j.value ->> 'o' AS BIGINT) ELSE CAST(j.value ->> 'n' AS BIGINT) END
        FROM jsonb_each($1) AS j WHERE members.conversation_id = CAST(j.value ->> 'c' AS BIGINT)";
    // Which files are their sender's to be sent.
    SENDABLE = "SELECT f.media_key FROM jsonb_each($1) AS j CROSS JOIN media_files f
        WHERE f.media_key = j.value ->> 'f' AND f.account_id = CAST(j.value ->> 's' AS BIGINT) AND f.role = 5
            AND (f.discard_at IS NULL OR f.discard_at > CAST(j.value ->> 'a' AS BIGINT))";
    KEEP_FILES = "UPDATE media_files SET discard_at = NULL
        WHERE media_key IN (SELECT value ->> 'f' FROM jsonb_each($1))";
    SEND_FILES = "INSERT INTO sent_files (media_key, message_id, conversation_id)
        SELECT value ->> 'f', CAST(value ->> 'm' AS BIGINT), CAST(value ->> 'c' AS BIGINT)
        FROM jsonb_each($1) WHERE TRUE";

    @locks {
        SHARE_ACCOUNTS = "SELECT a.id FROM accounts a WHERE a.id IN (
                SELECT CAST(value ->> 's' AS BIGINT) FROM jsonb_each($1)
                UNION SELECT c.low_id FROM jsonb_each($1) AS j
                    JOIN conversations c ON c.id = CAST(j.value ->> 'c' AS BIGINT)
                UNION SELECT c.high_id FROM jsonb_each($1) AS j
                    JOIN conversations c ON c.id = CAST(j.value ->> 'c' AS BIGINT))
            ORDER BY a.id FOR SHARE";
        LOCK_CONVERSATIONS = "SELECT c.id FROM conversations c
            WHERE c.id IN (SELECT CAST(value ->> 'c' AS BIGINT) FROM jsonb_each($1))
            ORDER BY c.id FOR NO KEY UPDATE";
        LOCK_FILES = "SELECT f.media_key FROM media_files f
            WHERE f.media_key IN (SELECT value ->> 'f' FROM jsonb_each($1))
            ORDER BY f.media_key FOR UPDATE";
    }
}

/// A message on its way, what to do when it is stored, and who waits for what becomes of it.
#[derive(Debug)]
struct Job {
    new: NewMessage,
    told: Told,
}

/// Who is to hear of a message.
#[derive(Debug)]
struct Told {
    on_stored: OnStored,
    reply: oneshot::Sender<StoreResult<AppendOutcome>>,
}

/// A batch that was written.
type Written = Vec<(StoreResult<AppendOutcome>, Told)>;

/// The queue's entrance.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Mutex<Option<mpsc::Sender<Job>>>,
    task: TaskTracker,
}

impl Writer {
    /// Starts writing to this database, on the runtime that this is called on.
    pub(super) fn start(pool: SqlPool, watch: Option<Arc<Watch>>) -> Self {
        // Full, it holds senders back: see `QUEUED_MESSAGES`.
        let (queue, jobs) = mpsc::channel(QUEUED_MESSAGES);
        let (tell, written) = mpsc::channel(WRITTEN_BATCHES);
        let task = TaskTracker::new();
        task.spawn(run(Database { pool, watch }, jobs, tell));
        task.spawn(tell_all(written));
        task.close();
        Self { queue: Mutex::new(Some(queue)), task }
    }

    /// Hands a message in and waits for what becomes of it.
    pub(super) async fn append(&self, new: NewMessage, on_stored: OnStored) -> StoreResult<AppendOutcome> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(queue) = queue else { return Err(closed()) };
        let (reply, outcome) = oneshot::channel();
        match queue.send_timeout(Job { new, told: Told { on_stored, reply } }, QUEUE_WAIT).await {
            Ok(()) => {}
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => return Err(StoreError::Unavailable(None)),
            Err(mpsc::error::SendTimeoutError::Closed(_)) => return Err(closed()),
        }
        // The queue closes when the last entrance is gone, which must not wait for this one.
        drop(queue);
        outcome.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Takes no more messages, and returns when those that were taken are written.
    pub(super) async fn close(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.task.wait().await;
    }
}

/// Where is written.
#[derive(Debug)]
struct Database {
    pool: SqlPool,
    watch: Option<Arc<Watch>>,
}

async fn run(database: Database, mut queue: mpsc::Receiver<Job>, tell: mpsc::Sender<Written>) {
    let mut jobs = Vec::with_capacity(BATCH_MESSAGES);
    // How many it pays to wait for.
    let mut company = 1;
    while queue.recv_many(&mut jobs, BATCH_MESSAGES).await > 0 {
        if company > 1 {
            gather(&mut queue, &mut jobs, company).await;
        }
        let (news, told): (Vec<_>, Vec<_>) = jobs.drain(..).map(|job| (job.new, job.told)).unzip();
        let began = Instant::now();
        let written = write(&database, &news).await.into_iter().zip(told).collect();
        company = if began.elapsed() < QUIET { news.len().min(ENOUGH) } else { news.len() };
        if tell.send(written).await.is_err() {
            return;
        }
    }
}

/// Adds what comes close behind. Who was not alone a moment ago has company on its way, and together they cost little
/// more than each alone. Once as many are there as were together then, nobody waits for more: most who write much write
/// again when they have their answer.
async fn gather(queue: &mut mpsc::Receiver<Job>, jobs: &mut Vec<Job>, company: usize) {
    let end = Instant::now() + COMPANY_WAIT;
    while jobs.len() < company {
        let quiet = end.min(Instant::now() + QUIET);
        let room = BATCH_MESSAGES.saturating_sub(jobs.len());
        if !matches!(timeout_at(quiet, queue.recv_many(jobs, room)).await, Ok(1..)) {
            break;
        }
    }
}

/// Tells of each batch in the order in which it was written, while the next one is being made durable: first whoever
/// is connected, then the sender.
async fn tell_all(mut written: mpsc::Receiver<Written>) {
    while let Some(batch) = written.recv().await {
        for (outcome, Told { on_stored, reply }) in batch {
            if let Ok(AppendOutcome::Stored(message)) = &outcome {
                on_stored.act(message);
            }
            // A sender who went away does not want to know.
            let _ = reply.send(outcome);
        }
    }
}

/// Writes a batch. When something in it is refused by the database as such, each message is tried alone, so that
/// only the one at fault fails. When the database cannot be reached, nothing is tried again: the batch may have
/// been written, and a message without a name would be doubled.
async fn write(database: &Database, news: &[NewMessage]) -> Vec<StoreResult<AppendOutcome>> {
    match write_together(database, news).await {
        Ok(outcomes) => outcomes.into_iter().map(Ok).collect(),
        Err(error @ StoreError::Unavailable(_)) => {
            let unavailable = told_to_many(error);
            news.iter().map(|_| Err(unavailable())).collect()
        }
        Err(error) if news.len() == 1 => vec![Err(error)],
        Err(_) => {
            let mut outcomes = Vec::with_capacity(news.len());
            for new in news {
                let alone = write_together(database, std::slice::from_ref(new)).await;
                outcomes
                    .push(alone.and_then(|mut one| one.pop().ok_or_else(|| defect("an outcome is missing"))));
            }
            outcomes
        }
    }
}

/// A sender in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Place {
    c: i64,
    s: i64,
}

impl Place {
    fn of(new: &NewMessage) -> Self {
        Self { c: new.conversation.get(), s: new.sender.get() }
    }
}

/// A place and the name that a client gave a message there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Name<'a> {
    #[serde(flatten)]
    place: Place,
    n: &'a str,
}

impl<'a> Name<'a> {
    fn of(new: &'a NewMessage) -> Option<Self> {
        new.client_message_id.as_deref().map(|n| Self { place: Place::of(new), n })
    }
}

/// A row to be inserted.
#[derive(Debug, Serialize)]
struct Row<'a> {
    c: i64,
    q: i64,
    s: i64,
    k: i64,
    t: &'a str,
    n: Option<&'a str>,
    a: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    d: Option<String>,
}

/// A file that is to be sent.
#[derive(Debug, Serialize)]
struct FileToSend<'a> {
    f: &'a str,
    s: i64,
    a: i64,
}

/// A file and the message that carries it.
#[derive(Debug, Serialize)]
struct SentFile<'a> {
    f: &'a str,
    m: i64,
    c: i64,
}

/// What a batch adds to a direct conversation: when it was active, one of those who wrote, how many messages that one
/// wrote, and how many the other one.
#[derive(Debug, Clone, Copy, Serialize)]
struct Talk {
    c: i64,
    a: i64,
    s: i64,
    n: i64,
    o: i64,
}

/// The last number of a conversation, and on which days its two wrote.
#[derive(Debug, Serialize)]
struct Last {
    c: i64,
    q: i64,
    l: Option<i64>,
    h: Option<i64>,
    e: i64,
}

/// What decides about a sender in a conversation, and what is kept of the conversation.
#[derive(Debug, sqlx::FromRow)]
struct FactsRow {
    id: i64,
    sender_id: i64,
    last_seq: i64,
    kind: i64,
    closed: bool,
    member: bool,
    sender_status: Option<i64>,
    other_status: Option<i64>,
    blocked: bool,
    unmatched: bool,
    low_id: Option<i64>,
    low_day: Option<i64>,
    high_day: Option<i64>,
    exchange_days: i64,
}

/// A conversation as the messages of a batch leave it.
#[derive(Debug, Clone, Copy)]
struct Kept {
    last_seq: i64,
    /// Who of a direct conversation has the lower number.
    low: Option<i64>,
    exchange: Exchange,
    /// Whether the batch has stored something in it.
    advanced: bool,
}

/// What is to become of a message of a batch.
enum Fate {
    Done(Box<AppendOutcome>),
    /// It is stored with this number.
    Store(i64),
    /// It is a repeat of the one at this place of the batch.
    Repeat(usize),
}

/// Writes a batch in one transaction.
async fn write_together(database: &Database, news: &[NewMessage]) -> StoreResult<Vec<AppendOutcome>> {
    let places: Vec<Place> = news.iter().map(Place::of).collect::<BTreeSet<_>>().into_iter().collect();
    let names: Vec<Name<'_>> =
        news.iter().filter_map(Name::of).collect::<BTreeSet<_>>().into_iter().collect();
    let files: Vec<FileToSend<'_>> = news.iter().flat_map(files_to_send).collect();
    let (outcomes, talked) = transaction!(database.pool, |tx, locks| {
        let before = database.watch.as_ref().and_then(|watch| watch.state());
        if locks {
            query(SHARE_ACCOUNTS).bind(list(&places)).execute(&mut *tx).await?;
            query(LOCK_CONVERSATIONS).bind(list(&places)).execute(&mut *tx).await?;
            if !files.is_empty() {
                query(LOCK_FILES).bind(list(&files)).execute(&mut *tx).await?;
            }
        }
        let facts: Vec<FactsRow> = query_as(FACTS).bind(list(&places)).fetch_all(&mut *tx).await?;
        let earlier: Vec<MessageRow> = if names.is_empty() {
            Vec::new()
        } else {
            query_as(EARLIER).bind(list(&names)).fetch_all(&mut *tx).await?
        };
        let sendable: Vec<String> = if files.is_empty() {
            Vec::new()
        } else {
            query_scalar(SENDABLE).bind(list(&files)).fetch_all(&mut *tx).await?
        };
        let Decided { fates, last, talks } = decide(news, facts, earlier, &sendable)?;
        let mut ids = Vec::new();
        if !last.is_empty() {
            let stored: Vec<Row<'_>> = news
                .iter()
                .zip(&fates)
                .filter_map(|(new, fate)| row(new, fate))
                .collect::<StoreResult<_>>()?;
            ids = query_as(INSERT).bind(list(&stored)).fetch_all(&mut *tx).await?;
            query(ADVANCE).bind(list(&last)).execute(&mut *tx).await?;
        }
        if !talks.is_empty() {
            query(TALK).bind(list(&talks)).execute(&mut *tx).await?;
        }
        let sent = sent_files(news, &fates, &ids);
        if !sent.is_empty() {
            query(KEEP_FILES).bind(list(&sent)).execute(&mut *tx).await?;
            query(SEND_FILES).bind(list(&sent)).execute(&mut *tx).await?;
        }
        // Files that are sent now belong to nobody's album, so that they are talk, too.
        let talked = if last.is_empty() { None } else { before };
        (outcomes(news, fates, ids)?, talked)
    })?;
    if let Some(watch) = &database.watch {
        watch.talked(talked);
    }
    Ok(outcomes)
}

fn files_to_send(new: &NewMessage) -> impl Iterator<Item = FileToSend<'_>> {
    new.details.files().map(|f| FileToSend { f, s: new.sender.get(), a: new.at.0 })
}

/// The files of the messages that were stored.
fn sent_files<'a>(news: &'a [NewMessage], fates: &[Fate], ids: &[(i64, i64, i64)]) -> Vec<SentFile<'a>> {
    let mut sent = Vec::new();
    for (new, fate) in news.iter().zip(fates).filter(|(new, _)| !new.details.is_empty()) {
        let Fate::Store(seq) = fate else { continue };
        let c = new.conversation.get();
        let stored = ids.iter().find(|(place, number, _)| (*place, *number) == (c, *seq));
        sent.extend(stored.into_iter().flat_map(|(.., m)| {
            let distinct: BTreeSet<_> = new.details.files().collect();
            distinct.into_iter().map(move |f| SentFile { f, m: *m, c })
        }));
    }
    sent
}

/// What is to become of a batch.
struct Decided {
    fates: Vec<Fate>,
    /// The new last number of each conversation that has one.
    last: Vec<Last>,
    /// What is added to direct conversations.
    talks: Vec<Talk>,
}

/// Decides about every message of a batch in turn, and gives out the numbers. The files that may be sent are `sendable`.
fn decide(
    news: &[NewMessage],
    facts: Vec<FactsRow>,
    earlier: Vec<MessageRow>,
    sendable: &[String],
) -> StoreResult<Decided> {
    let mut kept: BTreeMap<i64, Kept> = BTreeMap::new();
    let mut known = BTreeMap::new();
    let mut talks: BTreeMap<i64, Talk> = BTreeMap::new();
    for row in facts {
        kept.insert(row.id, Kept::of(&row));
        known.insert(Place { c: row.id, s: row.sender_id }, append_facts(&row)?);
    }
    let earlier: Vec<Message> = earlier.into_iter().map(rows::message).collect::<StoreResult<_>>()?;
    let named = |message: &Message| {
        let place = Place { c: message.conversation.get(), s: message.sender.get() };
        message.client_message_id.clone().map(|n| (place, n))
    };
    let earlier: BTreeMap<(Place, String), Message> =
        earlier.into_iter().filter_map(|message| Some((named(&message)?, message))).collect();

    let mut in_batch: BTreeMap<Name<'_>, usize> = BTreeMap::new();
    let mut fates = Vec::with_capacity(news.len());
    for (at, new) in news.iter().enumerate() {
        let name = Name::of(new);
        if let Some(message) = name.and_then(|name| earlier.get(&(name.place, name.n.to_owned()))) {
            fates.push(Fate::Done(Box::new(AppendOutcome::Duplicate(message.clone()))));
        } else if let Some(first) = name.and_then(|name| in_batch.get(&name)) {
            fates.push(Fate::Repeat(*first));
        } else if let Some(refusal) = append_refusal(known.get(&Place::of(new)).map(|facts| AppendFacts {
            has_files: new.details.files().all(|key| sendable.contains(key)),
            ..*facts
        })) {
            fates.push(Fate::Done(Box::new(AppendOutcome::Refused(refusal))));
        } else {
            let (c, s) = (new.conversation.get(), new.sender.get());
            let place = kept.get_mut(&c).ok_or_else(|| defect("facts are of no conversation"))?;
            place.last_seq += 1;
            place.advanced = true;
            if let Some(low) = place.low {
                place.exchange.write(s == low, new.day);
                talks.entry(c).or_insert(Talk { c, a: 0, s, n: 0, o: 0 }).add(new);
            }
            if let Some(name) = name {
                in_batch.insert(name, at);
            }
            fates.push(Fate::Store(place.last_seq));
        }
    }
    let last = kept.into_iter().filter(|(_, kept)| kept.advanced).map(|(c, kept)| kept.last(c)).collect();
    Ok(Decided { fates, last, talks: talks.into_values().collect() })
}

impl Talk {
    fn add(&mut self, new: &NewMessage) {
        self.a = new.at.0;
        if new.sender.get() == self.s {
            self.n += 1;
        } else {
            self.o += 1;
        }
    }
}

impl Kept {
    fn of(row: &FactsRow) -> Self {
        let exchange = Exchange { low_day: row.low_day, high_day: row.high_day, days: row.exchange_days };
        Self {
            last_seq: row.last_seq,
            low: row.low_id.filter(|_| row.kind == DIRECT),
            exchange,
            advanced: false,
        }
    }

    const fn last(self, c: i64) -> Last {
        let Exchange { low_day, high_day, days } = self.exchange;
        Last { c, q: self.last_seq, l: low_day, h: high_day, e: days }
    }
}

fn append_facts(row: &FactsRow) -> StoreResult<AppendFacts> {
    let sender: Option<AccountStatus> = row.sender_status.map(rows::status).transpose()?;
    let relation = match (row.kind, sender, row.other_status) {
        (DIRECT, Some(viewer), Some(other)) => Some(Relation {
            viewer,
            target: rows::status(other)?,
            blocked: row.blocked,
            unmatched: row.unmatched,
        }),
        _ => None,
    };
    Ok(AppendFacts { member: row.member, sender, closed: row.closed, relation, has_files: true })
}

fn row<'a>(new: &'a NewMessage, fate: &Fate) -> Option<StoreResult<Row<'a>>> {
    let Fate::Store(q) = fate else { return None };
    Some(rows::details_document(&new.details).map(|d| Row {
        c: new.conversation.get(),
        q: *q,
        s: new.sender.get(),
        k: new.kind.code(),
        t: &new.content,
        n: new.client_message_id.as_deref(),
        a: new.at.0,
        d,
    }))
}

/// What each sender is told, now that the identifiers are known.
fn outcomes(
    news: &[NewMessage],
    fates: Vec<Fate>,
    ids: Vec<(i64, i64, i64)>,
) -> StoreResult<Vec<AppendOutcome>> {
    let ids: BTreeMap<(i64, i64), i64> = ids.into_iter().map(|(c, seq, id)| ((c, seq), id)).collect();
    let mut told: Vec<AppendOutcome> = Vec::with_capacity(news.len());
    for (new, fate) in news.iter().zip(fates) {
        let outcome = match fate {
            Fate::Done(outcome) => *outcome,
            Fate::Repeat(first) => match told.get(first) {
                Some(AppendOutcome::Stored(message)) => AppendOutcome::Duplicate(message.clone()),
                _ => return Err(defect("a message repeats one that was not stored")),
            },
            Fate::Store(seq) => {
                let id = ids.get(&(new.conversation.get(), seq)).copied().and_then(MessageId::new);
                AppendOutcome::Stored(Message {
                    id: rows::known(id, "messages", "id")?,
                    conversation: new.conversation,
                    seq,
                    sender: new.sender,
                    kind: new.kind,
                    content: new.content.clone(),
                    client_message_id: new.client_message_id.clone(),
                    sent_at: new.at,
                    details: new.details.clone(),
                    recalled_at: None,
                })
            }
        };
        told.push(outcome);
    }
    Ok(told)
}
