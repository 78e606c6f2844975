//! Percentiles, means and spreads, of slices and of streams.
//!
//! Functions take a slice of numbers or of [`Duration`](std::time::Duration)s, and leave it as it
//! is; [`Running`] takes one value at a time and keeps none; a [`Histogram`] counts them in bins.
//!
//! ```
//! use std::time::Duration;
//! use dyno::stats;
//!
//! let took = [12, 15, 11, 14, 98].map(Duration::from_millis);
//! assert_eq!(stats::median(&took), Some(Duration::from_millis(14)));
//! assert_eq!(stats::percentile(99, &took), Some(Duration::from_millis(98)));
//! assert_eq!(stats::mean(&took), Some(Duration::from_millis(30)));
//!
//! let mut running = stats::Running::new();
//! running.extend(took);
//! assert_eq!(running.mean(), Some(0.03)); // of durations, in seconds
//! ```

#![doc = include_str!("../../docs/stats_module.md")]

mod bins;
mod histogram;
mod rank;
mod running;
mod sample;
mod show;
mod spread;

pub use bins::Bins;
pub use histogram::{Bin, Histogram};
pub use rank::{max, median, min, percentile, percentiles};
pub use running::Running;
pub use sample::Sample;
pub use spread::{mean, population_stdev, population_variance, stdev, variance};
