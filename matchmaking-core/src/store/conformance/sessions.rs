//! Cases about sessions, devices, and passwords that end sessions.

use super::fixture::{at, nobody, person, two};
use crate::{
    error::StoreResult,
    ids::{AccountId, SessionId},
    model::{AccountStatus, Device},
    store::{
        DEVICES_PER_ACCOUNT_MAX, FormerPassword, NewPassword, NewSession, REFRESH_REPEAT_MILLIS,
        RefreshOutcome, SESSIONS_PER_ACCOUNT_MAX, Stores,
    },
};

/// How long the sessions of the cases last without being refreshed.
const LIFE: i64 = 1_000_000;

pub(super) fn session(account: AccountId, family: &str, moment: i64) -> NewSession {
    let family = family.to_owned();
    let expires_at = at(moment + LIFE);
    NewSession { account, family, device: Device::default(), password: None, at: at(moment), expires_at }
}

pub(super) fn session_on(account: AccountId, family: &str, device: &str, moment: i64) -> NewSession {
    let device = Device { device_id: Some(device.to_owned()), ..Device::default() };
    NewSession { device, ..session(account, family, moment) }
}

/// Opens a session without a device.
pub(super) async fn open(
    stores: &Stores,
    account: AccountId,
    family: &str,
    moment: i64,
) -> StoreResult<SessionId> {
    let opened = stores.sessions.open_session(session(account, family, moment)).await?;
    Ok(opened.expect("an active account").id)
}

async fn refresh(stores: &Stores, family: &str, generation: i64, moment: i64) -> StoreResult<RefreshOutcome> {
    stores.sessions.refresh_session(family, generation, at(moment), at(moment + LIFE)).await
}

async fn ids(stores: &Stores, account: AccountId, moment: i64) -> StoreResult<Vec<SessionId>> {
    let found = stores.sessions.sessions(account, at(moment)).await?;
    Ok(found.into_iter().map(|session| session.id).collect())
}

async fn goes_on(stores: &Stores, account: AccountId, session: SessionId) -> StoreResult<bool> {
    Ok(stores.sessions.access(account, session).await?.is_some_and(|access| access.has_session))
}

/// A session comes back as it was opened, the last refreshed first.
pub async fn a_session_is_what_it_was_opened_as(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let device = Device {
        device_id: Some("设备 \"1\"".to_owned()),
        device_type: Some("ios".to_owned()),
        device_model: None,
        os_version: Some("16.0".to_owned()),
        app_version: Some(String::new()),
    };
    let new = NewSession { device: device.clone(), ..session(ann, "one", 1) };
    let one = stores.sessions.open_session(new).await?.expect("an active account");
    assert!(one.is_new_device);
    let two = open(stores, ann, "two", 1).await?;
    let three = open(stores, ann, "three", 2).await?;
    assert_eq!(ids(stores, ann, 3).await?, [three, two, one.id]);
    let found = stores.sessions.sessions(ann, at(3)).await?;
    assert_eq!((found[2].account, &found[2].device), (ann, &device));
    assert_eq!(
        (found[2].opened_at, found[2].refreshed_at, found[2].expires_at),
        (at(1), at(1), at(1 + LIFE))
    );
    assert_eq!(found[0].device, Device::default());

    refresh(stores, "one", 0, 4).await?;
    let found = stores.sessions.sessions(ann, at(4)).await?;
    assert_eq!(
        (found[0].opened_at, found[0].refreshed_at, found[0].expires_at),
        (at(1), at(4), at(4 + LIFE))
    );
    let access = stores.sessions.access(ann, two).await?.expect("an account");
    assert_eq!((access.account.id, access.has_session), (ann, true));
    assert_eq!(ids(stores, nobody(), 3).await?, []);
    Ok(())
}

