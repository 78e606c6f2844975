//! Held open, held closed, measured only; and rules of one's own.

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::atomic::{AtomicU32, Ordering};

use dyno::breaker::{Breaker, Rule, Seen, State};
use dyno::{Reason, clock};

use super::support::{SECOND, calls, fail, failures, hear, ok, seen};

const fn breaker() -> Breaker {
    Breaker::new("suspended").fail_max(2).reset_timeout(SECOND)
}

#[test]
fn held_open_it_turns_away_for_ever() {
    let frozen = clock::freeze();
    let breaker = breaker();
    breaker.force_open();
    for _ in 0..3 {
        let fault = breaker.acquire().expect_err("held open");
        assert_eq!((fault.reason(), fault.retry_after()), (Some(Reason::ForcedOpen), None));
        frozen.advance(SECOND * 3600);
    }
    assert_eq!(breaker.snapshot().retry_after, None);
    breaker.reset();
    assert_eq!(ok(&breaker), Ok(true));
}

#[test]
fn disabled_it_lets_pass_and_counts_nothing() {
    let breaker = breaker().failure_rate(0.5).min_calls(1);
    let from_before = breaker.acquire().expect("closed");
    breaker.disable();
    fail(&breaker, 100);
    from_before.failure();
    assert_eq!((breaker.state(), failures(&breaker)), (State::Disabled, 0));
    assert_eq!(seen(&breaker), (0, 0, 0));
    let from_then = breaker.acquire().expect("disabled");
    breaker.reset();
    from_then.failure();
    assert_eq!((breaker.state(), failures(&breaker)), (State::Closed, 0));
}

#[test]
fn measured_only_it_tells_once_that_it_would_have_opened() {
    let breaker = breaker();
    let (_listening, heard) = hear(&breaker);
    breaker.metrics_only();
    for _ in 0..2 {
        heard.take();
        fail(&breaker, 50);
        assert_eq!(ok(&breaker), Ok(true));
        fail(&breaker, 50);
        assert_eq!((breaker.state(), failures(&breaker)), (State::MetricsOnly, 50));
        let told = heard.take();
        let excess = told.iter().filter(|event| event.starts_with("would open"));
        assert_eq!(excess.collect::<Vec<_>>(), ["would open: 2 failures in a row"]);
        // Put there again, it tells again.
        breaker.metrics_only();
        assert_eq!(failures(&breaker), 0);
    }
}

#[test]
fn measured_only_it_goes_by_rates_as_well() {
    let breaker = Breaker::new("suspended").window_calls(4).failure_rate(0.5);
    let breaker = breaker.starts(State::MetricsOnly);
    let (_listening, heard) = hear(&breaker);
    calls(&breaker, "ssff");
    calls(&breaker, "ffff");
    assert_eq!(seen(&breaker), (4, 4, 0));
    assert_eq!(heard.count("would open: 2 of 4 calls failed, the limit is 50%"), 1);
    assert_eq!(heard.take().iter().filter(|event| event.contains("would open")).count(), 1);
}

type ByHand = fn(&Breaker);

#[test]
fn each_state_is_left_by_hand_alone() {
    let frozen = clock::freeze();
    for start in [State::ForcedOpen, State::Disabled, State::MetricsOnly] {
        let breaker = breaker().starts(start);
        for _ in 0..10 {
            let _ = ok(&breaker);
            let _: Option<()> = breaker.call(|| None);
            frozen.advance(SECOND * 60);
        }
        assert_eq!(breaker.state(), start);
        let by_hand: [(ByHand, State); 6] = [
            (Breaker::trip, State::Open),
            (Breaker::half_open, State::HalfOpen),
            (Breaker::force_open, State::ForcedOpen),
            (Breaker::disable, State::Disabled),
            (Breaker::metrics_only, State::MetricsOnly),
            (Breaker::reset, State::Closed),
        ];
        for (change, state) in by_hand {
            change(&breaker);
            assert_eq!(breaker.state(), state);
            assert_eq!(failures(&breaker), 0);
        }
    }
}

/// Opens by three failures in the window, and keeps what it was shown last.
struct ThreeOfAny;

static ASKED: AtomicU32 = AtomicU32::new(0);

impl Rule for ThreeOfAny {
    fn name(&self) -> &'static str {
        "three failures"
    }
    fn opens(&self, seen: &Seen) -> bool {
        ASKED.fetch_add(1, Ordering::Relaxed);
        assert!(u64::from(seen.in_a_row) <= seen.failures && seen.failures <= seen.calls);
        seen.failures >= 3
    }
}

#[test]
fn a_rule_of_ones_own_is_asked_after_each_failure() {
    let breaker = Breaker::new("suspended").window_calls(6).rule(&ThreeOfAny);
    assert_eq!(breaker.snapshot().fail_max, None);
    let (_listening, heard) = hear(&breaker);
    calls(&breaker, "sfsssfsss");
    assert_eq!(ASKED.load(Ordering::Relaxed), 2, "and after no success");
    // The first failure has left the window.
    calls(&breaker, "ff");
    assert_eq!(breaker.state(), State::Open);
    assert_eq!(heard.count("closed -> open: three failures"), 1);
}

/// Panics as long as it is told to.
struct Panics;

static PANICS: AtomicU32 = AtomicU32::new(0);

impl Rule for Panics {
    fn name(&self) -> &'static str {
        "panics"
    }
    fn opens(&self, _: &Seen) -> bool {
        if PANICS.load(Ordering::Relaxed) > 0 {
            PANICS.fetch_sub(1, Ordering::Relaxed);
            panic_any("the rule's own trouble");
        }
        false
    }
}

#[test]
fn a_panicking_rule_passes_through_counts_once_and_wedges_nothing() {
    let breaker = Breaker::new("suspended").window_calls(10).rule(&Panics).fail_max(3);
    let (_listening, heard) = hear(&breaker);
    for round in 1..=2 {
        PANICS.store(1, Ordering::Relaxed);
        let panicked = catch_unwind(AssertUnwindSafe(|| breaker.call(|| None::<()>)));
        let panicked = panicked.expect_err("it goes to the caller");
        assert_eq!(panicked.downcast_ref(), Some(&"the rule's own trouble"));
        assert_eq!(seen(&breaker), (round, round, 0), "counted once");
        assert_eq!(u64::from(failures(&breaker)), round, "and in the row");
        assert_eq!(heard.take(), ["a call begins", "a call failed"]);
    }
    assert_eq!(ok(&breaker), Ok(true));
    fail(&breaker, 3);
    assert_eq!(breaker.state(), State::Open, "the other rules go on");
}

#[test]
fn a_rule_that_always_panics_does_not_keep_it_closed() {
    struct Always;
    impl Rule for Always {
        fn name(&self) -> &'static str {
            "always panics"
        }
        fn opens(&self, _: &Seen) -> bool {
            panic_any("the rule's own trouble")
        }
    }
    let breaker = Breaker::new("suspended").window_calls(10).rule(&Always).fail_max(3);
    for _ in 0..3 {
        let _ = catch_unwind(AssertUnwindSafe(|| breaker.call(|| None::<()>)));
    }
    assert_eq!(breaker.state(), State::Open);
}
