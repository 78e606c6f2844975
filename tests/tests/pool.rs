//! Pools by name: threads of one's own for what blocks.

#[path = "pool/shared.rs"]
mod shared;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use dyno::point::{self, Event};
use dyno::pool::Pool;
use dyno::{Deadline, Fault, Reason, clock, timeout};

const MS: Duration = Duration::from_millis(1);
const WATCHDOG: Duration = Duration::from_secs(20);

/// A pool of one test, for the life of the program.
fn pool(name: &'static str, with: fn(Pool) -> Pool) -> &'static Pool {
    Box::leak(Box::new(with(Pool::new(name))))
}

/// Calls at work until the sender is dropped, each with its caller.
struct Busy {
    end: Option<mpsc::Sender<()>>,
    callers: Vec<thread::JoinHandle<Result<(), Fault>>>,
}

fn busy(pool: &'static Pool, calls: usize) -> Busy {
    let (end, ended) = mpsc::channel::<()>();
    let ended = Arc::new(Mutex::new(ended));
    let (tell, told) = mpsc::channel();
    let callers = (0..calls)
        .map(|_| {
            let (ended, tell) = (ended.clone(), tell.clone());
            dyno::spawn(move || {
                pool.run(move || {
                    tell.send(()).unwrap_or_default();
                    // All of them wait for the end, one behind the other.
                    let ended = ended.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    ended.recv().unwrap_or_default();
                })
            })
        })
        .collect();
    (0..calls).for_each(|_| told.recv_timeout(WATCHDOG).expect("it is at work"));
    Busy { end: Some(end), callers }
}

impl Busy {
    fn end(mut self) {
        drop(self.end.take());
        for caller in self.callers.drain(..) {
            caller.join().expect("no panic").expect("it ends");
        }
    }
}

/// Until `is_so`, which another thread makes true.
fn until(is_so: impl Fn() -> bool) {
    let end = std::time::Instant::now() + WATCHDOG;
    while !is_so() {
        assert!(std::time::Instant::now() < end, "it never is");
        thread::yield_now();
    }
}

#[test]
fn a_call_runs_on_a_thread_that_bears_the_pools_name() {
    static IO: Pool = Pool::new("pool-name").size(1);
    for _ in 0..3 {
        let name = IO.run(|| thread::current().name().map(str::to_owned));
        assert_eq!(name, Ok(Some("dyno-pool-name-1".to_owned())), "one thread, used again");
    }
    assert_eq!(IO.snapshot().threads, 1);
    assert_eq!(IO.snapshot().turned_away, 0);
}

/// A caller that has its result may come again at once: no thread is counted longer than it works.
#[test]
fn one_after_the_other_a_pool_of_one_turns_nobody_away() {
    static ONE: Pool = Pool::new("pool-one").size(1);
    for n in 0..2000 {
        assert_eq!(ONE.run(move || n), Ok(n));
    }
    assert_eq!((ONE.snapshot().turned_away, ONE.snapshot().threads), (0, 1));
}

#[test]
fn threads_start_when_they_are_needed_and_no_more_than_the_size() {
    static THREE: Pool = Pool::new("pool-three").size(3);
    assert_eq!(THREE.snapshot().threads, 0);
    let first = busy(&THREE, 1);
    assert_eq!(THREE.snapshot().threads, 1);
    let others = busy(&THREE, 2);
    let now = THREE.snapshot();
    assert_eq!((now.threads, now.at_work, now.waiting), (3, 3, 0));
    first.end();
    others.end();
    assert_eq!(THREE.snapshot().at_work, 0);
}

#[test]
fn threads_without_work_are_given_back() {
    let pool = pool("pool-idle", |pool| pool.size(2).idle(MS));
    let both = busy(pool, 2);
    both.end();
    until(|| pool.snapshot().threads == 0);
    assert_eq!(pool.run(|| 7), Ok(7));
}

#[test]
fn what_is_too_much_is_turned_away_at_once_under_the_pools_name() {
    static TWO: Pool = Pool::new("pool-two").size(2);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let to = heard.clone();
    let _observing = point::observe(move |point: &str, event: &Event<'_>| {
        if point == "pool-two" {
            to.lock().expect("held briefly").push(event.to_string());
        }
    });
    let both = busy(&TWO, 2);
    let ran = AtomicUsize::new(0);
    let fault = TWO.run(|| 7).expect_err("full");
    assert_eq!((fault.reason(), fault.retry_after()), (Some(Reason::BulkheadFull), None));
    assert_eq!(fault.to_string(), "pool-two: the bulkhead is full");
    assert_eq!(ran.load(Ordering::Relaxed), 0);
    assert_eq!(TWO.snapshot().turned_away, 1);
    assert_eq!(heard.lock().expect("held briefly").len(), 1);
    both.end();
    assert_eq!(TWO.run(|| 7), Ok(7));
}

