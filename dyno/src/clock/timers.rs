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

/// What putting a waker in did.
#[must_use = "the old waker is somebody else's code, to be dropped outside of every lock"]
pub(super) struct Put {
    /// The wait is new, and the first of all.
    pub(super) first: bool,
    pub(super) old: Option<Waker>,
}

impl Timers {
    pub(super) const fn new() -> Self {
        Self { waiting: BTreeMap::new(), next: 0 }
    }

    /// Adds a wait, or renews the waker of one.
    pub(super) fn put(&mut self, key: &mut Option<Key>, deadline: Instant, waker: Waker) -> Put {
        let new = key.is_none();
        let key = *key.get_or_insert_with(|| {
            self.next += 1;
            Key { deadline, number: self.next }
        });
        let old = self.waiting.insert(key, waker);
        let first = self.waiting.first_key_value().is_some_and(|(first, _)| *first == key);
        Put { first: new && first, old }
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
        let mut put = |key: &mut _, deadline| {
            let put = timers.put(key, deadline, Waker::noop().clone());
            (put.first, put.old.is_some())
        };
        assert_eq!(put(&mut late, at(30)), (true, false));
        assert_eq!(put(&mut early, at(10)), (true, false));
        assert_eq!(put(&mut gone, at(20)), (false, false));
        assert_eq!(put(&mut early, at(10)), (false, true));
        assert_eq!((timers.len(), timers.first()), (3, Some(at(10))));
        assert!(timers.remove(&mut gone).is_some());
        assert!(timers.remove(&mut gone).is_none());
        assert_eq!(timers.due(at(29)).len(), 1);
        assert_eq!((timers.len(), timers.first()), (1, Some(at(30))));
    }
}
