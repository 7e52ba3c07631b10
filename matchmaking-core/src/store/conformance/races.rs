//! Cases about what happens at the same moment: the outcome is that of one after the other.

use std::collections::BTreeSet;

use super::fixture::{
    ROUNDS, at, at_once, couple, decision, group, marks, matched, named, pair, person, say, telegram, to_add,
    to_match, two,
};
use crate::{
    error::StoreResult,
    model::Action,
    store::{
        BlockOutcome, CreateMatchOutcome, GroupOutcome, GroupRefusal, InteractionOutcome, ReadOutcome, Stores,
    },
};

/// Of two likes at the same moment exactly one is told that it made the match, and both find the same.
pub async fn two_likes_at_once_make_one_match(stores: &Stores) -> StoreResult<()> {
    for round in 0..ROUNDS {
        let (ann, ben) = couple(stores, round).await?;
        let outcomes = at_once([(ann, ben), (ben, ann)].map(|(actor, target)| {
            let matches = stores.matches.clone();
            async move { matches.record_interaction(decision(actor, target, Action::Like)).await }
        }))
        .await?;
        let new = |outcome: &&InteractionOutcome| {
            matches!(outcome, InteractionOutcome::Recorded { newly_matched: true, matched: Some(_), .. })
        };
        assert_eq!(outcomes.iter().filter(new).count(), 1, "{outcomes:?}");
        assert_eq!(stores.matches.matches_of(ann).await?.len(), 1);
        assert_eq!(stores.matches.matches_of(ben).await?, stores.matches.matches_of(ann).await?);
    }
    Ok(())
}

/// Of several who make the match of a pair at the same moment, either way round, one makes it.
pub async fn two_matches_at_once_are_one(stores: &Stores) -> StoreResult<()> {
    for round in 0..ROUNDS {
        let (ann, ben) = couple(stores, round).await?;
        let outcomes = at_once([(ann, ben), (ben, ann), (ann, ben), (ben, ann)].map(|(first, second)| {
            let matches = stores.matches.clone();
            async move { matches.create_match(to_match(first, second)).await }
        }))
        .await?;
        let made = outcomes.iter().filter(|outcome| matches!(outcome, CreateMatchOutcome::Made(_))).count();
        assert_eq!(made, 1, "{outcomes:?}");
        let ids: BTreeSet<_> = outcomes
            .iter()
            .map(|outcome| match outcome {
                CreateMatchOutcome::Made(one) | CreateMatchOutcome::Existing(one) => one.id,
                CreateMatchOutcome::NotVisible => panic!("the two see each other"),
            })
            .collect();
        assert_eq!(ids.len(), 1);
    }
    Ok(())
}

/// Several who open a direct conversation at the same moment get the same one, with its two members.
pub async fn two_openings_at_once_are_one(stores: &Stores) -> StoreResult<()> {
    for round in 0..ROUNDS {
        let (ann, ben) = couple(stores, round).await?;
        let opened = at_once((0..4).map(|_| {
            let conversations = stores.conversations.clone();
            async move { conversations.open_direct(pair(ann, ben), at(1)).await }
        }))
        .await?;
        assert!(opened.iter().all(|one| *one == opened[0]), "{opened:?}");
        assert_eq!(stores.conversations.members(opened[0].id).await?.len(), 2);
    }
    Ok(())
}

/// A like that meets a block at the same moment comes before it or is not recorded; afterwards nothing shows.
pub async fn a_like_and_a_block_at_once_leave_no_visible_match(stores: &Stores) -> StoreResult<()> {
    for round in 0..ROUNDS {
        let (ann, ben) = couple(stores, round).await?;
        stores.matches.record_interaction(decision(ann, ben, Action::Like)).await?;
        let (matches, safety) = (stores.matches.clone(), stores.safety.clone());
        let like =
            tokio::spawn(async move { matches.record_interaction(decision(ben, ann, Action::Like)).await });
        let block = tokio::spawn(async move { safety.block(ann, ben, at(2)).await });
        let (like, block) = (like.await.expect("no panic")?, block.await.expect("no panic")?);
        assert_eq!(block, BlockOutcome::Blocked);
        let recorded = stores.matches.interaction(ben, ann).await?.is_some();
        assert_eq!(recorded, like != InteractionOutcome::NotVisible);
        assert_eq!(stores.matches.matches_of(ann).await?, []);
        assert_eq!(stores.matches.matches_of(ben).await?, []);
        assert_eq!(stores.matches.partners(ann).await?.len(), usize::from(recorded));
    }
    Ok(())
}

