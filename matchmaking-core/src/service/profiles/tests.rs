//! Profiles with everything beside them, in memory.

use std::io::Cursor;

use bytes::Bytes;

use super::*;
use crate::{
    clock::{ManualClock, Millis},
    ids::PhotoId,
    model::{
        Identity, IdentityKind, PhotoKind, ReviewKind,
        edit::{Part, PlaceChange},
        profile::Gender,
    },
    ports::{Ports, media::MediaKey},
    service::{Foundation, Services},
    store::{CreateOutcome, NewAccount, ReviewFilter, Slice, Sliced, memory::MemoryStore},
};

/// `2026-02-05T10:30:00Z`
const NOW: Millis = Millis(1_770_287_400_000);

struct Scene {
    services: Services,
    clock: Arc<ManualClock>,
    outbox: tempfile::TempDir,
}

impl Scene {
    async fn new() -> Self {
        Self::with(|foundation| foundation).await
    }

    async fn with(change: impl FnOnce(Foundation) -> Foundation) -> Self {
        let clock = Arc::new(ManualClock::new(NOW));
        let outbox = tempfile::tempdir().unwrap();
        let sms = crate::ports::sms::FileSms::open(outbox.path().join("sms")).await.unwrap();
        let foundation = Foundation {
            clock: Arc::clone(&clock) as _,
            ports: Ports { sms: Arc::new(sms), ..Ports::offline() },
            ..Foundation::over(Stores::from_one(Arc::new(MemoryStore::new())))
        };
        Self { services: Services::new(change(foundation)), clock, outbox }
    }

    async fn person(&self, phone: &str) -> AccountId {
        let new = NewAccount {
            identities: vec![Identity::new(IdentityKind::Phone, phone)],
            password_hash: None,
            profile: Profile::default(),
            at: NOW,
        };
        match self.services.stores.accounts.create_account(new).await.unwrap() {
            CreateOutcome::Created(account) => account.id,
            taken @ CreateOutcome::Taken { .. } => panic!("{taken:?}"),
        }
    }

    async fn two(&self) -> (AccountId, AccountId) {
        (self.person("13800138000").await, self.person("13800138001").await)
    }

    fn profiles(&self) -> &Profiles {
        &self.services.profiles
    }

    async fn add(&self, account: AccountId) -> Result<Photo, ProfileError> {
        let picture = NewPicture { bytes: png(40, 30), kind: PhotoKind::Life, is_primary: false, crop: None };
        self.profiles().add_photo(account, picture).await
    }

    async fn opens(&self, viewer: AccountId, key: &str) -> bool {
        let key = key.parse().unwrap();
        self.profiles().may_open(FileViewer::Account(viewer), &key).await.unwrap()
    }

    /// Whether there are bytes.
    async fn is_kept(&self, key: &str) -> bool {
        let key: MediaKey = key.parse().unwrap();
        self.services.media.open(&key, Some(0..1)).await.unwrap().is_some()
    }

    /// Decides about everything of a kind.
    async fn decide(&self, kind: ReviewKind, approved: bool) {
        let filter = ReviewFilter { kind: Some(kind), status: None };
        for shown in self.profiles().reviews(filter, Slice::newest(100)).await.unwrap().items {
            self.profiles().decide(shown.review.id, approved, None).await.unwrap();
        }
    }

    fn sms(&self) -> usize {
        std::fs::read_to_string(self.outbox.path().join("sms")).unwrap().lines().count()
    }
}

fn png(width: u32, height: u32) -> Bytes {
    let mut bytes = Cursor::new(Vec::new());
    image::RgbImage::new(width, height).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner().into()
}

fn base64(bytes: &[u8]) -> ImageSource {
    use base64::Engine as _;
    let coded = base64::engine::general_purpose::STANDARD.encode(bytes);
    ImageSource::new(format!("base64://{coded}"))
}

fn papers() -> IdentityPapers {
    let images = ["id_card_front", "id_card_back", "face_photo"].map(|field| (field, base64(&png(20, 20))));
    IdentityPapers { real_name: "佘秋婧".to_owned(), number: "310101199501011234".to_owned(), images }
}

