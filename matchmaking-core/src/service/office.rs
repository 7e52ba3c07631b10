//! The back office: accounts, memberships, reports, and the record of what was changed.

use std::{collections::HashMap, sync::Arc};

use super::{notices::Notices, people::People};
use crate::{
    clock::{Clock, Millis},
    error::{StoreError, StoreResult},
    ids::{AccountId, ReportId},
    model::{Account, AccountStatus, AuditAction, AuditEntry, IdentityKind, Membership, Profile, Report},
    realtime::Hub,
    store::{NewAudit, ReportDecision, Slice, Sliced, Stores},
};

/// What the people of the back office do.
#[derive(Debug, Clone)]
pub struct Office {
    stores: Stores,
    people: People,
    hub: Arc<Hub>,
    clock: Arc<dyn Clock>,
}

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum OfficeError {
    /// There is no such account, or it is deleted.
    #[error("unknown account")]
    UnknownAccount,
    /// There is no such report.
    #[error("unknown report")]
    UnknownReport,
    /// Somebody has decided already.
    #[error("decided already")]
    AlreadyDecided,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How many people are told at once of what everyone is told.
const TOLD_AT_ONCE: usize = 500;

/// Who is told something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// These people, as far as they take part.
    People(Vec<AccountId>),
    /// Everyone who takes part.
    Everyone,
}

/// An account as the back office sees it.
#[derive(Clone, PartialEq)]
pub struct OfficeAccount {
    /// The account.
    pub account: Account,
    /// What its owner tells.
    pub profile: Profile,
    /// Its telephone number, if it has one.
    pub phone: Option<String>,
    /// Its membership as it was given.
    pub membership: Membership,
}

/// The number alone; the rest is personal.
impl std::fmt::Debug for OfficeAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OfficeAccount").field("account", &self.account).finish_non_exhaustive()
    }
}

impl Office {
    /// The service over these stores.
    #[must_use]
    pub fn new(stores: Stores, people: People, hub: Arc<Hub>, clock: Arc<dyn Clock>) -> Self {
        Self { stores, people, hub, clock }
    }

    /// The accounts that a text names: by number, telephone, name, e-mail or the beginning of a nickname; all of them
    /// for an empty one.
    pub async fn accounts(&self, text: &str, slice: Slice) -> StoreResult<Sliced<OfficeAccount>> {
        let Sliced { total, items: ids } = self.stores.office.find_accounts(text, slice).await?;
        let accounts = self.stores.accounts.accounts(&ids).await?;
        let mut accounts: HashMap<_, _> = accounts.into_iter().map(|one| (one.id, one)).collect();
        let profiles = self.stores.people.profiles(&ids).await?;
        let mut profiles: HashMap<_, _> = profiles.into_iter().collect();
        let phones = self.stores.accounts.identities_of_kind(IdentityKind::Phone, &ids).await?;
        let mut phones: HashMap<_, _> = phones.into_iter().collect();
        let memberships = self.stores.memberships.memberships(&ids).await?;
        let memberships: HashMap<_, _> = memberships.into_iter().collect();
        let one = |id: AccountId| {
            Some(OfficeAccount {
                account: accounts.remove(&id)?,
                profile: profiles.remove(&id)?.profile,
                phone: phones.remove(&id).map(|identity| identity.value),
                membership: memberships.get(&id).copied().unwrap_or_default(),
            })
        };
        Ok(Sliced { total, items: ids.into_iter().filter_map(one).collect() })
    }

    /// Locks an account, which ends its sockets and takes it out of everyone's sight, or opens a locked one again; tells
    /// whether that changed anything.
    pub async fn lock(&self, id: AccountId, locked: bool, reason: String) -> Result<bool, OfficeError> {
        let account = self.account(id).await?;
        let is_locked = account.status == AccountStatus::Locked;
        if is_locked == locked {
            return Ok(false);
        }
        let (action, status) = if locked {
            (AuditAction::UserLocked, AccountStatus::Locked)
        } else {
            (AuditAction::UserUnlocked, AccountStatus::Active)
        };
        // The record first: a change without an entry must not be.
        self.stores.office.record_audit(self.audit_of(action, Some(id), reason)).await?;
        let changed = self.stores.accounts.set_status(id, status, self.clock.now()).await?;
        self.people.refresh(id).await?;
        if locked {
            self.hub.end_account(id);
        }
        Ok(changed)
    }

