//! The limits through their runtime.

#[path = "limits/rate.rs"]
mod rate;
#[path = "limits/rate_bound.rs"]
mod rate_bound;
#[path = "limits/rate_keyed.rs"]
mod rate_keyed;
#[path = "limits/rate_named.rs"]
mod rate_named;
#[path = "limits/rate_waiting.rs"]
mod rate_waiting;
