//! The attribute macros of dyno; use them through the `dyno` crate.
