//! Sounds that people upload: what they are by their bytes, and how long.

use infer::audio;

use crate::service::profiles::mp4_seconds;

/// What kind of sound it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoundKind {
    /// MPEG layer 1 to 3.
    Mp3,
    /// AAC in MP4.
    M4a,
    /// Vorbis or anything else in Ogg.
    Ogg,
    /// Opus in Ogg.
    Opus,
    /// PCM in RIFF.
    Wav,
    /// AMR, narrow band or wide band.
    Amr,
}

impl SoundKind {
    /// What a file of this kind ends in.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Mp3 => "mp3",
            Self::M4a => "m4a",
            Self::Ogg => "ogg",
            Self::Opus => "opus",
            Self::Wav => "wav",
            Self::Amr => "amr",
        }
    }
}

/// What is known of a sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sound {
    /// What kind it is.
    pub kind: SoundKind,
    /// How long it is, in whole seconds, rounded, where it tells.
    pub duration_secs: Option<u32>,
}

/// The longest sound that is believed, in seconds: a day.
const SECONDS_MAX: f64 = 86_400.0;

/// How far from the beginning the first frame of MPEG may be: players look no further either.
const SYNC_BYTES_MAX: usize = 64 << 10;

/// How many frames of MPEG must follow each other, so that two bytes which look like a frame's head make no sound.
const FRAMES_MIN: usize = 2;

/// How many samples a second Opus is counted in, whatever it was recorded in.
const OPUS_RATE: f64 = 48_000.0;

/// How many frames a second AMR has.
const AMR_FRAMES: f64 = 50.0;

/// What sound these bytes are; `None` for anything that is none of the kinds.
#[must_use]
pub fn sound(bytes: &[u8]) -> Option<Sound> {
    let (kind, seconds) = if audio::is_m4a(bytes) {
        (SoundKind::M4a, mp4_seconds(bytes))
    } else if audio::is_ogg_opus(bytes) {
        (SoundKind::Opus, ogg_seconds(bytes, opus_head))
    } else if audio::is_ogg(bytes) {
        (SoundKind::Ogg, ogg_seconds(bytes, vorbis_head))
    } else if audio::is_wav(bytes) {
        (SoundKind::Wav, wav_seconds(bytes))
    } else if bytes.starts_with(b"#!AMR") {
        (SoundKind::Amr, amr_seconds(bytes))
    } else {
        (SoundKind::Mp3, Some(mpeg_seconds(bytes)?))
    };
    let known = seconds.filter(|seconds| (0.0..=SECONDS_MAX).contains(seconds));
    Some(Sound { kind, duration_secs: known.map(|seconds| seconds.round() as u32) })
}

