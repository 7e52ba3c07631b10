//! Photos, the film, and who may see their files.

use serde_json::{Value, json};

use super::{PNG, Person, Verb, data, decide_all, fetched, refused, said, start};
use crate::support::{Answer, Database, Options, Server, on_every_store};

/// The beginning of an MP4.
const MP4: &[u8] = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom";

on_every_store!(
    a_photo_is_added_shown_and_removed,
    what_is_no_photo_is_refused,
    every_kind_of_picture_and_film_is_taken,
    a_photo_passes_at_once_where_nobody_reviews,
    the_album_ends_at_nine,
    links_are_for_their_viewer,
    who_is_no_member_sees_a_blurred_picture,
    a_film_is_set_and_removed,
    a_deleted_account_takes_its_pictures_with_it,
);

async fn a_photo_is_added_shown_and_removed(database: Database) {
    let server = start(&database).await;
    let (ann, ben) = (Person::join(&server, 1).await, Person::join(&server, 2).await);
    let crop = r#"{"x": 0, "y": 0, "width": 300, "height": 400}"#;
    let texts = [("type", "avatar"), ("is_primary", "true"), ("crop_data", crop)];
    let added = data(&ann.upload("/v1/profile/photos", PNG, &texts).await);
    assert_eq!((&added["status"], &added["tips"]), (&json!("PENDING"), &json!("照片已上传，正在审核中")));
    for link in [&added["url"], &added["thumbnail"]] {
        let (status, kind, bytes) = fetched(&server, link.as_str().unwrap()).await;
        assert_eq!((status, kind.as_str(), &bytes[..2]), (200, "image/jpeg", b"\xff\xd8".as_slice()));
    }
    let photos = ann.get("/v1/profile").await["photos"].take();
    let shown = json!({
        "id": added["photo_id"], "url": added["url"], "thumbnail": added["thumbnail"], "is_primary": true,
        "order": 0, "status": "PENDING",
    });
    assert_eq!(photos, json!({"avatar": added["url"], "album": [shown], "video": null}));
    let path = format!("/v1/users/{}", ann.id);
    assert_eq!(ben.get(&path).await["photos"], json!({"avatar": null, "album": [], "video": null}));

    decide_all(&server, "approve").await;
    let seen = ben.get(&path).await["photos"].take();
    assert!(seen["avatar"].is_string() && seen["album"][0].get("status").is_none(), "{seen}");
    assert_eq!(fetched(&server, seen["avatar"].as_str().unwrap()).await.0, 200);

    let second = ann.adds_photo().await;
    let path = format!("/v1/profile/photos/{}", added["photo_id"]);
    refused(&ben.delete(&path).await, 40401);
    let (message, nothing) = said(&ann.delete(&path).await);
    assert_eq!((message.as_str(), nothing), ("照片删除成功", Value::Null));
    refused(&ann.delete(&path).await, 40401);
    assert_eq!(fetched(&server, seen["avatar"].as_str().unwrap()).await.0, 404);
    let album = ann.get("/v1/profile").await["photos"]["album"].take();
    assert_eq!((&album[0]["id"], &album[0]["is_primary"]), (&second["photo_id"], &json!(true)));
    for unknown in ["0", "-1", "999999", "99999999999999999999"] {
        refused(&ann.delete(&format!("/v1/profile/photos/{unknown}")).await, 40401);
    }
}

