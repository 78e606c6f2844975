//! Who waits for what moment.

use std::collections::BTreeMap;
use std::task::Waker;

use super::Instant;

/// Wakers by the moment they wait for; equal moments in the order in which they came.
#[derive(Debug)]
pub(super) struct Timers {
    waiting: BTreeMap<Key, Waker>,
    next: u64,
}

/// One wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    deadline: Instant,
    number: u64,
}

impl Timers {
    pub(super) const fn new() -> Self {
        Self { waiting: BTreeMap::new(), next: 0 }
    }

    /// Adds a wait, or renews the waker of one; `true` when it is now the first of all.
    pub(super) fn put(&mut self, key: &mut Option<Key>, deadline: Instant, waker: &Waker) -> bool {
        let new = key.is_none();
        let key = *key.get_or_insert_with(|| {
            self.next += 1;
            Key { deadline, number: self.next }
        });
        match self.waiting.get_mut(&key) {
            Some(old) => old.clone_from(waker),
            None => drop(self.waiting.insert(key, waker.clone())),
        }
        new && self.waiting.first_key_value().is_some_and(|(first, _)| *first == key)
    }

    pub(super) fn remove(&mut self, key: &mut Option<Key>) -> Option<Waker> {
        self.waiting.remove(&key.take()?)
    }

    /// Takes out all whose moment has come, the earliest first.
    pub(super) fn due(&mut self, now: Instant) -> Vec<Waker> {
        let mut due = Vec::new();
        while let Some(first) = self.waiting.first_entry() {
            if first.key().deadline > now {
                break;
            }
            due.push(first.remove());
        }
        due
    }

    pub(super) fn first(&self) -> Option<Instant> {
        self.waiting.first_key_value().map(|(key, _)| key.deadline)
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanos: u64) -> Instant {
        Instant::from_nanos(nanos)
    }

    #[test]
    fn what_is_due_comes_out_and_the_rest_stays() {
        let mut timers = Timers::new();
        let (mut late, mut early, mut gone) = (None, None, None);
        assert!(timers.put(&mut late, at(30), Waker::noop()));
        assert!(timers.put(&mut early, at(10), Waker::noop()));
        assert!(!timers.put(&mut gone, at(20), Waker::noop()));
        assert!(!timers.put(&mut early, at(10), Waker::noop()));
        assert_eq!((timers.len(), timers.first()), (3, Some(at(10))));
        assert!(timers.remove(&mut gone).is_some());
        assert!(timers.remove(&mut gone).is_none());
        assert_eq!(timers.due(at(29)).len(), 1);
        assert_eq!((timers.len(), timers.first()), (1, Some(at(30))));
    }
}
