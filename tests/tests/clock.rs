//! The clock: frozen time, for threads and for tasks.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use dyno::clock::{self, Instant};

const SECOND: Duration = Duration::from_secs(1);
const WATCHDOG: Duration = Duration::from_secs(20);

/// A runtime of one thread, whose own timers are switched off.
fn block_on<R>(future: impl Future<Output = R>) -> R {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(future)
}

#[test]
fn frozen_time_stands_still_until_it_is_advanced() {
    let frozen = clock::freeze();
    let start = clock::now();
    assert_eq!(clock::now(), start);
    frozen.advance(15 * SECOND);
    assert_eq!(clock::now() - start, 15 * SECOND);
    assert_eq!(start.elapsed(), 15 * SECOND);
}

#[test]
fn a_thread_that_sleeps_moves_the_clock_by_its_sleep() {
    let _frozen = clock::freeze();
    let start = clock::now();
    clock::sleep(Duration::from_secs(3600));
    clock::sleep(Duration::from_nanos(1));
    clock::sleep(Duration::ZERO);
    assert_eq!(start.elapsed(), Duration::new(3600, 1));
}

#[test]
fn threads_that_carry_the_scope_share_the_clock_and_others_keep_the_real_one() {
    let frozen = clock::freeze();
    let start = clock::now();
    frozen.advance(Duration::from_secs(86_400));
    let carried = dyno::spawn(clock::now).join().expect("joins");
    assert_eq!(carried - start, Duration::from_secs(86_400));
    let real = thread::spawn(clock::now).join().expect("joins");
    assert!(real < carried, "a day has not passed there");
}

#[test]
fn the_inner_of_two_frozen_clocks_counts() {
    let outer = clock::freeze();
    let start = clock::now();
    let inner = clock::freeze();
    inner.advance(SECOND);
    assert_eq!(start.elapsed(), SECOND);
    drop(inner);
    assert_eq!(start.elapsed(), Duration::ZERO);
    outer.advance(2 * SECOND);
    assert_eq!(start.elapsed(), 2 * SECOND);
}

#[test]
fn the_clock_runs_again_when_it_is_thawed() {
    let frozen = clock::freeze();
    let start = clock::now();
    drop(frozen);
    // No sleep: the real clock moves on by itself, however often it must be asked.
    while clock::now() == start {}
    assert!(clock::now() > start);
}

#[test]
fn tasks_wake_in_the_order_of_their_deadlines() {
    let _frozen = clock::freeze();
    let start = clock::now();
    let woken = Mutex::new(Vec::new());
    let nap = async |seconds: u32| {
        clock::sleep_async(seconds * SECOND).await;
        woken.lock().expect("held briefly").push((seconds, start.elapsed()));
    };
    block_on(async { tokio::join!(nap(30), nap(10), nap(20)) });
    let expected = [10, 20, 30].map(|seconds| (seconds, seconds * SECOND));
    assert_eq!(*woken.lock().expect("held briefly"), expected);
}

#[test]
fn time_does_not_jump_past_a_task_that_has_work_to_do() {
    let _frozen = clock::freeze();
    let start = clock::now();
    let steps = async {
        let mut at = Vec::new();
        for _ in 0..5 {
            clock::sleep_async(SECOND).await;
            // Work in several steps between two sleeps, as a call through channels has.
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            at.push(start.elapsed());
        }
        at
    };
    let long = async {
        clock::sleep_async(Duration::from_millis(4500)).await;
        start.elapsed()
    };
    let (steps, long) = block_on(async { tokio::join!(steps, long) });
    assert_eq!(steps, [1, 2, 3, 4, 5].map(|seconds| seconds * SECOND));
    assert_eq!(long, Duration::from_millis(4500));
}

#[test]
fn a_time_out_does_not_beat_what_is_faster() {
    let frozen = clock::freeze();
    let start = clock::now();
    let winner = block_on(async {
        tokio::select! {
            biased;
            () = clock::sleep_async(Duration::from_millis(250)) => "time-out",
            () = clock::sleep_async(Duration::from_millis(100)) => "answer",
        }
    });
    assert_eq!((winner, start.elapsed()), ("answer", Duration::from_millis(100)));
    assert_eq!(frozen.sleepers(), 0, "the loser's wait ended with it");
}

