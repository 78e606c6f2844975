//! What is exported of the metrics: to a parser, a socket, a recorder, a reader.

// Counts are exact, and so are many durations; statics stand beside the test they are of.
#![allow(clippy::float_cmp, clippy::items_after_statements)]

#[path = "export/support.rs"]
mod support;

#[path = "export/every.rs"]
mod every;
#[path = "export/facade.rs"]
mod facade;
#[path = "export/otel.rs"]
mod otel;
#[path = "export/page.rs"]
mod page;
#[path = "export/prometheus.rs"]
mod prometheus;
#[path = "export/resilience4j.rs"]
mod resilience4j;
#[path = "export/statsd.rs"]
mod statsd;
