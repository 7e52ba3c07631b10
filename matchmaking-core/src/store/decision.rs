//! Decisions that every store takes alike, as pure functions of what it has read.

use std::cmp::Reverse;

use super::{AppendRefusal, GroupRefusal, NewAccount};
use crate::{
    error::{StoreError, StoreResult},
    ids::AccountId,
    model::{AccountStatus, Member, Relation, Role, may_see},
};

/// A defect of the caller, as a store reports it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Defect(&'static str);

/// The failure that stands for a caller's defect.
pub(super) fn defect(what: &'static str) -> StoreError {
    StoreError::Driver(Box::new(Defect(what)))
}

/// The failure of a store that was closed.
pub(super) fn closed() -> StoreError {
    StoreError::Unavailable(Some(Box::new(Defect("the store was closed"))))
}

/// Refuses an account with two identities of one kind.
pub(super) fn one_identity_a_kind(new: &NewAccount) -> StoreResult<()> {
    let mut kinds: Vec<_> = new.identities.iter().map(|identity| identity.kind).collect();
    kinds.sort_unstable();
    if kinds.windows(2).any(|two| two[0] == two[1]) {
        return Err(defect("an account has at most one identity of a kind"));
    }
    Ok(())
}

/// What a store knows about a conversation to which somebody wants to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AppendFacts {
    /// Whether the sender is a member.
    pub(super) member: bool,
    /// The sender's status, if there is such an account.
    pub(super) sender: Option<AccountStatus>,
    /// Whether the conversation is closed for writing.
    pub(super) closed: bool,
    /// How the sender stands to the other one, in a direct conversation.
    pub(super) relation: Option<Relation>,
}

/// Why the sender may not write; `None` when they may. `facts` is `None` for an unknown conversation.
pub(super) fn append_refusal(facts: Option<AppendFacts>) -> Option<AppendRefusal> {
    let Some(facts) = facts else { return Some(AppendRefusal::UnknownConversation) };
    if !facts.member || facts.sender != Some(AccountStatus::Active) {
        Some(AppendRefusal::NotMember)
    } else if facts.closed {
        Some(AppendRefusal::Closed)
    } else if facts.relation.is_some_and(|relation| !may_see(relation)) {
        Some(AppendRefusal::NotVisible)
    } else {
        None
    }
}

/// What a store knows about a group with which somebody wants to do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct GroupFacts {
    /// Whether it is a group and not ended.
    pub(super) open: bool,
    /// The role of whoever acts, if they are a member.
    pub(super) actor: Option<Role>,
    /// Whether they take part.
    pub(super) active: bool,
}

/// Why somebody may not do what needs this role; `None` when they may. `facts` is `None` for an unknown group.
pub(super) fn group_refusal(facts: Option<GroupFacts>, needed: Role) -> Option<GroupRefusal> {
    let Some(facts) = facts.filter(|facts| facts.open) else { return Some(GroupRefusal::UnknownGroup) };
    match facts.actor.filter(|_| facts.active) {
        None => Some(GroupRefusal::NotMember),
        Some(role) if role < needed => Some(GroupRefusal::NotAllowed),
        Some(_) => None,
    }
}

/// The role that is needed to give somebody else this one.
pub(super) fn needed_to_give(role: Role) -> Role {
    if role == Role::Member { Role::Member } else { Role::Owner }
}

/// Who becomes the owner of a group that these are left of: nobody while there is one.
pub(super) fn heir(left: &[Member]) -> Option<AccountId> {
    if left.iter().any(|member| member.role == Role::Owner) {
        return None;
    }
    left.iter()
        .min_by_key(|member| (Reverse(member.role), member.joined_at, member.account))
        .map(|m| m.account)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_append_is_refused_for_the_first_reason_that_holds() {
        let open = AppendFacts {
            member: true,
            sender: Some(AccountStatus::Active),
            closed: false,
            relation: Some(Relation {
                viewer: AccountStatus::Active,
                target: AccountStatus::Active,
                blocked: false,
                unmatched: false,
            }),
        };
        let hidden = open.relation.map(|relation| Relation { blocked: true, ..relation });
        assert_eq!(append_refusal(Some(open)), None);
        assert_eq!(append_refusal(Some(AppendFacts { relation: None, ..open })), None);
        let hidden = AppendFacts { relation: hidden, ..open };
        assert_eq!(append_refusal(Some(hidden)), Some(AppendRefusal::NotVisible));
        let closed = AppendFacts { closed: true, ..hidden };
        assert_eq!(append_refusal(Some(closed)), Some(AppendRefusal::Closed));
        for outsider in [
            AppendFacts { member: false, ..closed },
            AppendFacts { sender: None, ..closed },
            AppendFacts { sender: Some(AccountStatus::Locked), ..closed },
        ] {
            assert_eq!(append_refusal(Some(outsider)), Some(AppendRefusal::NotMember));
        }
        assert_eq!(append_refusal(None), Some(AppendRefusal::UnknownConversation));
    }
}