/// Marks at the same moment never go back: their steps fit together without gap or overlap.
pub async fn reading_at_once_is_monotone(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let walks = group(stores, ann, &[ben]).await?;
    for n in 0..20 {
        say(stores, walks, ann, &n.to_string()).await?;
    }
    let outcomes = at_once((0..20_i64).map(|n| {
        let messages = stores.messages.clone();
        async move {
            let seq = (n * 7) % 20 + 1;
            if n % 5 == 0 {
                messages.mark_delivered(walks, ben, seq).await.map(|_| ReadOutcome::Unchanged)
            } else {
                messages.mark_read(walks, ben, seq, at(seq)).await
            }
        }
    }))
    .await?;
    let mut steps: Vec<_> = outcomes
        .into_iter()
        .filter_map(|outcome| match outcome {
            ReadOutcome::Advanced { from, to } => Some((from, to)),
            _ => None,
        })
        .collect();
    steps.sort_unstable();
    let mut reached = 0;
    for (from, to) in &steps {
        assert_eq!(*from, reached);
        reached = *to;
    }
    let member = stores.conversations.member(walks, ben).await?.expect("a member");
    assert_eq!(member.read_seq, reached);
    assert!(member.delivered_seq >= member.read_seq);
    let marks: Vec<_> = marks(stores, walks).await?.iter().map(|mark| mark.seq).collect();
    assert_eq!(marks, steps.iter().map(|(_, to)| *to).collect::<Vec<_>>());
    Ok(())
}

/// Of flips at the same moment each counts.
pub async fn toggles_at_once_all_count(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let made = matched(stores, ann, ben).await?;
    let outcomes = at_once((0..9).map(|_| {
        let matches = stores.matches.clone();
        async move { matches.toggle_like(made.id).await }
    }))
    .await?;
    let liked = outcomes.iter().flatten().filter(|one| one.liked).count();
    assert_eq!((outcomes.len(), liked), (9, 5));
    assert_eq!(stores.matches.match_view(made.id).await?.map(|view| view.matched.liked), Some(true));
    Ok(())
}

/// Of several who add one person at the same moment one adds them.
pub async fn adding_at_once_adds_once(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let walks = group(stores, ann, &[]).await?;
    let outcomes = at_once((0..6).map(|_| {
        let conversations = stores.conversations.clone();
        async move { conversations.add_member(to_add(walks, ann, ben)).await }
    }))
    .await?;
    let added = outcomes.iter().filter(|outcome| **outcome == GroupOutcome::Done(())).count();
    let already =
        outcomes.iter().filter(|outcome| **outcome == GroupOutcome::Refused(GroupRefusal::Already)).count();
    assert_eq!((added, already), (1, 5));
    assert_eq!(stores.conversations.members(walks).await?.len(), 2);
    Ok(())
}

/// A caller who goes away midway has done all of it or nothing, and the store goes on.
pub async fn a_caller_who_leaves_has_done_all_or_nothing(stores: &Stores) -> StoreResult<()> {
    let ben = person(stores, "ben").await?;
    for n in 0..ROUNDS {
        let mut new = named(&format!("a{n}"));
        new.identities.push(telegram(n as i64 + 1));
        let identities = new.identities.clone();
        let accounts = stores.accounts.clone();
        let leaving = tokio::spawn(async move { accounts.create_account(new).await });
        for _ in 0..n * 2 {
            tokio::task::yield_now().await;
        }
        leaving.abort();
        let gone = leaving.await;
        // A write that waits its turn behind what was left midway.
        stores.people.touch(ben, at(n as i64)).await?;
        let mut made = Vec::new();
        for identity in identities {
            made.extend(stores.accounts.account_by_identity(identity.kind, &identity.folded).await?);
        }
        match made.as_slice() {
            [] => assert!(gone.is_err(), "an account that was told of is lost"),
            [one, other] => {
                assert_eq!(one, other);
                assert!(stores.people.person(one.id).await?.is_some());
            }
            half => panic!("half an account: {half:?}"),
        }
    }
    Ok(())
}
