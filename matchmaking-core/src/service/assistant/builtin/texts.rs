//! What the built-in assistant says, in both languages.

use super::Intent;
use crate::model::{Language, interests};

/// How the score works, as `docs/matching.md` has it.
pub(super) const fn score(language: Language) -> &'static str {
    language.pick(
        "匹配分是 0 到 100 的整数，说的是两个人互相有多合适，对双方是同一个数：\n\
         1. 先看硬性条件：寻找的性别和年龄范围，双方都要满足，否则不会被介绍给对方。\n\
         2. 再看期望：对方在多大程度上符合你的要求，你又在多大程度上符合对方的要求。只有一方满意的组合，得分低于双方都比较满意的。\n\
         3. 然后看共同点：兴趣、距离、年龄、学历、收入和最近的活跃程度。\n\
         4. 没有填写的内容不加分也不减分，也不会被提到；双方的资料越完整，分数越有依据。\n\
         分数不是相爱的概率。每个推荐都附有真实的理由，理由不会透露对方的择偶要求。",
        "The score is a whole number from 0 to 100. It says how well two people suit each other, and is the same for both:\n\
         1. First the hard requirements: the gender and the ages that each looks for. Both sides must meet them, or the two are not introduced.\n\
         2. Then the wishes: how far the other meets yours, and how far you meet theirs. A pair in which only one side is pleased scores below an even one.\n\
         3. Then what you have in common: interests, distance, age, education, income, and how active both were lately.\n\
         4. What is not filled in neither adds nor takes away, and is never mentioned; the more both tell, the better founded the score.\n\
         A score is no probability of falling in love. Every recommendation comes with true reasons, which never tell what the other looks for.",
    )
}

/// What can be asked, a line each.
const fn abilities(language: Language) -> &'static str {
    language.pick(
        "- 匹配分数是怎么算的\n\
         - 你的资料还缺什么\n\
         - 和匹配的人聊天的破冰话题\n\
         - 你的最佳匹配，以及真实的理由\n\
         - 总结我们的对话",
        "- how the score works\n\
         - what is missing in your profile\n\
         - ice-breakers for a match\n\
         - your best matches, with the true reasons\n\
         - a summary of our conversation",
    )
}

/// What it is and what it cannot do.
const fn limits(language: Language) -> &'static str {
    language.pick(
        "我不是语言模型：我按关键词识别问题，只根据这里的数据回答。我不能闲聊、上网、替你发消息或修改资料，也不会透露别人没有公开的信息。",
        "I am no language model: I recognise questions by their words and answer from the data here alone. I cannot chat about anything else, look things up, write to people for you or change your profile, and I tell nothing that others keep to themselves.",
    )
}

/// What the assistant is and what it can do.
pub(super) fn about(language: Language) -> String {
    let greeting = language.pick(
        "你好！我是内置的配对助手。你可以问我：",
        "Hello! I am the built-in matchmaking assistant. You can ask me about:",
    );
    [greeting, abilities(language), limits(language)].join("\n")
}

/// Said when no intent is found.
pub(super) fn not_understood(language: Language) -> String {
    let sorry = language.pick(
        "这个问题我答不了。我能回答的是：",
        "That is a question I cannot answer. What I can tell you about:",
    );
    [sorry, abilities(language), limits(language)].join("\n")
}

/// Said when the asker is not known.
pub(super) const fn nobody_asks(language: Language) -> &'static str {
    language.pick(
        "在这里我不知道你是谁，所以无法说出你的匹配。请在属于你账号的对话里问我。",
        "I do not know who you are here, so I cannot name your matches. Ask me in a conversation of your account.",
    )
}

/// Said when the asker told nothing about themselves.
pub(super) const fn no_profile(language: Language) -> &'static str {
    language.pick(
        "你的账号还没有资料，我没有依据说出谁适合你。先填写性别、年龄、兴趣和择偶要求，再来问我。",
        "Your account has no profile yet, so I have nothing to tell by who suits you. Fill in your gender, age, interests and what you look for, then ask me again.",
    )
}

/// Said when the asker is in nobody's sight.
pub(super) const fn in_no_pool(language: Language) -> &'static str {
    language.pick(
        "你的账号只有用户名，不参加任何配对（配对需要手机号或 Telegram 账号），所以没有可以推荐的人。",
        "Your account has a user name only and takes part in no matchmaking, which needs a telephone or a Telegram account; so there is nobody to recommend.",
    )
}

/// Said when nobody is left.
pub(super) const fn nobody_left(language: Language) -> &'static str {
    language.pick(
        "现在没有符合双方硬性条件的人。放宽年龄范围，或者过些时候再来看看。",
        "Nobody meets the hard requirements of both sides now. Widen the ages you look for, or come back later.",
    )
}

