//! Many callers, and all that may happen to them: exact totals once they have come to rest.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use dyno::limit::Bulkhead;
use dyno::limit::bulkhead::Permit;
use dyno::{Fault, clock};
use proptest::prelude::*;

const LONG: Duration = Duration::from_secs(600);

/// Who is in, counted by those who are.
#[derive(Default)]
struct Inside {
    now: AtomicU32,
    most: AtomicU32,
    visits: AtomicU64,
}

impl Inside {
    fn enter(&self) {
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(now, Ordering::Relaxed);
        self.visits.fetch_add(1, Ordering::Relaxed);
    }

    fn leave(&self) {
        self.now.fetch_sub(1, Ordering::Relaxed);
    }

    fn most(&self) -> u32 {
        self.most.load(Ordering::Relaxed)
    }

    fn visits(&self) -> u64 {
        self.visits.load(Ordering::Relaxed)
    }
}

fn is_at_rest(bulkhead: &Bulkhead) {
    let now = bulkhead.snapshot();
    assert_eq!((now.in_flight, now.waiting), (0, 0));
    let all: Vec<_> = (0..now.limit).map(|_| bulkhead.try_acquire()).collect();
    assert!(all.iter().all(Result::is_ok), "a place is lost");
    assert!(bulkhead.try_acquire().is_err(), "there is a place too many");
}

#[test]
fn threads_that_take_what_there_is_are_let_in_or_counted() {
    const THREADS: u64 = 12;
    const EACH: u64 = 10_000;
    static BULKHEAD: Bulkhead = Bulkhead::new("storm-try", 3);
    let inside = Arc::new(Inside::default());
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let inside = inside.clone();
            thread::spawn(move || {
                for _ in 0..EACH {
                    if let Ok(_permit) = BULKHEAD.try_acquire() {
                        inside.enter();
                        inside.leave();
                    }
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().expect("it ends"));
    assert!(inside.most() <= 3, "{}", inside.most());
    assert_eq!(inside.visits() + BULKHEAD.snapshot().turned_away, THREADS * EACH);
    is_at_rest(&BULKHEAD);
}

#[test]
fn threads_that_wait_are_all_let_in() {
    const THREADS: u64 = 8;
    const EACH: u64 = 2_000;
    static BULKHEAD: Bulkhead = Bulkhead::new("storm-wait", 3).wait(LONG);
    let inside = Arc::new(Inside::default());
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let inside = inside.clone();
            thread::spawn(move || {
                for _ in 0..EACH {
                    let _permit = BULKHEAD.acquire().expect("its turn comes");
                    inside.enter();
                    thread::yield_now();
                    inside.leave();
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().expect("it ends"));
    assert!(inside.most() <= 3, "{}", inside.most());
    assert_eq!((inside.visits(), BULKHEAD.snapshot().turned_away), (THREADS * EACH, 0));
    is_at_rest(&BULKHEAD);
}

#[test]
fn limits_that_change_meanwhile_hold() {
    static BULKHEAD: Bulkhead = Bulkhead::new("storm-resize", 8).wait(LONG);
    static DONE: AtomicBool = AtomicBool::new(false);
    let inside = Arc::new(Inside::default());
    let threads: Vec<_> = (0..8)
        .map(|number| {
            let inside = inside.clone();
            thread::spawn(move || {
                for call in 0..2_000 {
                    let in_it = if (number + call) % 2 == 0 {
                        BULKHEAD.acquire()
                    } else {
                        BULKHEAD.try_acquire()
                    };
                    if in_it.is_ok() {
                        inside.enter();
                        thread::yield_now();
                        inside.leave();
                    }
                }
            })
        })
        .collect();
    let resizes = thread::spawn(|| {
        for limit in [5, 1, 8, 2, 7, 3].into_iter().cycle() {
            BULKHEAD.resize(limit);
            if DONE.load(Ordering::Relaxed) {
                break;
            }
            thread::yield_now();
        }
    });
    threads.into_iter().for_each(|thread| thread.join().expect("it ends"));
    DONE.store(true, Ordering::Relaxed);
    resizes.join().expect("it ends");
    assert!(inside.most() <= 8, "{}", inside.most());
    assert_eq!(inside.visits() + BULKHEAD.snapshot().turned_away, 16_000);
    is_at_rest(&BULKHEAD);
}

/// Polls `future` so many times more, or to its end.
async fn for_polls<F: Future>(polls: Option<u32>, future: F) -> Option<F::Output> {
    let Some(mut polls) = polls else { return Some(future.await) };
    let mut future = pin!(future);
    poll_fn(move |cx| {
        if let Poll::Ready(value) = future.as_mut().poll(cx) {
            return Poll::Ready(Some(value));
        }
        if polls == 0 {
            return Poll::Ready(None);
        }
        polls -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

#[test]
fn tasks_that_are_cancelled_at_any_moment_lose_no_place() {
    const TASKS: u32 = 64;
    const EACH: u32 = 200;
    static BULKHEAD: Bulkhead = Bulkhead::new("storm-cancel", 3).wait(LONG);
    let inside = Arc::new(Inside::default());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(8)
        .enable_time()
        .build()
        .expect("a runtime");
    let (ended, cancelled) = runtime.block_on(async {
        let tasks: Vec<_> = (0..TASKS)
            .map(|number| {
                let inside = inside.clone();
                tokio::spawn(async move {
                    let mut random = fastrand::Rng::with_seed(number.into());
                    let (mut ended, mut cancelled) = (0, 0);
                    for _ in 0..EACH {
                        // Some are never cancelled, or the queue would never be served.
                        let polls = random.bool().then(|| random.u32(0..6));
                        let steps = random.u32(0..3);
                        let call = BULKHEAD.call_async(|| async {
                            inside.enter();
                            for _ in 0..steps {
                                let leaves = Leaves(&inside);
                                tokio::task::yield_now().await;
                                std::mem::forget(leaves);
                            }
                            inside.leave();
                            Ok::<_, Fault>(())
                        });
                        match for_polls(polls, call).await {
                            Some(outcome) => {
                                outcome.expect("its turn comes");
                                ended += 1;
                            }
                            None => cancelled += 1,
                        }
                    }
                    (ended, cancelled)
                })
            })
            .collect();
        let mut all = (0, 0);
        for task in tasks {
            let (ended, cancelled) = task.await.expect("it ends");
            all = (all.0 + ended, all.1 + cancelled);
        }
        all
    });
    assert!(inside.most() <= 3, "{}", inside.most());
    assert_eq!(ended + cancelled, TASKS * EACH);
    assert!(ended > 0 && cancelled > 0, "{ended} {cancelled}");
    assert_eq!((inside.now.load(Ordering::Relaxed), BULKHEAD.snapshot().turned_away), (0, 0));
    is_at_rest(&BULKHEAD);
}

/// Counts out whoever is dropped meanwhile.
struct Leaves<'a>(&'a Inside);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.0.leave();
    }
}

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
        steps.into_iter().for_each(|step| run.take(step));
        drop(run);
        is_at_rest(&bulkhead);
    }
}
