//! Cases about profiles.

use super::fixture::{at, create, named, nobody, odd_texts, person, telegram};
use crate::{
    error::StoreResult,
    model::{
        AccountStatus, Identity, IdentityKind, Profile, Requirements,
        profile::{
            Economy, Education, EducationLevel, Gender, IncomeRange, MaritalStatus, Occupation,
            OccupationType, Place, Position, TraitRatings,
        },
        requirements::{GenderSet, TraitWeights},
    },
    store::{NewAccount, Stores, VersionedProfile},
};

fn whole() -> Profile {
    let place = |city: &str| Place {
        province: Some("浙江".to_owned()),
        city: Some(city.to_owned()),
        district: Some(String::new()),
        address: Some("1 'Long' Road".to_owned()),
    };
    Profile {
        nickname: Some("林 👩".to_owned()),
        avatar_url: Some("https://example.org/林.png".to_owned()),
        contact_phone: Some("+86 138 0000 0000".to_owned()),
        gender: Some(Gender::Female),
        birth_date: "1996-02-29".parse().ok(),
        stated_age: Some(30),
        height_cm: Some(165),
        weight_hg: Some(525),
        blood_type: Some("AB".to_owned()),
        hometown: place("杭州"),
        current: place("宁波"),
        position: Some(Position { latitude: 30.123_456_789_012_345, longitude: -179.999_999_999 }),
        education: Education {
            level: Some(EducationLevel::Master),
            school: Some("ZJU".to_owned()),
            school_type: Some("985".to_owned()),
            major: Some("CS".to_owned()),
            graduation_year: Some(u16::MAX),
        },
        occupation: Occupation {
            kind: Some(OccupationType::Tech),
            job_title: Some("engineer".to_owned()),
            company: Some("co".to_owned()),
            company_nature: Some("private".to_owned()),
            work_experience_years: Some(u8::MAX),
        },
        economy: Economy {
            income: Some(IncomeRange::From30WTo50W),
            has_house: Some("yes".to_owned()),
            house_city: Some("杭州".to_owned()),
            has_car: Some("no".to_owned()),
            car_brand: Some(String::new()),
        },
        marital_status: Some(MaritalStatus::Divorced),
        has_children: Some(false),
        introduction: Some("长".repeat(2_000)),
        interests: odd_texts(),
        traits: TraitRatings {
            attractive: Some(1),
            sincere: None,
            intelligent: Some(10),
            ..TraitRatings::default()
        },
        going_out: Some(7),
        paused: true,
        requirements: Requirements {
            genders: Some(GenderSet::only(Gender::Male)),
            age_min: Some(18),
            age_max: Some(120),
            same_city: true,
            acceptable_cities: vec!["上海".to_owned()],
            education_levels: EducationLevel::ALL.to_vec(),
            trait_weights: Some(TraitWeights { attractive: 0.1, sincere: 33.3, ..TraitWeights::default() }),
            ..Requirements::default()
        },
    }
}

/// A profile with everything in it comes back exactly, and each change counts the version up.
pub async fn a_whole_profile_comes_back(stores: &Stores) -> StoreResult<()> {
    let id = create(stores, NewAccount { profile: whole(), ..named("ann") }).await?;
    let first = VersionedProfile { version: 1, profile: whole(), updated_at: at(0) };
    assert_eq!(stores.people.profile(id).await?, Some(first));
    for (expected, profile) in [(1, Profile::default()), (2, whole())] {
        assert!(stores.people.replace_profile(id, expected, &profile, at(expected)).await?);
        let kept = stores.people.profile(id).await?;
        let next = VersionedProfile { version: expected + 1, profile, updated_at: at(expected) };
        assert_eq!(kept, Some(next));
    }
    Ok(())
}

/// Of the profiles asked for, those that exist are answered, each once.
pub async fn profiles_leave_out_unknown_people(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = (person(stores, "ann").await?, person(stores, "ben").await?);
    let mut found = stores.people.profiles(&[ben, nobody(), ann, ben]).await?;
    found.sort_by_key(|(id, _)| *id);
    let first = |name| VersionedProfile { version: 1, profile: named(name).profile, updated_at: at(0) };
    assert_eq!(found, [(ann, first("ann")), (ben, first("ben"))]);
    assert!(stores.people.profiles(&[]).await?.is_empty());
    assert_eq!(stores.people.profile(nobody()).await?, None);
    let many: Vec<_> = (0..2_000).map(|_| ann).collect();
    assert_eq!(stores.people.profiles(&many).await?.len(), 1);
    Ok(())
}

/// A change that names another version than the present one changes nothing.
pub async fn a_stale_version_replaces_nothing(stores: &Stores) -> StoreResult<()> {
    let id = person(stores, "ann").await?;
    assert!(stores.people.replace_profile(id, 1, &whole(), at(1)).await?);
    for stale in [1, 0, 3, i64::MIN, i64::MAX] {
        assert!(!stores.people.replace_profile(id, stale, &Profile::default(), at(2)).await?);
    }
    let second = VersionedProfile { version: 2, profile: whole(), updated_at: at(1) };
    assert_eq!(stores.people.profile(id).await?, Some(second));
    assert!(!stores.people.replace_profile(nobody(), 1, &whole(), at(2)).await?);
    Ok(())
}

