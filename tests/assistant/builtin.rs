//! The built-in assistant, over the wire.

use matchmaking_core::ids::TelegramId;
use serde_json::json;

use super::{said, text_of};
use crate::support::{Database, Server, on_every_store};

/// The account of a Telegram user.
async fn account_of(server: &Server, telegram: i64) -> i64 {
    let id = TelegramId::new(telegram).unwrap();
    server.inside(move |services| async move { services.telegram.account(id).await.unwrap().get() }).await
}

async fn it_answers_from_the_data(database: Database) {
    let server = Server::start(&database).await;
    for (id, name, gender) in [(1, "小林", 1), (2, "阿明", 2), (3, "小周", 2)] {
        server.create(id, name, gender).await;
        server.edit_age(id, 28).await;
    }
    let account = account_of(&server, 1).await;
    let id = server.dialogue(account).await;
    let best = server.answer_to(id, "推荐一下谁最适合我").await;
    assert!(best.contains("阿明") && best.contains("小周") && best.contains("同岁"), "{best}");
    server.pair(1, 3, 88).await;
    let best = server.answer_to(id, "Who are my best matches?").await;
    assert!(best.starts_with("Your best matches so far:\n1. 小周, 88 of 100: "), "{best}");
    assert!(best.contains("not matched with yet:\n1. 阿明, "), "{best}");
    let ice = server.answer_to(id, "怎么开口？").await;
    assert!(ice.contains("小周"), "{ice}");
    let missing = server.answer_to(id, "我的资料还缺什么").await;
    assert!(missing.starts_with("你的资料完整度是 ") && missing.contains("- 现居地（6）"), "{missing}");
    let score = server.answer_to(id, "how does the score work?").await;
    assert!(score.starts_with("The score is a whole number from 0 to 100."), "{score}");
    let summary = server.answer_to(id, "总结一下").await;
    assert!(summary.contains("你发了 5 条消息，我回复了 5 条") && summary.contains("最佳匹配"), "{summary}");
    // What was streamed is what is stored.
    let told = server.told(id).await;
    assert_eq!(told[told.len() - 2..], said([("user", "总结一下"), ("assistant", &summary)]));
}

async fn it_says_the_same_to_everyone_whom_it_does_not_know(database: Database) {
    let server = Server::start(&database).await;
    let id = server.new_dialogue("lin").await;
    for question in ["你好", "What is the meaning of life?", "怎么算分数"] {
        let plain = server.stream("/api/v1/purechat", &json!({"message": question})).await.rest().await;
        assert!(plain.matches("data: ").count() > 10, "it comes word by word: {plain}");
        assert_eq!(server.answer_to(id, question).await, text_of(&plain));
    }
    let unknown = server.answer_to(id, "我的最佳匹配").await;
    assert!(unknown.contains("还没有资料"), "{unknown}");
}

on_every_store!(it_answers_from_the_data, it_says_the_same_to_everyone_whom_it_does_not_know);
