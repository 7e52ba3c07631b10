//! The suite on the store in memory.

use matchmaking_core::store::{BackupError, Stores, open};

async fn fresh() -> Option<((), Stores)> {
    Some(((), open(&"memory:".parse().unwrap()).await.unwrap()))
}

matchmaking_core::store_conformance!(super::fresh);

#[tokio::test]
async fn bounds_are_kept() {
    let (_guard, stores) = fresh().await.unwrap();
    super::bounds::are_kept(&stores, async || super::bounds::fill(&stores).await).await;
}

#[tokio::test]
async fn nothing_is_left_to_back_up_or_migrate() {
    let (_guard, stores) = fresh().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("copy.db");
    assert!(matches!(stores.upkeep.backup(&file).await, Err(BackupError::UseTool(_))));
    assert!(!file.exists());
    let url = "memory:".parse().unwrap();
    assert_eq!(matchmaking_core::store::migrate(&url).await.unwrap(), [0_i64; 0]);
}
