//! Lists and details as the document shows them.

use reqwest::Method as Verb;
use serde_json::json;

use super::{HOUR, UNTIL_START, event, event_of, people, person, registers, server, stands, tries};
use crate::matching::people::{data, numbers, refused, refused_fields};
use crate::support::{Answer, Database, on_every_store};

on_every_store!(
    the_documented_examples_are_answered,
    events_are_filtered_and_sorted,
    the_status_follows_the_clock,
    guests_see_no_people,
    what_is_asked_badly_is_refused,
);

async fn the_documented_examples_are_answered(database: Database) {
    let server = server(&database).await;
    let id = event(&server, json!({})).await;
    let her = person(&server, 0).await;
    let query = "/events?city=上海&status=open&date_from=2026-02-01&date_to=2026-03-01&page=1&page_size=10";
    let list = her.get(query).await;
    let item = json!({
        "event_id": id, "event_code": "SH20260214", "name": "上海·高端单身精英相亲会", "type": "相亲会",
        "cover_image": "https://oss.example.com/event/1001.jpg", "event_date": "2026-02-14",
        "start_time": "14:00", "end_time": "17:00",
        "location": {"city": "上海", "district": "静安区", "venue": "恒隆广场", "address": "南京西路1266号"},
        "participants": {"max": 50, "registered": 0, "remaining": 50},
        "requirements": {"age_range": "25-40", "education": "本科及以上"},
        "deposit": 200, "status": "registering", "is_registered": false,
        "highlights": ["破冰游戏", "三分钟约会", "心动互选"],
    });
    assert_eq!(list["items"], json!([item]));
    assert_eq!(list["pagination"]["total"], 1);

    let seat = registers(&her, id).await;
    let registration = seat["registration_id"].as_i64().unwrap();
    let expected = json!({
        "registration_id": registration, "registration_no": "REG20260205001", "status": "pending_payment",
        "deposit_amount": 200,
        "payment": {
            "order_no": "PAY20260205001",
            "payment_url": "http://127.0.0.1:8000/sandbox/payments/PAY20260205001",
            "expire_time": "2026-02-05T11:00:00.123Z",
        },
        "event_info": {
            "event_id": id, "name": "上海·高端单身精英相亲会", "event_date": "2026-02-14", "location": "恒隆广场",
        },
    });
    assert_eq!(seat, expected);

    let detail = her.get(&format!("/events/{id}")).await;
    assert_eq!(detail["location"]["longitude"], 121.447);
    assert_eq!(detail["schedule"][1], json!({"time": "14:30", "activity": "破冰游戏"}));
    assert_eq!(
        detail["participants"],
        json!({
            "max": 50, "min": 20, "registered": 1, "remaining": 49, "male_count": 0, "female_count": 1,
            "max_male": null, "max_female": null,
        })
    );
    assert_eq!(detail["deposit"]["amount"], 200);
    assert_eq!(detail["registration_deadline"], "2026-02-14T06:00:00.000Z");
    let standing = json!({
        "is_registered": true, "can_register": false, "reason": "您已报名该活动", "registration_id": registration,
    });
    assert_eq!(detail["user_registration"], standing);
    let people = json!({"total": 1, "preview": [{"user_id": her.id, "avatar": null, "gender": "female"}]});
    assert_eq!(detail["registered_users"], people);

    let list = her.get("/events/my-registrations?status=all&page=1&page_size=10").await;
    let mine = json!({
        "registration_id": registration, "registration_no": "REG20260205001",
        "event": {
            "event_id": id, "name": "上海·高端单身精英相亲会", "event_date": "2026-02-14", "start_time": "14:00",
            "location": "恒隆广场", "cover_image": "https://oss.example.com/event/1001.jpg",
        },
        "status": "pending_payment",
        "deposit": {"amount": 200, "paid_at": null, "refund_status": null, "refund_amount": null},
        "payment": expected["payment"],
        "check_in": {"is_checked_in": false, "check_in_code": null, "qr_code": null},
        "can_cancel": true, "can_rate": false, "registered_at": "2026-02-05T10:30:00.123Z",
    });
    assert_eq!(list["items"], json!([mine]));
    assert_eq!(list["stats"], json!({"total": 1, "upcoming": 1, "completed": 0}));
}