/// Nobody opens a session of an account that takes no part, and a session is nobody's but its account's.
pub async fn only_active_accounts_have_sessions(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    assert_eq!(stores.sessions.open_session(session(nobody(), "x", 1)).await?, None);
    for status in [AccountStatus::Locked, AccountStatus::Deactivated, AccountStatus::Deleted] {
        stores.accounts.set_status(ann, status, at(1)).await?;
        assert_eq!(stores.sessions.open_session(session_on(ann, "x", "device", 1)).await?, None);
        assert_eq!(stores.sessions.devices(ann).await?, []);
    }
    // Nor with a password that is theirs no longer.
    let new = |hash: &str| NewPassword {
        account: ben,
        former: FormerPassword::Any,
        hash: hash.to_owned(),
        keep: None,
    };
    assert!(stores.sessions.set_password(new("old")).await?);
    let by = |hash: &str| NewSession { password: Some(hash.to_owned()), ..session(ben, hash, 1) };
    assert!(stores.sessions.open_session(by("old")).await?.is_some());
    assert!(stores.sessions.set_password(new("new")).await?);
    assert_eq!(stores.sessions.open_session(by("old")).await?, None);
    assert!(stores.sessions.open_session(by("new")).await?.is_some());
    let theirs = open(stores, ben, "ben", 1).await?;
    assert!(!goes_on(stores, ann, theirs).await?);
    assert_eq!(stores.sessions.access(nobody(), theirs).await?, None);
    Ok(())
}

/// A device with a name is new to an account once; what its client says about it last is remembered.
pub async fn a_device_is_new_once(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let mut told = Vec::new();
    for (n, (account, device)) in
        [(ann, "phone"), (ann, "phone"), (ann, "pad"), (ben, "phone"), (ann, "phone")].into_iter().enumerate()
    {
        let mut new = session_on(account, &n.to_string(), device, n as i64);
        new.device.app_version = Some(n.to_string());
        told.push(stores.sessions.open_session(new).await?.expect("active").is_new_device);
    }
    assert_eq!(told, [true, false, true, true, false]);
    let nameless = stores.sessions.open_session(session(ann, "nameless", 9)).await?;
    assert!(!nameless.expect("active").is_new_device);
    let devices = stores.sessions.devices(ann).await?;
    let names: Vec<_> = devices.iter().filter_map(|seen| seen.device.device_id.as_deref()).collect();
    assert_eq!(names, ["phone", "pad"]);
    assert_eq!((devices[0].first_seen_at, devices[0].last_seen_at), (at(0), at(4)));
    assert_eq!(devices[0].device.app_version.as_deref(), Some("4"));
    assert_eq!(stores.sessions.devices(nobody()).await?, []);
    Ok(())
}

/// An account has so many sessions and devices and no more: the oldest go.
pub async fn sessions_and_devices_are_bounded(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let theirs = open(stores, ben, "ben", 0).await?;
    let mut opened = Vec::new();
    for n in 0..=DEVICES_PER_ACCOUNT_MAX {
        let new = session_on(ann, &format!("family {n}"), &format!("device {n:03}"), n as i64);
        opened.push(stores.sessions.open_session(new).await?.expect("active").id);
    }
    opened.reverse();
    opened.truncate(SESSIONS_PER_ACCOUNT_MAX);
    assert_eq!(ids(stores, ann, 1_000).await?, opened);
    let devices = stores.sessions.devices(ann).await?;
    assert_eq!(devices.len(), DEVICES_PER_ACCOUNT_MAX);
    assert!(devices.iter().all(|seen| seen.first_seen_at > at(0)));
    assert!(goes_on(stores, ben, theirs).await?);
    // One that is refreshed is not the oldest.
    let n = DEVICES_PER_ACCOUNT_MAX + 1 - SESSIONS_PER_ACCOUNT_MAX;
    refresh(stores, &format!("family {n}"), 0, 500).await?;
    open(stores, ann, "last", 501).await?;
    assert!(goes_on(stores, ann, opened[SESSIONS_PER_ACCOUNT_MAX - 1]).await?);
    assert!(!goes_on(stores, ann, opened[SESSIONS_PER_ACCOUNT_MAX - 2]).await?);
    Ok(())
}

/// Each token is spent for the next, as often as anyone likes.
pub async fn a_token_is_spent_for_the_next(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let id = open(stores, ann, "family", 0).await?;
    for n in 0..5 {
        let next = RefreshOutcome::Refreshed { session: id, account: ann, generation: n + 1 };
        assert_eq!(refresh(stores, "family", n, n * LIFE / 2).await?, next);
    }
    assert_eq!(refresh(stores, "another", 0, 1).await?, RefreshOutcome::Unknown);
    // A number that was never given out ends nothing.
    assert_eq!(refresh(stores, "family", 6, 2 * LIFE).await?, RefreshOutcome::Unknown);
    assert!(goes_on(stores, ann, id).await?);
    Ok(())
}

