//! Attempts, pauses, what observers hear.

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dyno::__private::{Again, Asks, Attempts, Point};
use dyno::Verdict;
use dyno::clock;
use dyno::point::{self, Event};
use dyno::retry::{Retry, retry};

use super::support::{Flaky, MS, block_on, overhear};

#[test]
fn it_makes_as_many_attempts_as_said_and_returns_the_last_outcome() {
    for (attempts, good, outcome, calls) in
        [(3, 1, Ok(1), 1), (3, 2, Ok(2), 2), (3, 3, Ok(3), 3), (3, 4, Err(3), 3), (1, 2, Err(1), 1)]
    {
        let flaky = Flaky::new(good);
        assert_eq!(retry(attempts).run(|| flaky.call()), outcome);
        assert_eq!(flaky.calls.get(), calls, "{attempts} attempts, good on call {good}");
    }
}

#[test]
fn every_outcome_may_be_retried() {
    let flaky = Flaky::new(2);
    assert_eq!(retry(3).run(|| flaky.call().ok()), Some(2));
    let flaky = Flaky::new(2);
    let flow = retry(3).run(|| match flaky.call() {
        Ok(call) => ControlFlow::Continue(call),
        Err(call) => ControlFlow::Break(call),
    });
    assert_eq!(flow, ControlFlow::Continue(2));
}

#[test]
fn the_delay_is_slept_between_attempts_only() {
    let _frozen = clock::freeze();
    let start = clock::now();
    let begun = RefCell::new(Vec::new());
    let outcome: Result<(), ()> = retry(3).delay(100 * MS).run(|| {
        begun.borrow_mut().push(start.elapsed());
        Err(())
    });
    assert_eq!(outcome, Err(()));
    assert_eq!(*begun.borrow(), [Duration::ZERO, 100 * MS, 200 * MS]);
    assert_eq!(start.elapsed(), 200 * MS, "no pause after the last attempt");
}

#[test]
fn without_a_delay_no_time_passes() {
    let _frozen = clock::freeze();
    let start = clock::now();
    assert_eq!(retry(5).run(|| None::<()>), None);
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[test]
fn backoff_pauses_stay_under_a_limit_that_doubles_and_differ_at_the_cap() {
    let _frozen = clock::freeze();
    let mut begun = Vec::new();
    let outcome: Option<()> = retry(200).backoff(50 * MS..400 * MS).run(|| {
        begun.push(clock::now());
        None
    });
    assert_eq!(outcome, None);
    let pauses: Vec<Duration> = begun.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(pauses.len(), 199);
    for (pause, limit) in pauses.iter().zip([50, 100, 200, 400]) {
        assert!(*pause <= limit * MS, "{pauses:?}");
    }
    let capped = &pauses[3..];
    assert!(capped.iter().all(|pause| *pause <= 400 * MS));
    // 196 draws: that none falls in a given tenth has a chance of 1e-9.
    assert!(capped.iter().any(|pause| *pause > 360 * MS));
    assert!(capped.iter().any(|pause| *pause < 40 * MS));
}

#[test]
fn the_failure_is_let_go_before_the_pause() {
    struct Connection<'a>(&'a Cell<bool>);
    impl Drop for Connection<'_> {
        fn drop(&mut self) {
            self.0.set(false);
        }
    }

    let _frozen = clock::freeze();
    let held = Cell::new(false);
    let mut calls = 0;
    let outcome: Result<(), Connection<'_>> = retry(3).delay(MS).run(|| {
        assert!(!held.replace(true), "the connection of the last attempt is still held");
        calls += 1;
        Err(Connection(&held))
    });
    assert!(outcome.is_err() && held.get());
    assert_eq!(calls, 3);
}

#[test]
fn a_panic_is_not_retried() {
    let mut calls = 0;
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        retry(3).run(|| -> Option<()> {
            calls += 1;
            std::panic::panic_any("boom")
        })
    }));
    assert_eq!(panicked.expect_err("it goes on").downcast_ref::<&str>(), Some(&"boom"));
    assert_eq!(calls, 1);
}

