//! Recommendations, likes, matches and what ends them, over the store in memory.

use chrono::NaiveDate;

use super::{
    daily::{DAILY_PEOPLE, DailyError, Missing},
    likes::LikeError,
    pairs::{ContactError, MatchFilter},
    safety::SafetyError,
    *,
};
use crate::{
    clock::ManualClock,
    ids::{AccountId, TelegramId},
    model::{
        AccountStatus, Action, Identity, IdentityKind, Language, Level, Membership, Profile,
        profile::{Gender, Position},
        requirements::GenderSet,
    },
    realtime::{Channel, Event, Next},
    store::{
        AppendOutcome, CreateOutcome, MatchCounts, NewAccount, NewMessage, OnStored, Slice,
        memory::MemoryStore,
    },
};

/// Noon on a day in Shanghai.
const NOON: Millis = Millis(1_780_027_200_000);
const HOUR: i64 = 60 * 60 * 1_000;
const EVERYTHING: Slice = Slice::newest(100);

struct World {
    services: Services,
    clock: Arc<ManualClock>,
}

impl World {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::new(NOON));
        let stores = Stores::from_one(Arc::new(MemoryStore::new()));
        let services = Services::new(Foundation { clock: clock.clone(), ..Foundation::over(stores) });
        Self { services, clock }
    }

    async fn person_with(&self, number: i64, profile: Profile) -> AccountId {
        let phone = Identity::new(IdentityKind::Phone, (13_800_000_000 + number).to_string());
        let new = NewAccount { identities: vec![phone], password_hash: None, profile, at: NOON };
        let made = self.services.stores.accounts.create_account(new).await.unwrap();
        let CreateOutcome::Created(account) = made else { panic!("{made:?}") };
        self.services.people.refresh(account.id).await.unwrap();
        account.id
    }

    async fn person(&self, number: i64, gender: Gender) -> AccountId {
        let birth_date = NaiveDate::from_ymd_opt(1995, 1, 1);
        let nickname = Some(format!("p{number}"));
        let profile = Profile { nickname, gender: Some(gender), birth_date, ..Profile::default() };
        self.person_with(number, profile).await
    }

    /// A woman, and this many men.
    async fn her_and(&self, men: i64) -> (AccountId, Vec<AccountId>) {
        let her = self.person(0, Gender::Female).await;
        let mut them = Vec::new();
        for number in 1..=men {
            them.push(self.person(number, Gender::Male).await);
        }
        (her, them)
    }

    async fn daily(&self, viewer: AccountId) -> Vec<AccountId> {
        let list = self.services.daily.list(viewer, false, Language::Zh).await.unwrap();
        list.people.iter().map(|one| one.person.id).collect()
    }

    async fn decide(&self, actor: AccountId, target: AccountId, action: Action) -> likes::Decided {
        self.services.likes.decide(actor, target, action).await.unwrap()
    }

    async fn say(&self, from: AccountId, to: AccountId) {
        let stores = &self.services.stores;
        let pair = crate::model::Pair::new(from, to).unwrap();
        let conversation = stores.conversations.direct_between(pair).await.unwrap().unwrap().id;
        let message = NewMessage {
            conversation,
            sender: from,
            kind: crate::model::MessageKind::Text,
            content: "你好！".to_owned(),
            client_message_id: None,
            at: self.clock.now(),
            day: super::days::number(self.clock.now(), chrono_tz::Asia::Shanghai),
            details: crate::model::MessageDetails::default(),
        };
        let appended = stores.messages.append_message(message, OnStored::nothing()).await.unwrap();
        assert!(matches!(appended, AppendOutcome::Stored(_)), "{appended:?}");
    }
}

