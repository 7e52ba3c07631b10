//! The catalogue of interests.

use super::labels::Language;
use crate::text::fold;

/// What kind of interest it is, in Chinese and English.
type Category = (&'static str, &'static str);

const LIFE: Category = ("生活", "Life");
const ARTS: Category = ("艺术", "Arts");
const SPORTS: Category = ("运动", "Sports");
const CULTURE: Category = ("文化", "Culture");
const ENTERTAINMENT: Category = ("娱乐", "Entertainment");
const FOOD: Category = ("美食", "Food");
const OTHER: Category = ("其他", "Other");

/// The interests that have a name in both languages. An interest's number is its place, counted from 1: new ones go to
/// the end, and none is ever taken out.
const CATALOGUE: &[(&str, &str, Category)] = &[
    ("旅行", "Travel", LIFE),
    ("摄影", "Photography", ARTS),
    ("瑜伽", "Yoga", SPORTS),
    ("跑步", "Running", SPORTS),
    ("健身", "Fitness", SPORTS),
    ("游泳", "Swimming", SPORTS),
    ("羽毛球", "Badminton", SPORTS),
    ("篮球", "Basketball", SPORTS),
    ("登山", "Hiking", SPORTS),
    ("骑行", "Cycling", SPORTS),
    ("滑雪", "Skiing", SPORTS),
    ("阅读", "Reading", CULTURE),
    ("写作", "Writing", CULTURE),
    ("电影", "Films", ENTERTAINMENT),
    ("音乐", "Music", ARTS),
    ("钢琴", "Piano", ARTS),
    ("吉他", "Guitar", ARTS),
    ("唱歌", "Singing", ENTERTAINMENT),
    ("绘画", "Painting", ARTS),
    ("书法", "Calligraphy", ARTS),
    ("看展", "Exhibitions", ARTS),
    ("话剧", "Theatre", ARTS),
    ("烹饪", "Cooking", FOOD),
    ("烘焙", "Baking", FOOD),
    ("咖啡", "Coffee", FOOD),
    ("品茶", "Tea", FOOD),
    ("美食", "Food", FOOD),
    ("园艺", "Gardening", LIFE),
    ("养猫", "Cats", LIFE),
    ("养狗", "Dogs", LIFE),
    ("桌游", "Board games", ENTERTAINMENT),
    ("电子游戏", "Video games", ENTERTAINMENT),
    ("围棋", "Go", CULTURE),
    ("编程", "Programming", CULTURE),
    ("外语", "Languages", CULTURE),
    ("志愿服务", "Volunteering", LIFE),
    ("露营", "Camping", LIFE),
    ("舞蹈", "Dancing", ARTS),
    ("手工", "Handicrafts", ARTS),
    ("投资理财", "Investing", LIFE),
    ("足球", "Football", SPORTS),
    ("网球", "Tennis", SPORTS),
    ("乒乓球", "Table tennis", SPORTS),
    ("动漫", "Anime", ENTERTAINMENT),
    ("追剧", "Series", ENTERTAINMENT),
    ("历史", "History", CULTURE),
    ("科技", "Technology", CULTURE),
    ("徒步", "Walking", SPORTS),
    ("钓鱼", "Fishing", LIFE),
    ("购物", "Shopping", LIFE),
];

/// Above which number those of interests begin that are not in the catalogue.
const NUMBERS_OF_OTHERS: i64 = 1_000_000;

/// An interest as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interest {
    /// Its number: the same everywhere and for ever.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// What kind it is.
    pub category: &'static str,
}

/// The name under which an interest is kept, whatever language it was named in: that of the catalogue, else the given
/// one without the blanks around it.
#[must_use]
pub fn canonical(name: &str) -> &str {
    find(name).map_or(name.trim(), |place| CATALOGUE[place].0)
}

/// An interest as it is shown to somebody who reads this language.
#[must_use]
pub fn shown(name: &str, language: Language) -> Interest {
    match find(name) {
        Some(place) => {
            let (zh, en, category) = CATALOGUE[place];
            Interest {
                id: place as i64 + 1,
                name: language.pick(zh, en).to_owned(),
                category: language.pick(category.0, category.1),
            }
        }
        None => Interest {
            id: NUMBERS_OF_OTHERS + number_of(&fold(name.trim())),
            name: name.to_owned(),
            category: language.pick(OTHER.0, OTHER.1),
        },
    }
}

fn find(name: &str) -> Option<usize> {
    let folded = fold(name.trim());
    CATALOGUE.iter().position(|(zh, en, _)| folded == fold(zh) || folded == fold(en))
}

/// A number of 40 bits by which a name is told from others, as far as that goes (FNV-1a).
fn number_of(name: &str) -> i64 {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    ((hash ^ (hash >> 40)) & ((1 << 40) - 1)) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_the_contract_stay() {
        for (id, name, category) in [(1, "旅行", "生活"), (2, "摄影", "艺术"), (3, "瑜伽", "运动")]
        {
            assert_eq!(shown(name, Language::Zh), Interest { id, name: name.to_owned(), category });
        }
        assert_eq!(shown("旅行", Language::En).name, "Travel");
        assert_eq!(canonical(" travel "), "旅行");
    }

    #[test]
    fn no_interest_is_listed_twice() {
        let mut names: Vec<String> = CATALOGUE.iter().flat_map(|(zh, en, _)| [fold(zh), fold(en)]).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn unknown_interests_have_a_number_of_their_own() {
        let one = shown("观鸟", Language::Zh);
        assert_eq!((one.category, one.name.as_str()), ("其他", "观鸟"));
        assert!(one.id > NUMBERS_OF_OTHERS && one.id < crate::ids::ID_LIMIT);
        assert_eq!(shown("观鸟", Language::En).id, one.id);
        assert_ne!(shown("观星", Language::Zh).id, one.id);
        assert_eq!(canonical(" 观鸟 "), "观鸟");
    }
}
