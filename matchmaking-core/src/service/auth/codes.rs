//! Codes that are sent to telephones.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{Datelike as _, Duration, NaiveTime, TimeZone as _};
use hmac::Mac as _;
use rand::RngExt as _;

use super::{Auth, CodeRefusal, SendCodeError, seconds_until};
use crate::{
    clock::Millis,
    error::StoreResult,
    model::CodePurpose,
    ports::sms::{Sms, SmsKind},
    service::tokens::{TokenKey, mac},
    store::{CODE_INTERVAL_MILLIS, CODE_LIFE_MILLIS, NewCode, ReserveOutcome, ShownCode},
};

/// How long a code is good, in seconds.
pub const CODE_LIFE_SECONDS: i64 = CODE_LIFE_MILLIS / 1_000;

/// How long after one code the next may be sent, in seconds.
pub const SEND_INTERVAL_SECONDS: i64 = CODE_INTERVAL_MILLIS / 1_000;

/// One more than the largest code: they have six digits.
const CODES: u32 = 1_000_000;

/// With what codes are hashed: there are so few of them that a hash without a key would be as good as the code.
#[derive(Clone)]
pub(super) struct CodeKey([u8; 32]);

impl CodeKey {
    pub(super) fn new(key: &TokenKey) -> Self {
        Self(key.derived("codes of text messages"))
    }

    fn hash(&self, phone: &str, purpose: CodePurpose, code: &str) -> String {
        self.keyed([purpose.name(), phone, code])
    }

    /// Under what name a telephone is known to the store of logins. Without the key it cannot be told whose it is, so that
    /// what is counted outlives the account: deleting it and registering again resets nothing.
    pub(super) fn phone_mark(&self, phone: &str) -> String {
        self.keyed(["telephone", phone, ""])
    }

    fn keyed(&self, parts: [&str; 3]) -> String {
        // No part holds a line break, so that no two are hashed alike.
        let [first, second, third] = parts;
        let parts = [first, "\n", second, "\n", third];
        let hash = parts.into_iter().fold(mac(&self.0), hmac::Mac::chain_update);
        URL_SAFE_NO_PAD.encode(hash.finalize().into_bytes())
    }
}

impl Auth {
    /// Sends a code to a telephone, which is a good one ([`is_phone`](crate::model::account::is_phone)). Where there is
    /// nobody to log in or to set a password for, nothing is sent, and nothing tells so.
    pub async fn send_code(&self, phone: &str, purpose: CodePurpose) -> Result<(), SendCodeError> {
        self.sweep().await;
        let is_known = self.by_phone(phone).await?.is_some();
        if is_known && purpose == CodePurpose::Register {
            return Err(SendCodeError::Registered);
        }
        let code = format!("{:06}", rand::rng().random_range(0..CODES));
        let hash = self.codes.hash(phone, purpose, &code);
        let at = self.clock.now();
        let mark = self.codes.phone_mark(phone);
        let new = NewCode {
            phone: mark.clone(),
            purpose,
            hash: hash.clone(),
            day: self.day(at),
            at,
            limited: self.limits_codes,
        };
        match self.stores.logins.reserve_code(new).await? {
            ReserveOutcome::Reserved => {}
            ReserveOutcome::TooSoon { until } => {
                return Err(SendCodeError::TooMany { retry_after: seconds_until(until, at) });
            }
            ReserveOutcome::TooMany => {
                return Err(SendCodeError::TooMany { retry_after: seconds_until(self.tomorrow(at), at) });
            }
        }
        if is_known || purpose == CodePurpose::Register {
            let kind = match purpose {
                CodePurpose::Register => SmsKind::Register,
                CodePurpose::Login => SmsKind::Login,
                CodePurpose::Reset => SmsKind::Reset,
            };
            let sms = Sms { phone: phone.to_owned(), kind, code: Some(code) };
            if let Err(error) = self.sms.send(&sms, at).await {
                self.stores.logins.take_back_code(&mark, purpose, &hash).await?;
                return Err(error.into());
            }
        }
        Ok(())
    }

    /// Spends a code, if it is the one.
    pub(super) async fn spend_code(
        &self,
        phone: &str,
        purpose: CodePurpose,
        code: &str,
    ) -> StoreResult<Result<(), CodeRefusal>> {
        let at = self.clock.now();
        let hash = self.codes.hash(phone, purpose, code);
        let phone = self.codes.phone_mark(phone);
        let shown = ShownCode { phone, purpose, hash, day: self.day(at), at };
        Ok(self.stores.logins.spend_code(shown).await?.into())
    }

    /// The day of a moment where the people live, by its number.
    fn day(&self, at: Millis) -> i64 {
        i64::from(at.to_utc().with_timezone(&self.time_zone).num_days_from_ce())
    }

    /// When the day after that of a moment begins.
    fn tomorrow(&self, at: Millis) -> Millis {
        let next = at.to_utc().with_timezone(&self.time_zone).date_naive() + Duration::days(1);
        // Where a day begins with an hour that is left out, with the next one.
        let begins = (0..24).find_map(|hour| {
            let time = NaiveTime::from_hms_opt(hour, 0, 0)?;
            self.time_zone.from_local_datetime(&next.and_time(time)).earliest()
        });
        begins.map_or_else(|| at.plus(86_400_000), |begins| Millis(begins.timestamp_millis()))
    }
}
