//! Bounds and folding of texts that people write.

use unicode_normalization::UnicodeNormalization;

/// The longest text where no smaller bound is named, in characters.
pub const TEXT_MAX_CHARS: usize = 5_000;

/// Why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// It holds a NUL, which PostgreSQL cannot keep.
    #[error("the text contains a NUL character")]
    Nul,
    /// It has more characters than this.
    #[error("the text has more than {0} characters")]
    TooLong(usize),
}

/// Whether `text` may be kept: no NUL, and at most `max_chars` characters (Unicode scalar values).
pub fn check_text(text: &str, max_chars: usize) -> Result<(), TextError> {
    if text.contains('\0') {
        return Err(TextError::Nul);
    }
    // Bytes bound characters from above, so that the common case counts nothing.
    if text.len() > max_chars && text.chars().count() > max_chars {
        return Err(TextError::TooLong(max_chars));
    }
    Ok(())
}

/// The form in which names are compared: Unicode NFKC, lower case. Two names with the same folded form are the
/// same name.
#[must_use]
pub fn fold(name: &str) -> String {
    // ASCII and the common Chinese characters are in normal form, and only the former have a lower case: most names are
    // made of nothing else.
    if name.chars().all(|c| c.is_ascii() || ('\u{4e00}'..='\u{9fff}').contains(&c)) {
        return name.to_ascii_lowercase();
    }
    // Lower-casing may undo the normal form ("İ" becomes two characters), hence the second round.
    name.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_counted_in_characters() {
        assert_eq!(check_text("缘分", 2), Ok(()));
        assert_eq!(check_text("缘分!", 2), Err(TextError::TooLong(2)));
        assert_eq!(check_text("a\0", 9), Err(TextError::Nul));
    }

    #[test]
    fn folding_makes_equal_what_people_read_as_equal() {
        assert_eq!(fold("Ｌｉｎ"), fold("lin"));
        assert_eq!(fold("Ω"), fold("\u{2126}"));
        assert_ne!(fold("lin"), fold("lín"));
        assert_eq!(fold(&fold("İstanbul")), fold("İstanbul"));
    }

    #[test]
    fn what_is_folded_at_once_is_folded_as_all_else() {
        let simple: String = (0..0x80).chain(0x4e00..=0x9fff).filter_map(char::from_u32).collect();
        let folded: String = simple.nfkc().flat_map(char::to_lowercase).nfkc().collect();
        assert_eq!(fold(&simple), folded);
    }
}
