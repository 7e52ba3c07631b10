//! Putting the files of a person.

use bytes::Bytes;

use super::{Media, MediaError};
use crate::{error::StoreError, ids::AccountId, model::AccountStatus, ports::media::MediaKey, store::Stores};

/// Puts files that are reserved for this account, unless it is deleted meanwhile: then they are removed again, and this is
/// false. Erasing an account discards the files that it has, and may have had these forgotten before their bytes were
/// written. So whether it goes on is asked afterwards: an erasure that comes later finds both.
pub(in crate::service) async fn put_for<E: From<MediaError> + From<StoreError>>(
    stores: &Stores,
    media: &Media,
    account: AccountId,
    files: Vec<(MediaKey, Bytes)>,
) -> Result<bool, E> {
    let mut keys = Vec::with_capacity(files.len());
    for (key, bytes) in files {
        media.put(&key, bytes).await?;
        keys.push(key);
    }
    let owner = stores.accounts.account(account).await?;
    if owner.is_some_and(|owner| owner.status != AccountStatus::Deleted) {
        return Ok(true);
    }
    for key in &keys {
        media.remove(key).await?;
    }
    Ok(false)
}
