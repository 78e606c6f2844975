//! Many threads, exact counts.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use dyno::breaker::{Breaker, Happened, State};
use dyno::clock;

use super::support::{
    block_on, err, failures, hear_changes, ok, on_all, one_of_all_fails_each_second, overhear,
};

#[test]
fn pb_70_failures_of_all_threads_are_counted() {
    static BREAKER: Breaker = Breaker::new("threads-counted").fail_max(3000);
    on_all(3, |_| (0..500).for_each(|_| drop(err(&BREAKER))));
    assert_eq!((failures(&BREAKER), BREAKER.state()), (1500, State::Closed));
}

#[test]
fn pb_73_no_failure_overshoots_the_limit() {
    static BREAKER: Breaker = Breaker::new("threads-limit").fail_max(3000);
    let (watching, heard) = overhear("threads-limit");
    let ran = on_all(3, |_| (0..2000).filter(|_| BREAKER.call(|| None::<()>).is_none()).count());
    drop(watching);
    assert_eq!(ran.iter().sum::<usize>(), 6000);
    assert_eq!((failures(&BREAKER), BREAKER.state()), (3000, State::Open));
    let heard = heard.lock().expect("held briefly");
    let trips = heard.iter().filter(|event| *event == "closed -> open").count();
    assert_eq!(trips, 1);
}

/// Adds one as slowly as it goes, and not atomically: whoever is beside it loses it.
fn add_slowly(count: &AtomicU32) {
    let before = count.load(Ordering::Relaxed);
    std::thread::yield_now();
    count.store(before + 1, Ordering::Relaxed);
}

#[test]
fn pb_71_the_hooks_of_one_breaker_never_run_at_the_same_time() {
    static BREAKER: Breaker = Breaker::new("threads-hooks").fail_max(3000);
    static HEARD: AtomicU32 = AtomicU32::new(0);
    let listening = BREAKER.listen(|_: &Breaker, happened: &Happened| {
        if matches!(happened, Happened::Success) {
            add_slowly(&HEARD);
        }
    });
    on_all(3, |_| (0..500).for_each(|_| drop(ok(&BREAKER))));
    drop(listening);
    assert_eq!(HEARD.load(Ordering::Relaxed), 1500);
}

#[test]
fn pb_72_one_of_many_threads_makes_it_half_open() {
    static BREAKER: Breaker =
        Breaker::new("threads-once").fail_max(1).reset_timeout(Duration::from_millis(10));
    let (listening, heard) = hear_changes(&BREAKER);
    let frozen = clock::freeze();
    BREAKER.trip();
    frozen.advance(Duration::from_millis(10));
    on_all(5, |_| drop(err(&BREAKER)));
    drop(listening);
    assert_eq!(heard.take(), ["closed -> open", "open -> half-open", "half-open -> open"]);
}

#[test]
fn pb_73_nor_does_it_when_listeners_dawdle() {
    static BREAKER: Breaker = Breaker::new("threads-dawdle").fail_max(3000);
    let dawdling = BREAKER.listen(|_: &Breaker, happened: &Happened| {
        if matches!(happened, Happened::BeforeCall) {
            std::thread::yield_now();
        }
    });
    on_all(3, |_| (0..2000).filter(|_| BREAKER.call(|| None::<()>).is_none()).count());
    drop(dawdling);
    assert_eq!((failures(&BREAKER), BREAKER.state()), (3000, State::Open));
}

#[test]
fn each_time_out_lets_exactly_one_thread_try() {
    const ROUNDS: usize = 200;
    static BREAKER: Breaker =
        Breaker::new("threads-trial").fail_max(1).reset_timeout(Duration::from_secs(1));
    let (watching, heard) = overhear("threads-trial");
    let frozen = clock::freeze();
    BREAKER.trip();
    one_of_all_fails_each_second(&frozen, ROUNDS, 8, |_| &BREAKER);
    drop(watching);
    let heard = heard.lock().expect("held briefly");
    let count = |what: &str| heard.iter().filter(|event| *event == what).count();
    assert_eq!(count("open -> half-open"), ROUNDS);
    assert_eq!(count("half-open -> open"), ROUNDS);
    let away =
        count("the breaker is open") + count("the breaker is half-open and its trial is under way");
    assert_eq!(away, ROUNDS * 7, "each of the others is turned away and told of");
}

#[test]
fn calls_run_side_by_side() {
    static BREAKER: Breaker = Breaker::new("threads-parallel");
    // They meet inside the call: if it held a lock they never would.
    let inside = Arc::new(Barrier::new(4));
    let met = on_all(4, move |_| BREAKER.call(|| Some(inside.wait().is_leader())));
    assert_eq!(met.into_iter().flatten().filter(|leader| *leader).count(), 1);
}

#[test]
fn a_mix_of_everything_leaves_it_in_order() {
    static BREAKER: Breaker =
        Breaker::new("threads-mix").fail_max(3).reset_timeout(Duration::from_millis(1));
    let (watching, heard) = overhear("threads-mix");
    let frozen = clock::freeze();
    on_all(8, |index| {
        for round in 0..2000 {
            match (index + round) % 7 {
                0 => drop(ok(&BREAKER)),
                1..=3 => drop(err(&BREAKER)),
                4 => drop(BREAKER.acquire()),
                5 => drop(block_on_ok()),
                // Moves the frozen clock.
                _ => clock::sleep(Duration::from_micros(300)),
            }
        }
    });
    drop(frozen);
    drop(watching);
    // Every change began where another one had ended: as often out of a state as into it.
    let heard = heard.lock().expect("held briefly");
    let net = |state: &str| {
        let into = heard.iter().filter(|event| event.ends_with(&format!("-> {state}"))).count();
        let out = heard.iter().filter(|event| event.starts_with(&format!("{state} ->"))).count();
        i64::try_from(into).expect("few") - i64::try_from(out).expect("few")
    };
    let last = BREAKER.state();
    for state in [State::Closed, State::Open, State::HalfOpen] {
        let begins = i64::from(state == State::Closed);
        let ends = i64::from(state == last);
        assert_eq!(net(state.as_str()), ends - begins, "{state}; it is {last}");
    }
    assert!(heard.len() > 100, "it was exercised: {} events", heard.len());
    // And it is not wedged.
    BREAKER.reset();
    assert_eq!(ok(&BREAKER), Ok(true));
}

fn block_on_ok() -> Option<u8> {
    static BREAKER: Breaker = Breaker::new("threads-mix-inner");
    block_on(BREAKER.call_async(|| async { Some(1) }))
}

/// Every thread fails one call in twenty: never half of any hundred in a row.
fn fails_one_in_twenty(breaker: &'static Breaker, calls: usize) {
    on_all(8, move |_| {
        for call in 0..calls {
            let outcome = breaker.call(|| (call % 20 != 19).then_some(()));
            assert_eq!(outcome.is_none(), call % 20 == 19, "call {call} was turned away");
        }
    });
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn a_thread_that_was_stopped_in_mid_count_opens_nothing_by_an_old_sum() {
    static CALLS: Breaker = Breaker::new("threads-window").window_calls(20).failure_rate(0.5);
    static TIME: Breaker = Breaker::new("threads-window-time")
        .window_time(Duration::from_millis(100))
        .failure_rate(0.5);
    fails_one_in_twenty(&CALLS, 50_000);
    fails_one_in_twenty(&TIME, 50_000);
}
