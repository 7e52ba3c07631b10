//! Every bound of the server that is no flag, in one place: how long, how large, how many.
//!
//! A server is given a [`Limits`]; its default is made of the constants below, and tests give shorter ones.

use std::num::NonZeroU32;
use std::time::Duration;

/// How long the head of a request may take, and how long a kept-alive connection may be idle.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// The most header lines of a request.
pub const HEADERS_MAX: usize = 100;
/// The most bytes of a request's head, which is also the read buffer of a connection.
pub const HEAD_BYTES_MAX: usize = 32 << 10;
/// How long the next part of a body may take.
pub const BODY_CHUNK_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a JSON body may take as a whole.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long an upload may take as a whole.
pub const UPLOAD_TIMEOUT: Duration = Duration::from_mins(5);
/// How long a body may come as slowly as it likes.
pub const BODY_GRACE: Duration = Duration::from_secs(20);
/// The fewest bytes a second of a body, on the average, after that.
pub const BODY_BYTES_A_SECOND_MIN: u64 = 8 << 10;
/// The most parts of a form.
pub const FORM_PARTS_MAX: usize = 16;
/// The most bytes of a form's field that is no file.
pub const FORM_TEXT_MAX: usize = 4 << 10;
/// How much of a form is read without coming to the end of a part's head, or to a boundary.
pub const FORM_HEAD_MAX: usize = 64 << 10;
/// The most characters of an uploaded file's name; what is longer is cut.
pub const FILE_NAME_CHARS_MAX: usize = 255;
/// The most requests with pictures in their JSON that are worked on at one moment, once they have been read. Whoever
/// comes beyond is told to come again.
pub const PAPERS_AT_ONCE: usize = 8;
/// The most of them that are one person's.
pub const PAPERS_AT_ONCE_EACH: usize = 2;
/// The most files that one person uploads at one moment, to an album or to be sent.
pub const UPLOADS_AT_ONCE_EACH: usize = 4;
/// The most exports of accounts that are written at one moment. Whoever comes beyond is told to come again.
/// Nobody has two.
pub const EXPORTS_AT_ONCE: usize = 32;
/// How long writing an export may take. What is left then is not written, and the connection breaks off.
pub const EXPORT_TIMEOUT: Duration = Duration::from_mins(10);
/// The most bytes of all uploads that are read and kept at one moment, pictures in JSON included. Whoever comes beyond is
/// told to come again.
pub const UPLOAD_BYTES_AT_ONCE: usize = 256 << 20;
/// The most of them that are one person's: a film, or some pictures.
pub const UPLOAD_BYTES_AT_ONCE_EACH: usize = 64 << 20;
/// How much of something that is downloaded is read at once. A download holds about three times as much.
pub const DOWNLOAD_CHUNK: usize = 64 << 10;
/// How long the reader of a download may take to make room for the next part.
pub const DOWNLOAD_WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// How much of a refused body is read and thrown away, so that the client reads the refusal.
pub const DRAIN_BYTES_MAX: usize = 1 << 20;
/// How long that may take.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);
/// The most bytes of a socket's frame or message; a longer one closes the socket (1009).
pub const FRAME_MAX: usize = 64 << 10;
/// The frames that wait for a socket's client. When one more comes, the surface decides between dropping it
/// and closing the socket (1013).
pub const SOCKET_QUEUE: usize = 128;
/// The bytes of frames that wait for a socket's client. When as many wait, a further one is as one too many.
pub const SOCKET_QUEUE_BYTES: usize = 1 << 20;
/// The read buffer of a socket, which most frames fit in; a longer one takes several reads. With many idle sockets
/// it is most of the memory.
pub const SOCKET_READ_BUFFER: usize = 1 << 10;
/// The bytes after which queued frames are written without waiting for more.
pub const SOCKET_WRITE_BUFFER: usize = 64 << 10;
/// The most bytes that wait in a socket's write buffer.
pub const SOCKET_WRITE_BUFFER_MAX: usize = 1 << 20;
/// How long a socket's client may take to read what was written.
pub const SOCKET_WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// How often a socket's client is pinged.
pub const SOCKET_PING_EVERY: Duration = Duration::from_secs(30);
/// After how long without any frame, pongs included, a socket is closed.
pub const SOCKET_SILENCE_MAX: Duration = Duration::from_secs(90);
/// How long a socket without a token may take to say whom it is from.
pub const FIRST_FRAME_WITHIN: Duration = Duration::from_secs(10);
/// How long a client may take to answer the end of a socket.
pub const SOCKET_LINGER: Duration = Duration::from_secs(1);
/// The most sockets from one address. A backend may hold those of all its users.
pub const SOCKETS_PER_ADDRESS: usize = 10_000;
/// The events that wait for the reader of an event stream.
pub const EVENT_QUEUE: usize = 64;
/// How long the reader of an event stream may take to make room for one more.
pub const EVENT_WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// After how long without an event a line is written that clients ignore, so that no proxy takes the stream for dead.
pub const EVENT_COMMENT_EVERY: Duration = Duration::from_secs(15);
/// Requests a second from one address. Generous, since a backend sends those of all its users.
pub const ADDRESS_RATE: NonZeroU32 = NonZeroU32::new(200).expect("not zero");
/// Requests from one address at once.
pub const ADDRESS_BURST: NonZeroU32 = NonZeroU32::new(1_000).expect("not zero");
/// Requests a second of one account.
pub const ACCOUNT_RATE: NonZeroU32 = NonZeroU32::new(50).expect("not zero");
/// Requests of one account at once.
pub const ACCOUNT_BURST: NonZeroU32 = NonZeroU32::new(200).expect("not zero");
/// The most answers that are remembered of a kind, to be given again while nothing changes; when there are more, all are
/// forgotten.
pub const ANSWERS_REMEMBERED: usize = 1_024;
/// The most bytes of all of them.
pub const ANSWER_BYTES_REMEMBERED: usize = 16 << 20;
/// The cells of a rate limiter, 8 bytes each. Addresses beyond them share.
pub const RATE_CELLS: usize = 1 << 16;
/// The first pause after the system had no more file descriptors; it doubles up to [`ACCEPT_PAUSE_MAX`].
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(20);
/// The longest such pause.
pub const ACCEPT_PAUSE_MAX: Duration = Duration::from_secs(1);
/// The connections that wait to be accepted.
pub const ACCEPT_BACKLOG: i32 = 1_024;

