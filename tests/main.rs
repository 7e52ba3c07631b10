//! One test binary: linking the server once costs less than linking it once a file.

mod architecture;
mod kill;
mod miracle;
mod support;
