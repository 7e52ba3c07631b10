use super::*;
use crate::{clock::Millis, ids::AccountId};
use crate::{
    model::{Identity, IdentityKind, Language, Profile, completion::PARTS, profile::Gender},
    ports::assistant::{Said, Speaker},
    service::{Foundation, Services},
    store::{CreateOutcome, MatchTerms, NewAccount, memory::MemoryStore},
};

struct Fixture {
    services: Services,
    assistant: BuiltIn,
}

impl Fixture {
    fn new() -> Self {
        let foundation = Foundation::over(Stores::from_one(Arc::new(MemoryStore::new())));
        let matcher = Arc::clone(&foundation.matcher);
        let services = Services::new(foundation);
        let (stores, people) = (services.stores.clone(), services.people.clone());
        let assistant = BuiltIn::new(stores, people, services.profiles.clone(), matcher);
        Self { services, assistant }
    }

    async fn person(&self, identity: Identity, profile: Profile) -> AccountId {
        let new = NewAccount { identities: vec![identity], password_hash: None, profile, at: Millis(0) };
        let made = self.services.stores.accounts.create_account(new).await.unwrap();
        let CreateOutcome::Created(account) = made else { panic!("{made:?}") };
        self.services.people.refresh(account.id).await.unwrap();
        account.id
    }

    async fn telegram(&self, number: &str, profile: Profile) -> AccountId {
        self.person(Identity::new(IdentityKind::Telegram, number), profile).await
    }

    async fn asks(&self, asker: Option<AccountId>, text: &str) -> String {
        let said = Said { by: Speaker::Person, text: text.to_owned() };
        self.assistant.answer(&Question::new(vec![said], asker)).await.unwrap()
    }
}

fn lin() -> Profile {
    let mut profile = Profile {
        nickname: Some("小林".to_owned()),
        gender: Some(Gender::Female),
        interests: vec!["旅行".to_owned(), "摄影".to_owned()],
        ..Profile::default()
    };
    profile.current.city = Some("上海".to_owned());
    profile
}

fn ming() -> Profile {
    let interests = vec!["Photography".to_owned(), "围棋".to_owned()];
    Profile { nickname: Some("阿明".to_owned()), gender: Some(Gender::Male), interests, ..lin() }
}

#[tokio::test]
async fn a_match_is_begun_with_what_both_share() {
    let fixture = Fixture::new();
    let (lin, ming) = (fixture.telegram("1", lin()).await, fixture.telegram("2", ming()).await);
    let none = fixture.asks(Some(lin), "给我一个破冰话题").await;
    assert!(none.starts_with("你还没有匹配"), "{none}");
    fixture.services.matchmaking.create(lin, ming, MatchTerms::default()).await.unwrap();
    let chinese = fixture.asks(Some(lin), "给我一个破冰话题").await;
    assert!(
        chinese.contains("阿明") && chinese.contains("都喜欢摄影") && chinese.contains("上海"),
        "{chinese}"
    );
    assert!(!chinese.contains("围棋") && !chinese.contains("旅行"), "only what both share: {chinese}");
    let english = fixture.asks(Some(lin), "An ice-breaker, please").await;
    assert!(english.contains("You both like Photography") && english.contains("阿明"), "{english}");
    // Whoever is named is meant, not the newest.
    let other = Profile { nickname: Some("Zoe".to_owned()), ..Profile::default() };
    let zoe = fixture.telegram("3", other).await;
    fixture.services.matchmaking.create(lin, zoe, MatchTerms::default()).await.unwrap();
    let newest = fixture.asks(Some(lin), "聊什么好").await;
    assert!(newest.contains("Zoe") && newest.contains("没有找到共同点"), "{newest}");
    assert!(fixture.asks(Some(lin), "和阿明聊什么好").await.contains("都喜欢摄影"));
    // Whom somebody blocked is no match any more.
    fixture.services.safety.block(lin, zoe).await.unwrap();
    assert!(fixture.asks(Some(lin), "聊什么好").await.contains("阿明"));
}

