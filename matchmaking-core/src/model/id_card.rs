//! The numbers of Chinese identity cards (GB 11643-1999).

use chrono::NaiveDate;

use super::profile::Gender;

/// How many characters a number has.
pub const LENGTH: usize = 18;

/// What each digit weighs in the check digit.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// The check digit by the weighted sum modulo eleven.
const CHECK_DIGITS: &[u8; 11] = b"10X98765432";

/// What a number says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdCard {
    /// The date of birth in it.
    pub birth_date: NaiveDate,
    /// The gender that its sex digit stands for.
    pub gender: Gender,
    /// Whether its last character is the one that the others add up to. Numbers are mistyped and, rarely, were issued
    /// wrong: a reviewer decides about them.
    pub check_digit_is_right: bool,
}

/// Reads a number: seventeen digits, one more or an `X`, and a real date of birth among them. `None` for anything else.
#[must_use]
pub fn parse(number: &str) -> Option<IdCard> {
    let bytes = number.as_bytes();
    let (digits, check) = match bytes {
        [digits @ .., check] if bytes.len() == LENGTH => (digits, check.to_ascii_uppercase()),
        _ => return None,
    };
    let plain = digits.iter().all(u8::is_ascii_digit) && (check.is_ascii_digit() || check == b'X');
    if !plain {
        return None;
    }
    let birth_date = NaiveDate::parse_from_str(number.get(6..14)?, "%Y%m%d").ok()?;
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    Some(IdCard {
        birth_date,
        gender: if digits[16] % 2 == 1 { Gender::Male } else { Gender::Female },
        check_digit_is_right: CHECK_DIGITS[(sum % 11) as usize] == check,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_tell_birthday_and_gender() {
        let card = parse("11010519491231002X").unwrap();
        assert_eq!(card.birth_date, "1949-12-31".parse().unwrap());
        assert_eq!((card.gender, card.check_digit_is_right), (Gender::Female, true));
        assert_eq!(parse("11010519491231002x"), Some(card));
        // That of the contract: its check digit is wrong, and it is a man's.
        let sample = parse("310101199501011234").unwrap();
        assert_eq!((sample.gender, sample.check_digit_is_right), (Gender::Male, false));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for bad in [
            "",
            "31010119950101123",
            "3101011995010112345",
            "310101199513011234",
            "310101199502291234",
            "31010119950101123Y",
            "X10101199501011234",
            "3101011995０1011234",
            "{{id_card_number}}",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
