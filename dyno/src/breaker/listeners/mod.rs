//! Listeners that are ready to be used.

mod counting;
#[cfg(feature = "log")]
mod logging;
#[cfg(feature = "tracing")]
mod tracing;

pub use counting::{Counting, Counts};
#[cfg(feature = "log")]
pub use logging::Logging;
#[cfg(feature = "tracing")]
pub use tracing::Tracing;

/// What events and records go by.
#[cfg(any(feature = "log", feature = "tracing"))]
const TARGET: &str = "dyno::breaker";