/// For a moment a spent token gets its successor once more, which is good, and changes nothing.
pub async fn a_lost_answer_is_repeated_for_a_moment(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let id = open(stores, ann, "family", 0).await?;
    let next = RefreshOutcome::Refreshed { session: id, account: ann, generation: 1 };
    for moment in [5, 6, 5 + REFRESH_REPEAT_MILLIS - 1] {
        assert_eq!(refresh(stores, "family", 0, moment).await?, next);
    }
    assert_eq!(stores.sessions.sessions(ann, at(6)).await?[0].expires_at, at(5 + LIFE));
    let after = RefreshOutcome::Refreshed { session: id, account: ann, generation: 2 };
    assert_eq!(refresh(stores, "family", 1, 6).await?, after);
    Ok(())
}

/// A token that was spent longer ago, or whose successor was used, ends its session and no other.
pub async fn a_spent_token_ends_its_session(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let other = open(stores, ann, "other", 0).await?;
    let reused = RefreshOutcome::Reused { account: ann };

    let late = open(stores, ann, "late", 0).await?;
    refresh(stores, "late", 0, 5).await?;
    assert_eq!(refresh(stores, "late", 0, 5 + REFRESH_REPEAT_MILLIS).await?, reused);

    let used = open(stores, ann, "used", 0).await?;
    refresh(stores, "used", 0, 5).await?;
    refresh(stores, "used", 1, 6).await?;
    assert_eq!(refresh(stores, "used", 0, 7).await?, reused);

    for (family, ended) in [("late", late), ("used", used)] {
        assert!(!goes_on(stores, ann, ended).await?);
        for generation in 0..3 {
            assert_eq!(refresh(stores, family, generation, 8).await?, RefreshOutcome::Unknown);
        }
    }
    assert_eq!(ids(stores, ann, 9).await?, [other]);
    Ok(())
}

/// A session that is not refreshed in time is over, and can be forgotten.
pub async fn a_session_ends_with_its_time(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    open(stores, ann, "family", 0).await?;
    let later = open(stores, ann, "later", 10).await?;
    assert_eq!(ids(stores, ann, LIFE - 1).await?.len(), 2);
    assert_eq!(ids(stores, ann, LIFE).await?, [later]);
    assert_eq!(refresh(stores, "family", 0, LIFE).await?, RefreshOutcome::Expired);
    assert_eq!(stores.sessions.forget_sessions(at(LIFE)).await?, 0);
    assert_eq!(stores.sessions.forget_sessions(at(LIFE + 1)).await?, 1);
    assert_eq!(refresh(stores, "family", 0, LIFE).await?, RefreshOutcome::Unknown);
    assert!(goes_on(stores, ann, later).await?);
    Ok(())
}

/// A session is ended once, and only by its own account.
pub async fn a_session_is_ended_by_its_own(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let id = open(stores, ann, "family", 0).await?;
    assert!(!stores.sessions.end_session(ben, id).await?);
    assert!(goes_on(stores, ann, id).await?);
    assert!(stores.sessions.end_session(ann, id).await?);
    assert!(!stores.sessions.end_session(ann, id).await?);
    assert!(!goes_on(stores, ann, id).await?);
    assert_eq!(refresh(stores, "family", 0, 1).await?, RefreshOutcome::Unknown);
    Ok(())
}

/// Sessions end with any status but active, and do not come back with it.
pub async fn any_status_but_active_ends_sessions(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let theirs = open(stores, ben, "ben", 0).await?;
    for (n, status) in [AccountStatus::Locked, AccountStatus::Deactivated].into_iter().enumerate() {
        let id = open(stores, ann, &format!("family {n}"), 0).await?;
        stores.accounts.set_status(ann, status, at(1)).await?;
        assert!(!goes_on(stores, ann, id).await?);
        stores.accounts.set_status(ann, AccountStatus::Active, at(2)).await?;
        assert!(!goes_on(stores, ann, id).await?);
        assert_eq!(refresh(stores, &format!("family {n}"), 0, 3).await?, RefreshOutcome::Unknown);
    }
    assert!(goes_on(stores, ben, theirs).await?);
    Ok(())
}

