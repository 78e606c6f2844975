//! Bodies on the pool: their callers may leave.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

use dyno::timeout::{abandoned, timeout};
use dyno::{Deadline, Reason, clock};

use crate::support::{MS, Slot, WATCHDOG, hear, taken};

/// Those who count what the whole program has abandoned.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn what_is_done_in_time_is_returned() {
    let _frozen = clock::freeze();
    let here = thread::current().id();
    let there = timeout(200 * MS).run_on_pool(|| {
        clock::sleep(199 * MS);
        thread::current().id()
    });
    assert_ne!(there.expect("in time"), here);
}

/// DA-04, for a body that nobody can end.
#[test]
fn the_caller_leaves_at_the_limit_and_the_body_goes_on_to_its_end() {
    let _alone = alone();
    let before = abandoned();
    let frozen = clock::freeze().manual();
    let heard = hear("pooled::hangs");
    let slots = Arc::new(());
    let slot = Slot::of(&slots);
    let body = move || {
        let slot = slot;
        clock::sleep(2000 * MS);
        slot
    };
    let caller =
        dyno::spawn(move || timeout(200 * MS).named("pooled::hangs").run_on_pool(body).map(drop));
    frozen.wait_for_sleepers(2);
    frozen.advance(200 * MS);
    let fault = caller.join().expect("no panic").expect_err("late");
    assert_eq!(fault.to_string(), "pooled::hangs: no answer within 200ms");
    assert_eq!(heard.so_far(), ["timed out after 200.0ms, the limit being 200ms"]);
    let now = abandoned();
    assert_eq!((now.running, now.ever), (before.running + 1, before.ever + 1));
    assert_eq!(taken(&slots), 1, "what it holds it holds until its end");
    frozen.advance(1800 * MS);
    let told = "finished, abandoned after 2.0s, the limit being 200ms";
    assert_eq!(heard.next(), told);
    let now = abandoned();
    assert_eq!((now.running, now.ever), (before.running, before.ever + 1));
    assert_eq!(taken(&slots), 0, "its result is gone before that is told");
}

#[test]
fn on_a_clock_that_moves_with_the_body_it_is_late_as_well() {
    let _alone = alone();
    let before = abandoned();
    let _frozen = clock::freeze();
    let heard = hear("pooled::moves");
    for round in 1..=50 {
        // At the limit it is late already.
        let takes = if round % 2 == 0 { 200 * MS } else { 2000 * MS };
        let body = move || clock::sleep(takes);
        let late = timeout(200 * MS).named("pooled::moves").run_on_pool(body);
        assert!(late.expect_err("late").is_timed_out());
        // In whatever order the two threads find out.
        let mut both = [heard.next(), heard.next()];
        both.sort_unstable();
        assert_eq!(
            both[0],
            format!("finished, abandoned after {takes:.1?}, the limit being 200ms")
        );
        assert_eq!(both[1], format!("timed out after {takes:.1?}, the limit being 200ms"));
        assert_eq!(abandoned().ever, before.ever + round);
    }
    assert_eq!(abandoned().running, before.running);
}

/// T10.
#[test]
fn a_panic_is_the_callers_and_never_a_time_out() {
    let _alone = alone();
    let before = abandoned();
    let _frozen = clock::freeze();
    for late in [false, true] {
        let panics = move || {
            if late {
                clock::sleep(MS.saturating_mul(150));
            }
            panic!("its own")
        };
        let run = || timeout(100 * MS).run_on_pool(panics);
        // Late, the caller may have left before: then it has not heard of it.
        match catch_unwind(AssertUnwindSafe(run)) {
            Err(panic) => assert_eq!(panic.downcast_ref(), Some(&"its own")),
            Ok(outcome) => {
                assert!(late, "in time it is heard");
                assert!(outcome.expect_err("late").is_timed_out());
            }
        }
    }
    while abandoned().running != before.running {
        thread::yield_now();
    }
    assert_eq!(timeout(MS).run_on_pool(|| 7), Ok(7), "the threads are as they were");
}

#[test]
fn an_abandoned_body_that_panics_is_counted_out() {
    let _alone = alone();
    let before = abandoned();
    let frozen = clock::freeze().manual();
    let heard = hear("pooled::panics");
    let caller = dyno::spawn(|| {
        timeout(MS).named("pooled::panics").run_on_pool(|| {
            clock::sleep(10 * MS);
            panic!("nobody's")
        })
    });
    frozen.wait_for_sleepers(2);
    frozen.advance(MS);
    assert!(caller.join().expect("no panic").expect_err("late").is_timed_out());
    assert_eq!(abandoned().running, before.running + 1);
    frozen.advance(9 * MS);
    assert!(heard.next().starts_with("timed out"));
    assert!(heard.next().starts_with("finished, abandoned after 10.0ms"));
    assert_eq!(abandoned().running, before.running);
}

#[test]
fn under_a_spent_deadline_it_is_not_run() {
    let frozen = clock::freeze();
    Deadline::within(100 * MS, || {
        frozen.advance(100 * MS);
        let outcome = timeout(MS).run_on_pool(|| -> () { panic!("run") });
        assert_eq!(outcome.expect_err("spent").reason(), Some(Reason::DeadlineSpent));
    });
}

#[test]
fn the_sooner_deadline_is_what_a_caller_waits_for() {
    let _alone = alone();
    let frozen = clock::freeze().manual();
    let heard = hear("pooled::sooner");
    let (end, ended) = mpsc::channel();
    let (tell, told) = mpsc::channel();
    let caller = dyno::spawn(move || {
        Deadline::within(100 * MS, || {
            let hangs = move || {
                tell.send(()).unwrap_or_default();
                ended.recv_timeout(WATCHDOG)
            };
            timeout(900 * MS).named("pooled::sooner").run_on_pool(hangs)
        })
    });
    told.recv_timeout(WATCHDOG).expect("it is at work");
    frozen.wait_for_sleepers(1);
    frozen.advance(100 * MS);
    let fault = caller.join().expect("no panic").expect_err("late");
    assert_eq!(fault.to_string(), "pooled::sooner: no answer within 100ms");
    end.send(()).expect("it listens");
    assert!(heard.next().starts_with("timed out"));
    assert!(heard.next().starts_with("finished, abandoned"));
}

#[test]
fn what_is_in_force_holds_there() {
    let _tenant = dyno::scope::push(Arc::new("acme"));
    let tenant = || dyno::scope::find(|name: &Arc<&str>| Some(**name));
    assert_eq!(timeout(20_000 * MS).run_on_pool(tenant), Ok(Some("acme")));
}
