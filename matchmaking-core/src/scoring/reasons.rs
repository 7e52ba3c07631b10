//! Why two people were brought together, in one to three true sentences for each of them.
//!
//! The rules, which tests hold:
//!
//! - A sentence is made from a part of the score that helped this pair, and says only what is true of the
//!   two.
//! - What weighed more is said first; recent activity, which says least about the two, last.
//! - Nobody is told what the other looks for; a wish is named to its owner alone.
//! - What is not known is never named.
//! - No word has a gender.
//! - When nothing helped, the one sentence says so, or says that there is too little to compare.

use super::{Breakdown, Moment, Part, PartKind, Side, distance, interests};
use crate::model::{Language, Person, labels, profile::TraitRatings, requirements::TraitWeights};

/// Most sentences that one person is told.
pub const MOST: usize = 3;
/// Least points that a part must have added to be named.
const NOTEWORTHY: f64 = 0.5;
/// Most interests that one sentence names.
const NAMED_INTERESTS: usize = 3;
/// Longest name of an interest that a sentence repeats, in characters.
const INTEREST_CHARS: usize = 20;
/// Self-rating from which a trait is worth naming.
const HIGH_RATING: u8 = 8;

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

/// Tells one person about the other.
struct Teller<'a> {
    viewer: &'a Person,
    other: &'a Person,
    moment: Moment,
    language: Language,
}