#[test]
fn a_wait_that_nobody_polls_any_more_stops_nobody() {
    let _frozen = clock::freeze();
    let start = clock::now();
    block_on(async {
        let mut forgotten = pin!(clock::sleep_async(SECOND));
        poll_fn(|cx| {
            assert!(forgotten.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
        clock::sleep_async(5 * SECOND).await;
    });
    assert_eq!(start.elapsed(), 5 * SECOND);
}

#[test]
fn a_sleep_counts_from_the_call_and_not_from_the_first_poll() {
    let frozen = clock::freeze();
    let start = clock::now();
    let sleep = clock::sleep_async(10 * SECOND);
    assert_eq!(sleep.deadline() - start, 10 * SECOND);
    frozen.advance(10 * SECOND);
    let mut cx = Context::from_waker(Waker::noop());
    assert!(pin!(sleep).poll(&mut cx).is_ready());
}

#[test]
fn on_a_manual_clock_threads_wait_to_be_advanced() {
    let frozen = clock::freeze().manual();
    let start = clock::now();
    let (tell, told) = mpsc::channel();
    for seconds in [10, 20] {
        let tell = tell.clone();
        dyno::spawn(move || {
            clock::sleep(seconds * SECOND);
            tell.send((seconds, clock::now())).expect("the test waits");
        });
    }
    frozen.wait_for_sleepers(2);
    frozen.advance(9 * SECOND);
    assert_eq!(frozen.sleepers(), 2);
    assert!(told.try_recv().is_err());
    frozen.advance(SECOND);
    assert_eq!(told.recv_timeout(WATCHDOG), Ok((10, start + 10 * SECOND)));
    assert!(told.try_recv().is_err());
    frozen.advance(10 * SECOND);
    assert_eq!(told.recv_timeout(WATCHDOG), Ok((20, start + 20 * SECOND)));
}

#[test]
fn on_a_manual_clock_tasks_wait_to_be_advanced() {
    let frozen = clock::freeze().manual();
    let (tell, told) = mpsc::channel::<Instant>();
    let task = dyno::spawn(move || {
        block_on(async {
            clock::sleep_async(SECOND).await;
            tell.send(clock::now()).expect("the test waits");
        });
    });
    let start = clock::now();
    frozen.wait_for_sleepers(1);
    assert!(told.try_recv().is_err());
    frozen.advance(SECOND);
    assert_eq!(told.recv_timeout(WATCHDOG), Ok(start + SECOND));
    task.join().expect("joins");
}

#[test]
fn thawing_wakes_whoever_sleeps() {
    let frozen = clock::freeze().manual();
    let (tell, told) = mpsc::channel();
    let tell = Arc::new(Mutex::new(tell));
    let also = tell.clone();
    dyno::spawn(move || {
        clock::sleep(Duration::MAX);
        tell.lock().expect("held briefly").send("thread").expect("the test waits");
    });
    dyno::spawn(move || {
        block_on(clock::sleep_async(Duration::MAX));
        also.lock().expect("held briefly").send("task").expect("the test waits");
    });
    frozen.wait_for_sleepers(2);
    drop(frozen);
    let mut woken = [0; 2].map(|_| told.recv_timeout(WATCHDOG).expect("woken"));
    woken.sort_unstable();
    assert_eq!(woken, ["task", "thread"]);
}

#[test]
#[should_panic(expected = "this thread sleeps on a manual clock that only itself can advance")]
fn a_sleep_that_could_never_end_is_refused() {
    let _frozen = clock::freeze().manual();
    clock::sleep(SECOND);
}

#[test]
fn a_sleep_may_move_between_threads() {
    fn sendable<T: Send>(_: &T) {}
    let sleep = clock::sleep_async(SECOND);
    sendable(&sleep);
}

#[test]
fn threads_and_tasks_on_a_manual_clock_wake_in_the_order_of_their_ends() {
    let frozen = clock::freeze().manual();
    let (tell, told) = mpsc::channel();
    for n in 1..=6_u32 {
        let tell = tell.clone();
        dyno::spawn(move || {
            if n % 2 == 0 {
                clock::sleep(n * SECOND);
            } else {
                block_on(clock::sleep_async(n * SECOND));
            }
            tell.send(n).expect("the test waits");
        });
    }
    frozen.wait_for_sleepers(6);
    for n in 1..=6 {
        frozen.advance(SECOND);
        assert_eq!(told.recv_timeout(WATCHDOG), Ok(n));
        assert!(told.try_recv().is_err(), "only one, after {n} s");
    }
}

#[test]
fn a_task_that_is_woken_late_sees_the_time_as_it_is() {
    let frozen = clock::freeze().manual();
    let start = clock::now();
    let task = dyno::spawn(move || {
        block_on(clock::sleep_async(SECOND));
        start.elapsed()
    });
    frozen.wait_for_sleepers(1);
    frozen.advance(3 * SECOND);
    assert_eq!(task.join().expect("joins"), 3 * SECOND);
}

#[test]
fn many_threads_that_sleep_add_up_no_time_that_was_not_slept() {
    let _frozen = clock::freeze();
    let start = clock::now();
    let threads: Vec<_> = (1..=8).map(|n| dyno::spawn(move || clock::sleep(n * SECOND))).collect();
    for thread in threads {
        thread.join().expect("joins");
    }
    let passed = start.elapsed();
    assert!(passed >= 8 * SECOND && passed <= 36 * SECOND, "{passed:?}");
}

#[test]
fn a_spent_deadline_is_seen_by_every_thread_at_the_same_moment() {
    let frozen = clock::freeze();
    dyno::Deadline::within(SECOND, || {
        let check = || dyno::Deadline::check("clock").is_ok();
        let everywhere = || {
            let threads: Vec<_> = (0..4).map(|_| dyno::spawn(check)).collect();
            threads.into_iter().map(|it| it.join().expect("joins")).collect::<Vec<_>>()
        };
        frozen.advance(Duration::from_nanos(999_999_999));
        assert_eq!(everywhere(), [true; 4]);
        frozen.advance(Duration::from_nanos(1));
        assert_eq!(everywhere(), [false; 4]);
    });
}
