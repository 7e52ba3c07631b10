//! Text messages to telephones.

use std::{
    fmt, fs,
    io::{self, IsTerminal as _, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;

use super::{Cause, blocking};
use crate::{clock::Millis, model::account::masked_phone};

/// What a text message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SmsKind {
    /// A code to register with.
    Register,
    /// A code to log in with.
    Login,
    /// A code to set a new password with.
    Reset,
    /// That a reviewer has decided about one's identity; it has no code.
    Review,
}

impl SmsKind {
    /// The name by which providers and outboxes know it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Login => "login",
            Self::Reset => "reset",
            Self::Review => "review",
        }
    }
}

/// A text message. Its `Debug` shows neither telephone nor code.
#[derive(Clone, PartialEq, Eq)]
pub struct Sms {
    /// To which telephone.
    pub phone: String,
    /// What about.
    pub kind: SmsKind,
    /// The code it carries, if it carries one.
    pub code: Option<String>,
}

impl fmt::Debug for Sms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sms").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Why a text message was not sent. No variant holds a telephone or a code.
#[derive(Debug, thiserror::Error)]
pub enum SmsError {
    /// The provider cannot be reached, or the outbox cannot be written. Trying again later may help.
    #[error("text messages cannot be sent now")]
    Unavailable(#[source] Cause),
    /// The provider will not send to this telephone.
    #[error("the provider refuses the telephone")]
    Refused,
}

/// Sends text messages. Who may be sent how many is decided before.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait SmsSender: Send + Sync {
    /// Sends one, at this moment. When it returns, whoever delivers it has taken it. It is never sent twice by
    /// itself; a caller whose future was dropped cannot know.
    async fn send(&self, sms: &Sms, at: Millis) -> Result<(), SmsError>;
}

/// The text of a text message, for people: `SMS to 138****8000 (register): 123456`.
fn for_people(sms: &Sms) -> String {
    let masked = masked_phone(&sms.phone);
    let code = sms.code.as_deref().map(|code| format!(": {code}")).unwrap_or_default();
    format!("SMS to {masked} ({}){code}", sms.kind.code())
}

/// Sends nothing. The log is told that there was a text message, and neither to whom nor with which code.
///
/// Somebody who tries the program on their own machine must find the code, though: where standard output is a
/// **terminal**, the code goes there, and not through the log. Where it is not, as under a service manager that keeps
/// what is printed, codes are shown nowhere, and [`FileSms`] is what to use.
#[derive(Clone)]
pub struct LogSms {
    terminal: Option<Arc<Mutex<dyn Write + Send>>>,
}

impl LogSms {
    /// Shows codes on standard output if that is a terminal.
    #[must_use]
    pub fn new() -> Self {
        if io::stdout().is_terminal() { Self::onto(io::stdout()) } else { Self { terminal: None } }
    }

    /// Shows codes here.
    #[must_use]
    pub fn onto(terminal: impl Write + Send + 'static) -> Self {
        Self { terminal: Some(Arc::new(Mutex::new(terminal))) }
    }
}

impl Default for LogSms {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for LogSms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogSms").field("shows_codes", &self.terminal.is_some()).finish()
    }
}

#[async_trait]
impl SmsSender for LogSms {
    async fn send(&self, sms: &Sms, _at: Millis) -> Result<(), SmsError> {
        tracing::info!(kind = sms.kind.code(), shown = self.terminal.is_some(), "a text message, not sent");
        if let Some(terminal) = self.terminal.clone() {
            let line = format!("{}\n", for_people(sms));
            blocking(move || {
                let mut terminal = terminal.lock().unwrap_or_else(PoisonError::into_inner);
                terminal.write_all(line.as_bytes()).and_then(|()| terminal.flush())
            })
            .await
            .map_err(|error| SmsError::Unavailable(error.into()))?;
        }
        Ok(())
    }
}

/// Appends every text message to a file, as a line `{"phone", "type", "code", "at"}` of JSON; `code` is left out where
/// there is none. Made for tests, and for machines where another program sends what is appended.
///
/// The file is made readable by its owner only. It is opened anew for every line, so that it may be moved away or
/// removed at any time, and each line is one append, so that several processes may share it.
#[derive(Debug, Clone)]
pub struct FileSms {
    path: PathBuf,
}

impl FileSms {
    /// The outbox at this path, made now if it is not there; its folder must be there.
    pub async fn open(path: impl Into<PathBuf>) -> Result<Self, SmsError> {
        let path = path.into();
        let file = path.clone();
        blocking(move || append_to(&file).map(drop))
            .await
            .map_err(|error| SmsError::Unavailable(error.into()))?;
        Ok(Self { path })
    }
}