fn u32_le(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// The bytes of all data, by how many of them make a second.
fn wav_seconds(bytes: &[u8]) -> Option<f64> {
    let mut rest = bytes.get(12..)?;
    let mut rate = None;
    loop {
        let size = u32_le(rest, 4)? as usize;
        let contents = rest.get(8..)?;
        match rest.get(..4)? {
            b"fmt " => rate = Some(u32_le(contents, 8)?).filter(|rate| *rate > 0),
            // What is recorded on the way may say that it has no end.
            b"data" => return Some(size.min(contents.len()) as f64 / f64::from(rate?)),
            _ => {}
        }
        // Chunks begin at even places.
        rest = contents.get(size.checked_add(size & 1)?..)?;
    }
}

/// Samples a second, and how many at the beginning are not heard.
type OggHead = (f64, f64);

/// Where a packet begins in the first page.
fn first_packet(bytes: &[u8]) -> Option<&[u8]> {
    let segments = usize::from(*bytes.get(26)?);
    bytes.get(27 + segments..)
}

fn opus_head(bytes: &[u8]) -> Option<OggHead> {
    let packet = first_packet(bytes)?.strip_prefix(b"OpusHead")?;
    Some((OPUS_RATE, f64::from(u16::from_le_bytes(*packet.get(2..)?.first_chunk()?))))
}

fn vorbis_head(bytes: &[u8]) -> Option<OggHead> {
    let packet = first_packet(bytes)?.strip_prefix(b"\x01vorbis")?;
    let rate = u32_le(packet, 5).filter(|rate| *rate > 0)?;
    Some((f64::from(rate), 0.0))
}

/// The place of the last page, by the samples of a second.
fn ogg_seconds(bytes: &[u8], head: fn(&[u8]) -> Option<OggHead>) -> Option<f64> {
    let (rate, skipped) = head(bytes)?;
    let last = bytes.windows(4).rposition(|window| window == b"OggS")?;
    let place = u64::from_le_bytes(*bytes.get(last + 6..)?.first_chunk()?);
    // All bits set means that no packet ends in the page.
    (place != u64::MAX).then(|| (place as f64 - skipped).max(0.0) / rate)
}

/// How many frames there are: each says how long it is.
fn amr_seconds(bytes: &[u8]) -> Option<f64> {
    const NARROW: [usize; 16] = [13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1];
    const WIDE: [usize; 16] = [18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 1, 1, 1, 1, 1, 1];
    let (mut rest, sizes) = match bytes.strip_prefix(b"#!AMR-WB\n") {
        Some(rest) => (rest, WIDE),
        None => (bytes.strip_prefix(b"#!AMR\n")?, NARROW),
    };
    let mut frames = 0_u32;
    while let Some(head) = rest.first() {
        rest = rest.get(sizes[usize::from(head >> 3 & 15)]..).unwrap_or_default();
        frames += 1;
    }
    (frames > 0).then(|| f64::from(frames) / AMR_FRAMES)
}

/// A frame of MPEG.
#[derive(Debug, Clone, Copy)]
struct Frame {
    bytes: usize,
    seconds: f64,
}

/// All frames in turn; `None` for what is no MPEG sound.
fn mpeg_seconds(bytes: &[u8]) -> Option<f64> {
    let mut at = after_tag(bytes)?;
    let end = at.saturating_add(SYNC_BYTES_MAX).min(bytes.len());
    while at < end {
        let (mut place, mut frames, mut seconds) = (at, 0, 0.0);
        while let Some(frame) = bytes.get(place..).and_then(frame) {
            place += frame.bytes;
            frames += 1;
            seconds += frame.seconds;
        }
        if frames >= FRAMES_MIN {
            return Some(seconds);
        }
        at += 1;
    }
    None
}

/// Where the sound begins: behind what is written about it.
fn after_tag(bytes: &[u8]) -> Option<usize> {
    if !bytes.starts_with(b"ID3") {
        return Some(0);
    }
    // Four times seven bits.
    let size = bytes.get(6..10)?.iter().fold(0, |size, byte| size << 7 | usize::from(byte & 0x7f));
    Some(10 + size)
}

/// The frame that begins here.
fn frame(bytes: &[u8]) -> Option<Frame> {
    /// Kilobits a second of layers 1, 2 and 3 in version 1, then of layer 1, and of the others, in version 2.
    const RATES: [[u32; 15]; 5] = [
        [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
        [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
        [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
        [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ];
    let head = u32::from_be_bytes(*bytes.first_chunk()?);
    if head >> 21 != 0x7ff {
        return None;
    }
    // Version 1, 2 or 2.5; what is left over is reserved.
    let version = match head >> 19 & 3 {
        0 => 4,
        2 => 2,
        3 => 1,
        _ => return None,
    };
    let layer = 4 - (head >> 17 & 3) as usize;
    let row = match (version, layer) {
        (_, 4) => return None,
        (1, layer) => layer - 1,
        (_, 1) => 3,
        (_, _) => 4,
    };
    let bits = RATES[row].get((head >> 12 & 15) as usize).filter(|rate| **rate > 0)? * 1_000;
    let rate = [44_100, 48_000, 32_000].get((head >> 10 & 3) as usize)? / version;
    let padding = head >> 9 & 1;
    let samples = match (version, layer) {
        (_, 1) => 384,
        (2 | 4, 3) => 576,
        _ => 1_152,
    };
    let bytes =
        if layer == 1 { (12 * bits / rate + padding) * 4 } else { samples / 8 * bits / rate + padding };
    Some(Frame { bytes: bytes as usize, seconds: f64::from(samples) / f64::from(rate) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> Option<(SoundKind, Option<u32>)> {
        sound(bytes).map(|sound| (sound.kind, sound.duration_secs))
    }

    /// Frames of 128 kilobits a second at 44.1 kHz: 26 milliseconds each.
    fn mp3(frames: usize) -> Vec<u8> {
        let mut frame = vec![0xff, 0xfb, 0x90, 0x00];
        frame.resize(417, 0);
        frame.repeat(frames)
    }

    fn wav(rate: u32, data: &[u8]) -> Vec<u8> {
        let mut bytes = b"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0\x01\0\x01\0".to_vec();
        bytes.extend(8_000_u32.to_le_bytes());
        bytes.extend(rate.to_le_bytes());
        bytes.extend(b"\x01\0\x08\0data");
        bytes.extend((data.len() as u32).to_le_bytes());
        [bytes, data.to_vec()].concat()
    }

    fn page(place: u64, packet: &[u8]) -> Vec<u8> {
        let mut bytes = b"OggS\0\x02".to_vec();
        bytes.extend(place.to_le_bytes());
        bytes.extend([0; 12]);
        bytes.extend([1, packet.len() as u8]);
        bytes.extend(packet);
        bytes
    }

    #[test]
    fn sounds_tell_how_long_they_are() {
        // 38.28 frames a second.
        assert_eq!(told(&mp3(574)), Some((SoundKind::Mp3, Some(15))));
        let tagged = [b"ID3\x04\0\0\0\0\x01\x00".as_slice(), &[7; 128], &mp3(77)].concat();
        assert_eq!(told(&tagged), Some((SoundKind::Mp3, Some(2))));
        assert_eq!(told(&wav(8_000, &vec![0; 24_100])), Some((SoundKind::Wav, Some(3))));
        let opus = [page(0, b"OpusHead\x01\x01\x38\x01\x80\xbb\0\0\0\0\0"), page(48_000 * 7, b"x")].concat();
        assert_eq!(told(&opus), Some((SoundKind::Opus, Some(7))));
        let vorbis =
            [page(0, b"\x01vorbis\0\0\0\0\x01\x44\xac\0\0\0\0\0\0"), page(44_100 * 4, b"x")].concat();
        assert_eq!(told(&vorbis), Some((SoundKind::Ogg, Some(4))));
        let amr = [b"#!AMR\n".as_slice(), &[&[0x3c][..], &[0; 31]].concat().repeat(100)].concat();
        assert_eq!(told(&amr), Some((SoundKind::Amr, Some(2))));
        let wide = [b"#!AMR-WB\n".as_slice(), &[&[0x04][..], &[0; 17]].concat().repeat(150)].concat();
        assert_eq!(told(&wide), Some((SoundKind::Amr, Some(3))));
    }

    #[test]
    fn what_does_not_tell_is_a_sound_all_the_same() {
        for (bytes, kind) in [
            (b"RIFF\x24\0\0\0WAVEfmt ".as_slice(), SoundKind::Wav),
            (b"OggS\0\x02\0\0", SoundKind::Ogg),
            (b"\0\0\0\x20ftypM4A \0\0\0\0", SoundKind::M4a),
            (b"#!AMR\n", SoundKind::Amr),
        ] {
            assert_eq!(told(bytes), Some((kind, None)));
        }
        assert_eq!(told(&wav(0, &[0; 10])), Some((SoundKind::Wav, None)));
    }

    #[test]
    fn what_is_no_sound_is_refused() {
        let html = b"<!DOCTYPE html><script>alert(1)</script>".as_slice();
        let aac = [0xff, 0xf1, 0x50, 0x80].repeat(200);
        for bytes in
            [b"".as_slice(), html, b"ID3", b"ID3\x04\0\0\0\0\0\0", &mp3(1), &aac, b"\x89PNG\r\n\x1a\n"]
        {
            assert_eq!(told(bytes), None);
        }
    }

    #[test]
    fn no_bytes_are_too_strange() {
        for whole in [
            mp3(3),
            wav(8_000, &[9; 40]),
            page(0, b"OpusHead\x01\x01\x38\x01\x80\xbb\0\0"),
            b"#!AMR\n\x3c".to_vec(),
        ] {
            for length in 0..whole.len() {
                for filler in [0, 1, 0xff] {
                    let mut bytes = whole[..length].to_vec();
                    let _ = told(&bytes);
                    bytes.resize(whole.len() + 64, filler);
                    let _ = told(&bytes);
                }
            }
        }
    }
}
