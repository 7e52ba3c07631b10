//! Files of people: links to them are for one viewer each, and lead to what that viewer may see at that moment.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use hmac::Mac as _;

use super::{LINK_HOURS, Media, expiry};
use crate::{
    clock::Millis,
    ids::AccountId,
    ports::media::{MediaError, MediaKey},
    service::{profiles::FileViewer, tokens::mac},
};

/// With what the names begin of whatever belongs to a person. They do not say to whom: a link may be shown to somebody
/// who is not told whose picture it is.
const PLACE: &str = "people/";

/// What the word for reviewers is where others have a number.
const REVIEWER: &str = "reviewer";

/// A new name for a file of a person's, which nobody guesses, with this ending.
///
/// # Panics
///
/// Never: what it makes is a key.
#[must_use]
pub(in crate::service) fn own_key(ending: &str) -> MediaKey {
    let name = format!("{PLACE}{:032x}.{ending}", rand::random::<u128>());
    name.parse().expect("the place, hexadecimal digits and an ending are a key")
}

impl FileViewer {
    fn word(self) -> String {
        match self {
            Self::Account(account) => account.to_string(),
            Self::Reviewer => REVIEWER.to_owned(),
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        if word == REVIEWER {
            return Some(Self::Reviewer);
        }
        let account = word.parse().ok().and_then(AccountId::new)?;
        // As it was written, so that there is one way to write it.
        (account.to_string() == word).then_some(Self::Account(account))
    }
}

impl Media {
    /// Whether this is a file of a person's, which only a link for a viewer or a token leads to.
    #[must_use]
    pub fn is_personal(&self, key: &MediaKey) -> bool {
        key.as_str().starts_with(PLACE)
    }

    /// Keeps these bytes under a name that [`own_key`] made.
    pub(in crate::service) async fn put(&self, key: &MediaKey, bytes: Bytes) -> Result<(), MediaError> {
        self.store.put(key, bytes).await
    }

    /// Removes what has this name; tells whether there was something.
    pub(in crate::service) async fn remove(&self, key: &MediaKey) -> Result<bool, MediaError> {
        self.store.delete(key).await
    }

    /// A link to a file of a person's for this viewer: good from `at` for [`LINK_HOURS`], and up to an
    /// hour longer, as long as the viewer may see the file.
    #[must_use]
    pub fn link_for(&self, viewer: FileViewer, key: &str, at: Millis) -> String {
        let expires = expiry(at);
        let viewer = viewer.word();
        let signature = self.signed_for(&viewer, key, expires).finalize().into_bytes();
        let signature = URL_SAFE_NO_PAD.encode(signature);
        format!("{}{key}?viewer={viewer}&expires={expires}&signature={signature}", self.prefix)
    }

    /// For whom a link is that says so, and for how many seconds from now it is good; `None` for one that is not good any
    /// more, or never was.
    #[must_use]
    pub fn good_for_viewer(
        &self,
        key: &MediaKey,
        viewer: &str,
        expires: &str,
        signature: &str,
    ) -> Option<(FileViewer, u64)> {
        let known = FileViewer::from_word(viewer)?;
        let expires: i64 = expires.parse().ok()?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        // In constant time.
        self.signed_for(viewer, key.as_str(), expires).verify_slice(&signature).ok()?;
        let left = expires.saturating_sub(self.clock.now().0.div_euclid(1_000));
        let left = u64::try_from(left).ok().filter(|left| *left > 0)?;
        Some((known, left.min((LINK_HOURS as u64 + 1) * 3_600)))
    }

    fn signed_for(&self, viewer: &str, key: &str, expires: i64) -> hmac::Hmac<sha2::Sha256> {
        // No link without a viewer is signed alike: those begin with a number, and no part holds a line break.
        mac(&self.key)
            .chain_update("viewer ")
            .chain_update(viewer)
            .chain_update("\n")
            .chain_update(expires.to_string())
            .chain_update("\n")
            .chain_update(key)
    }
}
