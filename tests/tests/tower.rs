//! The policies as layers of `tower`.

// Statics stand beside the test they are of.
#![allow(clippy::items_after_statements)]

#[path = "tower/support.rs"]
mod support;

#[path = "tower/breaker.rs"]
mod breaker;
#[path = "tower/deadline.rs"]
mod deadline;
#[path = "tower/limits.rs"]
mod limits;
#[path = "tower/observed.rs"]
mod observed;
#[path = "tower/preset.rs"]
mod preset;
#[path = "tower/respond.rs"]
mod respond;
#[path = "tower/retry.rs"]
mod retry;
#[path = "tower/server.rs"]
mod server;
#[path = "tower/stack.rs"]
mod stack;
#[path = "tower/timeout.rs"]
mod timeout;
