//! Cases about everything that a profile shows, read together.

use super::fixture::{at, at_once, change, couple, decide, nobody, papers, photo, reserved};
use crate::{
    error::StoreResult,
    ids::AccountId,
    model::{Action, Claim, FileRole, Level, Membership, ReviewStatus},
    store::{NewVideo, ProfilePage, Stores},
};

/// The page as its parts tell it one by one.
async fn part_by_part(stores: &Stores, id: AccountId, code: Option<&str>) -> StoreResult<ProfilePage> {
    Ok(ProfilePage {
        record: stores.accounts.record(id).await?.expect("an account"),
        photos: stores.album.photos(&[id]).await?,
        video: stores.album.video(id).await?,
        submissions: stores.reviews.submissions(id).await?,
        stats: stores.people.stats(id).await?,
        membership: stores.memberships.membership(id).await?,
        invite_code: code.map(str::to_owned),
    })
}

/// A page has what its parts have, of each of several that are asked for at the same moment.
pub async fn a_page_has_what_its_parts_have(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = couple(stores, 1).await?;
    for (owner, name) in [(ann, "a"), (ann, "b"), (ben, "c")] {
        let photo = photo(stores, owner, name).await?;
        stores.album.add_photo(photo).await?;
    }
    let film = ("film".to_owned(), FileRole::Video);
    stores.album.reserve_files(ann, std::slice::from_ref(&film), reserved()).await?;
    let video = NewVideo {
        account: ann,
        file: film.0,
        cover: None,
        duration_secs: Some(45),
        status: ReviewStatus::Passed,
        at: at(4),
    };
    assert!(stores.album.set_video(video).await?);
    for claim in [Claim::House, Claim::Car] {
        stores.reviews.submit_review(papers(ann, claim)).await?;
    }
    stores.people.count_view(ann).await?;
    decide(stores, ben, ann, Action::Like).await?;
    let gold = Membership { level: Level::Gold, expires_at: Some(at(9)) };
    stores.memberships.set_membership(ann, gold, change(ann)).await?;
    stores.invitations.invite_code(ann, "ABCD2345").await?;

    let page = stores.people.page(ann).await?.expect("a page");
    assert_eq!(page, part_by_part(stores, ann, Some("ABCD2345")).await?);
    assert_eq!((page.photos.len(), page.submissions.len(), page.membership), (2, 2, gold));
    assert_eq!((page.stats.views, page.stats.likes), (1, 1));
    assert_eq!(page.video.and_then(|video| video.duration_secs), Some(45));
    assert_eq!(stores.people.page(nobody()).await?, None);

    let asked = [ann, ben, nobody(), ben, ann];
    let jobs = asked.map(|id| {
        let stores = stores.clone();
        async move { Ok((id, stores.people.page(id).await?)) }
    });
    for (id, page) in at_once(jobs).await? {
        let expected = match id {
            id if id == ann => Some(part_by_part(stores, ann, Some("ABCD2345")).await?),
            id if id == ben => Some(part_by_part(stores, ben, None).await?),
            _ => None,
        };
        assert_eq!(page, expected);
    }
    Ok(())
}
