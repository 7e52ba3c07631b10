//! The sign of a birth date, of the west and of China.

use chrono::{Datelike, NaiveDate};

use super::labels::Language;

/// The western signs with the last day of each, month by month: January begins in Capricorn and ends in Aquarius.
const SIGNS: [(u32, &str, &str); 12] = [
    (19, "摩羯座", "Capricorn"),
    (18, "水瓶座", "Aquarius"),
    (20, "双鱼座", "Pisces"),
    (19, "白羊座", "Aries"),
    (20, "金牛座", "Taurus"),
    (21, "双子座", "Gemini"),
    (22, "巨蟹座", "Cancer"),
    (22, "狮子座", "Leo"),
    (22, "处女座", "Virgo"),
    (23, "天秤座", "Libra"),
    (22, "天蝎座", "Scorpio"),
    (21, "射手座", "Sagittarius"),
];

/// The animals of the years, beginning with those that twelve divides.
const ANIMALS: [(&str, &str); 12] = [
    ("猴", "Monkey"),
    ("鸡", "Rooster"),
    ("狗", "Dog"),
    ("猪", "Pig"),
    ("鼠", "Rat"),
    ("牛", "Ox"),
    ("虎", "Tiger"),
    ("兔", "Rabbit"),
    ("龙", "Dragon"),
    ("蛇", "Snake"),
    ("马", "Horse"),
    ("羊", "Goat"),
];

/// The western sign of this birthday.
#[must_use]
pub fn western(birth: NaiveDate, language: Language) -> &'static str {
    let month = birth.month0() as usize;
    let begun = usize::from(birth.day() > SIGNS[month].0);
    let (_, zh, en) = SIGNS[(month + begun) % SIGNS.len()];
    language.pick(zh, en)
}

/// The animal of this birthday's year. It follows the Gregorian year and not the lunar one, as clients expect.
#[must_use]
pub fn chinese(birth: NaiveDate, language: Language) -> &'static str {
    let (zh, en) = ANIMALS[birth.year().rem_euclid(12) as usize];
    language.pick(zh, en)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_change_on_their_days() {
        for (date, sign) in [
            ("1995-01-01", "摩羯座"),
            ("2000-01-19", "摩羯座"),
            ("2000-01-20", "水瓶座"),
            ("2000-02-18", "水瓶座"),
            ("2000-02-29", "双鱼座"),
            ("2000-03-21", "白羊座"),
            ("2000-07-23", "狮子座"),
            ("2000-09-22", "处女座"),
            ("2000-09-23", "天秤座"),
            ("2000-12-21", "射手座"),
            ("2000-12-22", "摩羯座"),
        ] {
            assert_eq!(western(date.parse().unwrap(), Language::Zh), sign, "{date}");
        }
        assert_eq!(western("1995-01-01".parse().unwrap(), Language::En), "Capricorn");
    }

    #[test]
    fn animals_follow_the_gregorian_year() {
        for (date, animal) in
            [("1995-01-01", "猪"), ("2000-12-31", "龙"), ("2024-01-01", "龙"), ("1997-07-01", "牛")]
        {
            assert_eq!(chinese(date.parse().unwrap(), Language::Zh), animal, "{date}");
        }
        assert_eq!(chinese("1995-01-01".parse().unwrap(), Language::En), "Pig");
    }
}
