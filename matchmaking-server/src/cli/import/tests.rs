//! Whole imports into a store in memory.

use std::{path::Path, sync::Arc};

use matchmaking_core::{
    clock::{Clock, Millis, SystemClock},
    model::IdentityKind,
    service::{Foundation, Services},
    store::{Stores, memory::MemoryStore},
};

use super::*;

fn services() -> (Services, Enrolment) {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let stores = Stores::from_one(Arc::new(MemoryStore::new()));
    let services = Services::new(Foundation { clock: Arc::clone(&clock), ..Foundation::over(stores) });
    let enrolment = Enrolment::new(services.stores.clone(), services.people.clone(), clock);
    (services, enrolment)
}

async fn import(enrolment: &Enrolment, file: &Path, dry_run: bool) -> (Report, String) {
    let args = Arguments { file: file.to_owned(), dry_run, format: None };
    let today = Millis(1_780_000_000_000).to_utc().date_naive();
    let mut out = Vec::new();
    let report = import_file(&args, enrolment, today, &mut out).await.unwrap();
    (report, String::from_utf8(out).unwrap())
}

fn report(created: u64, updated: u64, unchanged: u64, refused: u64) -> Report {
    Report { created, updated, unchanged, refused }
}

#[tokio::test]
async fn lines_go_in_once_and_bad_ones_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.csv");
    let text = "telegram_id,username,nickname,age,city\n\
                1,lin,林,30,上海\n\
                2,wu,吴,17,上海\n\
                3,lin,又林,30,上海\n";
    std::fs::write(&file, text).unwrap();
    let (services, enrolment) = services();

    let (dry, out) = import(&enrolment, &file, true).await;
    // A rehearsal does not see that line 4 asks for the name that line 2 would take.
    assert_eq!(dry, report(2, 0, 0, 1));
    assert!(out.contains("dry run"), "{out}");
    assert!(services.stores.people.people(None, 10).await.unwrap().is_empty());

    let (first, out) = import(&enrolment, &file, false).await;
    assert_eq!(first, report(1, 0, 0, 2));
    assert!(out.contains("line 3, basic.age: must be a whole number from 18 to 120"), "{out}");
    assert!(out.contains("line 4, telegram_id: "), "{out}");

    std::fs::write(&file, text.replace("30,上海", "31,杭州").replace("17", "18")).unwrap();
    let (second, _) = import(&enrolment, &file, false).await;
    assert_eq!(second, report(1, 1, 0, 1));
    let lin =
        services.stores.accounts.account_by_identity(IdentityKind::Username, "lin").await.unwrap().unwrap();
    let profile = services.stores.people.profile(lin.id).await.unwrap().unwrap().profile;
    assert_eq!((profile.stated_age, profile.current.city.as_deref()), (Some(31), Some("杭州")));
    assert_eq!(import(&enrolment, &file, false).await.0, report(0, 0, 2, 1));
}

#[tokio::test]
async fn json_lines_go_in_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.jsonl");
    let long = format!("{{\"phone\": \"13800138009\", \"introduction\": \"{}\"}}", "x".repeat(2 << 20));
    let lines = [
        r#"{"phone": "13800138000", "basic": {"nickname": "秋秋", "birth_date": "1995-01-01"}}"#,
        "",
        r#"{"phone": "13800138000", "shoe": 38}"#,
        &long,
        "not json",
        r#"{"phone": 13800138001}"#,
    ];
    std::fs::write(&file, lines.join("\n")).unwrap();
    let (_, enrolment) = services();
    let (report_, out) = import(&enrolment, &file, false).await;
    assert_eq!(report_, report(2, 0, 1, 2));
    assert!(out.contains("line 4: is longer") && out.contains("line 5: is not JSON"), "{out}");
    assert!(out.contains("not read: shoe"), "{out}");
}

#[tokio::test]
async fn files_that_are_not_there_or_tell_nothing_are_named() {
    let (_, enrolment) = services();
    let today = Millis(0).to_utc().date_naive();
    for (file, expected) in [("nowhere.csv", "nowhere.csv: "), ("people.xlsx", "people.xlsx: the name ends")]
    {
        let args = Arguments { file: file.into(), dry_run: false, format: None };
        let error = import_file(&args, &enrolment, today, &mut Vec::new()).await.unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}
