//! What a window holds, and when it forgets.

use std::time::Duration;

use dyno::breaker::{Breaker, Settings, State};
use dyno::{Verdict, clock};

use super::support::{SECOND, calls, end, fail, failures, ok, seen};

/// Counts, and never opens by what it counts.
fn window(settings: Settings) -> Breaker {
    Breaker::new("windows").with(settings.failure_rate(1.0).min_calls(20))
}

fn last(count: u32) -> Breaker {
    Breaker::new("windows").window_calls(count).failure_rate(1.0)
}

#[test]
fn a_count_window_slides_call_by_call() {
    let breaker = last(4);
    for (call, seen_then) in [
        ('s', (1, 0)),
        ('f', (2, 1)),
        ('f', (3, 2)),
        ('s', (4, 2)),
        // From here on one goes for each that comes.
        ('s', (4, 2)),
        ('s', (4, 1)),
        ('s', (4, 0)),
        ('f', (4, 1)),
        ('s', (4, 1)),
        ('f', (4, 2)),
        ('s', (4, 2)),
        ('s', (4, 1)),
    ] {
        calls(&breaker, &call.to_string());
        let window = breaker.snapshot().window;
        assert_eq!((window.calls, window.failures), seen_then);
    }
}

#[test]
fn a_failure_is_forgotten_exactly_when_it_leaves_the_window() {
    for size in [1_u32, 2, 63, 64, 65, 100, 1000] {
        let breaker = last(size).min_calls(size).success_threshold(1);
        calls(&breaker, "s");
        breaker.acquire().expect("closed").failure();
        if size == 1 {
            assert_eq!(breaker.state(), State::Open, "all of one");
            continue;
        }
        for after in 1..size {
            assert_eq!(seen(&breaker).1, 1, "{after} of {size}");
            assert_eq!(ok(&breaker), Ok(true));
        }
        assert_eq!(seen(&breaker), (u64::from(size), 1, 0));
        assert_eq!(ok(&breaker), Ok(true));
        assert_eq!(seen(&breaker), (u64::from(size), 0, 0));
    }
}

