//! What films and sounds say besides what is seen and heard: where they were made, with what, by whom. It is blanked where
//! it stands, so that everything else keeps its place: files refer to their parts by where they are.

use bytes::{Bytes, BytesMut};

/// Boxes of MP4 and QuickTime that hold what somebody added: "user data", "metadata" and extensions (ISO/IEC 14496-12,
/// 8.10 and 8.11).
const MP4_METADATA: [&[u8; 4]; 7] = [b"udta", b"meta", b"uuid", b"free", b"skip", b"gps ", b"sefd"];
/// The boxes in which such boxes are looked for.
const MP4_CONTAINERS: [&[u8; 4]; 5] = [b"moov", b"trak", b"mdia", b"moof", b"traf"];
/// How many boxes stand in one another, of those that are looked into.
const MP4_DEPTH: usize = 4;

/// Elements of WebM and Matroska that hold what somebody added: tags, attachments, chapters, the title, the name of the
/// file, the date (RFC 9559).
const WEBM_METADATA: [u64; 6] = [0x1254_c367, 0x1941_a469, 0x1043_a770, 0x7ba9, 0x7384, 0x4461];
/// The elements in which such elements are looked for: the segment, and what it says of itself.
const WEBM_CONTAINERS: [u64; 2] = [0x1853_8067, 0x1549_a966];
/// How many elements stand in one another, of those that are looked into.
const WEBM_DEPTH: usize = 3;
/// The number of an element that says nothing.
const WEBM_VOID: u8 = 0xec;

/// Chunks of RIFF that are the sound and how it is played. Everything else is what somebody added, but for lists of parts
/// of the sound.
const RIFF_SOUND: [&[u8; 4]; 5] = [b"fmt ", b"fact", b"data", b"cue ", b"smpl"];
/// The kind of such a list.
const RIFF_PARTS: &[u8; 4] = b"wavl";

/// How long the head of an ID3 tag of the second kind is (<https://id3.org/id3v2.4.0-structure>), and a tag of the first
/// kind.
const ID3_HEAD: usize = 10;
const ID3_TAIL: usize = 128;

/// A film or a sound without what it says of itself: the same bytes where it is of a kind that is not known here. What
/// stays: comments in Ogg, APE tags, the times in the heads of an MP4, its boxes of unknown kinds and its tracks of data,
/// and whatever follows a cluster of unknown length in a WebM.
pub(in crate::service) fn without_metadata(bytes: Bytes) -> Bytes {
    let bytes = without_id3(bytes);
    let blank = match bytes.get(..8) {
        Some([_, _, _, _, b'f', b't', b'y', b'p']) => blank_mp4,
        Some([0x1a, 0x45, 0xdf, 0xa3, ..]) => blank_webm,
        Some([b'R', b'I', b'F', b'F', ..]) => blank_riff,
        _ => return bytes,
    };
    let mut bytes = BytesMut::from(bytes);
    blank(&mut bytes);
    bytes.freeze()
}

/// Makes a part blank: a head that says so, and nothing behind it.
fn blank(part: &mut [u8], head: &[u8]) {
    if let Some((place, rest)) = part.split_at_mut_checked(head.len()) {
        place.copy_from_slice(head);
        rest.fill(0);
    }
}

/// Tags before and behind the frames of MPEG are cut off: nothing refers to places there.
fn without_id3(mut bytes: Bytes) -> Bytes {
    while bytes.starts_with(b"ID3") {
        // Four times seven bits, and in newer ones a foot as long as the head.
        let Some(&[flags, a, b, c, d]) = bytes.get(5..ID3_HEAD) else { break };
        let size = [a, b, c, d].into_iter().fold(0, |size, digits| size << 7 | usize::from(digits & 0x7f));
        let foot = if flags & 0x10 == 0 { 0 } else { ID3_HEAD };
        let end = ID3_HEAD + size + foot;
        if end >= bytes.len() {
            break;
        }
        bytes = bytes.slice(end..);
    }
    let tail = bytes.len().saturating_sub(ID3_TAIL);
    // Frames of MPEG begin with eleven bits that are set.
    let is_mpeg = matches!(bytes.as_ref(), [0xff, second, ..] if second & 0xe0 == 0xe0);
    if is_mpeg && tail > 0 && bytes[tail..].starts_with(b"TAG") { bytes.slice(..tail) } else { bytes }
}

fn blank_mp4(bytes: &mut [u8]) {
    blank_boxes(bytes, MP4_DEPTH);
}

