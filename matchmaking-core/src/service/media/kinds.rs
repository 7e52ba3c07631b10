//! What a file is, by its bytes, and as what it is served.

use std::borrow::Cow;

use infer::{archive, audio, image, video};

use crate::ports::media::MediaKey;

/// As what everything is served that is none of the kinds below: nothing opens it by itself.
pub const UNKNOWN_KIND: &str = "application/octet-stream";

/// Something that is served as what it is.
struct Kind {
    /// How its bytes are recognised.
    is_it: fn(&[u8]) -> bool,
    /// What the key ends in.
    ending: &'static str,
    /// As what it is served.
    content_type: &'static str,
}

const fn kind(is_it: fn(&[u8]) -> bool, ending: &'static str, content_type: &'static str) -> Kind {
    Kind { is_it, ending, content_type }
}

/// The kinds that are served as what they are: what a browser shows and never runs. No text, no markup (HTML and SVG
/// are programs there), nothing that is a container of such. The first that fits counts.
const KINDS: [Kind; 18] = [
    kind(image::is_jpeg, "jpg", "image/jpeg"),
    kind(image::is_png, "png", "image/png"),
    kind(image::is_gif, "gif", "image/gif"),
    kind(image::is_webp, "webp", "image/webp"),
    kind(image::is_avif, "avif", "image/avif"),
    kind(image::is_heif, "heif", "image/heif"),
    kind(video::is_m4v, "m4v", "video/mp4"),
    kind(audio::is_m4a, "m4a", "audio/mp4"),
    kind(video::is_mp4, "mp4", "video/mp4"),
    kind(video::is_webm, "webm", "video/webm"),
    kind(video::is_mov, "mov", "video/quicktime"),
    kind(audio::is_mp3, "mp3", "audio/mpeg"),
    kind(audio::is_ogg_opus, "opus", "audio/ogg"),
    kind(audio::is_ogg, "ogg", "audio/ogg"),
    kind(audio::is_wav, "wav", "audio/wav"),
    kind(audio::is_amr, "amr", "audio/amr"),
    kind(audio::is_aac, "aac", "audio/aac"),
    kind(archive::is_pdf, "pdf", "application/pdf"),
];

/// The longest ending of a name that is kept.
const ENDING_MAX: usize = 8;

/// How many bytes of a file are looked at.
const LOOKED_AT: usize = 8 << 10;

/// As what something with this key is served.
#[must_use]
pub fn content_type(key: &MediaKey) -> &'static str {
    let ending = key.as_str().rsplit_once('.').map_or("", |(_, ending)| ending);
    KINDS.iter().find(|kind| kind.ending == ending).map_or(UNKNOWN_KIND, |kind| kind.content_type)
}

/// The ending of a file's key: that of its kind, or, of an unknown kind, the one that its name has, unless it would
/// make it a known one.
pub(super) fn ending<'a>(bytes: &[u8], name: &'a str) -> Cow<'a, str> {
    let looked_at = &bytes[..bytes.len().min(LOOKED_AT)];
    if let Some(kind) = KINDS.iter().find(|kind| (kind.is_it)(looked_at)) {
        return Cow::Borrowed(kind.ending);
    }
    let given = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let given = given.to_ascii_lowercase();
    let is_known = KINDS.iter().any(|kind| kind.ending == given);
    if is_ending(&given) && !is_known { Cow::Owned(given) } else { Cow::Borrowed("bin") }
}

/// Whether a name may end so.
pub(super) fn is_ending(text: &str) -> bool {
    (1..=ENDING_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(bytes: &[u8], name: &str) -> (String, &'static str) {
        let ending = ending(bytes, name).into_owned();
        let key = format!("rooms/1/0.{ending}").parse().unwrap();
        (ending, content_type(&key))
    }

    #[test]
    fn the_bytes_say_what_a_file_is_whatever_its_name() {
        let webm = [b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm".as_slice(), &[0; 256]].concat();
        let opus = [b"OggS".as_slice(), &[0; 24], b"OpusHead"].concat();
        for (bytes, ending, kind) in [
            (b"\xff\xd8\xff\xe0\0\x10JFIF".as_slice(), "jpg", "image/jpeg"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "png", "image/png"),
            (b"GIF89a\x01\0\x01\0", "gif", "image/gif"),
            (b"RIFF\x24\0\0\0WEBPVP8 ", "webp", "image/webp"),
            (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "mp4", "video/mp4"),
            (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "mov", "video/quicktime"),
            (&webm, "webm", "video/webm"),
            (b"ID3\x03\0\0\0\0\0\0", "mp3", "audio/mpeg"),
            (b"\0\0\0\x20ftypM4A \0\0\0\0", "m4a", "audio/mp4"),
            (b"OggS\0\x02\0\0", "ogg", "audio/ogg"),
            (&opus, "opus", "audio/ogg"),
            (b"RIFF\x24\0\0\0WAVEfmt ", "wav", "audio/wav"),
            (b"#!AMR\n\0\0\0\0\0\0\0", "amr", "audio/amr"),
            (b"%PDF-1.7\n", "pdf", "application/pdf"),
        ] {
            for name in ["", "page.html", "x.svg"] {
                assert_eq!(served(bytes, name), (ending.to_owned(), kind), "{ending} as {name:?}");
            }
        }
    }

    #[test]
    fn what_a_browser_would_run_is_served_as_bytes() {
        let html = b"<!DOCTYPE html><script>alert(1)</script>".as_slice();
        let svg = b"<svg onload=\"alert(1)\"/>";
        for (bytes, name, ending) in [
            (html, "page.html", "html"),
            (html, "page.png", "bin"),
            (html, "page.PDF", "bin"),
            (svg, "x.SVG", "svg"),
            (b"\0asm\x01\0\0\0", "x.wasm", "wasm"),
            (b"PK\x03\x04", "letter.docx", "docx"),
            (b"", "", "bin"),
            (b"x", "x", "bin"),
            (b"x", "x.", "bin"),
            (b"x", "x.../../..", "bin"),
            (b"x", "x.a/b", "bin"),
            (b"x", "x.tar.gz", "gz"),
            (b"x", "x.toolonganending", "bin"),
            (b"x", "\u{7f18}.\u{5206}", "bin"),
        ] {
            assert_eq!(served(bytes, name), (ending.to_owned(), UNKNOWN_KIND), "{name}");
        }
    }

    /// Beginnings that promise more than follows, or something else.
    #[test]
    fn no_bytes_are_too_strange() {
        let beginnings: [&[u8]; 8] = [
            b"\xff\xd8\xff",
            b"\0\0\0\x10ftypmif1",
            b"\xff\xff\xff\xffftypavif",
            b"\0\0\0\0ftyp",
            b"\x1a\x45\xdf\xa3",
            b"RIFF",
            b"OggS",
            b"%PDF",
        ];
        for beginning in beginnings {
            for length in 0..400 {
                for filler in [0, 0xff, b'a'] {
                    let mut bytes = beginning.to_vec();
                    bytes.resize(length, filler);
                    let (_, kind) = served(&bytes, "a");
                    assert!(kind == UNKNOWN_KIND || KINDS.iter().any(|known| known.content_type == kind));
                }
            }
        }
    }
}
