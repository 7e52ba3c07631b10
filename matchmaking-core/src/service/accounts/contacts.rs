//! People as rooms and groups show them.

use std::collections::HashMap;

use super::{Accounts, bounded};
use crate::{
    clock::Millis,
    error::{StoreError, StoreResult},
    ids::AccountId,
    model::{Account, AccountStatus, Identity, IdentityKind, Profile, may_see},
    realtime::Sender,
    store::{AccountRecord, VersionedProfile},
    text::fold,
};

/// The name of whoever is no longer there.
pub const FORMER_ACCOUNT: &str = "已注销用户";

/// A person as rooms and groups show them. What is not set is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The account.
    pub account: AccountId,
    /// The user name, if there is one.
    pub username: Option<String>,
    /// The e-mail address, if there is one. For its owner's eyes.
    pub email: Option<String>,
    /// The name to show: the user name, else the nickname, else one made of the account's number. Never empty.
    pub name: String,
    /// The nickname.
    pub nickname: String,
    /// Where the picture is.
    pub avatar: String,
    /// The telephone number that the person gave; nobody verified it. For its owner's eyes.
    pub phone: String,
    /// When the account was made.
    pub created_at: Millis,
    /// When the profile, or a name, changed last.
    pub updated_at: Millis,
}

impl Contact {
    fn new(
        account: &Account,
        read: VersionedProfile,
        username: Option<String>,
        email: Option<String>,
    ) -> Self {
        let VersionedProfile { profile, updated_at, .. } = read;
        Self {
            account: account.id,
            name: shown_name(account.id, username.as_deref(), &profile),
            username,
            email,
            nickname: profile.nickname.unwrap_or_default(),
            avatar: profile.avatar_url.unwrap_or_default(),
            phone: profile.contact_phone.unwrap_or_default(),
            created_at: account.created_at,
            updated_at,
        }
    }
}

/// The name that an account is shown by.
pub(in crate::service) fn shown_name(id: AccountId, username: Option<&str>, profile: &Profile) -> String {
    let nickname = || profile.nickname.as_deref().filter(|nickname| !nickname.trim().is_empty());
    username.or_else(nickname).map_or_else(|| format!("用户{id}"), str::to_owned)
}

/// The value of the identity of this kind among those of one account.
fn value_of(identities: &[Identity], kind: IdentityKind) -> Option<String> {
    identities.iter().find(|identity| identity.kind == kind).map(|identity| identity.value.clone())
}

impl Accounts {
    /// A person whose account is active.
    pub async fn contact(&self, id: AccountId) -> StoreResult<Option<Contact>> {
        Ok(self.read(id).await?.map(|(contact, _)| contact))
    }

