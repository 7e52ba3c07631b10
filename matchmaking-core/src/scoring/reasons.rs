//! Why two people were brought together, in one to three true sentences for each of them.
//!
//! The rules, which tests hold:
//!
//! - A sentence is made from a part of the score that helped this pair, and says only what is true of the two.
//! - It says where it comes from: "you said" from what its reader looks for, "you tend to like" from what its reader
//!   decided so far, "you both" from what the two share.
//! - What is shared helps both as much and is said first, what weighed more before what weighed less; recent activity,
//!   which says least about the two, last. The part that weighed most is always said, others from a point on.
//! - Nobody is told what the other looks for, or what the other or anybody decided, or how readily people say yes to
//!   somebody; a wish is named to its owner alone.
//! - What is not known is never named.
//! - No word has a gender.
//! - When nothing helped, the one sentence says so, or says that there is too little to compare.

use super::{Breakdown, Moment, Part, PartKind, Side, distance, features::TRAITS, interests};
use crate::model::{Language, Person, labels, profile::TraitRatings, requirements::TraitWeights};

/// Most sentences that one person is told.
pub const MOST: usize = 3;
/// Least points that a part must have added to be named, unless it added the most.
const NOTEWORTHY: f64 = 1.0;
/// Most interests that one sentence names.
const NAMED_INTERESTS: usize = 3;
/// Longest name of an interest that a sentence repeats, in characters.
const INTEREST_CHARS: usize = 20;
/// Self-rating from which a trait is worth naming.
const HIGH_RATING: u8 = 8;
/// Days within which somebody was active lately.
const RECENT_DAYS: i64 = 7;
/// What the traits are called.
const TRAIT_NAMES: [(&str, &str); TRAITS] = [
    ("有吸引力", "attractive"),
    ("真诚", "sincere"),
    ("聪明", "intelligent"),
    ("有趣", "fun"),
    ("有上进心", "ambitious"),
];

/// What each of two people is told, one to three sentences without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reasons {
    /// Told to the first.
    pub for_first: Vec<String>,
    /// Told to the second.
    pub for_second: Vec<String>,
}

impl Reasons {
    /// The sentences for the first and for the second, each as one text.
    #[must_use]
    pub fn as_texts(&self, language: Language) -> (String, String) {
        (join(&self.for_first, language), join(&self.for_second, language))
    }
}

/// Sentences as one text: `同城，距离约5公里；学历相当`.
#[must_use]
pub fn join(sentences: &[String], language: Language) -> String {
    sentences.join(language.pick("；", "; "))
}

/// Writes what the two are told, from the parts of their score. `breakdown` is that of `(first, second)`.
#[must_use]
pub fn write(
    first: &Person,
    second: &Person,
    breakdown: &Breakdown,
    moment: Moment,
    language: Language,
) -> Reasons {
    Reasons {
        for_first: Teller { viewer: first, other: second, moment, language }.tell(breakdown, Side::First),
        for_second: Teller { viewer: second, other: first, moment, language }.tell(breakdown, Side::Second),
    }
}

/// What only the first of the two is told.
#[must_use]
pub fn write_for_first(
    first: &Person,
    second: &Person,
    breakdown: &Breakdown,
    moment: Moment,
    language: Language,
) -> Vec<String> {
    Teller { viewer: first, other: second, moment, language }.tell(breakdown, Side::First)
}

/// Tells one person about the other.
struct Teller<'a> {
    viewer: &'a Person,
    other: &'a Person,
    moment: Moment,
    language: Language,
}