/// Of many who replace one version at the same moment one succeeds, and its profile stands.
pub async fn one_of_many_replaces_a_version(stores: &Stores) -> StoreResult<()> {
    let id = person(stores, "ann").await?;
    let tasks: Vec<_> = (0..8_u16)
        .map(|n| {
            let people = stores.people.clone();
            let profile = Profile { height_cm: Some(n), ..Profile::default() };
            tokio::spawn(
                async move { people.replace_profile(id, 1, &profile, at(1)).await.map(|won| (n, won)) },
            )
        })
        .collect();
    let mut winners = Vec::new();
    for task in tasks {
        let (n, won) = task.await.expect("no panic")?;
        winners.extend(won.then_some(n));
    }
    assert_eq!(winners.len(), 1);
    let kept = stores.people.profile(id).await?.expect("a profile");
    assert_eq!((kept.version, kept.profile.height_cm), (2, Some(winners[0])));
    Ok(())
}

/// The last activity is the latest moment that was noted; first, when the account was made.
pub async fn activity_never_goes_back(stores: &Stores) -> StoreResult<()> {
    let id = person(stores, "ann").await?;
    for (touched, noted) in [(None, 0), (Some(5), 5), (Some(3), 5), (Some(5), 5), (Some(6), 6)] {
        if let Some(touched) = touched {
            stores.people.touch(id, at(touched)).await?;
        }
        let row = stores.people.person(id).await?.expect("a person");
        assert_eq!(row.person.last_active_at, at(noted));
    }
    stores.people.touch(nobody(), at(1)).await?;
    Ok(())
}

/// Only active accounts are people, with the kinds of their identities in ascending order.
pub async fn only_active_people_take_part(stores: &Stores) -> StoreResult<()> {
    let mut new = named("ann");
    new.identities.insert(0, telegram(1));
    new.identities.push(Identity::new(IdentityKind::Phone, "1"));
    let ann = create(stores, new).await?;
    let bare = create(stores, NewAccount { identities: Vec::new(), ..named("") }).await?;
    let row = stores.people.person(ann).await?.expect("a person");
    assert_eq!(row.kinds, [IdentityKind::Phone, IdentityKind::Username, IdentityKind::Telegram]);
    assert_eq!((row.person.id, row.person.profile), (ann, named("ann").profile));
    assert_eq!(stores.people.person(bare).await?.map(|row| row.kinds), Some(Vec::new()));
    assert_eq!(stores.people.person(nobody()).await?, None);
    for status in [AccountStatus::Locked, AccountStatus::Deactivated] {
        stores.accounts.set_status(ann, status, at(1)).await?;
        assert_eq!(stores.people.person(ann).await?, None);
        assert_eq!(stores.people.people(None, 10).await?.len(), 1);
    }
    stores.accounts.set_status(ann, AccountStatus::Active, at(1)).await?;
    assert!(stores.people.person(ann).await?.is_some());
    Ok(())
}

/// Of the people who are asked for, those come who are active, each once.
pub async fn active_people_are_found_together(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let ben = create(stores, NewAccount { identities: vec![telegram(1)], ..named("ben") }).await?;
    let cal = person(stores, "cal").await?;
    stores.accounts.set_status(cal, AccountStatus::Locked, at(1)).await?;
    stores.people.touch(ben, at(7)).await?;
    let mut rows = stores.people.people_among(&[ben, nobody(), cal, ann, ben]).await?;
    rows.sort_unstable_by_key(|row| row.person.id);
    let mut expected = Vec::new();
    for id in [ann, ben] {
        expected.extend(stores.people.person(id).await?);
    }
    assert_eq!((rows.len(), rows), (2, expected));
    assert_eq!(stores.people.people_among(&[]).await?, []);
    Ok(())
}

/// Pages of people ascend without gap or repetition, and leave out those who take no part.
pub async fn people_come_in_pages(stores: &Stores) -> StoreResult<()> {
    let mut expected = Vec::new();
    for n in 0..7 {
        let id = person(stores, &format!("p{n}")).await?;
        if n == 3 {
            stores.accounts.set_status(id, AccountStatus::Locked, at(1)).await?;
        } else {
            expected.push(id);
        }
    }
    let mut seen = Vec::new();
    loop {
        let page = stores.people.people(seen.last().copied(), 2).await?;
        assert!(page.len() <= 2);
        if page.is_empty() {
            break;
        }
        seen.extend(page.into_iter().map(|row| row.person.id));
    }
    assert_eq!(seen, expected);
    assert!(stores.people.people(None, 0).await?.is_empty());
    assert_eq!(stores.people.people(None, usize::MAX).await?.len(), 6);
    assert!(stores.people.people(Some(nobody()), 5).await?.is_empty());
    Ok(())
}
