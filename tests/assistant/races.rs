//! Two at once.

use futures_util::future::join_all;
use serde_json::json;

use super::{detail, model::scripted, said};
use crate::support::{Database, Options, Server, on_durable_stores, on_every_store};

async fn one_of_many_at_once_is_answered(database: Database) {
    let (model, mut asked) = scripted();
    let server = Server::start_with(&database, Options::default().assistant(model)).await;
    let id = server.new_dialogue("lin").await;
    for round in 1..=5_usize {
        let body = json!({"conversation_id": id, "message": format!("round {round}")});
        let ask = || server.http.post(server.url("/api/v1/chat")).json(&body).send();
        let answers = join_all((0..6).map(|_| ask())).await;
        let (begun, refused): (Vec<_>, Vec<_>) =
            answers.into_iter().map(Result::unwrap).partition(|answer| answer.status() == 200);
        assert_eq!((begun.len(), refused.len()), (1, 5), "round {round}");
        for answer in refused {
            assert_eq!(answer.status(), 409);
            let text = answer.text().await.unwrap();
            assert_eq!(text, detail("A reply is already being generated").to_string());
        }
        asked.next().await.say(&["answer"]).await;
        for answer in begun {
            assert_eq!(answer.text().await.unwrap(), "data: answer\n\n");
        }
        assert_eq!(server.told(id).await.len(), 2 * round);
    }
}

async fn conversations_do_not_hold_each_other_up(database: Database) {
    let (model, mut asked) = scripted();
    let server = Server::start_with(&database, Options::default().assistant(model)).await;
    let user = server.assistant_user("lin").await;
    let mut streams = Vec::new();
    for number in 0..8 {
        let id = server.dialogue(user).await;
        streams.push((id, server.ask(id, &number.to_string()).await));
    }
    let mut exchanges = Vec::new();
    for _ in 0..8 {
        exchanges.push(asked.next().await);
    }
    for exchange in exchanges {
        let heard = exchange.heard()[0].1.to_owned();
        exchange.say(&["to ", &heard]).await;
    }
    for (number, (id, stream)) in streams.into_iter().enumerate() {
        assert_eq!(stream.rest().await, format!("data: to \n\ndata: {number}\n\n"));
        let (question, answer) = (number.to_string(), format!("to {number}"));
        assert_eq!(server.told(id).await, said([("user", &question), ("assistant", &answer)]));
    }
}

/// The rule holds for all processes on a database.
async fn two_servers_on_one_database_answer_one_at_a_time(database: Database) {
    let (model, mut asked) = scripted();
    let options = Options::default().assistant(model).system_clock();
    let one = Server::start_with(&database, options.clone()).await;
    let other = Server::start_with(&database, options).await;
    let id = one.new_dialogue("lin").await;
    let stream = one.ask(id, "one").await;
    let exchange = asked.next().await;
    // It looks whether whoever answers is alive, and hears that it is.
    other.refused(id, "two").await.is(409, &detail("A reply is already being generated"));
    exchange.say(&["fine"]).await;
    stream.rest().await;
    let stream = other.ask(id, "three").await;
    let exchange = asked.next().await;
    assert_eq!(exchange.heard(), [("user", "one"), ("assistant", "fine"), ("user", "three")]);
    exchange.say(&["fine, too"]).await;
    assert_eq!(stream.rest().await, "data: fine, too\n\n");
    assert_eq!(one.told(id).await, other.told(id).await);
}

on_every_store!(one_of_many_at_once_is_answered, conversations_do_not_hold_each_other_up);
on_durable_stores!(two_servers_on_one_database_answer_one_at_a_time);
