//! What `#[inject]` promises, written as its users write.
//!
//! Nothing here asks for a warm-up: that builds all that a program declares, and the providers of
//! these tests count, fail and wait for each other. See `warm_up` and `graph` for both.

#![allow(missing_docs, reason = "test functions speak for themselves")]
#![allow(
    clippy::redundant_closure,
    clippy::trivially_copy_pass_by_ref,
    clippy::unnecessary_wraps,
    clippy::unused_async,
    clippy::unused_self,
    reason = "providers and hooks have the signatures that are tried here"
)]

mod asynchronous;
mod cycles;
mod derived;
mod failures;
mod fallbacks;
mod handles;
mod identity;
mod order;
mod pools;
mod shutdown;
mod support;
mod swaps;
mod swaps_async;
mod swaps_attribute;
mod swaps_threads;
mod tags;
mod tenants;
