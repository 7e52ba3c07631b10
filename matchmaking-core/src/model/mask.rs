//! Names as those are shown them who may not know them whole.

/// A name with only its first and last character: `佘*婧`; of two characters the first, of one nothing.
#[must_use]
pub fn name(whole: &str) -> String {
    let count = whole.chars().count();
    let shown = |place: usize| place == 0 && count > 1 || place + 1 == count && count > 2;
    whole.chars().enumerate().map(|(place, c)| if shown(place) { c } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_keep_their_ends() {
        for (whole, masked) in [
            ("佘秋婧", "佘*婧"),
            ("张三", "张*"),
            ("欧阳娜娜", "欧**娜"),
            ("林", "*"),
            ("", ""),
            ("Lin", "L*n"),
        ] {
            assert_eq!(super::name(whole), masked);
        }
    }
}