fn blank_boxes(mut bytes: &mut [u8], depth: usize) {
    while let Some([a, b, c, d, kind @ ..]) = bytes.first_chunk::<8>().copied() {
        let (head, size) = match u32::from_be_bytes([a, b, c, d]) {
            0 => (8, Some(bytes.len())),
            1 => {
                let long = bytes.get(8..16).and_then(|long| long.first_chunk());
                (16, long.and_then(|long| usize::try_from(u64::from_be_bytes(*long)).ok()))
            }
            size => (8, Some(size as usize)),
        };
        let Some(size) = size.filter(|size| *size >= head) else { return };
        let Some((whole, rest)) = bytes.split_at_mut_checked(size) else { return };
        let (name, contents) = whole.split_at_mut(head);
        if MP4_METADATA.contains(&&kind) {
            name[4..8].copy_from_slice(b"free");
            contents.fill(0);
        } else if depth > 1 && MP4_CONTAINERS.contains(&&kind) {
            blank_boxes(contents, depth - 1);
        }
        bytes = rest;
    }
}

fn blank_webm(bytes: &mut [u8]) {
    blank_elements(bytes, WEBM_DEPTH);
}

fn blank_elements(mut bytes: &mut [u8], depth: usize) {
    loop {
        let Some((id_length, id)) = webm_number(bytes) else { return };
        let Some((size_length, marked)) = webm_number(&bytes[id_length..]) else { return };
        let head = id_length + size_length;
        let ones = (1_u64 << (7 * size_length)) - 1;
        let is_container = depth > 1 && WEBM_CONTAINERS.contains(&id);
        // All bits set means up to the end, as films have that were sent while they were made.
        let whole = match marked & ones {
            size if size == ones && is_container => Some(bytes.len()),
            size if size == ones => None,
            size => {
                let whole = usize::try_from(size).ok().and_then(|size| head.checked_add(size));
                // What a film says may be cut off; it still is one.
                if is_container { whole.map(|whole| whole.min(bytes.len())) } else { whole }
            }
        };
        let Some((whole, rest)) = whole.and_then(|whole| bytes.split_at_mut_checked(whole)) else { return };
        if is_container {
            blank_elements(&mut whole[head..], depth - 1);
        } else if WEBM_METADATA.contains(&id) {
            // Its number is shorter, so that its length has more digits; eight at most.
            let digits = (head - 1).min(8);
            let size = (whole.len() - 1 - digits) as u64 | 1 << (7 * digits);
            let mut void = [WEBM_VOID; 9];
            void[1..=digits].copy_from_slice(&size.to_be_bytes()[8 - digits..]);
            blank(whole, &void[..=digits]);
        }
        bytes = rest;
    }
}

/// A number of WebM's own, with its length marker: how many bytes it has, and it.
fn webm_number(bytes: &[u8]) -> Option<(usize, u64)> {
    let length = bytes.first()?.leading_zeros() as usize + 1;
    let digits = bytes.get(..length).filter(|_| length <= 8)?;
    Some((length, digits.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))))
}

