//! Balancers through their runtime.

#[path = "balance/asked.rs"]
mod asked;
#[path = "balance/changed.rs"]
mod changed;
#[path = "balance/health.rs"]
mod health;
#[path = "balance/neutral.rs"]
mod neutral;
#[path = "balance/policies.rs"]
mod policies;
#[path = "balance/recovers.rs"]
mod recovers;
#[path = "balance/resolved.rs"]
mod resolved;
#[path = "balance/shared.rs"]
mod shared;
#[path = "balance/sticky.rs"]
mod sticky;
#[path = "balance/storms.rs"]
mod storms;
#[path = "balance/support.rs"]
mod support;
#[path = "balance/targets.rs"]
mod targets;
#[path = "balance/told.rs"]
mod told;
#[path = "balance/waits.rs"]
mod waits;
