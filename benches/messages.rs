//! Messages and conversations of the platform over HTTP, against the smallest route of the same server on SQLite.

use std::{error::Error, net::TcpListener, path::Path};

use matchmaking_benches::{
    load::{Load, ServerThread, VARYING},
    members::Members,
    report::{Goal, Rounds, quick},
};
use matchmaking_core::{
    api::route::Surface,
    clock::{Clock, SystemClock},
    ids::{AccountId, ConversationId},
    model::{MessageDetails, MessageKind, Pair},
    service::{Foundation, tokens::TokenKey},
    store::{self, AppendOutcome, CreateMatchOutcome, MatchTerms, NewMatch, NewMessage, OnStored, Stores},
};
use matchmaking_server::{app, config::limits::Limits, http, http::Policy};
use tokio::{runtime::Runtime, task::JoinSet};
use tokio_util::sync::CancellationToken;

const KEY: &[u8] = b"a key of thirty-two bytes for benches";
/// How many messages are stored at once while the long conversation is made.
const AT_ONCE: usize = 256;
/// How many conversations a page has.
const PAGE: usize = 20;
/// How many connections ask at once.
const CONNECTIONS: usize = 64;

/// Who asks, and for what.
struct Scene {
    token: String,
    /// The long conversation.
    talk: ConversationId,
    /// Of people with few conversations beyond the first page, and with many.
    few: String,
    many: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let (rounds, requests, messages, beyond) =
        if quick() { (1, 640, 20_000, 200) } else { (9, 6_400, 1_000_000, 10_000) };
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let scene = prepare(&runtime, folder.path(), messages, beyond)?;
    let url = url(folder.path());
    let server = ServerThread::start(move |listener| serve(listener, &url))?;
    let get = |path: &str, token: &str| {
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n")
    };
    // Opened for each comparison: connections that nothing goes over are closed.
    let always = |request: &str| Load::of(&server, request, CONNECTIONS, 1);
    let varying = |request: &str| Load::of_many(&server, request, CONNECTIONS);
    let trivial = || Load::open(&server, "/version", CONNECTIONS, 1);
    let versus = |what: &str, mut load: Load, mut other: Load, against: &'static str, goal| {
        // A first round is thrown away.
        load.run(requests)?;
        other.run(requests)?;
        let mut ratio = Rounds::default();
        for _ in 0..rounds {
            ratio.push(load.run(requests)?.per_second, other.run(requests)?.per_second);
        }
        ratio.print(what, ("this", against, "requests a second"), goal);
        Ok::<_, Box<dyn Error>>(())
    };

    let body = r#"{"type":"text","content":"明天晚上七点，老地方见？"}"#;
    let path = format!("/v1/conversations/{}/messages", scene.talk);
    let send = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        scene.token,
        body.len()
    );
    let at_least = |must| Goal::AtLeast { must, goal: must * 1.5, beyond: None };
    versus("sending a message", always(&send)?, trivial()?, "the smallest route", at_least(0.2))?;

    let list = format!("/v1/conversations?page_size={PAGE}");
    let same_page = always(&get(&list, &scene.few))?;
    versus("a page of conversations", same_page, trivial()?, "the smallest route", at_least(0.4))?;
    // With a parameter that means nothing, so that every answer is made anew.
    let anew = format!("{list}&n={VARYING}");
    let what = "a page of conversations that nobody asked for before";
    versus(what, varying(&get(&anew, &scene.few))?, trivial()?, "the smallest route", Goal::Told)?;
    let (few, many) = (varying(&get(&anew, &scene.few))?, varying(&get(&anew, &scene.many))?);
    let same = Goal::AtLeast { must: 0.7, goal: 0.9, beyond: None };
    let what = format!("such a page with {beyond} conversations beyond it");
    versus(&what, many, few, "with 10 beyond it", same)?;

    let page = |before: usize| get(&format!("{path}?page_size={PAGE}&before_id={before}"), &scene.token);
    for (what, before) in [("beginning", PAGE + 1), ("middle", messages / 2)] {
        let what = format!("a page at the {what} of {messages} messages");
        versus(&what, always(&page(before))?, always(&page(messages))?, "a page at the end", same)?;
    }
    Ok(())
}