fn password(account: AccountId, former: FormerPassword, hash: &str) -> NewPassword {
    NewPassword { account, former, hash: hash.to_owned(), keep: None }
}

/// A new password ends every session of its account but the one that is kept.
pub async fn a_password_ends_sessions_but_the_one_kept(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let theirs = open(stores, ben, "ben", 0).await?;
    let kept = open(stores, ann, "kept", 0).await?;
    open(stores, ann, "other", 0).await?;
    let new = NewPassword { keep: Some(kept), ..password(ann, FormerPassword::Any, "one") };
    assert!(stores.sessions.set_password(new).await?);
    assert_eq!(ids(stores, ann, 1).await?, [kept]);
    assert!(stores.sessions.set_password(password(ann, FormerPassword::Any, "two")).await?);
    assert_eq!(ids(stores, ann, 1).await?, []);
    assert_eq!(stores.accounts.password_hash(ann).await?.as_deref(), Some("two"));
    assert!(goes_on(stores, ben, theirs).await?);
    Ok(())
}

/// A password is set in place of the one that was expected; else nothing changes.
pub async fn a_password_is_set_in_place_of_the_expected_one(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let one = || FormerPassword::Hash("one".to_owned());
    assert!(!stores.sessions.set_password(password(ann, one(), "two")).await?);
    assert!(stores.sessions.set_password(password(ann, FormerPassword::None, "one")).await?);
    let id = open(stores, ann, "family", 0).await?;
    for former in [FormerPassword::None, FormerPassword::Hash("other".to_owned())] {
        assert!(!stores.sessions.set_password(password(ann, former, "two")).await?);
    }
    assert!(goes_on(stores, ann, id).await?);
    assert_eq!(stores.accounts.password_hash(ann).await?.as_deref(), Some("one"));
    assert!(stores.sessions.set_password(password(ann, one(), "two")).await?);
    assert!(!stores.sessions.set_password(password(nobody(), FormerPassword::Any, "x")).await?);
    stores.accounts.set_status(ann, AccountStatus::Deleted, at(1)).await?;
    assert!(!stores.sessions.set_password(password(ann, FormerPassword::Any, "x")).await?);
    assert_eq!(stores.accounts.password_hash(ann).await?, None);
    Ok(())
}

/// Many who present one token at once are told one successor, and the session goes on.
pub async fn one_token_at_once_has_one_successor(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let id = open(stores, ann, "family", 0).await?;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let sessions = stores.sessions.clone();
            tokio::spawn(async move { sessions.refresh_session("family", 0, at(1), at(LIFE)).await })
        })
        .collect();
    for task in tasks {
        let next = RefreshOutcome::Refreshed { session: id, account: ann, generation: 1 };
        assert_eq!(task.await.expect("no panic")?, next);
    }
    let after = RefreshOutcome::Refreshed { session: id, account: ann, generation: 2 };
    assert_eq!(refresh(stores, "family", 1, 2).await?, after);
    Ok(())
}

/// Of passwords that are set at once in place of the same one, one is.
pub async fn one_of_two_passwords_at_once_is_set(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let sessions = stores.sessions.clone();
            let new = password(ann, FormerPassword::None, &n.to_string());
            tokio::spawn(async move { sessions.set_password(new).await })
        })
        .collect();
    let mut set = Vec::new();
    for (n, task) in tasks.into_iter().enumerate() {
        if task.await.expect("no panic")? {
            set.push(n.to_string());
        }
    }
    assert_eq!(set.len(), 1);
    assert_eq!(stores.accounts.password_hash(ann).await?.as_ref(), set.first());
    Ok(())
}

/// Whichever of logins and a lock at the same moment comes first, no session is left.
pub async fn a_lock_and_a_login_at_once_leave_no_session(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let opening: Vec<_> = (0..8)
        .map(|n| {
            let sessions = stores.sessions.clone();
            tokio::spawn(async move { sessions.open_session(session(ann, &n.to_string(), 1)).await })
        })
        .collect();
    let accounts = stores.accounts.clone();
    let locking = tokio::spawn(async move { accounts.set_status(ann, AccountStatus::Locked, at(1)).await });
    for task in opening {
        task.await.expect("no panic")?;
    }
    assert!(locking.await.expect("no panic")?);
    assert_eq!(ids(stores, ann, 2).await?, []);
    Ok(())
}