#[test]
fn async_attempts_pause_without_blocking() {
    let _frozen = clock::freeze();
    let start = clock::now();
    let flaky = Flaky::new(3);
    let other = async {
        clock::sleep_async(150 * MS).await;
        start.elapsed()
    };
    let tries = retry(3).delay(100 * MS).run_async(async || flaky.call());
    let (outcome, other) = block_on(async { tokio::join!(tries, other) });
    assert_eq!((outcome, other), (Ok(3), 150 * MS));
    assert_eq!(start.elapsed(), 200 * MS);
}

#[test]
fn an_async_retry_can_be_spawned_when_its_block_can() {
    fn sendable<T: Send>(value: T) -> T {
        value
    }
    async fn ping(host: &str) -> Result<usize, String> {
        tokio::task::yield_now().await;
        Ok(host.len())
    }
    let host = String::from("127.0.0.1");
    let tries = sendable(retry(3).run_async(async || ping(&host).await));
    assert_eq!(block_on(tries), Ok(9));
}

#[test]
fn an_async_retry_that_is_dropped_in_a_pause_is_over() {
    let frozen = clock::freeze();
    let flaky = Flaky::new(9);
    block_on(async {
        tokio::select! {
            biased;
            _ = retry(9).delay(100 * MS).run_async(async || flaky.call()) => unreachable!(),
            () = clock::sleep_async(250 * MS) => {}
        }
    });
    assert_eq!(flaky.calls.get(), 3);
    assert_eq!(frozen.sleepers(), 0);
}

#[test]
fn observers_hear_of_retries_and_of_their_end() {
    static RECOVERS: Point = Point::new(Some("retry::recovers"), || "");
    static GIVES_UP: Point = Point::new(Some("retry::gives_up"), || "");
    static IGNORED: Point = Point::new(Some("retry::ignored"), || "");
    const POLICY: Retry = Retry::new(3).delay(Duration::from_millis(5));

    let run = |point: &'static Point, verdicts: &[Verdict]| {
        let (watching, heard) = overhear(point.name());
        let mut attempts = Attempts::start(point, &POLICY);
        let more: Vec<bool> = verdicts
            .iter()
            .map(|verdict| attempts.next(*verdict, || Asks::Nothing).is_some())
            .collect();
        drop(watching);
        (more, heard.lock().expect("held briefly").join(", "))
    };

    let (more, heard) = run(&RECOVERS, &[Verdict::Failure, Verdict::Success]);
    assert_eq!(more, [true, false]);
    assert_eq!(heard, "Retry { attempt: 1, after: 5ms }, Recovered { attempts: 2 }");

    let (more, heard) = run(&GIVES_UP, &[Verdict::Failure; 3]);
    assert_eq!(more, [true, true, false]);
    assert_eq!(
        heard,
        "Retry { attempt: 1, after: 5ms }, Retry { attempt: 2, after: 5ms }, GaveUp { attempts: 3, why: Attempts }"
    );

    let (more, heard) = run(&IGNORED, &[Verdict::Ignored]);
    assert_eq!((more, heard.as_str()), (vec![false], ""));
}

#[test]
fn an_inline_retry_is_observed_under_its_line() {
    let at: Arc<Mutex<Vec<String>>> = Arc::default();
    let to = at.clone();
    let here = std::panic::Location::caller().file();
    let watching = point::observe(move |point: &str, event: &Event<'_>| {
        if matches!(event, Event::GaveUp { attempts: 77, .. }) {
            to.lock().expect("held briefly").push(point.to_owned());
        }
    });
    let (_, line) = (retry(77).run(|| None::<()>), line!());
    drop(watching);
    assert_eq!(*at.lock().expect("held briefly"), [format!("{here}:{line}")]);
}

#[test]
fn arguments_are_cloned_or_reused() {
    let text = String::from("sku");
    let (value, reference) = (Again::again(&text), Again::again(&&*text));
    assert_eq!(value, "sku");
    assert!(std::ptr::eq(reference, text.as_str()));
}

#[test]
#[should_panic(expected = "retry: `attempts` must be at least 1")]
fn no_attempt_at_all_is_refused() {
    let _ = retry(0);
}

#[test]
#[should_panic(expected = "retry: `backoff` must end above its beginning")]
fn an_empty_backoff_is_refused() {
    let _ = retry(3).backoff(MS..MS);
}

#[test]
#[should_panic(expected = "retry: `backoff` must begin above zero")]
fn a_backoff_from_zero_is_refused() {
    let _ = retry(3).backoff(Duration::ZERO..MS);
}
