//! What one place says of a bulkhead, and what several do together.

use std::fmt;
use std::time::Duration;

/// So many wait at most, where nothing is said of it.
pub(super) const QUEUE: u32 = 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(super) limit: Option<u32>,
    pub(super) wait: Option<Duration>,
    pub(super) queue: Option<u32>,
}

impl Settings {
    pub(super) const NONE: Self = Self { limit: None, wait: None, queue: None };

    pub(super) const fn limit(limit: u32) -> Self {
        assert!(limit != 0, "bulkhead: the limit must be at least 1, else no call ever passes");
        Self { limit: Some(limit), ..Self::NONE }
    }

    pub(super) const fn wait(self, wait: Duration) -> Self {
        assert!(
            !wait.is_zero(),
            "bulkhead: `wait` must be above zero: leave it out, and calls are turned away at once"
        );
        Self { wait: Some(wait), ..self }
    }

    pub(super) const fn queue(self, queue: u32) -> Self {
        assert!(
            queue != 0,
            "bulkhead: `queue` must be at least 1: leave out `wait`, and no call waits"
        );
        Self { queue: Some(queue), ..self }
    }

    /// The limit; none is none yet.
    pub(super) const fn most(&self) -> u64 {
        match self.limit {
            Some(limit) => limit as u64,
            None => u32::MAX as u64,
        }
    }

    /// How long a call waits, in nanoseconds.
    pub(super) const fn patience(&self) -> u64 {
        let Some(wait) = self.wait else { return 0 };
        let nanos = wait.as_nanos();
        // 584 years are as good as for ever.
        #[expect(clippy::cast_possible_truncation, reason = "it fits then")]
        if nanos > u64::MAX as u128 { u64::MAX } else { nanos as u64 }
    }

    pub(super) const fn room(&self) -> u32 {
        match self.queue {
            Some(queue) => queue,
            None => QUEUE,
        }
    }
}

impl crate::keyed::Settings for Settings {
    fn merged(&self, other: &Self) -> Result<Self, Vec<&'static str>> {
        fn differ<T: PartialEq + Copy>(one: Option<T>, other: Option<T>) -> bool {
            one.is_some() && other.is_some() && one != other
        }
        let differing = [
            (differ(self.limit, other.limit), "limit"),
            (differ(self.wait, other.wait), "wait"),
            (differ(self.queue, other.queue), "queue"),
        ];
        let contradicting: Vec<_> =
            differing.iter().filter_map(|(differ, name)| differ.then_some(*name)).collect();
        if !contradicting.is_empty() {
            return Err(contradicting);
        }
        Ok(Self {
            limit: self.limit.or(other.limit),
            wait: self.wait.or(other.wait),
            queue: self.queue.or(other.queue),
        })
    }

    fn is_silent(&self) -> bool {
        *self == Self::NONE
    }

    fn entries(&self, said: &mut fmt::DebugSet<'_, '_>) {
        if let Some(limit) = self.limit {
            said.entry(&format_args!("limit = {limit}"));
        }
        if let Some(wait) = self.wait {
            said.entry(&format_args!("wait = {wait:?}"));
        }
        if let Some(queue) = self.queue {
            said.entry(&format_args!("queue = {queue}"));
        }
    }
}
