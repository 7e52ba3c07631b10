//! Numbers for names: two names have the same number if and only if they are compared as the same.

use std::collections::HashMap;

use super::row::{Extra, INTEREST_BITS, Row};
use crate::scoring::Features;

/// The number of a name that nobody in the pool has. Larger ones stand for further such names.
const STRANGE: u32 = u32::MAX / 2;

/// The numbers of one kind of names, from 1 on.
#[derive(Debug, Default)]
struct Numbers(HashMap<Box<str>, u32>);

impl Numbers {
    fn get(&self, name: &str) -> Option<u32> {
        self.0.get(name).copied()
    }

    fn take_in(&mut self, name: &str) -> u32 {
        if let Some(number) = self.get(name) {
            return number;
        }
        let number = self.0.len() as u32 + 1;
        self.0.insert(name.into(), number);
        number
    }
}

/// The names of everything that people of a pool have in common. It only grows: names of people who have left are kept.
#[derive(Debug, Default)]
pub(super) struct Names {
    interests: Numbers,
    cities: Numbers,
    provinces: Numbers,
    studies: Numbers,
}

/// The numbers of the names of one person.
#[derive(Debug, Clone, Default)]
struct Numbered {
    interests: Vec<u32>,
    home: [u32; 2],
    study: u32,
    cities: Vec<u32>,
}

impl Names {
    /// A person as a row, with numbers for all names, new ones where need be.
    pub(super) fn row(&mut self, features: &Features) -> Row {
        let home = &features.home;
        let numbered = Numbered {
            interests: features.interests.iter().map(|name| self.interests.take_in(name)).collect(),
            home: [
                home.city.as_deref().map_or(0, |city| self.cities.take_in(city)),
                home.province.as_deref().map_or(0, |province| self.provinces.take_in(province)),
            ],
            study: features.study.as_deref().map_or(0, |study| self.studies.take_in(study)),
            cities: features.wishes.cities.iter().map(|city| self.cities.take_in(city)).collect(),
        };
        numbered.into_row(features)
    }

    /// A person as a row that is compared with those of the pool, without taking in any name.
    pub(super) fn visitor(&self, features: &Features) -> Row {
        let mut strange = STRANGE;
        let mut known = |number: Option<u32>| {
            number.unwrap_or_else(|| {
                strange += 1;
                strange
            })
        };
        let (home, wishes) = (&features.home, &features.wishes);
        // A wish for the own city is met by nobody else when nobody else lives there, and the own city is the same name
        // in both places; so a strange one needs no number that is the same twice.
        let numbered = Numbered {
            interests: features.interests.iter().map(|name| known(self.interests.get(name))).collect(),
            home: [
                home.city.as_deref().map_or(0, |city| known(self.cities.get(city))),
                home.province.as_deref().map_or(0, |province| known(self.provinces.get(province))),
            ],
            study: features.study.as_deref().map_or(0, |study| known(self.studies.get(study))),
            cities: wishes.cities.iter().map(|city| known(self.cities.get(city))).collect(),
        };
        numbered.into_row(features)
    }
}

impl Numbered {
    fn into_row(self, features: &Features) -> Row {
        let Self { mut interests, home, study, mut cities } = self;
        cities.sort_unstable();
        cities.dedup();
        let bits = interests.iter().filter(|number| **number < INTEREST_BITS);
        let bits = bits.fold(0_u64, |bits, number| bits | 1 << number);
        interests.retain(|number| *number >= INTEREST_BITS);
        interests.sort_unstable();
        Row::of(features, bits, Extra { interests: interests.into(), cities: cities.into(), home, study })
    }
}
