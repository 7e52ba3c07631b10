//! How complete a profile is, in percent.

use super::{Profile, Requirements, profile::Place};

/// What counts besides what the person tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Proofs {
    /// Whether there is a phone number, which was verified when it was given.
    pub phone: bool,
    /// Whether there is a photo that no reviewer rejected.
    pub photo: bool,
    /// Whether the real name was verified.
    pub real_name: bool,
}

/// A part of a profile: what it is called, how many percent it is, and whether it is there.
type Part = (&'static str, u8, fn(&Profile, Proofs) -> bool);

/// The parts of a profile. Together they are 100.
pub const PARTS: [Part; 25] = [
    ("phone", 5, |_, proofs| proofs.phone),
    ("nickname", 5, |profile, _| says(profile.nickname.as_ref())),
    ("gender", 5, |profile, _| profile.gender.is_some()),
    ("birth_date", 5, |profile, _| profile.birth_date.is_some()),
    ("height", 5, |profile, _| profile.height_cm.is_some()),
    ("weight", 2, |profile, _| profile.weight_hg.is_some()),
    ("blood_type", 1, |profile, _| profile.blood_type.is_some()),
    ("hometown", 4, |profile, _| is_named(&profile.hometown)),
    ("current_location", 6, |profile, _| is_named(&profile.current)),
    ("education_level", 5, |profile, _| profile.education.level.is_some()),
    ("school", 3, |profile, _| says(profile.education.school.as_ref())),
    ("major", 2, |profile, _| says(profile.education.major.as_ref())),
    ("occupation", 5, |profile, _| profile.occupation.kind.is_some()),
    ("job_title", 3, |profile, _| says(profile.occupation.job_title.as_ref())),
    ("company", 2, |profile, _| says(profile.occupation.company.as_ref())),
    ("income", 5, |profile, _| profile.economy.income.is_some()),
    ("house", 3, |profile, _| says(profile.economy.has_house.as_ref())),
    ("car", 3, |profile, _| says(profile.economy.has_car.as_ref())),
    ("marital_status", 5, |profile, _| profile.marital_status.is_some()),
    ("children", 2, |profile, _| profile.has_children.is_some()),
    ("introduction", 5, |profile, _| says(profile.introduction.as_ref())),
    ("mate_requirements", 5, |profile, _| profile.requirements != Requirements::default()),
    ("interests", 4, |profile, _| !profile.interests.is_empty()),
    ("photo", 5, |_, proofs| proofs.photo),
    ("real_name", 5, |_, proofs| proofs.real_name),
];

/// How complete a profile is, 0 to 100. A fresh account with its verified phone is at 5.
#[must_use]
pub fn rate(profile: &Profile, proofs: Proofs) -> u8 {
    PARTS.iter().filter(|(_, _, is_there)| is_there(profile, proofs)).map(|(_, percent, _)| percent).sum()
}

/// The parts of a profile that are not there, with how many percent each is: the most first, then in the order of
/// [`PARTS`].
#[must_use]
pub fn missing(profile: &Profile, proofs: Proofs) -> Vec<(&'static str, u8)> {
    let missing = PARTS.iter().filter(|(_, _, is_there)| !is_there(profile, proofs));
    let mut missing: Vec<_> = missing.map(|(name, percent, _)| (*name, *percent)).collect();
    missing.sort_by_key(|(_, percent)| std::cmp::Reverse(*percent));
    missing
}

fn says(text: Option<&String>) -> bool {
    text.is_some_and(|text| !text.trim().is_empty())
}

fn is_named(place: &Place) -> bool {
    says(place.province.as_ref()) || says(place.city.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_add_up_and_a_fresh_account_is_at_five() {
        assert_eq!(PARTS.iter().map(|(_, percent, _)| u32::from(*percent)).sum::<u32>(), 100);
        let fresh = Profile::default();
        assert_eq!(rate(&fresh, Proofs { phone: true, ..Proofs::default() }), 5);
        assert_eq!(rate(&fresh, Proofs::default()), 0);
        let named =
            Profile { nickname: Some("秋秋".to_owned()), height_cm: Some(165), ..Profile::default() };
        assert_eq!(rate(&named, Proofs { phone: true, photo: true, real_name: true }), 25);
        let left = missing(&named, Proofs { phone: true, photo: true, real_name: true });
        assert_eq!((left.len(), left[0]), (PARTS.len() - 5, ("current_location", 6)));
        assert_eq!(left.iter().map(|(_, percent)| percent).sum::<u8>(), 75);
        let blank = Profile { nickname: Some(" ".to_owned()), ..Profile::default() };
        assert_eq!(rate(&blank, Proofs::default()), 0);
    }
}
