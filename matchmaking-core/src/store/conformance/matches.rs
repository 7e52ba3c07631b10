//! Cases about interactions and matches.

use super::fixture::{
    ALL, at, decide, decision, matched, nobody, odd_texts, pair, person, say, terms, to_match, two,
};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::MatchId,
    model::Action,
    store::{
        CreateMatchOutcome, InteractionOutcome, MatchCounts, MatchFilter, MatchTerms, MatchView,
        NewInteraction, NewMatch, Slice, Stores,
    },
};

/// The second of two likes makes the match, told as new once; whoever made it is its first, on their terms.
pub async fn two_likes_make_one_match(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let first = NewInteraction { terms: terms("too early"), ..decision(ann, ben, Action::Like) };
    let outcome = stores.matches.record_interaction(first).await?;
    assert!(matches!(outcome, InteractionOutcome::Recorded { matched: None, newly_matched: false, .. }));
    let (made, new) = decide(stores, ben, ann, Action::SuperLike).await?;
    let made = made.expect("a match");
    assert!(new);
    assert_eq!((made.first, made.second, made.score), (ben, ann, 77));
    assert_eq!(made.reason_for(ben), Some("decided to the first"));
    assert_eq!(made.reason_for(ann), Some("decided to the second"));
    assert_eq!((made.liked, made.created_at, made.ended_at), (false, at(1), None));
    for (actor, target) in [(ann, ben), (ben, ann)] {
        assert_eq!(decide(stores, actor, target, Action::Like).await?, (Some(made.clone()), false));
    }
    Ok(())
}

/// Likes and super-likes say yes; nothing else makes a match, on either side.
pub async fn only_likes_make_matches(stores: &Stores) -> StoreResult<()> {
    let actions = [Action::Like, Action::SuperLike, Action::Dislike, Action::Skip];
    for (n, mine) in actions.into_iter().enumerate() {
        for (m, theirs) in actions.into_iter().enumerate() {
            let ann = person(stores, &format!("a{n}{m}")).await?;
            let ben = person(stores, &format!("b{n}{m}")).await?;
            assert_eq!(decide(stores, ann, ben, mine).await?, (None, false));
            let (made, new) = decide(stores, ben, ann, theirs).await?;
            let both = mine.is_like() && theirs.is_like();
            assert_eq!((made.is_some(), new), (both, both), "{mine:?} {theirs:?}");
        }
    }
    Ok(())
}

/// A later decision about the same person replaces the earlier one and keeps its number.
pub async fn a_later_decision_replaces_an_earlier_one(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    assert_eq!(stores.matches.interaction(ann, ben).await?, None);
    let mut ids = Vec::new();
    for (n, action) in [Action::Skip, Action::Dislike, Action::Like].into_iter().enumerate() {
        let new = NewInteraction { at: at(n as i64), ..decision(ann, ben, action) };
        let InteractionOutcome::Recorded { interaction, .. } = stores.matches.record_interaction(new).await?
        else {
            panic!("the two see each other");
        };
        let told = (interaction.actor, interaction.target, interaction.action, interaction.at);
        assert_eq!(told, (ann, ben, action, at(n as i64)));
        assert_eq!(stores.matches.interaction(ann, ben).await?, Some(interaction.clone()));
        ids.push(interaction.id);
    }
    assert!(ids.iter().all(|id| *id == ids[0]));
    assert_eq!(stores.matches.interaction(ben, ann).await?, None);
    Ok(())
}

/// A match stays when a decision changes afterwards.
pub async fn a_match_outlives_the_decision(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    decide(stores, ann, ben, Action::Like).await?;
    let (made, _) = decide(stores, ben, ann, Action::Like).await?;
    assert_eq!(decide(stores, ann, ben, Action::Dislike).await?, (made.clone(), false));
    assert_eq!(decide(stores, ann, ben, Action::Like).await?, (made, false));
    assert_eq!(stores.matches.matches_of(ann).await?.len(), 1);
    Ok(())
}

