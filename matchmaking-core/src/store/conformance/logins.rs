//! Cases about failed logins.

use super::fixture::at;
use crate::{
    error::StoreResult,
    store::{LOGIN_FAILURES_TO_LOCK, LOGIN_FAILURES_WINDOW_MILLIS, LOGIN_LOCK_MILLIS, LoginGate, Stores},
};

const PHONE: &str = "13800138000";

async fn fails(stores: &Stores, moment: i64) -> StoreResult<LoginGate> {
    stores.logins.record_login(PHONE, false, at(moment)).await
}

async fn gate(stores: &Stores, moment: i64) -> StoreResult<LoginGate> {
    stores.logins.login_gate(PHONE, at(moment)).await
}

/// The fifth failure within the window locks the login for its time, that of this telephone only; then all begins anew.
pub async fn failures_lock_a_login_for_a_while(stores: &Stores) -> StoreResult<()> {
    for n in 1..=LOGIN_FAILURES_TO_LOCK {
        assert_eq!(gate(stores, 1).await?, LoginGate::Open);
        assert_eq!(fails(stores, i64::from(n)).await?, LoginGate::Open);
    }
    let until = at(i64::from(LOGIN_FAILURES_TO_LOCK) + LOGIN_LOCK_MILLIS);
    let last = until.since(at(0)) - 1;
    assert_eq!(gate(stores, last).await?, LoginGate::Locked { until });
    assert_eq!(stores.logins.login_gate("13900139000", at(last)).await?, LoginGate::Open);
    assert_eq!(gate(stores, last + 1).await?, LoginGate::Open);
    for _ in 1..LOGIN_FAILURES_TO_LOCK {
        assert_eq!(fails(stores, last + 1).await?, LoginGate::Open);
    }
    assert_eq!(gate(stores, last + 1).await?, LoginGate::Open);
    fails(stores, last + 1).await?;
    assert!(matches!(gate(stores, last + 1).await?, LoginGate::Locked { .. }));
    Ok(())
}

/// Each failure counts for the length of the window, whenever the others were.
pub async fn failures_count_for_a_while(stores: &Stores) -> StoreResult<()> {
    let window = LOGIN_FAILURES_WINDOW_MILLIS;
    fails(stores, 0).await?;
    for _ in 2..LOGIN_FAILURES_TO_LOCK {
        fails(stores, window - 1).await?;
    }
    fails(stores, window).await?;
    assert_eq!(gate(stores, window).await?, LoginGate::Open);
    fails(stores, 2 * window - 2).await?;
    assert!(matches!(gate(stores, 2 * window - 2).await?, LoginGate::Locked { .. }));
    Ok(())
}

/// A right login, or whose the telephone is shown otherwise, forgets the failures before.
pub async fn a_right_login_forgets_failures(stores: &Stores) -> StoreResult<()> {
    for _ in 0..3 {
        for _ in 1..LOGIN_FAILURES_TO_LOCK {
            fails(stores, 1).await?;
        }
        assert_eq!(stores.logins.record_login(PHONE, true, at(2)).await?, LoginGate::Open);
    }
    for _ in 0..LOGIN_FAILURES_TO_LOCK {
        fails(stores, 3).await?;
    }
    assert!(matches!(gate(stores, 3).await?, LoginGate::Locked { .. }));
    stores.logins.unlock_login(PHONE, at(4)).await?;
    assert_eq!(gate(stores, 4).await?, LoginGate::Open);
    assert_eq!(fails(stores, 4).await?, LoginGate::Open);
    assert_eq!(gate(stores, 4).await?, LoginGate::Open);
    Ok(())
}

/// While a login is locked neither right nor wrong tries count: it opens when it would have.
pub async fn a_locked_login_counts_nothing(stores: &Stores) -> StoreResult<()> {
    for _ in 0..LOGIN_FAILURES_TO_LOCK {
        fails(stores, 0).await?;
    }
    let locked = LoginGate::Locked { until: at(LOGIN_LOCK_MILLIS) };
    for right in [false, true] {
        assert_eq!(stores.logins.record_login(PHONE, right, at(LOGIN_LOCK_MILLIS - 1)).await?, locked);
    }
    assert_eq!(gate(stores, LOGIN_LOCK_MILLIS).await?, LoginGate::Open);
    Ok(())
}

/// Of many failures at once as many count as lock the login, and the rest is told that it is locked.
pub async fn failures_at_once_are_all_counted(stores: &Stores) -> StoreResult<()> {
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let logins = stores.logins.clone();
            tokio::spawn(async move { logins.record_login(PHONE, false, at(1)).await })
        })
        .collect();
    let mut counted = 0;
    for task in tasks {
        counted += u32::from(task.await.expect("no panic")? == LoginGate::Open);
    }
    assert_eq!(counted, LOGIN_FAILURES_TO_LOCK);
    assert!(matches!(gate(stores, 1).await?, LoginGate::Locked { .. }));
    Ok(())
}

/// Telephones are forgotten by the moment when something was heard of them last.
pub async fn old_phones_are_forgotten(stores: &Stores) -> StoreResult<()> {
    for _ in 0..LOGIN_FAILURES_TO_LOCK {
        fails(stores, 5).await?;
    }
    stores.logins.record_login("13900139000", false, at(1)).await?;
    // What changes nothing leaves nothing.
    stores.logins.record_login("13700137000", true, at(1)).await?;
    assert_eq!(stores.logins.forget_phones(at(1)).await?, 0);
    assert_eq!(stores.logins.forget_phones(at(5)).await?, 1);
    assert!(matches!(gate(stores, 6).await?, LoginGate::Locked { .. }));
    assert_eq!(stores.logins.forget_phones(at(6)).await?, 1);
    assert_eq!(gate(stores, 6).await?, LoginGate::Open);
    Ok(())
}
