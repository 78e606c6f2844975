//! What one place says of a pool, and what several do together.

use std::fmt;
use std::time::Duration;

use super::blocking::{IDLE, Limits};
use crate::shared;

const SIZE: u32 = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(super) size: Option<u32>,
    pub(super) queue: Option<u32>,
    pub(super) idle: Option<Duration>,
}

impl Settings {
    pub(super) const NONE: Self = Self { size: None, queue: None, idle: None };

    #[track_caller]
    pub(super) const fn size(self, threads: u32) -> Self {
        assert!(
            threads != 0,
            "pool: `size` must be at least 1: without a thread no call ever runs"
        );
        Self { size: Some(threads), ..self }
    }

    #[track_caller]
    pub(super) const fn queue(self, calls: u32) -> Self {
        assert!(calls != 0, "pool: `queue` must be at least 1: leave it out, and no call waits");
        Self { queue: Some(calls), ..self }
    }

    #[track_caller]
    pub(super) const fn idle(self, time: Duration) -> Self {
        assert!(!time.is_zero(), "pool: `idle` must be above zero, else no thread is used again");
        Self { idle: Some(time), ..self }
    }

    pub(super) const fn limits(&self) -> Limits {
        let size = match self.size {
            Some(size) => size,
            None => SIZE,
        };
        let queue = match self.queue {
            Some(queue) => queue,
            None => 0,
        };
        let idle = match self.idle {
            Some(idle) => idle,
            None => IDLE,
        };
        Limits { size: size as usize, queue: queue as usize, idle }
    }

    /// `limits` with what is said here.
    pub(super) fn over(&self, limits: Limits) -> Limits {
        let said = self.limits();
        Limits {
            size: if self.size.is_some() { said.size } else { limits.size },
            queue: if self.queue.is_some() { said.queue } else { limits.queue },
            idle: if self.idle.is_some() { said.idle } else { limits.idle },
        }
    }
}

impl shared::Settings for Settings {
    fn merged(&self, other: &Self) -> Result<Self, Vec<&'static str>> {
        fn differ<T: PartialEq + Copy>(one: Option<T>, other: Option<T>) -> bool {
            one.is_some() && other.is_some() && one != other
        }
        let differing = [
            (differ(self.size, other.size), "size"),
            (differ(self.queue, other.queue), "queue"),
            (differ(self.idle, other.idle), "idle"),
        ];
        let contradicting: Vec<_> =
            differing.iter().filter_map(|(differ, name)| differ.then_some(*name)).collect();
        if !contradicting.is_empty() {
            return Err(contradicting);
        }
        Ok(Self {
            size: self.size.or(other.size),
            queue: self.queue.or(other.queue),
            idle: self.idle.or(other.idle),
        })
    }

    fn is_silent(&self) -> bool {
        *self == Self::NONE
    }

    fn entries(&self, said: &mut fmt::DebugSet<'_, '_>) {
        if let Some(size) = self.size {
            said.entry(&format_args!("size = {size}"));
        }
        if let Some(queue) = self.queue {
            said.entry(&format_args!("queue = {queue}"));
        }
        if let Some(idle) = self.idle {
            said.entry(&format_args!("idle = {idle:?}"));
        }
    }
}
