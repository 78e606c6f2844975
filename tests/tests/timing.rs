//! Timing: recordings, spans and marks, and what is made of them.

#[path = "timing/support.rs"]
mod support;

#[path = "timing/chrome.rs"]
mod chrome;
#[path = "timing/policies.rs"]
mod policies;
#[path = "timing/predecessor.rs"]
mod predecessor;
#[path = "timing/properties.rs"]
mod properties;
#[path = "timing/report.rs"]
mod report;
#[path = "timing/resources.rs"]
mod resources;
#[path = "timing/serialized.rs"]
mod serialized;
#[path = "timing/spans.rs"]
mod spans;
#[path = "timing/svg.rs"]
mod svg;
#[path = "timing/tasks.rs"]
mod tasks;
#[path = "timing/threads.rs"]
mod threads;
#[path = "timing/timer.rs"]
mod timer;
#[path = "timing/tracing_crate.rs"]
mod tracing_crate;
