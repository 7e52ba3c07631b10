//! `matchmaking-server import FILE`: people from a CSV or JSONL file.

mod columns;
mod rows;
mod values;

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Write},
    path::PathBuf,
};

use chrono::NaiveDate;
use clap::ValueEnum;
use indicatif::ProgressBar;
use matchmaking_core::{
    error::StoreError,
    model::Profile,
    service::enrolment::{EnrolError, Enrolled, Enrolment},
};

use super::{Failure, offline::with_services, progress};
use crate::config::Config;

use self::rows::{Line, Refusal, csv_rows, json_row};

/// The longest line of a JSONL file, in bytes.
const LINE_MAX: u64 = 1 << 20;

/// What `import` is told.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Arguments {
    /// The file: `.csv` with a header, or `.jsonl` with one object a line, UTF-8
    pub(super) file: PathBuf,
    /// Check every line and write nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// What the file is, when its name does not tell
    #[arg(long, value_enum)]
    pub(super) format: Option<Format>,
}

/// What a file of people is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Comma-separated, with a header.
    Csv,
    /// One JSON object a line.
    Jsonl,
}

/// How many lines came to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Report {
    /// People who were not there.
    pub(super) created: u64,
    /// People who were there and about whom something was new.
    pub(super) updated: u64,
    /// People who were there as they are.
    pub(super) unchanged: u64,
    /// Lines that were refused.
    pub(super) refused: u64,
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { created, updated, unchanged, refused } = self;
        write!(f, "{created} new, {updated} updated, {unchanged} unchanged, {refused} refused")
    }
}

