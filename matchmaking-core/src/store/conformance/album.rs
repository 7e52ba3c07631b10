//! Cases about photos, films and their files.

use super::fixture::{ALL, at, at_once, nobody, person, photo, reserved, two};
use crate::{
    error::StoreResult,
    ids::PhotoId,
    model::{AccountStatus, FileRole, KeptFile, Photo, PhotoKind, ReviewStatus},
    store::{ALBUM_MAX, AddPhotoOutcome, NewPhoto, NewVideo, ReviewDecision, ReviewFilter, Stores},
};

async fn added(stores: &Stores, new: NewPhoto) -> StoreResult<Photo> {
    match stores.album.add_photo(new).await? {
        AddPhotoOutcome::Added(photo) => Ok(photo),
        other => panic!("not added: {other:?}"),
    }
}

/// Which of an account's photos is primary, and how many there are.
async fn primary(stores: &Stores, account: crate::ids::AccountId) -> StoreResult<(Vec<PhotoId>, usize)> {
    let photos = stores.album.photos(&[account]).await?;
    Ok((photos.iter().filter(|photo| photo.is_primary).map(|photo| photo.id).collect(), photos.len()))
}

/// A photo comes back as it was added, with the status of its review.
pub async fn a_photo_comes_back_with_its_status(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let new = photo(stores, ann, "a").await?;
    let first = added(stores, new.clone()).await?;
    assert_eq!((first.account, first.kind, first.status), (ann, PhotoKind::Life, ReviewStatus::Pending));
    assert_eq!((&first.files, first.created_at), (&new.files, new.at));
    let passed = NewPhoto { status: ReviewStatus::Passed, ..photo(stores, ben, "b").await? };
    let second = added(stores, passed).await?;
    assert_eq!(stores.album.photos(&[ben, ann, nobody()]).await?, [first.clone(), second.clone()]);
    assert!(stores.album.photos(&[]).await?.is_empty());

    let waiting = ReviewFilter { status: Some(ReviewStatus::Pending), ..ReviewFilter::default() };
    let page = stores.reviews.reviews(waiting, ALL).await?;
    let [review] = page.items.as_slice() else { panic!("{page:?}") };
    assert_eq!((review.account, review.subject.files()), (ann, std::slice::from_ref(&first.files.full)));
    let decision = ReviewDecision { review: review.id, approved: false, reason: None, at: at(9) };
    stores.reviews.decide_review(decision).await?;
    let photos = stores.album.photos(&[ann]).await?;
    assert_eq!(photos, [Photo { status: ReviewStatus::Rejected, ..first }]);
    Ok(())
}

/// An album has room for so many, and for one more after one was removed.
pub async fn an_album_is_full_at_its_bound(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let mut photos = Vec::new();
    for number in 0..ALBUM_MAX {
        photos.push(added(stores, photo(stores, ann, &number.to_string()).await?).await?.id);
    }
    let more = photo(stores, ann, "more").await?;
    assert_eq!(stores.album.add_photo(more.clone()).await?, AddPhotoOutcome::Full);
    added(stores, photo(stores, ben, "other").await?).await?;
    assert!(!stores.album.remove_photo(ben, photos[0], at(3)).await?);
    assert!(stores.album.remove_photo(ann, photos[0], at(3)).await?);
    assert!(!stores.album.remove_photo(ann, photos[0], at(3)).await?);
    assert!(added(stores, more).await?.id > photos[8]);
    Ok(())
}

/// Of those who have photos, one is primary: the first, the last that was asked to be, the eldest left.
pub async fn one_photo_is_primary(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    added(stores, photo(stores, ben, "other").await?).await?;
    let first = added(stores, photo(stores, ann, "a").await?).await?;
    assert!(first.is_primary);
    let second = added(stores, photo(stores, ann, "b").await?).await?;
    assert!(!second.is_primary);
    let third = added(stores, NewPhoto { is_primary: true, ..photo(stores, ann, "c").await? }).await?;
    assert_eq!(primary(stores, ann).await?, (vec![third.id], 3));
    stores.album.remove_photo(ann, second.id, at(3)).await?;
    assert_eq!(primary(stores, ann).await?, (vec![third.id], 2));
    stores.album.remove_photo(ann, third.id, at(3)).await?;
    assert_eq!(primary(stores, ann).await?, (vec![first.id], 1));
    stores.album.remove_photo(ann, first.id, at(3)).await?;
    assert_eq!(primary(stores, ann).await?, (vec![], 0));
    assert_eq!(primary(stores, ben).await?.1, 1);
    Ok(())
}

