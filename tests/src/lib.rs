//! Behaviour tests of dyno: one binary an area under `tests/`, compile-fail cases under `ui/`, and
//! what several areas test against: a server of this machine.

pub mod loopback;

/// The programs of the README are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