#[tokio::test]
async fn a_list_stays_for_the_day_and_refreshes_show_others() {
    let world = World::new();
    let (her, them) = world.her_and(30).await;
    let first = world.daily(her).await;
    assert_eq!(first.len(), DAILY_PEOPLE);
    assert!(first.iter().all(|id| them.contains(id)));
    world.clock.advance(HOUR);
    assert_eq!(world.daily(her).await, first);

    let mut shown = first.clone();
    for left in [2, 1, 0] {
        let list = world.services.daily.list(her, true, Language::Zh).await.unwrap();
        assert_eq!(list.refreshes_left, left);
        for one in list.people {
            assert!(!shown.contains(&one.person.id));
            shown.push(one.person.id);
        }
    }
    assert_eq!(shown.len(), 30);
    let refused = world.services.daily.list(her, true, Language::Zh).await.unwrap_err();
    assert!(matches!(refused, DailyError::NoRefreshLeft { retry_after: 68_400 }), "{refused:?}");
    assert_eq!(world.daily(her).await.len(), 6);

    world.clock.advance(20 * HOUR);
    let list = world.services.daily.list(her, false, Language::Zh).await.unwrap();
    assert_eq!((list.refreshes_left, list.people.len()), (3, DAILY_PEOPLE));
    assert!(list.people.windows(2).all(|two| two[0].score >= two[1].score));
}

#[tokio::test]
async fn whoever_was_shown_much_lately_gives_way_for_a_week() {
    let world = World::new();
    let (her, mut them) = world.her_and(2 * DAILY_PEOPLE as i64).await;
    let first = world.daily(her).await;
    them.retain(|id| !first.contains(id));
    // They suit another one just as well, who is shown those that the first one was not.
    let another = world.person(100, Gender::Female).await;
    assert_eq!(world.daily(another).await, them);
    // After a week nobody remembers.
    world.clock.advance(7 * 24 * HOUR);
    let late = world.person(101, Gender::Female).await;
    assert_eq!(world.daily(late).await, first);
}

#[tokio::test]
async fn two_requests_at_once_see_one_list_and_spend_two_refreshes() {
    let world = World::new();
    let (her, _) = world.her_and(40).await;
    let daily = &world.services.daily;
    let (one, other) =
        tokio::join!(daily.list(her, false, Language::Zh), daily.list(her, false, Language::Zh));
    assert_eq!(one.unwrap(), other.unwrap());
    let (one, other) = tokio::join!(daily.list(her, true, Language::Zh), daily.list(her, true, Language::Zh));
    one.unwrap();
    other.unwrap();
    assert_eq!(daily.list(her, false, Language::Zh).await.unwrap().refreshes_left, 1);
}

#[tokio::test]
async fn an_empty_list_is_drawn_again_and_an_incomplete_profile_gets_none() {
    let world = World::new();
    let (her, _) = world.her_and(0).await;
    assert!(world.daily(her).await.is_empty());
    let him = world.person(1, Gender::Male).await;
    assert_eq!(world.daily(her).await, [him]);

    let bare = world.person_with(2, Profile::default()).await;
    let refused = world.services.daily.list(bare, false, Language::Zh).await.unwrap_err();
    let DailyError::Incomplete(missing) = refused else { panic!("{refused:?}") };
    assert_eq!(missing, [Missing::Gender, Missing::BirthDate]);
}

#[tokio::test]
async fn who_said_nothing_seeks_the_other_gender_on_the_platform() {
    let world = World::new();
    let (her, them) = world.her_and(1).await;
    let another = world.person(2, Gender::Female).await;
    assert_eq!(world.daily(her).await, them);
    assert_eq!(world.daily(another).await, them);
    let open = |profile: &mut Profile| profile.requirements.genders = Some(GenderSet::ANY);
    world.services.people.edit(another, open).await.unwrap();
    // He still seeks women and so does not suit a man, and she still seeks men.
    let him = world.person(3, Gender::Male).await;
    assert_eq!(world.daily(him).await, [her, another]);
    // People of the mini-app are not of the platform.
    let telegram = TelegramId::new(7).unwrap();
    let mini = world.services.telegram.create(telegram, "林", Gender::Male).await.unwrap();
    let query = world.services.likes.decide(her, mini, Action::Like).await;
    assert!(matches!(query, Err(LikeError::Unknown)), "{query:?}");
}

