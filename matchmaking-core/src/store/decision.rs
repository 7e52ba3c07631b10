//! Decisions that every store takes alike, as pure functions of what it has read.

use std::cmp::Reverse;

use super::{
    AppendRefusal, FormerPassword, GROUP_MEMBERS_MAX, GROUPS_PER_PERSON_MAX, GroupRefusal, NewInteraction,
    QuestionOutcome, RECALL_MILLIS, REFRESH_REPEAT_MILLIS, RecallOutcome,
};
use crate::{
    clock::Millis,
    error::{StoreError, StoreResult},
    ids::AccountId,
    model::{
        AccountStatus, Action, Identity, Interaction, Member, Message, MessageDetails, Relation, ReviewKind,
        Role, Subject, may_see,
    },
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
pub(super) fn one_identity_a_kind(identities: &[Identity]) -> StoreResult<()> {
    let mut kinds: Vec<_> = identities.iter().map(|identity| identity.kind).collect();
    kinds.sort_unstable();
    if kinds.windows(2).any(|two| two[0] == two[1]) {
        return Err(defect("an account has at most one identity of a kind"));
    }
    Ok(())
}

/// Refuses to take by hand what comes to its review by another way.
pub(super) fn check_submission(subject: &Subject) -> StoreResult<()> {
    match subject.kind() {
        ReviewKind::Identity | ReviewKind::Verification => Ok(()),
        ReviewKind::Photo | ReviewKind::Video => Err(defect("photos and films are handed in by the album")),
    }
}

/// Whether a password may be replaced: `hash` is that of the present one.
pub(super) fn fits(former: &FormerPassword, hash: Option<&str>) -> bool {
    match former {
        FormerPassword::Any => true,
        FormerPassword::None => hash.is_none(),
        FormerPassword::Hash(expected) => hash == Some(expected),
    }
}

/// What a refresh token does to its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refresh {
    /// It is spent for the next.
    Next,
    /// It was a moment ago, and gets the same one again.
    Same,
    /// It was before: the session is ended.
    Reused,
    /// The session was not refreshed in time.
    Expired,
    /// It was never given out.
    Unknown,
}

/// What the token of the generation `shown` does to a session whose last one has the generation `last`.
pub(super) fn refresh(
    shown: i64,
    last: i64,
    refreshed_at: Millis,
    expires_at: Millis,
    at: Millis,
) -> Refresh {
    let since = at.since(refreshed_at);
    if expires_at <= at {
        Refresh::Expired
    } else if shown == last {
        Refresh::Next
    } else if shown > last {
        // Only a database that was set back to an older copy does not know a token that was signed.
        Refresh::Unknown
    } else if shown == last - 1 && since < REFRESH_REPEAT_MILLIS {
        // Its successor was not used yet, so that the answer may have been lost.
        Refresh::Same
    } else {
        Refresh::Reused
    }
}

/// Whether a decision needs a super-like that is not taken yet, given the one that stands.
pub(super) fn takes_super_like(new: &NewInteraction, standing: Option<&Interaction>) -> bool {
    new.action == Action::SuperLike && standing.is_none_or(|standing| standing.action != Action::SuperLike)
}

/// What a store knows about a dialogue in which the assistant is asked something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct QuestionFacts {
    /// Whether its person takes part.
    pub(super) active: bool,
    /// Until when somebody has the right to write a reply, if somebody has.
    pub(super) lease: Option<Millis>,
}

/// Why the assistant is not asked; `None` when it is. `facts` is `None` for an unknown dialogue.
pub(super) fn question_refusal(
    facts: Option<QuestionFacts>,
    waited_for: Option<Millis>,
    at: Millis,
) -> Option<QuestionOutcome> {
    let Some(facts) = facts.filter(|facts| facts.active) else { return Some(QuestionOutcome::Unknown) };
    if let Some(expires_at) = facts.lease.filter(|expires_at| *expires_at > at) {
        return Some(QuestionOutcome::Answering { expires_at });
    }
    // What was waited for has ended as it should: the reply was being written when this question came.
    let ended = waited_for.is_some() && waited_for != facts.lease;
    ended.then_some(QuestionOutcome::Answering { expires_at: at })
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
    /// Whether every file of the message is the sender's to be sent.
    pub(super) has_files: bool,
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
    } else if !facts.has_files {
        Some(AppendRefusal::NoSuchFile)
    } else {
        None
    }
}

/// Why somebody may not take this message back, or that it was; `None` when they may now.
pub(super) fn recall_refusal(message: &Message, by: AccountId, at: Millis) -> Option<RecallOutcome> {
    if message.sender != by {
        Some(RecallOutcome::NotSender)
    } else if message.recalled_at.is_some() {
        Some(RecallOutcome::Already(message.clone()))
    } else if at.since(message.sent_at) > RECALL_MILLIS {
        Some(RecallOutcome::TooLate)
    } else {
        None
    }
}

