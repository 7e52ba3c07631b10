//! What people send each other besides text: kept through the media port, and reached by links that are signed and run
//! out, because a picture on a page cannot carry a token.

mod kinds;
mod metadata;
mod putting;
mod viewed;

use std::{borrow::Cow, fmt, ops::Range, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac as _;

use super::profiles::FileViewer;
use super::tokens::{TokenKey, mac};
use crate::{
    clock::{Clock, Millis},
    ids::{AccountId, ConversationId},
    model::{Message, MessageKind},
    ports::media::{MediaKey, MediaPart, MediaStore},
};

pub use crate::ports::media::{MEDIA_BYTES_MAX, MediaError};
pub use kinds::{UNKNOWN_KIND, content_type};
pub(super) use metadata::without_metadata;
pub(super) use putting::put_for;
pub(super) use viewed::own_key;

/// How long a link is good at least, in hours.
pub const LINK_HOURS: i64 = 24;

/// The end of a link is rounded up to this many seconds: links made within an hour are the same, and whoever has read
/// one need not read it again.
const LINK_STEP_SECS: i64 = 3_600;

/// What the key that signs links is made for.
const KEY_USAGE: &str = "matchmaking: links to media";

/// How many hexadecimal digits the name has of what is sent to a conversation.
const NAME_DIGITS: usize = 32;

/// Where media are, below the base URL.
const PLACE: &str = "/media/";

/// Keeps media and signs links to them. Cheap to clone.
#[derive(Clone)]
pub struct Media {
    store: Arc<dyn MediaStore>,
    clock: Arc<dyn Clock>,
    /// With what every link begins.
    prefix: Arc<str>,
    key: [u8; 32],
}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Media").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

/// Something that is kept now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its name.
    pub key: MediaKey,
    /// What it is, as it is served.
    pub content_type: &'static str,
    /// How many bytes it has.
    pub bytes: usize,
}

impl Media {
    /// The media of this store, whose links begin with `base_url` (without a slash at its end) and are signed with a
    /// key made of this one.
    #[must_use]
    pub fn new(store: Arc<dyn MediaStore>, clock: Arc<dyn Clock>, base_url: &str, key: &TokenKey) -> Self {
        Self { store, clock, prefix: format!("{base_url}{PLACE}").into(), key: key.derived(KEY_USAGE) }
    }

    /// What somebody sends to a conversation, as it is to be kept. Its bytes say what it is; of the name its sender gave it,
    /// only the ending is kept, and only where that is harmless.
    pub(in crate::service) fn of_room(
        room: ConversationId,
        file_name: &str,
        bytes: &[u8],
    ) -> Result<Kept, MediaError> {
        let ending = kinds::ending(bytes, file_name);
        // Nobody guesses the name of what they were not sent.
        let name = format!("{}{:0NAME_DIGITS$x}.{ending}", place_of(room), rand::random::<u128>());
        let key: MediaKey = name.parse().map_err(|error| MediaError::Unavailable(Box::new(error)))?;
        Ok(Kept { content_type: content_type(&key), bytes: bytes.len(), key })
    }

    /// A link to something that is kept: good from `at` for [`LINK_HOURS`], and up to an hour longer.
    #[must_use]
    pub fn link(&self, key: &MediaKey, at: Millis) -> String {
        let expires = expiry(at);
        let signature = URL_SAFE_NO_PAD.encode(self.signed(key, expires).finalize().into_bytes());
        format!("{}{key}?expires={expires}&signature={signature}", self.prefix)
    }

    /// What a link leads to, if it is one that this server made, with its signature or without it, good or not.
    #[must_use]
    pub fn bare(&self, link: &str) -> Option<MediaKey> {
        let rest = link.strip_prefix(&*self.prefix)?;
        let key = rest.split_once(['?', '#']).map_or(rest, |(key, _)| key);
        key.parse().ok()
    }

    /// What was sent to this conversation, if a text is nothing but the link to it, with its signature or without.
    #[must_use]
    pub fn sent_to(&self, text: &str, room: ConversationId) -> Option<MediaKey> {
        let key = self.bare(text)?;
        let name = key.as_str().strip_prefix(&place_of(room))?;
        let (name, ending) = name.split_once('.')?;
        // Whoever makes a name up could say something with it.
        let is_ours = name.len() == NAME_DIGITS
            && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            && kinds::is_ending(ending);
        is_ours.then_some(key)
    }