    /// Those of these people whose accounts are active. Four look-ups, whatever their number.
    pub async fn contacts(&self, ids: &[AccountId]) -> StoreResult<HashMap<AccountId, Contact>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let (accounts, profiles, usernames, emails) = tokio::try_join!(
            self.stores.accounts.accounts(ids),
            self.stores.people.profiles(ids),
            self.stores.accounts.identities_of_kind(IdentityKind::Username, ids),
            self.stores.accounts.identities_of_kind(IdentityKind::Email, ids),
        )?;
        let mut profiles: HashMap<_, _> = profiles.into_iter().collect();
        let (mut usernames, mut emails) = (values(usernames), values(emails));
        let active = accounts.into_iter().filter(|account| account.status == AccountStatus::Active);
        Ok(active
            .filter_map(|account| {
                // Without a profile it was erased between the look-ups.
                let read = profiles.remove(&account.id)?;
                let (username, email) = (usernames.remove(&account.id), emails.remove(&account.id));
                Some((account.id, Contact::new(&account, read, username, email)))
            })
            .collect())
    }

    /// The names of these people, for what they wrote: each of them has one. Those who left are shown by it as long as
    /// they are not deleted; the deleted, and the unknown, are [`FORMER_ACCOUNT`].
    pub async fn shown_names(&self, ids: &[AccountId]) -> StoreResult<HashMap<AccountId, String>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let (profiles, usernames) = tokio::try_join!(
            self.stores.people.profiles(ids),
            self.stores.accounts.identities_of_kind(IdentityKind::Username, ids),
        )?;
        let usernames = values(usernames);
        let mut names: HashMap<_, _> = ids.iter().map(|id| (*id, FORMER_ACCOUNT.to_owned())).collect();
        // Deleting an account takes its profile away, and nothing else does.
        for (id, read) in profiles {
            names.insert(id, shown_name(id, usernames.get(&id).map(String::as_str), &read.profile));
        }
        Ok(names)
    }

    /// A person whose account is active, as what they send says who sent it.
    pub async fn sender(&self, id: AccountId) -> StoreResult<Option<Sender>> {
        let Some((contact, identities)) = self.read(id).await? else { return Ok(None) };
        let miracle_id = match value_of(&identities, IdentityKind::Telegram) {
            None => id.get(),
            Some(number) => {
                number.parse().map_err(|_| StoreError::Corrupt { table: "identities", column: "value" })?
            }
        };
        let Contact { name: username, nickname, .. } = contact;
        let name = if nickname.trim().is_empty() { username.clone() } else { nickname };
        Ok(Some(Sender { account: id, miracle_id, name, username }))
    }

    /// The active account with this user name.
    pub async fn by_username(&self, username: &str) -> StoreResult<Option<AccountId>> {
        let account = self.named(IdentityKind::Username, &fold(bounded(username))).await?;
        Ok(account.filter(|account| account.status == AccountStatus::Active).map(|account| account.id))
    }

    /// Whoever has exactly this user name or this e-mail address, the former first, as far as the viewer may see them.
    /// People find themselves.
    pub async fn search(&self, viewer: AccountId, query: &str) -> StoreResult<Vec<Contact>> {
        let folded = fold(bounded(query.trim()));
        let mut found = Vec::new();
        for kind in [IdentityKind::Username, IdentityKind::Email] {
            let Some(account) = self.named(kind, &folded).await? else { continue };
            let id = account.id;
            if found.iter().any(|known: &Contact| known.account == id) || !self.sees(viewer, id).await? {
                continue;
            }
            found.extend(self.contact(id).await?);
        }
        Ok(found)
    }

    /// Whether rooms and groups reach this account: it is active, and has a user name or an e-mail address. Nobody
    /// writes to somebody there who never gave themselves a name there.
    pub async fn is_reachable(&self, id: AccountId) -> StoreResult<bool> {
        let is_active = match self.stores.accounts.account(id).await? {
            Some(account) => account.status == AccountStatus::Active,
            None => false,
        };
        if !is_active {
            return Ok(false);
        }
        let identities = self.stores.accounts.identities(id).await?;
        let reaches = |kind| matches!(kind, IdentityKind::Username | IdentityKind::Email);
        Ok(identities.iter().any(|identity| reaches(identity.kind)))
    }

    async fn sees(&self, viewer: AccountId, target: AccountId) -> StoreResult<bool> {
        if viewer == target {
            return Ok(true);
        }
        Ok(self.stores.safety.relation(viewer, target).await?.is_some_and(may_see))
    }

    /// A person whose account is active, with all names.
    async fn read(&self, id: AccountId) -> StoreResult<Option<(Contact, Vec<Identity>)>> {
        let record = self.stores.accounts.record(id).await?;
        let Some(AccountRecord { account, identities, profile }) =
            record.filter(|record| record.account.status == AccountStatus::Active)
        else {
            return Ok(None);
        };
        let username = value_of(&identities, IdentityKind::Username);
        let email = value_of(&identities, IdentityKind::Email);
        Ok(Some((Contact::new(&account, profile, username, email), identities)))
    }
}

fn values(identities: Vec<(AccountId, Identity)>) -> HashMap<AccountId, String> {
    identities.into_iter().map(|(id, identity)| (id, identity.value)).collect()
}
