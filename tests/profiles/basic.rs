//! Reading and changing a profile, and what others are shown of it.

use serde_json::{Value, json};

use super::{PASSWORD, Person, Registration, Verb, data, refused, said, start};
use crate::support::{Answer, Database, on_every_store};

/// The whole of what can be told, as reading returns it.
fn told() -> Value {
    json!({
        "basic": {
            "nickname": "秋秋", "gender": "female", "birth_date": "1995-01-01", "height_cm": 165,
            "weight_kg": 52.5, "blood_type": "A",
        },
        "location": {
            "hometown": {"province": "上海", "city": "上海", "district": "黄浦区"},
            "current": {
                "province": "上海", "city": "上海", "district": "浦东新区", "address": "世纪大道100号",
            },
        },
        "education": {
            "level": "本科", "level_code": "BACHELOR", "school": "上海交通大学", "school_type": "985",
            "major": "工商管理", "graduation_year": 2017,
        },
        "occupation": {
            "type": "互联网/IT", "type_code": "TECH", "job_title": "产品经理", "company": "某知名互联网公司",
            "company_nature": "民企", "work_experience_years": 6,
        },
        "economy": {
            "annual_income_range": "20-30万", "income_code": "20W_30W", "has_house": "有房有贷",
            "house_city": "上海", "has_car": "有", "car_brand": "宝马",
        },
        "marital": {"status": "未婚", "status_code": "SINGLE", "has_children": false},
        "introduction": {"self": "热爱生活，喜欢旅行和摄影..."},
        "interests": ["旅行", "Photography", "瑜伽"],
    })
}

on_every_store!(
    a_fresh_profile_is_empty,
    what_was_told_is_read_as_documented,
    the_documented_change_is_answered_as_documented,
    what_was_read_can_be_written_back,
    every_wrong_field_is_told_and_nothing_changes,
    others_see_less,
    whom_one_does_not_see_is_unknown,
);

async fn a_fresh_profile_is_empty(database: Database) {
    let server = start(&database).await;
    let ann = Person::join(&server, 1).await;
    let mut profile = ann.get("/v1/profile").await;
    let code = profile["membership"]["invite_code"].take();
    assert!(code.as_str().is_some_and(|code| !code.is_empty()));
    assert_eq!(
        profile,
        json!({
            "basic": {
                "user_id": ann.id, "nickname": null, "real_name": null, "gender": null, "age": null,
                "birth_date": null, "height_cm": null, "weight_kg": null, "blood_type": null, "zodiac": null,
                "chinese_zodiac": null,
            },
            "location": {
                "hometown": {"province": null, "city": null, "district": null},
                "current": {"province": null, "city": null, "district": null, "address": null},
            },
            "education": {
                "level": null, "level_code": null, "school": null, "school_type": null, "major": null,
                "graduation_year": null,
            },
            "occupation": {
                "type": null, "type_code": null, "job_title": null, "company": null, "company_nature": null,
                "work_experience_years": null,
            },
            "economy": {
                "annual_income_range": null, "income_code": null, "has_house": null, "house_city": null,
                "has_car": null, "car_brand": null,
            },
            "marital": {"status": null, "status_code": null, "has_children": null},
            "introduction": {"self": null, "mate_requirements": null, "completion_rate": 5},
            "verification": {
                "real_name": "none", "education": "none", "income": "none", "house": "none", "car": "none",
            },
            "photos": {"avatar": null, "album": [], "video": null},
            "interests": [],
            "stats": {"view_count": 0, "like_count": 0, "match_count": 0},
            "membership": {"level": 0, "level_name": "普通会员", "expire_at": null, "invite_code": null},
        })
    );
}

