//! The way of a call through a service: the layers from the outside in.
//!
//! deadline, metrics, timing, fallback, harness, limit of the whole call, rate, retry, balance,
//! breaker, bulkhead, limit of the attempt, call. What both ways do alike is in [`run`]; what
//! blocks or waits is in [`here`] and [`task`].

mod count;
mod here;
mod run;
mod task;

pub(super) use self::here::{call, call_on_pool};
pub(super) use self::task::call_async;
