//! Texts and pictures that are made to do harm.

use serde_json::{Value, json};

use super::{PNG, Person, data, fetched, refused, said, start};
use crate::support::{Database, on_every_store};

on_every_store!(
    odd_texts_are_kept_as_they_are,
    nothing_with_a_null_character_is_kept,
    codes_have_their_names_in_both_languages,
    bombs_are_not_opened,
    nothing_but_the_picture_is_served,
);

async fn odd_texts_are_kept_as_they_are(database: Database) {
    let server = start(&database).await;
    let (ann, ben) = (Person::join(&server, 1).await, Person::join(&server, 2).await);
    for text in [
        "\u{202e}反\u{202d}",
        "👩‍❤️‍💋‍👨",
        "a\u{200b}b\u{feff}c",
        "' OR 1=1; --",
        "%_\\%",
        "<script>x</script>",
        "{{7*7}}${7*7}",
        "Ａ\u{301}ﷺ",
        "\u{1f}\t\u{7f}",
    ] {
        let told = json!({
            "nickname": text, "hometown": {"city": text}, "education": {"school": text},
            "introduction": {"self": text.repeat(20)}, "interests": [text],
        });
        let answer = ann.put("/v1/profile/basic", &told).await;
        if answer.status != 200 {
            // A name is one line that can be seen.
            assert_eq!(refused(&answer, 40001), ["nickname"], "{text:?}");
            continue;
        }
        for profile in [ann.get("/v1/profile").await, ben.get(&format!("/v1/users/{}", ann.id)).await] {
            assert_eq!(profile["basic"]["nickname"], json!(text));
            assert_eq!(profile["location"]["hometown"]["city"], json!(text));
            assert_eq!(profile["education"]["school"], json!(text));
            assert_eq!(profile["introduction"]["self"], json!(text.repeat(20)));
            assert_eq!(
                (&profile["interests"][0]["name"], &profile["interests"][0]["category"]),
                (&json!(text), &json!("其他"))
            );
        }
    }
}

async fn nothing_with_a_null_character_is_kept(database: Database) {
    let server = start(&database).await;
    let ann = Person::join(&server, 1).await;
    let before = ann.get("/v1/profile").await;
    for (section, field) in [
        ("", "nickname"),
        ("hometown", "province"),
        ("hometown", "city"),
        ("hometown", "district"),
        ("current_location", "address"),
        ("education", "school"),
        ("education", "school_type"),
        ("education", "major"),
        ("occupation", "job_title"),
        ("occupation", "company"),
        ("occupation", "company_nature"),
        ("economy", "has_house"),
        ("economy", "house_city"),
        ("economy", "has_car"),
        ("economy", "car_brand"),
        ("introduction", "self"),
    ] {
        for bad in ["a\0b".to_owned(), "长".repeat(5_001)] {
            let (body, name) = match section {
                "" => (json!({field: bad}), field.to_owned()),
                section => (json!({section: {field: bad}}), format!("{section}.{field}")),
            };
            assert_eq!(refused(&ann.put("/v1/profile/basic", &body).await, 40001), [name.as_str()]);
        }
    }
    let interests = ann.put("/v1/profile/basic", &json!({"interests": ["a", "b\0"]})).await;
    assert_eq!(refused(&interests, 40001), ["interests[1]"]);
    let wanted =
        json!({"other_requirements": "a\0", "location_requirements": {"acceptable_cities": ["b\0"]}});
    let wanted = refused(&ann.put("/v1/profile/mate-requirements", &wanted).await, 40001);
    assert_eq!(wanted, ["location_requirements.acceptable_cities[0]", "other_requirements"]);
    assert_eq!(ann.get("/v1/profile").await, before);
}

/// The label beside a code, as the section says it in both languages.
async fn labels(ann: &Person, section: &str, code: &str, label: &str, value: &str) -> [Value; 2] {
    ann.tells(&json!({section: {code: value}})).await;
    let mut both = [Value::Null, Value::Null];
    for (shown, language) in both.iter_mut().zip(["zh-CN", "en"]) {
        let request = ann.server.http.get(ann.server.url("/v1/profile")).bearer_auth(&ann.token);
        let request = request.header("accept-language", language);
        let profile = data(&crate::support::Answer::of(request).await);
        assert_eq!(profile[section][code], json!(value));
        *shown = profile[section][label].clone();
    }
    both
}

