//! Ways to reach somebody elsewhere, hidden in a text: telephone numbers, WeChat and QQ numbers, e-mail addresses, links.
//!
//! A text is looked at as it is read: full-width and circled characters as plain ones, Chinese digits as digits, and
//! nothing of what cannot be seen. Ordinary numbers stay: years, heights, prices, sums, dates, and lists of them.

use std::borrow::Cow;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization as _;

/// What stands for what is hidden.
pub const MASK: &str = "***";

/// How many digits a mobile number has.
const MOBILE_DIGITS: usize = 11;
/// How many digits an international number has, without what stands before it.
const INTERNATIONAL_DIGITS: std::ops::RangeInclusive<usize> = 8..=15;
/// How many digits a QQ number has.
const QQ_DIGITS: std::ops::RangeInclusive<usize> = 5..=11;
/// How many characters a WeChat name has.
const WECHAT_CHARS: std::ops::RangeInclusive<usize> = 5..=20;
/// How much may stand between the word for WeChat or QQ and the name.
const FILLER_MAX: usize = 8;
/// How many signs may stand between two digits of one number.
const GAP_MAX: usize = 2;
/// The most characters of an address on either side of its `@`.
const ADDRESS_MAX: usize = 64;

/// Words for WeChat, in the forms that are used to hide it. Those of letters stand alone.
const WECHAT: [&str; 15] = [
    "微信", "薇信", "威信", "徽信", "微xin", "wei信", "v信", "加v", "加薇", "加微", "wechat", "weixin", "vx",
    "wx", "微x",
];
/// Words for QQ, likewise.
const QQ: [&str; 5] = ["qq", "扣扣", "企鹅", "q号", "球球"];
/// What the words above begin with: most characters of a text are none of these.
const FIRST: [char; 11] = ['微', '薇', '威', '徽', '加', 'w', 'v', 'q', '扣', '企', '球'];
/// Ends of names of hosts that stand for a link by themselves.
const HOSTS: [&str; 18] = [
    "com", "cn", "net", "org", "cc", "top", "xyz", "vip", "info", "app", "link", "site", "club", "shop",
    "online", "wang", "ren", "hk",
];
/// Those that are words, too, and stand for a link only with something behind them.
const HOSTS_WITH_PATH: [&str; 6] = ["me", "io", "co", "tv", "us", "ly"];

/// The text without the ways to reach somebody that are in it.
#[must_use]
pub fn masked(text: &str) -> Cow<'_, str> {
    let read = Reading::of(text);
    let mut found = read.telephones();
    found.extend(read.names());
    found.extend(read.addresses());
    found.extend(read.links());
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut spans: Vec<Range<usize>> =
        found.into_iter().map(|units| read.0[units.start].from..read.0[units.end - 1].to).collect();
    spans.sort_unstable_by_key(|span| (span.start, span.end));
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for span in spans {
        if span.start >= end {
            out.push_str(&text[end..span.start]);
            out.push_str(MASK);
        }
        end = end.max(span.end);
    }
    out.push_str(&text[end..]);
    Cow::Owned(out)
}

/// A character as it is read, and where it is written.
#[derive(Debug, Clone, Copy)]
struct Unit {
    read: char,
    from: usize,
    to: usize,
}

/// A text as it is read.
struct Reading(Vec<Unit>);

impl Reading {
    fn of(text: &str) -> Self {
        let mut units = Vec::with_capacity(text.len());
        for (from, written) in text.char_indices().filter(|(_, c)| !is_invisible(*c)) {
            let to = from + written.len_utf8();
            match written {
                // Of these it is known how they are read, and most texts have no others.
                '\0'..='\x7f' => units.push(Unit { read: written.to_ascii_lowercase(), from, to }),
                '\u{4e00}'..='\u{9fff}' => units.push(Unit { read: written, from, to }),
                _ => {
                    let read = std::iter::once(written).nfkc().flat_map(char::to_lowercase);
                    units.extend(read.map(|read| Unit { read, from, to }));
                }
            }
        }
        Self(units)
    }

    fn at(&self, place: usize) -> Option<char> {
        self.0.get(place).map(|unit| unit.read)
    }

    fn before(&self, place: usize) -> Option<char> {
        self.at(place.checked_sub(1)?)
    }

    fn digit_at(&self, place: usize) -> Option<char> {
        digit(self.at(place)?)
    }

    /// Whether this is written here.
    fn says(&self, place: usize, word: &str) -> bool {
        word.chars().enumerate().all(|(n, c)| self.at(place + n) == Some(c))
    }

    /// From here on, the end of what consists of such characters.
    fn end_of(&self, mut place: usize, is_part: impl Fn(char) -> bool) -> usize {
        while self.at(place).is_some_and(&is_part) {
            place += 1;
        }
        place
    }

    /// Up to here, the beginning of what consists of such characters.
    fn start_of(&self, mut place: usize, is_part: impl Fn(char) -> bool) -> usize {
        while self.before(place).is_some_and(&is_part) {
            place -= 1;
        }
        place
    }

