//! Metrics through their runtime.

#[path = "metrics/support.rs"]
mod support;

#[path = "metrics/basics.rs"]
mod basics;
#[path = "metrics/latency.rs"]
mod latency;
#[path = "metrics/policies.rs"]
mod policies;
#[path = "metrics/predecessors.rs"]
mod predecessors;
#[path = "metrics/text.rs"]
mod text;
#[path = "metrics/threads.rs"]
mod threads;
#[path = "metrics/windows.rs"]
mod windows;
