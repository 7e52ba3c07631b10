//! Handing in who one is, and papers.

use matchmaking_core::ports::sms::SmsKind;
use serde_json::{Value, json};

use super::{Person, Verb, data, office, paper, refused, said, start};
use crate::support::{Database, on_every_store, raw::Raw};

fn identity() -> Value {
    json!({
        "real_name": "佘秋婧", "id_card_number": "310101199501011234", "id_card_front": paper(),
        "id_card_back": paper(), "face_photo": paper(),
    })
}

on_every_store!(
    an_identity_is_reviewed_as_documented,
    every_wrong_field_of_an_identity_is_told,
    papers_of_each_kind_are_reviewed,
    who_sends_papers_slowly_keeps_nobody_waiting,
);

async fn an_identity_is_reviewed_as_documented(database: Database) {
    let server = start(&database).await;
    let (ann, ben) = (Person::join(&server, 1).await, Person::join(&server, 2).await);
    ann.tells(&json!({"gender": "female"})).await;
    let (message, answer) = said(&ann.post("/v1/auth/identity-verify", &identity()).await);
    assert_eq!(message, "实名认证信息已提交");
    assert_eq!(
        answer,
        json!({
            "verify_id": answer["verify_id"], "status": "PENDING", "estimated_time": "24小时内完成审核",
            "tips": "请保持手机畅通，审核结果将通过短信通知",
        })
    );
    refused(&ann.post("/v1/auth/identity-verify", &identity()).await, 40901);
    let profile = ann.get("/v1/profile").await;
    assert_eq!(profile["verification"]["real_name"], "pending");
    assert_eq!(profile["basic"]["real_name"], Value::Null);

    let path = "/admin/v1/reviews?kind=identity&status=pending";
    let listed = data(&office(&server, Verb::GET, path, None).await);
    let review = &listed["items"][0];
    assert_eq!((&review["review_id"], &review["user_id"]), (&answer["verify_id"], &json!(ann.id)));
    assert_eq!(
        review["identity"],
        json!({
            "real_name": "佘秋婧", "id_card_number": "310101199501011234", "birth_date": "1995-01-01",
            "gender": "male", "check_digit_valid": false, "gender_matches": false,
        })
    );
    let urls = review["urls"].as_array().unwrap();
    assert_eq!(urls.len(), 3);
    for url in urls {
        let (status, kind, _) = super::fetched(&server, url.as_str().unwrap()).await;
        assert_eq!((status, kind.as_str()), (200, "image/jpeg"));
        // Not even the person's own token opens papers.
        let (_, place) = url.as_str().unwrap().split_once("/media/").unwrap();
        let place = place.split_once('?').unwrap().0;
        for person in [&ann, &ben] {
            let request = server.http.get(server.url(&format!("/media/{place}"))).bearer_auth(&person.token);
            assert_eq!(request.send().await.unwrap().status(), 404);
        }
    }

    let path = format!("/admin/v1/reviews/{}", answer["verify_id"]);
    let decided = data(&office(&server, Verb::POST, &path, Some(&json!({"decision": "approve"}))).await);
    assert_eq!((&decided["status"], &decided["user_id"]), (&json!("passed"), &json!(ann.id)));
    let told = server.outbox.sent_to("13800138001");
    assert_eq!(
        told.iter().map(|sms| (sms.kind, sms.code.clone())).collect::<Vec<_>>(),
        [(SmsKind::Review, None)]
    );
    let profile = ann.get("/v1/profile").await;
    assert_eq!(profile["verification"]["real_name"], "verified");
    assert_eq!(profile["basic"]["real_name"], "佘*婧");
    let seen = ben.get(&format!("/v1/users/{}", ann.id)).await;
    assert!(seen["verification"]["real_name"] == "verified" && !seen.to_string().contains('佘'));
    data(&office(&server, Verb::POST, &path, Some(&json!({"decision": "reject"}))).await);
    assert_eq!(ann.get("/v1/profile").await["verification"]["real_name"], "none");
    said(&ann.post("/v1/auth/identity-verify", &identity()).await);
}