#[test]
fn the_largest_window_holds_all_its_calls() {
    let breaker = last(100_000).failure_rate(0.5).min_calls(100_000);
    for _ in 0..25_000 {
        calls(&breaker, "fsss");
    }
    assert_eq!(seen(&breaker), (100_000, 25_000, 0));
    calls(&breaker, "ssss");
    assert_eq!(seen(&breaker), (100_000, 24_999, 0));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn a_time_window_forgets_a_tenth_of_it_at_a_time() {
    let frozen = clock::freeze();
    let breaker = window(Settings::new().window_time(SECOND * 10));
    // To the beginning of a part.
    let into = Duration::from_nanos(clock::now().as_nanos() % 1_000_000_000);
    frozen.advance(SECOND.saturating_sub(into));
    for second in 0..10 {
        calls(&breaker, "sf");
        assert_eq!(seen(&breaker), (2 * (second + 1), second + 1, 0));
        frozen.advance(SECOND);
    }
    for second in 1..10 {
        assert_eq!(seen(&breaker), (20 - 2 * second, 10 - second, 0), "the first are gone");
        frozen.advance(Duration::from_millis(999));
        assert_eq!(seen(&breaker), (20 - 2 * second, 10 - second, 0), "not before their time");
        frozen.advance(Duration::from_millis(1));
    }
    assert_eq!(seen(&breaker), (0, 0, 0));
}

#[test]
fn a_part_that_comes_round_again_begins_anew() {
    let frozen = clock::freeze();
    let breaker = window(Settings::new().window_time(SECOND));
    for _ in 0..30 {
        calls(&breaker, "ssf");
        assert_eq!(seen(&breaker), (3, 1, 0));
        frozen.advance(SECOND);
        assert_eq!(seen(&breaker), (0, 0, 0));
    }
    // Also when it was not looked at for long.
    frozen.advance(SECOND * 3600 * 24 * 30);
    calls(&breaker, "s");
    assert_eq!(seen(&breaker), (1, 0, 0));
}

#[test]
fn old_failures_do_not_open_it_together_with_new_ones() {
    let frozen = clock::freeze();
    let breaker = Breaker::new("windows").window_time(SECOND * 10).failure_rate(0.5).min_calls(4);
    calls(&breaker, "fff");
    frozen.advance(SECOND * 11);
    calls(&breaker, "fff");
    assert_eq!((breaker.state(), seen(&breaker)), (State::Closed, (3, 3, 0)));
    calls(&breaker, "f");
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn a_window_is_empty_after_each_change_of_state() {
    let frozen = clock::freeze();
    for kind in [Settings::new().window_calls(10), Settings::new().window_time(SECOND * 3600)] {
        let breaker = Breaker::new("windows").with(kind.failure_rate(0.6).min_calls(5));
        let breaker = breaker.reset_timeout(SECOND);
        for round in 0..3 {
            calls(&breaker, "ssfff");
            assert_eq!((breaker.state(), seen(&breaker)), (State::Open, (0, 0, 0)), "{round}");
            frozen.advance(SECOND);
            calls(&breaker, "s");
            assert_eq!((breaker.state(), seen(&breaker)), (State::Closed, (0, 0, 0)));
            calls(&breaker, "ffff");
            assert_eq!((breaker.state(), seen(&breaker)), (State::Closed, (4, 4, 0)));
            breaker.reset();
            assert_eq!(seen(&breaker), (0, 0, 0), "nor does it outlive a reset");
        }
    }
}

#[test]
fn ignored_calls_are_in_no_window() {
    let breaker = last(10);
    for _ in 0..5 {
        end(&breaker, Verdict::Ignored);
        drop(breaker.acquire());
    }
    calls(&breaker, "sf");
    assert_eq!(seen(&breaker), (2, 1, 0));
}

#[test]
fn without_a_rate_no_window_is_kept() {
    let breaker = Breaker::new("windows").fail_max(100);
    calls(&breaker, "sfsf");
    assert_eq!((seen(&breaker), failures(&breaker)), ((0, 0, 0), 1));
}

#[test]
fn changing_settings_keeps_the_window() {
    let _frozen = clock::freeze();
    let breaker = Breaker::new("windows").window_calls(10).failure_rate(0.9).min_calls(5);
    calls(&breaker, "sffsf");
    breaker.change(|settings| settings.fail_max(50).reset_timeout(SECOND).trials(2));
    breaker.change(|settings| settings.min_calls(6).slow(SECOND).slow_rate(0.5));
    assert_eq!((breaker.state(), seen(&breaker)), (State::Closed, (5, 3, 0)));
    // A lower rate holds from the next failure on: four of six.
    breaker.change(|settings| settings.failure_rate(0.6));
    assert_eq!(breaker.state(), State::Closed);
    calls(&breaker, "f");
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn another_size_or_kind_begins_anew() {
    let _frozen = clock::freeze();
    let breaker = last(10).min_calls(5);
    let changes: [fn(Settings) -> Settings; 4] = [
        |settings| settings.window_calls(20),
        |settings| settings.window_time(SECOND),
        |settings| settings.window_time(SECOND * 2),
        |settings| settings.window_calls(10),
    ];
    for change in changes {
        calls(&breaker, "sfsf");
        assert_eq!(seen(&breaker), (4, 2, 0));
        breaker.change(change);
        assert_eq!((seen(&breaker), failures(&breaker)), ((0, 0, 0), 1), "it failed once in a row");
    }
    calls(&breaker, "sfsf");
    breaker.change(|settings| settings.window_calls(10));
    assert_eq!(seen(&breaker), (4, 2, 0), "the same size is no other one");
}

#[test]
fn a_rate_may_be_added_to_a_breaker_that_had_none() {
    let breaker = Breaker::new("windows");
    calls(&breaker, "ffff");
    breaker.change(|settings| settings.window_calls(4).failure_rate(0.75));
    assert_eq!(breaker.snapshot().fail_max, None, "failures in a row count no more");
    assert_eq!(seen(&breaker), (0, 0, 0));
    calls(&breaker, "sff");
    assert_eq!(breaker.state(), State::Closed);
    fail(&breaker, 1);
    assert_eq!(breaker.state(), State::Open);
}

#[test]
#[should_panic(expected = "`min_calls` is more than the `window` holds")]
fn a_rate_that_never_counts_is_refused() {
    let _ = Breaker::new("windows").min_calls(11).window_calls(10);
}

#[test]
fn a_change_that_is_refused_changes_nothing() {
    let breaker = last(10).min_calls(5);
    let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        breaker.change(|settings| settings.fail_max(7).window_calls(4));
    }));
    assert!(refused.is_err());
    assert_eq!(breaker.snapshot().fail_max, None);
    assert_eq!(breaker.settings(), last(10).min_calls(5).settings());
}
