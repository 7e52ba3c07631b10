//! Links: whom they let in, and for how long.

use bytes::Bytes;

use super::*;
use crate::{clock::ManualClock, ports::media::MemoryMedia};

/// `2026-02-05T10:30:00.123Z`
const START: Millis = Millis(1_770_287_400_123);

fn media_with(key: &TokenKey) -> (Media, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(START));
    let store = Arc::new(MemoryMedia::default());
    (Media::new(store, Arc::clone(&clock) as _, "web://chat.example.com", key), clock)
}

fn media() -> (Media, Arc<ManualClock>) {
    media_with(&TokenKey::new(&[7; 32]))
}

fn key(text: &str) -> MediaKey {
    text.parse().unwrap()
}

/// The parts of a link: its path below `/media/`, when it ends, and its signature.
fn parts(link: &str) -> (MediaKey, String, String) {
    let rest = link.strip_prefix("web://chat.example.com/media/").unwrap();
    let (path, query) = rest.split_once("?expires=").unwrap();
    let (expires, signature) = query.split_once("&signature=").unwrap();
    (key(path), expires.to_owned(), signature.to_owned())
}

#[tokio::test]
async fn what_is_kept_is_reached_by_its_link() {
    let (media, _) = media();
    let room = ConversationId::new(12).unwrap();
    let kept = Media::of_room(room, "a.txt", b"GIF89a...").unwrap();
    media.put(&kept.key, Bytes::from_static(b"GIF89a...")).await.unwrap();
    assert_eq!((kept.content_type, kept.bytes), ("image/gif", 9));
    let name = kept.key.as_str();
    assert!(name.starts_with("rooms/12/") && name.len() == "rooms/12/".len() + 32 + ".gif".len(), "{name}");
    let again = Media::of_room(room, "a.txt", b"GIF89a...").unwrap();
    assert_ne!(again.key, kept.key);

    let (path, expires, signature) = parts(&media.link(&kept.key, START));
    assert_eq!(path, kept.key);
    assert_eq!(media.good_for(&path, &expires, &signature), Some(24 * 3_600 + 1_800));
    let part = media.open(&path, Some(0..3)).await.unwrap().unwrap();
    assert_eq!((part.bytes, part.size), (Bytes::from_static(b"GIF"), 9));
}

#[test]
fn links_are_good_for_a_day_and_the_same_within_an_hour() {
    let (media, clock) = media();
    let photo = key("rooms/1/a.png");
    let link = media.link(&photo, START);
    let until_the_hour = 1_800_000 - 123;
    assert_eq!(media.link(&photo, START.plus(until_the_hour)), link);
    assert_ne!(media.link(&photo, START.plus(until_the_hour + 1_000)), link);
    let (_, expires, signature) = parts(&link);
    clock.advance(24 * 3_600_000 + until_the_hour - 1);
    assert_eq!(media.good_for(&photo, &expires, &signature), Some(1));
    clock.advance(1);
    assert_eq!(media.good_for(&photo, &expires, &signature), None);
    // However the clock stands, nothing wraps.
    for at in [i64::MIN, i64::MIN + 1, -1, 0, i64::MAX] {
        assert!(media.link(&photo, Millis(at)).contains("?expires="));
    }
}

#[test]
fn nothing_of_a_link_can_be_changed() {
    let (media, _) = media();
    let photo = key("rooms/1/a.png");
    let (_, expires, signature) = parts(&media.link(&photo, START));
    let good =
        |key: &MediaKey, expires: &str, signature: &str| media.good_for(key, expires, signature).is_some();
    assert!(good(&photo, &expires, &signature));
    let later = (expires.parse::<i64>().unwrap() + 3_600).to_string();
    let (other, _) = media_with(&TokenKey::random());
    let (_, _, foreign) = parts(&other.link(&photo, START));
    assert!(!good(&key("rooms/1/b.png"), &expires, &signature));
    for expires in [later.as_str(), "", "x", "-1", "9223372036854775807", "99999999999999999999"] {
        assert!(!good(&photo, expires, &signature), "{expires}");
    }
    let cut = &signature[..signature.len() - 1];
    for signature in ["", "x", "\0", "缘", cut, &format!("{signature}="), &format!("{signature}A"), &foreign]
    {
        assert!(!good(&photo, &expires, signature), "{signature}");
    }
    // The secret itself signs tokens; a signature by it is none of a link.
    let by_secret = mac(&[7; 32]).chain_update(&expires).chain_update("\n").chain_update(photo.as_str());
    let by_secret = URL_SAFE_NO_PAD.encode(by_secret.finalize().into_bytes());
    assert!(!good(&photo, &expires, &by_secret));
}