/// A line of the outbox.
#[derive(serde::Serialize)]
struct Line<'a> {
    phone: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    at: String,
}

#[async_trait]
impl SmsSender for FileSms {
    async fn send(&self, sms: &Sms, at: Millis) -> Result<(), SmsError> {
        let code = sms.code.as_deref();
        let line = Line { phone: &sms.phone, kind: sms.kind.code(), code, at: at.to_rfc3339() };
        let mut line = serde_json::to_vec(&line).map_err(|error| SmsError::Unavailable(error.into()))?;
        line.push(b'\n');
        let path = self.path.clone();
        let written = blocking(move || match append_to(&path)?.write(&line)? {
            all if all == line.len() => Ok(()),
            _ => Err(io::Error::new(io::ErrorKind::StorageFull, "only a part of the line was written")),
        });
        written.await.map_err(|error| SmsError::Unavailable(error.into()))
    }
}

fn append_to(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Millis = Millis(1_770_287_400_123);

    fn sms(kind: SmsKind, code: Option<&str>) -> Sms {
        Sms { phone: "13800138000".to_owned(), kind, code: code.map(str::to_owned) }
    }

    /// A terminal to look at.
    #[derive(Clone, Default)]
    struct Screen(Arc<Mutex<Vec<u8>>>);

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn the_outbox_has_a_line_for_every_message() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("outbox.jsonl");
        let outbox = FileSms::open(&path).await.unwrap();
        outbox.send(&sms(SmsKind::Register, Some("123456")), AT).await.unwrap();
        outbox.send(&sms(SmsKind::Review, None), AT).await.unwrap();
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            "{\"phone\":\"13800138000\",\"type\":\"register\",\"code\":\"123456\",\"at\":\"2026-02-05T10:30:00.123Z\"}\n\
             {\"phone\":\"13800138000\",\"type\":\"review\",\"at\":\"2026-02-05T10:30:00.123Z\"}\n"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        // Moved away, it is made again.
        fs::remove_file(&path).unwrap();
        outbox.send(&sms(SmsKind::Login, Some("1")), AT).await.unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 1);
    }

    #[tokio::test]
    async fn lines_of_many_senders_stay_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("outbox.jsonl");
        let sending: Vec<_> = (0..50)
            .map(|number| {
                let path = path.clone();
                tokio::spawn(async move {
                    let outbox = FileSms::open(path).await.unwrap();
                    outbox.send(&sms(SmsKind::Login, Some(&format!("{number:06}"))), AT).await.unwrap();
                })
            })
            .collect();
        for sent in sending {
            sent.await.unwrap();
        }
        let text = fs::read_to_string(&path).unwrap();
        let mut codes: Vec<String> = text
            .lines()
            .map(|line| {
                serde_json::from_str::<serde_json::Value>(line).unwrap()["code"].as_str().unwrap().into()
            })
            .collect();
        codes.sort();
        assert_eq!(codes, (0..50).map(|number| format!("{number:06}")).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn an_outbox_that_cannot_be_written_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(matches!(FileSms::open(file.join("below")).await, Err(SmsError::Unavailable(_))));

        let folder = dir.path().join("folder");
        fs::create_dir(&folder).unwrap();
        let outbox = FileSms::open(folder.join("outbox")).await.unwrap();
        fs::remove_dir_all(&folder).unwrap();
        let failure = outbox.send(&sms(SmsKind::Login, Some("123456")), AT).await.unwrap_err();
        assert!(!format!("{failure:?}").contains("123456") && matches!(failure, SmsError::Unavailable(_)));
    }

    #[tokio::test]
    async fn a_terminal_shows_the_code_and_not_the_whole_telephone() {
        let screen = Screen::default();
        let sender = LogSms::onto(screen.clone());
        sender.send(&sms(SmsKind::Register, Some("123456")), AT).await.unwrap();
        sender.send(&sms(SmsKind::Review, None), AT).await.unwrap();
        let shown = String::from_utf8(screen.0.lock().unwrap().clone()).unwrap();
        assert_eq!(shown, "SMS to 138****8000 (register): 123456\nSMS to 138****8000 (review)\n");
        assert_eq!(
            for_people(&Sms { phone: "110".to_owned(), ..sms(SmsKind::Review, None) }),
            "SMS to **** (review)"
        );
        assert!(LogSms { terminal: None }.send(&sms(SmsKind::Login, Some("1")), AT).await.is_ok());
    }

    #[test]
    fn debug_shows_neither_telephone_nor_code() {
        let shown = format!("{:?} {:?}", sms(SmsKind::Login, Some("123456")), LogSms::onto(io::sink()));
        assert_eq!(shown, "Sms { kind: Login, .. } LogSms { shows_codes: true }");
    }
}