/// Accounts that are unknown or deleted have no album and no film.
pub async fn nobody_has_an_album(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let new = photo(stores, ann, "a").await?;
    let film = film(stores, ann, "f").await?;
    stores.accounts.set_status(ann, AccountStatus::Deleted, at(2)).await?;
    assert_eq!(stores.album.add_photo(new.clone()).await?, AddPhotoOutcome::UnknownAccount);
    let unknown = NewPhoto { account: nobody(), ..new };
    assert_eq!(stores.album.add_photo(unknown).await?, AddPhotoOutcome::UnknownAccount);
    assert!(!stores.album.set_video(film).await?);
    assert!(!stores.album.remove_video(ann, at(3)).await?);
    Ok(())
}

/// A file is known while it is reserved and while it belongs to something, and discarded otherwise.
pub async fn files_belong_to_something_or_are_discarded(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let new = photo(stores, ann, "a").await?;
    let keys = [new.files.full.clone(), new.files.thumbnail.clone(), new.files.blurred.clone()];
    let known = KeptFile { account: ann, role: FileRole::Photo, status: None };
    assert_eq!(stores.album.file(&keys[0], at(5)).await?, Some(known));
    assert_eq!(stores.album.file(&keys[0], reserved()).await?, None);
    assert!(stores.album.discarded_files(at(5), 10).await?.is_empty());

    let first = added(stores, new).await?;
    let known = KeptFile { status: Some(ReviewStatus::Pending), ..known };
    assert_eq!(stores.album.file(&keys[1], reserved()).await?, Some(known));
    let blurred = KeptFile { role: FileRole::Blurred, ..known };
    assert_eq!(stores.album.file(&keys[2], reserved()).await?, Some(blurred));
    stores.album.discard_files(&keys, at(5)).await?;
    stores.album.forget_files(&keys, reserved()).await?;
    assert!(stores.album.discarded_files(reserved(), 10).await?.is_empty());

    stores.album.remove_photo(ann, first.id, at(6)).await?;
    assert_eq!(stores.album.file(&keys[0], at(6)).await?, None);
    assert!(stores.album.discarded_files(at(5), 10).await?.is_empty());
    let mut discarded = stores.album.discarded_files(at(6), 10).await?;
    discarded.sort();
    let mut expected = keys.to_vec();
    expected.sort();
    assert_eq!(discarded, expected);
    assert_eq!(stores.album.discarded_files(at(6), 2).await?.len(), 2);
    stores.album.forget_files(&keys[..2], at(6)).await?;
    assert_eq!(stores.album.discarded_files(at(6), 10).await?, keys[2..]);
    assert_eq!(stores.album.file("nothing", at(0)).await?, None);
    Ok(())
}

/// What was reserved and never came to belong to anything is discarded in its time, or at once when that is asked for;
/// and nothing takes files that were not reserved for it.
pub async fn unused_files_are_discarded(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let keys = ["x/1".to_owned(), "x/2".to_owned()];
    let reserve = |account, key: &String| (account, [(key.clone(), FileRole::Paper)]);
    for (account, reserved_key) in keys.iter().map(|key| reserve(ann, key)) {
        stores.album.reserve_files(account, &reserved_key, reserved()).await?;
    }
    let (_, again) = reserve(ben, &keys[0]);
    assert!(stores.album.reserve_files(ben, &again, reserved()).await.is_err());
    stores.album.discard_files(&keys[..1], at(7)).await?;
    assert_eq!(stores.album.discarded_files(at(7), 10).await?, keys[..1]);
    assert_eq!(stores.album.discarded_files(reserved(), 10).await?, keys);

    let mut foreign = photo(stores, ann, "a").await?;
    foreign.account = ben;
    assert!(stores.album.add_photo(foreign.clone()).await.is_err());
    "nowhere".clone_into(&mut foreign.files.full);
    assert!(stores.album.add_photo(foreign).await.is_err());
    assert!(stores.album.photos(&[ann, ben]).await?.is_empty());
    let all = stores.reviews.reviews(ReviewFilter::default(), ALL).await?;
    assert_eq!(all.total, 0);
    Ok(())
}

async fn film(stores: &Stores, account: crate::ids::AccountId, name: &str) -> StoreResult<NewVideo> {
    let (file, cover) = (format!("films/{name}.mp4"), format!("films/{name}.jpg"));
    let keys = [(file.clone(), FileRole::Video), (cover.clone(), FileRole::Video)];
    stores.album.reserve_files(account, &keys, reserved()).await?;
    let status = ReviewStatus::Pending;
    Ok(NewVideo { account, file, cover: Some(cover), duration_secs: Some(45), status, at: at(4) })
}