/// The bounds of one server.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The most connections; further ones are closed at once.
    pub connections: usize,
    /// The most sockets; further ones are refused.
    pub sockets: usize,
    /// [`SOCKETS_PER_ADDRESS`]
    pub sockets_per_address: usize,
    /// [`HEADER_TIMEOUT`]
    pub header_timeout: Duration,
    /// [`BODY_CHUNK_TIMEOUT`]
    pub body_chunk_timeout: Duration,
    /// [`BODY_TIMEOUT`]
    pub body_timeout: Duration,
    /// [`UPLOAD_TIMEOUT`]
    pub upload_timeout: Duration,
    /// [`BODY_GRACE`]
    pub body_grace: Duration,
    /// [`UPLOAD_BYTES_AT_ONCE`]
    pub upload_bytes_at_once: usize,
    /// [`UPLOAD_BYTES_AT_ONCE_EACH`]
    pub upload_bytes_each: usize,
    /// [`DRAIN_TIMEOUT`]
    pub drain_timeout: Duration,
    /// [`SOCKET_QUEUE`]
    pub socket_queue: usize,
    /// [`SOCKET_WRITE_TIMEOUT`]
    pub socket_write_timeout: Duration,
    /// [`SOCKET_PING_EVERY`]
    pub socket_ping_every: Duration,
    /// [`SOCKET_SILENCE_MAX`]
    pub socket_silence_max: Duration,
    /// [`FIRST_FRAME_WITHIN`]
    pub first_frame_within: Duration,
    /// [`SOCKET_LINGER`]
    pub socket_linger: Duration,
    /// [`EVENT_COMMENT_EVERY`]
    pub event_comment_every: Duration,
    /// Requests of one address: a second, and at once. `None` lifts the limit.
    pub address_rate: Option<(NonZeroU32, NonZeroU32)>,
    /// Requests of one account likewise.
    pub account_rate: Option<(NonZeroU32, NonZeroU32)>,
    /// How long requests may go on after the shutdown began.
    pub shutdown_grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            sockets: 50_000,
            sockets_per_address: SOCKETS_PER_ADDRESS,
            header_timeout: HEADER_TIMEOUT,
            body_chunk_timeout: BODY_CHUNK_TIMEOUT,
            body_timeout: BODY_TIMEOUT,
            upload_timeout: UPLOAD_TIMEOUT,
            body_grace: BODY_GRACE,
            upload_bytes_at_once: UPLOAD_BYTES_AT_ONCE,
            upload_bytes_each: UPLOAD_BYTES_AT_ONCE_EACH,
            drain_timeout: DRAIN_TIMEOUT,
            socket_queue: SOCKET_QUEUE,
            socket_write_timeout: SOCKET_WRITE_TIMEOUT,
            socket_ping_every: SOCKET_PING_EVERY,
            socket_silence_max: SOCKET_SILENCE_MAX,
            first_frame_within: FIRST_FRAME_WITHIN,
            socket_linger: SOCKET_LINGER,
            event_comment_every: EVENT_COMMENT_EVERY,
            address_rate: Some((ADDRESS_RATE, ADDRESS_BURST)),
            account_rate: Some((ACCOUNT_RATE, ACCOUNT_BURST)),
            shutdown_grace: Duration::from_secs(10),
        }
    }
}
