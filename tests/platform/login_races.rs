//! What many clients at once may do to each other.

use super::{OTHER, PASSWORD, PHONE, Person, code, data, log_in, refresh, refused, register, text};
use crate::support::{Answer, Database, Server, on_every_store};

on_every_store!(
    one_code_at_once_makes_one_account,
    one_token_at_once_has_one_successor,
    logins_at_once_are_all_let_in,
    failures_at_once_learn_no_more_than_five,
);

/// What `n` of them are answered who ask at once.
async fn at_once(n: usize, ask: impl AsyncFn() -> Answer) -> Vec<Answer> {
    futures_util::future::join_all((0..n).map(|_| ask())).await
}

async fn one_code_at_once_makes_one_account(database: Database) {
    let server = Server::start(&database).await;
    let good = code(&server, PHONE, "register").await;
    let answers = at_once(10, async || register(&server, PHONE, &good).await).await;
    let made: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(made.len(), 1);
    for refusal in answers.iter().filter(|answer| answer.status != 200) {
        let code = refusal.json()["code"].as_u64().unwrap();
        assert!([40001, 40901].contains(&code), "{}", refusal.text);
    }
    data(&Person::entered(&server, made[0]).knocks().await);
}

async fn one_token_at_once_has_one_successor(database: Database) {
    let server = Server::start(&database).await;
    let person = Person::join(&server, PHONE).await;
    let answers = at_once(20, async || refresh(&server, &person.refresh).await).await;
    let mut tokens: Vec<String> = answers.iter().map(|answer| text(&data(answer)["refresh_token"])).collect();
    tokens.dedup();
    assert_eq!(tokens.len(), 1);
    data(&refresh(&server, &tokens[0]).await);
}

async fn logins_at_once_are_all_let_in(database: Database) {
    let server = Server::start(&database).await;
    Person::join(&server, PHONE).await;
    for answer in at_once(20, async || log_in(&server, PHONE, PASSWORD).await).await {
        data(&answer);
    }
}

async fn failures_at_once_learn_no_more_than_five(database: Database) {
    let server = Server::start(&database).await;
    Person::join(&server, OTHER).await;
    let answers = at_once(20, async || log_in(&server, OTHER, "wrong").await).await;
    let told = answers.iter().filter(|answer| answer.status == 401).count();
    assert_eq!(told, 5);
    for answer in answers.iter().filter(|answer| answer.status != 401) {
        refused(answer, 40302);
    }
}
