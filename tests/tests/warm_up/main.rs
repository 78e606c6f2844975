//! Building a whole program before it works.
//!
//! This binary is the program: a warm-up builds all of it. Each test gives itself a world of its own
//! and fakes for what it looks at, so that they run side by side.

#![allow(missing_docs, reason = "test functions speak for themselves")]
#![allow(clippy::unnecessary_wraps, reason = "its fakes fail")]

mod asynchronous;
mod failures;
mod flow;
mod program;
mod report;
#[allow(dead_code, reason = "shared with the other tests of injection")]
#[path = "../injection/support.rs"]
mod support;

dyno::graph_test!();
