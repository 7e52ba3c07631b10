//! The lines of a CSV file, asked by the names of their columns. Whatever cannot be meant is refused with its line and
//! column.

use std::{collections::BTreeMap, fmt::Display, io::Read, ops::RangeInclusive};

/// Goes through the lines of a file that has these columns, and others as it likes; there is at least one line.
pub(super) fn for_each_row(
    input: impl Read,
    needed: &[&str],
    mut each: impl FnMut(&Row<'_>) -> Result<(), String>,
) -> Result<(), String> {
    // A `\r` before the end of a line is trimmed: left to itself, the reader counts such lines one short.
    let mut reader = csv::ReaderBuilder::new();
    reader.trim(csv::Trim::All).terminator(csv::Terminator::Any(b'\n'));
    let mut reader = reader.from_reader(input);
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    let mut columns = BTreeMap::new();
    for (at, name) in header.iter().enumerate() {
        if columns.insert(name, at).is_some() {
            return Err(format!("line 1, {name}: the column is there twice"));
        }
    }
    if let Some(missing) = needed.iter().find(|name| !columns.contains_key(**name)) {
        return Err(format!("line 1, {missing}: there is no such column"));
    }
    let mut is_empty = true;
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        is_empty = false;
        each(&Row { columns: &columns, record: &record })?;
    }
    if is_empty { Err("line 2: there is nothing below the header".to_owned()) } else { Ok(()) }
}

/// A line of the file.
pub(super) struct Row<'a> {
    columns: &'a BTreeMap<&'a str, usize>,
    record: &'a csv::StringRecord,
}

impl Row<'_> {
    /// What is wrong with this column of the line.
    pub(super) fn wrong(&self, column: &str, what: impl Display) -> String {
        let line = self.record.position().map_or(0, csv::Position::line);
        format!("line {line}, {column}: {what}")
    }

    fn text(&self, column: &str) -> Result<&str, String> {
        let at = self.columns.get(column).ok_or_else(|| self.wrong(column, "there is no such column"))?;
        Ok(self.record.get(*at).unwrap_or_default())
    }

    /// The number in this column; `None` where nothing was answered.
    pub(super) fn number(&self, column: &str, range: RangeInclusive<f32>) -> Result<Option<f32>, String> {
        let text = self.text(column)?;
        if text.is_empty() {
            return Ok(None);
        }
        let number = text.parse().ok().filter(|number| range.contains(number));
        let (least, most) = (range.start(), range.end());
        let wrong = || self.wrong(column, format_args!("{text:?} is no number from {least} to {most}"));
        number.map(Some).ok_or_else(wrong)
    }

    /// The whole number in this column; `None` where nothing was answered.
    pub(super) fn whole(&self, column: &str, range: RangeInclusive<u32>) -> Result<Option<u32>, String> {
        let text = self.text(column)?;
        if text.is_empty() {
            return Ok(None);
        }
        let (least, most) = (f64::from(*range.start()), f64::from(*range.end()));
        // Some programs write whole numbers as 21.0.
        let fits = |number: &f64| number.fract() == 0.0 && (least..=most).contains(number);
        let number = text.parse().ok().filter(fits).map(|number| number as u32);
        let wrong = || self.wrong(column, format_args!("{text:?} is no whole number from {least} to {most}"));
        number.map(Some).ok_or_else(wrong)
    }

    /// The whole number in this column, which must be there.
    pub(super) fn needed(&self, column: &str, range: RangeInclusive<u32>) -> Result<u32, String> {
        self.whole(column, range)?.ok_or_else(|| self.wrong(column, "a number is needed"))
    }

    /// The code of a question in this column, from 1 on.
    pub(super) fn code(&self, column: &str, most: u8) -> Result<Option<u8>, String> {
        Ok(self.whole(column, 1..=u32::from(most))?.map(|code| code as u8))
    }

    /// The 0 or 1 in this column.
    pub(super) fn flag(&self, column: &str) -> Result<bool, String> {
        Ok(self.needed(column, 0..=1)? == 1)
    }
}
