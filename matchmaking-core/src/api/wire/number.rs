//! Integers as lenient clients send them.

use serde_json::Value;

/// What an integer field turned out to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaxInteger {
    /// This integer. Anything beyond 64 bits is the nearest that fits, which no range and no identifier admits.
    Whole(i64),
    /// A number with a fraction.
    Fraction,
    /// A text in which no integer is written.
    Unreadable,
    /// Neither a number, a text nor a boolean.
    Other,
}

/// Reads an integer as FastAPI's models do: numbers, whole floats, numeric texts, and `true` and `false` as 1
/// and 0.
#[must_use]
pub fn lax_integer(value: &Value) -> LaxInteger {
    match value {
        Value::Bool(flag) => LaxInteger::Whole(i64::from(*flag)),
        Value::Number(number) => whole(number),
        Value::String(text) => parse(text).map_or(LaxInteger::Unreadable, LaxInteger::Whole),
        Value::Null | Value::Array(_) | Value::Object(_) => LaxInteger::Other,
    }
}

/// The number as an integer, if it has no fraction.
pub(super) fn whole(number: &serde_json::Number) -> LaxInteger {
    if let Some(integer) = number.as_i64() {
        return LaxInteger::Whole(integer);
    }
    match number.as_f64() {
        // The cast saturates, and 2^63 is beyond every range in use: nothing wraps.
        Some(float) if float.fract() == 0.0 => LaxInteger::Whole(float as i64),
        _ => LaxInteger::Fraction,
    }
}

/// The integer that is written in `text`: blanks around it, a sign, single underscores between digits and a
/// fraction of zeros are allowed.
fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let digits = match digits.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => whole,
        Some(_) => return None,
        None => digits,
    };
    let mut value: i64 = 0;
    let mut after_digit = false;
    for byte in digits.bytes() {
        match byte {
            b'0'..=b'9' => {
                let digit = i64::from(byte - b'0');
                value = value.saturating_mul(10).saturating_add(digit);
                after_digit = true;
            }
            b'_' if after_digit => after_digit = false,
            _ => return None,
        }
    }
    after_digit.then_some(if negative { value.saturating_neg() } else { value })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::LaxInteger::{Fraction, Other, Unreadable, Whole};
    use super::*;

    #[test]
    fn integers_are_read_as_lenient_clients_send_them() {
        for (value, expected) in [
            (json!(12), Whole(12)),
            (json!(-12), Whole(-12)),
            (json!(12.0), Whole(12)),
            (json!(12.5), Fraction),
            (json!("12"), Whole(12)),
            (json!(" 12 "), Whole(12)),
            (json!("12.0"), Whole(12)),
            (json!("+7"), Whole(7)),
            (json!("-7"), Whole(-7)),
            (json!("007"), Whole(7)),
            (json!("1_000"), Whole(1000)),
            (json!("1__0"), Unreadable),
            (json!("_1"), Unreadable),
            (json!("1_"), Unreadable),
            (json!("12.5"), Unreadable),
            (json!("12."), Unreadable),
            (json!("."), Unreadable),
            (json!("-"), Unreadable),
            (json!("1e3"), Unreadable),
            (json!("١٢"), Unreadable),
            (json!("twelve"), Unreadable),
            (json!(""), Unreadable),
            (json!(true), Whole(1)),
            (json!(false), Whole(0)),
            (json!(null), Other),
            (json!([1]), Other),
            (json!({}), Other),
        ] {
            assert_eq!(lax_integer(&value), expected, "{value}");
        }
    }

    #[test]
    fn nothing_beyond_64_bits_panics_or_wraps() {
        for (value, expected) in [
            (json!(i64::MAX), i64::MAX),
            (json!(i64::MIN), i64::MIN),
            (json!(u64::MAX), i64::MAX),
            (json!(1e300), i64::MAX),
            (json!(-1e300), i64::MIN),
            (json!("9223372036854775808"), i64::MAX),
            (json!("-99999999999999999999999"), -i64::MAX),
            (json!("9".repeat(5_000)), i64::MAX),
        ] {
            assert_eq!(lax_integer(&value), Whole(expected), "{value}");
        }
    }
}
