//! Interactions and matches in memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound::{Excluded, Unbounded},
};

use async_trait::async_trait;

use super::{MemoryStore, State, next};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, InteractionId, MatchId},
    model::{Action, Interaction, Match, Pair},
    store::{
        ContactRequest, CreateMatchOutcome, InteractionOutcome, MatchCounts, MatchFilter, MatchStore,
        MatchTerms, MatchView, NewInteraction, NewMatch, Slice, Sliced, decision::takes_super_like,
    },
};

#[async_trait]
impl MatchStore for MemoryStore {
    async fn record_interaction(&self, new: NewInteraction) -> StoreResult<InteractionOutcome> {
        let mut state = self.lock()?;
        let (actor, target) = (new.actor, new.target);
        let Some(pair) = Pair::new(actor, target).filter(|_| state.sees(actor, target)) else {
            return Ok(InteractionOutcome::NotVisible);
        };
        let earlier = state.decision(actor, target).cloned();
        if let Some(super_likes) = new.super_likes.filter(|_| takes_super_like(&new, earlier.as_ref()))
            && !state.take_super_like(actor, target, super_likes)
        {
            return Ok(InteractionOutcome::NoSuperLikes);
        }
        let id = match &earlier {
            Some(earlier) => earlier.id,
            None => next(&mut state.last_interaction, InteractionId::new)?,
        };
        let at = match &earlier {
            Some(earlier) if earlier.action == new.action && new.action.is_like() => earlier.at,
            _ => new.at,
        };
        let interaction = Interaction { id, actor, target, action: new.action, at };
        let liked = earlier.is_some_and(|earlier| earlier.action.is_like());
        if !new.action.is_like() {
            state.unseen_likes.entry(target).or_default().remove(&actor);
        } else if !liked {
            state.unseen_likes.entry(target).or_default().insert(actor);
        }
        state.interactions.entry(actor).or_default().insert(target, interaction.clone());
        state.deciders.entry(target).or_default().insert(actor);

        let matched = state.match_of(pair).cloned();
        let mutual =
            new.action.is_like() && state.decision(target, actor).is_some_and(|their| their.action.is_like());
        if matched.is_none() && mutual {
            let made = state.make_match(actor, target, pair, new.terms, new.at)?;
            return Ok(InteractionOutcome::Recorded {
                interaction,
                matched: Some(made),
                newly_matched: true,
                mutual,
            });
        }
        Ok(InteractionOutcome::Recorded { interaction, matched, newly_matched: false, mutual })
    }

    async fn take_back(&self, actor: AccountId, since: Millis) -> StoreResult<Option<Interaction>> {
        Ok(self.lock()?.take_back(actor, since))
    }

    async fn likes_of(&self, actor: AccountId, slice: Slice) -> StoreResult<Sliced<Interaction>> {
        Ok(slice.of(self.lock()?.likes_of(actor)))
    }

    async fn likers_of(&self, target: AccountId, slice: Slice) -> StoreResult<Sliced<Interaction>> {
        Ok(slice.of(self.lock()?.likers_of(target)))
    }

    async fn see_likers(&self, target: AccountId) -> StoreResult<usize> {
        Ok(self.lock()?.see_likers(target))
    }

    async fn interaction(&self, actor: AccountId, target: AccountId) -> StoreResult<Option<Interaction>> {
        Ok(self.lock()?.decision(actor, target).cloned())
    }

    async fn decisions_of(
        &self,
        actor: AccountId,
        after: Option<AccountId>,
        limit: usize,
    ) -> StoreResult<Vec<Interaction>> {
        let state = self.lock()?;
        let Some(mine) = state.interactions.get(&actor) else { return Ok(Vec::new()) };
        let rest = mine.range((after.map_or(Unbounded, Excluded), Unbounded));
        Ok(rest.take(limit).map(|(_, decision)| decision.clone()).collect())
    }