/// Decisions and matches about oneself or an unknown person are not visible and leave nothing.
pub async fn decisions_about_nobody_are_not_visible(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    for (actor, target) in [(ann, ann), (ann, nobody()), (nobody(), ann)] {
        let outcome = stores.matches.record_interaction(decision(actor, target, Action::Like)).await?;
        assert_eq!(outcome, InteractionOutcome::NotVisible);
        let outcome = stores.matches.create_match(to_match(actor, target)).await?;
        assert_eq!(outcome, CreateMatchOutcome::NotVisible);
        assert_eq!(stores.matches.interaction(actor, target).await?, None);
    }
    let unknown = MatchId::new(9_000_000).expect("a valid identifier");
    assert_eq!(stores.matches.match_view(unknown).await?, None);
    assert_eq!(stores.matches.match_between(pair(ann, nobody())).await?, None);
    assert_eq!(stores.matches.toggle_like(unknown).await?, None);
    assert!(!stores.matches.end_match(unknown, ann, at(1)).await?);
    for anyone in [ann, nobody()] {
        assert_eq!(stores.matches.matches_of(anyone).await?, []);
        assert_eq!(stores.matches.partners(anyone).await?, []);
        assert_eq!(stores.matches.rejected(anyone).await?, []);
    }
    Ok(())
}

/// The rejected are those disliked and those who disliked, ascending, each once; other decisions do not count.
pub async fn rejection_counts_both_ways(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let mut others = Vec::new();
    for n in 0..5 {
        others.push(person(stores, &format!("p{n}")).await?);
    }
    decide(stores, others[3], ann, Action::Dislike).await?;
    decide(stores, ann, others[1], Action::Dislike).await?;
    decide(stores, others[1], ann, Action::Dislike).await?;
    decide(stores, ann, others[0], Action::Skip).await?;
    decide(stores, ann, others[2], Action::Like).await?;
    decide(stores, ann, others[4], Action::Dislike).await?;
    decide(stores, ann, others[4], Action::Like).await?;
    assert_eq!(stores.matches.rejected(ann).await?, [others[1], others[3]]);
    assert_eq!(stores.matches.rejected(others[3]).await?, [ann]);
    assert_eq!(stores.matches.rejected(others[4]).await?, []);
    Ok(())
}

/// Making the match of a pair again, either way round, returns it unchanged.
pub async fn a_pair_is_matched_once(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let made = matched(stores, ben, ann).await?;
    assert_eq!((made.first, made.second, made.created_at), (ben, ann, at(2)));
    for (first, second) in [(ben, ann), (ann, ben)] {
        let again = NewMatch { first, second, terms: terms("again"), at: at(9) };
        let outcome = stores.matches.create_match(again).await?;
        assert_eq!(outcome, CreateMatchOutcome::Existing(made.clone()));
    }
    let view = MatchView { matched: made.clone(), conversation: None, last_seq: 0, days: 0 };
    assert_eq!(stores.matches.match_view(made.id).await?, Some(view.clone()));
    assert_eq!(stores.matches.match_between(pair(ann, ben)).await?, Some(view));
    Ok(())
}

/// Likes of two who were matched otherwise find that match, and make none.
pub async fn a_like_after_a_match_makes_none(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let made = matched(stores, ann, ben).await?;
    assert_eq!(decide(stores, ben, ann, Action::Like).await?, (Some(made.clone()), false));
    assert_eq!(decide(stores, ann, ben, Action::Like).await?, (Some(made), false));
    Ok(())
}

/// A match tells the direct conversation of its two people once opened, and how far it has come.
pub async fn a_match_says_what_came_of_it(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let made = matched(stores, ann, ben).await?;
    let direct = stores.conversations.open_direct(pair(ann, ben), at(3)).await?.id;
    let view =
        |last_seq, days| MatchView { matched: made.clone(), conversation: Some(direct), last_seq, days };
    assert_eq!(stores.matches.match_view(made.id).await?, Some(view(0, 0)));
    say(stores, direct, ann, "hello").await?;
    say(stores, direct, ben, "hi").await?;
    assert_eq!(stores.matches.match_between(pair(ann, ben)).await?, Some(view(2, 1)));
    assert_eq!(stores.matches.matches_of(ben).await?, [view(2, 1)]);
    let standing = stores.conversations.standing(direct, ben).await?.expect("the conversation");
    assert_eq!(standing.match_id, Some(made.id));
    Ok(())
}

/// The matches of a person come oldest first, whichever side they are on.
pub async fn matches_come_oldest_first(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let mut made = Vec::new();
    for n in 0..5 {
        let other = person(stores, &format!("p{n}")).await?;
        let (first, second) = if n % 2 == 0 { (ann, other) } else { (other, ann) };
        made.push(matched(stores, first, second).await?.id);
    }
    let (cal, dan) = (person(stores, "cal").await?, person(stores, "dan").await?);
    matched(stores, cal, dan).await?;
    let seen: Vec<_> = stores.matches.matches_of(ann).await?.iter().map(|view| view.matched.id).collect();
    assert_eq!(seen, made);
    Ok(())
}