async fn events_are_filtered_and_sorted(database: Database) {
    let server = server(&database).await;
    let her = person(&server, 0).await;
    let place = |city: &str| json!({"city": city, "venue": "x"});
    let late = event(&server, json!({"event_code": "A", "event_date": "2026-03-01"})).await;
    let early = event(&server, json!({"event_code": "B", "location": place("北京")})).await;
    let draft = event(&server, json!({"event_code": "C", "status": "draft"})).await;
    let found = async |query: &str| numbers(&her.get(&format!("/events{query}")).await, "event_id");
    assert_eq!(found("").await, [early, late]);
    assert_eq!(found("?order=desc").await, [late, early]);
    assert_eq!(found("?sort=created_at").await, [late, early]);
    assert_eq!(found("?city=北京").await, [early]);
    assert_eq!(found("?city=北").await, Vec::<i64>::new());
    assert_eq!(found("?date_from=2026-02-15").await, [late]);
    assert_eq!(found("?date_from=2026-02-14&date_to=2026-02-14").await, [early]);
    assert_eq!(found("?status=all&page_size=1&page=2").await, [late]);
    assert_eq!(found("?status=full").await, Vec::<i64>::new());
    refused(&her.ask(Verb::GET, &format!("/events/{draft}"), None).await, 40401);
    refused(&tries(&her, draft).await, 40401);
}

async fn the_status_follows_the_clock(database: Database) {
    let server = server(&database).await;
    let people = people(&server, 2).await;
    let id = event(
        &server,
        json!({"participants": {"max": 1}, "registration_deadline": "2026-02-14T12:00:00+08:00"}),
    )
    .await;
    assert_eq!(stands(&server, id).await, ("registering".to_owned(), 0));
    registers(&people[0], id).await;
    assert_eq!(stands(&server, id).await, ("full".to_owned(), 1));
    refused(&tries(&people[1], id).await, 40901);
    server.clock.advance(HOUR / 2);
    assert_eq!(stands(&server, id).await, ("registering".to_owned(), 0));
    let mut people = people;
    server.clock.advance(UNTIL_START - HOUR / 2 - 2 * HOUR);
    people[1].comes_again(&server).await;
    assert_eq!(stands(&server, id).await.0, "closed");
    refused(&tries(&people[1], id).await, 40301);
    let detail = people[1].get(&format!("/events/{id}")).await;
    assert_eq!(detail["user_registration"]["reason"], "报名已截止");
    server.clock.advance(2 * HOUR);
    assert_eq!(stands(&server, id).await.0, "ongoing");
    server.clock.advance(3 * HOUR);
    assert_eq!(stands(&server, id).await.0, "ended");
}

async fn guests_see_no_people(database: Database) {
    let server = server(&database).await;
    let (id, her) = (event_of(&server, 2).await, person(&server, 0).await);
    registers(&her, id).await;
    let detail = data(&server.get(&format!("/v1/events/{id}")).await);
    assert_eq!(detail["registered_users"], json!({"total": 1, "preview": []}));
    let standing = json!({
        "is_registered": false, "can_register": false, "reason": "请先登录", "registration_id": null,
    });
    assert_eq!(detail["user_registration"], standing);
    assert_eq!(data(&server.get("/v1/events").await)["items"][0]["is_registered"], false);
    for path in ["/v1/events".to_owned(), format!("/v1/events/{id}")] {
        for (token, code) in [("Bearer x", 40103), ("Basic x", 40101)] {
            let request = server.http.get(server.url(&path)).header("authorization", token);
            refused(&Answer::of(request).await, code);
        }
    }
    for nowhere in ["0", "x", "424242"] {
        refused(&server.get(&format!("/v1/events/{nowhere}")).await, 40401);
    }
    refused(&server.post(&format!("/v1/events/{id}/register"), &json!({})).await, 40101);
}

async fn what_is_asked_badly_is_refused(database: Database) {
    let server = server(&database).await;
    let (id, her) = (event_of(&server, 2).await, person(&server, 0).await);
    let query = "/events?status=draft&date_from=2026-02-30&date_to=x&sort=name&order=up&page=0&page_size=101";
    let answer = her.ask(Verb::GET, query, None).await;
    let fields = ["status", "date_from", "date_to", "sort", "order", "page", "page_size"];
    refused_fields(&answer, 40001, &fields);
    let answer = her.ask(Verb::GET, "/events/my-registrations?status=open&sort=price", None).await;
    refused_fields(&answer, 40001, &["status", "sort"]);
    let path = format!("/events/{id}/register");
    refused_fields(
        &her.ask(Verb::POST, &path, Some(&json!({"payment_channel": "cash"}))).await,
        40001,
        &["payment_channel"],
    );
    refused_fields(&her.ask(Verb::POST, &path, Some(&json!({}))).await, 40002, &["payment_channel"]);
    refused(&her.ask(Verb::POST, &path, Some(&json!([]))).await, 40001);
    let young = event(&server, json!({"event_code": "Y", "requirements": {"age_range": "18-20"}})).await;
    refused(&tries(&her, young).await, 40301);
    let quota = event(&server, json!({"event_code": "Q", "participants": {"max": 5, "max_female": 0}})).await;
    refused(&tries(&her, quota).await, 40901);
    assert_eq!(her.get(&format!("/events/{quota}")).await["user_registration"]["reason"], "您的性别名额已满");
    her.tells(&server, |profile| profile.birth_date = None).await;
    refused(&tries(&her, id).await, 40301);
}