#[tokio::test]
async fn the_paused_the_blocked_and_the_locked_vanish_from_todays_list() {
    let world = World::new();
    let (her, them) = world.her_and(4).await;
    assert_eq!(world.daily(her).await, them);
    assert!(world.services.safety.pause(them[0], true).await.unwrap());
    world.services.safety.block(them[1], her).await.unwrap();
    world.services.office.lock(them[2], true, "spam".to_owned()).await.unwrap();
    assert_eq!(world.daily(her).await, them[3..]);
    assert_eq!(world.services.daily.next(her).await.unwrap().map(|person| person.id), Some(them[3]));
    world.services.safety.pause(them[0], false).await.unwrap();
    world.services.safety.unblock(them[1], her).await.unwrap();
    world.services.office.lock(them[2], false, String::new()).await.unwrap();
    assert_eq!(world.daily(her).await, them);
    let record = world.services.office.audit(EVERYTHING).await.unwrap();
    let record: Vec<_> = record.items.iter().map(|entry| (entry.action.name(), &*entry.detail)).collect();
    assert_eq!(record, [("user.unlocked", ""), ("user.locked", "spam")]);
}

#[tokio::test]
async fn what_was_decided_today_is_shown_and_a_skip_passes() {
    let world = World::new();
    let (her, them) = world.her_and(3).await;
    assert_eq!(world.daily(her).await, them);
    world.decide(her, them[0], Action::Skip).await;
    world.decide(her, them[1], Action::Like).await;
    let decisions = async || {
        let list = world.services.daily.list(her, false, Language::Zh).await.unwrap();
        list.people.iter().map(|one| (one.person.id, one.decision)).collect::<Vec<_>>()
    };
    let expected = [(them[0], Some(Action::Skip)), (them[1], Some(Action::Like)), (them[2], None)];
    assert_eq!(decisions().await, expected);
    assert_eq!(world.services.daily.next(her).await.unwrap().map(|person| person.id), Some(them[2]));
    world.decide(her, them[2], Action::Dislike).await;
    assert_eq!(world.services.daily.next(her).await.unwrap(), None);

    world.clock.advance(24 * HOUR);
    assert_eq!(decisions().await, [(them[0], None)]);
    assert_eq!(world.services.daily.next(her).await.unwrap().map(|person| person.id), Some(them[0]));
    // Yesterday's dislike is not today's to take back.
    assert_eq!(world.services.likes.take_back(her).await.unwrap(), None);
}

#[tokio::test]
async fn distances_are_told_where_both_told_where_they_are() {
    let world = World::new();
    let (her, them) = world.her_and(2).await;
    for (id, latitude) in [(her, 31.23), (them[0], 31.33)] {
        let place = |profile: &mut Profile| profile.position = Some(Position { latitude, longitude: 121.47 });
        world.services.people.edit(id, place).await.unwrap();
    }
    let list = world.services.daily.list(her, false, Language::Zh).await.unwrap();
    let distance = |id| list.people.iter().find(|one| one.person.id == id).unwrap().distance_km;
    assert!(distance(them[0]).is_some_and(|km| (10.0..12.5).contains(&km)));
    assert_eq!(distance(them[1]), None);
    assert!(list.people.iter().all(|one| (1..=3).contains(&one.reasons.len())));
}

#[tokio::test]
async fn two_likes_are_a_match_with_a_conversation_of_which_both_are_told() {
    let world = World::new();
    let (her, them) = world.her_and(1).await;
    let mut hers = world.services.hub.connect(her, her.get(), Channel::MiracleBase);
    let mut his = world.services.hub.connect(them[0], them[0].get(), Channel::MiracleBase);
    let first = world.decide(her, them[0], Action::Like).await;
    assert_eq!((first.match_id, first.newly_matched, first.mutual), (None, false, false));
    let second = world.decide(them[0], her, Action::SuperLike).await;
    assert!(second.newly_matched && second.mutual);
    let again = world.decide(them[0], her, Action::Like).await;
    assert_eq!((again.match_id, again.newly_matched, again.mutual), (second.match_id, false, true));
    for connection in [&mut hers, &mut his] {
        loop {
            let Next::Event(published) = connection.next().await else { panic!("it is open") };
            match published.event() {
                Event::MatchUpdated { match_id, made } => {
                    assert_eq!((Some(*match_id), *made), (second.match_id, true));
                    break;
                }
                Event::Presence { .. } => {}
                other => panic!("{other:?}"),
            }
        }
    }
    for viewer in [her, them[0]] {
        let matches = world.services.pairs.list(viewer, MatchFilter::All, EVERYTHING).await.unwrap();
        let counts = world.services.pairs.counts(viewer).await.unwrap();
        assert_eq!((matches.total, counts), (1, MatchCounts { total: 1, new: 1, unread: 0 }));
        let paired = &matches.items[0];
        assert!(paired.conversation.is_some() && !paired.matched.reason_for_first.is_empty());
    }
    assert!(matches!(world.services.likes.decide(her, her, Action::Like).await, Err(LikeError::Oneself)));
}

