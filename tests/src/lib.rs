//! This package is its tests; its library target holds the README's code, so that it compiles.

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