    /// The numbers that begin here, as digits in groups, up to where no more follow.
    fn run(&self, start: usize) -> Run {
        let mut run = Run { digits: String::new(), groups: Vec::new(), end: start };
        let mut place = start;
        loop {
            let from = place;
            while let Some(digit) = self.digit_at(place) {
                run.digits.push(digit);
                place += 1;
            }
            run.groups.push(place - from);
            run.end = place;
            let next = self.end_of(place, is_gap);
            if next == place || next - place > GAP_MAX || self.digit_at(next).is_none() {
                return run;
            }
            place = next;
        }
    }

    fn telephones(&self) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut place = 0;
        while place < self.0.len() {
            if self.digit_at(place).is_none() {
                place += 1;
                continue;
            }
            let run = self.run(place);
            let after_plus = self.before(place) == Some('+');
            let end = if run.is_telephone(after_plus) {
                found.push(place - usize::from(after_plus)..run.end);
                run.end
            } else {
                // Each group by itself, and what follows it: the first may belong to something else.
                let end = self.end_of(place, |c| digit(c).is_some());
                let first =
                    Run { digits: run.digits[..run.groups[0]].to_owned(), groups: vec![end - place], end };
                if first.holds_mobile() {
                    found.push(place..end);
                }
                end
            };
            place = end;
        }
        found
    }

    /// Names of WeChat and numbers of QQ behind the words for them.
    fn names(&self) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for place in 0..self.0.len() {
            if self.says(place, "wxid_") {
                found.push(place..self.end_of(place, is_name));
            }
            if !self.at(place).is_some_and(|c| FIRST.contains(&c)) {
                continue;
            }
            let wechat = WECHAT.iter().find(|word| self.stands(place, word));
            let qq = QQ.iter().find(|word| self.stands(place, word));
            let Some(word) = wechat.or(qq) else { continue };
            let after = place + word.chars().count();
            let start = self.end_of(after, is_filler);
            if start - after > FILLER_MAX {
                continue;
            }
            let said = (after..start).any(|at| self.at(at).is_some_and(is_marker));
            // Right behind a Chinese word, letters are no part of the sentence.
            let said = said || start == after && wechat.is_some_and(|word| !word.is_ascii());
            let end = self.number_end(start).or_else(|| self.name_end(start, said));
            found.extend(end.map(|end| start..end));
        }
        found
    }

    /// Whether this word stands here: one that ends or begins in letters not as a part of another.
    fn stands(&self, place: usize, word: &str) -> bool {
        let begins_in_letter = word.starts_with(|c: char| c.is_ascii_alphabetic());
        self.says(place, word)
            && !(begins_in_letter && self.before(place).is_some_and(|c| c.is_ascii_alphanumeric()))
            && {
                let next = self.at(place + word.chars().count());
                let ends_in_letter = word.ends_with(|c: char| c.is_ascii_alphabetic());
                !(ends_in_letter && next.is_some_and(|c| c.is_ascii_alphabetic() || c == '.'))
            }
    }

    /// Where a number ends that begins here and is as long as one of QQ.
    fn number_end(&self, start: usize) -> Option<usize> {
        let run = self.run(start);
        let is_part_of_name = self.at(run.end).is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
        (QQ_DIGITS.contains(&run.digits.len()) && !is_part_of_name).then_some(run.end)
    }

    /// Where a name of WeChat ends that begins here. One of letters alone is a name where that is `said`.
    fn name_end(&self, start: usize, said: bool) -> Option<usize> {
        let end = self.end_of(start, is_name);
        let has_sign = (start..end).any(|at| self.at(at).is_some_and(|c| !c.is_ascii_alphabetic()));
        let has_letter = (start..end).any(|at| self.at(at).is_some_and(|c| c.is_ascii_alphabetic()));
        (WECHAT_CHARS.contains(&(end - start)) && has_letter && (has_sign || said)).then_some(end)
    }

    fn addresses(&self) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for at in (0..self.0.len()).filter(|at| self.at(*at) == Some('@')) {
            let left_end = self.start_of(at, |c| c == ' ');
            let start = self.start_of(left_end, is_address);
            let right = self.end_of(at + 1, |c| c == ' ');
            let mut end = self.end_of(right, is_address);
            while self.before(end) == Some('.') {
                end -= 1;
            }
            let has_host = (right..end).any(|dot| {
                self.at(dot) == Some('.') && self.at(dot + 1).is_some_and(|c| c.is_ascii_alphabetic())
            });
            if has_host && (1..=ADDRESS_MAX).contains(&(left_end - start)) {
                found.push(start..end);
            }
        }
        found
    }

    fn links(&self) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for place in 0..self.0.len() {
            if self.says(place, "://") {
                let start = self.start_of(place, |c| c.is_ascii_alphanumeric());
                let end = self.end_of(place + 3, is_link);
                if start < place && end > place + 3 {
                    found.push(start..end);
                }
            }
            if self.says(place, "www.") && self.end_of(place, is_link) > place + 4 {
                found.push(place..self.end_of(place, is_link));
            }
            if self.at(place).is_some_and(is_dot) {
                found.extend(self.host(place));
            }
        }
        found
    }

    /// The link whose host ends behind this dot.
    fn host(&self, dot: usize) -> Option<Range<usize>> {
        let left = self.start_of(dot, |c| c == ' ');
        let start = self.start_of(left, |c| c.is_ascii_alphanumeric() || c == '-' || c == '.');
        let right = self.end_of(dot + 1, |c| c == ' ');
        let end = self.end_of(right, |c| c.is_ascii_alphanumeric());
        let is = |ends: &[&str]| ends.iter().any(|host| self.says(right, host) && host.len() == end - right);
        // With blanks around it, a dot is one between two sentences.
        let is_close = left == dot && right == dot + 1;
        let has_path = self.at(end) == Some('/');
        let has_name = (start..left).any(|at| self.at(at).is_some_and(|c| c.is_ascii_alphanumeric()));
        if !has_name || !is_close || !(is(&HOSTS) || has_path && is(&HOSTS_WITH_PATH)) {
            return None;
        }
        let goes_on = self.at(end).is_some_and(|c| ['/', ':', '?', '#'].contains(&c));
        Some(start..if goes_on { self.end_of(end, is_link) } else { end })
    }
}

