//! Cases about who likes whom.

use super::fixture::{ALL, DAY, ROUNDS, at, at_once, couple, decide, decision, matched, nobody, person, two};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, MatchId},
    model::{AccountStatus, Action, Interaction},
    store::{ContactRequest, InteractionOutcome, NewInteraction, Slice, Sliced, Stores, SuperLikes},
};

/// Super-likes somebody, of `most` that there are on the `day`th day; whether there was one left.
async fn super_like(
    stores: &Stores,
    (actor, target): (AccountId, AccountId),
    day: i64,
    most: i64,
) -> StoreResult<bool> {
    let super_likes = Some(SuperLikes { day: at(day * DAY), most });
    let new =
        NewInteraction { super_likes, at: at(day * DAY + 1), ..decision(actor, target, Action::SuperLike) };
    match stores.matches.record_interaction(new).await? {
        InteractionOutcome::Recorded { .. } => Ok(true),
        InteractionOutcome::NoSuperLikes => Ok(false),
        InteractionOutcome::NotVisible => panic!("the two see each other"),
    }
}

async fn people(stores: &Stores, names: &[&str]) -> StoreResult<Vec<AccountId>> {
    let mut people = Vec::new();
    for name in names {
        people.push(person(stores, name).await?);
    }
    Ok(people)
}

/// A day has as many super-likes as it has, each for another person, and the next one as many again. Who is refused one
/// has decided nothing.
pub async fn super_likes_are_counted_by_the_day(stores: &Stores) -> StoreResult<()> {
    let people = people(stores, &["ann", "ben", "cal", "dan"]).await?;
    let [ann, ben, cal, dan] = people[..] else { panic!("four people") };
    assert!(!super_like(stores, (ann, ben), 0, 0).await?);
    assert!(super_like(stores, (ann, ben), 0, 2).await?);
    assert!(super_like(stores, (ann, cal), 0, 2).await?);
    decide(stores, ann, dan, Action::Skip).await?;
    assert!(!super_like(stores, (ann, dan), 0, 2).await?);
    let kept = stores.matches.interaction(ann, dan).await?;
    assert_eq!(kept.map(|kept| kept.action), Some(Action::Skip));
    // Others have their own, and other decisions take none.
    assert!(super_like(stores, (ben, ann), 0, 1).await?);
    let like = NewInteraction {
        super_likes: Some(SuperLikes { day: at(0), most: 0 }),
        ..decision(ann, dan, Action::Like)
    };
    let liked = stores.matches.record_interaction(like).await?;
    assert!(matches!(liked, InteractionOutcome::Recorded { .. }));
    assert!(super_like(stores, (ann, dan), 0, 3).await?, "a higher level has more");
    assert!(super_like(stores, (ben, cal), 1, 1).await?);
    assert!(!super_like(stores, (ben, dan), 1, 1).await?);
    Ok(())
}

/// Everything that anybody decided comes in pages, each decision once and as it stands.
pub async fn decisions_come_in_pages(stores: &Stores) -> StoreResult<()> {
    let people = people(stores, &["ann", "ben", "cal"]).await?;
    let [ann, ben, cal] = people[..] else { panic!("three people") };
    assert_eq!(stores.matches.interactions(None, 10).await?, []);
    for (actor, target, action) in [
        (cal, ann, Action::Like),
        (ann, ben, Action::Dislike),
        (ben, cal, Action::Skip),
        (cal, ann, Action::Dislike),
    ] {
        decide(stores, actor, target, action).await?;
    }
    let mut found = Vec::new();
    loop {
        let page = stores.matches.interactions(found.last().map(|one: &Interaction| one.id), 2).await?;
        assert!(page.len() <= 2);
        if page.is_empty() {
            break;
        }
        found.extend(page);
    }
    let told: Vec<_> = found.iter().map(|one| (one.actor, one.target, one.action)).collect();
    let expected = [(cal, ann, Action::Dislike), (ann, ben, Action::Dislike), (ben, cal, Action::Skip)];
    assert_eq!(told, expected);
    Ok(())
}

