//! Who likes whom, in memory.

use std::collections::BTreeSet;

use super::State;
use crate::{
    clock::Millis,
    ids::AccountId,
    model::{Action, Interaction},
    store::SuperLikes,
};

impl State {
    /// Takes one of the day's super-likes for this person, unless one is taken; tells whether there was one.
    pub(super) fn take_super_like(
        &mut self,
        actor: AccountId,
        target: AccountId,
        super_likes: SuperLikes,
    ) -> bool {
        let (day, taken) = self.super_likes.entry(actor).or_insert((super_likes.day, BTreeSet::new()));
        if *day < super_likes.day {
            (*day, *taken) = (super_likes.day, BTreeSet::new());
        }
        if taken.contains(&target) {
            return true;
        }
        let left = (taken.len() as i64) < super_likes.most;
        if left {
            taken.insert(target);
        }
        left
    }

    pub(super) fn take_back(&mut self, actor: AccountId, since: Millis) -> Option<Interaction> {
        let decisions = self.interactions.get_mut(&actor)?;
        let no = decisions.values().filter(|mine| matches!(mine.action, Action::Dislike | Action::Skip));
        let last = no.filter(|mine| mine.at >= since).max_by_key(|mine| (mine.at, mine.id))?.clone();
        decisions.remove(&last.target);
        if let Some(deciders) = self.deciders.get_mut(&last.target) {
            deciders.remove(&actor);
        }
        Some(last)
    }

    /// Whom this person likes and may see, the earliest first.
    pub(super) fn likes_of(&self, actor: AccountId) -> Vec<Interaction> {
        let mine = self.interactions.get(&actor).into_iter().flatten();
        let likes = mine.map(|(_, mine)| mine).filter(|mine| mine.action.is_like());
        earliest_first(likes.filter(|mine| self.sees(actor, mine.target)))
    }

    /// Who likes this person and may be seen by them, the earliest first.
    pub(super) fn likers_of(&self, target: AccountId) -> Vec<Interaction> {
        let deciders = self.deciders.get(&target).into_iter().flatten();
        let theirs = deciders.filter_map(|actor| self.decision(*actor, target));
        earliest_first(theirs.filter(|theirs| theirs.action.is_like() && self.sees(target, theirs.actor)))
    }

    pub(super) fn see_likers(&mut self, target: AccountId) -> usize {
        let unseen = self.unseen_likes.remove(&target).unwrap_or_default();
        unseen.into_iter().filter(|actor| self.sees(target, *actor)).count()
    }
}

fn earliest_first<'a>(decisions: impl Iterator<Item = &'a Interaction>) -> Vec<Interaction> {
    let mut decisions: Vec<_> = decisions.cloned().collect();
    decisions.sort_unstable_by_key(|decision| (decision.at, decision.id));
    decisions
}