fn url(folder: &Path) -> String {
    format!("sqlite://{}/matchmaking.db", folder.display())
}

fn serve(listener: TcpListener, url: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let serving = async {
        let stores = store::open(&url.parse()?).await?;
        let foundation = Foundation { token_key: TokenKey::new(KEY), ..Foundation::over(stores) };
        let services = app::over(foundation).await?;
        let limits = Limits { address_rate: None, account_rate: None, ..Limits::default() };
        let site = app::site(&services, &Surface::ALL, Policy { limits, ..Policy::default() });
        let listener = tokio::net::TcpListener::from_std(listener)?;
        Ok::<_, Box<dyn Error>>(http::run(listener, site, CancellationToken::new()).await?)
    };
    runtime.block_on(serving).expect("a server");
}

fn prepare(
    runtime: &Runtime,
    folder: &Path,
    messages: usize,
    beyond: usize,
) -> Result<Scene, Box<dyn Error>> {
    runtime.block_on(async {
        let stores = store::open(&url(folder).parse()?).await?;
        let mut people = Members::new(stores.clone(), KEY);
        let (one, other) = (people.join().await?, people.join().await?);
        let talk = matched(&stores, one, other).await?;
        fill(&stores, talk, [one, other], messages).await?;
        let mut tokens = Vec::new();
        for more in [10, beyond] {
            let owner = people.join().await?;
            for _ in 0..PAGE + more {
                let other = people.join().await?;
                let place = matched(&stores, owner, other).await?;
                append(&stores, place, other).await?;
            }
            tokens.push(people.token(owner).await?);
        }
        let token = people.token(one).await?;
        stores.upkeep.close().await;
        let [few, many] = tokens.try_into().map_err(|_| "two tokens")?;
        Ok(Scene { token, talk, few, many })
    })
}

/// The conversation of two, who are matched now.
async fn matched(
    stores: &Stores,
    first: AccountId,
    second: AccountId,
) -> Result<ConversationId, Box<dyn Error>> {
    let at = SystemClock.now();
    let new = NewMatch { first, second, terms: MatchTerms::default(), at };
    let made = stores.matches.create_match(new).await?;
    assert!(matches!(made, CreateMatchOutcome::Made(_)), "two are matched once");
    let pair = Pair::new(first, second).ok_or("two people")?;
    Ok(stores.conversations.open_direct(pair, at).await?.id)
}

/// Two talk for long.
async fn fill(
    stores: &Stores,
    talk: ConversationId,
    people: [AccountId; 2],
    messages: usize,
) -> Result<(), Box<dyn Error>> {
    let mut sending = JoinSet::new();
    for sender in 0..AT_ONCE {
        let (stores, account) = (stores.clone(), people[sender % 2]);
        let share = messages / AT_ONCE + usize::from(sender < messages % AT_ONCE);
        sending.spawn(async move {
            for _ in 0..share {
                append(&stores, talk, account).await.map_err(|error| error.to_string())?;
            }
            Ok::<_, String>(())
        });
    }
    while let Some(sent) = sending.join_next().await {
        sent??;
    }
    Ok(())
}

async fn append(
    stores: &Stores,
    conversation: ConversationId,
    sender: AccountId,
) -> Result<(), Box<dyn Error>> {
    let new = NewMessage {
        conversation,
        sender,
        kind: MessageKind::Text,
        content: "See you there.".to_owned(),
        client_message_id: None,
        at: SystemClock.now(),
        day: 0,
        details: MessageDetails::default(),
    };
    match stores.messages.append_message(new, OnStored::nothing()).await? {
        AppendOutcome::Stored(_) => Ok(()),
        other => Err(format!("a message is not stored: {other:?}").into()),
    }
}