/// A super-like that stands, or was taken for the same person on the day, takes none; what is replaced gives none back.
pub async fn a_super_like_that_stands_takes_none(stores: &Stores) -> StoreResult<()> {
    let people = people(stores, &["ann", "ben", "cal"]).await?;
    let [ann, ben, cal] = people[..] else { panic!("three people") };
    assert!(super_like(stores, (ann, ben), 0, 1).await?);
    assert!(super_like(stores, (ann, ben), 0, 1).await?);
    decide(stores, ann, ben, Action::Dislike).await?;
    assert!(!super_like(stores, (ann, cal), 0, 1).await?);
    assert!(super_like(stores, (ann, ben), 0, 1).await?);
    // The next day it still stands.
    assert!(super_like(stores, (ann, ben), 1, 0).await?);
    assert!(super_like(stores, (ann, cal), 1, 1).await?);
    Ok(())
}

/// Whether both say yes is told with every decision, whatever made their match.
pub async fn both_say_yes_is_told(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    matched(stores, ann, ben).await?;
    let mutual = async |actor, target, action| {
        let outcome = stores.matches.record_interaction(decision(actor, target, action)).await?;
        let InteractionOutcome::Recorded { mutual, newly_matched: false, .. } = outcome else {
            panic!("they were matched before: {outcome:?}")
        };
        StoreResult::Ok(mutual)
    };
    assert!(!mutual(ann, ben, Action::Like).await?);
    assert!(mutual(ben, ann, Action::SuperLike).await?);
    assert!(!mutual(ben, ann, Action::Dislike).await?);
    assert!(!mutual(ann, ben, Action::Like).await?);
    Ok(())
}

/// A like that is repeated keeps its moment; everything else is decided anew.
pub async fn a_like_that_stands_keeps_its_moment(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let mut moments = Vec::new();
    use Action::{Dislike, Like, Skip, SuperLike};
    for (n, action) in
        [Like, Like, SuperLike, SuperLike, Skip, Skip, Dislike, Dislike, Like].into_iter().enumerate()
    {
        let new = NewInteraction { at: at(n as i64), ..decision(ann, ben, action) };
        let InteractionOutcome::Recorded { interaction, .. } = stores.matches.record_interaction(new).await?
        else {
            panic!("the two see each other");
        };
        assert_eq!(stores.matches.interaction(ann, ben).await?, Some(interaction.clone()));
        moments.push(interaction.at);
    }
    assert_eq!(moments, [0, 0, 2, 2, 4, 5, 6, 7, 8].map(at));
    Ok(())
}

/// The latest dislike or skip is taken back, then the one before; not what is older, and no like.
pub async fn the_last_no_is_taken_back(stores: &Stores) -> StoreResult<()> {
    let people = people(stores, &["ann", "ben", "cal", "dan", "eve"]).await?;
    let [ann, ben, cal, dan, eve] = people[..] else { panic!("five people") };
    let decided =
        [(ben, Action::Skip, 1), (cal, Action::Dislike, 5), (dan, Action::Skip, 9), (eve, Action::Like, 10)];
    for (target, action, moment) in decided {
        let new = NewInteraction { at: at(moment), ..decision(ann, target, action) };
        stores.matches.record_interaction(new).await?;
    }
    let back = async || {
        let back = stores.matches.take_back(ann, at(5)).await?;
        StoreResult::Ok(back.map(|back| (back.target, back.action, back.at)))
    };
    assert_eq!(back().await?, Some((dan, Action::Skip, at(9))));
    assert_eq!(back().await?, Some((cal, Action::Dislike, at(5))));
    assert_eq!(back().await?, None);
    for (target, there) in [(ben, true), (cal, false), (dan, false), (eve, true)] {
        assert_eq!(stores.matches.interaction(ann, target).await?.is_some(), there);
    }
    assert_eq!(stores.matches.rejected(cal).await?, []);
    assert_eq!(stores.matches.take_back(nobody(), at(0)).await?, None);
    // Both decide anew.
    decide(stores, cal, ann, Action::Like).await?;
    assert!(decide(stores, ann, cal, Action::Like).await?.1);
    Ok(())
}

