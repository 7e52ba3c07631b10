//! Cases about what of an account changes: its names and its password.

use super::fixture::{ROUNDS, at, at_once, couple, create, named, nobody, person, two};
use crate::{
    error::{StoreError, StoreResult},
    ids::AccountId,
    model::{AccountStatus, Identity, IdentityKind},
    store::{NewAccount, NewIdentities, SetIdentitiesOutcome, SetIdentityOutcome, Stores},
};

fn username(name: &str) -> Identity {
    Identity::new(IdentityKind::Username, name)
}

/// Accounts are found together, each once, whatever their status, and unknown ones are left out.
pub async fn accounts_are_found_together(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let cal = create(stores, NewAccount { password_hash: Some("hash".to_owned()), ..named("cal") }).await?;
    stores.accounts.set_status(ben, AccountStatus::Deleted, at(1)).await?;
    let mut found = stores.accounts.accounts(&[cal, nobody(), ben, cal]).await?;
    found.sort_by_key(|account| account.id);
    let mut expected = Vec::new();
    for id in [ben, cal] {
        expected.extend(stores.accounts.account(id).await?);
    }
    assert_eq!(found, expected);
    assert_eq!(stores.accounts.accounts(&[]).await?, []);
    let many: Vec<_> = (0..2_000).map(|_| ann).collect();
    assert_eq!(stores.accounts.accounts(&many).await?.len(), 1);
    Ok(())
}

/// A name takes the place of the one of its kind, which is free for others from then on; names of other kinds stay.
pub async fn a_new_name_replaces_the_old_one(stores: &Stores) -> StoreResult<()> {
    let email = Identity::new(IdentityKind::Email, "Ann@Example.org");
    let new = NewAccount { identities: vec![username("ann"), email.clone()], ..named("") };
    let ann = create(stores, new).await?;
    let outcome = stores.accounts.set_identity(ann, username("Ａnna"), at(5)).await?;
    assert_eq!(outcome, SetIdentityOutcome::Set);
    assert_eq!(stores.accounts.identities(ann).await?, [email, username("Ａnna")]);
    let found = stores.accounts.account_by_identity(IdentityKind::Username, "anna").await?;
    assert_eq!(found.map(|account| account.id), Some(ann));
    assert_eq!(stores.accounts.account_by_identity(IdentityKind::Username, "ann").await?, None);
    // Its moment is that of the profile, and its version is not.
    let kept = stores.people.profile(ann).await?.expect("a profile");
    assert_eq!((kept.version, kept.updated_at), (1, at(5)));

    let other = person(stores, "ann").await?;
    assert_ne!(other, ann);
    let back = stores.accounts.set_identity(ann, username("ann"), at(6)).await?;
    assert_eq!(back, SetIdentityOutcome::Taken(other));
    let phone = Identity::new(IdentityKind::Phone, "13800000000");
    assert_eq!(stores.accounts.set_identity(other, phone.clone(), at(7)).await?, SetIdentityOutcome::Set);
    assert_eq!(stores.accounts.identities(other).await?, [phone, username("ann")]);
    Ok(())
}

/// A name that another account has, in whatever case, changes nothing; one's own is written anew.
pub async fn a_taken_name_changes_nothing(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    stores.accounts.set_status(ben, AccountStatus::Locked, at(1)).await?;
    for name in ["ben", "BEN"] {
        let outcome = stores.accounts.set_identity(ann, username(name), at(5)).await?;
        assert_eq!(outcome, SetIdentityOutcome::Taken(ben));
    }
    assert_eq!(stores.accounts.identities(ann).await?, [username("ann")]);
    assert_eq!(stores.people.profile(ann).await?.map(|kept| kept.updated_at), Some(at(0)));
    for (name, moment) in [("ANN", 6), ("ANN", 7), ("Ann", 8)] {
        let outcome = stores.accounts.set_identity(ann, username(name), at(moment)).await?;
        assert_eq!(outcome, SetIdentityOutcome::Set);
        assert_eq!(stores.accounts.identities(ann).await?, [username(name)]);
        assert_eq!(stores.people.profile(ann).await?.map(|kept| kept.updated_at), Some(at(moment)));
    }
    // The same text is another name in another kind.
    let email = Identity::new(IdentityKind::Email, "ben");
    assert_eq!(stores.accounts.set_identity(ann, email, at(9)).await?, SetIdentityOutcome::Set);
    Ok(())
}

