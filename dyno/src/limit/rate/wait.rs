//! Waiting for one's turn, first come, first served.
//!
//! Nobody's turn is fixed beforehand: the first in line sleeps until the next call may pass, takes
//! its leave then, at the moment at which it is awake, and hands the line over. So those behind move
//! up when somebody leaves, and late wake-ups put calls off instead of letting two pass at once.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::MutexGuard;
use std::task::{Context, Poll, Waker};

use super::Rate;
use super::enter::Real;
use super::settings::Settings;
use crate::ambient;
use crate::clock::{self, Instant, Sleep};
use crate::limit::refused::Refused;

/// What a wait may last longer than it was allowed to, in nanoseconds, as wake-ups are late. For one
/// that is first and does not look after its turn nobody waits longer than that, either.
const GRACE: u64 = 50_000_000;

/// Who waits, and what is behind the same lock.
pub(super) struct Line {
    queue: VecDeque<Waiter>,
    next: u64,
    /// What the rate has been changed to.
    pub(super) changed: Option<Settings>,
}

struct Waiter {
    /// Rising along the queue.
    number: u64,
    waker: Waker,
}

impl Line {
    pub(super) const fn new() -> Self {
        Self { queue: VecDeque::new(), next: 0, changed: None }
    }

    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// The wakers of all, who will look where they stand and leave new ones.
    pub(super) fn wakers(&mut self) -> Vec<Waker> {
        self.queue.iter_mut().map(Waiter::take).collect()
    }

    fn join(&mut self, waker: Waker) -> u64 {
        self.next += 1;
        self.queue.push_back(Waiter { number: self.next, waker });
        self.next
    }

    /// Where it stands: 0 is the first.
    fn position(&self, number: u64) -> usize {
        self.queue.partition_point(|waiter| waiter.number < number)
    }

    /// What is to be done of its going, outside of the lock.
    fn leave(&mut self, number: u64) -> Gone {
        let at = self.position(number);
        let own = self.queue.remove(at).map(|waiter| waiter.waker);
        let next = if at == 0 { self.queue.front_mut().map(Waiter::take) } else { None };
        Gone { _own: own, next }
    }
}

impl Waiter {
    fn take(&mut self) -> Waker {
        std::mem::replace(&mut self.waker, Waker::noop().clone())
    }
}

/// Wakers are somebody else's code: they are woken and dropped outside of the lock.
#[must_use]
struct Gone {
    _own: Option<Waker>,
    /// That of the one who is first now.
    next: Option<Waker>,
}

impl Gone {
    fn tell(self) {
        if let Some(next) = self.next {
            wake(next);
        }
    }
}

/// Somebody else's code, whose panic must end neither this call nor the wait of others.
pub(super) fn wake(waker: Waker) {
    drop(catch_unwind(AssertUnwindSafe(|| waker.wake())));
}

/// Until when one waits, in nanoseconds.
#[derive(Clone, Copy)]
struct Limits {
    until: u64,
    deadline: u64,
}

/// Why one waits no longer.
#[derive(Clone, Copy)]
enum Late {
    Wait,
    Deadline,
}

impl Limits {
    fn of(now: u64, wait: u64, deadline: Option<Instant>) -> Self {
        let deadline = deadline.map_or(u64::MAX, Instant::as_nanos);
        Self { until: now.saturating_add(wait), deadline }
    }

    /// Whether a turn at `turn` comes too late for one who is to begin to wait.
    fn before(self, turn: u64) -> Option<Late> {
        if turn > self.until { Some(Late::Wait) } else { self.by_deadline(turn) }
    }

    /// The same for one who waits.
    fn meanwhile(self, turn: u64) -> Option<Late> {
        if turn >= self.patience() { Some(Late::Wait) } else { self.by_deadline(turn) }
    }

    fn by_deadline(self, turn: u64) -> Option<Late> {
        (turn >= self.deadline).then_some(Late::Deadline)
    }

    fn patience(self) -> u64 {
        self.until.saturating_add(GRACE)
    }

    /// When to look at the latest.
    fn end(self) -> u64 {
        self.patience().min(self.deadline)
    }
}

/// Leave to make one call, as soon as it is one's turn. Who drops it gives its place back.
pub(super) struct Waiting<'a> {
    rate: &'a Rate,
    limits: Option<Limits>,
    place: Option<u64>,
    /// Until when, and that.
    sleep: Option<(u64, Sleep)>,
}

/// What to do next.
enum Step<'a> {
    Done(Result<(), Refused<'a>>),
    /// Until woken, or until this moment.
    Sleep(u64),
}

impl<'a> Waiting<'a> {
    pub(super) const fn new(rate: &'a Rate) -> Self {
        Self { rate, limits: None, place: None, sleep: None }
    }

