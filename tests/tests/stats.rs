//! Statistics against naive and exact references.

// What is computed is often to be exact.
#![allow(clippy::float_cmp)]

#[path = "stats/histograms.rs"]
mod histograms;
#[path = "stats/ranks.rs"]
mod ranks;
#[path = "stats/spreads.rs"]
mod spreads;
#[path = "stats/streams.rs"]
mod streams;