/// Why an import stopped. What was done until then stays.
#[derive(Debug, thiserror::Error)]
pub(super) enum ImportError {
    /// The file's name does not tell what it is.
    #[error("{0}: the name ends neither in .csv nor in .jsonl: say --format csv or --format jsonl")]
    UnknownFormat(String),
    /// The file cannot be read.
    #[error("{0}: {1}")]
    File(String, #[source] io::Error),
    /// The file has no header that can be read.
    #[error("the header cannot be read: {0}")]
    Header(#[from] csv::Error),
    /// What is reported cannot be written.
    #[error("the report cannot be written: {0}")]
    Output(#[from] io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Runs the subcommand. Fails when any line was refused, after all others have gone in.
pub(super) fn run(config: &Config, arguments: &Arguments) -> Result<(), Failure> {
    let report = with_services(config, async |offline| {
        let enrolment = offline.enrolment();
        let today = offline.services.people.today();
        let mut out = io::stdout();
        let imported = import_file(arguments, &enrolment, today, &mut out).await;
        imported.map_err(|error| Failure::Other(format!("import: {error}")))
    })?;
    match report.refused {
        0 => Ok(()),
        refused => Err(Failure::Other(format!("import: {refused} lines were refused"))),
    }
}

/// Brings the people of a file in. Refused lines are written to `out` as they are found, one for each wrong
/// field; the others go in all the same. Progress is drawn on standard error when that is a terminal.
async fn import_file(
    args: &Arguments,
    enrolment: &Enrolment,
    today: NaiveDate,
    out: &mut (dyn Write + Send),
) -> Result<Report, ImportError> {
    let name = args.file.display().to_string();
    let format = format_of(args).ok_or_else(|| ImportError::UnknownFormat(name.clone()))?;
    let file = File::open(&args.file).map_err(|error| ImportError::File(name.clone(), error))?;
    let bytes = file.metadata().map_err(|error| ImportError::File(name.clone(), error))?.len();
    let bar = progress::bar(bytes, "{bar:40} {bytes}/{total_bytes} {eta}");
    let input = bar.wrap_read(file);
    let mut import =
        Import { enrolment, dry_run: args.dry_run, bar: bar.clone(), out, report: Report::default() };
    let mut unknown = Vec::new();
    match format {
        Format::Csv => {
            for row in csv_rows(input, today, &mut unknown)? {
                import.take(row).await?;
            }
        }
        Format::Jsonl => {
            let mut input = BufReader::new(input);
            let mut line = 0;
            loop {
                line += 1;
                let next = next_line(&mut input).map_err(|error| ImportError::File(name.clone(), error))?;
                let row = match next {
                    Bytes::End => break,
                    Bytes::Line(bytes) => json_row(line, &bytes, today, &mut unknown),
                    Bytes::TooLong => Some(Err(vec![Refusal {
                        line,
                        field: String::new(),
                        reason: format!("is longer than {LINE_MAX} bytes"),
                    }])),
                };
                if let Some(row) = row {
                    import.take(row).await?;
                }
            }
        }
    }
    let report = import.report;
    bar.finish_and_clear();
    if !unknown.is_empty() {
        writeln!(out, "columns that mean nothing here, not read: {}", unknown.join(", "))?;
    }
    writeln!(out, "{report}{}", if args.dry_run { " (dry run: nothing was written)" } else { "" })?;
    Ok(report)
}

/// An import under way.
struct Import<'a> {
    enrolment: &'a Enrolment,
    dry_run: bool,
    bar: ProgressBar,
    out: &'a mut (dyn Write + Send),
    report: Report,
}

impl Import<'_> {
    async fn take(&mut self, row: Line) -> Result<(), ImportError> {
        let row = match row {
            Ok(row) => row,
            Err(refusals) => return self.refuse(&refusals),
        };
        let change = |profile: &mut Profile| row.apply(profile);
        let enrolled = if self.dry_run {
            self.enrolment.rehearse(&row.identities, change).await
        } else {
            self.enrolment.enrol(&row.identities, change).await
        };
        match enrolled {
            Ok(Enrolled::Created(_)) => self.report.created += 1,
            Ok(Enrolled::Updated(_)) => self.report.updated += 1,
            Ok(Enrolled::Unchanged(_)) => self.report.unchanged += 1,
            Err(EnrolError::Store(error)) => return Err(error.into()),
            Err(error) => {
                let field = match &error {
                    EnrolError::Conflict(kind) | EnrolError::NotTheirs(kind) => rows::Known::ALL
                        .iter()
                        .find(|known| known.kind() == *kind)
                        .map(|known| known.column()),
                    EnrolError::BadProfile(matchmaking_core::scoring::ScoringError::BadPerson {
                        field,
                        ..
                    }) => Some(*field),
                    _ => None,
                };
                let reason = match &error {
                    EnrolError::BadProfile(_) => "is out of range together with what was known".to_owned(),
                    other => other.to_string(),
                };
                return self.refuse(&[Refusal {
                    line: row.line,
                    field: field.unwrap_or_default().to_owned(),
                    reason,
                }]);
            }
        }
        Ok(())
    }

    fn refuse(&mut self, refusals: &[Refusal]) -> Result<(), ImportError> {
        self.report.refused += 1;
        let out = &mut self.out;
        self.bar.suspend(|| {
            refusals.iter().try_for_each(|Refusal { line, field, reason }| {
                if field.is_empty() {
                    writeln!(out, "line {line}: {reason}")
                } else {
                    writeln!(out, "line {line}, {field}: {reason}")
                }
            })
        })?;
        Ok(())
    }
}

fn format_of(args: &Arguments) -> Option<Format> {
    args.format.or_else(|| match args.file.extension()?.to_str()?.to_lowercase().as_str() {
        "csv" => Some(Format::Csv),
        "jsonl" | "ndjson" => Some(Format::Jsonl),
        _ => None,
    })
}

/// A line of a file.
enum Bytes {
    Line(Vec<u8>),
    TooLong,
    End,
}

/// The next line, without more of it in memory than is allowed.
fn next_line(input: &mut impl BufRead) -> io::Result<Bytes> {
    let mut line = Vec::new();
    if input.by_ref().take(LINE_MAX).read_until(b'\n', &mut line)? == 0 {
        return Ok(Bytes::End);
    }
    if line.len() as u64 == LINE_MAX && line.last() != Some(&b'\n') {
        input.skip_until(b'\n')?;
        return Ok(Bytes::TooLong);
    }
    Ok(Bytes::Line(line))
}

#[cfg(test)]
mod tests;