/// Likes come by their moment from either end, in parts that are counted over all; nothing else is among them.
pub async fn likes_come_in_parts(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let mut others = Vec::new();
    for (n, moment) in [3, 1, 2, 2, 9].into_iter().enumerate() {
        let other = person(stores, &format!("p{n}")).await?;
        let action = [Action::Like, Action::SuperLike][n % 2];
        for (actor, target) in [(ann, other), (other, ann)] {
            let new = NewInteraction { at: at(moment), ..decision(actor, target, action) };
            stores.matches.record_interaction(new).await?;
        }
        others.push(other);
    }
    for (n, action) in [Action::Dislike, Action::Skip].into_iter().enumerate() {
        let other = person(stores, &format!("q{n}")).await?;
        decide(stores, ann, other, action).await?;
        decide(stores, other, ann, action).await?;
    }
    let order = [others[1], others[2], others[3], others[0], others[4]];
    let likes = async |slice| {
        let likes = stores.matches.likes_of(ann, slice).await?;
        assert!(likes.items.iter().all(|like| like.actor == ann && like.action.is_like()));
        let likers = stores.matches.likers_of(ann, slice).await?;
        assert!(likers.items.iter().all(|like| like.target == ann && like.action.is_like()));
        let likes = likes.map(|like| like.target);
        assert_eq!(likers.map(|like| like.actor), likes);
        StoreResult::Ok(likes)
    };
    assert_eq!(likes(ALL).await?, Sliced { total: 5, items: order.to_vec() });
    let part = Slice { newest_first: true, skip: 1, limit: 2 };
    assert_eq!(likes(part).await?, Sliced { total: 5, items: vec![order[3], order[2]] });
    assert_eq!(likes(Slice { skip: 9, ..part }).await?, Sliced { total: 5, items: vec![] });
    assert_eq!(likes(Slice { limit: 0, ..part }).await?, Sliced { total: 5, items: vec![] });
    assert_eq!(stores.matches.likes_of(nobody(), ALL).await?, Sliced { total: 0, items: vec![] });
    assert_eq!(stores.matches.likers_of(nobody(), ALL).await?, Sliced { total: 0, items: vec![] });
    Ok(())
}

/// Who likes somebody is new to them until they have looked, and again when they like anew after something else.
pub async fn who_likes_is_new_once(stores: &Stores) -> StoreResult<()> {
    let people = people(stores, &["ann", "ben", "cal", "dan"]).await?;
    let [ann, ben, cal, dan] = people[..] else { panic!("four people") };
    let new = async || stores.matches.see_likers(ann).await;
    assert_eq!(new().await?, 0);
    decide(stores, ben, ann, Action::Like).await?;
    decide(stores, cal, ann, Action::SuperLike).await?;
    decide(stores, dan, ann, Action::Skip).await?;
    assert_eq!((new().await?, new().await?), (2, 0));
    decide(stores, ben, ann, Action::Like).await?;
    decide(stores, ben, ann, Action::SuperLike).await?;
    assert_eq!(new().await?, 0, "it stood already");
    decide(stores, ben, ann, Action::Dislike).await?;
    decide(stores, dan, ann, Action::Like).await?;
    assert_eq!(new().await?, 1);
    decide(stores, ben, ann, Action::Like).await?;
    stores.safety.block(ben, ann, at(3)).await?;
    assert_eq!(new().await?, 0, "hidden people are not new");
    assert_eq!(stores.matches.see_likers(nobody()).await?, 0);
    Ok(())
}

/// People who may not see each other are not in each other's lists of likes.
pub async fn hidden_people_are_not_listed(stores: &Stores) -> StoreResult<()> {
    let people = people(stores, &["ann", "ben", "cal", "dan", "eve"]).await?;
    let [ann, ben, cal, dan, eve] = people[..] else { panic!("five people") };
    for other in [ben, cal, dan, eve] {
        decide(stores, ann, other, Action::Like).await?;
        decide(stores, other, ann, Action::Like).await?;
    }
    stores.safety.block(ann, ben, at(3)).await?;
    let with_cal = stores.matches.match_between(super::fixture::pair(ann, cal)).await?.expect("a match");
    stores.matches.end_match(with_cal.matched.id, cal, at(3)).await?;
    stores.accounts.set_status(dan, AccountStatus::Locked, at(3)).await?;
    let listed = async |account| {
        let likes = stores.matches.likes_of(account, ALL).await?.map(|like| like.target);
        assert_eq!(stores.matches.likers_of(account, ALL).await?.map(|like| like.actor), likes);
        StoreResult::Ok(likes.items)
    };
    assert_eq!(listed(ann).await?, [eve]);
    assert_eq!(listed(eve).await?, [ann]);
    for other in [ben, cal, dan] {
        assert_eq!(listed(other).await?, []);
    }
    stores.safety.unblock(ann, ben).await?;
    assert_eq!(listed(ann).await?, [ben, eve]);
    Ok(())
}