#[tokio::test]
async fn a_profile_is_changed_whole_or_not_at_all() {
    let scene = Scene::new().await;
    let (ann, _) = scene.two().await;
    assert_eq!(scene.profiles().completion_rate(ann).await.unwrap(), 5);
    let edits = vec![Edit::Gender(Some(Gender::Female)), Edit::Nickname(Some("秋秋".to_owned()))];
    let edited = scene.profiles().edit(ann, edits.clone()).await.unwrap();
    assert_eq!((edited.completion_rate, edited.updated_fields), (15, vec!["nickname", "gender"]));
    let again = scene.profiles().edit(ann, edits).await.unwrap();
    assert!(again.updated_fields.is_empty() && again.completion_rate == 15);
    let refused = vec![Edit::Nickname(Some("x".to_owned())), Edit::Gender(Some(Gender::Male))];
    let refused = scene.profiles().edit(ann, refused).await;
    assert!(matches!(refused, Err(ProfileError::Refused(why)) if why == [EditRefusal::GenderIsSet]));
    let view = scene.profiles().own(ann).await.unwrap();
    assert_eq!(view.profile.nickname.as_deref(), Some("秋秋"));
    assert!(!format!("{view:?}").contains("秋"));
}

#[tokio::test]
async fn two_who_say_two_genders_at_once_end_with_one() {
    let scene = Scene::new().await;
    let (ann, _) = scene.two().await;
    let say = |gender| {
        let profiles = scene.profiles().clone();
        tokio::spawn(async move { profiles.edit(ann, vec![Edit::Gender(Some(gender))]).await.is_ok() })
    };
    let said = [say(Gender::Female), say(Gender::Male), say(Gender::Other)];
    let mut taken = 0;
    for one in said {
        taken += usize::from(one.await.unwrap());
    }
    assert_eq!(taken, 1);
}

#[tokio::test]
async fn requirements_are_replaced_whole() {
    let scene = Scene::new().await;
    let (ann, _) = scene.two().await;
    let first =
        Requirements { age_min: Some(28), other: Some("温和".to_owned()), ..Requirements::default() };
    scene.profiles().set_requirements(ann, first).await.unwrap();
    let second = Requirements { age_max: Some(35), ..Requirements::default() };
    scene.profiles().set_requirements(ann, second.clone()).await.unwrap();
    assert_eq!(scene.profiles().requirements(ann).await.unwrap(), second);
    let nobody = AccountId::new(99).unwrap();
    assert!(matches!(scene.profiles().requirements(nobody).await, Err(ProfileError::Unknown)));
}

#[tokio::test]
async fn others_see_what_passed_and_count_as_views() {
    let scene = Scene::new().await;
    let (ann, ben) = scene.two().await;
    let place =
        PlaceChange { address: Part::Set(Some("世纪大道100号".to_owned())), ..PlaceChange::default() };
    scene.profiles().edit(ann, vec![Edit::Current(place, Part::Kept)]).await.unwrap();
    let photo = scene.add(ann).await.unwrap();
    let seen = scene.profiles().of(ann, ben).await.unwrap();
    assert!(seen.photos.is_empty() && seen.avatar().is_none() && seen.profile.current.address.is_none());
    assert_eq!(scene.profiles().own(ann).await.unwrap().avatar(), Some(&photo));
    assert!(scene.opens(ann, &photo.files.full).await && !scene.opens(ben, &photo.files.full).await);

    scene.decide(ReviewKind::Photo, true).await;
    assert_eq!(scene.profiles().of(ann, ben).await.unwrap().photos.len(), 1);
    for key in [&photo.files.full, &photo.files.thumbnail, &photo.files.blurred] {
        assert!(scene.opens(ben, key).await && scene.is_kept(key).await);
    }
    let reviewer = scene.profiles().may_open(FileViewer::Reviewer, &photo.files.full.parse().unwrap()).await;
    assert!(reviewer.unwrap());
    scene.profiles().of(ann, ann).await.unwrap();
    assert_eq!(scene.profiles().own(ann).await.unwrap().stats.views, 2);

    scene.services.stores.safety.block(ann, ben, NOW).await.unwrap();
    assert!(matches!(scene.profiles().of(ann, ben).await, Err(ProfileError::Unknown)));
    assert!(!scene.opens(ben, &photo.files.full).await);
    assert_eq!(scene.profiles().own(ann).await.unwrap().stats.views, 2);
}

