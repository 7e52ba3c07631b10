//! What is wrong with a configuration: every problem, each in a line that names the variable, what it was
//! given, and what it accepts.

use super::flags::Flags;

/// The problems of a configuration, each of them one line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct Problems(pub Vec<String>);

/// Reads values and notes what is wrong with them.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    flags: &'a Flags,
    problems: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(flags: &'a Flags) -> Self {
        Self { flags, problems: Vec::new() }
    }

    pub(super) fn into_problems(self) -> Vec<String> {
        self.problems
    }

    pub(super) fn given(&self, variable: &str) -> Option<&'a str> {
        self.flags.given(variable)
    }

    pub(super) fn note(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    /// The value that `parse` makes of what was given, or `default`; `accepted` says what is accepted.
    pub(super) fn value<T>(
        &mut self,
        variable: &str,
        default: T,
        accepted: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> T {
        let Some(given) = self.given(variable) else { return default };
        if let Some(value) = parse(given) {
            return value;
        }
        self.note(format!("{variable}: {given:?} is not accepted; it takes {accepted}"));
        default
    }

    /// The same for a URL, which may hold a password and is told without what stands before an `@`.
    pub(super) fn url(
        &mut self,
        variable: &str,
        default: String,
        accepted: &str,
        schemes: &[&str],
    ) -> String {
        let Some(given) = self.given(variable) else { return default };
        let fits = schemes.iter().any(|scheme| {
            let rest = given.strip_prefix(scheme);
            rest.is_some_and(|rest| !scheme.ends_with("//") || !rest.is_empty())
        });
        if fits {
            return given.to_owned();
        }
        let shown = match (given.split_once("://"), given.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
            (None, Some((_, host))) => format!("…@{host}"),
            _ => given.to_owned(),
        };
        self.note(format!("{variable}: {shown:?} is not accepted; it takes {accepted}"));
        default
    }

    /// A secret, which is never told.
    pub(super) fn secret(&mut self, variable: &str, min_bytes: usize) -> Option<String> {
        let given = self.given(variable)?;
        if given.len() < min_bytes {
            self.note(format!("{variable}: the value is too short; it takes at least {min_bytes} bytes"));
        }
        Some(given.to_owned())
    }
}

/// A line for each variable that is set and looks like a slip of the pen: one edit away from one of ours. A
/// server that ignored it would run with a default that its operator believes to have changed.
pub(super) fn near_misses(set: impl IntoIterator<Item = String>) -> Vec<String> {
    let known = Flags::VARIABLES;
    let mut lines: Vec<String> = set
        .into_iter()
        .filter(|name| !known.contains(&name.as_str()))
        .filter_map(|name| {
            let meant = known.iter().find(|known| one_edit_apart(&name, known))?;
            Some(format!("{name}: no such variable; {meant} was meant, or else it must not be set"))
        })
        .collect();
    lines.sort();
    lines
}

/// Whether one insertion, deletion, replacement, or swap of neighbours makes one name of the other.
fn one_edit_apart(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let same_start = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[same_start..], &other[same_start..]);
    let same_end = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[..one.len() - same_end], &other[..other.len() - same_end]);
    match (one, other) {
        ([_], [] | [_]) | ([], [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_pen_are_told() {
        let told = |name: &str| near_misses([name.to_owned()]);
        for slip in ["DATABSE_URL", "BIND_ADR", "BIND_ADDRR", "JWT_SERCET", "CORS_ORIGIN", "MAX_SOCKET"] {
            assert_eq!(told(slip).len(), 1, "{slip}");
        }
        for fine in ["BIND_ADDR", "PATH", "HOME", "DATABASE", "RUST_LOG", "DATA_DIRECTORY", "X"] {
            assert_eq!(told(fine), Vec::<String>::new(), "{fine}");
        }
        assert!(told("DATABSE_URL")[0].contains("DATABASE_URL"));
    }
}