impl Teller<'_> {
    fn tell(&self, breakdown: &Breakdown, own: Side) -> Vec<String> {
        let mut helped: Vec<&Part> = breakdown
            .parts
            .iter()
            .filter(|part| (part.side == own || part.side == Side::Both) && part.points >= NOTEWORTHY)
            .collect();
        // That someone was active lately says least about the two, so it comes last. The sort is stable:
        // parts of equal weight keep their order.
        let last = |part: &Part| part.kind == PartKind::Activity;
        helped.sort_by(|a, b| last(a).cmp(&last(b)).then(b.points.total_cmp(&a.points)));
        let mut told = Vec::new();
        let mut topics: Vec<Topic> = Vec::new();
        for part in helped {
            let topic = Topic::of(part.kind);
            if told.len() < MOST
                && !topics.contains(&topic)
                && let Some(sentence) = self.sentence(part)
            {
                told.push(sentence);
                topics.push(topic);
            }
        }
        // That someone was active lately is true, but no reason on its own.
        if topics.iter().all(|topic| *topic == Topic::Activity) {
            told.insert(0, self.greeting(breakdown));
        }
        told
    }

    /// The sentence for a part that helped; `None` when nothing can be said that is plainly true.
    fn sentence(&self, part: &Part) -> Option<String> {
        let language = self.language;
        let say = |zh: &str, en: &str| Some(language.pick(zh, en).to_owned());
        let met = part.value >= 1.0;
        match part.kind {
            PartKind::HeightWish if met => say("身高符合你的期望", "Their height is what you asked for"),
            PartKind::EducationWish if met => {
                let level = labels::education(self.other.profile.education.level?, language);
                Some(match language {
                    Language::Zh => format!("学历（{level}）符合你的期望"),
                    Language::En => format!("Their education ({level}) is what you asked for"),
                })
            }
            PartKind::OccupationWish if met => {
                say("从事的行业正是你希望的", "They work in a field that you asked for")
            }
            PartKind::IncomeWish if met => say("收入符合你的期望", "Their income is what you asked for"),
            PartKind::MaritalWish if met => {
                say("婚姻状况符合你的期望", "Their marital status is what you asked for")
            }
            PartKind::CityWish if met => {
                let city = self.other.profile.current.city.as_deref()?.trim();
                Some(match language {
                    Language::Zh => format!("住在{city}，是你希望的城市"),
                    Language::En => format!("They live in {city}, where you hoped for"),
                })
            }
            PartKind::TraitWish => self.valued_trait(),
            PartKind::Interests => self.common_interests(),
            PartKind::AgeCloseness => self.age_gap(),
            PartKind::EducationCloseness => {
                let (mine, theirs) =
                    (self.viewer.profile.education.level?, self.other.profile.education.level?);
                let level = labels::education(theirs, language);
                (mine == theirs).then(|| match language {
                    Language::Zh => format!("学历相当，都是{level}"),
                    Language::En => format!("You have the same level of education: {level}"),
                })
            }
            PartKind::IncomeCloseness
                if self.viewer.profile.economy.income == self.other.profile.economy.income =>
            {
                say("收入水平相当", "Your incomes are alike")
            }
            PartKind::GoingOut if part.value >= 0.8 => {
                say("外出活动的频率一样", "You go out about as often as each other")
            }
            PartKind::Nearness => self.nearness(),
            PartKind::Activity => self.activity(),
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
            (0, Language::En) => Some("You are the same age".to_owned()),
            (1..=3, Language::Zh) => Some(format!("年龄相近，只差{gap}岁")),
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
        let km = distance::km_between(mine.position, theirs.position).map(|km| km.round().max(1.0));
        match (same_city, km, self.language) {
            (true, Some(km), Language::Zh) => Some(format!("同城，距离约{km}公里")),
            (true, Some(km), Language::En) => Some(format!("You live in the same city, about {km} km apart")),
            (false, Some(km), Language::Zh) => Some(format!("离得不远，距离约{km}公里")),
            (false, Some(km), Language::En) => Some(format!("You live about {km} km apart")),
            (true, None, Language::Zh) => Some(format!("都在{}", theirs.current.city.as_deref()?.trim())),
            (true, None, Language::En) => {
                Some(format!("You both live in {}", theirs.current.city.as_deref()?.trim()))
            }
            (false, None, _) => None,
        }
    }

    /// The trait that the viewer weighs most among those that the other rates highly in themselves.
    fn valued_trait(&self) -> Option<String> {
        let weights = self.viewer.profile.requirements.trait_weights?;
        let TraitWeights { attractive, sincere, intelligent, fun, ambitious, shared_interests: _ } = weights;
        let TraitRatings {
            attractive: rated_attractive,
            sincere: rated_sincere,
            intelligent: rated_intelligent,
            fun: rated_fun,
            ambitious: rated_ambitious,
        } = self.other.profile.traits;
        let traits = [
            (attractive, rated_attractive, "有吸引力", "attractive"),
            (sincere, rated_sincere, "真诚", "sincere"),
            (intelligent, rated_intelligent, "聪明", "intelligent"),
            (fun, rated_fun, "有趣", "fun"),
            (ambitious, rated_ambitious, "有上进心", "ambitious"),
        ];
        let average = traits.iter().map(|one| one.0).sum::<f32>() / 5.0;
        let (_, _, zh, en) = traits
            .into_iter()
            .filter(|(weight, rating, ..)| {
                *weight >= average && rating.is_some_and(|rating| rating >= HIGH_RATING)
            })
            .max_by(|a, b| a.0.total_cmp(&b.0))?;
        Some(match self.language {
            Language::Zh => format!("对方自认{zh}，这是你看重的"),
            Language::En => format!("They describe themselves as {en}, which matters to you"),
        })
    }

    fn activity(&self) -> Option<String> {
        let days = self.moment.now.since(self.other.last_active_at) / 86_400_000;
        (days < 7).then(|| self.language.pick("对方最近很活跃", "They have been active lately").to_owned())
    }

    /// The one honest sentence when nothing speaks for the pair.
    fn greeting(&self, breakdown: &Breakdown) -> String {
        let compared = breakdown.parts.iter().any(|part| {
            part.side == Side::Both && !matches!(part.kind, PartKind::Activity | PartKind::OneSidedness)
        });
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
    Activity,
    Nothing,
}

impl Topic {
    const fn of(kind: PartKind) -> Self {
        match kind {
            PartKind::HeightWish => Self::Body,
            PartKind::EducationWish | PartKind::EducationCloseness => Self::Education,
            PartKind::OccupationWish => Self::Work,
            PartKind::IncomeWish | PartKind::IncomeCloseness => Self::Income,
            PartKind::MaritalWish => Self::Family,
            PartKind::CityWish | PartKind::Nearness => Self::Place,
            PartKind::TraitWish => Self::Character,
            PartKind::Interests => Self::Interests,
            PartKind::AgeCloseness => Self::Age,
            PartKind::GoingOut => Self::Leisure,
            PartKind::Activity => Self::Activity,
            PartKind::OneSidedness => Self::Nothing,
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
        assert_eq!(zh.for_first, ["你们都喜欢旅行、摄影、瑜伽等", "同城，距离约6公里", "年龄相近，只差2岁"]);
        assert_eq!(zh.for_second[0], "你们都喜欢围棋、瑜伽、旅行等");
        let en = told(&one, &two, Language::En);
        assert_eq!(
            en.for_first[1..],
            ["You live in the same city, about 6 km apart", "You are 2 years apart in age"]
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
        assert_eq!(zh.for_first[0], "学历（博士）符合你的期望");
        assert!(!zh.for_second.iter().any(|sentence| sentence.contains("学历")), "{zh:?}");
        assert_eq!(zh, {
            let turned = told(&two, &one, Language::Zh);
            Reasons { for_first: turned.for_second, for_second: turned.for_first }
        });
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
