//! The breaker through its runtime.

#[path = "breaker/support.rs"]
mod support;

#[path = "breaker/contract.rs"]
mod contract;
#[path = "breaker/events.rs"]
mod events;
#[path = "breaker/excluded.rs"]
mod excluded;
#[path = "breaker/expected.rs"]
mod expected;
#[path = "breaker/fuse.rs"]
mod fuse;
#[path = "breaker/guards.rs"]
mod guards;
#[path = "breaker/half_open.rs"]
mod half_open;
#[path = "breaker/infuse.rs"]
mod infuse;
#[path = "breaker/keyed.rs"]
mod keyed;
#[path = "breaker/keyed_named.rs"]
mod keyed_named;
#[path = "breaker/listeners.rs"]
mod listeners;
#[path = "breaker/mended.rs"]
mod mended;
#[path = "breaker/model.rs"]
mod model;
#[path = "breaker/modelled.rs"]
mod modelled;
#[path = "breaker/named.rs"]
mod named;
#[path = "breaker/peers_failsafe.rs"]
mod peers_failsafe;
#[path = "breaker/peers_small.rs"]
mod peers_small;
#[path = "breaker/peers_tower.rs"]
mod peers_tower;
#[path = "breaker/permits.rs"]
mod permits;
#[path = "breaker/pybreaker.rs"]
mod pybreaker;
#[path = "breaker/python_bugs.rs"]
mod python_bugs;
#[path = "breaker/rates.rs"]
mod rates;
#[path = "breaker/ready.rs"]
mod ready;
#[path = "breaker/recovery.rs"]
mod recovery;
#[path = "breaker/reset_times.rs"]
mod reset_times;
#[path = "breaker/semantics.rs"]
mod semantics;
#[path = "breaker/store/mod.rs"]
mod store;
#[path = "breaker/stress.rs"]
mod stress;
#[path = "breaker/suspended.rs"]
mod suspended;
#[path = "breaker/threads.rs"]
mod threads;
#[path = "breaker/windows.rs"]
mod windows;