    /// The link to something without a signature, which is good for nothing but to be signed.
    #[must_use]
    pub fn unsigned(&self, key: &MediaKey) -> String {
        format!("{}{key}", self.prefix)
    }

    /// A text of a conversation that is to be shown: a link to something that was sent there is made good from now on,
    /// and everything else is left as it is. So nobody gets a good link by sending an old one elsewhere.
    #[must_use]
    pub fn shown<'a>(&self, text: &'a str, room: ConversationId) -> Cow<'a, str> {
        match self.bare(text) {
            Some(key) if key.as_str().starts_with(&place_of(room)) => {
                Cow::Owned(self.link(&key, self.clock.now()))
            }
            _ => Cow::Borrowed(text),
        }
    }

    /// What a message says, as it is to be shown to everyone in its conversation where clients know text and links: of a
    /// picture or a file that is kept here, a link that is good; of a place, where it is. What a message carries that was
    /// uploaded to be sent is shown to one viewer at a time: see [`content_for`](Self::content_for).
    #[must_use]
    pub fn content<'a>(&self, message: &'a Message) -> Cow<'a, str> {
        match message.kind {
            MessageKind::Location if message.content.is_empty() => {
                let degrees = |name| message.details.extra.as_ref()?.get(name);
                match (degrees("latitude"), degrees("longitude")) {
                    (Some(latitude), Some(longitude)) => Cow::Owned(format!("[位置] {latitude},{longitude}")),
                    _ => Cow::Borrowed(&message.content),
                }
            }
            MessageKind::Image | MessageKind::Voice | MessageKind::Video | MessageKind::File => {
                self.shown(&message.content, message.conversation)
            }
            MessageKind::Text | MessageKind::Location | MessageKind::System | MessageKind::Assistant => {
                Cow::Borrowed(&message.content)
            }
        }
    }

    /// The same for one viewer: of what was uploaded to be sent, a link that is good for them.
    #[must_use]
    pub fn content_for<'a>(&self, message: &'a Message, viewer: AccountId) -> Cow<'a, str> {
        match &message.details.media {
            Some(key) => Cow::Owned(self.link_for(FileViewer::Account(viewer), key, self.clock.now())),
            None => self.content(message),
        }
    }

    /// For how many seconds from now a link to this is good that ends and is signed so; `None` for one that is not good
    /// any more, or never was.
    #[must_use]
    pub fn good_for(&self, key: &MediaKey, expires: &str, signature: &str) -> Option<u64> {
        let expires: i64 = expires.parse().ok()?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        // In constant time.
        self.signed(key, expires).verify_slice(&signature).ok()?;
        let left = expires.saturating_sub(self.clock.now().0.div_euclid(1_000));
        u64::try_from(left).ok().filter(|left| *left > 0)
    }

    /// The whole, or a range, of what is kept; see [`MediaStore::get`].
    pub async fn open(
        &self,
        key: &MediaKey,
        range: Option<Range<u64>>,
    ) -> Result<Option<MediaPart>, MediaError> {
        self.store.get(key, range).await
    }

    fn signed(&self, key: &MediaKey, expires: i64) -> hmac::Hmac<sha2::Sha256> {
        // No key holds a line break, so that no two pairs are signed alike.
        mac(&self.key).chain_update(expires.to_string()).chain_update("\n").chain_update(key.as_str())
    }
}

/// When a link ends that is made at this moment, in seconds.
pub(super) fn expiry(at: Millis) -> i64 {
    at.0.div_euclid(1_000)
        .saturating_add(LINK_HOURS * 3_600 + LINK_STEP_SECS - 1)
        .div_euclid(LINK_STEP_SECS)
        .saturating_mul(LINK_STEP_SECS)
}

/// With what the names begin of whatever is sent to a conversation.
fn place_of(room: ConversationId) -> String {
    format!("rooms/{room}/")
}

#[cfg(test)]
mod tests;
