//! What codes are called, in Chinese and English.

use serde::{Deserialize, Serialize};

use super::{
    funnel::{Filter, RELAXED_YEARS, Relaxation},
    profile::{EducationLevel, IncomeRange, MaritalStatus, OccupationType},
};

/// A language that people are answered in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Simplified Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The one of two texts that is in this language.
    #[must_use]
    pub const fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// What a level of education is called.
#[must_use]
pub const fn education(level: EducationLevel, language: Language) -> &'static str {
    let (zh, en) = match level {
        EducationLevel::HighSchool => ("高中", "High school"),
        EducationLevel::College => ("大专", "Junior college"),
        EducationLevel::Bachelor => ("本科", "Bachelor's degree"),
        EducationLevel::Master => ("硕士", "Master's degree"),
        EducationLevel::Phd => ("博士", "Doctorate"),
        EducationLevel::Postdoc => ("博士后", "Postdoctoral"),
    };
    language.pick(zh, en)
}

/// What a field of work is called.
#[must_use]
pub const fn occupation(kind: OccupationType, language: Language) -> &'static str {
    let (zh, en) = match kind {
        OccupationType::Tech => ("互联网/IT", "Internet/IT"),
        OccupationType::Finance => ("金融", "Finance"),
        OccupationType::Education => ("教育/科研", "Education/Research"),
        OccupationType::Medical => ("医疗", "Medicine"),
        OccupationType::Legal => ("法律", "Law"),
        OccupationType::Government => ("政府/事业单位", "Public service"),
        OccupationType::Media => ("传媒", "Media"),
        OccupationType::Art => ("艺术", "Arts"),
        OccupationType::Manufacturing => ("制造/工程", "Manufacturing/Engineering"),
        OccupationType::Retail => ("零售/贸易", "Retail/Trade"),
        OccupationType::Service => ("服务业", "Services"),
        OccupationType::RealEstate => ("房地产", "Real estate"),
        OccupationType::Logistics => ("物流", "Logistics"),
        OccupationType::Student => ("学生", "Student"),
        OccupationType::Freelance => ("自由职业", "Freelance"),
        OccupationType::Other => ("其他", "Other"),
    };
    language.pick(zh, en)
}

/// What a yearly income is called.
#[must_use]
pub const fn income(range: IncomeRange, language: Language) -> &'static str {
    let (zh, en) = match range {
        IncomeRange::Under10W => ("10万以下", "under CNY 100k"),
        IncomeRange::From10WTo20W => ("10-20万", "CNY 100k-200k"),
        IncomeRange::From20WTo30W => ("20-30万", "CNY 200k-300k"),
        IncomeRange::From30WTo50W => ("30-50万", "CNY 300k-500k"),
        IncomeRange::From50WTo100W => ("50-100万", "CNY 500k-1M"),
        IncomeRange::Over100W => ("100万以上", "over CNY 1M"),
    };
    language.pick(zh, en)
}

/// What a marital status is called.
#[must_use]
pub const fn marital(status: MaritalStatus, language: Language) -> &'static str {
    let (zh, en) = match status {
        MaritalStatus::Single => ("未婚", "Never married"),
        MaritalStatus::Divorced => ("离异", "Divorced"),
        MaritalStatus::Widowed => ("丧偶", "Widowed"),
    };
    language.pick(zh, en)
}

/// What is said of whom a filter leaves out.
#[must_use]
pub const fn filter(filter: Filter, language: Language) -> &'static str {
    let (zh, en) = match filter {
        Filter::Paused => ("暂不接受推荐", "Take a break from recommendations"),
        Filter::Gender => ("性别不符合你的要求", "Are not of a gender that you look for"),
        Filter::TheirGender => ("在寻找其他性别", "Look for another gender"),
        Filter::Age => ("年龄不符合你的要求", "Are not of an age that you look for"),
        Filter::TheirAge => ("你的年龄不符合对方的要求", "Look for people of another age"),
        Filter::LeftOut => {
            ("已推荐、已表态、已匹配或已屏蔽", "Were shown today, decided about, matched or blocked")
        }
    };
    language.pick(zh, en)
}

/// What is advised to whom a relaxation would bring more people.
#[must_use]
pub const fn relaxation(relaxation: Relaxation, language: Language) -> &'static str {
    let (zh, en) = match relaxation {
        Relaxation::AnyGender => ("不限性别", "Look for people of any gender"),
        Relaxation::Younger => ("将最小年龄放宽5岁", "Look for people up to 5 years younger"),
        Relaxation::Older => ("将最大年龄放宽5岁", "Look for people up to 5 years older"),
    };
    language.pick(zh, en)
}

const _: () = assert!(RELAXED_YEARS == 5, "the labels say so");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_one_kind_are_all_different() {
        for language in Language::ALL {
            let mut seen: Vec<&str> =
                OccupationType::ALL.iter().map(|kind| occupation(*kind, language)).collect();
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), OccupationType::ALL.len());
        }
        assert_eq!(income(IncomeRange::From20WTo30W, Language::Zh), "20-30万");
    }
}
