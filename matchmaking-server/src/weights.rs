//! The table of weights that people are scored by: a file in the folder of data, or the built-in one.

use std::{
    io,
    path::{Path, PathBuf},
};

use matchmaking_core::scoring::{ScoringError, Weights};

/// The file of the table in the folder of data. `train` writes it.
const FILE: &str = "weights.txt";

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
    match std::fs::read_to_string(&file) {
        Ok(text) => text.parse().map_err(|source| WeightsError::Bad { path: named(), source }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Weights::DEFAULT),
        Err(source) => Err(WeightsError::Read { path: named(), source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
