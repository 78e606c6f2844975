//! Many callers, and all that may happen to them: exact totals once they have come to rest.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use dyno::Fault;
use dyno::limit::Bulkhead;
use dyno::limit::bulkhead::Permit;

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

pub(super) fn is_at_rest(bulkhead: &Bulkhead) {
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
    for thread in threads {
        thread.join().expect("it ends");
    }
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
    for thread in threads {
        thread.join().expect("it ends");
    }
    assert!(inside.most() <= 3, "{}", inside.most());
    assert_eq!((inside.visits(), BULKHEAD.snapshot().turned_away), (THREADS * EACH, 0));
    is_at_rest(&BULKHEAD);
}

/// Waits as short as they can be end at any moment, also at that when a place is given.
fn waits_that_end_meanwhile(
    bulkhead: &'static Bulkhead,
    acquire: fn(&'static Bulkhead) -> Result<Permit<'static>, Fault>,
) {
    const THREADS: u64 = 8;
    const EACH: u64 = 4_000;
    let inside = Arc::new(Inside::default());
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let inside = inside.clone();
            thread::spawn(move || {
                for _ in 0..EACH {
                    if let Ok(_permit) = acquire(bulkhead) {
                        inside.enter();
                        thread::yield_now();
                        inside.leave();
                    }
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("it ends");
    }
    assert!(inside.most() <= 2, "{}", inside.most());
    assert_eq!(inside.visits() + bulkhead.snapshot().turned_away, THREADS * EACH);
    is_at_rest(bulkhead);
}

#[test]
fn threads_whose_wait_ends_meanwhile_lose_no_place() {
    static BULKHEAD: Bulkhead = Bulkhead::new("storm-ends", 2).wait(Duration::from_nanos(1));
    waits_that_end_meanwhile(&BULKHEAD, Bulkhead::acquire);
}

#[test]
fn futures_whose_wait_ends_meanwhile_lose_no_place() {
    static BULKHEAD: Bulkhead = Bulkhead::new("storm-ends-async", 2).wait(Duration::from_nanos(1));
    waits_that_end_meanwhile(&BULKHEAD, |bulkhead| {
        let mut acquiring = pin!(bulkhead.acquire_async());
        loop {
            let polled = acquiring.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            if let Poll::Ready(outcome) = polled {
                return outcome;
            }
            thread::yield_now();
        }
    });
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
    for thread in threads {
        thread.join().expect("it ends");
    }
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
