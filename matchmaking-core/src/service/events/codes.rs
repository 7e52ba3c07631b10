//! The codes that people tell at the door, and the pictures that hold them.

use std::{io::Cursor, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac as _;
use image::{GrayImage, ImageFormat, Luma};
use qrcode::{Color, QrCode};

use crate::{
    clock::Millis,
    ids::RegistrationId,
    model::Event,
    service::{
        media::expiry,
        tokens::{TokenKey, mac},
    },
};

/// What the key that codes are made with is made for.
const KEY_USAGE: &str = "matchmaking: check-in codes";

/// What codes are written with: no sign is taken for another.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// How many signs of a code nobody can guess: 40 bits.
const SIGNS: usize = 8;

/// How many pixels a side of a picture has at least.
pub const QR_PIXELS_MIN: u32 = 200;

/// The white margin around a code, in modules.
const QUIET_ZONE: u32 = 4;

/// Makes codes from a key, so that none has to be kept.
#[derive(Clone)]
pub(super) struct Codes {
    key: [u8; 32],
    base_url: Arc<str>,
}

impl Codes {
    pub(super) fn new(key: &TokenKey, base_url: &str) -> Self {
        Self { key: key.derived(KEY_USAGE), base_url: base_url.into() }
    }

    /// The code of a registration for an event.
    pub(super) fn check_in_code(&self, event: &Event, id: RegistrationId) -> String {
        format!("CHECKIN{}-{}", event.details.date.format("%Y%m%d"), self.signs(id))
    }

    /// Whether this is the code of a registration: with the day that the event had when it was read, which may have been
    /// moved since.
    pub(super) fn is_check_in_code(&self, given: &str, id: RegistrationId) -> bool {
        let given = given.trim().to_ascii_uppercase();
        let day_and_signs = given.strip_prefix("CHECKIN").and_then(|rest| rest.split_once('-'));
        day_and_signs.is_some_and(|(day, signs)| {
            day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit()) && signs == self.signs(id)
        })
    }

    fn signs(&self, id: RegistrationId) -> String {
        let mac = mac(&self.key).chain_update(format!("code {id}")).finalize().into_bytes();
        mac.iter().take(SIGNS).map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect()
    }

    /// A link to the picture of a registration's code, good for a day.
    pub(super) fn link(&self, id: RegistrationId, at: Millis) -> String {
        let expires = expiry(at);
        let signature = URL_SAFE_NO_PAD.encode(self.signed(id, expires).finalize().into_bytes());
        let base = &self.base_url;
        format!("{base}/v1/events/registrations/{id}/qr-code?expires={expires}&signature={signature}")
    }

    /// For how many seconds from now a link is good that ends and is signed so; `None` if it is not.
    pub(super) fn good_for(
        &self,
        id: RegistrationId,
        expires: &str,
        signature: &str,
        now: Millis,
    ) -> Option<u64> {
        let expires: i64 = expires.parse().ok()?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        // In constant time.
        self.signed(id, expires).verify_slice(&signature).ok()?;
        let left = expires.saturating_sub(now.0.div_euclid(1_000));
        u64::try_from(left).ok().filter(|left| *left > 0)
    }

    fn signed(&self, id: RegistrationId, expires: i64) -> hmac::Hmac<sha2::Sha256> {
        mac(&self.key).chain_update(format!("picture {id} {expires}"))
    }
}

/// A code as a PNG picture; `None` for a text that no picture holds, which no code is.
pub(super) fn picture(code: &str) -> Option<Vec<u8>> {
    let qr = QrCode::new(code).ok()?;
    let modules = u32::try_from(qr.width()).ok()?;
    let (with_margin, colors) = (modules + 2 * QUIET_ZONE, qr.to_colors());
    let scale = QR_PIXELS_MIN.div_ceil(with_margin);
    let image = GrayImage::from_fn(with_margin * scale, with_margin * scale, |x, y| {
        let at = |pixel: u32| (pixel / scale).checked_sub(QUIET_ZONE).filter(|module| *module < modules);
        let dark = at(x).zip(at(y)).and_then(|(x, y)| colors.get((y * modules + x) as usize));
        Luma([if dark == Some(&Color::Dark) { 0 } else { 255 }])
    });
    let mut png = Cursor::new(Vec::new());
    image.write_to(&mut png, ImageFormat::Png).ok()?;
    Some(png.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_the_modules_of_the_code() {
        let text = "CHECKIN20260214-ABCDEFGH";
        let png = picture(text).unwrap();
        let image = image::load_from_memory(&png).unwrap().to_luma8();
        let qr = QrCode::new(text).unwrap();
        let side = qr.width() as u32 + 2 * QUIET_ZONE;
        let scale = image.width() / side;
        assert!(
            image.width() >= QR_PIXELS_MIN
                && image.width() == image.height()
                && image.width().is_multiple_of(side)
        );
        for (place, color) in qr.to_colors().into_iter().enumerate() {
            let (x, y) = ((place % qr.width()) as u32 + QUIET_ZONE, (place / qr.width()) as u32 + QUIET_ZONE);
            let pixel = image.get_pixel(x * scale + scale / 2, y * scale + scale / 2).0[0];
            assert_eq!(pixel == 0, color == Color::Dark);
        }
        assert_eq!(image.get_pixel(0, 0).0[0], 255);
    }

    #[test]
    fn a_link_is_good_for_its_registration_and_its_time() {
        let codes = Codes::new(&TokenKey::new(b"secret"), "base");
        let (one, other) = (RegistrationId::new(1).unwrap(), RegistrationId::new(2).unwrap());
        let now = Millis(1_770_287_400_123);
        let link = codes.link(one, now);
        let (_, query) = link.split_once("?expires=").unwrap();
        let (expires, signature) = query.split_once("&signature=").unwrap();
        assert!(codes.good_for(one, expires, signature, now).is_some_and(|secs| secs >= 86_400));
        assert_eq!(codes.good_for(other, expires, signature, now), None);
        assert_eq!(codes.good_for(one, expires, signature, now.plus(90_000_000)), None);
        assert_eq!(codes.good_for(one, "9999999999", signature, now), None);
        assert_eq!(codes.good_for(one, expires, "x", now), None);
    }
}
