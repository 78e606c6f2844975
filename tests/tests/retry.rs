//! Retry through its runtime.

#[path = "retry/support.rs"]
mod support;

#[path = "retry/basics.rs"]
mod basics;
#[path = "retry/budgets.rs"]
mod budgets;
#[path = "retry/cancelled.rs"]
mod cancelled;
#[path = "retry/compound.rs"]
mod compound;
#[path = "retry/hints.rs"]
mod hints;
#[path = "retry/inline.rs"]
mod inline;
#[path = "retry/listeners.rs"]
mod listeners;
#[path = "retry/nested.rs"]
mod nested;
#[path = "retry/peers.rs"]
mod peers;
#[path = "retry/predecessors.rs"]
mod predecessors;
#[path = "retry/properties.rs"]
mod properties;
#[path = "retry/statistics.rs"]
mod statistics;
#[path = "retry/times.rs"]
mod times;
