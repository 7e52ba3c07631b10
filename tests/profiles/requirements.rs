//! What people look for.

use serde_json::{Value, json};

use super::{Person, refused, said, start};
use crate::support::{Database, on_every_store};

on_every_store!(requirements_are_replaced_and_read, wrong_requirements_change_nothing);

async fn requirements_are_replaced_and_read(database: Database) {
    let server = start(&database).await;
    let ann = Person::join(&server, 1).await;
    let body = json!({
        "age_min": 28, "age_max": 35, "height_min": 175, "height_max": 185,
        "education_levels": ["BACHELOR", "MASTER", "PHD"],
        "occupation_types": ["TECH", "FINANCE", "EDUCATION"],
        "income_ranges": ["30W_50W", "50W_100W"],
        "marital_status": ["SINGLE"],
        "location_requirements": {"same_city": true, "acceptable_cities": ["上海", "杭州", "苏州"]},
        "other_requirements": "希望对方性格温和..."
    });
    let (message, answer) = said(&ann.put("/v1/profile/mate-requirements", &body).await);
    assert_eq!((message.as_str(), answer), ("success", Value::Null));
    let read = ann.get("/v1/profile/mate-requirements").await;
    let mut expected = body.clone();
    expected["genders"] = json!([]);
    assert_eq!(read, expected);
    let introduction = &ann.get("/v1/profile").await["introduction"];
    assert_eq!(
        introduction,
        &json!({
            "self": null, "mate_requirements": "希望对方性格温和...", "completion_rate": 10,
        })
    );
    said(&ann.put("/v1/profile/mate-requirements", &read).await);
    assert_eq!(ann.get("/v1/profile/mate-requirements").await, read);

    said(&ann.put("/v1/profile/mate-requirements", &json!({"genders": ["male"], "age_min": null})).await);
    let read = ann.get("/v1/profile/mate-requirements").await;
    assert_eq!(
        (&read["genders"], &read["age_min"], &read["marital_status"]),
        (&json!(["male"]), &Value::Null, &json!([]))
    );
}

async fn wrong_requirements_change_nothing(database: Database) {
    let server = start(&database).await;
    let ann = Person::join(&server, 1).await;
    said(&ann.put("/v1/profile/mate-requirements", &json!({"age_min": 28})).await);
    for (body, fields) in [
        (json!({"age_min": 36, "age_max": 35}), vec!["age_min"]),
        (json!({"age_min": 17, "height_max": 251}), vec!["age_min", "height_max"]),
        (json!({"education_levels": ["BACHELOR", "本科"]}), vec!["education_levels[1]"]),
        (json!({"location_requirements": {"same_city": "yes"}}), vec!["location_requirements.same_city"]),
        (json!({"genders": "male"}), vec!["genders"]),
    ] {
        assert_eq!(refused(&ann.put("/v1/profile/mate-requirements", &body).await, 40001), fields, "{body}");
    }
    assert_eq!(ann.get("/v1/profile/mate-requirements").await["age_min"], 28);
}
