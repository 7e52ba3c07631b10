//! What every store of media must do, for the tests of each.
#![expect(clippy::unwrap_used, reason = "this is a test, wherever it is called")]

use bytes::Bytes;

use super::{MEDIA_BYTES_MAX, MediaError, MediaKey, MediaStore};

fn key(text: &str) -> MediaKey {
    text.parse().unwrap()
}

/// What every store of media does, with keys below `photos/7`. Panics where this one does not.
pub async fn keeps_its_contract(store: &dyn MediaStore) {
    let photo = key("photos/7/a.jpg");
    assert_eq!(store.get(&photo, None).await.unwrap(), None);
    assert!(!store.delete(&photo).await.unwrap());

    store.put(&photo, Bytes::from_static(b"old and longer")).await.unwrap();
    store.put(&photo, Bytes::from_static(b"0123456789")).await.unwrap();
    store.put(&key("photos/7/b.jpg"), Bytes::new()).await.unwrap();
    for (range, expected) in [
        (None, "0123456789"),
        (Some(0..4), "0123"),
        (Some(8..100), "89"),
        (Some(3..3), ""),
        (Some(10..20), ""),
        (Some(u64::MAX - 1..u64::MAX), ""),
        #[expect(clippy::reversed_empty_ranges, reason = "a client may ask for one")]
        (Some(5..2), ""),
    ] {
        let part = store.get(&photo, range.clone()).await.unwrap().unwrap();
        assert_eq!((part.bytes, part.size), (Bytes::from(expected), 10), "{range:?}");
    }
    assert_eq!(store.get(&key("photos/7/b.jpg"), None).await.unwrap().unwrap().size, 0);
    // A folder of keys is no key, and nothing is below one.
    assert_eq!(store.get(&key("photos/7"), None).await.unwrap(), None);
    assert_eq!(store.get(&key("photos/7/a.jpg/c"), None).await.unwrap(), None);
    assert!(!store.delete(&key("photos/7")).await.unwrap());
    assert!(!store.delete(&key("photos/7/a.jpg/c")).await.unwrap());

    let large = Bytes::from(vec![0; MEDIA_BYTES_MAX + 1]);
    let refused = store.put(&photo, large).await;
    assert!(matches!(refused, Err(MediaError::TooLarge { bytes }) if bytes == MEDIA_BYTES_MAX + 1));
    assert_eq!(store.get(&photo, Some(0..1)).await.unwrap().unwrap().size, 10);

    assert!(store.delete(&photo).await.unwrap());
    assert!(!store.delete(&photo).await.unwrap());
    assert_eq!(store.get(&photo, None).await.unwrap(), None);
}
