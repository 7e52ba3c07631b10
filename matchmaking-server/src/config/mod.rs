//! What the operator decides.

pub mod limits;
