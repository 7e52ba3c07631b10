//! Cases about accounts and identities.

use super::fixture::{at, create, named, nobody, odd_texts, person, telegram};
use crate::{
    clock::Millis,
    error::StoreResult,
    model::{Account, AccountStatus, Identity, IdentityKind, Profile},
    store::{AccountRecord, CreateOutcome, NewAccount, Stores},
    text::fold,
};

/// An account comes back by its number and by each of its identities, active, with its profile at version 1.
pub async fn a_made_account_is_found(stores: &Stores) -> StoreResult<()> {
    let identities = vec![
        Identity::new(IdentityKind::Username, "Lin"),
        Identity::new(IdentityKind::Email, "Lin@Example.org"),
        telegram(777),
    ];
    let new = NewAccount {
        identities: identities.clone(),
        password_hash: Some("$argon2id$v=19$".to_owned()),
        ..named("Lin")
    };
    let profile = new.profile.clone();
    let id = create(stores, new).await?;
    let expected = Account { id, status: AccountStatus::Active, has_password: true, created_at: at(0) };
    assert_eq!(stores.accounts.account(id).await?, Some(expected.clone()));
    for identity in identities {
        let found = stores.accounts.account_by_identity(identity.kind, &identity.folded).await?;
        assert_eq!(found, Some(expected.clone()));
    }
    assert_eq!(stores.accounts.password_hash(id).await?.as_deref(), Some("$argon2id$v=19$"));
    let kept = stores.people.profile(id).await?.expect("a profile");
    assert_eq!((kept.version, &kept.profile), (1, &profile));
    let record = stores.accounts.record(id).await?;
    let identities = stores.accounts.identities(id).await?;
    assert_eq!(record, Some(AccountRecord { account: expected, identities, profile: kept }));
    let bare = create(stores, NewAccount { identities: Vec::new(), ..named("Wu") }).await?;
    assert_eq!(stores.accounts.record(bare).await?.expect("an account").identities, []);
    Ok(())
}

/// An account of which one identity is taken is not made, and its other identities stay free.
pub async fn nothing_is_made_when_an_identity_is_taken(stores: &Stores) -> StoreResult<()> {
    let owner = person(stores, "lin").await?;
    let email = Identity::new(IdentityKind::Email, "a@b.org");
    let new = NewAccount {
        identities: vec![email.clone(), Identity::new(IdentityKind::Username, "LIN")],
        ..named("")
    };
    let taken = stores.accounts.create_account(new).await?;
    assert_eq!(taken, CreateOutcome::Taken { kind: IdentityKind::Username, by: owner });
    assert_eq!(stores.accounts.account_by_identity(email.kind, &email.folded).await?, None);
    assert_eq!(stores.people.people(None, 10).await?.len(), 1);
    Ok(())
}

/// Of several taken identities the first asked for is named, with its owner.
pub async fn the_first_taken_identity_is_named(stores: &Stores) -> StoreResult<()> {
    let by_name = person(stores, "lin").await?;
    let email = Identity::new(IdentityKind::Email, "a@b.org");
    let by_email = create(stores, NewAccount { identities: vec![email.clone()], ..named("") }).await?;
    let name = Identity::new(IdentityKind::Username, "lin");
    for (identities, kind, by) in [
        (vec![name.clone(), email.clone()], IdentityKind::Username, by_name),
        (vec![email, name], IdentityKind::Email, by_email),
    ] {
        let outcome = stores.accounts.create_account(NewAccount { identities, ..named("") }).await?;
        assert_eq!(outcome, CreateOutcome::Taken { kind, by });
    }
    Ok(())
}

