//! Films that people upload: what they are by their bytes, and how long.

/// What kind of film it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilmKind {
    /// MP4.
    Mp4,
    /// WebM.
    WebM,
}

/// What is known of a film.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Film {
    /// What kind it is.
    pub kind: FilmKind,
    /// How long it is, in whole seconds, rounded, where it tells.
    pub duration_secs: Option<u32>,
}

/// The number of the element of WebM that holds everything else.
const SEGMENT: u64 = 0x1853_8067;
/// Of the one that says how long it is.
const INFO: u64 = 0x1549_a966;
/// Of the one that says how many nanoseconds a tick has.
const TIMESTAMP_SCALE: u64 = 0x2a_d7b1;
/// Of the one that says how many ticks it is long.
const DURATION: u64 = 0x4489;

/// How many nanoseconds a tick has where a film does not say.
const TICK_NANOS: u64 = 1_000_000;

/// The longest film that is believed, in seconds: a day.
const SECONDS_MAX: f64 = 86_400.0;

/// What film these bytes are; `None` for anything but MP4 and WebM.
#[must_use]
pub fn film(bytes: &[u8]) -> Option<Film> {
    use infer::video;
    let (kind, seconds) = if video::is_mp4(bytes) || video::is_m4v(bytes) {
        (FilmKind::Mp4, mp4_seconds(bytes))
    } else if video::is_webm(bytes) {
        (FilmKind::WebM, webm_seconds(bytes))
    } else {
        return None;
    };
    let known = seconds.filter(|seconds| (0.0..=SECONDS_MAX).contains(seconds));
    Some(Film { kind, duration_secs: known.map(|seconds| seconds.round() as u32) })
}

/// The contents of the first box of this kind.
fn mp4_box(mut bytes: &[u8], kind: [u8; 4]) -> Option<&[u8]> {
    loop {
        let (size, rest) = bytes.split_first_chunk::<4>()?;
        let (found, rest) = rest.split_first_chunk::<4>()?;
        let (whole, head) = match u32::from_be_bytes(*size) {
            0 => (bytes.len(), 8),
            1 => (usize::try_from(u64::from_be_bytes(*rest.first_chunk()?)).ok()?, 16),
            size => (size as usize, 8),
        };
        if *found == kind {
            return bytes.get(head..whole.min(bytes.len()));
        }
        // Every box has a head, so that this comes to an end.
        bytes = bytes.get(whole.max(head)..)?;
    }
}

pub(in crate::service) fn mp4_seconds(bytes: &[u8]) -> Option<f64> {
    let movie = mp4_box(mp4_box(bytes, *b"moov")?, *b"mvhd")?;
    let word = |at: usize| Some(u32::from_be_bytes(*movie.get(at..)?.first_chunk()?));
    let (scale, duration) = match movie.first()? {
        0 => (word(12)?, u64::from(word(16)?)),
        _ => (word(20)?, u64::from_be_bytes(*movie.get(24..)?.first_chunk()?)),
    };
    // All bits set means that it is not known.
    let is_known = scale != 0 && duration != u64::MAX && duration != u64::from(u32::MAX);
    is_known.then(|| duration as f64 / f64::from(scale))
}

/// A number of WebM's own: how many bytes it has, and it, with its length marker or without.
fn webm_number(bytes: &[u8], keep_marker: bool) -> Option<(usize, u64)> {
    let first = *bytes.first()?;
    let length = first.leading_zeros() as usize + 1;
    let digits = bytes.get(..length).filter(|_| length <= 8)?;
    let number = digits.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let marker = 1_u64 << (7 * length);
    Some((length, if keep_marker { number } else { number & (marker - 1) }))
}

/// The contents of the first element with this number.
fn webm_element(mut bytes: &[u8], wanted: u64) -> Option<&[u8]> {
    loop {
        let (head, found) = webm_number(bytes, true)?;
        bytes = bytes.get(head..)?;
        let (head, size) = webm_number(bytes, false)?;
        bytes = bytes.get(head..)?;
        // All bits set means up to the end, as films have that are still being made.
        let unknown = size == (1 << (7 * head)) - 1;
        let size = if unknown { bytes.len() } else { usize::try_from(size).ok()? };
        if found == wanted {
            return bytes.get(..size.min(bytes.len()));
        }
        bytes = bytes.get(size..)?;
    }
}

