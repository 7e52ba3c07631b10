//! What the benchmarks have in common: CPU time, an HTTP load, a server process, and how a ratio is reported.
//!
//! Everything is judged by ratios between two sides that are measured in turn in the same run, and servers by
//! their CPU time: what else runs on the machine changes both sides alike, or neither.

pub mod child;
pub mod cpu;
pub mod crowd;
pub mod load;
pub mod members;
pub mod report;
pub mod socket;