async fn what_was_told_is_read_as_documented(database: Database) {
    let server = start(&database).await;
    let ann = Person::join(&server, 1).await;
    let updated = ann.tells(&told()).await;
    let fields = [
        "nickname",
        "gender",
        "birth_date",
        "height_cm",
        "weight_kg",
        "blood_type",
        "hometown",
        "current_location",
        "education",
        "occupation",
        "economy",
        "marital",
        "introduction",
        "interests",
    ];
    assert_eq!(updated, json!({"completion_rate": 85, "updated_fields": fields}));

    let profile = ann.get("/v1/profile").await;
    let expected = told();
    for section in ["location", "education", "occupation", "economy", "marital"] {
        assert_eq!(profile[section], expected[section]);
    }
    assert_eq!(
        profile["basic"],
        json!({
            "user_id": ann.id, "nickname": "秋秋", "real_name": null, "gender": "female", "age": 31,
            "birth_date": "1995-01-01", "height_cm": 165, "weight_kg": 52.5, "blood_type": "A",
            "zodiac": "摩羯座", "chinese_zodiac": "猪",
        })
    );
    assert_eq!(
        profile["interests"],
        json!([
            {"id": 1, "name": "旅行", "category": "生活"},
            {"id": 2, "name": "摄影", "category": "艺术"},
            {"id": 3, "name": "瑜伽", "category": "运动"},
        ])
    );
    let request = server.http.get(server.url("/v1/profile")).bearer_auth(&ann.token);
    let english = data(&Answer::of(request.header("accept-language", "en-GB,en;q=0.9")).await);
    assert_eq!(english["education"]["level"], "Bachelor's degree");
    assert_eq!(english["basic"]["zodiac"], "Capricorn");
    assert_eq!(english["interests"][0], json!({"id": 1, "name": "Travel", "category": "Life"}));
}

async fn the_documented_change_is_answered_as_documented(database: Database) {
    let server = start(&database).await;
    let ann = Person::join(&server, 1).await;
    let body = json!({
        "nickname": "秋秋", "birth_date": "1995-01-01", "height_cm": 165,
        "hometown": {"province": "上海", "city": "上海", "district": "黄浦区"},
        "current_location": {"province": "上海", "city": "上海", "district": "浦东新区"},
    });
    let (message, first) = said(&ann.put("/v1/profile/basic", &body).await);
    assert_eq!(message, "资料更新成功");
    let fields = json!(["nickname", "birth_date", "height_cm", "hometown", "current_location"]);
    assert_eq!(first, json!({"completion_rate": 30, "updated_fields": fields}));
    assert_eq!(ann.tells(&body).await, json!({"completion_rate": 30, "updated_fields": []}));
    let cleared = ann.tells(&json!({"height_cm": null, "hometown": null, "unknown": {"field": 1}})).await;
    assert_eq!(cleared, json!({"completion_rate": 21, "updated_fields": ["height_cm", "hometown"]}));
}

async fn what_was_read_can_be_written_back(database: Database) {
    let server = start(&database).await;
    let ann = Person::join(&server, 1).await;
    for body in [json!({}), told()] {
        ann.tells(&body).await;
        let read = ann.get("/v1/profile").await;
        let written = ann.tells(&read).await;
        assert_eq!(written["updated_fields"], json!([]));
        assert_eq!(ann.get("/v1/profile").await, read);
    }
    // A code that is changed counts, whatever its label still says.
    let mut read = ann.get("/v1/profile").await;
    read["education"]["level_code"] = json!("MASTER");
    read["basic"]["user_id"] = json!(1);
    read["basic"]["real_name"] = json!("somebody");
    assert_eq!(ann.tells(&read).await["updated_fields"], json!(["education"]));
    assert_eq!(ann.get("/v1/profile").await["education"]["level"], "硕士");
    ann.tells(&json!({"education": {"level": "博士"}})).await;
    assert_eq!(ann.get("/v1/profile").await["education"]["level_code"], "PHD");
}