fn webm_seconds(bytes: &[u8]) -> Option<f64> {
    let info = webm_element(webm_element(bytes, SEGMENT)?, INFO)?;
    let scale = webm_element(info, TIMESTAMP_SCALE).and_then(|scale| {
        (scale.len() <= 8).then(|| scale.iter().fold(0, |number: u64, byte| number << 8 | u64::from(*byte)))
    });
    let ticks = match webm_element(info, DURATION)? {
        [a, b, c, d] => f64::from(f32::from_be_bytes([*a, *b, *c, *d])),
        eight => f64::from_be_bytes(eight.try_into().ok()?),
    };
    Some(ticks * scale.unwrap_or(TICK_NANOS) as f64 / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: [u8; 4], contents: &[u8]) -> Vec<u8> {
        let size = u32::try_from(contents.len() + 8).unwrap().to_be_bytes();
        [&size[..], &kind, contents].concat()
    }

    fn mp4(movie: &[u8]) -> Vec<u8> {
        let moov = boxed(*b"moov", &boxed(*b"mvhd", movie));
        [boxed(*b"ftyp", b"isom\0\0\0\0isommp42"), boxed(*b"free", &[0; 20]), moov].concat()
    }

    fn seconds(bytes: &[u8]) -> Option<u32> {
        film(bytes).unwrap().duration_secs
    }

    #[test]
    fn mp4_tells_how_long_it_is() {
        let mut short = vec![0; 100];
        short[12..16].copy_from_slice(&1_000_u32.to_be_bytes());
        short[16..20].copy_from_slice(&45_400_u32.to_be_bytes());
        assert_eq!(film(&mp4(&short)), Some(Film { kind: FilmKind::Mp4, duration_secs: Some(45) }));
        let mut long = vec![0; 112];
        long[0] = 1;
        long[20..24].copy_from_slice(&600_u32.to_be_bytes());
        long[24..32].copy_from_slice(&7_200_u64.to_be_bytes());
        assert_eq!(seconds(&mp4(&long)), Some(12));
        let unknown = vec![0xff; 100];
        assert_eq!(seconds(&mp4(&unknown)), None);
        assert_eq!(seconds(&mp4(&[0; 10])), None);
        assert_eq!(seconds(&boxed(*b"ftyp", b"isom\0\0\0\0isommp42")), None);
    }

    #[test]
    fn webm_tells_how_long_it_is() {
        let head = [0x1a, 0x45, 0xdf, 0xa3, 0x87, 0x42, 0x82, 0x84, b'w', b'e', b'b', b'm'];
        let info = [
            &[0x15, 0x49, 0xa9, 0x66, 0x92, 0x2a, 0xd7, 0xb1, 0x83, 0x0f, 0x42, 0x40, 0x44, 0x89, 0x88][..],
            &45_200.0_f64.to_be_bytes(),
        ]
        .concat();
        // The segment is as long as the file, and does not say how long.
        let segment =
            [&[0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff][..], &info].concat();
        let bytes = [&head[..], &segment, &[0; 300]].concat();
        assert_eq!(film(&bytes), Some(Film { kind: FilmKind::WebM, duration_secs: Some(45) }));
    }

    #[test]
    fn no_bytes_are_too_strange() {
        for bytes in [b"".as_slice(), b"GIF89a", b"\xff\xd8\xff", b"\0\0\0\x14ftypqt  \0\0\0\0qt  "] {
            assert_eq!(film(bytes), None);
        }
        let whole = mp4(&[0xab; 100]);
        for length in 0..whole.len() {
            let mut cut = whole[..length].to_vec();
            let _ = film(&cut);
            cut.resize(whole.len(), 0xff);
            let _ = film(&cut);
            cut[length..].fill(1);
            let _ = film(&cut);
        }
        for filler in 0..=255 {
            let mut bytes = b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm".to_vec();
            bytes.resize(400, filler);
            let _ = film(&bytes);
        }
    }
}
