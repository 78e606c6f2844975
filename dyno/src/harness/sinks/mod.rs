//! Sinks that are ready to be used.

#[cfg(feature = "log")]
mod logging;
#[cfg(feature = "tracing")]
mod tracing;

#[cfg(feature = "log")]
pub use logging::Logging;
#[cfg(feature = "tracing")]
pub use tracing::Tracing;

/// What events and records go by.
#[cfg(any(feature = "log", feature = "tracing"))]
const TARGET: &str = "dyno::harness";
