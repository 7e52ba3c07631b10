//! Sequences of messages against a simple model of what must come of them.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::{Person, pair};
use crate::support::{Backend, Server, run};

/// How many sequences are tried.
const CASES: u32 = 12;

/// What one of the two does.
#[derive(Debug, Clone)]
enum Act {
    /// Sends a text, under one of a few names or under none.
    Send { by: usize, name: Option<u8> },
    /// Takes a message back, by its place among all.
    Recall { by: usize, place: usize },
    /// Reads up to a message.
    Read { by: usize, place: usize },
    /// Reads the list.
    List { by: usize },
    /// Lets time pass, in seconds.
    Wait(i64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0..2_usize, proptest::option::of(0..4_u8)).prop_map(|(by, name)| Act::Send { by, name }),
        2 => (0..2_usize, 0..30_usize).prop_map(|(by, place)| Act::Recall { by, place }),
        2 => (0..2_usize, 0..30_usize).prop_map(|(by, place)| Act::Read { by, place }),
        2 => (0..2_usize).prop_map(|by| Act::List { by }),
        1 => (0..100_i64).prop_map(Act::Wait),
    ]
}

/// A message as it must be.
#[derive(Debug, Clone)]
struct Said {
    id: Value,
    by: usize,
    name: Option<u8>,
    content: String,
    at: i64,
    recalled: bool,
}

/// What must be there.
#[derive(Debug, Default)]
struct Model {
    now: i64,
    said: Vec<Said>,
    /// How many of all messages each has read, and was delivered.
    read: [usize; 2],
    delivered: [usize; 2],
}

impl Model {
    fn status(&self, place: usize) -> &'static str {
        let said = &self.said[place];
        let other = 1 - said.by;
        if said.recalled {
            "recalled"
        } else if self.read[other] > place {
            "read"
        } else if self.delivered[other] > place {
            "delivered"
        } else {
            "sent"
        }
    }

    fn unread(&self, by: usize) -> usize {
        self.said.iter().skip(self.read[by]).filter(|said| said.by != by).count()
    }

    /// Notes that somebody was told of everything of the other one's.
    fn list(&mut self, by: usize) {
        let last = self.said.iter().rposition(|said| said.by != by).map_or(0, |place| place + 1);
        self.delivered[by] = self.delivered[by].max(last);
    }
}

async fn play(server: &Server, people: &[Person; 2], talk: i64, acts: &[Act]) {
    let mut model = Model::default();
    for (turn, act) in acts.iter().enumerate() {
        match act.clone() {
            Act::Wait(seconds) => {
                server.clock.advance(seconds * 1_000);
                model.now += seconds * 1_000;
            }
            Act::Send { by, name } => {
                let content = format!("turn {turn}");
                let mut body = json!({"type": "text", "content": content});
                if let Some(name) = name {
                    body["client_message_id"] = json!(format!("name {name}"));
                }
                let told = super::data(&people[by].send(talk, &body).await);
                let former =
                    model.said.iter().position(|said| said.by == by && name.is_some() && said.name == name);
                let place = former.unwrap_or(model.said.len());
                if former.is_none() {
                    let id = told["message_id"].clone();
                    model.said.push(Said { id, by, name, content, at: model.now, recalled: false });
                }
                let said = &model.said[place];
                assert_eq!((&told["message_id"], &told["content"]), (&said.id, &json!(said.content)));
                assert_eq!(told["status"], model.status(place));
            }
            Act::Recall { by, place } => {
                let Some(said) = model.said.get_mut(place) else { continue };
                let answer = people[by].recall(&json!({"message_id": said.id})).await;
                let may = said.by == by && (said.recalled || model.now - said.at <= 120_000);
                assert_eq!(answer.json()["code"], if may { 200 } else { 40301 });
                if may {
                    (said.recalled, said.content) = (true, String::new());
                }
            }
            Act::Read { by, place } => {
                let Some(said) = model.said.get(place) else { continue };
                super::data(&people[by].read(talk, &json!({"message_id": said.id})).await);
                model.read[by] = model.read[by].max(place + 1);
                model.delivered[by] = model.delivered[by].max(model.read[by]);
            }
            Act::List { by } => {
                let listed = people[by].messages(talk, "?page_size=100").await;
                model.list(by);
                let items = listed["items"].as_array().unwrap();
                assert_eq!(items.len(), model.said.len());
                for (place, (item, said)) in items.iter().zip(&model.said).enumerate() {
                    assert_eq!((&item["message_id"], &item["content"]), (&said.id, &json!(said.content)));
                    assert_eq!(item["seq"], place + 1);
                    assert_eq!(item["is_me"], said.by == by);
                    assert_eq!(item["status"], model.status(place), "{place} of {:?}", model.said);
                }
                let unread = people[by].get("/conversations").await;
                assert_eq!(unread["total_unread"], model.unread(by));
            }
        }
    }
}

fn sequences_come_out_as_the_model_says(backend: Backend) {
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&vec(act(), 1..40), |acts| {
            run(backend, async |database| {
                let server = Server::start(&database).await;
                let (lin, wu, talk) = pair(&server).await;
                play(&server, &[lin, wu], talk, &acts).await;
            });
            Ok(())
        })
        .unwrap();
}

#[test]
fn memory() {
    sequences_come_out_as_the_model_says(Backend::Memory);
}

#[test]
fn sqlite() {
    sequences_come_out_as_the_model_says(Backend::Sqlite);
}

#[test]
fn postgres() {
    sequences_come_out_as_the_model_says(Backend::Postgres);
}
