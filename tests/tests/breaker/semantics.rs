//! The ten that a sound breaker keeps. The tenth, every interleaving of a call that spans two
//! states, is `loom_model` in the crate itself.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use dyno::breaker::{Breaker, Happened, Keyed, Permit, Rule, Seen, Settings, State};
use dyno::{Reason, Verdict, clock};

use super::support::{
    Oops, SECOND, block_on, calls, err, fail, failures, hear, ok, seen, within_reason,
};

#[test]
fn semantics_1_a_permit_belongs_to_one_state() {
    let frozen = clock::freeze();
    // One permit of each state that lets calls pass, each reported in each later state.
    let breaker = Breaker::new("semantics").fail_max(1).reset_timeout(SECOND);
    for verdict in [Verdict::Success, Verdict::Failure, Verdict::Ignored] {
        let mut late: Vec<Permit<'_>> = Vec::new();
        let mut enter: Vec<fn(&Breaker)> =
            vec![Breaker::reset, Breaker::disable, Breaker::metrics_only, Breaker::half_open];
        enter.extend(enter.clone());
        for change in enter {
            change(&breaker);
            late.extend((0..3).map_while(|_| breaker.acquire().ok()));
        }
        breaker.trip();
        frozen.advance(SECOND);
        let trial = breaker.acquire().expect("the trial");
        let before = breaker.snapshot();
        late.drain(..10).for_each(|permit| permit.record(verdict));
        assert_eq!(breaker.snapshot(), before);
        trial.success();
        let closed = breaker.snapshot();
        for permit in late {
            permit.record(verdict);
        }
        assert_eq!(breaker.snapshot(), closed);
    }
}

#[test]
fn semantics_2_a_permit_has_three_ends_and_a_panic_is_a_failure() {
    let breaker = Breaker::new("semantics").fail_max(10);
    let (_listening, heard) = hear(&breaker);
    breaker.acquire().expect("closed").success();
    breaker.acquire().expect("closed").failure();
    breaker.acquire().expect("closed").ignored();
    drop(breaker.acquire());
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _permit = breaker.acquire();
        std::panic::panic_any(7_u8);
    }));
    assert_eq!(panicked.expect_err("resumed").downcast_ref(), Some(&7_u8));
    assert_eq!(failures(&breaker), 2);
    let ends: Vec<_> = heard.take().into_iter().filter(|event| event != "a call begins").collect();
    assert_eq!(
        ends,
        [
            "a call succeeded",
            "a call failed",
            "a call does not count",
            "a call does not count",
            "a call failed: it panicked",
        ]
    );
}

#[test]
fn semantics_2_a_time_out_of_ones_own_is_a_failure_and_being_dropped_is_none() {
    let _frozen = clock::freeze();
    let breaker = Breaker::new("semantics").fail_max(1);
    let pending = std::future::pending::<Result<(), Oops>>;
    block_on(async {
        tokio::select! {
            biased;
            _ = breaker.call_async(pending) => {}
            () = clock::sleep_async(SECOND) => {}
        }
    });
    assert_eq!(breaker.state(), State::Closed, "somebody outside gave up");
    let limited = breaker.call_async(|| async {
        tokio::select! {
            biased;
            outcome = pending() => outcome,
            () = clock::sleep_async(SECOND) => Err(Oops::Own("too late")),
        }
    });
    assert_eq!(block_on(limited), Err(Oops::Own("too late")));
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn semantics_3_trials_are_counted_at_entry_and_leased() {
    let frozen = clock::freeze();
    let breaker = Breaker::new("semantics").trials(3).probe_timeout(SECOND).success_threshold(3);
    breaker.half_open();
    for round in 1..=5 {
        let lost: Vec<_> = (0..10).filter_map(|_| breaker.acquire().ok()).collect();
        assert_eq!((lost.len(), breaker.snapshot().trials), (3, 3), "round {round}");
        std::mem::forget(lost);
        assert_eq!(breaker.acquire().expect_err("full").reason(), Some(Reason::HalfOpenBusy));
        frozen.advance(SECOND);
    }
    calls(&breaker, "sss");
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn semantics_4_windows_slide_and_the_fewest_calls_count_before_they_are_full() {
    let frozen = clock::freeze();
    let by_count = Breaker::new("semantics").window_calls(10).failure_rate(0.5).min_calls(4);
    calls(&by_count, "ssff");
    assert_eq!(by_count.state(), State::Open, "at the fourth");
    by_count.reset();
    calls(&by_count, &"s".repeat(1000));
    calls(&by_count, "ffff");
    assert_eq!((by_count.state(), seen(&by_count)), (State::Closed, (10, 4, 0)));
    calls(&by_count, "f");
    assert_eq!(by_count.state(), State::Open, "5 of the last 10");

    let by_time = Breaker::new("semantics").window_time(SECOND).failure_rate(0.5).min_calls(4);
    calls(&by_time, &"s".repeat(1000));
    frozen.advance(SECOND);
    calls(&by_time, "ssff");
    assert_eq!(by_time.state(), State::Open);
}

#[test]
fn semantics_5_a_window_is_cleared_by_every_close() {
    let frozen = clock::freeze();
    let breaker = Breaker::new("semantics").window_calls(4).failure_rate(0.5).reset_timeout(SECOND);
    let closes: [&dyn Fn(&Breaker); 3] = [
        &|breaker| breaker.reset(),
        &|breaker| {
            breaker.half_open();
            calls(breaker, "s");
        },
        &|breaker| {
            breaker.trip();
            frozen.advance(SECOND);
            calls(breaker, "s");
        },
    ];
    for close in closes {
        calls(&breaker, "fff");
        close(&breaker);
        assert_eq!((breaker.state(), seen(&breaker)), (State::Closed, (0, 0, 0)));
        assert_eq!(failures(&breaker), 0);
    }
}

/// Uses the breaker that asks it.
struct Curious;

static CURIOUS: Breaker =
    Breaker::new("semantics-curious").window_calls(10).rule(&Curious).fail_max(3);

impl Rule for Curious {
    fn name(&self) -> &'static str {
        "curious"
    }
    fn opens(&self, _: &Seen) -> bool {
        use_all(&CURIOUS);
        false
    }
}

fn use_all(breaker: &Breaker) {
    let _ = (breaker.state(), breaker.snapshot(), breaker.settings());
    assert!(breaker.acquire().is_ok() || breaker.state() != State::Closed);
    breaker.change(|settings| settings.trials(2));
    drop(breaker.listen(|_: &Breaker, _: &Happened| {}));
}

#[test]
fn semantics_6_no_code_of_the_users_runs_under_a_lock() {
    within_reason(|| {
        // A call, a rule, a listener, a change, what an error says: each uses the breaker.
        let _listening = CURIOUS.listen(|breaker: &Breaker, happened: &Happened| {
            // Its own calls are told of as well, and would be without end.
            if matches!(happened, Happened::Failure { .. } | Happened::StateChange { .. }) {
                use_all(breaker);
            }
        });
        let _: Option<()> = CURIOUS.call(|| {
            use_all(&CURIOUS);
            None
        });
        CURIOUS.change(|settings| {
            use_all_but_change(&CURIOUS);
            settings
        });
        let tells = |f: &mut std::fmt::Formatter<'_>| {
            use_all(&CURIOUS);
            f.write_str("down")
        };
        let report = dyno::breaker::Report::new(&tells);
        for _ in 0..2 {
            let asks = || {
                use_all(&CURIOUS);
                None
            };
            let report = report.retry_after(&asks);
            CURIOUS.acquire().expect("closed").settle(Verdict::Failure, &report);
        }
    });
    assert_eq!(CURIOUS.state(), State::Open);
}

