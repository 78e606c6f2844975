//! Percentiles, means and spreads, of slices and of streams.
