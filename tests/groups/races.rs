//! The same thing asked for many times at once.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{BAD, PASSWORD, Person, log_in, texts};
use crate::support::{Client, Database, Server, on_every_store};

const ROUNDS: usize = 5;

async fn one_of_many_registrations_of_one_name_wins(database: Database) {
    let server = Server::start(&database).await;
    for round in 0..ROUNDS {
        let bodies: Vec<Value> = (0..6)
            .map(|number| {
                // Half of them share the address as well.
                let address =
                    if number % 2 == 0 { format!("r{round}@x") } else { format!("r{round}n{number}@x") };
                json!({"username": format!("name{round}"), "email": address, "password": PASSWORD})
            })
            .collect();
        let answers = join_all(bodies.iter().map(|body| server.post("/api/v1/register", body))).await;
        let made: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(made.len(), 1);
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            assert_eq!((answer.status, &answer.json()["message"]), (400, &json!(BAD)), "{}", answer.text);
        }
        let winner = made[0].data();
        let logged_in = log_in(&server, &format!("name{round}"), PASSWORD).await.data();
        assert_eq!(logged_in["user"]["user_id"], winner["user_id"]);
        // The losers have left their addresses free.
        let again = json!({"username": format!("again{round}"), "email": format!("r{round}n1@x"), "password": PASSWORD});
        let again = server.post("/api/v1/register", &again).await;
        assert_eq!(again.status == 200, winner["email"] != json!(format!("r{round}n1@x")));
    }
}