    async fn interactions(
        &self,
        after: Option<InteractionId>,
        limit: usize,
    ) -> StoreResult<Vec<Interaction>> {
        let state = self.lock()?;
        let all = state.interactions.values().flat_map(BTreeMap::values);
        let mut found: Vec<Interaction> = all.filter(|one| Some(one.id) > after).cloned().collect();
        found.sort_unstable_by_key(|one| one.id);
        found.truncate(limit);
        Ok(found)
    }

    async fn rejected(&self, account: AccountId) -> StoreResult<Vec<AccountId>> {
        let state = self.lock()?;
        let by_me = state.interactions.get(&account).into_iter().flatten();
        let by_me = by_me.filter(|(_, mine)| mine.action == Action::Dislike).map(|(target, _)| *target);
        let of_me = state.deciders.get(&account).into_iter().flatten().copied().filter(|actor| {
            state.decision(*actor, account).is_some_and(|theirs| theirs.action == Action::Dislike)
        });
        Ok(by_me.chain(of_me).collect::<BTreeSet<_>>().into_iter().collect())
    }

    async fn create_match(&self, new: NewMatch) -> StoreResult<CreateMatchOutcome> {
        let mut state = self.lock()?;
        let Some(pair) = Pair::new(new.first, new.second).filter(|_| state.sees(new.first, new.second))
        else {
            return Ok(CreateMatchOutcome::NotVisible);
        };
        if let Some(existing) = state.match_of(pair) {
            return Ok(CreateMatchOutcome::Existing(existing.clone()));
        }
        let made = state.make_match(new.first, new.second, pair, new.terms, new.at)?;
        Ok(CreateMatchOutcome::Made(made))
    }

    async fn match_view(&self, id: MatchId) -> StoreResult<Option<MatchView>> {
        let state = self.lock()?;
        Ok(state.matches.get(&id).and_then(|matched| state.view(matched)))
    }

    async fn match_between(&self, pair: Pair) -> StoreResult<Option<MatchView>> {
        let state = self.lock()?;
        Ok(state.match_of(pair).and_then(|matched| state.view(matched)))
    }

    async fn matches_of(&self, account: AccountId) -> StoreResult<Vec<MatchView>> {
        Ok(self.lock()?.views(account).collect())
    }

    async fn matches_page(
        &self,
        account: AccountId,
        filter: MatchFilter,
        slice: Slice,
    ) -> StoreResult<Sliced<MatchView>> {
        let state = self.lock()?;
        let is_meant = |view: &MatchView| match filter {
            MatchFilter::All => true,
            MatchFilter::New => view.last_seq == 0,
            MatchFilter::Active => view.last_seq > 0,
        };
        Ok(slice.of(state.views(account).filter(is_meant).collect()))
    }

    async fn match_counts(&self, account: AccountId, since: Millis) -> StoreResult<MatchCounts> {
        let state = self.lock()?;
        let mut counts = MatchCounts::default();
        for view in state.views(account) {
            counts.total += 1;
            counts.new += usize::from(view.matched.created_at >= since);
            let thread = view.conversation.and_then(|id| state.conversations.get(&id));
            counts.unread += thread.map_or(0, |thread| thread.unread(account, &[]));
        }
        Ok(counts)
    }

    async fn matches_with(&self, account: AccountId, others: &[AccountId]) -> StoreResult<Vec<MatchView>> {
        let state = self.lock()?;
        let pairs = others.iter().filter_map(|other| Pair::new(account, *other));
        let ids: BTreeSet<_> = pairs.filter_map(|pair| state.match_of_pair.get(&pair)).collect();
        Ok(ids.into_iter().filter_map(|id| state.view(state.matches.get(id)?)).collect())
    }

