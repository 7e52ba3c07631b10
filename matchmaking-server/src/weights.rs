//! The table of weights that people are scored by: a file in the folder of data, or the built-in one.

use std::{
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use matchmaking_core::scoring::{ScoringError, Weights};

/// The file of the table in the folder of data. `train` writes it.
const FILE: &str = "weights.txt";

/// The most bytes of a table that are read. A whole one has about two thousand.
const BYTES_MAX: u64 = 64 << 10;

/// Why the table cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// Which file.
        path: String,
        /// Why not.
        source: io::Error,
    },
    /// What the file says is no table.
    #[error("{path}: {source}")]
    Bad {
        /// Which file.
        path: String,
        /// What is wrong.
        source: ScoringError,
    },
}

/// Where the table is.
#[must_use]
pub fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}

/// The table in the folder of data; the built-in one where there is none.
///
/// # Errors
///
/// [`WeightsError`] names the file.
pub fn load(data_dir: &Path) -> Result<Weights, WeightsError> {
    let file = path(data_dir);
    let named = || file.display().to_string();
    let mut text = String::new();
    let read = std::fs::File::open(&file).and_then(|file| file.take(BYTES_MAX).read_to_string(&mut text));
    match read.map(|_| text) {
        Ok(text) => text.parse().map_err(|source| WeightsError::Bad { path: named(), source }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Weights::DEFAULT),
        Err(source) => Err(WeightsError::Read { path: named(), source }),
    }
}

/// Writes a table in place of the one that is there, beside it at first, so that nobody ever reads half of one.
///
/// # Errors
///
/// Those of writing; then what was there is as it was.
pub fn save(file: &Path, weights: &Weights) -> io::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    let written = || {
        let mut new = std::fs::File::create(&beside)?;
        new.write_all(weights.to_text().as_bytes())?;
        new.sync_all()?;
        std::fs::rename(&beside, file)
    };
    written().inspect_err(|_| {
        // It may not have come so far.
        let _ = std::fs::remove_file(&beside);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_takes_the_place_of_another_or_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = path(folder.path());
        std::fs::write(&file, "half a tab").unwrap();
        save(&file, &Weights::DEFAULT).unwrap();
        assert_eq!(load(folder.path()).unwrap(), Weights::DEFAULT);
        let taken = folder.path().join("taken");
        std::fs::create_dir_all(taken.join("in it")).unwrap();
        save(&taken, &Weights::DEFAULT).unwrap_err();
        let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert_eq!(names.collect::<std::collections::BTreeSet<_>>(), ["taken".into(), FILE.into()].into());
    }

    #[test]
    fn the_table_is_the_file_where_there_is_one() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(load(folder.path()).unwrap(), Weights::DEFAULT);
        let other = Weights::DEFAULT.with_average(0.3).unwrap();
        std::fs::write(path(folder.path()), other.to_text()).unwrap();
        assert_eq!(load(folder.path()).unwrap(), other);
        std::fs::write(path(folder.path()), "matchmaking-weights 9").unwrap();
        let refused = load(folder.path()).unwrap_err().to_string();
        assert!(refused.contains("weights.txt") && refused.contains("version 9"), "{refused}");
    }
}
