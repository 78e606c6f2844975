//! Time-outs and deadlines, in virtual time.

#[path = "timeout/asynchronous.rs"]
mod asynchronous;
#[path = "timeout/support.rs"]
mod support;
