//! `http` over real sockets of this machine.
//!
//! Real sockets know no virtual time. Where a test is about something else, the client has no time
//! limits and the clock stands still: pauses and open circuits take none of the test's time, and the
//! outcome does not depend on how fast the machine is.

#[path = "http/balanced.rs"]
mod balanced;
#[path = "http/bodies.rs"]
mod bodies;
#[path = "http/bound.rs"]
mod bound;
#[path = "http/circuits.rs"]
mod circuits;
#[path = "http/defaults.rs"]
mod defaults;
#[path = "http/edges.rs"]
mod edges;
#[path = "http/errors.rs"]
mod errors;
#[path = "http/fallbacks.rs"]
mod fallbacks;
#[path = "http/limits.rs"]
mod limits;
#[path = "http/metrics.rs"]
mod metrics;
#[path = "http/requests.rs"]
mod requests;
#[path = "http/retries.rs"]
mod retries;
#[path = "http/secrets.rs"]
mod secrets;
#[path = "http/support.rs"]
mod support;
#[path = "http/timeouts.rs"]
mod timeouts;
