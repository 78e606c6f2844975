//! The cache through its runtime.

#[path = "cache/support.rs"]
mod support;

#[path = "cache/backends.rs"]
mod backends;
#[path = "cache/basics.rs"]
mod basics;
#[path = "cache/counting.rs"]
mod counting;
#[path = "cache/curves.rs"]
mod curves;
#[path = "cache/errors.rs"]
mod errors;
#[path = "cache/evicting.rs"]
mod evicting;
#[path = "cache/flights.rs"]
mod flights;
#[path = "cache/names.rs"]
mod names;
#[path = "cache/properties.rs"]
mod properties;
#[path = "cache/sites.rs"]
mod sites;
#[path = "cache/stale.rs"]
mod stale;
#[path = "cache/tasks.rs"]
mod tasks;
