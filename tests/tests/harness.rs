//! Errors are reported, apart from being handled.

#[path = "harness/support.rs"]
mod support;

#[path = "harness/basics.rs"]
mod basics;
#[path = "harness/extension.rs"]
mod extension;
#[path = "harness/limits.rs"]
mod limits;
#[path = "harness/logged.rs"]
mod logged;
#[path = "harness/panics.rs"]
mod panics;
#[path = "harness/serialised.rs"]
mod serialised;
#[path = "harness/sinks.rs"]
mod sinks;
#[path = "harness/threads.rs"]
mod threads;
#[path = "harness/told.rs"]
mod told;
#[path = "harness/traced.rs"]
mod traced;
