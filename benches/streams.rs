//! Streams of the assistant before a slow model: how soon what the model says reaches the client, how soon clients that
//! leave end the model's work, and what streams cost in memory.

use std::{
    error::Error,
    io,
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use matchmaking_benches::{
    child::Server,
    cpu::resident,
    report::{Goal, median, print_verdict, quick},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

/// How far apart the first words of two streams are.
const APART: Duration = Duration::from_millis(2);
/// How often the model says one more word in every stream.
const WORD_EVERY: Duration = Duration::from_millis(250);
/// How many words are said while memory is watched.
const WORDS: usize = 20;
/// How long anything may take before the benchmark gives up.
const PATIENCE: Duration = Duration::from_mins(1);

/// When something happened in the stream of this number.
type Moment = (usize, Instant);

fn main() -> Result<(), Box<dyn Error>> {
    let streams = if quick() { 100 } else { 1_000 };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure(streams))
}

async fn measure(streams: usize) -> Result<(), Box<dyn Error>> {
    let data = tempfile::tempdir()?;
    let (ask, mut asked) = mpsc::unbounded_channel();
    let (said, mut spoken) = mpsc::unbounded_channel();
    let (ended, mut endings) = mpsc::unbounded_channel();
    let (words, speak) = watch::channel(0);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/v1", listener.local_addr()?);
    let channels = Arc::new(Channels { asked: ask, said, ended });
    tokio::spawn(model(listener, speak, channels));
    let server = start(data.path(), &url)?;
    let dialogues = dialogues(&server, streams)?;
    let idle = resident(server.process())?;

    let (hear, mut heard) = mpsc::unbounded_channel();
    let (leave, leaving) = watch::channel(false);
    let mut clients = JoinSet::new();
    for (number, dialogue) in dialogues.into_iter().enumerate() {
        let stream = open(server.address, dialogue, number).await?;
        clients.spawn(client(stream, number, hear.clone(), leaving.clone()));
    }
    // What opening them costs is not the words'.
    moments(&mut asked, streams).await?;
    words.send_replace(1);
    let spoken = moments(&mut spoken, streams).await?;
    let heard = moments(&mut heard, streams).await?;
    let begun = resident(server.process())?;
    for word in 2..=WORDS {
        sleep(WORD_EVERY).await;
        words.send_replace(word);
    }
    sleep(WORD_EVERY).await;
    let at_length = resident(server.process())?;
    leave.send_replace(true);
    let mut left = Vec::with_capacity(streams);
    while let Some(moment) = timeout(PATIENCE, clients.join_next()).await? {
        left.push(moment??);
    }
    let endings = moments(&mut endings, streams).await?;

    println!("{streams} streams at once before a model that says a word every {} ms", WORD_EVERY.as_millis());
    print("from the model's first word to the client's", waits(&spoken, &heard), 100.0);
    left.sort_unstable();
    print(
        "from a client's leaving, all at once, to the end of the model's work",
        waits(&left, &endings),
        1_000.0,
    );
    let each = |bytes: u64, before: u64| (bytes as f64 - before as f64) / streams as f64 / 1e3;
    println!("the server's resident memory, a stream");
    println!("  with its first word                          {:>10.2} KB", each(begun, idle));
    println!("  {WORDS} words later                               {:>10.2} KB more", each(at_length, begun));
    print_verdict(Goal::AtMost { must: 4.0, goal: 1.0, beyond: None }, each(at_length, begun));
    Ok(())
}

fn start(data: &Path, url: &str) -> io::Result<Server> {
    Server::start_with(data, "memory:", &[("ASSISTANT_URL", url)])
}

/// So many conversations of one user.
fn dialogues(server: &Server, count: usize) -> Result<Vec<i64>, Box<dyn Error>> {
    let number = |answer: String| -> Result<i64, Box<dyn Error>> {
        let id = answer.split("\"id\":").nth(1).and_then(|rest| rest.split(',').next());
        Ok(id.ok_or("an answer without a number")?.parse()?)
    };
    let user = number(server.ask("POST", "/api/v1/users", r#"{"username":"bench"}"#)?)?;
    let body = format!(r#"{{"user_id":{user}}}"#);
    (0..count).map(|_| number(server.ask("POST", "/api/v1/conversations", &body)?)).collect()
}

/// Asks, with the stream's number as the question.
async fn open(server: SocketAddr, dialogue: i64, number: usize) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    let body = format!(r#"{{"conversation_id":{dialogue},"message":"number {number}."}}"#);
    let length = body.len();
    let request = format!(
        "POST /api/v1/chat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await?;
    Ok(stream)
}

/// Listens, tells when the first word comes, and leaves when it is told to; returns when that was.
async fn client(
    mut stream: TcpStream,
    number: usize,
    hear: mpsc::UnboundedSender<Moment>,
    mut leaving: watch::Receiver<bool>,
) -> io::Result<Moment> {
    let (mut read, mut part, mut heard) = (Vec::new(), [0; 1_024], false);
    loop {
        let count = tokio::select! {
            count = stream.read(&mut part) => count?,
            _ = leaving.wait_for(|leave| *leave) => {
                drop(stream);
                return Ok((number, Instant::now()));
            }
        };
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if !heard {
            read.extend_from_slice(&part[..count]);
            if read.windows(6).any(|six| six == b"data: ") {
                heard = true;
                let _ = hear.send((number, Instant::now()));
                read = Vec::new();
            }
        }
    }
}

/// What the model's server tells of each stream.
struct Channels {
    /// That it is asked.
    asked: mpsc::UnboundedSender<Moment>,
    /// That it says the first word.
    said: mpsc::UnboundedSender<Moment>,
    /// That nobody wants more.
    ended: mpsc::UnboundedSender<Moment>,
}

/// The model's server: says the first word of each stream when it is its turn, later ones to everyone at once.
async fn model(listener: TcpListener, speak: watch::Receiver<usize>, channels: Arc<Channels>) {
    while let Ok((connection, _)) = listener.accept().await {
        tokio::spawn(say(connection, speak.clone(), Arc::clone(&channels)));
    }
}

async fn say(
    mut connection: TcpStream,
    mut speak: watch::Receiver<usize>,
    channels: Arc<Channels>,
) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let number = question(&mut connection).await?;
    let Channels { asked, said, ended } = &*channels;
    let _ = asked.send((number, Instant::now()));
    connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n").await?;
    let _ = speak.wait_for(|words| *words > 0).await;
    sleep(APART * number as u32).await;
    let event = b"data: {\"choices\":[{\"delta\":{\"content\":\" word\"}}]}\n\n";
    let _ = said.send((number, Instant::now()));
    connection.write_all(event).await?;
    let mut part = [0; 16];
    loop {
        tokio::select! {
            read = connection.read(&mut part) => {
                if !matches!(read, Ok(1..)) {
                    let _ = ended.send((number, Instant::now()));
                    return Ok(());
                }
            }
            changed = speak.changed() => {
                if changed.is_err() {
                    return Ok(());
                }
                connection.write_all(event).await?;
            }
        }
    }
}

/// Reads a request to its question, and returns the number that stands in it.
async fn question(connection: &mut TcpStream) -> io::Result<usize> {
    let (mut read, mut part) = (Vec::new(), [0; 4_096]);
    loop {
        let count = connection.read(&mut part).await?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        read.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&read);
        let number = text.split_once("\"number ").and_then(|(_, rest)| rest.split_once('.'));
        if let Some((number, rest)) = number
            && rest.ends_with('}')
        {
            return number.parse().map_err(io::Error::other);
        }
    }
}

/// The moments of all streams, by their numbers.
async fn moments(
    receiver: &mut mpsc::UnboundedReceiver<Moment>,
    streams: usize,
) -> Result<Vec<Moment>, Box<dyn Error>> {
    let mut moments = Vec::with_capacity(streams);
    while moments.len() < streams {
        moments.push(timeout(PATIENCE, receiver.recv()).await?.ok_or("nobody tells any more")?);
    }
    moments.sort_unstable();
    Ok(moments)
}

/// How many milliseconds lay between the two, in each stream.
fn waits(from: &[Moment], to: &[Moment]) -> Vec<f64> {
    from.iter().zip(to).map(|(from, to)| to.1.saturating_duration_since(from.1).as_secs_f64() * 1e3).collect()
}

fn print(what: &str, mut waits: Vec<f64>, most: f64) {
    waits.sort_by(f64::total_cmp);
    let worst = waits.last().copied().unwrap_or(f64::NAN);
    println!("{what}");
    println!("  median {:>10.2} ms   worst {worst:>10.2} ms", median(waits));
    print_verdict(Goal::AtMost { must: most, goal: most / 2.0, beyond: None }, worst);
}