async fn one_of_many_renamings_to_one_name_wins(database: Database) {
    let server = Server::start(&database).await;
    let mut people = Vec::new();
    for number in 0..4 {
        people.push(Person::join(&server, &format!("p{number}")).await);
    }
    for round in 0..ROUNDS {
        let body = json!({"username": format!("wanted{round}"), "phone": round.to_string()});
        let answers = join_all(people.iter().map(|person| person.put("/user/profile", &body))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        for (person, answer) in people.iter().zip(&answers) {
            let profile = person.get("/user/profile").await.data();
            let won = answer.status == 200;
            assert_eq!(profile["username"] == body["username"], won);
            assert_eq!(profile["phone"] == body["phone"], won, "nothing is half done");
        }
    }
}

async fn a_message_sent_by_two_connections_at_once_is_one(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let mut hearing = wu.socket().await;
    let mut one = lin.socket().await;
    let mut other = lin.socket().await;
    for round in 0..ROUNDS {
        let data = json!({"type": "text", "content": round.to_string(), "receiver_id": wu.id, "client_message_id": round.to_string()});
        let frame = json!({"type": "message", "data": data});
        one.send(&frame).await;
        other.send(&frame).await;
        let over_http = join_all((0..3).map(|_| lin.send(&data))).await;
        let ack = json!({"type": "message_ack", "data": over_http[0].data()});
        for answer in &over_http {
            assert_eq!(answer.data(), ack["data"]);
        }
        // Both are answered; of the sender's sockets only one that did not make it hears of the message.
        let mut told = 0;
        for client in [&mut one, &mut other] {
            told += heard_until_ack(client, &ack).await;
        }
        for client in [&mut one, &mut other] {
            told += heard_until_pong(client, &ack).await;
        }
        assert!((1..=2).contains(&told), "{told}");
        let mut heard = hearing.json().await;
        assert_eq!(heard["data"].get("client_message_id"), None);
        heard["data"]["client_message_id"] = json!(round.to_string());
        assert_eq!(heard, json!({"type": "message", "data": ack["data"]}));
        hearing.nothing_more().await;
    }
    assert_eq!(wu.with(&lin, "").await["total"], ROUNDS);
}

/// Reads until the acknowledgement; how often the message was told before.
async fn heard_until_ack(client: &mut Client, ack: &Value) -> usize {
    let mut told = 0;
    loop {
        let frame = client.json().await;
        if frame == *ack {
            return told;
        }
        assert_eq!(frame, json!({"type": "message", "data": ack["data"]}));
        told += 1;
    }
}

/// The same until nothing is left.
async fn heard_until_pong(client: &mut Client, ack: &Value) -> usize {
    let mut told = 0;
    for _ in 0..8 {
        client.send(json!({"type": "ping"})).await;
    }
    let mut pongs = 0;
    while pongs < 8 {
        let frame = client.json().await;
        if frame == json!({"type": "pong"}) {
            pongs += 1;
        } else {
            assert_eq!(frame, json!({"type": "message", "data": ack["data"]}));
            told += 1;
        }
    }
    told
}

async fn the_first_words_of_two_people_at_once_are_in_one_conversation(database: Database) {
    let server = Server::start(&database).await;
    for round in 0..ROUNDS {
        let lin = Person::join(&server, &format!("lin{round}")).await;
        let wu = Person::join(&server, &format!("wu{round}")).await;
        join_all((0..6).map(|number| if number % 2 == 0 { lin.say(&wu, "x") } else { wu.say(&lin, "x") }))
            .await;
        for (person, other) in [(&lin, &wu), (&wu, &lin)] {
            assert_eq!(person.with(other, "").await["total"], 6);
            let listed = person.get("/chat/conversations").await.data();
            assert_eq!(listed["conversations"].as_array().unwrap().len(), 1);
        }
    }
}

async fn messages_sent_at_once_are_all_there_once(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let group = lin.group_with("g", &[&wu]).await;
    let mut hearing = wu.socket().await;
    let contents: Vec<String> = (0..40).map(|number| number.to_string()).collect();
    let sent = join_all(contents.iter().map(|content| lin.say_in(&group, content))).await;
    let mut told = Vec::new();
    for _ in &contents {
        told.push(hearing.json().await["data"].clone());
    }
    hearing.nothing_more().await;
    let listed = wu.within(&group, "&limit=100").await;
    assert_eq!(listed["total"], 40);
    let mut stored = texts(&listed["messages"], "message_id");
    stored.reverse();
    let told: Vec<_> =
        told.iter().map(|message| message["message_id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(told, stored, "everyone is told in the order of the list");
    let mut answered: Vec<_> =
        sent.iter().map(|message| message["message_id"].as_str().unwrap().to_owned()).collect();
    answered.sort_by_key(|id| id.parse::<i64>().unwrap());
    assert_eq!(answered, stored);
}

async fn one_place_in_a_group_is_taken_once(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let third = Person::join(&server, "third").await;
    let group = lin.group_with("g", &[&wu]).await;
    let mut hearing = wu.socket().await;
    for _ in 0..ROUNDS {
        let added =
            join_all((0..6).map(|number| {
                if number % 2 == 0 { lin.add(&group, &third) } else { wu.add(&group, &third) }
            }))
            .await;
        assert_eq!(added.iter().filter(|answer| answer.status == 200).count(), 1);
        hearing.expect(super::member_frame(&group, &third, "added")).await;
        let gone = join_all((0..4).map(|number| {
            if number % 2 == 0 { lin.remove(&group, &third) } else { third.remove(&group, &third) }
        }))
        .await;
        assert_eq!(gone.iter().filter(|answer| answer.status == 200).count(), 1);
        hearing.expect(super::member_frame(&group, &third, "removed")).await;
        hearing.nothing_more().await;
    }
    // Both last ones leave at once: there is never a group that nobody owns.
    let left = tokio::join!(lin.remove(&group, &lin), wu.remove(&group, &wu));
    assert_eq!((left.0.status, left.1.status), (200, 200));
    assert_eq!(lin.get(&format!("/group/{group}")).await.status, 404);
}

on_every_store!(
    one_of_many_registrations_of_one_name_wins,
    one_of_many_renamings_to_one_name_wins,
    a_message_sent_by_two_connections_at_once_is_one,
    the_first_words_of_two_people_at_once_are_in_one_conversation,
    messages_sent_at_once_are_all_there_once,
    one_place_in_a_group_is_taken_once,
);