/// Partners are all with whom there ever was a match, ended and hidden ones included, ascending.
pub async fn partners_are_all_there_ever_were(stores: &Stores) -> StoreResult<()> {
    let mut others = Vec::new();
    for n in 0..4 {
        others.push(person(stores, &format!("p{n}")).await?);
    }
    let ann = person(stores, "ann").await?;
    for other in others.iter().take(3).rev() {
        matched(stores, *other, ann).await?;
    }
    let ended = stores.matches.matches_of(others[0]).await?[0].matched.id;
    stores.matches.end_match(ended, ann, at(3)).await?;
    stores.safety.block(others[1], ann, at(3)).await?;
    assert_eq!(stores.matches.partners(ann).await?, others[..3]);
    assert_eq!(stores.matches.matches_of(ann).await?.len(), 1);
    Ok(())
}

/// The like of a match flips each time, and only it.
pub async fn a_like_flips(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let mut expected = matched(stores, ann, ben).await?;
    for liked in [true, false, true] {
        expected.liked = liked;
        assert_eq!(stores.matches.toggle_like(expected.id).await?, Some(expected.clone()));
    }
    assert_eq!(stores.matches.match_view(expected.id).await?.map(|view| view.matched), Some(expected));
    Ok(())
}

/// Either of the two ends a match, once; that closes their direct conversation. Nobody else does.
pub async fn a_match_ends_once_and_by_its_own(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let cal = person(stores, "cal").await?;
    let made = matched(stores, ann, ben).await?;
    let direct = stores.conversations.open_direct(pair(ann, ben), at(3)).await?.id;
    let closed = async || {
        stores.conversations.conversation(direct).await.map(|kept| kept.and_then(|kept| kept.closed_at))
    };
    for stranger in [cal, nobody()] {
        assert!(!stores.matches.end_match(made.id, stranger, at(4)).await?);
    }
    assert_eq!(closed().await?, None);
    assert!(stores.matches.end_match(made.id, ben, at(5)).await?);
    assert_eq!(closed().await?, Some(at(5)));
    assert!(!stores.matches.end_match(made.id, ann, at(6)).await?);
    assert_eq!(closed().await?, Some(at(5)));
    // The hidden may be ended as well.
    let other = matched(stores, ann, cal).await?;
    stores.safety.block(cal, ann, at(6)).await?;
    assert!(stores.matches.end_match(other.id, ann, at(7)).await?);
    Ok(())
}

/// Odd texts, the extremes of the score and of time come back as they were.
pub async fn terms_come_back_as_they_were(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    for (n, odd) in odd_texts().into_iter().enumerate() {
        let other = person(stores, &format!("p{n}")).await?;
        let score = [0, 100, 1, 99][n % 4];
        let moment = Millis([i64::MIN, i64::MAX, 0, -1][n % 4]);
        let terms = MatchTerms { reason_for_first: odd.clone(), reason_for_second: format!("{odd}2"), score };
        let new = NewMatch { first: other, second: ann, terms, at: moment };
        let CreateMatchOutcome::Made(made) = stores.matches.create_match(new).await? else {
            panic!("the two see each other");
        };
        let kept = stores.matches.match_view(made.id).await?.map(|view| view.matched);
        assert_eq!(kept.as_ref(), Some(&made));
        assert_eq!((made.reason_for_first, made.score, made.created_at), (odd, score, moment));
    }
    Ok(())
}

/// Somebody's matches come by identifier from either end, in parts: all of them, those without a message or those with
/// one; of people whom one may not see neither the match nor its number.
pub async fn matches_come_in_parts(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let mut ids = Vec::new();
    for n in 0..6 {
        let other = person(stores, &format!("p{n}")).await?;
        let (first, second) = if n % 2 == 0 { (ann, other) } else { (other, ann) };
        let made = matched(stores, first, second).await?;
        if n < 4 {
            let open = stores.conversations.open_direct(pair(ann, other), at(2)).await?;
            if n < 3 {
                say(stores, open.id, other, "hello").await?;
            }
        }
        match n {
            0 => _ = stores.safety.block(other, ann, at(3)).await?,
            5 => assert!(stores.matches.end_match(made.id, other, at(3)).await?),
            _ => ids.push(made.id),
        }
    }
    let page = async |filter, slice| {
        let page = stores.matches.matches_page(ann, filter, slice).await?;
        let ids: Vec<MatchId> = page.items.iter().map(|view| view.matched.id).collect();
        StoreResult::Ok((page.total, ids))
    };
    assert_eq!(page(MatchFilter::All, ALL).await?, (4, ids.clone()));
    assert_eq!(page(MatchFilter::Active, ALL).await?, (2, ids[..2].to_vec()));
    assert_eq!(page(MatchFilter::New, ALL).await?, (2, ids[2..].to_vec()));
    let middle = Slice { newest_first: true, skip: 1, limit: 2 };
    assert_eq!(page(MatchFilter::All, middle).await?, (4, vec![ids[2], ids[1]]));
    assert_eq!(page(MatchFilter::New, Slice::newest(1)).await?, (2, vec![ids[3]]));
    assert_eq!(page(MatchFilter::All, Slice { skip: 9, ..ALL }).await?, (4, Vec::new()));
    let all = stores.matches.matches_page(ann, MatchFilter::All, ALL).await?;
    assert_eq!(all.items, stores.matches.matches_of(ann).await?);
    assert_eq!(stores.matches.matches_page(nobody(), MatchFilter::All, ALL).await?.total, 0);
    Ok(())
}