fn blank_riff(bytes: &mut [u8]) {
    let Some(mut bytes) = bytes.get_mut(12..) else { return };
    while let Some([kind @ .., a, b, c, d]) = bytes.first_chunk::<8>().copied() {
        let size = 8 + u32::from_le_bytes([a, b, c, d]) as usize;
        // What sound there is may be cut off; it still is one.
        let (whole, rest) = bytes.split_at_mut(size.min(bytes.len()));
        let is_sound =
            RIFF_SOUND.contains(&&kind) || &kind == b"LIST" && whole.get(8..12) == Some(RIFF_PARTS);
        if !is_sound {
            whole[..4].copy_from_slice(b"JUNK");
            whole[8..].fill(0);
        }
        bytes = rest.get_mut(size % 2..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"+31.2304+121.4737/";

    fn mp4_box(kind: [u8; 4], contents: &[&[u8]]) -> Vec<u8> {
        let contents = contents.concat();
        let mut whole = (contents.len() as u32 + 8).to_be_bytes().to_vec();
        whole.extend_from_slice(&kind);
        whole.extend(contents);
        whole
    }

    fn mp4() -> Vec<u8> {
        let place = mp4_box(*b"udta", &[&mp4_box(*b"\xa9xyz", &[SECRET])]);
        let track = mp4_box(*b"trak", &[&mp4_box(*b"tkhd", &[b"seen"]), &mp4_box(*b"meta", &[SECRET])]);
        let mut long = vec![0, 0, 0, 1];
        long.extend_from_slice(b"uuid");
        long.extend_from_slice(&(16 + SECRET.len() as u64).to_be_bytes());
        long.extend_from_slice(SECRET);
        [
            mp4_box(*b"ftyp", &[b"isom"]),
            long,
            mp4_box(*b"moov", &[&mp4_box(*b"mvhd", &[b"kept"]), &place, &track]),
            mp4_box(*b"mdat", &[b"udta is a word here"]),
        ]
        .concat()
    }

    fn element(id: &[u8], contents: &[&[u8]]) -> Vec<u8> {
        let contents = contents.concat();
        let mut whole = id.to_vec();
        whole.extend_from_slice(&(contents.len() as u16 | 0x4000).to_be_bytes());
        whole.extend(contents);
        whole
    }

    fn webm() -> Vec<u8> {
        let info = element(
            &[0x15, 0x49, 0xa9, 0x66],
            &[&element(&[0x7b, 0xa9], &[SECRET]), &element(&[0x2a, 0xd7, 0xb1], &[b"kept"])],
        );
        let tags = element(&[0x12, 0x54, 0xc3, 0x67], &[SECRET]);
        let cluster = element(&[0x1f, 0x43, 0xb6, 0x75], &[b"seen"]);
        let mut whole = element(&[0x1a, 0x45, 0xdf, 0xa3], &[b"webm"]);
        // Of unknown length.
        whole.extend_from_slice(&[0x18, 0x53, 0x80, 0x67, 0xff]);
        [whole, info, tags, cluster].concat()
    }

    fn wav() -> Vec<u8> {
        let chunk = |kind: &[u8], contents: &[u8]| {
            let mut whole = kind.to_vec();
            whole.extend_from_slice(&(contents.len() as u32).to_le_bytes());
            whole.extend_from_slice(contents);
            whole
        };
        [b"RIFF\0\0\0\0WAVE".to_vec(), chunk(b"LIST", SECRET), chunk(b"data", b"kept")].concat()
    }

    fn holds(bytes: &[u8], text: &[u8]) -> bool {
        bytes.windows(text.len()).any(|part| part == text)
    }

    #[test]
    fn what_is_added_goes_and_everything_else_keeps_its_place() {
        for whole in [mp4(), webm(), wav()] {
            assert!(holds(&whole, SECRET));
            let blanked = without_metadata(whole.clone().into());
            assert_eq!(blanked.len(), whole.len());
            assert!(!holds(&blanked, SECRET));
            for kept in [&b"kept"[..], b"seen", b"udta is a word here"] {
                assert_eq!(holds(&blanked, kept), holds(&whole, kept));
            }
            assert_eq!(without_metadata(blanked.clone()), blanked, "there is nothing left to blank");
        }
    }

    #[test]
    fn a_blanked_element_is_as_long_as_it_was() {
        let blanked = without_metadata(webm().into());
        let void = blanked.iter().position(|byte| *byte == WEBM_VOID).unwrap();
        let (digits, size) = webm_number(&blanked[void + 1..]).unwrap();
        // The title: two bytes of number, two of length.
        assert_eq!((digits, size & 0x1f_ffff), (3, SECRET.len() as u64));
    }

    #[test]
    fn tags_around_frames_are_cut_off() {
        let frames: &[u8] = &[0xff, 0xfb, 0x90, 0x00, 1, 2, 3, 4];
        let mut tail = b"TAG".to_vec();
        tail.resize(ID3_TAIL, b'x');
        let head = [&b"ID3\x04\0\0\0\0\0"[..], &[SECRET.len() as u8], SECRET].concat();
        let whole = [&head, frames, &tail].concat();
        assert_eq!(without_metadata(whole.into()), frames);
        // One that says it is longer than the file stays: nothing would be left.
        let broken = [&b"ID3\x04\0\0\x7f\x7f\x7f\x7f"[..], frames].concat();
        assert_eq!(without_metadata(broken.clone().into()), broken);
    }

    #[test]
    fn broken_files_are_taken_as_they_are() {
        for whole in [mp4(), webm(), wav()] {
            for at in 0..whole.len() {
                for byte in [0, 1, 0x7f, 0x80, 0xff] {
                    let mut broken = whole.clone();
                    broken[at] = byte;
                    assert!(without_metadata(broken.clone().into()).len() <= whole.len());
                    broken.truncate(at);
                    assert!(without_metadata(broken.into()).len() <= at);
                }
            }
        }
    }
}
