//! The limits through their runtime.

#[path = "limits/bulkhead.rs"]
mod bulkhead;
#[path = "limits/bulkhead_keyed.rs"]
mod bulkhead_keyed;
#[path = "limits/bulkhead_modelled.rs"]
mod bulkhead_modelled;
#[path = "limits/bulkhead_named.rs"]
mod bulkhead_named;
#[path = "limits/bulkhead_storms.rs"]
mod bulkhead_storms;
#[path = "limits/bulkhead_waiting.rs"]
mod bulkhead_waiting;
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
