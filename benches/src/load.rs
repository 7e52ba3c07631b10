//! An HTTP load from one thread: so many connections, on each so many requests at once.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use crate::{
    child::Server,
    cpu::{self, ThreadClock},
};

/// A server on a thread of its own in this process, so that its CPU time is known apart from the load's.
#[derive(Debug)]
pub struct ServerThread {
    /// Where it listens.
    pub address: SocketAddr,
    /// What its thread spends.
    pub clock: ThreadClock,
}

impl ServerThread {
    /// Starts it; it ends with the process. `serve` gets a listener that does not block.
    pub fn start(serve: impl FnOnce(TcpListener) + Send + 'static) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let _ = tell.send(ThreadClock::here());
            serve(listener);
        });
        let clock = told.recv().map_err(io::Error::other)??;
        Ok(Self { address, clock })
    }
}

/// What a load measured.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// Requests a second of wall time.
    pub per_second: f64,
    /// Microseconds of the server's CPU time for a request.
    pub micros: f64,
}

/// Connections to one server that ask for one path.
#[derive(Debug)]
pub struct Load {
    connections: Vec<TcpStream>,
    requests: Vec<u8>,
    answers: Vec<u8>,
    at_once: usize,
    spender: Spender,
    answer: String,
    /// Where a number stands in a request that is another one in each.
    varies: Option<usize>,
    asked: u32,
}

/// What stands for a number in requests that all differ.
pub const VARYING: &str = "00000000";

/// Whose CPU time a request costs.
#[derive(Debug)]
enum Spender {
    Thread(ThreadClock),
    Process(u32),
}

impl Spender {
    fn spent(&self) -> io::Result<Duration> {
        match self {
            Self::Thread(clock) => clock.spent(),
            Self::Process(process) => cpu::of_process(*process),
        }
    }
}

impl Load {
    /// Connects, and asks once. Every further answer must be as long as the first.
    pub fn open(server: &ServerThread, path: &str, connections: usize, at_once: usize) -> io::Result<Self> {
        Self::of(server, &get(path, ""), connections, at_once)
    }

    /// The same for any request, whose answers are all as long as the first.
    pub fn of(server: &ServerThread, request: &str, connections: usize, at_once: usize) -> io::Result<Self> {
        let spender = Spender::Thread(server.clock.clone());
        Self::connect(server.address, spender, request, connections, at_once)
    }

    /// The same for requests that all differ: instead of [`VARYING`] each has a number of its own.
    pub fn of_many(server: &ServerThread, request: &str, connections: usize) -> io::Result<Self> {
        let mut load = Self::of(server, request, connections, 1)?;
        load.varies = request.find(VARYING);
        Ok(load)
    }

    /// Asks a process for a path, one request at a time on each connection, with more lines for the head, each with its
    /// end.
    pub fn open_child(server: &Server, path: &str, head: &str, connections: usize) -> io::Result<Self> {
        let spender = Spender::Process(server.process());
        Self::connect(server.address, spender, &get(path, head), connections, 1)
    }

    fn connect(
        address: SocketAddr,
        spender: Spender,
        request: &str,
        connections: usize,
        at_once: usize,
    ) -> io::Result<Self> {
        let request = request.as_bytes();
        let mut streams = Vec::new();
        for _ in 0..connections {
            let stream = TcpStream::connect(address)?;
            stream.set_nodelay(true)?;
            streams.push(stream);
        }
        let answer = ask(&streams[0], request)?;
        Ok(Self {
            connections: streams,
            requests: request.repeat(at_once),
            answers: vec![0; answer.len() * at_once],
            at_once,
            spender,
            answer,
            varies: None,
            asked: 0,
        })
    }

    /// The answer to the first request, without what differs from one to the next: its date and its number.
    #[must_use]
    pub fn answer(&self) -> String {
        let same = |line: &&str| !line.starts_with("date:") && !line.starts_with("x-request-id:");
        let (head, body) = self.answer.split_once("\r\n\r\n").unwrap_or((&self.answer, ""));
        let mut lines: Vec<_> = head.lines().filter(same).collect();
        lines.sort_unstable();
        format!("{}\n\n{body}", lines.join("\n"))
    }

    /// How long the answer is, in bytes.
    #[must_use]
    pub fn answer_length(&self) -> usize {
        self.answer.len()
    }

    /// Asks about so many times and says what it took. Each connection asks again as soon as it has its answers,
    /// so that the server always has something to do.
    pub fn run(&mut self, requests: usize) -> io::Result<Measured> {
        let turns = (requests / self.connections.len() / self.at_once).max(1);
        let (began, spent) = (Instant::now(), self.spender.spent()?);
        for place in 0..self.connections.len() {
            self.ask_on(place)?;
        }
        for turn in 1..=turns {
            for place in 0..self.connections.len() {
                self.connections[place].read_exact(&mut self.answers)?;
                if !self.answers.starts_with(b"HTTP/1.1 200 ") {
                    return Err(io::Error::other("an answer is not 200"));
                }
                if turn < turns {
                    self.ask_on(place)?;
                }
            }
        }
        let asked = (turns * self.connections.len() * self.at_once) as f64;
        let took = began.elapsed();
        // The thread's time is up to date once it sleeps again.
        thread::sleep(std::time::Duration::from_millis(5));
        let spent = self.spender.spent()?.saturating_sub(spent);
        Ok(Measured { per_second: asked / took.as_secs_f64(), micros: spent.as_secs_f64() * 1e6 / asked })
    }
}

impl Load {
    fn ask_on(&mut self, place: usize) -> io::Result<()> {
        if let Some(varies) = self.varies {
            self.asked += 1;
            let number = format!("{:0width$}", self.asked, width = VARYING.len());
            self.requests[varies..varies + VARYING.len()].copy_from_slice(number.as_bytes());
        }
        self.connections[place].write_all(&self.requests)
    }
}

/// A request for a path, with more lines for its head.
fn get(path: &str, head: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n{head}\r\n")
}

/// Sends a request and reads its answer, head and body.
pub fn ask(stream: &TcpStream, request: &[u8]) -> io::Result<String> {
    send(stream, request)?;
    answer(stream)
}

/// Sends a request.
pub fn send(mut stream: &TcpStream, request: &[u8]) -> io::Result<()> {
    stream.write_all(request)
}

/// Reads the answer to the one request that has none yet, head and body.
pub fn answer(mut stream: &TcpStream) -> io::Result<String> {
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    loop {
        let count = stream.read(&mut part)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        answer.extend_from_slice(&part[..count]);
        let text = std::str::from_utf8(&answer).map_err(io::Error::other)?;
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Ok(text.to_owned());
            }
        }
    }
}
