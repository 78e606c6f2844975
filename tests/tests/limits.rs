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
