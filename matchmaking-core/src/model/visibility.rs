//! The one rule about who may see whom.

use super::AccountStatus;

/// What a store knows about two people when one asks for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relation {
    /// The status of the one who asks.
    pub viewer: AccountStatus,
    /// The status of the one asked for.
    pub target: AccountStatus,
    /// Whether either has blocked the other.
    pub blocked: bool,
    /// Whether the two had a match that one of them ended.
    pub unmatched: bool,
}

/// Whether the viewer may see the target: both take part, neither blocked the other, and no match between them
/// was ended. Every read of every surface that shows one person to another goes through this rule; people
/// always see themselves.
#[must_use]
pub fn may_see(relation: Relation) -> bool {
    relation.viewer == AccountStatus::Active
        && relation.target == AccountStatus::Active
        && !relation.blocked
        && !relation.unmatched
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_active_people_without_block_or_ended_match_see_each_other() {
        let open = Relation {
            viewer: AccountStatus::Active,
            target: AccountStatus::Active,
            blocked: false,
            unmatched: false,
        };
        assert!(may_see(open));
        assert!(!may_see(Relation { blocked: true, ..open }));
        assert!(!may_see(Relation { unmatched: true, ..open }));
        for status in [AccountStatus::Locked, AccountStatus::Deactivated, AccountStatus::Deleted] {
            assert!(!may_see(Relation { viewer: status, ..open }));
            assert!(!may_see(Relation { target: status, ..open }));
        }
    }
}