async fn what_is_no_photo_is_refused(database: Database) {
    let server = start(&database).await;
    let ann = Person::join(&server, 1).await;
    let upload = async |bytes: &[u8], texts: &[_]| ann.upload("/v1/profile/photos", bytes, texts).await;
    assert_eq!(refused(&upload(b"GIF89a\x01\0\x01\0", &[]).await, 40001), ["file"]);
    assert_eq!(refused(&upload(b"", &[]).await, 40001), ["file"]);
    assert_eq!(refused(&upload(&PNG[..40], &[]).await, 40001), ["file"]);
    let outside = [("crop_data", r#"{"x": 2, "y": 0, "width": 1, "height": 1}"#)];
    assert_eq!(refused(&upload(PNG, &outside).await, 40001), ["crop_data"]);
    let wrong = [("type", "selfie"), ("is_primary", "x"), ("crop_data", "{}")];
    assert_eq!(refused(&upload(PNG, &wrong).await, 40001), ["type", "is_primary", "crop_data"]);
    refused(&upload(&vec![0; (10 << 20) + 1], &[]).await, 41301);
    let form = reqwest::multipart::Form::new().text("type", "life");
    let request = server.http.post(server.url("/v1/profile/photos")).bearer_auth(&ann.token);
    assert_eq!(refused(&Answer::of(request.multipart(form)).await, 40002), ["file"]);
    refused(&ann.post("/v1/profile/photos", &json!({})).await, 41501);
    let anonymous = Answer::of(server.http.post(server.url("/v1/profile/photos"))).await;
    refused(&anonymous, 40101);
    assert_eq!(ann.get("/v1/profile").await["photos"]["album"], json!([]));
}

async fn every_kind_of_picture_and_film_is_taken(database: Database) {
    let server = start(&database).await;
    let ann = Person::join(&server, 1).await;
    let added = ann.adds_photo().await;
    let jpeg = fetched(&server, added["url"].as_str().unwrap()).await.2;
    let webp = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0/\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0";
    for picture in [&jpeg[..], webp] {
        let added = data(&ann.upload("/v1/profile/photos", picture, &[("type", "life")]).await);
        assert_eq!(fetched(&server, added["url"].as_str().unwrap()).await.1, "image/jpeg");
    }
    let webm = [b"\x1aE\xdf\xa3\x9fB\x82\x84webm".as_slice(), &[0; 256]].concat();
    let set = data(&ann.upload("/v1/profile/video", &webm, &[]).await);
    assert_eq!(fetched(&server, set["url"].as_str().unwrap()).await.1, "video/webm");
}

async fn a_photo_passes_at_once_where_nobody_reviews(database: Database) {
    let server = Server::start_with(&database, Options::default().photos_pass()).await;
    let (ann, ben) = (Person::join(&server, 1).await, Person::join(&server, 2).await);
    let added = ann.adds_photo().await;
    assert_eq!(added["status"], "PASSED");
    let seen = ben.get(&format!("/v1/users/{}", ann.id)).await["photos"].take();
    assert_eq!(fetched(&server, seen["avatar"].as_str().unwrap()).await.0, 200);
}

async fn the_album_ends_at_nine(database: Database) {
    let server = start(&database).await;
    let ann = Person::join(&server, 1).await;
    for _ in 0..9 {
        ann.adds_photo().await;
    }
    refused(&ann.upload("/v1/profile/photos", PNG, &[]).await, 40901);
    let album = ann.get("/v1/profile").await["photos"]["album"].take();
    let album = album.as_array().unwrap();
    assert_eq!(album.len(), 9);
    assert!(album.iter().enumerate().all(|(place, photo)| photo["order"] == place));
    ann.delete(&format!("/v1/profile/photos/{}", album[4]["id"])).await;
    ann.adds_photo().await;
}

async fn links_are_for_their_viewer(database: Database) {
    let server = start(&database).await;
    let (ann, ben, cal) =
        (Person::join(&server, 1).await, Person::join(&server, 2).await, Person::join(&server, 3).await);
    ann.adds_photo().await;
    decide_all(&server, "approve").await;
    let path = format!("/v1/users/{}", ann.id);
    let link = async |viewer: &Person| {
        viewer.get(&path).await["photos"]["avatar"].as_str().unwrap_or_default().to_owned()
    };
    let (to_ben, to_cal) = (link(&ben).await, link(&cal).await);
    assert_ne!(to_ben, to_cal);
    assert!(!to_ben.contains(&format!("/{}/", ann.id)));
    let forged = to_ben.replace(&format!("viewer={}", ben.id), &format!("viewer={}", cal.id));
    assert_eq!(fetched(&server, &forged).await.0, 403);
    let forged = to_ben.replace(&format!("viewer={}", ben.id), "viewer=reviewer");
    assert_eq!(fetched(&server, &forged).await.0, 403);
    let bare = to_ben.split_once('?').unwrap().0;
    assert_eq!(fetched(&server, bare).await.0, 403);

    // A token does, too, as long as its person may see the file.
    let (_, place) = bare.split_once("/media/").unwrap();
    let by_token = async |viewer: &Person| {
        let request = server.http.get(server.url(&format!("/media/{place}"))).bearer_auth(&viewer.token);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!((by_token(&ann).await, by_token(&ben).await), (200, 200));

    ann.blocks(&server, &ben).await;
    assert_eq!((fetched(&server, &to_ben).await.0, by_token(&ben).await), (404, 404));
    assert_eq!((fetched(&server, &to_cal).await.0, by_token(&cal).await), (200, 200));
    // Taken back by a reviewer.
    let reviews = data(&super::office(&server, Verb::GET, "/admin/v1/reviews?kind=photo", None).await);
    let decision = json!({"decision": "reject", "reason": "不符合规范"});
    let review = format!("/admin/v1/reviews/{}", reviews["items"][0]["review_id"]);
    data(&super::office(&server, Verb::POST, &review, Some(&decision)).await);
    assert_eq!(fetched(&server, &to_cal).await.0, 404);
    assert_eq!(by_token(&ann).await, 200);
    server.clock.advance(26 * 3_600_000);
    assert_eq!(fetched(&server, &to_cal).await.0, 403);
}

async fn who_is_no_member_sees_a_blurred_picture(database: Database) {
    use matchmaking_core::model::{Level, Membership};

    let server = start(&database).await;
    let (ann, ben) = (Person::join(&server, 1).await, Person::join(&server, 2).await);
    ann.adds_photo().await;
    let like = json!({"target_user_id": ben.id, "action": "like"});
    data(&ann.post("/v1/matching/interaction", &like).await);
    let avatar = async || {
        let list = ben.get("/v1/matching/liked-me").await;
        list["items"][0]["user"]["avatar"].as_str().map(str::to_owned)
    };
    assert_eq!(avatar().await, None, "nobody has reviewed it");
    decide_all(&server, "approve").await;
    let blurred = avatar().await.unwrap();
    let (status, kind, bytes) = fetched(&server, &blurred).await;
    assert_eq!((status, kind.as_str()), (200, "image/jpeg"));
    let account = ben.account();
    server
        .inside(move |services| async move {
            let membership = Membership { level: Level::Silver, expires_at: None };
            services.office.set_membership(account, membership).await.unwrap();
        })
        .await;
    let clear = avatar().await.unwrap();
    assert_ne!(fetched(&server, &clear).await.2, bytes);
    // The one link says nothing about the other.
    let name = |link: &str| link.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
    assert_ne!(name(&clear), name(&blurred));
}

async fn a_film_is_set_and_removed(database: Database) {
    let server = start(&database).await;
    let (ann, ben) = (Person::join(&server, 1).await, Person::join(&server, 2).await);
    assert_eq!(refused(&ann.upload("/v1/profile/video", PNG, &[]).await, 40001), ["file"]);
    let set = data(&ann.upload("/v1/profile/video", MP4, &[]).await);
    let expected = json!({
        "url": set["url"], "cover": null, "duration": null, "view_count": 0, "status": "PENDING",
    });
    assert_eq!(set, expected);
    assert_eq!(ann.get("/v1/profile").await["photos"]["video"], set);
    decide_all(&server, "approve").await;
    let path = format!("/v1/users/{}", ann.id);
    let seen = ben.get(&path).await["photos"]["video"].take();
    let (status, kind, bytes) = fetched(&server, seen["url"].as_str().unwrap()).await;
    assert_eq!((status, kind.as_str(), bytes.as_slice()), (200, "video/mp4", MP4));
    fetched(&server, set["url"].as_str().unwrap()).await;
    assert_eq!(ben.get(&path).await["photos"]["video"]["view_count"], 1);
    let again = data(&ann.upload("/v1/profile/video", MP4, &[]).await);
    assert_eq!(fetched(&server, seen["url"].as_str().unwrap()).await.0, 404);
    assert_eq!(said(&ann.delete("/v1/profile/video").await).1, Value::Null);
    refused(&ann.delete("/v1/profile/video").await, 40401);
    assert_eq!(fetched(&server, again["url"].as_str().unwrap()).await.0, 404);
}

async fn a_deleted_account_takes_its_pictures_with_it(database: Database) {
    use crate::support::server::START;
    use matchmaking_core::model::AccountStatus;

    let server = start(&database).await;
    let ann = Person::join(&server, 1).await;
    let added = ann.adds_photo().await;
    let (_, key) = added["url"].as_str().unwrap().split_once("/media/").unwrap();
    let key = key.split_once('?').unwrap().0.to_owned();
    let account = ann.account();
    let left = server
        .inside(move |services| async move {
            services.stores.accounts.set_status(account, AccountStatus::Deleted, START).await.unwrap();
            services.profiles.sweep().await.unwrap();
            services.media.open(&key.parse().unwrap(), None).await.unwrap()
        })
        .await;
    assert_eq!(left, None);
}