/// A profile has one film: a new one takes the place of the old one, whose files are discarded.
pub async fn a_profile_has_one_film(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    assert_eq!(stores.album.video(ann).await?, None);
    let old = film(stores, ann, "old").await?;
    assert!(stores.album.set_video(old.clone()).await?);
    stores.album.count_video_view(&old.file).await?;
    stores.album.count_video_view(&old.file).await?;
    stores.album.count_video_view("films/none.mp4").await?;
    let kept = stores.album.video(ann).await?.expect("it was set");
    assert_eq!((kept.views, kept.duration_secs, kept.status), (2, Some(45), ReviewStatus::Pending));
    assert_eq!((&kept.file, &kept.cover), (&old.file, &old.cover));

    let new = NewVideo { cover: None, duration_secs: None, ..film(stores, ann, "new").await? };
    assert!(stores.album.set_video(new.clone()).await?);
    let kept = stores.album.video(ann).await?.expect("it was set");
    assert_eq!((kept.file, kept.views, kept.duration_secs, kept.cover), (new.file, 0, None, None));
    let mut discarded = stores.album.discarded_files(at(4), 10).await?;
    discarded.sort();
    assert_eq!(discarded, ["films/old.jpg", "films/old.mp4"]);
    let all = stores.reviews.reviews(ReviewFilter::default(), ALL).await?;
    assert_eq!(all.total, 1);

    assert!(stores.album.remove_video(ann, at(5)).await?);
    assert!(!stores.album.remove_video(ann, at(5)).await?);
    assert_eq!(stores.album.video(ann).await?, None);
    Ok(())
}

/// Of many who want the last place in an album one gets it, and one photo is primary whatever comes at once.
pub async fn one_of_many_gets_the_last_place(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let mut adding = Vec::new();
    for number in 0..ALBUM_MAX + 5 {
        let new = photo(stores, ann, &number.to_string()).await?;
        let (stores, is_primary) = (stores.clone(), number % 2 == 0);
        adding.push(async move { stores.album.add_photo(NewPhoto { is_primary, ..new }).await });
    }
    let outcomes = at_once(adding).await?;
    let full = outcomes.iter().filter(|outcome| **outcome == AddPhotoOutcome::Full).count();
    assert_eq!(full, 5);
    let (primaries, count) = primary(stores, ann).await?;
    assert_eq!((primaries.len(), count), (1, ALBUM_MAX));

    let photos = stores.album.photos(&[ann]).await?;
    let removing = photos.iter().take(ALBUM_MAX - 1).map(|photo| {
        let (stores, id) = (stores.clone(), photo.id);
        async move { stores.album.remove_photo(ann, id, at(8)).await }
    });
    assert!(at_once(removing).await?.iter().all(|removed| *removed));
    assert_eq!(primary(stores, ann).await?, (vec![photos[ALBUM_MAX - 1].id], 1));
    Ok(())
}

/// A profile counts who looked at it, who likes its person, and with whom they match.
pub async fn a_profile_counts_what_came_of_it(stores: &Stores) -> StoreResult<()> {
    use super::fixture::{decide, matched};
    use crate::{model::Action, store::ProfileStats};

    let (ann, ben) = two(stores).await?;
    let cal = person(stores, "cal").await?;
    assert_eq!(stores.people.stats(ann).await?, ProfileStats::default());
    assert_eq!(stores.people.stats(nobody()).await?, ProfileStats::default());
    for _ in 0..3 {
        stores.people.count_view(ann).await?;
    }
    stores.people.count_view(nobody()).await?;
    decide(stores, ben, ann, Action::SuperLike).await?;
    decide(stores, cal, ann, Action::Dislike).await?;
    let ended = matched(stores, ann, ben).await?;
    matched(stores, cal, ann).await?;
    assert_eq!(stores.people.stats(ann).await?, ProfileStats { views: 3, likes: 1, matches: 2 });
    stores.matches.end_match(ended.id, ben, at(5)).await?;
    assert_eq!(stores.people.stats(ann).await?.matches, 1);
    assert_eq!(stores.people.stats(ben).await?, ProfileStats::default());
    // A view is no change of the profile.
    assert_eq!(
        stores.people.profile(ann).await?.map(|read| (read.version, read.updated_at)),
        Some((1, at(0)))
    );
    Ok(())
}
