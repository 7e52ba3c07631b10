//! The suite on PostgreSQL.

use std::path::Path;

use matchmaking_core::{
    error::StoreError,
    store::{AppendOutcome, NewMessage, Stores, open},
};
use sqlx::{Connection, PgConnection, Row};

use super::{bounds, durable};
use crate::support::postgres::{Database, server};

async fn fresh() -> Option<(Database, Stores)> {
    let database = Database::make().await?;
    let stores = open(&database.url()).await.unwrap();
    Some((database, stores))
}

matchmaking_core::store_conformance!(super::fresh);

#[tokio::test]
async fn what_was_kept_is_there_after_reopening() {
    let Some(database) = Database::make().await else { return };
    durable::reopening_shows_everything(&database.url()).await;
}

#[tokio::test]
async fn the_version_of_the_schema_is_minded() {
    let Some(database) = Database::make().await else { return };
    durable::versions_are_minded(&database.url(), async |statement| {
        let mut connection = PgConnection::connect_with(&database.options()).await.unwrap();
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_group_of_an_earlier_version_is_kept() {
    let Some(database) = Database::make().await else { return };
    let mut connection = PgConnection::connect_with(&database.options()).await.unwrap();
    durable::migrations_until("postgres", 1).await.run(&mut connection).await.unwrap();
    for statement in durable::EARLIER_GROUP {
        sqlx::query(*statement).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
    durable::an_earlier_group_is_kept(&database.url()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bounds_are_kept() {
    let Some((database, stores)) = fresh().await else { return };
    bounds::are_kept(&stores, async || {
        let mut connection = PgConnection::connect_with(&database.options()).await.unwrap();
        for statement in bounds::SEED {
            sqlx::query(*statement).execute(&mut connection).await.unwrap();
        }
        connection.close().await.unwrap();
    })
    .await;
    stores.upkeep.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_may_open_a_new_database_at_once() {
    let Some(database) = Database::make().await else { return };
    let opening = [(); 3].map(|()| {
        let url = database.url();
        tokio::spawn(async move { open(&url).await })
    });
    for opened in opening {
        let stores = opened.await.unwrap().unwrap();
        stores.upkeep.ping().await.unwrap();
        stores.upkeep.close().await;
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let url = "postgres://me:secret@127.0.0.1:1/none".parse().unwrap();
    let refused = open(&url).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable(Some(_))));
    assert!(!format!("{refused:?}").contains("secret"), "{refused:?}");
}

#[tokio::test]
async fn an_unknown_database_is_unavailable() {
    let Some(server) = server() else { return };
    let (address, _) = server.split_once('?').unwrap_or((server, ""));
    let Some((address, _)) = address.rsplit_once('/') else { return };
    let url = format!("{address}/matchmaking_no_such_database").parse().unwrap();
    let refused = open(&url).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable(Some(_))), "{refused:?}");
}

/// PostgreSQL cannot keep a NUL. Such texts are refused long before; should one come, it fails alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_the_database_refuses_fails_alone() {
    let Some((_database, stores)) = fresh().await else { return };
    let kept = durable::fill(&stores).await;
    let writing: Vec<_> = (0..40)
        .map(|n| {
            let messages = stores.messages.clone();
            let new = NewMessage {
                conversation: kept.group,
                sender: kept.ann,
                kind: matchmaking_core::model::MessageKind::Text,
                content: if n % 10 == 7 { "secret\0".to_owned() } else { n.to_string() },
                client_message_id: None,
                at: matchmaking_core::clock::Millis(7),
                day: 0,
                details: matchmaking_core::model::MessageDetails::default(),
            };
            tokio::spawn(async move {
                messages.append_message(new, matchmaking_core::store::OnStored::nothing()).await
            })
        })
        .collect();
    for (n, written) in writing.into_iter().enumerate() {
        match written.await.unwrap() {
            Ok(AppendOutcome::Stored(message)) => assert_eq!(message.content, n.to_string()),
            Err(StoreError::Driver(cause)) => {
                assert_eq!(n % 10, 7);
                assert!(!format!("{cause:?}").contains("secret"), "{cause:?}");
            }
            other => panic!("{n}: {other:?}"),
        }
    }
    let all = stores.messages.messages_after(kept.group, 0, 100).await.unwrap();
    assert!(all.iter().map(|message| message.seq).eq(1..=39));
    stores.upkeep.close().await;
}

#[tokio::test]
async fn a_backup_names_its_tool() {
    let Some((_database, stores)) = fresh().await else { return };
    let refused = stores.upkeep.backup(Path::new("/nonexistent/x")).await.unwrap_err();
    assert!(refused.to_string().contains("pg_dump"), "{refused}");
}

/// Stops connections as an operator would: what is under way may fail, what comes after does not.
#[tokio::test]
async fn the_store_recovers_from_lost_connections() {
    let Some((database, stores)) = fresh().await else { return };
    let kept = durable::fill(&stores).await;
    let mut admin = PgConnection::connect(database.server).await.unwrap();
    let ended = sqlx::query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1")
        .bind(&database.name)
        .fetch_all(&mut admin)
        .await
        .unwrap();
    assert!(ended.iter().any(|row| row.get::<bool, _>(0)));
    let mut failures = 0;
    while let Err(failure) = stores.upkeep.ping().await {
        assert!(matches!(failure, StoreError::Unavailable(_)), "{failure:?}");
        failures += 1;
        assert!(failures <= 16, "every connection was lost, and none is made anew");
    }
    durable::check(&stores, &kept).await;
    stores.upkeep.close().await;
}