fn room(raw: i64) -> ConversationId {
    ConversationId::new(raw).unwrap()
}

#[test]
fn own_links_are_recognised_and_made_good_again() {
    let (media, clock) = media();
    let photo = key("rooms/1/a.png");
    let old = media.link(&photo, START);
    clock.advance(30 * 24 * 3_600_000);
    let new = media.link(&photo, clock.now());
    let bare = "web://chat.example.com/media/rooms/1/a.png";
    for text in [old.as_str(), bare, &format!("{bare}?"), &format!("{bare}#x"), &new] {
        assert_eq!(media.bare(text), Some(photo.clone()), "{text}");
        assert_eq!(media.shown(text, room(1)), new, "{text}");
        // What was sent to one room is shown to that room only.
        assert_eq!(media.shown(text, room(11)), text, "{text}");
    }
    for text in [
        "",
        "hello",
        "web://chat.example.com/media/",
        "web://chat.example.com/media/../secret",
        "web://chat.example.com/media/rooms/1/a.png and more",
        "web://chat.example.com.evil.com/media/rooms/1/a.png",
        "other://chat.example.com/media/rooms/1/a.png",
        "/media/rooms/1/a.png",
        " web://chat.example.com/media/rooms/1/a.png",
    ] {
        assert_eq!(media.bare(text), None, "{text}");
        assert!(matches!(media.shown(text, room(1)), Cow::Borrowed(same) if same == text), "{text}");
    }
    assert!(!format!("{media:?}").contains("key"));
}

#[test]
fn a_link_for_a_viewer_is_for_that_viewer_and_that_file() {
    use crate::{ids::AccountId, service::profiles::FileViewer};

    let (media, clock) = media();
    let ann = FileViewer::Account(AccountId::new(7).unwrap());
    let photo = own_key("jpg");
    assert!(media.is_personal(&photo) && !media.is_personal(&key("rooms/1/a.png")));
    for (viewer, word) in [(ann, "7"), (FileViewer::Reviewer, "reviewer")] {
        let link = media.link_for(viewer, photo.as_str(), START);
        let query = link.split_once("?viewer=").unwrap().1;
        let (said, query) = query.split_once("&expires=").unwrap();
        let (expires, signature) = query.split_once("&signature=").unwrap();
        assert_eq!(said, word);
        let left = 24 * 3_600 + 1_800;
        assert_eq!(media.good_for_viewer(&photo, word, expires, signature), Some((viewer, left)));
        for other in ["8", "07", "+7", "", "nobody", if word == "7" { "reviewer" } else { "7" }] {
            assert_eq!(media.good_for_viewer(&photo, other, expires, signature), None, "{other}");
        }
        assert_eq!(media.good_for_viewer(&own_key("jpg"), word, expires, signature), None);
        assert_eq!(media.good_for(&photo, expires, signature), None);
        let later = (expires.parse::<i64>().unwrap() + 1).to_string();
        assert_eq!(media.good_for_viewer(&photo, word, &later, signature), None);
        assert_eq!(media.bare(&link), Some(photo.clone()));
    }
    // One without a viewer is none with one.
    let (_, expires, signature) = parts(&media.link(&photo, START));
    assert_eq!(media.good_for_viewer(&photo, "7", &expires, &signature), None);
    let link = media.link_for(ann, photo.as_str(), START);
    clock.advance(26 * 3_600_000);
    let (_, query) = link.split_once("&expires=").unwrap();
    let (expires, signature) = query.split_once("&signature=").unwrap();
    assert_eq!(media.good_for_viewer(&photo, "7", expires, signature), None);
}