    async fn partners(&self, account: AccountId) -> StoreResult<Vec<AccountId>> {
        let state = self.lock()?;
        let ids = state.matches_of.get(&account).into_iter().flatten();
        let partner = |id| state.matches.get(id).and_then(|matched: &Match| matched.partner_of(account));
        Ok(ids.filter_map(partner).collect::<BTreeSet<_>>().into_iter().collect())
    }

    async fn toggle_like(&self, id: MatchId) -> StoreResult<Option<Match>> {
        let mut state = self.lock()?;
        let visible = state.matches.get(&id).is_some_and(|matched| state.sees(matched.first, matched.second));
        Ok(state.matches.get_mut(&id).filter(|_| visible).map(|matched| {
            matched.liked = !matched.liked;
            matched.clone()
        }))
    }

    async fn end_match(&self, id: MatchId, by: AccountId, at: Millis) -> StoreResult<bool> {
        let mut state = self.lock()?;
        let Some(matched) = state.matches.get_mut(&id) else { return Ok(false) };
        if matched.partner_of(by).is_none() || matched.ended_at.is_some() {
            return Ok(false);
        }
        matched.ended_at = Some(at);
        let pair = Pair::new(matched.first, matched.second);
        let direct = pair.and_then(|pair| state.direct_of_pair.get(&pair).copied());
        if let Some(thread) = direct.and_then(|direct| state.conversations.get_mut(&direct)) {
            thread.conversation.closed_at.get_or_insert(at);
        }
        Ok(true)
    }

    async fn ask_contact(&self, id: MatchId, by: AccountId, _at: Millis) -> StoreResult<bool> {
        let mut state = self.lock()?;
        let partner = state.matches.get(&id).and_then(|matched| matched.partner_of(by));
        if !partner.is_some_and(|partner| state.sees(by, partner)) {
            return Ok(false);
        }
        state.contact_requests.insert((id, by));
        Ok(true)
    }

    async fn contact_requests(&self, ids: &[MatchId]) -> StoreResult<Vec<ContactRequest>> {
        let state = self.lock()?;
        let asked = state.contact_requests.iter().filter(|(id, _)| ids.contains(id));
        Ok(asked.map(|&(match_id, by)| ContactRequest { match_id, by }).collect())
    }
}

impl State {
    pub(super) fn decision(&self, actor: AccountId, target: AccountId) -> Option<&Interaction> {
        self.interactions.get(&actor)?.get(&target)
    }

    fn make_match(
        &mut self,
        first: AccountId,
        second: AccountId,
        pair: Pair,
        terms: MatchTerms,
        at: Millis,
    ) -> StoreResult<Match> {
        let id = next(&mut self.last_match, MatchId::new)?;
        let made = Match {
            id,
            first,
            second,
            reason_for_first: terms.reason_for_first,
            reason_for_second: terms.reason_for_second,
            score: terms.score,
            liked: false,
            created_at: at,
            ended_at: None,
        };
        self.matches.insert(id, made.clone());
        self.match_of_pair.insert(pair, id);
        for side in [first, second] {
            self.matches_of.entry(side).or_default().insert(id);
        }
        Ok(made)
    }

    /// The matches of a person with people whom they may see, oldest first.
    fn views(&self, account: AccountId) -> impl Iterator<Item = MatchView> {
        let ids = self.matches_of.get(&account).into_iter().flatten();
        ids.filter_map(|id| self.view(self.matches.get(id)?))
    }

    /// The match with what has come of it, if its two people may see each other.
    fn view(&self, matched: &Match) -> Option<MatchView> {
        let pair = Pair::new(matched.first, matched.second)?;
        if !self.sees(matched.first, matched.second) {
            return None;
        }
        let thread = self.direct_of_pair.get(&pair).and_then(|id| self.conversations.get(id));
        Some(MatchView {
            matched: matched.clone(),
            conversation: thread.map(|thread| thread.conversation.id),
            last_seq: thread.map_or(0, |thread| thread.conversation.last_seq),
            days: thread.map_or(0, |thread| thread.exchange.days),
        })
    }
}
