//! Codes and failed logins in memory.

use async_trait::async_trait;

use super::MemoryStore;
use crate::{
    clock::Millis,
    error::StoreResult,
    model::CodePurpose,
    store::{LoginGate, LoginStore, NewCode, ReserveOutcome, ShownCode, SpendOutcome, phone::PhoneState},
};

impl MemoryStore {
    /// Changes what is known of a telephone.
    fn with_phone<T>(
        &self,
        phone: &str,
        at: Option<Millis>,
        change: impl FnOnce(&mut PhoneState) -> T,
    ) -> StoreResult<T> {
        let mut state = self.lock()?;
        let Some((known, changed_at)) = state.phones.get_mut(phone) else {
            let mut new = PhoneState::default();
            let outcome = change(&mut new);
            if let Some(at) = at
                && new != PhoneState::default()
            {
                state.phones.insert(phone.to_owned(), (new, at));
            }
            return Ok(outcome);
        };
        *changed_at = at.unwrap_or(*changed_at);
        Ok(change(known))
    }
}

#[async_trait]
impl LoginStore for MemoryStore {
    async fn reserve_code(&self, new: NewCode) -> StoreResult<ReserveOutcome> {
        self.with_phone(&new.phone, Some(new.at), |phone| phone.reserve(&new))
    }

    async fn take_back_code(&self, phone: &str, purpose: CodePurpose, hash: &str) -> StoreResult<()> {
        self.with_phone(phone, None, |phone| phone.take_back(purpose, hash))
    }

    async fn spend_code(&self, shown: ShownCode) -> StoreResult<SpendOutcome> {
        self.with_phone(&shown.phone, Some(shown.at), |phone| phone.spend(&shown))
    }

    async fn login_gate(&self, phone: &str, at: Millis) -> StoreResult<LoginGate> {
        let state = self.lock()?;
        Ok(state.phones.get(phone).map_or(LoginGate::Open, |(phone, _)| phone.gate(at)))
    }

    async fn record_login(&self, phone: &str, right: bool, at: Millis) -> StoreResult<LoginGate> {
        self.with_phone(phone, Some(at), |phone| phone.record(right, at))
    }

    async fn unlock_login(&self, phone: &str, at: Millis) -> StoreResult<()> {
        self.with_phone(phone, Some(at), PhoneState::unlock)
    }

    async fn forget_phones(&self, before: Millis) -> StoreResult<u64> {
        let mut state = self.lock()?;
        let known = state.phones.len();
        state.phones.retain(|_, (_, changed_at)| *changed_at >= before);
        Ok((known - state.phones.len()) as u64)
    }
}