#[test]
fn so_many_wait_as_there_is_room_for_and_first_come_is_first_served() {
    let pool = pool("pool-queue", |pool| pool.size(1).queue(2));
    let one = busy(pool, 1);
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut waiting = Vec::new();
    for n in 0..2 {
        let order = order.clone();
        waiting.push(dyno::spawn(move || pool.run(move || order.lock().expect("short").push(n))));
        until(|| pool.snapshot().waiting == n + 1);
    }
    assert_eq!(pool.run(|| ()).expect_err("no room").reason(), Some(Reason::BulkheadFull));
    one.end();
    for caller in waiting {
        assert_eq!(caller.join().expect("no panic"), Ok(()));
    }
    assert_eq!(*order.lock().expect("short"), [0, 1]);
    assert_eq!((pool.snapshot().at_work, pool.snapshot().waiting), (0, 0));
}

#[test]
fn one_pool_that_hangs_takes_nothing_from_another() {
    let (slow, fast) = (pool("pool-slow", |pool| pool.size(1)), pool("pool-fast", |pool| pool));
    let hangs = busy(slow, 1);
    assert!(slow.run(|| ()).is_err());
    assert_eq!(fast.run(|| 7), Ok(7));
    hangs.end();
}

#[test]
fn at_the_deadline_the_caller_leaves_and_the_body_goes_on() {
    let pool = pool("pool-late", |pool| pool.size(1));
    let frozen = clock::freeze().manual();
    let (tell, told) = mpsc::channel();
    let _observing = point::observe(move |point: &str, event: &Event<'_>| {
        if point == "pool-late" {
            tell.send(event.to_string()).unwrap_or_default();
        }
    });
    let caller =
        dyno::spawn(move || Deadline::within(200 * MS, || pool.run(|| clock::sleep(2000 * MS))));
    frozen.wait_for_sleepers(2);
    frozen.advance(200 * MS);
    let fault = caller.join().expect("no panic").expect_err("late");
    assert_eq!(fault, Fault::timed_out("pool-late", 200 * MS));
    let now = pool.snapshot();
    assert_eq!((now.abandoned, now.ever_abandoned, now.at_work), (1, 1, 1));
    assert_eq!(pool.run(|| ()).expect_err("it is stuck").reason(), Some(Reason::BulkheadFull));
    frozen.advance(1800 * MS);
    let events: Vec<_> = (0..3).map(|_| told.recv_timeout(WATCHDOG).expect("an event")).collect();
    assert_eq!(
        events,
        [
            "timed out after 200.0ms, the limit being 200ms",
            "rejected: pool-late: the bulkhead is full",
            "finished, abandoned after 2.0s, the limit being 200ms",
        ]
    );
    assert_eq!((pool.snapshot().abandoned, pool.snapshot().at_work), (0, 0));
    assert_eq!(pool.run(|| 7), Ok(7));
}

#[test]
fn who_waits_for_a_thread_waits_to_the_deadline_and_is_never_run() {
    let pool = pool("pool-waits", |pool| pool.size(1).queue(1));
    let one = busy(pool, 1);
    let frozen = clock::freeze().manual();
    let (held, dropped) = mpsc::channel::<()>();
    let waiting = dyno::spawn(move || {
        Deadline::within(50 * MS, || pool.run(move || held.send(()).unwrap_or_default()))
    });
    frozen.wait_for_sleepers(1);
    frozen.advance(50 * MS);
    let fault = waiting.join().expect("no panic").expect_err("no thread in time");
    assert_eq!(fault.reason(), Some(Reason::BulkheadFull));
    assert_eq!(dropped.try_recv(), Err(mpsc::TryRecvError::Disconnected), "it is dropped");
    assert_eq!(pool.snapshot().waiting, 0);
    one.end();
}

#[test]
fn a_spent_deadline_needs_no_thread() {
    let pool = pool("pool-spent", |pool| pool);
    let frozen = clock::freeze();
    Deadline::within(MS, || {
        frozen.advance(MS);
        let fault = pool.run(|| ()).expect_err("spent");
        assert_eq!(fault, Fault::rejected("pool-spent", Reason::DeadlineSpent, None));
    });
    assert_eq!(pool.snapshot().threads, 0);
}

#[test]
fn a_panic_is_the_callers_and_the_thread_goes_on() {
    let pool = pool("pool-panic", |pool| pool.size(1));
    for _ in 0..3 {
        let panics = || -> u8 { panic!("its own") };
        let panic = catch_unwind(AssertUnwindSafe(|| pool.run(panics))).expect_err("it panics");
        assert_eq!(panic.downcast_ref(), Some(&"its own"));
    }
    assert_eq!((pool.run(|| 7), pool.snapshot().threads), (Ok(7), 1));
}

#[test]
fn what_is_in_force_goes_along_and_stays_behind_on_no_thread() {
    let pool = pool("pool-scope", |pool| pool.size(1));
    let frozen = clock::freeze();
    frozen.advance(1000 * MS);
    let here = clock::now();
    Deadline::within(500 * MS, || {
        let there = pool.run(|| (clock::now(), Deadline::current()));
        assert_eq!(there, Ok((here, Deadline::current())));
    });
    drop(frozen);
    assert_eq!(pool.run(Deadline::current), Ok(None));
}

fn block_on<R>(future: impl Future<Output = R>) -> R {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(future)
}