impl Teller<'_> {
    fn tell(&self, breakdown: &Breakdown, own: Side) -> Vec<String> {
        // That someone was active lately says least about the two, so it comes last. The sort is stable: parts of equal
        // weight keep their order.
        let is_last = |part: &Part| part.kind == PartKind::Activity;
        let helped = breakdown
            .parts
            .iter()
            .filter(|part| (part.side == own || part.side == Side::Both) && part.points > 0.0);
        let mut helped: Vec<&Part> = helped.collect();
        helped.sort_by(|a, b| is_last(a).cmp(&is_last(b)).then(b.points.total_cmp(&a.points)));
        let mut told: Vec<(&Part, String)> = Vec::with_capacity(MOST);
        for part in helped {
            let is_new = told.iter().all(|(other, _)| Topic::of(other.kind) != Topic::of(part.kind));
            let counts = is_new && told.len() < MOST && (told.is_empty() || part.points >= NOTEWORTHY);
            // Written only if it is told.
            if let Some(sentence) = counts.then(|| self.sentence(part)).flatten() {
                told.push((part, sentence));
            }
        }
        told.sort_by_key(|(part, _)| (is_last(part), part.side != Side::Both));
        // That someone was active lately is true, but no reason on its own.
        let is_alone = told.iter().all(|(part, _)| is_last(part));
        let greeting = is_alone.then(|| self.greeting(breakdown));
        greeting.into_iter().chain(told.into_iter().map(|(_, sentence)| sentence)).collect()
    }

    /// The sentence for a part that helped; `None` when nothing can be said that is plainly true.
    fn sentence(&self, part: &Part) -> Option<String> {
        let language = self.language;
        let say = |zh: &str, en: &str| Some(language.pick(zh, en).to_owned());
        let met = part.value >= 1.0;
        match part.kind {
            PartKind::HeightWish if met => {
                say("你说过希望的身高，对方正符合", "You said which height you hope for, and theirs is")
            }
            PartKind::EducationWish if met => {
                let level = labels::education(self.other.profile.education.level?, language);
                Some(match language {
                    Language::Zh => format!("你说过希望的学历，对方正是{level}"),
                    Language::En => format!("You said which education you hope for, and theirs is: {level}"),
                })
            }
            PartKind::OccupationWish if met => say(
                "你说过希望的行业，对方正从事",
                "You said which fields of work you hope for, and theirs is one",
            ),
            PartKind::IncomeWish if met => {
                say("你说过希望的收入，对方正符合", "You said which income you hope for, and theirs is")
            }
            PartKind::MaritalWish if met => say(
                "你说过希望的婚姻状况，对方正符合",
                "You said which marital status you hope for, and theirs is",
            ),
            PartKind::CityWish if met => {
                let city = self.other.profile.current.city.as_deref()?.trim();
                Some(match language {
                    Language::Zh => format!("你说过希望的城市，对方就住在{city}"),
                    Language::En => format!("You said where you hope they live, and they do: {city}"),
                })
            }
            PartKind::TraitWish => self.valued_trait(),
            // A decision or two are no tendency: what they come to is too little to be told.
            PartKind::LikesAttractive if part.points >= NOTEWORTHY => self.liked_trait(0),
            PartKind::LikesSincere if part.points >= NOTEWORTHY => self.liked_trait(1),
            PartKind::LikesIntelligent if part.points >= NOTEWORTHY => self.liked_trait(2),
            PartKind::LikesFun if part.points >= NOTEWORTHY => self.liked_trait(3),
            PartKind::LikesAmbitious if part.points >= NOTEWORTHY => self.liked_trait(4),
            PartKind::Interests => self.common_interests(),
            PartKind::AgeCloseness => self.age_gap(),
            PartKind::EducationCloseness => {
                let (mine, theirs) =
                    (self.viewer.profile.education.level?, self.other.profile.education.level?);
                let level = labels::education(theirs, language);
                (mine == theirs).then(|| match language {
                    Language::Zh => format!("你们学历相当，都是{level}"),
                    Language::En => format!("You both have the same level of education: {level}"),
                })
            }
            PartKind::IncomeCloseness
                if self.viewer.profile.economy.income == self.other.profile.economy.income =>
            {
                say("你们收入水平相当", "You both have about the same income")
            }
            PartKind::GoingOut if part.value >= 0.8 => {
                say("你们外出活动的频率一样", "You both go out about as often")
            }
            PartKind::Nearness => self.nearness(),
            PartKind::Activity => self.activity(),
            PartKind::Study if met => say("你们学的是同一专业", "You both studied the same"),
            PartKind::Work if met => say("你们从事同一行业", "You both work in the same field"),
            PartKind::Marital if met => say("你们的婚姻状况相同", "You both have the same marital status"),
            PartKind::Family if met => say("你们的家庭情况相近", "You both are in a like family situation"),
            _ => None,
        }
    }

    fn common_interests(&self) -> Option<String> {
        let mut names = interests::common(&self.viewer.profile.interests, &self.other.profile.interests);
        let count = names.len();
        names.retain(|name| name.chars().count() <= INTEREST_CHARS && !name.chars().any(char::is_control));
        names.truncate(NAMED_INTERESTS);
        let more = count > names.len();
        match (names.is_empty(), self.language) {
            (true, _) => None,
            (false, Language::Zh) => {
                Some(format!("你们都喜欢{}{}", names.join("、"), if more { "等" } else { "" }))
            }
            (false, Language::En) => {
                Some(format!("You both like {}{}", names.join(", "), if more { " and more" } else { "" }))
            }
        }
    }

    fn age_gap(&self) -> Option<String> {
        let today = self.moment.today;
        let gap = self.viewer.profile.age_on(today)?.abs_diff(self.other.profile.age_on(today)?);
        match (gap, self.language) {
            (0, Language::Zh) => Some("你们同岁".to_owned()),
            (0, Language::En) => Some("You are both the same age".to_owned()),
            (1..=3, Language::Zh) => Some(format!("你们年龄相近，只差{gap}岁")),
            (1, Language::En) => Some("You are one year apart in age".to_owned()),
            (2..=3, Language::En) => Some(format!("You are {gap} years apart in age")),
            _ => None,
        }
    }

    fn nearness(&self) -> Option<String> {
        let (mine, theirs) = (&self.viewer.profile, &self.other.profile);
        let key = |city: &Option<String>| city.as_deref().and_then(super::features::place_key);
        let same_city =
            matches!((key(&mine.current.city), key(&theirs.current.city)), (Some(a), Some(b)) if a == b);
        // Positions are snapped to about 1 km, so that nothing finer than that is said.
        let km = distance::km_between(mine.position, theirs.position).map(f64::round);
        let is_close = km.is_some_and(|km| km < 1.0);
        match (same_city, km, self.language) {
            (true, _, Language::Zh) if is_close => Some("你们同城，距离不到1公里".to_owned()),
            (true, _, Language::En) if is_close => {
                Some("You both live in the same city, less than 1 km apart".to_owned())
            }
            (false, _, Language::Zh) if is_close => Some("你们离得很近，距离不到1公里".to_owned()),
            (false, _, Language::En) if is_close => Some("You live less than 1 km apart".to_owned()),
            (true, Some(km), Language::Zh) => Some(format!("你们同城，距离约{km}公里")),
            (true, Some(km), Language::En) => {
                Some(format!("You both live in the same city, about {km} km apart"))
            }
            (false, Some(km), Language::Zh) => Some(format!("你们离得不远，距离约{km}公里")),
            (false, Some(km), Language::En) => Some(format!("You live about {km} km apart")),
            (true, None, Language::Zh) => Some(format!("你们都在{}", theirs.current.city.as_deref()?.trim())),
            (true, None, Language::En) => {
                Some(format!("You both live in {}", theirs.current.city.as_deref()?.trim()))
            }
            (false, None, _) => None,
        }
    }

    /// The trait that the viewer weighs most among those that the other rates highly in themselves.
    fn valued_trait(&self) -> Option<String> {
        let weights = self.viewer.profile.requirements.trait_weights?;
        let TraitWeights { attractive, sincere, intelligent, fun, ambitious, shared_interests } = weights;
        let weights = [attractive, sincere, intelligent, fun, ambitious];
        // More than a sixth of all, as the score counts it: only then has the trait helped.
        let share = (weights.iter().sum::<f32>() + shared_interests) / (TRAITS + 1) as f32;
        let valued = (0..TRAITS).filter(|at| weights[*at] > share && self.is_rated_highly(*at));
        let (zh, en) = TRAIT_NAMES[valued.max_by(|a, b| weights[*a].total_cmp(&weights[*b]))?];
        Some(match self.language {
            Language::Zh => format!("你说过看重{zh}，对方自认{zh}"),
            Language::En => format!("You said that it matters to you, and they describe themselves as {en}"),
        })
    }

    /// The trait at this place, which the viewer tends to like, if the other rates it highly in themselves.
    fn liked_trait(&self, at: usize) -> Option<String> {
        let (zh, en) = TRAIT_NAMES[at];
        self.is_rated_highly(at).then(|| match self.language {
            Language::Zh => format!("你往往喜欢{zh}的人，对方自认{zh}"),
            Language::En => format!("You tend to like people who describe themselves as {en}, as they do"),
        })
    }

    fn is_rated_highly(&self, at: usize) -> bool {
        let TraitRatings { attractive, sincere, intelligent, fun, ambitious } = self.other.profile.traits;
        [attractive, sincere, intelligent, fun, ambitious][at].is_some_and(|rating| rating >= HIGH_RATING)
    }

    fn activity(&self) -> Option<String> {
        let is_recent =
            |person: &Person| self.moment.now.since(person.last_active_at) / 86_400_000 < RECENT_DAYS;
        let both = is_recent(self.viewer) && is_recent(self.other);
        both.then(|| self.language.pick("你们最近都很活跃", "You have both been active lately").to_owned())
    }

    /// The one honest sentence when nothing speaks for the pair.
    fn greeting(&self, breakdown: &Breakdown) -> String {
        let compared =
            breakdown.parts.iter().any(|part| part.side == Side::Both && part.kind != PartKind::Activity);
        let (zh, en) = if compared {
            (
                "你们的共同点还不多，聊聊也许会有新发现",
                "You have little in common on paper; a chat may show more",
            )
        } else {
            ("目前能比较的资料还不多，不妨先打个招呼", "There is not much to compare yet; why not say hello")
        };
        self.language.pick(zh, en).to_owned()
    }
}