    /// Gives an account a membership in place of what it had.
    pub async fn set_membership(&self, id: AccountId, membership: Membership) -> Result<(), OfficeError> {
        let until = membership.expires_at.map_or_else(|| "-".to_owned(), Millis::to_rfc3339);
        let detail = format!("level {} until {until}", membership.level.code());
        let audit = self.audit_of(AuditAction::MembershipSet, Some(id), detail);
        let set = self.stores.memberships.set_membership(id, membership, audit).await?;
        if set { Ok(()) } else { Err(OfficeError::UnknownAccount) }
    }

    /// The reports: all, or those that are open or decided.
    pub async fn reports(&self, open: Option<bool>, slice: Slice) -> StoreResult<Sliced<Report>> {
        self.stores.reports.reports(open, slice).await
    }

    /// Decides a report. Deciding the same again is no error.
    pub async fn decide_report(&self, id: ReportId, decision: &str) -> Result<Report, OfficeError> {
        let report = self.stores.reports.report_by_id(id).await?.ok_or(OfficeError::UnknownReport)?;
        let mut audit = self.audit_of(AuditAction::ReportDecided, Some(report.target), decision.to_owned());
        audit.thing = Some(id.get());
        match self.stores.reports.decide_report(id, decision, audit).await? {
            ReportDecision::Decided(report) => Ok(report),
            ReportDecision::Already(report) if report.decision.as_deref() == Some(decision) => Ok(report),
            ReportDecision::Already(_) => Err(OfficeError::AlreadyDecided),
            ReportDecision::Unknown => Err(OfficeError::UnknownReport),
        }
    }

    /// The record of what was changed.
    pub async fn audit(&self, slice: Slice) -> StoreResult<Sliced<AuditEntry>> {
        self.stores.office.audit(slice).await
    }

    /// Tells people something on the sockets that they have open; returns how many there are to be told, whether they
    /// are connected or not.
    pub async fn notify(&self, audience: Audience, title: &str, content: &str) -> Result<usize, OfficeError> {
        // The record first: what is told cannot be taken back.
        self.stores
            .office
            .record_audit(self.audit_of(AuditAction::NotificationSent, None, title.to_owned()))
            .await?;
        let notices = Notices::new(Arc::clone(&self.hub));
        let mut told = 0;
        match audience {
            Audience::People(ids) => {
                for some in ids.chunks(TOLD_AT_ONCE) {
                    let rows = self.stores.people.people_among(some).await?;
                    let some: Vec<_> = rows.iter().map(|row| row.person.id).collect();
                    notices.tell(&some, title, content.to_owned());
                    told += some.len();
                }
            }
            Audience::Everyone => {
                let mut after = None;
                loop {
                    let rows = self.stores.people.people(after, TOLD_AT_ONCE).await?;
                    let some: Vec<_> = rows.iter().map(|row| row.person.id).collect();
                    let Some(last) = some.last() else { break };
                    after = Some(*last);
                    notices.tell(&some, title, content.to_owned());
                    told += some.len();
                }
            }
        }
        Ok(told)
    }

    async fn account(&self, id: AccountId) -> Result<Account, OfficeError> {
        let account = self.stores.accounts.account(id).await?;
        let there = account.filter(|account| account.status != AccountStatus::Deleted);
        there.ok_or(OfficeError::UnknownAccount)
    }

    fn audit_of(&self, action: AuditAction, account: Option<AccountId>, detail: String) -> NewAudit {
        NewAudit { action, account, thing: None, detail, at: self.clock.now() }
    }
}