/// Who is unknown or deleted gets no name, and is told of a taken one all the same; who is locked may be renamed.
pub async fn only_accounts_that_are_there_get_names(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    stores.accounts.set_status(ann, AccountStatus::Deleted, at(1)).await?;
    for gone in [ann, nobody()] {
        let outcome = stores.accounts.set_identity(gone, username("free"), at(2)).await?;
        assert_eq!(outcome, SetIdentityOutcome::Unknown);
        let outcome = stores.accounts.set_identity(gone, username("ben"), at(2)).await?;
        assert_eq!(outcome, SetIdentityOutcome::Taken(ben));
        assert_eq!(stores.accounts.identities(gone).await?, []);
    }
    assert_eq!(stores.accounts.account_by_identity(IdentityKind::Username, "free").await?, None);
    for status in [AccountStatus::Locked, AccountStatus::Deactivated] {
        stores.accounts.set_status(ben, status, at(3)).await?;
        let outcome = stores.accounts.set_identity(ben, username(&format!("{status:?}")), at(4)).await?;
        assert_eq!(outcome, SetIdentityOutcome::Set);
    }
    Ok(())
}

/// Of two accounts that want one name at the same moment one gets it, and the other keeps what it had.
pub async fn one_of_two_gets_a_name(stores: &Stores) -> StoreResult<()> {
    for round in 0..ROUNDS {
        let (ann, ben) = couple(stores, round).await?;
        let wanted = format!("wanted{round}");
        let outcomes = at_once([ann, ben].map(|id| {
            let (accounts, name) = (stores.accounts.clone(), username(&wanted));
            async move { accounts.set_identity(id, name, at(5)).await }
        }))
        .await?;
        let (winner, loser, kept) = match outcomes.as_slice() {
            [SetIdentityOutcome::Set, SetIdentityOutcome::Taken(by)] if *by == ann => (ann, ben, "b"),
            [SetIdentityOutcome::Taken(by), SetIdentityOutcome::Set] if *by == ben => (ben, ann, "a"),
            other => panic!("{other:?}"),
        };
        assert_eq!(stores.accounts.identities(winner).await?, [username(&wanted)]);
        assert_eq!(stores.accounts.identities(loser).await?, [username(&format!("{kept}{round}"))]);
    }
    Ok(())
}

/// Two accounts that change to each other's names at the same moment keep a name each, and no name is doubled.
pub async fn two_who_swap_names_keep_one_each(stores: &Stores) -> StoreResult<()> {
    for round in 0..ROUNDS {
        let (ann, ben) = couple(stores, round).await?;
        let (a, b, c) = (format!("a{round}"), format!("b{round}"), format!("c{round}"));
        let outcomes = at_once([(ann, c), (ben, a.clone()), (ann, b)].map(|(id, name)| {
            let (accounts, name) = (stores.accounts.clone(), username(&name));
            async move { accounts.set_identity(id, name, at(5)).await }
        }))
        .await?;
        assert!(!outcomes.contains(&SetIdentityOutcome::Unknown), "{outcomes:?}");
        for id in [ann, ben] {
            let names = stores.accounts.identities(id).await?;
            assert_eq!(names.len(), 1, "{names:?}");
            let found = stores.accounts.account_by_identity(names[0].kind, &names[0].folded).await?;
            assert_eq!(found.map(|account| account.id), Some(id));
        }
    }
    Ok(())
}

/// A password is replaced while it is the expected one; of many who replace it at the same moment one does.
pub async fn a_password_is_replaced_while_it_is_the_expected_one(stores: &Stores) -> StoreResult<()> {
    let new = NewAccount { password_hash: Some("one".to_owned()), ..named("ann") };
    let ann = create(stores, new).await?;
    let open = person(stores, "ben").await?;
    for (id, expected) in
        [(ann, "two"), (ann, ""), (ann, "ONE"), (open, "one"), (open, ""), (nobody(), "one")]
    {
        assert!(!stores.accounts.replace_password_hash(id, expected, "other").await?);
    }
    assert_eq!(stores.accounts.password_hash(ann).await?.as_deref(), Some("one"));
    assert_eq!(stores.accounts.password_hash(open).await?, None);
    assert!(stores.accounts.replace_password_hash(ann, "one", "two").await?);
    assert_eq!(stores.accounts.password_hash(ann).await?.as_deref(), Some("two"));

    let outcomes = at_once((0..6).map(|n| {
        let accounts = stores.accounts.clone();
        async move { accounts.replace_password_hash(ann, "two", &n.to_string()).await }
    }))
    .await?;
    assert_eq!(outcomes.iter().filter(|replaced| **replaced).count(), 1);
    let winner = outcomes.iter().position(|replaced| *replaced).map(|n| n.to_string());
    assert_eq!(stores.accounts.password_hash(ann).await?, winner);
    stores.accounts.set_status(ann, AccountStatus::Deleted, at(9)).await?;
    assert!(!stores.accounts.replace_password_hash(ann, &winner.unwrap_or_default(), "x").await?);
    assert_eq!(stores.accounts.password_hash(ann).await?, None);
    Ok(())
}