/// What a sentence is about: two sentences about one thing are one too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Topic {
    Body,
    Education,
    Work,
    Income,
    Family,
    Place,
    Character,
    Interests,
    Age,
    Leisure,
    Study,
    Activity,
    Nothing,
}

impl Topic {
    const fn of(kind: PartKind) -> Self {
        match kind {
            PartKind::HeightWish => Self::Body,
            PartKind::EducationWish | PartKind::EducationCloseness => Self::Education,
            PartKind::OccupationWish | PartKind::Work => Self::Work,
            PartKind::IncomeWish | PartKind::IncomeCloseness => Self::Income,
            PartKind::MaritalWish | PartKind::Marital | PartKind::Family => Self::Family,
            PartKind::CityWish | PartKind::Nearness => Self::Place,
            PartKind::TraitWish
            | PartKind::LikesAttractive
            | PartKind::LikesSincere
            | PartKind::LikesIntelligent
            | PartKind::LikesFun
            | PartKind::LikesAmbitious => Self::Character,
            PartKind::Interests => Self::Interests,
            PartKind::AgeCloseness => Self::Age,
            PartKind::GoingOut => Self::Leisure,
            PartKind::Activity => Self::Activity,
            PartKind::Study => Self::Study,
            PartKind::Readiness | PartKind::Appeal => Self::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::Millis,
        ids::AccountId,
        model::{
            Profile, Requirements,
            profile::{EducationLevel, Place, Position},
        },
        scoring::{Features, ReferenceScorer, Scorer},
    };

    const NOW: Millis = Millis(1_780_000_000_000);

    fn person(id: i64, profile: Profile) -> Person {
        Person { id: AccountId::new(id).unwrap(), profile, last_active_at: NOW }
    }

    fn told(first: &Person, second: &Person, language: Language) -> Reasons {
        let moment = Moment::new(NOW, chrono_tz::Asia::Shanghai);
        let (one, two) = (Features::read(first).unwrap(), Features::read(second).unwrap());
        let scored = ReferenceScorer::default().explain(&one, &two, moment);
        write(first, second, &scored.breakdown, moment, language)
    }

    fn in_shanghai(latitude: f64) -> Profile {
        Profile {
            current: Place { city: Some("上海".to_owned()), ..Place::default() },
            position: Some(Position { latitude, longitude: 121.47 }),
            ..Profile::default()
        }
    }

    #[test]
    fn what_two_people_share_is_said_to_both() {
        let with = |latitude, age, interests: &[&str]| Profile {
            stated_age: Some(age),
            interests: interests.iter().map(|name| (*name).to_owned()).collect(),
            ..in_shanghai(latitude)
        };
        let one = person(1, with(31.20, 28, &["旅行", "摄影", "瑜伽", "围棋"]));
        let two = person(2, with(31.25, 30, &["围棋", "瑜伽", "旅行", "摄影"]));
        let zh = told(&one, &two, Language::Zh);
        assert_eq!(
            zh.for_first,
            ["你们同城，距离约6公里", "你们都喜欢旅行、摄影、瑜伽等", "你们年龄相近，只差2岁"]
        );
        assert_eq!(zh.for_second[1], "你们都喜欢围棋、瑜伽、旅行等");
        let en = told(&one, &two, Language::En);
        assert_eq!(
            [&en.for_first[0], &en.for_first[2]],
            ["You both live in the same city, about 6 km apart", "You are 2 years apart in age"]
        );
        assert_eq!(en.as_texts(Language::En).0, en.for_first.join("; "));
    }

    #[test]
    fn a_wish_is_told_to_its_owner_alone() {
        let wish = Requirements { education_levels: vec![EducationLevel::Phd], ..Requirements::default() };
        let one = person(1, Profile { requirements: wish, ..Profile::default() });
        let mut learned = Profile::default();
        learned.education.level = Some(EducationLevel::Phd);
        let two = person(2, learned);
        let zh = told(&one, &two, Language::Zh);
        assert!(zh.for_first.contains(&"你说过希望的学历，对方正是博士".to_owned()), "{zh:?}");
        assert!(!zh.for_second.iter().any(|sentence| sentence.contains("学历")), "{zh:?}");
        assert_eq!(zh, {
            let turned = told(&two, &one, Language::Zh);
            Reasons { for_first: turned.for_second, for_second: turned.for_first }
        });
    }

    #[test]
    fn nobody_is_told_that_they_value_what_they_gave_nothing() {
        let weights =
            |sincere, shared_interests| TraitWeights { sincere, shared_interests, ..TraitWeights::default() };
        let valuing = |weights| {
            let requirements = Requirements { trait_weights: Some(weights), ..Requirements::default() };
            person(1, Profile { requirements, ..Profile::default() })
        };
        // All other ratings are low, which is what helps whoever gave the traits nothing.
        let low = Some(3);
        let traits =
            TraitRatings { attractive: low, sincere: Some(8), intelligent: low, fun: low, ambitious: low };
        let sincere = person(2, Profile { traits, ..Profile::default() });
        let says_so = |one: &Person| {
            let told = told(one, &sincere, Language::En);
            told.for_first.iter().any(|sentence| sentence.contains("sincere"))
        };
        assert!(!says_so(&valuing(weights(0.0, 100.0))));
        assert!(says_so(&valuing(weights(100.0, 0.0))));
    }

    #[test]
    fn strangers_without_profiles_are_told_so() {
        let mut one = person(1, Profile::default());
        let two = person(2, Profile::default());
        one.last_active_at = NOW.plus(-90 * 86_400_000);
        let zh = told(&one, &two, Language::Zh);
        assert_eq!(zh.for_second, ["目前能比较的资料还不多，不妨先打个招呼"]);
        let far = Profile {
            stated_age: Some(70),
            interests: vec!["围棋".to_owned()],
            position: Some(Position { latitude: -31.0, longitude: 0.0 }),
            ..Profile::default()
        };
        let near =
            Profile { stated_age: Some(20), interests: vec!["旅行".to_owned()], ..in_shanghai(31.2) };
        let en = told(&person(1, far), &person(2, near), Language::En);
        assert_eq!(en.for_first[0], "You have little in common on paper; a chat may show more");
    }

    #[test]
    fn names_that_do_not_fit_a_sentence_are_not_repeated() {
        let liking = |name: &str| Profile { interests: vec![name.to_owned()], ..Profile::default() };
        for name in ["a\nb", "一二三四五六七八九十一二三四五六七八九十一"] {
            let zh = told(&person(1, liking(name)), &person(2, liking(name)), Language::Zh);
            assert!(!zh.for_first.iter().any(|sentence| sentence.contains(name)), "{zh:?}");
        }
    }
}
