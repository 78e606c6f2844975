//! Anything that may happen to a bulkhead, compared with the simplest one there could be.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use dyno::limit::Bulkhead;
use dyno::limit::bulkhead::Permit;
use dyno::{Fault, clock};
use proptest::prelude::*;

use super::bulkhead_storms::is_at_rest;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// One that would wait.
    Come,
    /// One that takes what there is.
    Try,
    /// A call that panics.
    Panic,
    Poll(usize),
    /// The wait is dropped.
    Cancel(usize),
    Leave(usize),
    Resize(u32),
    /// So many milliseconds.
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let index = || 0..8_usize;
    prop_oneof![
        3 => Just(Step::Come),
        1 => Just(Step::Try),
        1 => Just(Step::Panic),
        3 => index().prop_map(Step::Poll),
        2 => index().prop_map(Step::Cancel),
        3 => index().prop_map(Step::Leave),
        1 => (1..4_u32).prop_map(Step::Resize),
        1 => (1..30_u64).prop_map(Step::Pass),
    ]
}

type Acquiring<'a> = Pin<Box<dyn Future<Output = Result<Permit<'a>, Fault>> + 'a>>;

/// What a bulkhead is said to be, as simply as can be.
#[derive(Default)]
struct Model {
    limit: u32,
    in_flight: u32,
    queue: VecDeque<u64>,
    /// Those that have been called and do not know yet.
    called: Vec<u64>,
}

impl Model {
    fn call(&mut self) {
        while self.in_flight < self.limit {
            let Some(first) = self.queue.pop_front() else { return };
            self.in_flight += 1;
            self.called.push(first);
        }
    }

    fn leave(&mut self) {
        self.in_flight -= 1;
        self.call();
    }

    fn has_place(&self) -> bool {
        self.in_flight < self.limit && self.queue.is_empty()
    }
}

const QUEUE: usize = 4;
const WAIT: u64 = 50;

struct Run<'a> {
    bulkhead: &'a Bulkhead,
    frozen: &'a clock::Frozen,
    model: Model,
    now: u64,
    next: u64,
    /// Number, the moment when its wait is over, the wait.
    waits: Vec<(u64, u64, Acquiring<'a>)>,
    permits: Vec<Permit<'a>>,
}

impl Run<'_> {
    fn take(&mut self, step: Step) {
        match step {
            Step::Come => self.come(),
            Step::Try => match self.bulkhead.try_acquire() {
                Ok(permit) => {
                    assert!(self.model.has_place());
                    self.model.in_flight += 1;
                    self.permits.push(permit);
                }
                Err(_) => assert!(!self.model.has_place()),
            },
            Step::Panic => {
                // It would wait, and this thread alone could end that.
                if self.model.has_place() {
                    let call = || self.bulkhead.call(|| -> Option<()> { panic!("boom") });
                    assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
                }
            }
            Step::Poll(index) if index < self.waits.len() => self.poll(index),
            Step::Cancel(index) if index < self.waits.len() => {
                let (number, _, wait) = self.waits.remove(index);
                drop(wait);
                self.gone(number);
            }
            Step::Leave(index) if index < self.permits.len() => {
                drop(self.permits.remove(index));
                self.model.leave();
            }
            Step::Resize(limit) => {
                self.bulkhead.resize(limit);
                self.model.limit = limit;
                self.model.call();
            }
            Step::Pass(millis) => {
                self.frozen.advance(Duration::from_millis(millis));
                self.now += millis;
            }
            Step::Poll(_) | Step::Cancel(_) | Step::Leave(_) => {}
        }
        let now = self.bulkhead.snapshot();
        assert_eq!(now.in_flight, self.model.in_flight, "{step:?}");
        assert_eq!(now.waiting, self.model.queue.len(), "{step:?}");
    }

    fn come(&mut self) {
        let (is_in, may_wait) = (self.model.has_place(), self.model.queue.len() < QUEUE);
        let mut wait: Acquiring<'_> = Box::pin(self.bulkhead.acquire_async());
        match wait.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(permit)) => {
                assert!(is_in);
                self.model.in_flight += 1;
                self.permits.push(permit);
            }
            Poll::Ready(Err(_)) => assert!(!is_in && !may_wait),
            Poll::Pending => {
                assert!(!is_in && may_wait);
                self.next += 1;
                self.model.queue.push_back(self.next);
                self.waits.push((self.next, self.now + WAIT, wait));
            }
        }
    }

    fn poll(&mut self, index: usize) {
        let (number, until, wait) = &mut self.waits[index];
        let polled = wait.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        let called = self.model.called.contains(number);
        match polled {
            Poll::Pending => assert!(!called && self.now < *until),
            Poll::Ready(Ok(permit)) => {
                assert!(called);
                let number = *number;
                self.model.called.retain(|called| *called != number);
                self.permits.push(permit);
                drop(self.waits.remove(index));
            }
            Poll::Ready(Err(_)) => {
                assert!(!called && self.now >= *until);
                let number = *number;
                self.model.queue.retain(|waits| *waits != number);
                drop(self.waits.remove(index));
            }
        }
    }

    /// A wait has been dropped.
    fn gone(&mut self, number: u64) {
        self.model.queue.retain(|waits| *waits != number);
        if let Some(at) = self.model.called.iter().position(|called| *called == number) {
            self.model.called.remove(at);
            self.model.leave();
        }
    }
}

proptest! {
    #[test]
    fn it_does_as_the_simplest_bulkhead_would(
        limit in 1..4_u32,
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let frozen = clock::freeze().manual();
        let bulkhead = Bulkhead::new("modelled", limit)
            .wait(Duration::from_millis(WAIT))
            .queue(u32::try_from(QUEUE).expect("it is small"));
        let mut run = Run {
            bulkhead: &bulkhead,
            frozen: &frozen,
            model: Model { limit, ..Model::default() },
            now: 0,
            next: 0,
            waits: Vec::new(),
            permits: Vec::new(),
        };
        for step in steps {
            run.take(step);
        }
        drop(run);
        is_at_rest(&bulkhead);
    }
}