#[tokio::test]
async fn super_likes_go_by_the_level_and_the_day() {
    let world = World::new();
    let (her, them) = world.her_and(8).await;
    world.decide(her, them[0], Action::SuperLike).await;
    let refused = world.services.likes.decide(her, them[1], Action::SuperLike).await.unwrap_err();
    assert!(matches!(refused, LikeError::NoSuperLikes { retry_after: 72_000 }), "{refused:?}");
    let ends = NOON.plus(30 * HOUR);
    let silver = Membership { level: Level::Silver, expires_at: Some(ends) };
    world.services.office.set_membership(her, silver).await.unwrap();
    for target in &them[1..5] {
        world.decide(her, *target, Action::SuperLike).await;
    }
    assert!(world.services.likes.decide(her, them[5], Action::SuperLike).await.is_err());
    world.clock.advance(24 * HOUR);
    world.decide(her, them[5], Action::SuperLike).await;
    world.clock.advance(24 * HOUR);
    world.decide(her, them[6], Action::SuperLike).await;
    assert!(world.services.likes.decide(her, them[7], Action::SuperLike).await.is_err(), "it has expired");
}

#[tokio::test]
async fn who_likes_is_seen_by_members_and_new_once() {
    let world = World::new();
    let (her, them) = world.her_and(3).await;
    for him in &them {
        world.decide(*him, her, Action::Like).await;
        world.clock.advance(1);
    }
    let likers = world.services.likes.likers_of(her, EVERYTHING).await.unwrap();
    assert_eq!((likers.new, likers.in_the_clear, likers.likes.total), (3, false, 3));
    let order: Vec<_> = likers.likes.items.iter().map(|like| like.person.id).collect();
    assert_eq!(order, [them[2], them[1], them[0]]);
    let gold = Membership { level: Level::Gold, expires_at: None };
    world.services.office.set_membership(her, gold).await.unwrap();
    let likers = world.services.likes.likers_of(her, EVERYTHING).await.unwrap();
    assert_eq!((likers.new, likers.in_the_clear), (0, true));
    let mine = world.services.likes.liked_by(them[0], EVERYTHING).await.unwrap();
    assert_eq!((mine.total, mine.items[0].person.id, mine.items[0].match_id), (1, her, None));
}

