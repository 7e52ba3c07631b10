//! The door, what people thought of it, and what goes back afterwards.

use reqwest::Method as Verb;
use serde_json::{Value, json};

use super::{HOUR, UNTIL_START, event_of, mine, pays, people, registers, runs_jobs, server};
use crate::matching::people::{Person, data, refused, refused_fields};
use crate::support::{Answer, Database, on_every_store};

on_every_store!(who_comes_is_let_in, who_came_is_heard_and_paid_back, a_code_has_a_picture);

async fn comes(who: &Person, registration: i64, body: &Value) -> Answer {
    who.ask(Verb::POST, &format!("/events/registrations/{registration}/check-in"), Some(body)).await
}

async fn code(who: &Person) -> String {
    mine(who).await["check_in"]["check_in_code"].as_str().unwrap().to_owned()
}

async fn who_comes_is_let_in(database: Database) {
    let server = server(&database).await;
    let (id, mut people) = (event_of(&server, 5).await, people(&server, 2).await);
    let seat = pays(&server, &people[0], id).await;
    let held = registers(&people[1], id).await["registration_id"].as_i64().unwrap();
    let code = code(&people[0]).await;
    let here = json!({"check_in_code": code, "location": {"longitude": 121.447, "latitude": 31.231}});
    // Payment comes first, then the code, then the time, then the place.
    refused(&comes(&people[1], held, &json!({"check_in_code": "x"})).await, 40301);
    refused_fields(&comes(&people[0], seat, &json!({"check_in_code": "x"})).await, 40001, &["check_in_code"]);
    refused(&comes(&people[0], seat, &here).await, 40301);
    server.clock.advance(UNTIL_START - 2 * HOUR - 1);
    people[0].comes_again(&server).await;
    refused(&comes(&people[0], seat, &here).await, 40301);
    server.clock.advance(1);
    let far = json!({"check_in_code": code, "location": {"longitude": 121.5, "latitude": 31.231}});
    refused(&comes(&people[0], seat, &far).await, 40301);
    let answer = comes(&people[0], seat, &here).await;
    assert_eq!(answer.json()["message"], "签到成功");
    let expected = json!({
        "checked_in_at": "2026-02-14T04:00:00.000Z",
        "welcome_message": "欢迎参加上海·高端单身精英相亲会，祝您找到心仪的对象！",
    });
    assert_eq!(answer.json()["data"], expected);
    server.clock.advance(HOUR);
    let again = comes(&people[0], seat, &json!({"check_in_code": code.to_lowercase()})).await;
    assert_eq!(again.json()["data"], expected);
    let mine = mine(&people[0]).await;
    assert_eq!((&mine["status"], &mine["check_in"]["is_checked_in"]), (&json!("checked_in"), &json!(true)));
    for (body, fields) in [
        (
            json!({"check_in_code": 1, "location": {"longitude": 181, "latitude": "x"}}),
            &["check_in_code", "location.longitude", "location.latitude"][..],
        ),
        (json!({"check_in_code": code, "location": []}), &["location"][..]),
    ] {
        refused_fields(&comes(&people[0], seat, &body).await, 40001, fields);
    }
    refused_fields(&comes(&people[0], seat, &json!({})).await, 40002, &["check_in_code"]);
}

async fn who_came_is_heard_and_paid_back(database: Database) {
    let server = server(&database).await;
    let (id, mut people) = (event_of(&server, 5).await, people(&server, 2).await);
    let mut seats = Vec::new();
    for one in &people {
        seats.push(pays(&server, one, id).await);
    }
    let code = code(&people[0]).await;
    server.clock.advance(UNTIL_START);
    for one in &mut people {
        one.comes_again(&server).await;
    }
    let rate = async |who: &Person, seat: i64, body: &Value| {
        who.ask(Verb::POST, &format!("/events/registrations/{seat}/rate"), Some(body)).await
    };
    let five = json!({"rating": 5, "comment": "活动组织得很好", "tags": ["组织有序", "氛围好"]});
    refused(&rate(&people[0], seats[0], &five).await, 40301);
    assert_eq!(comes(&people[0], seats[0], &json!({"check_in_code": code})).await.status, 200);
    assert_eq!(mine(&people[0]).await["can_rate"], true);
    for (body, fields) in [
        (json!({"rating": 0}), &["rating"][..]),
        (
            json!({"rating": 6, "comment": "长".repeat(1_001), "tags": ["", 1]}),
            &["rating", "comment", "tags[0]", "tags[1]"][..],
        ),
        (json!({"rating": 4.5}), &["rating"][..]),
    ] {
        let answer = rate(&people[0], seats[0], &body).await;
        assert_eq!(
            answer.json()["data"]["errors"].as_array().unwrap().len(),
            fields.len(),
            "{}",
            answer.text
        );
        refused(&answer, 40001);
    }
    data(&rate(&people[0], seats[0], &five).await);
    refused(&rate(&people[0], seats[0], &five).await, 40901);

    // Seven days after the end the deposits of those who came go back, and no others'.
    server.clock.advance(3 * HOUR + 7 * 24 * HOUR - 1);
    for one in &mut people {
        one.comes_again(&server).await;
    }
    runs_jobs(&server).await;
    assert_eq!(mine(&people[0]).await["deposit"]["refund_status"], json!(null));
    server.clock.advance(1);
    runs_jobs(&server).await;
    let came = mine(&people[0]).await;
    assert_eq!(
        (&came["status"], &came["deposit"]["refund_status"]),
        (&json!("completed"), &json!("refunded"))
    );
    assert_eq!(came["can_rate"], false);
    let stayed = mine(&people[1]).await;
    assert_eq!((&stayed["status"], &stayed["deposit"]["refund_status"]), (&json!("paid"), &json!(null)));
    let stats = people[0].get("/events/my-registrations").await["stats"].clone();
    assert_eq!(stats, json!({"total": 1, "upcoming": 0, "completed": 1}));
}

async fn a_code_has_a_picture(database: Database) {
    let server = server(&database).await;
    let (id, people) = (event_of(&server, 5).await, people(&server, 2).await);
    pays(&server, &people[0], id).await;
    pays(&server, &people[1], id).await;
    let link = mine(&people[0]).await["check_in"]["qr_code"].as_str().unwrap().to_owned();
    let path = link.strip_prefix("http://127.0.0.1:8000").unwrap();
    let answer = server.http.get(server.url(path)).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"image/png".parse().unwrap())
    );
    assert!(answer.bytes().await.unwrap().starts_with(b"\x89PNG\r\n"));
    let other = mine(&people[1]).await["registration_id"].to_string();
    let own = mine(&people[0]).await["registration_id"].to_string();
    let moved = path.replace(&format!("/{own}/"), &format!("/{other}/"));
    for bad in [moved, format!("{path}x"), path.split('?').next().unwrap().to_owned()] {
        refused(&server.get(&bad).await, 40301);
    }
    server.clock.advance(26 * HOUR);
    refused(&server.get(path).await, 40301);
}