async fn every_wrong_field_of_an_identity_is_told(database: Database) {
    let server = start(&database).await;
    let ann = Person::join(&server, 1).await;
    let submit = async |body: Value| ann.post("/v1/auth/identity-verify", &body).await;
    let fields = ["real_name", "id_card_number", "id_card_front", "id_card_back", "face_photo"];
    assert_eq!(refused(&submit(json!({})).await, 40002), fields);
    let sample = json!({
        "real_name": "佘秋婧", "id_card_number": "310101199501011234", "id_card_front": "base64://...",
        "id_card_back": "base64://...", "face_photo": "https://oss.xxx.com/a.jpg",
    });
    assert_eq!(refused(&submit(sample).await, 40001), fields[2..]);
    let mut wrong = identity();
    wrong["real_name"] = json!(" ");
    wrong["id_card_number"] = json!("310101199502301234");
    assert_eq!(refused(&submit(wrong).await, 40001), fields[..2]);
    assert_eq!(ann.get("/v1/profile").await["verification"]["real_name"], "none");

    // The URL of a photo of one's own will do; that of somebody else's will not.
    let ben = Person::join(&server, 2).await;
    let photo = ann.adds_photo().await["url"].take();
    let mut linked = identity();
    linked["id_card_back"] = json!(paper().replace("base64://", "data:image/png;base64,"));
    linked["face_photo"] = photo;
    assert_eq!(refused(&ben.post("/v1/auth/identity-verify", &linked).await, 40001), ["face_photo"]);
    said(&submit(linked).await);
}

async fn papers_of_each_kind_are_reviewed(database: Database) {
    let server = start(&database).await;
    let ann = Person::join(&server, 1).await;
    let submit = async |body: Value| ann.post("/v1/profile/verifications", &body).await;
    for kind in ["education", "income", "house", "car"] {
        let answer = data(&submit(json!({"kind": kind, "images": [paper()]})).await);
        let id = &answer["verify_id"];
        assert_eq!(answer, json!({"verify_id": id, "kind": kind, "status": "PENDING"}));
    }
    refused(&submit(json!({"kind": "car", "images": [paper()]})).await, 40901);
    assert_eq!(refused(&submit(json!({"kind": "boat", "images": []})).await, 40001), ["kind", "images"]);
    let bad = json!({"kind": "income", "images": [paper(), "base64://!"]});
    let listed = data(&office(&server, Verb::GET, "/admin/v1/reviews?kind=verification", None).await);
    assert_eq!(listed["pagination"]["total"], 4);
    let claims: Vec<_> = listed["items"].as_array().unwrap().iter().map(|item| &item["claim"]).collect();
    assert_eq!(claims, ["education", "income", "house", "car"]);
    let decide = async |place: usize, decision: &str| {
        let path = format!("/admin/v1/reviews/{}", listed["items"][place]["review_id"]);
        data(&office(&server, Verb::POST, &path, Some(&json!({"decision": decision}))).await)
    };
    decide(0, "approve").await;
    decide(1, "reject").await;
    assert_eq!(
        ann.get("/v1/profile").await["verification"],
        json!({
            "real_name": "none", "education": "verified", "income": "none", "house": "pending",
            "car": "pending",
        })
    );
    assert_eq!(refused(&submit(bad).await, 40001), ["images[1]"]);
}

async fn who_sends_papers_slowly_keeps_nobody_waiting(database: Database) {
    let server = start(&database).await;
    let mut slow = Vec::new();
    for n in 1..=5 {
        let person = Person::join(&server, n).await;
        for _ in 0..2 {
            let mut connection = Raw::connect(&server).await;
            let head = format!(
                "POST /v1/profile/verifications HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
                 Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{",
                person.token,
            );
            connection.write(head).await;
            slow.push(connection);
        }
    }
    let other = Person::join(&server, 6).await;
    data(&other.post("/v1/profile/verifications", &json!({"kind": "car", "images": [paper()]})).await);
    // What was sent slowly is read as what is sent at once: here it is no JSON.
    let mut last = slow.pop().unwrap();
    last.write(" ".repeat(999)).await;
    assert_eq!(last.answer().await.unwrap().status, 400);
}
