//! CPU time of threads and processes, in nanoseconds, as Linux keeps it in `/proc`. Nothing but a file is read, so
//! that no `unsafe` and no dependency is needed.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

/// The CPU time of one thread. Up to date whenever the thread sleeps; while it runs, a few milliseconds old.
#[derive(Debug, Clone)]
pub struct ThreadClock(PathBuf);

impl ThreadClock {
    /// The clock of the thread that calls.
    pub fn here() -> io::Result<Self> {
        Ok(Self(Path::new("/proc").join(fs::read_link("/proc/thread-self")?).join("schedstat")))
    }

    /// What it spent so far.
    pub fn spent(&self) -> io::Result<Duration> {
        let line = fs::read_to_string(&self.0)?;
        let nanos = line.split(' ').next().and_then(|first| first.parse().ok());
        nanos.map(Duration::from_nanos).ok_or_else(|| io::Error::other("schedstat is no number"))
    }
}

/// What the living threads of a process spent so far. Threads that ended in between are not seen.
pub fn of_process(process: u32) -> io::Result<Duration> {
    let mut spent = Duration::ZERO;
    for task in fs::read_dir(format!("/proc/{process}/task"))? {
        // A thread may end between being listed and being read.
        spent += ThreadClock(task?.path().join("schedstat")).spent().unwrap_or_default();
    }
    Ok(spent)
}

/// The memory of a process that is in RAM, in bytes.
pub fn resident(process: u32) -> io::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kib.map(|kib| kib << 10).ok_or_else(|| io::Error::other("VmRSS is not told"))
}