    /// Waits with the thread.
    pub(super) fn block(mut self) -> Result<(), Refused<'a>> {
        let mut until = None;
        loop {
            let (end, mut next) = (until, until);
            let woken = clock::block_on(
                poll_fn(|cx| match self.step(cx.waker()) {
                    Step::Done(done) => Poll::Ready(Some(done)),
                    Step::Sleep(moment) if next == Some(moment) => Poll::Pending,
                    Step::Sleep(moment) => {
                        next = Some(moment);
                        Poll::Ready(None)
                    }
                }),
                end.map(Instant::from_nanos),
            );
            if let Some(Some(done)) = woken {
                return done;
            }
            until = next;
        }
    }

    fn step(&mut self, waker: &Waker) -> Step<'a> {
        match self.place {
            None => self.join(waker),
            Some(place) => self.look(place, waker),
        }
    }

    fn join(&mut self, waker: &Waker) -> Step<'a> {
        let own = waker.clone();
        let deadline = ambient::deadline();
        let mut line = self.rate.line();
        let now = self.rate.core.hold(&Real);
        let limits = Limits::of(now, self.rate.wait_nanos(), deadline);
        let left = self.rate.core.left(line.len(), now);
        let late = if left == 0 && line.is_empty() {
            self.rate.core.take_held(now).is_err().then_some(Late::Wait)
        } else {
            match limits.before(now.saturating_add(left)) {
                Some(late) => Some(late),
                None => {
                    (self.limits, self.place) = (Some(limits), Some(line.join(own)));
                    let first = line.len() == 1;
                    return Step::Sleep(if first { now + left } else { limits.end() });
                }
            }
        };
        if line.is_empty() {
            self.rate.core.release();
        }
        drop(line);
        Step::Done(late.map_or(Ok(()), |late| Err(self.refused(left, late))))
    }

    fn look(&mut self, place: u64, waker: &Waker) -> Step<'a> {
        let Some(limits) = self.limits else { return Step::Sleep(0) };
        let own = waker.clone();
        let mut line = self.rate.line();
        let now = clock::now().as_nanos();
        let at = line.position(place);
        let left = self.rate.core.left(at, now);
        let done = match limits.meanwhile(now.saturating_add(left)) {
            Some(late) => Some(Err(self.refused(left, late))),
            None if at == 0 => self.rate.core.take_held(now).ok().map(Ok),
            None => None,
        };
        if let Some(done) = done {
            self.leave(line);
            return Step::Done(done);
        }
        let old = line.queue.get_mut(at).map(|waiter| std::mem::replace(&mut waiter.waker, own));
        drop(line);
        drop(old);
        Step::Sleep(if at == 0 { now + left } else { limits.end() })
    }

    fn refused(&self, left: u64, late: Late) -> Refused<'a> {
        match late {
            Late::Wait => Refused::limited(self.rate, left),
            Late::Deadline => Refused::limited_late(self.rate, left),
        }
    }

    /// Leaves the line to those behind.
    fn leave(&mut self, mut line: MutexGuard<'_, Line>) {
        let Some(place) = self.place.take() else { return };
        let gone = line.leave(place);
        if line.is_empty() {
            self.rate.core.release();
        }
        drop(line);
        gone.tell();
    }
}

impl<'a> Future for Waiting<'a> {
    type Output = Result<(), Refused<'a>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let end = match self.step(cx.waker()) {
                Step::Done(done) => return Poll::Ready(done),
                Step::Sleep(end) => end,
            };
            if self.sleep.as_ref().is_none_or(|(armed, _)| *armed != end) {
                let left = Instant::from_nanos(end) - clock::now();
                self.sleep = Some((end, clock::sleep_async(left)));
            }
            let Some((_, sleep)) = &mut self.sleep else { return Poll::Pending };
            if Pin::new(sleep).poll(cx).is_pending() {
                return Poll::Pending;
            }
            self.sleep = None;
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.place.is_some() {
            self.leave(self.rate.line());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::Wake;
    use std::thread;
    use std::time::Duration;

    use super::*;

    /// Tells by its count that it has been taken along.
    struct Counted;

    impl Wake for Counted {
        fn wake(self: Arc<Self>) {}
    }

    #[test]
    fn who_has_to_wait_for_the_lock_goes_by_the_time_when_he_has_it() {
        const SECOND: Duration = Duration::from_secs(1);
        let frozen = clock::freeze().manual();
        let rate = Arc::new(Rate::new("line", 10, SECOND).wait(SECOND));
        assert!(rate.try_acquire_many(10).is_ok());

        let line = rate.line();
        let counted = Arc::new(Counted);
        let there = crate::spawn({
            let (rate, waker) = (rate.clone(), Waker::from(counted.clone()));
            move || {
                let waiting = pin!(rate.enter_async());
                waiting.poll(&mut Context::from_waker(&waker)).map(|polled| polled.is_ok())
            }
        });
        while Arc::strong_count(&counted) < 3 {
            thread::yield_now();
        }
        (0..1000).for_each(|_| thread::yield_now());
        // Meanwhile others come whom the time lets in.
        frozen.advance(SECOND);
        let now = rate.core.hold(&Real);
        for _ in 0..10 {
            assert_eq!(rate.core.take_held(now), Ok(()));
        }
        rate.core.release();
        drop(line);

        assert!(there.join().expect("it ends").is_pending());
        assert!(rate.try_acquire().is_err());
    }
}
