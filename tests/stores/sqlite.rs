//! The suite on SQLite, and what only a file can do.

use matchmaking_core::{
    error::StoreError,
    store::{BackupError, DatabaseUrl, Stores, open},
};
use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;

use super::{bounds, durable};

fn place() -> (TempDir, DatabaseUrl) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/data/缘 分.db", folder.path().display()).parse().unwrap();
    (folder, url)
}

async fn fresh() -> Option<(TempDir, Stores)> {
    let (folder, url) = place();
    Some((folder, open(&url).await.unwrap()))
}

matchmaking_core::store_conformance!(super::fresh);

#[tokio::test]
async fn what_was_kept_is_there_after_reopening() {
    let (_folder, url) = place();
    durable::reopening_shows_everything(&url).await;
}

/// A connection of the test's own to the database, which is made if it is not there.
async fn connect(folder: &TempDir) -> SqliteConnection {
    let file = folder.path().join("data/缘 分.db");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    SqliteConnectOptions::new().filename(file).create_if_missing(true).connect().await.unwrap()
}

#[tokio::test]
async fn the_version_of_the_schema_is_minded() {
    let (folder, url) = place();
    durable::versions_are_minded(&url, async |statement| {
        let mut connection = connect(&folder).await;
        sqlx::query(statement).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_group_of_an_earlier_version_is_kept() {
    let (folder, url) = place();
    let mut connection = connect(&folder).await;
    durable::migrations_until("sqlite", 1).await.run(&mut connection).await.unwrap();
    for statement in durable::EARLIER_GROUP {
        sqlx::query(*statement).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
    durable::an_earlier_group_is_kept(&url).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bounds_are_kept() {
    let (folder, stores) = fresh().await.unwrap();
    bounds::are_kept(&stores, async || {
        let mut connection = connect(&folder).await;
        for statement in bounds::SEED {
            sqlx::query(*statement).execute(&mut connection).await.unwrap();
        }
        connection.close().await.unwrap();
    })
    .await;
    stores.upkeep.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_may_open_a_new_file_at_once() {
    let (_folder, url) = place();
    let opening = [url.clone(), url.clone(), url].map(|url| tokio::spawn(async move { open(&url).await }));
    for opened in opening {
        opened.await.unwrap().unwrap().upkeep.ping().await.unwrap();
    }
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_reads_the_file() {
    use std::os::unix::fs::PermissionsExt;

    let (folder, stores) = fresh().await.unwrap();
    durable::fill(&stores).await;
    for file in std::fs::read_dir(folder.path().join("data")).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", file.path().display());
    }
}

#[tokio::test]
async fn a_place_that_cannot_be_is_unavailable() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "x").unwrap();
    let url = format!("sqlite://{}/file/x.db", folder.path().display()).parse().unwrap();
    assert!(matches!(open(&url).await, Err(StoreError::Unavailable(Some(_)))));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.db");
    let text = "no database, but long enough to have a header".repeat(9);
    std::fs::write(&file, &text).unwrap();
    let url = format!("sqlite://{}", file.display()).parse().unwrap();
    assert!(matches!(open(&url).await, Err(StoreError::Driver(_))));
    assert_eq!(std::fs::read_to_string(file).unwrap(), text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_a_whole_copy_and_overwrites_nothing() {
    let (folder, stores) = fresh().await.unwrap();
    let kept = durable::fill(&stores).await;
    let copy = folder.path().join("copy '1'.db");
    // Messages go on being stored while the copy is made.
    let writing = tokio::spawn({
        let stores = stores.clone();
        async move { durable::talk(&stores, kept.group, kept.ann, 50).await }
    });
    stores.upkeep.backup(&copy).await.unwrap();
    writing.await.unwrap();
    // It holds what the database holds, so nobody but its owner may read it either.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(matches!(stores.upkeep.backup(&copy).await, Err(BackupError::Exists)));
    let nowhere = folder.path().join("none/copy.db");
    assert!(matches!(stores.upkeep.backup(&nowhere).await, Err(BackupError::Store(_))));
    stores.upkeep.close().await;

    let url = format!("sqlite://{}", copy.display()).parse().unwrap();
    let copied = open(&url).await.unwrap();
    durable::check(&copied, &kept).await;
}
