//! This package is its tests, examples and benchmarks; the library target is empty.