#[tokio::test]
async fn removed_photos_leave_no_bytes() {
    let scene = Scene::with(|foundation| Foundation { photos_approved_at_once: true, ..foundation }).await;
    let (ann, ben) = scene.two().await;
    let photo = scene.add(ann).await.unwrap();
    assert_eq!(photo.status, ReviewStatus::Passed);
    let removed = scene.profiles().remove_photo(ben, photo.id).await;
    assert!(matches!(removed, Err(ProfileError::NoSuchFile)));
    scene.profiles().remove_photo(ann, photo.id).await.unwrap();
    for key in [&photo.files.full, &photo.files.thumbnail, &photo.files.blurred] {
        assert!(!scene.is_kept(key).await && !scene.opens(ann, key).await);
    }
    let again = scene.profiles().remove_photo(ann, PhotoId::new(photo.id.get()).unwrap()).await;
    assert!(matches!(again, Err(ProfileError::NoSuchFile)));
}

#[tokio::test]
async fn the_tenth_photo_is_refused_and_leaves_nothing() {
    let scene = Scene::new().await;
    let (ann, _) = scene.two().await;
    for _ in 0..crate::store::ALBUM_MAX {
        scene.add(ann).await.unwrap();
    }
    assert!(matches!(scene.add(ann).await, Err(ProfileError::AlbumFull)));
    scene.clock.advance(2 * FILE_RESERVED_MILLIS);
    let discarded = scene.services.stores.album.discarded_files(scene.clock.now(), 10).await.unwrap();
    assert!(discarded.is_empty());
    let bad =
        NewPicture { bytes: Bytes::from_static(b"x"), kind: PhotoKind::Life, is_primary: false, crop: None };
    let ben = scene.person("13800138002").await;
    let refused = scene.profiles().add_photo(ben, bad).await;
    assert!(matches!(refused, Err(ProfileError::BadPictures(why)) if why[0].0 == "file"));
}

#[tokio::test]
async fn a_deleted_account_leaves_no_bytes() {
    let scene = Scene::new().await;
    let (ann, _) = scene.two().await;
    let photo = scene.add(ann).await.unwrap();
    scene.profiles().submit_identity(ann, papers()).await.unwrap();
    let stores = &scene.services.stores;
    let submitted = stores.reviews.submissions(ann).await.unwrap();
    let files = submitted[0].subject.files().to_vec();
    assert!(files.len() == 3 && scene.is_kept(&files[0]).await);
    stores.accounts.set_status(ann, AccountStatus::Deleted, NOW).await.unwrap();
    scene.profiles().sweep().await.unwrap();
    for key in files.iter().chain([&photo.files.full]) {
        assert!(!scene.is_kept(key).await);
    }
    assert!(matches!(scene.profiles().own(ann).await, Err(ProfileError::Unknown)));
    assert!(matches!(scene.add(ann).await, Err(ProfileError::Unknown)));
}

#[tokio::test]
async fn an_identity_is_sealed_and_shown_to_reviewers_only() {
    let scene = Scene::new().await;
    let (ann, ben) = scene.two().await;
    let id = scene.profiles().submit_identity(ann, papers()).await.unwrap();
    let again = scene.profiles().submit_identity(ann, papers()).await;
    assert!(matches!(again, Err(ProfileError::ReviewPending(waiting)) if waiting == id));
    let view = scene.profiles().own(ann).await.unwrap();
    assert_eq!((view.verifications.real_name, view.real_name), (Standing::Pending, None));

    let kept = scene.services.stores.reviews.review(id).await.unwrap().unwrap();
    let document = serde_json::to_string(&kept.subject).unwrap();
    assert!(!document.contains("310101") && !document.contains('婧'));
    for viewer in [ann, ben] {
        assert!(!scene.opens(viewer, &kept.subject.files()[0]).await);
    }
    let filter = ReviewFilter { kind: Some(ReviewKind::Identity), status: Some(ReviewStatus::Pending) };
    let Sliced { total, items: shown } = scene.profiles().reviews(filter, Slice::newest(10)).await.unwrap();
    let identity = shown[0].identity.as_ref().unwrap();
    assert_eq!((total, identity.real_name.as_str()), (1, "佘秋婧"));
    assert!(identity.card.is_some_and(|card| !card.check_digit_is_right));

    scene.decide(ReviewKind::Identity, true).await;
    scene.decide(ReviewKind::Identity, true).await;
    assert_eq!(scene.sms(), 1);
    let view = scene.profiles().own(ann).await.unwrap();
    assert_eq!(view.verifications.real_name, Standing::Verified);
    assert_eq!((view.real_name.as_deref(), view.completion_rate), (Some("佘秋婧"), 10));
    scene.decide(ReviewKind::Identity, false).await;
    assert_eq!(scene.profiles().own(ann).await.unwrap().verifications.real_name, Standing::None);
    assert_eq!(scene.sms(), 2);
    let unknown = scene.profiles().decide(ReviewId::new(999).unwrap(), true, None).await;
    assert!(matches!(unknown, Err(ProfileError::NoSuchReview)));
}