#[tokio::test]
async fn the_best_are_named_with_true_reasons() {
    let fixture = Fixture::new();
    let (lin, ming) = (fixture.telegram("1", lin()).await, fixture.telegram("2", ming()).await);
    let elsewhere = fixture.person(Identity::new(IdentityKind::Phone, "13800138000"), self::ming()).await;
    let stranger = fixture.asks(Some(lin), "谁最适合我").await;
    assert!(stranger.contains("还没有匹配过") && stranger.contains("1. 阿明，"), "{stranger}");
    assert!(stranger.contains("上海") && !stranger.contains("2. "), "{stranger}");
    fixture
        .services
        .matchmaking
        .create(lin, ming, MatchTerms { score: 88, ..MatchTerms::default() })
        .await
        .unwrap();
    let matched = fixture.asks(Some(lin), "Who are my best matches?").await;
    assert!(matched.starts_with("Your best matches so far:\n1. 阿明, 88 of 100: "), "{matched}");
    assert!(!matched.contains("not matched with yet"), "{matched}");
    // Nobody of another audience is named.
    assert!(fixture.asks(Some(elsewhere), "推荐").await.starts_with("现在没有"));
    let named = fixture.person(Identity::new(IdentityKind::Username, "wu"), self::ming()).await;
    assert_eq!(fixture.asks(Some(named), "推荐").await, texts::in_no_pool(Language::Zh));
    let empty = fixture.person(Identity::new(IdentityKind::Username, "li"), Profile::default()).await;
    assert_eq!(fixture.asks(Some(empty), "推荐").await, texts::no_profile(Language::Zh));
    assert_eq!(fixture.asks(None, "my matches").await, texts::nobody_asks(Language::En));
}

#[tokio::test]
async fn what_is_missing_is_what_the_profile_lacks() {
    let fixture = Fixture::new();
    let lin = fixture.telegram("1", lin()).await;
    let told = fixture.asks(Some(lin), "我的资料还缺什么？").await;
    assert!(told.starts_with("你的资料完整度是 20%。"), "{told}");
    assert!(told.contains("\n- 验证过的手机号（5）\n- 出生日期（5）"), "{told}");
    assert!(!told.contains("\n- 昵称") && !told.contains("\n- 兴趣爱好"), "{told}");
    let nobody = fixture.asks(None, "What is missing in my profile?").await;
    assert!(nobody.starts_with("I do not know who you are here"), "{nobody}");
    for (part, ..) in PARTS {
        assert_ne!(texts::part(part, Language::Zh), part, "{part} has no name");
    }
}

#[tokio::test]
async fn a_summary_says_what_was_said() {
    let fixture = Fixture::new();
    let said = |by, text: &str| Said { by, text: text.to_owned() };
    let (me, it) = (Speaker::Person, Speaker::Assistant);
    let asked =
        async |history: Vec<Said>| fixture.assistant.answer(&Question::new(history, None)).await.unwrap();
    let long = format!("How does the score work?\n{}", "x".repeat(100));
    let history = vec![
        said(me, "hello"),
        said(it, "Hello!"),
        said(me, &long),
        said(it, "It is a number."),
        said(me, "Please summarise."),
    ];
    let quoted = long.replace('\n', " ").chars().take(60).collect::<String>();
    assert_eq!(
        asked(history).await,
        format!(
            "So far you have sent 2 messages, and I have given 2 replies.\nWe talked about: what I can do, the score.\n\
             You began with: \"hello\"\nThe latest was: \"{quoted}…\""
        )
    );
    assert!(asked(vec![said(me, "总结")]).await.contains("还没有可以总结的内容"));
}

#[tokio::test]
async fn it_says_what_it_is_always_the_same_and_in_pieces() {
    let fixture = Fixture::new();
    for (text, part) in [
        ("你好", "我不是语言模型"),
        ("who are you?", "I am no language model"),
        ("写一首诗", "这个问题我答不了"),
        ("Write a poem", "a question I cannot answer"),
        ("怎么算分数", "0 到 100"),
        ("How is the score made?", "from 0 to 100"),
    ] {
        let whole = fixture.asks(None, text).await;
        assert!(whole.contains(part), "{text}: {whole}");
        let said = Said { by: Speaker::Person, text: text.to_owned() };
        let mut reply = fixture.assistant.ask(Question::new(vec![said], None)).await.unwrap();
        let mut pieces = Vec::new();
        while let Some(piece) = reply.next().await {
            pieces.push(piece.unwrap());
        }
        assert!(pieces.len() > 10, "{pieces:?}");
        assert_eq!(pieces.concat(), whole);
    }
}