/// Matches are counted, those of late besides, and the messages of others in them that were not read.
pub async fn matches_are_counted(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let (cal, dan) = (person(stores, "cal").await?, person(stores, "dan").await?);
    assert_eq!(stores.matches.match_counts(ann, at(0)).await?, MatchCounts::default());
    for (other, moment) in [(ben, 1), (cal, 5), (dan, 6)] {
        let new = NewMatch { at: at(moment), ..to_match(ann, other) };
        stores.matches.create_match(new).await?;
        let open = stores.conversations.open_direct(pair(ann, other), at(7)).await?;
        say(stores, open.id, other, "one").await?;
        say(stores, open.id, ann, "two").await?;
        say(stores, open.id, other, "three").await?;
        if other == ben {
            stores.messages.mark_read(open.id, ann, 1, at(8)).await?;
        }
    }
    let counts = |total, new, unread| MatchCounts { total, new, unread };
    assert_eq!(stores.matches.match_counts(ann, at(5)).await?, counts(3, 2, 5));
    assert_eq!(stores.matches.match_counts(ben, at(5)).await?, counts(1, 0, 1));
    stores.safety.block(ann, dan, at(9)).await?;
    assert_eq!(stores.matches.match_counts(ann, at(0)).await?, counts(2, 2, 3));
    Ok(())
}

/// The matches with some people are found among all, while the two see each other.
pub async fn matches_with_some_are_found(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let (cal, dan) = (person(stores, "cal").await?, person(stores, "dan").await?);
    let with_ben = matched(stores, ben, ann).await?.id;
    let with_cal = matched(stores, ann, cal).await?.id;
    matched(stores, ben, cal).await?;
    let with = async |others: &[_]| {
        let found = stores.matches.matches_with(ann, others).await?;
        StoreResult::Ok(found.into_iter().map(|view| view.matched.id).collect::<Vec<_>>())
    };
    assert_eq!(with(&[]).await?, []);
    assert_eq!(with(&[cal]).await?, [with_cal]);
    assert_eq!(with(&[cal, ben, dan, nobody(), ann, ben]).await?, [with_ben, with_cal]);
    stores.safety.block(ben, ann, at(3)).await?;
    assert_eq!(with(&[ben, cal]).await?, [with_cal]);
    Ok(())
}

/// Somebody's decisions come by target, in parts, whatever was decided and whether or not the two see each other.
pub async fn decisions_come_in_parts(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let mut others = Vec::new();
    for (n, action) in
        [Action::Skip, Action::Like, Action::Dislike, Action::SuperLike].into_iter().enumerate()
    {
        let other = person(stores, &format!("p{n}")).await?;
        decide(stores, ann, other, action).await?;
        decide(stores, other, ann, Action::Skip).await?;
        others.push((other, action));
    }
    stores.safety.block(others[1].0, ann, at(2)).await?;
    let page = async |after, limit| {
        let found = stores.matches.decisions_of(ann, after, limit).await?;
        assert!(found.iter().all(|mine| mine.actor == ann));
        StoreResult::Ok(found.into_iter().map(|mine| (mine.target, mine.action)).collect::<Vec<_>>())
    };
    assert_eq!(page(None, 9).await?, others);
    assert_eq!(page(None, 2).await?, others[..2]);
    assert_eq!(page(Some(others[1].0), 2).await?, others[2..]);
    assert_eq!(page(Some(others[3].0), 2).await?, []);
    assert_eq!(stores.matches.decisions_of(nobody(), None, 9).await?, []);
    Ok(())
}