async fn codes_have_their_names_in_both_languages(database: Database) {
    let server = start(&database).await;
    let ann = Person::join(&server, 1).await;
    for (section, code, label, known) in [
        (
            "education",
            "level_code",
            "level",
            &[
                ("HIGH_SCHOOL", "高中"),
                ("COLLEGE", "大专"),
                ("BACHELOR", "本科"),
                ("MASTER", "硕士"),
                ("PHD", "博士"),
                ("POSTDOC", "博士后"),
            ][..],
        ),
        (
            "marital",
            "status_code",
            "status",
            &[("SINGLE", "未婚"), ("DIVORCED", "离异"), ("WIDOWED", "丧偶")],
        ),
        (
            "economy",
            "income_code",
            "annual_income_range",
            &[
                ("UNDER_10W", ""),
                ("10W_20W", "10-20万"),
                ("20W_30W", "20-30万"),
                ("30W_50W", "30-50万"),
                ("50W_100W", "50-100万"),
                ("OVER_100W", ""),
            ],
        ),
        (
            "occupation",
            "type_code",
            "type",
            &[
                ("TECH", "互联网/IT"),
                ("FINANCE", ""),
                ("EDUCATION", ""),
                ("MEDICAL", ""),
                ("LEGAL", ""),
                ("GOVERNMENT", ""),
                ("MEDIA", ""),
                ("ART", ""),
                ("MANUFACTURING", ""),
                ("RETAIL", ""),
                ("SERVICE", ""),
                ("REAL_ESTATE", ""),
                ("LOGISTICS", ""),
                ("STUDENT", ""),
                ("FREELANCE", ""),
                ("OTHER", ""),
            ],
        ),
    ] {
        for (value, chinese) in known {
            let [zh, en] = labels(&ann, section, code, label, value)
                .await
                .map(|label| label.as_str().unwrap().to_owned());
            assert!(chinese.is_empty() || zh == *chinese, "{value}: {zh}");
            assert!(
                !zh.is_empty() && !en.is_empty() && en.is_ascii() | en.contains('–') && zh != en,
                "{value}: {zh}, {en}"
            );
        }
        let unknown = ann.put("/v1/profile/basic", &json!({section: {code: "NOTHING"}})).await;
        assert_eq!(refused(&unknown, 40001), [format!("{section}.{code}")]);
    }
}

/// The checksum of a PNG's chunk.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

/// A picture that says it has this size, and is next to nothing.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let chunk = |kind: &[u8], data: &[u8]| {
        let named = [kind, data].concat();
        [&(data.len() as u32).to_be_bytes()[..], &named, &crc(&named).to_be_bytes()].concat()
    };
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let nothing = [0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01];
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", &nothing), chunk(b"IEND", &[])]
        .concat()
}

async fn bombs_are_not_opened(database: Database) {
    let server = start(&database).await;
    let ann = Person::join(&server, 1).await;
    for (width, height) in [(6_400, 6_400), (100_000, 100_000), (u32::MAX >> 1, 1), (0, 0), (1, 40_000_001)] {
        let answer = ann.upload("/v1/profile/photos", &bomb(width, height), &[]).await;
        assert_eq!(refused(&answer, 40001), ["file"], "{width}x{height}");
    }
    for bytes in [
        &b"\xff\xd8\xff\xe0<html><script>x</script>"[..],
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"RIFF\x10\0\0\0WEBPVP8 ",
    ] {
        assert_eq!(refused(&ann.upload("/v1/profile/photos", bytes, &[]).await, 40001), ["file"]);
        assert_eq!(refused(&ann.upload("/v1/profile/video", bytes, &[]).await, 40001), ["file"]);
    }
    assert_eq!(ann.get("/v1/profile").await["photos"], json!({"avatar": null, "album": [], "video": null}));
}

async fn nothing_but_the_picture_is_served(database: Database) {
    let server = start(&database).await;
    let ann = Person::join(&server, 1).await;
    let both = [PNG, b"<html><script>alert(1)</script>PK\x03\x04"].concat();
    let added = data(&ann.upload("/v1/profile/photos", &both, &[]).await);
    for link in [&added["url"], &added["thumbnail"]] {
        let (status, kind, bytes) = fetched(&server, link.as_str().unwrap()).await;
        assert_eq!((status, kind.as_str()), (200, "image/jpeg"));
        assert!(!bytes.windows(8).any(|part| part == b"<script>"), "the whole file was kept");
    }
    said(&ann.delete(&format!("/v1/profile/photos/{}", added["photo_id"])).await);
}
