//! Cases about invite codes and inviters. What deletion does to them stands among those about deletion.

use super::fixture::{nobody, person, two};
use crate::{
    error::StoreResult,
    store::{InviteCodeOutcome, Stores},
};

fn is(code: &str) -> InviteCodeOutcome {
    InviteCodeOutcome::Code(code.to_owned())
}

/// The first code that is offered stays.
pub async fn an_account_keeps_its_code(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    assert_eq!(stores.invitations.invite_code(ann, "FIRST").await?, is("FIRST"));
    assert_eq!(stores.invitations.invite_code(ann, "SECOND").await?, is("FIRST"));
    assert_eq!(stores.invitations.invite_code(nobody(), "THIRD").await?, InviteCodeOutcome::Unknown);
    Ok(())
}

/// A code that somebody has is not given again; one that was offered in vain is free.
pub async fn a_code_belongs_to_one_account(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    stores.invitations.invite_code(ann, "FIRST").await?;
    stores.invitations.invite_code(ann, "SECOND").await?;
    assert_eq!(stores.invitations.invite_code(ben, "FIRST").await?, InviteCodeOutcome::Taken);
    assert_eq!(stores.invitations.invite_code(ben, "SECOND").await?, is("SECOND"));
    Ok(())
}

/// The first inviter stays; nobody is their own, and a code of nobody links nobody.
pub async fn an_inviter_is_linked_once(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let cal = person(stores, "cal").await?;
    for (account, code) in [(ann, "ANN"), (ben, "BEN")] {
        stores.invitations.invite_code(account, code).await?;
    }
    for (account, code) in [(cal, "NOBODY"), (ann, "ANN"), (nobody(), "ANN")] {
        assert!(!stores.invitations.link_inviter(account, code).await?, "{code}");
    }
    assert_eq!(stores.invitations.inviter(cal).await?, None);
    assert!(stores.invitations.link_inviter(cal, "ANN").await?);
    assert!(!stores.invitations.link_inviter(cal, "BEN").await?);
    assert_eq!(stores.invitations.inviter(cal).await?, Some(ann));
    // With a code of one's own as well as without.
    assert!(stores.invitations.link_inviter(ben, "ANN").await?);
    assert_eq!(stores.invitations.inviter(ben).await?, Some(ann));
    assert_eq!(stores.invitations.invite_code(cal, "CAL").await?, is("CAL"));
    assert_eq!(stores.invitations.inviter(cal).await?, Some(ann));
    assert_eq!(stores.invitations.inviter(nobody()).await?, None);
    Ok(())
}

/// Of many who are offered one code at once one gets it, and of many codes for one account at once it gets one.
pub async fn one_code_at_once_is_one_account_s(stores: &Stores) -> StoreResult<()> {
    let mut people = Vec::new();
    for n in 0..8 {
        people.push(person(stores, &format!("person {n}")).await?);
    }
    let offer = |account, code: String| {
        let invitations = stores.invitations.clone();
        tokio::spawn(async move { invitations.invite_code(account, &code).await })
    };
    let tasks: Vec<_> = people.iter().map(|account| offer(*account, "ONE".to_owned())).collect();
    let mut given = 0;
    for task in tasks {
        match task.await.expect("no panic")? {
            InviteCodeOutcome::Code(_) => given += 1,
            other => assert_eq!(other, InviteCodeOutcome::Taken),
        }
    }
    assert_eq!(given, 1);

    let newcomer = person(stores, "newcomer").await?;
    let tasks: Vec<_> = (0..8).map(|n| offer(newcomer, format!("CODE{n}"))).collect();
    let mut told = Vec::new();
    for task in tasks {
        told.push(task.await.expect("no panic")?);
    }
    assert!(told.windows(2).all(|two| two[0] == two[1]), "{told:?}");
    Ok(())
}
