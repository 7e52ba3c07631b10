//! What was said so far, counted and quoted.

use super::{Intent, texts};
use crate::{
    model::Language,
    ports::assistant::{HISTORY_MESSAGES, Said, Speaker},
};

/// The most characters of a message that are quoted.
const QUOTED_CHARS: usize = 60;

/// A summary of this history, whose last message asks for it.
pub(super) fn of(history: &[Said], language: Language) -> String {
    let before = &history[..history.len().saturating_sub(1)];
    let asked: Vec<&str> =
        before.iter().filter(|said| said.by == Speaker::Person).map(|said| said.text.as_str()).collect();
    let (Some(first), Some(last)) = (asked.first(), asked.last()) else {
        return language
            .pick(
                "这是我们对话的开始，还没有可以总结的内容。",
                "This is the beginning of our conversation: there is nothing to summarise yet.",
            )
            .to_owned();
    };
    let mut topics: Vec<&str> = Vec::new();
    for topic in asked.iter().filter_map(|text| Intent::of(text)).map(|it| texts::topic(it, language)) {
        if !topics.contains(&topic) {
            topics.push(topic);
        }
    }
    let (questions, replies) = (asked.len(), before.len() - asked.len());
    let mut count = match language {
        Language::Zh => format!("到现在为止，你发了 {questions} 条消息，我回复了 {replies} 条。"),
        Language::En => {
            let (messages, times) = (counted(questions, "message"), counted(replies, "reply"));
            format!("So far you have sent {messages}, and I have given {times}.")
        }
    };
    if history.len() >= HISTORY_MESSAGES {
        count.push_str(language.pick("（我只看得到最近的消息。）", " (I see the latest messages only.)"));
    }
    let mut lines = vec![count];
    if !topics.is_empty() {
        let topics = topics.join(language.pick("、", ", "));
        lines.push(match language {
            Language::Zh => format!("我们谈到了：{topics}。"),
            Language::En => format!("We talked about: {topics}."),
        });
    }
    lines.push(match language {
        Language::Zh => format!("你先说的是：「{}」", quoted(first)),
        Language::En => format!("You began with: \"{}\"", quoted(first)),
    });
    if asked.len() > 1 {
        lines.push(match language {
            Language::Zh => format!("最近说的是：「{}」", quoted(last)),
            Language::En => format!("The latest was: \"{}\"", quoted(last)),
        });
    }
    lines.join("\n")
}

fn counted(count: usize, what: &str) -> String {
    match (count, what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (count, Some(stem)) => format!("{count} {stem}ies"),
        (count, None) => format!("{count} {what}s"),
    }
}

/// The beginning of a message, in one line.
fn quoted(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut quoted: String = line.chars().take(QUOTED_CHARS).collect();
    if quoted.len() < line.len() {
        quoted.push('…');
    }
    quoted
}
