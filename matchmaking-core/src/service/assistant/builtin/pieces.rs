//! An answer in pieces, as a model would write it.

use super::intent::is_chinese;

/// The most Chinese characters of a piece.
const CHARACTERS: usize = 2;

/// Cuts a text into words, each with the blanks before it and the marks behind it; of Chinese, every two characters. All
/// pieces together are the text.
pub(super) fn cut(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut piece = String::new();
    // How many Chinese characters are in the piece, and whether it has anything but blanks.
    let (mut characters, mut filled) = (0, false);
    for char in text.chars() {
        let chinese = is_chinese(char);
        let begins = if char.is_whitespace() {
            filled
        } else if chinese {
            filled && (characters == 0 || characters == CHARACTERS)
        } else {
            // A word behind Chinese is a piece of its own; a mark is not.
            characters > 0 && char.is_alphanumeric()
        };
        if begins {
            pieces.push(std::mem::take(&mut piece));
            (characters, filled) = (0, false);
        }
        piece.push(char);
        filled |= !char.is_whitespace();
        characters += usize::from(chinese);
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_the_blanks_before_them() {
        assert_eq!(cut("The sky is  blue."), ["The", " sky", " is", "  blue."]);
        assert_eq!(cut("a\n\nb\n"), ["a", "\n\nb", "\n"]);
        assert_eq!(cut(""), Vec::<String>::new());
    }

    #[test]
    fn chinese_comes_by_two_characters() {
        assert_eq!(cut("你们都喜欢旅行。"), ["你们", "都喜", "欢旅", "行。"]);
        assert_eq!(cut("分数 80 分，IT行业"), ["分数", " 80", " 分，", "IT", "行业"]);
    }

    #[test]
    fn nothing_is_lost() {
        for text in ["「缘」 & fate: 1/2 — 好", " \n ", "e\u{301} 👩‍❤️‍👨 缘分"] {
            assert_eq!(cut(text).concat(), text);
        }
    }
}