fn use_all_but_change(breaker: &Breaker) {
    let _ = (breaker.state(), breaker.snapshot(), breaker.settings());
    drop(breaker.acquire());
}

#[test]
fn semantics_7_time_is_monotonic_injectable_and_saturates() {
    let frozen = clock::freeze();
    let century = SECOND * 3600 * 24 * 365;
    let breaker = Breaker::new("semantics").fail_max(1).reset_timeout(century).slow(SECOND);
    fail(&breaker, 1);
    assert_eq!(breaker.snapshot().retry_after, Some(century));
    frozen.advance(century);
    assert_eq!(ok(&breaker), Ok(true));
    for endless in [Duration::MAX, Duration::from_secs(u64::MAX / 2), century * 100] {
        breaker.change(|settings| settings.reset_timeout(endless).probe_timeout(Duration::MAX));
        fail(&breaker, 1);
        frozen.advance(century);
        assert_eq!(err(&breaker).expect_err("open").fault().retry_after(), None);
        breaker.half_open();
        let _probe = breaker.acquire().expect("the probe");
        assert_eq!(breaker.acquire().expect_err("busy").retry_after(), None);
        breaker.reset();
    }
    let grows = Breaker::new("semantics").fail_max(1).reset_backoff(century..Duration::MAX);
    let grows = grows.jitter(0.0);
    for years in [1, 2] {
        fail(&grows, 1);
        assert_eq!(grows.snapshot().retry_after, Some(century * years));
        frozen.advance(century * years);
    }
    fail(&grows, 1);
    frozen.advance(century * 4);
    fail(&grows, 1);
    assert_eq!(grows.snapshot().retry_after, None, "eight years are for ever");
}

#[test]
fn semantics_8_every_limit_is_checked_when_it_is_given() {
    type Set = fn(Settings, f64) -> Settings;
    let shares: [(&str, Set); 3] = [
        ("failure_rate", Settings::failure_rate),
        ("slow_rate", Settings::slow_rate),
        ("success_rate", Settings::success_rate),
    ];
    for (name, set) in shares {
        for share in [0.0, -1.0, 1.5, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            refused(name, || set(Settings::new(), share));
        }
        let _ = (set(Settings::new(), f64::MIN_POSITIVE), set(Settings::new(), 1.0));
    }
    for share in [-0.1, 1.1, f64::NAN] {
        refused("jitter", || Settings::new().jitter(share));
    }
    for stages in [&[][..], &[0.0], &[1.0], &[0.2, 0.1], &[f64::NAN], &[0.1, f64::NAN]] {
        refused("recover", || Settings::new().recover(stages));
    }
    refused("reset_timeout", || Settings::new().reset_backoff(Duration::ZERO..SECOND));
    refused("reset_timeout", || Settings::new().reset_backoff(SECOND..SECOND));
    refused("success_threshold", || Settings::new().success_threshold(4001));
    refused("trials", || Settings::new().trials(0));
    refused("window", || Settings::new().window_calls(100_001));
    refused("min_calls", || Settings::new().window_calls(10).min_calls(11));
}

fn refused(name: &str, given: impl FnOnce() -> Settings) {
    let panicked = catch_unwind(AssertUnwindSafe(given)).expect_err(name);
    let text = panicked.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panicked.downcast_ref::<&str>().copied()).expect("a text");
    assert!(text.contains(&format!("`{name}`")), "{name}: {text}");
}

#[test]
fn semantics_9_keys_are_bounded() {
    static KEYED: Keyed = Keyed::new("semantics", Settings::new().fail_max(1)).keys(10);
    for key in 0..1000 {
        fail(&KEYED.get(&key), 1);
        assert!(KEYED.len() <= 10);
    }
    assert_eq!(KEYED.all().iter().filter(|breaker| breaker.state() == State::Open).count(), 10);
}
