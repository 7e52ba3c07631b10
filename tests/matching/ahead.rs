//! Lists that are drawn for everyone, before anybody asks.

use std::{num::NonZeroUsize, pin::pin, task::Poll};

use matchmaking_core::ids::AccountId;
use matchmaking_core::model::profile::Gender;
use matchmaking_core::service::Services;

use super::people::{DAY, Person};
use crate::support::rng::Rng;
use crate::support::{Database, Options, Server, on_every_store, until};

on_every_store!(
    everybody_has_one_list_however_often_it_is_interrupted,
    lists_are_drawn_when_the_day_begins,
    who_has_a_list_keeps_it,
);

/// How many of either gender there are.
const COUPLES: i64 = 14;
/// How many people are gone through at once.
const AT_ONCE: NonZeroUsize = NonZeroUsize::new(5).unwrap();

/// Couples, of whom the last two are not for lists: one has paused, one has told no birthday.
async fn couples(server: &Server) -> Vec<Person> {
    let mut people = Vec::new();
    for number in 0..2 * COUPLES {
        let gender = if number % 2 == 0 { Gender::Female } else { Gender::Male };
        people.push(Person::join(server, number, gender).await);
    }
    let [.., paused, unborn] = &people[..] else { panic!("many people") };
    paused.tells(server, |profile| profile.paused = true).await;
    unborn.tells(server, |profile| profile.birth_date = None).await;
    people
}

/// Who is in each of these people's lists of today; `None` for who has none.
async fn lists(services: &Services, people: &[AccountId]) -> Vec<Option<Vec<AccountId>>> {
    let day = services.daily.today();
    let mut lists = Vec::new();
    for id in people {
        let list = services.stores.daily.daily(*id, day.began).await.unwrap();
        assert!(list.as_ref().is_none_or(|list| list.draw == 0));
        lists.push(list.map(|list| list.entries.iter().map(|entry| entry.target).collect()));
    }
    lists
}

/// Goes on until everybody has been gone through.
async fn draw_all(services: &Services) -> usize {
    let mut drawn = 0;
    loop {
        let some = services.daily.draw_ahead(AT_ONCE, NonZeroUsize::MIN).await.unwrap();
        drawn += some.lists;
        if some.is_all {
            return drawn;
        }
    }
}

/// Everybody who may have a list has one, and everybody in lists is counted as often as they are in one.
async fn check(services: &Services, people: &[AccountId]) {
    let lists = lists(services, people).await;
    let (with, without) = lists.split_at(people.len() - 2);
    assert!(with.iter().flatten().count() == with.len() && without.iter().all(Option::is_none), "{lists:?}");
    let shown: Vec<AccountId> = lists.into_iter().flatten().flatten().collect();
    let today = services.daily.today().began;
    let counted = services.stores.daily.exposures(people, today).await.unwrap();
    for (id, times) in &counted {
        assert_eq!(*times, shown.iter().filter(|other| *other == id).count() as u64, "{id}");
    }
    assert_eq!(counted.iter().map(|(_, times)| times).sum::<u64>(), shown.len() as u64);
}

async fn everybody_has_one_list_however_often_it_is_interrupted(database: Database) {
    let seed = std::env::var("KILL_SEED").ok().map_or_else(Rng::any_seed, |seed| seed.parse().unwrap());
    println!("KILL_SEED={seed}");
    let mut rng = Rng::new(seed);
    let server = Server::start(&database).await;
    let people: Vec<AccountId> = couples(&server).await.iter().map(Person::account).collect();
    for _ in 0..3 {
        let (people, mut polls) = (people.clone(), Vec::new());
        polls.resize_with(6, || 1 + rng.below(40));
        server
            .inside(move |services| async move {
                for most in polls {
                    // Dropped wherever it is when it has been asked so often.
                    let (mut asked, mut drawing) = (0, pin!(draw_all(&services)));
                    std::future::poll_fn(|context| {
                        asked += 1;
                        if asked > most {
                            Poll::Ready(())
                        } else {
                            drawing.as_mut().poll(context).map(|_| ())
                        }
                    })
                    .await;
                }
                // Two at the same moment do it once.
                tokio::join!(draw_all(&services), draw_all(&services));
                check(&services, &people).await;
                assert_eq!(draw_all(&services).await, 0);
                check(&services, &people).await;
            })
            .await;
        server.clock.advance(DAY);
    }
}

async fn lists_are_drawn_when_the_day_begins(database: Database) {
    let server = Server::start_with(&database, Options::default().draws_ahead()).await;
    // Of the day of the start nobody was there yet.
    let people = couples(&server).await;
    let ids: Vec<AccountId> = people.iter().map(Person::account).collect();
    server.clock.advance(DAY);
    until("lists", async || {
        let asked = ids.clone();
        let lists = server
            .inside(move |services| async move {
                services.jobs.run_due().await.unwrap();
                lists(&services, &asked).await
            })
            .await;
        lists.iter().flatten().count() == ids.len() - 2
    })
    .await;
    let mut her = people[0].clone();
    her.comes_again(&server).await;
    let shown = her.get("/matching/daily").await;
    assert_eq!(shown["remaining_refreshes"], 3);
    let drawn = server.inside(move |services| async move { lists(&services, &ids[..1]).await }).await;
    let shown: Vec<i64> =
        shown["items"].as_array().unwrap().iter().map(|item| item["user_id"].as_i64().unwrap()).collect();
    let drawn: Vec<i64> = drawn.into_iter().flatten().flatten().map(AccountId::get).collect();
    assert_eq!(shown, drawn);
}

async fn who_has_a_list_keeps_it(database: Database) {
    let server = Server::start(&database).await;
    let people = couples(&server).await;
    let asked = people[3].get("/matching/daily").await;
    let ids: Vec<AccountId> = people.iter().map(Person::account).collect();
    server
        .inside(move |services| async move {
            assert_eq!(draw_all(&services).await, ids.len() - 3);
            check(&services, &ids).await;
        })
        .await;
    assert_eq!(people[3].get("/matching/daily").await["items"], asked["items"]);
}