/// A name is unique in its kind, compared as folded; the same text in another kind is another name.
pub async fn names_are_unique_within_their_kind_as_folded(stores: &Stores) -> StoreResult<()> {
    let lin = person(stores, "Ｌｉｎ").await?;
    let outcome = stores.accounts.create_account(named("lin")).await?;
    assert_eq!(outcome, CreateOutcome::Taken { kind: IdentityKind::Username, by: lin });
    for kind in [IdentityKind::Phone, IdentityKind::Email, IdentityKind::Telegram] {
        let new = NewAccount { identities: vec![Identity::new(kind, "lin")], ..named("") };
        assert_ne!(create(stores, new).await?, lin);
    }
    assert_ne!(person(stores, "lín").await?, lin);
    let found = stores.accounts.account_by_identity(IdentityKind::Username, &fold("LIN")).await?;
    assert_eq!(found.map(|account| account.id), Some(lin));
    assert_eq!(stores.accounts.account_by_identity(IdentityKind::Username, "LIN").await?, None);
    Ok(())
}

/// An account has at most one identity of a kind; asking for two fails and makes nothing.
pub async fn two_identities_of_one_kind_are_a_defect(stores: &Stores) -> StoreResult<()> {
    let identities =
        vec![Identity::new(IdentityKind::Username, "a"), Identity::new(IdentityKind::Username, "b")];
    let outcome = stores.accounts.create_account(NewAccount { identities, ..named("") }).await;
    assert!(outcome.is_err(), "{outcome:?}");
    assert_eq!(stores.accounts.account_by_identity(IdentityKind::Username, "a").await?, None);
    Ok(())
}

/// An account may have no identity and no password.
pub async fn an_account_needs_neither_identity_nor_password(stores: &Stores) -> StoreResult<()> {
    let id = create(stores, NewAccount { identities: Vec::new(), ..named("") }).await?;
    let account = stores.accounts.account(id).await?.expect("the account");
    assert!(!account.has_password);
    assert_eq!(stores.accounts.identities(id).await?, []);
    assert_eq!(stores.accounts.password_hash(id).await?, None);
    Ok(())
}

/// Unknown accounts and identities are `None`, empty or false, never an error.
pub async fn what_is_unknown_is_not_found(stores: &Stores) -> StoreResult<()> {
    assert_eq!(stores.accounts.account(nobody()).await?, None);
    assert_eq!(stores.accounts.account_by_identity(IdentityKind::Phone, "1").await?, None);
    assert_eq!(stores.accounts.account_by_identity(IdentityKind::Phone, "").await?, None);
    assert_eq!(stores.accounts.identities(nobody()).await?, []);
    assert_eq!(stores.accounts.password_hash(nobody()).await?, None);
    assert!(!stores.accounts.set_status(nobody(), AccountStatus::Locked, at(1)).await?);
    assert!(stores.accounts.identities_of_kind(IdentityKind::Phone, &[nobody()]).await?.is_empty());
    assert!(stores.accounts.identities_of_kind(IdentityKind::Phone, &[]).await?.is_empty());
    Ok(())
}

/// The identities of an account come by kind, as they were written.
pub async fn identities_come_by_kind(stores: &Stores) -> StoreResult<()> {
    let mut identities = vec![
        telegram(crate::ids::ID_LIMIT - 1),
        Identity::new(IdentityKind::Phone, "13800000000"),
        Identity::new(IdentityKind::Username, "Ｌｉｎ 缘"),
        Identity::new(IdentityKind::Email, "Lin@Example.org"),
    ];
    let id = create(stores, NewAccount { identities: identities.clone(), ..named("") }).await?;
    identities.sort_by_key(|identity| identity.kind);
    assert_eq!(stores.accounts.identities(id).await?, identities);
    Ok(())
}

/// Of the accounts asked for, those with an identity of the kind are answered, each once.
pub async fn identities_of_a_kind_leave_out_those_without(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let ben = person(stores, "ben").await?;
    let phone = Identity::new(IdentityKind::Phone, "1");
    let cal = create(stores, NewAccount { identities: vec![phone], ..named("") }).await?;
    let ids = [ben, cal, ann, nobody(), ben];
    let mut found = stores.accounts.identities_of_kind(IdentityKind::Username, &ids).await?;
    found.sort_by_key(|(id, _)| *id);
    let expected =
        [(ann, "ann"), (ben, "ben")].map(|(id, name)| (id, Identity::new(IdentityKind::Username, name)));
    assert_eq!(found, expected);
    Ok(())
}