/// Said behind every list of people.
pub(super) const fn no_probability(language: Language) -> &'static str {
    language.pick(
        "分数说的是双方资料有多合拍，不是相爱的概率。",
        "Scores say how well the profiles go together; they are no probability of falling in love.",
    )
}

/// The title of open questions when the asker is not known.
pub(super) const fn ice_without_asker(language: Language) -> &'static str {
    language.pick(
        "在这里我不知道你是谁，所以不知道你和谁有共同点。对谁都合适的开场：",
        "I do not know who you are here, so I cannot see what you share with anyone. What suits everyone:",
    )
}

/// The title of open questions when the asker has no match.
pub(super) const fn ice_without_match(language: Language) -> &'static str {
    language.pick(
        "你还没有匹配，所以我还不知道共同点。对谁都合适的开场：",
        "You have no match yet, so there is nothing shared that I know of. What suits everyone:",
    )
}

/// Questions that suit everyone.
pub(super) const fn open_questions(language: Language) -> [&'static str; 3] {
    match language {
        Language::Zh => [
            "「最近有什么让你开心的小事？」",
            "「如果明天放一天假，你会怎么过？」",
            "「有什么是你一直想学、还没开始的？」",
        ],
        Language::En => [
            "\"What small thing made you happy lately?\"",
            "\"If tomorrow were a day off, how would you spend it?\"",
            "\"What have you always wanted to learn and not begun yet?\"",
        ],
    }
}

/// Advice behind what is missing.
pub(super) const fn profile_advice(language: Language) -> &'static str {
    language.pick(
        "兴趣写得具体一些，介绍写两三句真实的话，择偶要求只写真正在意的。资料在你注册的应用里修改，我不能替你改。",
        "Be specific about interests, write two or three true sentences about yourself, and ask only for what you really care about. You change your profile in the application you registered with; I cannot do it for you.",
    )
}

/// What a summary calls an intent.
pub(super) const fn topic(intent: Intent, language: Language) -> &'static str {
    match intent {
        Intent::Summary => language.pick("对话总结", "a summary"),
        Intent::IceBreakers => language.pick("破冰话题", "ice-breakers"),
        Intent::Profile => language.pick("完善资料", "your profile"),
        Intent::Score => language.pick("匹配分数", "the score"),
        Intent::Matches => language.pick("最佳匹配", "your matches"),
        Intent::About => language.pick("我能做什么", "what I can do"),
    }
}

/// A way to begin with an interest that both have.
pub(super) fn shared_interest(name: &str, language: Language) -> String {
    let category = interests::shown(name, Language::Zh).category;
    let name = interests::shown(name, language).name;
    let (chinese, english) = match category {
        "运动" => ("你一般在哪里运动，多久一次？", "Where do you do it, and how often?"),
        "艺术" => {
            ("最近有没有一件让你满意的作品？", "Which piece of yours, or of others, do you like best?")
        }
        "文化" => ("最近有什么让你印象深刻？", "What has impressed you lately?"),
        "娱乐" => ("最近最喜欢的是哪一个？", "Which is your favourite at the moment?"),
        "美食" => ("你的拿手或最爱是什么？", "What is your speciality, or your favourite?"),
        _ => ("你是怎么开始喜欢上的？", "How did you come to like it?"),
    };
    match language {
        Language::Zh => format!("你们都喜欢{name}：可以问「{chinese}」"),
        Language::En => format!("You both like {name}: \"{english}\""),
    }
}

/// What a part of a profile is called.
pub(super) fn part(name: &'static str, language: Language) -> &'static str {
    let (chinese, english) = match name {
        "phone" => ("验证过的手机号", "a verified telephone"),
        "nickname" => ("昵称", "a nickname"),
        "gender" => ("性别", "gender"),
        "birth_date" => ("出生日期", "date of birth"),
        "height" => ("身高", "height"),
        "weight" => ("体重", "weight"),
        "blood_type" => ("血型", "blood type"),
        "hometown" => ("家乡", "where you come from"),
        "current_location" => ("现居地", "where you live"),
        "education_level" => ("学历", "education"),
        "school" => ("学校", "school"),
        "major" => ("专业", "subject"),
        "occupation" => ("职业领域", "field of work"),
        "job_title" => ("职位", "job title"),
        "company" => ("公司", "company"),
        "income" => ("收入", "income"),
        "house" => ("住房情况", "housing"),
        "car" => ("购车情况", "car"),
        "marital_status" => ("婚姻状况", "marital status"),
        "children" => ("是否有孩子", "children"),
        "introduction" => ("自我介绍", "an introduction"),
        "mate_requirements" => ("择偶要求", "what you look for"),
        "interests" => ("兴趣爱好", "interests"),
        "photo" => ("照片", "a photo"),
        "real_name" => ("实名认证", "a verified name"),
        other => (other, other),
    };
    language.pick(chinese, english)
}
