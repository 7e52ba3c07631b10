//! Many sockets on one thread, some of which write: it must weigh little beside the server that is measured.

use std::{
    error::Error,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use matchmaking_benches::cpu;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::mpsc,
    task::JoinHandle,
    time::timeout,
};

use crate::WRITERS;

/// How long anything may take before the benchmark gives up.
const PATIENCE: Duration = Duration::from_mins(5);

/// What comes before the first message.
#[derive(Debug, Clone)]
pub(crate) enum Greeting {
    /// Nothing.
    None,
    /// The server sends a frame.
    Comes,
    /// The server sends a frame when it is sent this.
    Asked(String),
}

/// Where a socket is opened, and what it sends.
#[derive(Debug, Clone)]
pub(crate) struct Seat {
    pub(crate) address: SocketAddr,
    pub(crate) path: String,
    pub(crate) greeting: Greeting,
    /// A frame that says `MARK` in the room; nothing for whoever only listens.
    pub(crate) frame: Option<String>,
}

/// Everyone in the room.
pub(crate) struct Crowd {
    process: u32,
    writers: Vec<mpsc::UnboundedSender<usize>>,
    heard: Arc<AtomicUsize>,
    done: mpsc::UnboundedReceiver<()>,
    size: usize,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Crowd {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Crowd {
    /// Opens all sockets; returns when everyone has been greeted.
    pub(crate) async fn join(process: u32, seats: &[Seat]) -> Result<Self, Box<dyn Error>> {
        let (tell, done) = mpsc::unbounded_channel();
        let heard = Arc::new(AtomicUsize::new(0));
        let (mut writers, mut tasks) = (Vec::new(), Vec::new());
        for (number, seat) in seats.iter().enumerate() {
            let mut stream = timeout(PATIENCE, open(seat)).await??;
            stream.set_nodelay(true)?;
            let (orders, ordered) = mpsc::unbounded_channel();
            let frame = seat.frame.clone().filter(|_| writers.len() < WRITERS);
            if frame.is_some() {
                writers.push(orders);
            }
            let (heard, tell) = (Arc::clone(&heard), tell.clone());
            tasks.push(tokio::spawn(async move {
                // A socket that breaks is missed in the count of what was heard.
                let _ = sit(&mut stream, number, frame, ordered, &heard, &tell).await;
            }));
        }
        Ok(Self { process, writers, heard, done, size: seats.len(), tasks })
    }

    /// Lets every writer say so many messages, one after the other, and returns the microseconds of the server's CPU
    /// time for each delivery. Everyone must have heard everything.
    pub(crate) async fn talk(&mut self, each: usize) -> Result<f64, Box<dyn Error>> {
        // Whatever came from opening is through.
        tokio::time::sleep(Duration::from_millis(300)).await;
        self.heard.store(0, Ordering::Relaxed);
        let spent = cpu::of_process(self.process)?;
        for writer in &self.writers {
            writer.send(each)?;
        }
        for _ in &self.writers {
            timeout(PATIENCE, self.done.recv()).await?.ok_or("a writer is gone")?;
        }
        let expected = self.writers.len() * each * self.size;
        let everyone = async {
            while self.heard.load(Ordering::Relaxed) < expected {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(PATIENCE, everyone).await?;
        let spent = cpu::of_process(self.process)?.saturating_sub(spent);
        let heard = self.heard.load(Ordering::Relaxed);
        assert_eq!(heard, expected, "everyone hears every message once");
        Ok(spent.as_secs_f64() * 1e6 / heard as f64)
    }
}

async fn open(seat: &Seat) -> Result<TcpStream, Box<dyn Error>> {
    let mut stream = TcpStream::connect(seat.address).await?;
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        seat.path
    );
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    if !head.starts_with(b"HTTP/1.1 101 ") {
        return Err(String::from_utf8_lossy(&head).into());
    }
    if let Greeting::Asked(frame) = &seat.greeting {
        stream.write_all(&masked(frame)?).await?;
    }
    if !matches!(seat.greeting, Greeting::None) {
        let length = stream.read_u16().await? & 0x7f;
        let mut greeting = vec![0; usize::from(length)];
        stream.read_exact(&mut greeting).await?;
    }
    Ok(stream)
}

/// A text as a client's frame. The mask is zero, which is a mask like any other.
fn masked(text: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let length = u8::try_from(text.len()).ok().filter(|length| *length <= 125).ok_or("too long a frame")?;
    let mut frame = vec![0x81, 0x80 | length, 0, 0, 0, 0];
    frame.extend_from_slice(text.as_bytes());
    Ok(frame)
}

/// Counts the frames that hold a message, and writes as many messages as ordered, each when the last came back.
async fn sit(
    stream: &mut TcpStream,
    number: usize,
    frame: Option<String>,
    mut orders: mpsc::UnboundedReceiver<usize>,
    heard: &AtomicUsize,
    done: &mpsc::UnboundedSender<()>,
) -> Result<(), Box<dyn Error>> {
    // As long as one another, so that every message is as long on the wire.
    let mark = format!("message of {number:05}");
    let frame = frame.map(|frame| masked(&frame.replace("MARK", &mark))).transpose()?;
    let mut buffer = Vec::with_capacity(64 << 10);
    let mut left = 0;
    loop {
        tokio::select! {
            Some(order) = orders.recv() => {
                left = order;
                if let Some(frame) = &frame {
                    stream.write_all(frame).await?;
                }
            }
            read = stream.read_buf(&mut buffer) => {
                if read? == 0 {
                    return Ok(());
                }
                let (mut at, mut own) = (0, 0);
                while let Some(text) = next(&buffer, &mut at) {
                    if contains(text, b"message of ") {
                        heard.fetch_add(1, Ordering::Relaxed);
                        own += usize::from(contains(text, mark.as_bytes()));
                    }
                }
                buffer.drain(..at);
                for _ in 0..own {
                    left -= 1;
                    match &frame {
                        Some(frame) if left > 0 => stream.write_all(frame).await?,
                        _ => done.send(())?,
                    }
                }
            }
        }
    }
}

/// The payload of the next whole frame from `at`, which is moved behind it.
fn next<'a>(buffer: &'a [u8], at: &mut usize) -> Option<&'a [u8]> {
    let (length, from) = match *buffer.get(*at + 1)? & 0x7f {
        126 => (usize::from(u16::from_be_bytes([*buffer.get(*at + 2)?, *buffer.get(*at + 3)?])), *at + 4),
        length => (usize::from(length), *at + 2),
    };
    let text = buffer.get(from..from + length)?;
    *at = from + length;
    Some(text)
}

fn contains(text: &[u8], wanted: &[u8]) -> bool {
    text.windows(wanted.len()).any(|window| window == wanted)
}
