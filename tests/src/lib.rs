//! Behaviour tests of dyno: one binary an area under `tests/`, compile-fail cases under `ui/`.

/// The programs of the README are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
