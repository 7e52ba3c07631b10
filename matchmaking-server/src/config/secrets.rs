//! Secrets that the server makes for itself once, and finds again at each start.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use rand::RngExt as _;

/// A text that does not show itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// This text as a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The secret in `dir/name`, made now (32 random bytes in hexadecimal, mode 0600) if there is none. Of two
/// processes that start at once, both read the same.
pub fn load_or_make(dir: &Path, name: &str) -> io::Result<Secret> {
    let path = dir.join(name);
    match fs::read_to_string(&path) {
        Ok(text) if text.trim().len() >= 32 => return Ok(Secret::new(text.trim())),
        Ok(_) => {
            let message = format!("{} holds fewer than 32 bytes", path.display());
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    fs::create_dir_all(dir)?;
    let text: String = rand::rng().random::<[u128; 2]>().map(|half| format!("{half:032x}")).concat();
    // Written whole under another name and then linked, so that nobody reads half of it, and whoever comes
    // second reads the first one's.
    let draft = dir.join(format!(".{name}.{}", std::process::id()));
    let linked = write_private(&draft, &text).and_then(|()| fs::hard_link(&draft, &path));
    let _ = fs::remove_file(&draft);
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(Secret::new(fs::read_to_string(&path)?.trim())),
    }
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_and_kept_private() {
        let dir = std::env::temp_dir().join(format!("matchmaking-secrets-{}", std::process::id()));
        let first = load_or_make(&dir, "jwt_secret").unwrap();
        assert_eq!(first.expose().len(), 64);
        assert_eq!(load_or_make(&dir, "jwt_secret").unwrap(), first);
        assert_ne!(load_or_make(&dir, "data_key").unwrap(), first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(dir.join("jwt_secret")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        fs::write(dir.join("short"), "x").unwrap();
        assert!(load_or_make(&dir, "short").is_err());
        fs::remove_dir_all(&dir).unwrap();
        assert_eq!(format!("{first:?}"), "Secret(…)");
    }
}