/// Digits in groups.
struct Run {
    digits: String,
    /// How many digits each has.
    groups: Vec<usize>,
    end: usize,
}

impl Run {
    fn is_telephone(&self, after_plus: bool) -> bool {
        if after_plus && INTERNATIONAL_DIGITS.contains(&self.digits.len()) {
            return true;
        }
        let groups = self.groups.as_slice();
        if groups.len() == 1 {
            return self.holds_mobile() || is_landline(&self.digits);
        }
        let (digits, groups) = match ["0086", "86"].iter().find_map(|code| self.digits.strip_prefix(code)) {
            // The code is a group of its own, or is written before the first.
            Some(rest) if rest.len() == MOBILE_DIGITS => {
                let code = self.digits.len() - rest.len();
                (rest, if groups[0] == code { &groups[1..] } else { groups })
            }
            _ => (self.digits.as_str(), groups),
        };
        let area = || matches!(groups, [3 | 4, 7 | 8] | [3 | 4, 4 | 3, 4]) && is_landline(digits);
        is_mobile(digits) && digits.len() == MOBILE_DIGITS && is_spelling(groups) || area()
    }

    /// Whether a mobile number is in it, if nothing stands between the digits: so long is no ordinary number.
    fn holds_mobile(&self) -> bool {
        (0..self.digits.len().saturating_sub(MOBILE_DIGITS - 1)).any(|from| is_mobile(&self.digits[from..]))
    }
}

/// Whether a number begins as mobile ones do.
fn is_mobile(digits: &str) -> bool {
    matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..]) && digits.len() >= MOBILE_DIGITS
}

/// Whether it is a number with the code of its area, or of a company.
fn is_landline(digits: &str) -> bool {
    match digits.as_bytes() {
        [b'0', b'1'..=b'9', ..] => (10..=12).contains(&digits.len()),
        [b'4' | b'8', b'0', b'0', ..] => digits.len() == 10,
        _ => false,
    }
}

/// Whether the digits of a mobile number are grouped as numbers are told, and not as several numbers are.
fn is_spelling(groups: &[usize]) -> bool {
    match groups {
        [] | [_] | [_, _] | [3, 4, 4] | [3, 3, 5] | [3, 4, 2, 2] => true,
        // One or two at a time.
        groups => groups.len() >= 5 && groups.iter().all(|digits| *digits <= 3),
    }
}

/// The digit that is read where this is written.
const fn digit(c: char) -> Option<char> {
    Some(match c {
        '0'..='9' => c,
        '零' | '〇' | '洞' => '0',
        '一' | '壹' | '幺' => '1',
        '二' | '贰' | '两' => '2',
        '三' | '叁' | '仨' => '3',
        '四' | '肆' => '4',
        '五' | '伍' => '5',
        '六' | '陆' => '6',
        '七' | '柒' | '拐' => '7',
        '八' | '捌' => '8',
        '九' | '玖' | '勾' => '9',
        _ => return None,
    })
}

/// What is not seen, or only dresses what stands before it.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' | '\u{fe0f}' | '\u{20e3}')
}

/// What may stand between digits of one number.
fn is_gap(c: char) -> bool {
    matches!(c, ' ' | '-' | '.' | '_' | '~' | '*' | '·' | '—' | '–' | '(' | ')' | '、')
}

/// What may stand between a word for WeChat or QQ and the name.
fn is_filler(c: char) -> bool {
    is_marker(c)
        || c.is_whitespace()
        || matches!(c, '-' | '—' | '~' | ',' | '我' | '的' | '码' | '加' | '(' | ')' | '【' | '】' | '"')
}

/// What says that a name follows.
const fn is_marker(c: char) -> bool {
    matches!(c, '号' | '是' | '为' | '叫' | ':' | '=')
}

const fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

const fn is_address(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-')
}

const fn is_dot(c: char) -> bool {
    matches!(c, '.' | '。' | '点')
}

const fn is_link(c: char) -> bool {
    c.is_ascii_graphic()
}

#[cfg(test)]
mod tests;
