//! What is known of a telephone, and what follows from it: the decisions of [`LoginStore`](super::LoginStore), which
//! every store takes alike.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::logins::{
    CODE_INTERVAL_MILLIS, CODE_LIFE_MILLIS, CODES_A_DAY, LOGIN_FAILURES_TO_LOCK,
    LOGIN_FAILURES_WINDOW_MILLIS, LOGIN_LOCK_MILLIS, LoginGate, NewCode, ReserveOutcome, ShownCode,
    SpendOutcome, WRONG_CODES_A_DAY,
};
use crate::{clock::Millis, model::CodePurpose};

/// What is known of one telephone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct PhoneState {
    /// The day that `sent` and the wrong tries are of.
    day: i64,
    /// How many codes were sent.
    sent: u32,
    /// When the last one was.
    sent_at: Option<Millis>,
    /// The codes by what they are for.
    codes: BTreeMap<CodePurpose, CodeState>,
    /// When the latest logins failed, fewer than lock it.
    failed: Vec<Millis>,
    /// Until when nobody logs in.
    locked_until: Option<Millis>,
}

/// What is known of the codes of one purpose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct CodeState {
    /// The hash of the one that is good, if one is.
    hash: Option<String>,
    /// Until when.
    expires_at: Millis,
    /// The wrong tries of the day.
    wrong: u32,
}

/// Whether two moments are less than this apart. The later may well be the one that was noted first: several processes
/// share what is known, and their clocks differ. One that is far ahead was noted before a clock was set back.
const fn is_near(since: i64, within: i64) -> bool {
    -within < since && since < within
}

impl PhoneState {
    /// A new day: what was counted of the last one does not matter any more.
    fn turn_to(&mut self, day: i64) {
        if self.day != day {
            self.day = day;
            self.sent = 0;
            for code in self.codes.values_mut() {
                code.wrong = 0;
            }
        }
    }

    /// See [`LoginStore::reserve_code`](super::LoginStore::reserve_code).
    pub(super) fn reserve(&mut self, new: &NewCode) -> ReserveOutcome {
        self.turn_to(new.day);
        let since = self.sent_at.map(|sent_at| new.at.since(sent_at));
        if new.limited
            && let Some(since) = since
            && is_near(since, CODE_INTERVAL_MILLIS)
        {
            return ReserveOutcome::TooSoon { until: new.at.plus(CODE_INTERVAL_MILLIS - since) };
        }
        if new.limited && self.sent >= CODES_A_DAY {
            return ReserveOutcome::TooMany;
        }
        self.sent = self.sent.saturating_add(1);
        self.sent_at = Some(new.at);
        let code = self.codes.entry(new.purpose).or_default();
        code.hash = Some(new.hash.clone());
        code.expires_at = new.at.plus(CODE_LIFE_MILLIS);
        ReserveOutcome::Reserved
    }

    /// See [`LoginStore::take_back_code`](super::LoginStore::take_back_code).
    pub(super) fn take_back(&mut self, purpose: CodePurpose, hash: &str) {
        let Some(code) = self.codes.get_mut(&purpose) else { return };
        if code.hash.as_deref() == Some(hash) {
            code.hash = None;
            self.sent = self.sent.saturating_sub(1);
            self.sent_at = None;
        }
    }

    /// See [`LoginStore::spend_code`](super::LoginStore::spend_code).
    pub(super) fn spend(&mut self, shown: &ShownCode) -> SpendOutcome {
        self.turn_to(shown.day);
        let Some(code) = self.codes.get_mut(&shown.purpose) else { return SpendOutcome::Wrong };
        if code.wrong >= WRONG_CODES_A_DAY {
            return SpendOutcome::Burnt;
        }
        match &code.hash {
            Some(hash) if shown.at < code.expires_at => {
                if *hash == shown.hash {
                    code.hash = None;
                    return SpendOutcome::Spent;
                }
                code.wrong += 1;
                SpendOutcome::Wrong
            }
            _ => SpendOutcome::Wrong,
        }
    }

    /// See [`LoginStore::login_gate`](super::LoginStore::login_gate).
    pub(super) fn gate(&self, at: Millis) -> LoginGate {
        match self.locked_until {
            Some(until) if at < until && is_near(until.since(at), 2 * LOGIN_LOCK_MILLIS) => {
                LoginGate::Locked { until }
            }
            _ => LoginGate::Open,
        }
    }

    /// See [`LoginStore::record_login`](super::LoginStore::record_login).
    pub(super) fn record(&mut self, right: bool, at: Millis) -> LoginGate {
        if let locked @ LoginGate::Locked { .. } = self.gate(at) {
            return locked;
        }
        if right || self.locked_until.is_some() {
            self.unlock();
        }
        if !right {
            self.failed.retain(|failed| is_near(at.since(*failed), LOGIN_FAILURES_WINDOW_MILLIS));
            self.failed.push(at);
            if self.failed.len() >= LOGIN_FAILURES_TO_LOCK as usize {
                self.locked_until = Some(at.plus(LOGIN_LOCK_MILLIS));
            }
        }
        LoginGate::Open
    }

    /// See [`LoginStore::unlock_login`](super::LoginStore::unlock_login).
    pub(super) fn unlock(&mut self) {
        self.failed.clear();
        self.locked_until = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_that_differ_a_little_agree() {
        let at = |n| Millis(1_770_000_000_000 + n);
        let new = |moment| NewCode {
            phone: String::new(),
            purpose: CodePurpose::Login,
            hash: String::new(),
            day: 1,
            at: at(moment),
            limited: true,
        };
        let mut phone = PhoneState::default();
        assert_eq!(phone.reserve(&new(5)), ReserveOutcome::Reserved);
        let until = at(5 + CODE_INTERVAL_MILLIS);
        assert_eq!(phone.reserve(&new(0)), ReserveOutcome::TooSoon { until });
        assert_eq!(phone.reserve(&new(5 - CODE_INTERVAL_MILLIS)), ReserveOutcome::Reserved);

        for n in 0..i64::from(LOGIN_FAILURES_TO_LOCK) {
            assert_eq!(phone.record(false, at(-n)), LoginGate::Open);
        }
        assert!(matches!(phone.gate(at(-100)), LoginGate::Locked { .. }));
        assert_eq!(phone.gate(at(-2 * LOGIN_LOCK_MILLIS)), LoginGate::Open);
    }
}
