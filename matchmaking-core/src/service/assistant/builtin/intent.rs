//! What is asked, by the words in which it is.

use crate::{
    model::Language,
    ports::assistant::{Said, Speaker},
    text::fold,
};

/// What the built-in assistant can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Intent {
    /// A summary of the conversation.
    Summary,
    /// How to begin a conversation with a match.
    IceBreakers,
    /// What is missing in one's profile.
    Profile,
    /// How the score works.
    Score,
    /// One's best matches, and why.
    Matches,
    /// What the assistant is and what it can do.
    About,
}

/// The words by which an intent is recognised.
#[derive(Debug, Clone, Copy)]
pub struct IntentWords {
    /// The intent.
    pub intent: Intent,
    /// Chinese words, found anywhere.
    pub chinese: &'static [&'static str],
    /// English phrases in lower case, found where whole words are the same; what is no letter and no digit is a blank.
    pub english: &'static [&'static str],
}

/// Every intent with its words. Where several are found in one text, the first of these is meant.
pub const INTENTS: [IntentWords; 6] = [
    IntentWords {
        intent: Intent::Summary,
        chinese: &["总结", "概括", "小结", "摘要", "回顾"],
        english: &["summarise", "summarize", "summary", "sum up", "recap"],
    },
    IntentWords {
        intent: Intent::IceBreakers,
        chinese: &["破冰", "开场白", "聊什么", "怎么聊", "话题", "搭讪", "怎么开口", "第一句话"],
        english: &[
            "ice breaker",
            "ice breakers",
            "icebreaker",
            "icebreakers",
            "break the ice",
            "conversation starter",
            "conversation starters",
            "opener",
            "openers",
            "opening line",
            "first message",
            "what to say",
            "what should i say",
            "talk about",
        ],
    },
    IntentWords {
        intent: Intent::Profile,
        chinese: &["资料", "完善", "完整度", "个人信息", "缺什么", "还缺"],
        english: &["profile", "missing", "complete my"],
    },
    IntentWords {
        intent: Intent::Score,
        chinese: &[
            "分数",
            "评分",
            "打分",
            "得分",
            "匹配分",
            "匹配度",
            "算法",
            "怎么匹配",
            "如何匹配",
            "怎么算",
        ],
        english: &[
            "score",
            "scores",
            "scored",
            "scoring",
            "algorithm",
            "percentage",
            "how does matching work",
            "how does the matching work",
            "how do you match",
        ],
    },
    IntentWords {
        intent: Intent::Matches,
        chinese: &["匹配", "推荐", "适合我", "合适的人", "配对", "谁最"],
        english: &["match", "matches", "recommend", "recommendation", "recommendations", "suits me", "meet"],
    },
    IntentWords {
        intent: Intent::About,
        chinese: &["你好", "您好", "嗨", "你是谁", "你是什么", "帮助", "帮我", "能做什么", "会什么", "功能"],
        english: &[
            "hello",
            "hi",
            "hey",
            "help",
            "who are you",
            "what are you",
            "what can you do",
            "what do you do",
        ],
    },
];

impl Intent {
    /// What this text asks; `None` when none of the words are in it.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let folded = fold(text);
        let words: String = folded.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let spoken = format!(" {words} ");
        let means = |words: &&IntentWords| {
            words.chinese.iter().any(|word| folded.contains(word))
                || words.english.iter().any(|phrase| spoken.contains(&format!(" {phrase} ")))
        };
        INTENTS.iter().find(means).map(|words| words.intent)
    }
}

/// The language to answer in: Chinese if there is a Chinese character in what the person said last, English if there is
/// a Latin letter; where there is neither, that of what they said before, and Chinese at last.
pub(super) fn language(history: &[Said]) -> Language {
    let of_text = |text: &str| {
        if text.chars().any(is_chinese) {
            Some(Language::Zh)
        } else {
            text.contains(|c: char| c.is_ascii_alphabetic()).then_some(Language::En)
        }
    };
    let mut spoken = history.iter().rev().filter(|said| said.by == Speaker::Person);
    spoken.find_map(|said| of_text(&said.text)).unwrap_or_default()
}

/// Whether this is a Chinese character.
pub(super) const fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intents_are_recognised_by_their_words() {
        for (text, intent) in [
            ("请总结一下我们的对话", Some(Intent::Summary)),
            ("Could you summarise this?", Some(Intent::Summary)),
            ("给我一句破冰的开场白", Some(Intent::IceBreakers)),
            ("Any ICE-BREAKERS for Lin?", Some(Intent::IceBreakers)),
            ("what should I say to my match", Some(Intent::IceBreakers)),
            ("我的资料还缺什么？", Some(Intent::Profile)),
            ("What is missing in my profile?", Some(Intent::Profile)),
            ("匹配分数是怎么算的", Some(Intent::Score)),
            ("How does the score work?", Some(Intent::Score)),
            ("谁是我的最佳匹配", Some(Intent::Matches)),
            ("Who are my best matches?", Some(Intent::Matches)),
            ("你好", Some(Intent::About)),
            ("Ｈｉ！", Some(Intent::About)),
            ("The weather in Chile", None),
            ("这是什么意思", None),
            ("", None),
        ] {
            assert_eq!(Intent::of(text), intent, "{text}");
        }
    }

    #[test]
    fn the_language_is_that_of_the_person() {
        let said = |by, text: &str| Said { by, text: text.to_owned() };
        let (me, it) = (Speaker::Person, Speaker::Assistant);
        assert_eq!(language(&[said(me, "score 怎么算")]), Language::Zh);
        assert_eq!(language(&[said(me, "你好"), said(it, "你好"), said(me, "hi")]), Language::En);
        assert_eq!(language(&[said(me, "hi"), said(it, "你好"), said(me, "??")]), Language::En);
        assert_eq!(language(&[said(it, "hi"), said(me, "42")]), Language::Zh);
    }
}