#[test]
fn a_task_is_not_held_up_by_what_blocks() {
    fn sendable<T: Send>(_value: &T) {}
    let pool = pool("pool-task", |pool| pool.size(2));
    let meet = Arc::new(Barrier::new(2));
    let both = async {
        let (one, other) = (meet.clone(), meet.clone());
        let blocks = |barrier: Arc<Barrier>| {
            pool.run_async(move || {
                barrier.wait();
            })
        };
        let (one, other) = tokio::join!(blocks(one), blocks(other));
        (one, other)
    };
    assert_eq!(block_on(both), (Ok(()), Ok(())));
    sendable(&pool.run_async(|| ()));
}

#[test]
fn a_task_leaves_at_its_deadline_as_well() {
    let pool = pool("pool-task-late", |pool| pool.size(1));
    let frozen = clock::freeze().manual();
    let caller = dyno::spawn(move || {
        block_on(Deadline::within_async(200 * MS, pool.run_async(|| clock::sleep(2000 * MS))))
    });
    frozen.wait_for_sleepers(2);
    frozen.advance(200 * MS);
    assert!(caller.join().expect("no panic").expect_err("late").is_timed_out());
    assert_eq!(pool.snapshot().abandoned, 1);
    frozen.advance(1800 * MS);
    until(|| pool.snapshot().abandoned == 0);
}

#[test]
fn a_future_that_is_dropped_takes_back_what_no_thread_has_begun() {
    let pool = pool("pool-dropped", |pool| pool.size(1).queue(1));
    let one = busy(pool, 1);
    let (held, dropped) = mpsc::channel::<()>();
    {
        let mut waiting = pin!(pool.run_async(move || held.send(()).unwrap_or_default()));
        let mut cx = Context::from_waker(Waker::noop());
        assert!(matches!(waiting.as_mut().poll(&mut cx), Poll::Pending));
        assert_eq!(pool.snapshot().waiting, 1);
    }
    assert_eq!(dropped.try_recv(), Err(mpsc::TryRecvError::Disconnected));
    assert_eq!(pool.snapshot().waiting, 0);
    one.end();
}

#[test]
fn a_future_may_go_to_another_task_while_it_waits() {
    let pool = pool("pool-moves", |pool| pool.size(1).queue(1));
    let one = busy(pool, 1);
    let mut future = Box::pin(pool.run_async(|| 7));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(matches!(future.as_mut().poll(&mut cx), Poll::Pending));
    let moved = thread::spawn(move || block_on(future));
    one.end();
    assert_eq!(moved.join().expect("no panic"), Ok(7));
}

#[test]
fn more_room_lets_those_begin_who_wait_and_less_lets_those_end_who_work() {
    let pool = pool("pool-resized", |pool| pool.size(1).queue(3));
    let one = busy(pool, 1);
    let waiting = dyno::spawn(move || pool.run(|| 7));
    until(|| pool.snapshot().waiting == 1);
    pool.resize(2);
    assert_eq!(waiting.join().expect("no panic"), Ok(7));
    pool.resize(1);
    until(|| pool.snapshot().threads == 1);
    let now = pool.snapshot();
    assert_eq!((now.size, now.at_work), (1, 1));
    one.end();
}

#[test]
fn a_limit_of_ones_own_ends_the_wait_on_any_pool() {
    let pool = pool("pool-limited", |pool| pool.size(1));
    let _frozen = clock::freeze();
    let limit = timeout::timeout(100 * MS).named("ask");
    assert_eq!(limit.run_on(pool, || 7), Ok(7));
    let fault = limit.run_on(pool, || clock::sleep(2000 * MS)).expect_err("late");
    assert_eq!(fault, Fault::timed_out_late("ask", 100 * MS, 2000 * MS));
}

/// Many callers at once: each gets its own result or is turned away, and all is counted.
#[test]
fn every_call_is_run_once_or_turned_away() {
    static BUSY: Pool = Pool::new("pool-stress").size(3).queue(4);
    const CALLERS: usize = 8;
    const CALLS: usize = 400;
    let ran = Arc::new(AtomicUsize::new(0));
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let ran = ran.clone();
            thread::spawn(move || {
                let mut refused = 0;
                for call in 0..CALLS {
                    let (mine, ran) = (caller * CALLS + call, ran.clone());
                    let got = BUSY.run(move || {
                        ran.fetch_add(1, Ordering::Relaxed);
                        mine
                    });
                    match got {
                        Ok(got) => assert_eq!(got, mine),
                        Err(fault) => {
                            assert_eq!(fault.reason(), Some(Reason::BulkheadFull));
                            refused += 1;
                        }
                    }
                }
                refused
            })
        })
        .collect();
    let refused: usize = callers.into_iter().map(|caller| caller.join().expect("no panic")).sum();
    let now = BUSY.snapshot();
    assert_eq!(ran.load(Ordering::Relaxed) + refused, CALLERS * CALLS);
    assert_eq!(now.turned_away, refused as u64);
    assert_eq!((now.at_work, now.waiting, now.abandoned), (0, 0, 0));
    assert!(now.threads <= 3);
}
