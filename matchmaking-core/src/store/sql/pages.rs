//! Everything that profiles show, for everyone who opens one at the same moment.

use std::collections::HashMap;

use async_trait::async_trait;
use sqlx::query_as;

use super::{
    SqlPool,
    accounts::Records,
    album::{photos, videos},
    gather::Gathered,
    json::list,
    read,
    reviews::submissions,
    rows, sql,
};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::AccountId,
    model::{Level, Membership},
    store::{AccountRecord, ProfilePage, ProfileStats},
};

sql! {
    BESIDE = "SELECT CAST(j.key AS BIGINT) AS place, p.views,
            (SELECT COUNT(*) FROM interactions i WHERE i.target_id = p.account_id AND i.action IN (1, 2)) AS likes,
            (SELECT COUNT(*) FROM matches m WHERE m.first_id = p.account_id AND m.ended_at IS NULL)
                + (SELECT COUNT(*) FROM matches m WHERE m.second_id = p.account_id AND m.ended_at IS NULL) AS matches,
            b.level, b.expires_at, n.code
        FROM jsonb_each($1) AS j
        JOIN profiles p ON p.account_id = CAST(j.value AS BIGINT)
        LEFT JOIN memberships b ON b.account_id = p.account_id
        LEFT JOIN invitations n ON n.account_id = p.account_id";
}

/// Place, views, likes, matches; level and end of a membership; invite code.
type Beside = (i64, i64, i64, i64, Option<i64>, Option<i64>, Option<String>);

/// Pages of profiles.
pub(super) struct Pages;

#[async_trait]
impl Gathered for Pages {
    type Key = AccountId;
    type Found = ProfilePage;

    async fn look_up(pool: &SqlPool, ids: &[AccountId]) -> StoreResult<Vec<(i64, StoreResult<ProfilePage>)>> {
        let records = Records::look_up(pool, ids).await?;
        let beside: Vec<Beside> = read!(pool, |p| query_as(BESIDE).bind(list(ids)).fetch_all(p))?;
        let mut beside: HashMap<i64, Beside> = beside.into_iter().map(|row| (row.0, row)).collect();
        let photos = by_account(photos(pool, ids).await?, |photo| photo.account);
        let videos = by_account(videos(pool, ids).await?, |video| video.account);
        let submissions = by_account(submissions(pool, ids).await?, |review| review.account);
        let page = |(place, record): (i64, StoreResult<AccountRecord>)| {
            // Whoever was made between two statements is found the next time.
            let (_, views, likes, matches, level, expires_at, invite_code) = beside.remove(&place)?;
            let page = record.and_then(|record| {
                let id = record.account.id;
                Ok(ProfilePage {
                    record,
                    photos: photos.get(&id).cloned().unwrap_or_default(),
                    video: videos.get(&id).and_then(|of_one| of_one.first().cloned()),
                    submissions: submissions.get(&id).cloned().unwrap_or_default(),
                    stats: ProfileStats { views, likes, matches },
                    membership: membership(level, expires_at)?,
                    invite_code,
                })
            });
            Some((place, page))
        };
        Ok(records.into_iter().filter_map(page).collect())
    }
}

fn by_account<T>(found: Vec<T>, owner: impl Fn(&T) -> AccountId) -> HashMap<AccountId, Vec<T>> {
    let mut by_account: HashMap<AccountId, Vec<T>> = HashMap::new();
    for one in found {
        by_account.entry(owner(&one)).or_default().push(one);
    }
    by_account
}

fn membership(level: Option<i64>, expires_at: Option<i64>) -> StoreResult<Membership> {
    let Some(level) = level else { return Ok(Membership::default()) };
    let level = rows::known(Level::from_code(level), "memberships", "level")?;
    Ok(Membership { level, expires_at: expires_at.map(Millis) })
}
