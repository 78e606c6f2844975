//! Time-outs and deadlines, in virtual time.

#[path = "timeout/asynchronous.rs"]
mod asynchronous;
#[path = "timeout/carried.rs"]
mod carried;
#[path = "timeout/cooperative.rs"]
mod cooperative;
#[path = "timeout/nested.rs"]
mod nested;
#[path = "timeout/pooled.rs"]
mod pooled;
#[path = "timeout/support.rs"]
mod support;
#[path = "timeout/text.rs"]
mod text;