#[tokio::test]
async fn contacts_open_when_both_ask_after_enough_talk() {
    let world = World::new();
    let (her, them) = world.her_and(2).await;
    let him = them[0];
    world.decide(her, him, Action::Like).await;
    let id = world.decide(him, her, Action::Like).await.match_id.unwrap();
    let ask = async |viewer| world.services.pairs.ask_contact(viewer, id).await;
    for day in 0..3 {
        assert!(matches!(ask(her).await, Err(ContactError::TooEarly)));
        for _ in 0..if day == 2 { 3 } else { 4 } {
            world.say(her, him).await;
            world.say(him, her).await;
        }
        if day < 2 {
            world.clock.advance(24 * HOUR);
        }
    }
    assert!(matches!(ask(them[1]).await, Err(ContactError::Unknown)));
    let counts = world.services.pairs.counts(her).await.unwrap();
    let early = world.services.pairs.list(her, MatchFilter::Active, EVERYTHING).await.unwrap();
    let paired = &early.items[0];
    assert_eq!((paired.days, paired.messages, paired.unread, counts.unread), (3, 22, 11, 11));
    assert!(paired.contact.may_ask && paired.last.as_ref().is_some_and(|last| last.sender == him));

    let asked = ask(her).await.unwrap();
    assert!(asked.asked && !asked.was_asked && asked.phone.is_none());
    assert!(ask(her).await.unwrap().asked);
    let opened = ask(him).await.unwrap();
    assert_eq!(opened.phone.as_deref(), Some("13800000000"));
    let hers = world.services.pairs.list(her, MatchFilter::All, EVERYTHING).await.unwrap();
    assert_eq!(hers.items[0].contact.phone.as_deref(), Some("13800000001"));
    assert!(!format!("{hers:?}").contains("13800000001"));

    assert!(world.services.pairs.end(her, id).await.unwrap());
    assert!(!world.services.pairs.end(her, id).await.unwrap());
    assert!(matches!(ask(him).await, Err(ContactError::Unknown)));
    assert!(matches!(world.services.likes.decide(him, her, Action::Like).await, Err(LikeError::Unknown)));
    assert_eq!(world.daily(her).await, them[1..]);
}

#[tokio::test]
async fn matches_are_new_until_somebody_writes() {
    let world = World::new();
    let (her, them) = world.her_and(2).await;
    for him in &them {
        world.decide(her, *him, Action::Like).await;
        world.decide(*him, her, Action::Like).await;
    }
    world.say(them[1], her).await;
    let of = async |filter| {
        let matches = world.services.pairs.list(her, filter, EVERYTHING).await.unwrap();
        let counts = world.services.pairs.counts(her).await.unwrap();
        assert_eq!((counts.total, counts.unread), (2, 1));
        matches.items.iter().map(|paired| paired.partner.id).collect::<Vec<_>>()
    };
    assert_eq!(of(MatchFilter::All).await, [them[1], them[0]]);
    assert_eq!(of(MatchFilter::New).await, [them[0]]);
    assert_eq!(of(MatchFilter::Active).await, [them[1]]);
    // A match that the mini-app made has a conversation as soon as it is listed.
    let another = world.person(9, Gender::Male).await;
    world.services.matchmaking.create(her, another, crate::store::MatchTerms::default()).await.unwrap();
    let matches = world.services.pairs.list(another, MatchFilter::All, EVERYTHING).await.unwrap();
    assert!(matches.items[0].conversation.is_some());
}

#[tokio::test]
async fn people_are_blocked_and_reported_while_they_are_there() {
    let world = World::new();
    let (her, them) = world.her_and(2).await;
    let safety = &world.services.safety;
    safety.block(her, them[0]).await.unwrap();
    safety.block(her, them[0]).await.unwrap();
    assert_eq!(safety.blocked_by(her, Slice::newest(9)).await.unwrap().items, [them[0]]);
    assert!(matches!(safety.block(her, her).await, Err(SafetyError::Oneself)));
    let id = safety.report(her, them[0], "spam".to_owned(), String::new()).await.unwrap();
    assert!(matches!(
        safety.report(her, her, "spam".to_owned(), String::new()).await,
        Err(SafetyError::Oneself)
    ));
    let decided = world.services.office.decide_report(id, "warned").await.unwrap();
    assert_eq!(decided.decision.as_deref(), Some("warned"));
    world.services.office.decide_report(id, "warned").await.unwrap();
    assert!(world.services.office.decide_report(id, "dismissed").await.is_err());
    let stores = &world.services.stores;
    stores.accounts.set_status(them[1], AccountStatus::Deleted, NOON).await.unwrap();
    assert!(matches!(safety.block(her, them[1]).await, Err(SafetyError::Unknown)));
    assert!(matches!(safety.unblock(her, them[1]).await, Err(SafetyError::Unknown)));
    assert!(world.services.office.lock(them[1], true, String::new()).await.is_err());
    let found = world.services.office.accounts("1380000", EVERYTHING).await.unwrap();
    assert_eq!(found.items.iter().map(|one| one.account.id).collect::<Vec<_>>(), [them[0], her]);
}
