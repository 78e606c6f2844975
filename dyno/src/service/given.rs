//! What is said of a policy that others may share.

use std::time::Duration;

use crate::breaker::{self, Breaker};
use crate::limit::{Bulkhead, Rate};

/// By which breaker.
#[derive(Clone, Copy)]
pub(super) enum Guard {
    None,
    /// That of the default set, which gives way to a balancer.
    Default(breaker::Settings),
    Own(breaker::Settings),
    Shared(&'static Breaker),
}

/// In which bulkhead.
#[derive(Clone, Copy)]
pub(super) enum Places {
    None,
    Own { limit: u32, wait: Option<Duration>, queue: Option<u32> },
    Shared(&'static Bulkhead),
}

/// At which rate.
#[derive(Clone, Copy)]
pub(super) enum Pace {
    None,
    Own { calls: u32, per: Duration, burst: Option<u32>, wait: Option<Duration> },
    Shared(&'static Rate),
}
