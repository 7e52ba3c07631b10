use super::*;
use crate::{
    clock::{ManualClock, Millis},
    ids::TelegramId,
    model::{
        Identity, Language,
        profile::{Gender, Position},
    },
    scoring::{ColumnarPool, Query},
    service::{Foundation, Services},
    store::{CreateOutcome, NewAccount, memory::MemoryStore},
};

const NOON: Millis = Millis(1_780_027_200_000);

fn services() -> (Services, Arc<ColumnarPool>) {
    let pool = Arc::new(ColumnarPool::default());
    let services = Services::new(Foundation {
        matcher: pool.clone(),
        clock: Arc::new(ManualClock::new(NOON)),
        ..Foundation::over(Stores::from_one(Arc::new(MemoryStore::new())))
    });
    (services, pool)
}

async fn person(services: &Services, number: i64, gender: Gender) -> AccountId {
    let phone = Identity::new(IdentityKind::Phone, (13_800_000_000 + number).to_string());
    let birth_date = NaiveDate::from_ymd_opt(1995, 1, 1);
    let profile = Profile { gender: Some(gender), birth_date, ..Profile::default() };
    let new = NewAccount { identities: vec![phone], password_hash: None, profile, at: NOON };
    let made = services.stores.accounts.create_account(new).await.unwrap();
    let CreateOutcome::Created(account) = made else { panic!("{made:?}") };
    services.people.refresh(account.id).await.unwrap();
    account.id
}

#[tokio::test]
async fn whose_stored_data_is_refused_is_left_out_and_harms_nobody_else() {
    let strange: [fn(&mut Profile); 4] = [
        |profile| profile.height_cm = Some(90),
        |profile| profile.birth_date = NaiveDate::from_ymd_opt(1700, 1, 1),
        |profile| profile.requirements.age_min = Some(3),
        |profile| profile.position = Some(Position { latitude: f64::NAN, longitude: 0.0 }),
    ];
    for change in strange {
        let (services, pool) = services();
        let her = person(&services, 0, Gender::Female).await;
        let (him, other) =
            (person(&services, 1, Gender::Male).await, person(&services, 2, Gender::Male).await);
        let list = async || services.daily.list(her, false, Language::Zh).await.unwrap().people;
        assert_eq!(list().await.len(), 2);

        // As if it had been stored before anybody looked at it.
        services.people.edit(him, change).await.unwrap();
        assert!(!pool.contains(him) && pool.contains(other));
        let shown: Vec<AccountId> = list().await.iter().map(|one| one.person.id).collect();
        assert_eq!(shown, [other]);
        assert_eq!(services.fill_pool().await.unwrap(), 3);
        assert_eq!(pool.len(), 2);
        let decided = services.likes.decide(her, him, crate::model::Action::Like).await;
        assert!(decided.is_ok());
    }
}

#[tokio::test]
async fn whoever_is_reactivated_is_known_and_whoever_is_erased_is_forgotten() {
    let (services, pool) = services();
    let number = |raw| TelegramId::new(raw).unwrap();
    let make = async |raw| services.telegram.create(number(raw), "林", Gender::Female).await.unwrap();
    let (actor, target) = (make(1).await, make(2).await);
    let id = InteractionId::new(1).unwrap();
    services.people.observe(id, Decision { actor, target, said_yes: true });
    let learned = pool.learned(target);
    assert!(!learned.is_blank());

    services.telegram.deactivate(number(2)).await.unwrap();
    assert!(!pool.contains(target));
    assert_eq!(make(2).await, target);
    assert_eq!(pool.learned(target), learned);

    services.telegram.deactivate(number(2)).await.unwrap();
    services.stores.accounts.set_status(target, AccountStatus::Deleted, NOON).await.unwrap();
    services.people.refresh(target).await.unwrap();
    let blank = Person { id: target, profile: Profile::default(), last_active_at: NOON };
    pool.upsert(&Entry { person: &blank, audience: Audience::ALL }).unwrap();
    assert!(pool.learned(target).is_blank());
    let everyone = Query::new(&blank, Audience::ALL, 9, services.people.moment());
    assert_eq!(pool.top(&everyone).unwrap().len(), 1);
}