/// Either of the two asks for the other's contact, once; nobody else, and not while the two are hidden.
pub async fn a_contact_is_asked_for_by_the_two_of_a_match(stores: &Stores) -> StoreResult<()> {
    let people = people(stores, &["ann", "ben", "cal"]).await?;
    let [ann, ben, cal] = people[..] else { panic!("three people") };
    let (made, other) = (matched(stores, ann, ben).await?.id, matched(stores, cal, ben).await?.id);
    let ask = async |id, by| stores.matches.ask_contact(id, by, at(4)).await;
    let asked = async || stores.matches.contact_requests(&[made, other]).await;
    let unknown = MatchId::new(9_000_000).expect("a valid identifier");
    for (id, by) in [(made, cal), (made, nobody()), (unknown, ann)] {
        assert!(!ask(id, by).await?);
    }
    assert_eq!(asked().await?, []);
    assert!(
        ask(made, ben).await? && ask(made, ben).await? && ask(other, cal).await? && ask(made, ann).await?
    );
    let request = |match_id, by| ContactRequest { match_id, by };
    assert_eq!(asked().await?, [request(made, ann), request(made, ben), request(other, cal)]);
    assert_eq!(stores.matches.contact_requests(&[other]).await?, [request(other, cal)]);
    assert_eq!(stores.matches.contact_requests(&[]).await?, []);
    stores.safety.block(cal, ben, at(5)).await?;
    assert!(!ask(other, ben).await?);
    Ok(())
}

/// Of more super-likes at the same moment than there are, as many are taken as there are.
pub async fn super_likes_at_once_are_no_more_than_there_are(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let mut others = Vec::new();
    for n in 0..6 {
        others.push(person(stores, &format!("p{n}")).await?);
    }
    let outcomes = at_once(others.iter().map(|other| {
        let (stores, pair) = (stores.clone(), (ann, *other));
        async move { super_like(&stores, pair, 0, 2).await }
    }))
    .await?;
    assert_eq!(outcomes.iter().filter(|taken| **taken).count(), 2);
    assert_eq!(stores.matches.likes_of(ann, ALL).await?.total, 2);
    Ok(())
}

/// Two who take back at the same moment take back two decisions.
pub async fn two_who_take_back_at_once_take_back_two(stores: &Stores) -> StoreResult<()> {
    for round in 0..ROUNDS {
        let (ann, ben) = couple(stores, round).await?;
        let cal = person(stores, &format!("c{round}")).await?;
        for other in [ben, cal] {
            decide(stores, ann, other, Action::Dislike).await?;
        }
        let outcomes = at_once((0..3).map(|_| {
            let matches = stores.matches.clone();
            async move { matches.take_back(ann, Millis(0)).await }
        }))
        .await?;
        let mut back: Vec<AccountId> = outcomes.into_iter().flatten().map(|back| back.target).collect();
        back.sort_unstable();
        assert_eq!(back, [ben, cal]);
    }
    Ok(())
}

/// Of two who look at the same moment one is told what is new.
pub async fn who_likes_is_new_to_one_of_two(stores: &Stores) -> StoreResult<()> {
    for round in 0..ROUNDS {
        let (ann, ben) = couple(stores, round).await?;
        decide(stores, ben, ann, Action::Like).await?;
        let outcomes = at_once((0..3).map(|_| {
            let matches = stores.matches.clone();
            async move { matches.see_likers(ann).await }
        }))
        .await?;
        assert_eq!(outcomes.into_iter().sum::<usize>(), 1);
    }
    Ok(())
}