/// Setting a status tells whether anything changed.
pub async fn a_status_tells_whether_it_changed(stores: &Stores) -> StoreResult<()> {
    let id = person(stores, "ann").await?;
    for (status, changed) in [
        (AccountStatus::Active, false),
        (AccountStatus::Locked, true),
        (AccountStatus::Locked, false),
        (AccountStatus::Deactivated, true),
        (AccountStatus::Active, true),
    ] {
        assert_eq!(stores.accounts.set_status(id, status, at(1)).await?, changed, "{status:?}");
        assert_eq!(stores.accounts.account(id).await?.map(|account| account.status), Some(status));
    }
    // Whatever its status, an account is found, and keeps what it has.
    stores.accounts.set_status(id, AccountStatus::Deactivated, at(2)).await?;
    let found = stores.accounts.account_by_identity(IdentityKind::Username, "ann").await?;
    assert_eq!(found.map(|account| account.id), Some(id));
    assert_eq!(stores.people.profile(id).await?.map(|kept| kept.profile), Some(named("ann").profile));
    Ok(())
}

/// Odd texts and the earliest and latest moments come back as they were.
pub async fn texts_and_moments_come_back_as_they_were(stores: &Stores) -> StoreResult<()> {
    for (n, odd) in odd_texts().into_iter().filter(|odd| odd.len() < 1_000).enumerate() {
        let moment = Millis([i64::MIN, i64::MAX, 0, -1][n % 4]);
        let identity = Identity::new(IdentityKind::Email, odd.clone());
        let new = NewAccount {
            identities: vec![identity.clone()],
            password_hash: Some(odd.clone()),
            profile: Profile { introduction: Some(odd.clone()), ..Profile::default() },
            at: moment,
        };
        let profile = new.profile.clone();
        let id = create(stores, new).await?;
        assert_eq!(stores.accounts.identities(id).await?, [identity]);
        assert_eq!(stores.accounts.password_hash(id).await?, Some(odd));
        assert_eq!(stores.accounts.account(id).await?.map(|account| account.created_at), Some(moment));
        assert_eq!(stores.people.profile(id).await?.map(|kept| kept.profile), Some(profile));
    }
    Ok(())
}

/// Of many who ask for one identity at the same moment one gets it, and the others are told who.
pub async fn one_of_many_gets_an_identity(stores: &Stores) -> StoreResult<()> {
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let accounts = stores.accounts.clone();
            let mut new = named("lin");
            new.identities.push(telegram(n + 1));
            tokio::spawn(async move { accounts.create_account(new).await })
        })
        .collect();
    let (mut made, mut taken) = (Vec::new(), Vec::new());
    for task in tasks {
        match task.await.expect("no panic")? {
            CreateOutcome::Created(account) => made.push(account.id),
            CreateOutcome::Taken { kind, by } => taken.push((kind, by)),
        }
    }
    assert_eq!((made.len(), taken.len()), (1, 7));
    assert!(taken.iter().all(|told| *told == (IdentityKind::Username, made[0])), "{taken:?}");
    let left: Vec<_> = stores.people.people(None, 100).await?;
    assert_eq!(left.len(), 1);
    Ok(())
}

/// Accounts that ask for the same two identities in opposite order end whole or not at all.
pub async fn crossing_identities_end_in_whole_accounts(stores: &Stores) -> StoreResult<()> {
    let (name, email) =
        (Identity::new(IdentityKind::Username, "lin"), Identity::new(IdentityKind::Email, "a@b.org"));
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let accounts = stores.accounts.clone();
            let mut identities = vec![name.clone(), email.clone()];
            if n % 2 == 0 {
                identities.reverse();
            }
            tokio::spawn(async move { accounts.create_account(NewAccount { identities, ..named("") }).await })
        })
        .collect();
    let mut made = 0;
    for task in tasks {
        made += usize::from(matches!(task.await.expect("no panic")?, CreateOutcome::Created(_)));
    }
    assert_eq!(made, 1);
    let by_name = stores.accounts.account_by_identity(name.kind, &name.folded).await?;
    assert!(by_name.is_some());
    assert_eq!(by_name, stores.accounts.account_by_identity(email.kind, &email.folded).await?);
    Ok(())
}
