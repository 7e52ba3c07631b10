//! Events over the wire: the lists, seats and their payment, the waiting list, the door, the back office.

mod attending;
mod documented;
mod evening;
mod killed;
mod office;
mod payments;
mod races;
mod seats;
mod waiting;

use matchmaking_core::model::profile::Gender;
use reqwest::Method as Verb;
use serde_json::{Value, json};

use crate::matching::people::{Person, office as asks, with_back_office};
use crate::support::{Answer, Database, Server};

/// From the beginning of the tests (2026-02-05 18:30:00.123 in Shanghai) to 14:00 there on the 14th.
const UNTIL_START: i64 = (8 * 24 * 60 + 19 * 60 + 30) * 60_000 - 123;

/// An hour in milliseconds.
const HOUR: i64 = 60 * 60 * 1_000;

/// A server with a back office.
async fn server(database: &Database) -> Server {
    Server::start_with(database, with_back_office()).await
}

/// The event of the document, with changes.
fn documented(changes: &Value) -> Value {
    let mut event = json!({
        "event_code": "SH20260214",
        "name": "上海·高端单身精英相亲会",
        "type": "相亲会",
        "cover_image": "https://oss.example.com/event/1001.jpg",
        "images": ["https://oss.example.com/event/1.jpg"],
        "event_date": "2026-02-14",
        "start_time": "14:00",
        "end_time": "17:00",
        "location": {
            "province": "上海", "city": "上海", "district": "静安区", "venue": "恒隆广场",
            "address": "南京西路1266号", "longitude": 121.447, "latitude": 31.231,
        },
        "description": "诚邀上海市各行各业的优质单身精英...",
        "schedule": [{"time": "14:00", "activity": "签到入场"}, {"time": "14:30", "activity": "破冰游戏"}],
        "requirements": {
            "age_range": "25-40", "education": "本科及以上", "income": "年收入20万以上", "other": "真诚交友",
        },
        "participants": {"max": 50, "min": 20},
        "deposit": {"amount": 200, "is_refundable": true, "refund_policy": "活动结束后7天内无投诉则全额退还"},
        "organizer": {"name": "缘聚红娘团队", "phone": "400-000-0000", "avatar": null},
        "highlights": ["破冰游戏", "三分钟约会", "心动互选"],
    });
    for (name, value) in changes.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

/// Makes the event of the document with changes; its number.
async fn event(server: &Server, changes: Value) -> i64 {
    let made = asks(server, Verb::POST, "/events", Some(&documented(&changes))).await;
    made["event_id"].as_i64().unwrap()
}

/// An event with so many seats, each of them 200 yuan.
async fn event_of(server: &Server, seats: usize) -> i64 {
    event(server, json!({"participants": {"max": seats}})).await
}

/// Somebody who may come, by this number.
async fn person(server: &Server, number: i64) -> Person {
    let gender = if number % 2 == 0 { Gender::Female } else { Gender::Male };
    Person::join(server, number, gender).await
}

async fn people(server: &Server, many: i64) -> Vec<Person> {
    let mut people = Vec::new();
    for number in 0..many {
        people.push(person(server, number).await);
    }
    people
}

/// The answer to somebody's wish for a seat.
async fn tries(who: &Person, event: i64) -> Answer {
    let body = json!({"payment_channel": "wechat"});
    who.ask(Verb::POST, &format!("/events/{event}/register"), Some(&body)).await
}

/// Takes a seat.
async fn registers(who: &Person, event: i64) -> Value {
    who.post(&format!("/events/{event}/register"), &json!({"payment_channel": "wechat"})).await
}

/// Takes a seat and pays for it; the number of the registration.
async fn pays(server: &Server, who: &Person, event: i64) -> i64 {
    let seat = registers(who, event).await;
    let order = seat["payment"]["order_no"].as_str().unwrap();
    assert_eq!(confirms(server, order).await["status"], "paid");
    seat["registration_id"].as_i64().unwrap()
}

/// Plays the payer; what is answered.
async fn confirms(server: &Server, order: &str) -> Value {
    let answer = server.post(&format!("/sandbox/payments/{order}/confirm"), &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["data"].clone()
}

/// Somebody's only registration.
async fn mine(who: &Person) -> Value {
    let list = who.get("/events/my-registrations").await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
    list["items"][0].clone()
}

/// Does what is due.
async fn runs_jobs(server: &Server) {
    server
        .inside(|services| async move {
            services.jobs.run_due().await.unwrap();
        })
        .await;
}

/// How an event stands, and how many seats of it are taken.
async fn stands(server: &Server, event: i64) -> (String, i64) {
    let answer = server.get(&format!("/v1/events/{event}")).await.json();
    let status = answer["data"]["status"].as_str().unwrap().to_owned();
    (status, answer["data"]["participants"]["registered"].as_i64().unwrap())
}