fn together(account: AccountId, identities: Vec<Identity>) -> NewIdentities {
    NewIdentities { account, identities, password_hash: None, at: at(5) }
}

/// Names that are given together replace those of their kinds; one that is taken leaves everything as it was.
pub async fn names_are_given_together_or_not_at_all(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let email = Identity::new(IdentityKind::Email, "ben@example.com");
    let ben =
        create(stores, NewAccount { identities: vec![username("ben"), email.clone()], ..named("") }).await?;

    let both = together(ann, vec![username("Anna"), email.clone()]);
    assert_eq!(stores.accounts.set_identities(both).await?, SetIdentitiesOutcome::Taken(IdentityKind::Email));
    assert_eq!(stores.accounts.identities(ann).await?, [username("ann")]);
    let both = together(ann, vec![username("BEN"), email.clone()]);
    assert_eq!(
        stores.accounts.set_identities(both).await?,
        SetIdentitiesOutcome::Taken(IdentityKind::Username)
    );

    let mine = Identity::new(IdentityKind::Email, "ann@example.com");
    let both = together(ann, vec![username("Anna"), mine.clone()]);
    assert_eq!(stores.accounts.set_identities(both.clone()).await?, SetIdentitiesOutcome::Set);
    assert_eq!(stores.accounts.identities(ann).await?, [mine, username("Anna")]);
    assert_eq!(stores.accounts.account_by_identity(IdentityKind::Username, "ann").await?, None);
    assert_eq!(
        stores.people.profile(ann).await?.map(|read| (read.version, read.updated_at)),
        Some((1, at(5)))
    );
    // Once more, and with nothing at all.
    assert_eq!(stores.accounts.set_identities(both.clone()).await?, SetIdentitiesOutcome::Set);
    assert_eq!(stores.accounts.set_identities(together(ann, Vec::new())).await?, SetIdentitiesOutcome::Set);
    assert_eq!(stores.accounts.identities(ann).await?.len(), 2);

    let free = together(nobody(), vec![username("free")]);
    assert_eq!(stores.accounts.set_identities(free).await?, SetIdentitiesOutcome::Unknown);
    stores.accounts.set_status(ben, AccountStatus::Deleted, at(6)).await?;
    let gone = together(ben, vec![username("free")]);
    assert_eq!(stores.accounts.set_identities(gone).await?, SetIdentitiesOutcome::Unknown);
    let twice = together(ann, vec![username("a"), username("b")]);
    assert!(matches!(stores.accounts.set_identities(twice).await, Err(StoreError::Driver(_))));
    Ok(())
}

/// A password may come with names, if it is the first one; else nothing changes.
pub async fn a_first_password_comes_with_names(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let with = |name: &str, hash: &str| NewIdentities {
        password_hash: Some(hash.to_owned()),
        ..together(ann, vec![username(name)])
    };
    assert_eq!(stores.accounts.set_identities(with("anna", "one")).await?, SetIdentitiesOutcome::Set);
    assert_eq!(stores.accounts.password_hash(ann).await?.as_deref(), Some("one"));
    let second = stores.accounts.set_identities(with("anne", "two")).await?;
    assert_eq!(second, SetIdentitiesOutcome::HasPassword);
    assert_eq!(stores.accounts.password_hash(ann).await?.as_deref(), Some("one"));
    assert_eq!(stores.accounts.identities(ann).await?, [username("anna")]);
    stores.accounts.set_identities(together(ann, vec![username("anne")])).await?;
    assert_eq!(
        stores.accounts.password_hash(ann).await?.as_deref(),
        Some("one"),
        "it stays without a new one"
    );
    Ok(())
}