async fn every_wrong_field_is_told_and_nothing_changes(database: Database) {
    let server = start(&database).await;
    let ann = Person::join(&server, 1).await;
    ann.tells(&json!({"gender": "female", "nickname": "秋秋"})).await;
    let before = ann.get("/v1/profile").await;
    for (body, fields) in [
        (json!({"nickname": ""}), vec!["nickname"]),
        (json!({"nickname": " \u{200b}"}), vec!["nickname"]),
        (json!({"nickname": "长".repeat(21)}), vec!["nickname"]),
        (json!({"gender": "male"}), vec!["gender"]),
        (json!({"gender": "x", "nickname": "ok"}), vec!["gender"]),
        (json!({"birth_date": "2010-01-01"}), vec!["birth_date"]),
        (json!({"birth_date": "1995-02-30"}), vec!["birth_date"]),
        (
            json!({"birth_date": "1995-1-1", "height_cm": 99, "weight_kg": 300.1}),
            vec!["birth_date", "height_cm", "weight_kg"],
        ),
        (json!({"height_cm": "165", "blood_type": "C"}), vec!["height_cm", "blood_type"]),
        (json!({"current_location": {"longitude": 181, "latitude": 0}}), vec!["current_location.longitude"]),
        (json!({"hometown": "上海"}), vec!["hometown"]),
        (
            json!({"education": {"level_code": "X", "school": 1, "graduation_year": 1}}),
            vec!["education.level_code", "education.school", "education.graduation_year"],
        ),
        (json!({"introduction": {"self": "a".repeat(1_001)}}), vec!["introduction.self"]),
        (json!({"interests": ["a", 1, {"id": 1}]}), vec!["interests[1]", "interests[2].name"]),
        (json!({"interests": vec!["a"; 21]}), vec!["interests"]),
        (json!({"nickname": "a\u{0}"}), vec!["nickname"]),
    ] {
        assert_eq!(refused(&ann.put("/v1/profile/basic", &body).await, 40001), fields, "{body}");
    }
    let half = ann.put("/v1/profile/basic", &json!({"current_location": {"longitude": 121.5}})).await;
    assert_eq!(refused(&half, 40002), ["current_location.latitude"]);
    refused(&ann.put("/v1/profile/basic", &json!([])).await, 40001);
    assert_eq!(ann.get("/v1/profile").await, before);
    let anonymous = Answer::of(server.http.get(server.url("/v1/profile"))).await;
    refused(&anonymous, 40101);
}

async fn others_see_less(database: Database) {
    let server = start(&database).await;
    let (ann, ben) = (Person::join(&server, 1).await, Person::join(&server, 2).await);
    ann.tells(&told()).await;
    ann.tells(&json!({"current_location": {"longitude": 121.5, "latitude": 31.2}})).await;
    let seen = ben.get(&format!("/v1/users/{}", ann.id)).await;
    assert_eq!(
        seen["basic"],
        json!({
            "user_id": ann.id, "nickname": "秋秋", "gender": "female", "age": 31, "height_cm": 165,
            "weight_kg": 52.5, "blood_type": "A", "zodiac": "摩羯座", "chinese_zodiac": "猪",
        })
    );
    let current = json!({"province": "上海", "city": "上海", "district": "浦东新区"});
    assert_eq!(seen["location"]["current"], current);
    for hidden in ["birth_date", "address", "世纪大道", "longitude", "phone", "13800138001"] {
        assert!(!seen.to_string().contains(hidden), "{hidden}: {seen}");
    }
    ann.get(&format!("/v1/users/{}", ann.id)).await;
    ben.get(&format!("/v1/users/{}", ann.id)).await;
    assert_eq!(ann.get("/v1/profile").await["stats"]["view_count"], 2);
}

async fn whom_one_does_not_see_is_unknown(database: Database) {
    let server = start(&database).await;
    let (ann, ben) = (Person::join(&server, 1).await, Person::join(&server, 2).await);
    ann.blocks(&server, &ben).await;
    // Somebody who chats in rooms, and has told the platform nothing.
    let new = Registration {
        username: "chatty".to_owned(),
        email: None,
        password: PASSWORD.to_owned(),
        contact_phone: None,
    };
    let chatting =
        server.inside(|services| async move { services.accounts.register(new).await.unwrap() }).await;
    for (asking, target) in [
        (&ann, chatting.account.to_string()),
        (&ann, ben.id.to_string()),
        (&ben, ann.id.to_string()),
        (&ben, "999999".to_owned()),
        (&ben, "0".to_owned()),
    ] {
        let answer = asking.ask(Verb::GET, &format!("/v1/users/{target}"), None).await;
        refused(&answer, 40401);
    }
    refused(&ben.ask(Verb::GET, "/v1/users/x", None).await, 40401);
    assert_eq!(ann.get("/v1/profile").await["stats"]["view_count"], 0);
}
