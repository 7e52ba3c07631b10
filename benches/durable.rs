//! Durable messages a second with many senders, against what the disk can sync in the same run.

use std::{
    error::Error,
    fs::File,
    io::{Seek, SeekFrom, Write},
    path::Path,
    process,
    time::{Duration, Instant},
};

use matchmaking_benches::{
    cpu,
    report::{Goal, Rounds, median, quick},
};
use matchmaking_core::{
    clock::{Clock, SystemClock},
    ids::{AccountId, ConversationId},
    model::{MessageDetails, MessageKind, Pair, Profile},
    store::{self, AppendOutcome, CreateOutcome, NewAccount, NewMessage, OnStored, Stores},
};
use tokio::{runtime::Runtime, task::JoinSet};

const SENDERS: usize = 64;
const TEXT: &str = "明天晚上七点，老地方见？ See you there.";
/// What a transaction writes at least: a page.
const PAGE: [u8; 4096] = [7; 4096];
/// How many pages are written over and over, so that no sync has to make the file longer.
const PAGES: u64 = 1_024;

fn main() -> Result<(), Box<dyn Error>> {
    // Short rounds: what a disk can sync changes from one second to the next.
    let (rounds, each) =
        if quick() { (1, Duration::from_millis(100)) } else { (40, Duration::from_millis(400)) };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    // Beside the program: a temporary folder elsewhere may be in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let goal = Goal::AtLeast { must: 10.0, goal: 30.0, beyond: Some(60.0) };
    let url = format!("sqlite://{}/matchmaking.db", folder.path().display());
    measure(&runtime, "SQLite, synchronous=FULL", &url, folder.path(), goal, (rounds, each))?;
    if let Ok(url) = std::env::var("TEST_POSTGRES_URL") {
        let what = "PostgreSQL as it is configured (its disk may be another)";
        measure(&runtime, what, &url, folder.path(), Goal::Told, (rounds, each))?;
    }
    Ok(())
}

fn measure(
    runtime: &Runtime,
    what: &str,
    url: &str,
    folder: &Path,
    goal: Goal,
    (rounds, each): (usize, Duration),
) -> Result<(), Box<dyn Error>> {
    let (stores, senders) = runtime.block_on(prepare(url))?;
    let mut stored = 0;
    let mut micros = Vec::new();
    let pairs = Rounds::of(
        rounds,
        || {
            let (began, spent) = (Instant::now(), cpu::of_process(process::id())?);
            let count = runtime.block_on(send_all(&stores, &senders, each))?;
            let took = began.elapsed();
            let spent = cpu::of_process(process::id())?.saturating_sub(spent);
            micros.push(spent.as_secs_f64() * 1e6 / count as f64);
            stored += count;
            Ok::<_, Box<dyn Error>>(count as f64 / took.as_secs_f64())
        },
        || Ok(syncs_per_second(folder, each)?),
    )?;
    runtime.block_on(check(&stores, &senders, stored))?;
    runtime.block_on(stores.upkeep.close());
    let sides = ("acknowledged messages", "write and fdatasync of one page", "a second");
    pairs.print(format!("{SENDERS} senders at once, {what}"), sides, goal);
    println!("  {:.1} µs CPU a message, senders included; all {stored} read back\n", median(micros));
    Ok(())
}

type Sender = (AccountId, ConversationId);

/// A database with pairs of people, each of whom writes to the other.
async fn prepare(url: &str) -> Result<(Stores, Vec<Sender>), Box<dyn Error>> {
    let stores = store::open(&url.parse()?).await?;
    let mut senders = Vec::new();
    for _ in 0..SENDERS / 2 {
        let (one, other) = (account(&stores).await?, account(&stores).await?);
        let pair = Pair::new(one, other).ok_or("an account was made twice")?;
        let room = stores.conversations.open_direct(pair, SystemClock.now()).await?;
        senders.extend([(one, room.id), (other, room.id)]);
    }
    Ok((stores, senders))
}

async fn account(stores: &Stores) -> Result<AccountId, Box<dyn Error>> {
    let new = NewAccount {
        identities: Vec::new(),
        password_hash: None,
        profile: Profile::default(),
        at: SystemClock.now(),
    };
    match stores.accounts.create_account(new).await? {
        CreateOutcome::Created(account) => Ok(account.id),
        CreateOutcome::Taken { .. } => Err("an account without identities is taken".into()),
    }
}

/// Everyone sends one message after the other, each when the one before is acknowledged. Returns how many were.
async fn send_all(stores: &Stores, senders: &[Sender], time: Duration) -> Result<usize, Box<dyn Error>> {
    let until = Instant::now() + time;
    let mut sending = JoinSet::new();
    for &(sender, conversation) in senders {
        let messages = stores.messages.clone();
        sending.spawn(async move {
            let mut count = 0;
            while Instant::now() < until {
                let new = NewMessage {
                    conversation,
                    sender,
                    kind: MessageKind::Text,
                    content: TEXT.to_owned(),
                    client_message_id: None,
                    at: SystemClock.now(),
                    day: 0,
                    details: MessageDetails::default(),
                };
                match messages.append_message(new, OnStored::nothing()).await {
                    Ok(AppendOutcome::Stored(_)) => count += 1,
                    other => return Err(format!("a message is not stored: {other:?}")),
                }
            }
            Ok(count)
        });
    }
    let mut count = 0;
    while let Some(sent) = sending.join_next().await {
        count += sent??;
    }
    Ok(count)
}

/// Every acknowledged message is there, numbered without gaps.
async fn check(stores: &Stores, senders: &[Sender], stored: usize) -> Result<(), Box<dyn Error>> {
    let mut found = 0;
    for (_, conversation) in senders.iter().step_by(2) {
        let messages = stores.messages.messages_after(*conversation, 0, usize::MAX).await?;
        assert!(messages.iter().zip(1..).all(|(message, seq)| message.seq == seq && message.content == TEXT));
        found += messages.len();
    }
    assert_eq!(found, stored, "as many are there as were acknowledged");
    Ok(())
}

fn syncs_per_second(folder: &Path, time: Duration) -> std::io::Result<f64> {
    let mut file = File::create(folder.join("raw"))?;
    for _ in 0..PAGES {
        file.write_all(&PAGE)?;
    }
    file.sync_all()?;
    let began = Instant::now();
    let mut count = 0;
    while began.elapsed() < time {
        file.seek(SeekFrom::Start(count % PAGES * PAGE.len() as u64))?;
        file.write_all(&PAGE)?;
        file.sync_data()?;
        count += 1;
    }
    Ok(count as f64 / began.elapsed().as_secs_f64())
}