/// A message as it is once it was taken back.
pub(super) fn recalled(message: Message, at: Millis) -> Message {
    let (content, details) = (String::new(), MessageDetails::default());
    Message { content, details, recalled_at: Some(at), ..message }
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

/// What a store knows about somebody who is to be added to a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AdmissionFacts {
    /// Whether they are whoever adds, or the two may see each other.
    pub(super) known: bool,
    /// Whether they are a member.
    pub(super) member: bool,
    /// How many members the group has.
    pub(super) members: usize,
    /// How many groups they are a member of.
    pub(super) groups: usize,
}

/// Why somebody is not added to a group by a person who may add; `None` when they are.
pub(super) fn admission_refusal(facts: AdmissionFacts) -> Option<GroupRefusal> {
    if !facts.known {
        Some(GroupRefusal::UnknownAccount)
    } else if facts.member {
        Some(GroupRefusal::Already)
    } else if facts.members >= GROUP_MEMBERS_MAX {
        Some(GroupRefusal::Full)
    } else {
        too_many_groups(facts.groups)
    }
}

/// Why somebody who is a member of so many groups does not become one of another; `None` when they may.
pub(super) fn too_many_groups(groups: usize) -> Option<GroupRefusal> {
    (groups >= GROUPS_PER_PERSON_MAX).then_some(GroupRefusal::TooManyGroups)
}

/// Who becomes the owner of a group that these are left of: nobody while there is one.
pub(super) fn heir(left: &[Member]) -> Option<AccountId> {
    if left.iter().any(|member| member.role == Role::Owner) {
        return None;
    }
    left.iter()
        .min_by_key(|member| (Reverse(member.role), member.joined_at, member.account))
        .map(|member| member.account)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Millis, ids::ConversationId};

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
            has_files: true,
        };
        assert_eq!(
            append_refusal(Some(AppendFacts { has_files: false, ..open })),
            Some(AppendRefusal::NoSuchFile)
        );
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

    #[test]
    fn what_is_done_with_a_group_is_refused_for_the_first_reason_that_holds() {
        let facts = GroupFacts { open: true, actor: Some(Role::Admin), active: true };
        assert_eq!(group_refusal(Some(facts), Role::Member), None);
        assert_eq!(group_refusal(Some(facts), Role::Admin), None);
        assert_eq!(group_refusal(Some(facts), Role::Owner), Some(GroupRefusal::NotAllowed));
        for stranger in [GroupFacts { actor: None, ..facts }, GroupFacts { active: false, ..facts }] {
            for needed in [Role::Member, Role::Owner] {
                assert_eq!(group_refusal(Some(stranger), needed), Some(GroupRefusal::NotMember));
            }
            let ended = GroupFacts { open: false, ..stranger };
            assert_eq!(group_refusal(Some(ended), Role::Owner), Some(GroupRefusal::UnknownGroup));
        }
        assert_eq!(group_refusal(None, Role::Member), Some(GroupRefusal::UnknownGroup));
    }

    #[test]
    fn only_an_owner_gives_more_than_membership() {
        assert_eq!(needed_to_give(Role::Member), Role::Member);
        assert_eq!(needed_to_give(Role::Admin), Role::Owner);
        assert_eq!(needed_to_give(Role::Owner), Role::Owner);
    }

    #[test]
    fn an_admission_is_refused_for_the_first_reason_that_holds() {
        let facts = AdmissionFacts { known: true, member: false, members: 1, groups: 0 };
        assert_eq!(admission_refusal(facts), None);
        let last =
            AdmissionFacts { members: GROUP_MEMBERS_MAX - 1, groups: GROUPS_PER_PERSON_MAX - 1, ..facts };
        assert_eq!(admission_refusal(last), None);
        let many = AdmissionFacts { groups: GROUPS_PER_PERSON_MAX, ..last };
        assert_eq!(admission_refusal(many), Some(GroupRefusal::TooManyGroups));
        let full = AdmissionFacts { members: GROUP_MEMBERS_MAX, ..many };
        assert_eq!(admission_refusal(full), Some(GroupRefusal::Full));
        let member = AdmissionFacts { member: true, ..full };
        assert_eq!(admission_refusal(member), Some(GroupRefusal::Already));
        let unknown = AdmissionFacts { known: false, ..member };
        assert_eq!(admission_refusal(unknown), Some(GroupRefusal::UnknownAccount));
    }

    #[test]
    fn the_eldest_admin_inherits_before_the_eldest_member() {
        let member = |account, role, joined_at| Member {
            conversation: ConversationId::new(1).unwrap(),
            account: AccountId::new(account).unwrap(),
            role,
            joined_at: Millis(joined_at),
            read_seq: 0,
            delivered_seq: 0,
            is_pinned: false,
            is_muted: false,
        };
        let mut left = vec![member(1, Role::Member, 20), member(2, Role::Member, 10)];
        assert_eq!(heir(&left), AccountId::new(2));
        left.push(member(3, Role::Admin, 40));
        assert_eq!(heir(&left), AccountId::new(3));
        // Of two who joined at the same moment the one with the lower number.
        left.push(member(5, Role::Admin, 30));
        left.push(member(4, Role::Admin, 30));
        assert_eq!(heir(&left), AccountId::new(4));
        left.push(member(6, Role::Owner, 90));
        assert_eq!(heir(&left), None);
        assert_eq!(heir(&[]), None);
    }
}