#[tokio::test]
async fn every_picture_that_is_none_is_told() {
    let scene = Scene::new().await;
    let (ann, ben) = scene.two().await;
    let photo = scene.add(ann).await.unwrap();
    let link = |viewer| scene.services.media.link_for(FileViewer::Account(viewer), &photo.files.full, NOW);
    let mut good = papers();
    good.images[0].1 = ImageSource::new(link(ann));
    good.images[1].1 = ImageSource::new(base64(&png(9, 9)).0.replace("base64://", "data:image/png;base64,"));
    // Somebody else's picture is none of one's own, whoever may see it.
    let mut bad = good.clone();
    bad.images[1].1 = ImageSource::new("base64://...".to_owned());
    bad.images[2].1 = ImageSource::new("elsewhere/a.jpg".to_owned());
    let refused = scene.profiles().submit_identity(ben, bad).await;
    let Err(ProfileError::BadPictures(why)) = refused else { panic!("{refused:?}") };
    let fields: Vec<&str> = why.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["id_card_front", "id_card_back", "face_photo"]);
    scene.profiles().submit_identity(ann, good).await.unwrap();
}

#[tokio::test]
async fn papers_wait_one_of_a_kind() {
    let scene = Scene::new().await;
    let (ann, _) = scene.two().await;
    let submit = async |claim| scene.profiles().submit_papers(ann, claim, vec![base64(&png(9, 9))]).await;
    submit(Claim::House).await.unwrap();
    assert!(matches!(submit(Claim::House).await, Err(ProfileError::ReviewPending(_))));
    submit(Claim::Car).await.unwrap();
    let verifications = scene.profiles().own(ann).await.unwrap().verifications;
    assert_eq!((verifications.house, verifications.car), (Standing::Pending, Standing::Pending));
    assert_eq!(verifications.income, Standing::None);
    scene.decide(ReviewKind::Verification, true).await;
    assert_eq!(scene.profiles().own(ann).await.unwrap().verifications.house, Standing::Verified);
    assert_eq!(scene.sms(), 0);
}

#[tokio::test]
async fn a_film_is_shown_once_it_passed_and_its_views_count() {
    let scene = Scene::with(|foundation| Foundation { photos_approved_at_once: true, ..foundation }).await;
    let (ann, ben) = scene.two().await;
    let mp4 = Bytes::from_static(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom");
    let refused = scene.profiles().set_video(ann, Bytes::from_static(b"GIF89a"), None).await;
    assert!(matches!(refused, Err(ProfileError::BadFilm)));
    scene.profiles().set_video(ann, mp4, Some(png(64, 64))).await.unwrap();
    let video = scene.profiles().own(ann).await.unwrap().video.unwrap();
    assert!(video.status == ReviewStatus::Pending && video.cover.is_some());
    assert_eq!(scene.profiles().of(ann, ben).await.unwrap().video, None);
    scene.decide(ReviewKind::Video, true).await;
    let key = video.file.parse().unwrap();
    assert!(scene.opens(ben, &video.file).await);
    for viewer in [FileViewer::Account(ben), FileViewer::Account(ann), FileViewer::Reviewer] {
        scene.profiles().count_opened(viewer, &key).await.unwrap();
    }
    assert_eq!(scene.profiles().of(ann, ben).await.unwrap().video.unwrap().views, 1);
    scene.profiles().remove_video(ann).await.unwrap();
    assert!(!scene.is_kept(&video.file).await);
    assert!(matches!(scene.profiles().remove_video(ann).await, Err(ProfileError::NoSuchFile)));
}
