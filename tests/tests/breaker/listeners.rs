//! What listeners hear, in which order, and that none of them does harm.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier, Mutex};

use dyno::breaker::{Breaker, Happened, Listener, Listening, Report, State, Why};
use dyno::{Verdict, clock};

use super::support::{
    Heard, SECOND, block_on, err, fail, failures, hear, hear_changes, ok, within_reason,
};

const fn breaker() -> Breaker {
    Breaker::new("listeners").fail_max(2).reset_timeout(SECOND)
}

#[test]
fn each_call_is_told_in_order() {
    let frozen = clock::freeze();
    let breaker = breaker();
    let (_listening, heard) = hear(&breaker);
    assert_eq!(ok(&breaker), Ok(true));
    assert_eq!(heard.take(), ["a call begins", "a call succeeded"]);
    fail(&breaker, 1);
    assert_eq!(heard.take(), ["a call begins", "a call failed"]);
    breaker.acquire().expect("closed").ignored();
    drop(breaker.acquire());
    assert_eq!(heard.take(), ["a call begins", "a call does not count"].repeat(2));
    let report = Report::new(&|f| f.write_str("down"));
    breaker.acquire().expect("closed").settle(Verdict::Failure, &report);
    let opened = "closed -> open: 2 failures in a row";
    assert_eq!(heard.take(), ["a call begins", "a call failed: down", opened]);
    assert!(ok(&breaker).is_err());
    assert_eq!(
        heard.take(),
        [
            "a call was turned away: listeners: the breaker is open, try again in 1.0s (last error: down)"
        ]
    );
    frozen.advance(SECOND);
    fail(&breaker, 1);
    let half_open = "open -> half-open: 1.0s have passed";
    let again = "half-open -> open: the trial failed";
    assert_eq!(heard.take(), [half_open, "a call begins", "a call failed", again]);
    frozen.advance(SECOND);
    assert_eq!(ok(&breaker), Ok(true));
    let closed = "half-open -> closed: the trial succeeded";
    assert_eq!(heard.take(), [half_open, "a call begins", closed, "a call succeeded"]);
}

#[test]
fn changes_by_hand_are_told_once_and_resets_each_time() {
    let breaker = breaker();
    let (_listening, heard) = hear(&breaker);
    breaker.trip();
    breaker.trip();
    assert_eq!(heard.take(), ["closed -> open: by hand"]);
    breaker.reset();
    breaker.reset();
    assert_eq!(heard.take(), ["open -> closed: by hand", "reset by hand", "reset by hand"]);
    for (by_hand, state) in [
        (Breaker::force_open as fn(&Breaker), "forced-open"),
        (Breaker::disable, "disabled"),
        (Breaker::metrics_only, "metrics-only"),
    ] {
        by_hand(&breaker);
        by_hand(&breaker);
        breaker.half_open();
        let told =
            [format!("half-open -> {state}: by hand"), format!("{state} -> half-open: by hand")];
        let told = if state == "forced-open" {
            [told[0].replace("half-open ->", "closed ->"), told[1].clone()]
        } else {
            told
        };
        assert_eq!(heard.take(), told);
    }
}

#[test]
fn a_late_result_is_not_told() {
    let breaker = breaker();
    let (from_closed, to_drop) = (breaker.acquire().expect("closed"), breaker.acquire());
    breaker.trip();
    let (_listening, heard) = hear(&breaker);
    from_closed.failure();
    drop(to_drop);
    assert_eq!(heard.take(), [""; 0]);
}

#[test]
fn hooks_hear_what_they_are_named_after() {
    struct Hooks(Heard);
    impl Listener for Hooks {
        fn before_call(&self, _: &Breaker) {
            self.0.push("before");
        }
        fn success(&self, _: &Breaker) {
            self.0.push("success");
        }
        fn failure(&self, _: &Breaker, error: &str) {
            self.0.push(format!("failure {error}"));
        }
        fn ignored(&self, _: &Breaker) {
            self.0.push("ignored");
        }
        fn rejected(&self, _: &Breaker, fault: &dyno::Fault) {
            self.0.push(format!("rejected {:?}", fault.reason()));
        }
        fn state_change(&self, _: &Breaker, change: &dyno::breaker::Change) {
            self.0.push(change.to.as_str());
        }
        fn exceeded(&self, _: &Breaker, why: &Why) {
            self.0.push(format!("exceeded: {why}"));
        }
        fn reset(&self, _: &Breaker) {
            self.0.push("reset");
        }
    }
    let (breaker, heard) = (breaker(), Heard::default());
    let _listening = breaker.listen(Hooks(heard.clone()));
    assert_eq!(ok(&breaker), Ok(true));
    breaker.acquire().expect("closed").ignored();
    breaker.metrics_only();
    fail(&breaker, 2);
    breaker.force_open();
    assert!(ok(&breaker).is_err());
    breaker.reset();
    let told = [
        "before",
        "success",
        "before",
        "ignored",
        "metrics-only",
        "before",
        "failure ",
        "before",
        "failure ",
        "exceeded: 2 failures in a row",
        "forced-open",
        "rejected Some(ForcedOpen)",
        "closed",
        "reset",
    ];
    assert_eq!(heard.take(), told);
}

/// Says `who` whenever a call succeeds.
fn named<'a>(breaker: &'a Breaker, heard: &Heard, who: &'static str) -> Listening<'a> {
    let heard = heard.clone();
    breaker.listen(move |_: &Breaker, happened: &Happened| {
        if matches!(happened, Happened::Success) {
            heard.push(who);
        }
    })
}

#[test]
fn pb_34_35_listeners_are_told_in_the_order_in_which_they_were_added() {
    let (breaker, heard) = (breaker(), Heard::default());
    let _one = named(&breaker, &heard, "one");
    assert_eq!(breaker.listeners().len(), 1);
    let two = named(&breaker, &heard, "two");
    let all = breaker.listeners();
    assert_eq!(all.len(), 2);
    assert_eq!(ok(&breaker), Ok(true));
    assert_eq!(heard.take(), ["one", "two"]);
    drop(two);
    assert_eq!(ok(&breaker), Ok(true));
    assert_eq!((heard.take(), breaker.listeners().len()), (vec!["one".to_owned()], 1));
    assert!(Arc::ptr_eq(&breaker.listeners()[0], &all[0]), "what was asked for is a copy");
}

#[test]
fn one_that_is_added_twice_is_told_twice() {
    #[derive(Clone)]
    struct Shared(Arc<AtomicU32>);
    impl Listener for Shared {
        fn success(&self, _: &Breaker) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let breaker = breaker();
    let shared = Shared(Arc::default());
    let (_once, twice) = (breaker.listen(shared.clone()), breaker.listen(shared.clone()));
    assert_eq!(ok(&breaker), Ok(true));
    assert_eq!(shared.0.swap(0, Ordering::Relaxed), 2);
    drop(twice);
    assert_eq!(ok(&breaker), Ok(true));
    assert_eq!(shared.0.load(Ordering::Relaxed), 1);
}

#[test]
fn one_that_is_kept_stays_and_one_that_is_dropped_hears_no_more() {
    let (breaker, heard) = (breaker(), Heard::default());
    named(&breaker, &heard, "kept").keep();
    drop(named(&breaker, &heard, "dropped"));
    assert_eq!(ok(&breaker), Ok(true));
    assert_eq!(heard.take(), ["kept"]);
}

#[test]
fn a_listener_comes_and_goes_while_calls_are_under_way() {
    let (breaker, heard) = (breaker(), Heard::default());
    let begun_before = breaker.acquire().expect("closed");
    let listening = named(&breaker, &heard, "heard");
    begun_before.success();
    let begun_during = breaker.acquire().expect("closed");
    drop(listening);
    begun_during.success();
    assert_eq!(heard.take(), ["heard"]);
}

#[test]
fn async_calls_and_panics_are_told_as_well() {
    let breaker = breaker();
    let (_listening, heard) = hear(&breaker);
    assert_eq!(block_on(breaker.call_async(|| async { Some(7) })), Some(7));
    assert_eq!(heard.take(), ["a call begins", "a call succeeded"]);
    let future = breaker.call_async(std::future::pending::<Option<u8>>);
    assert_eq!(heard.take(), [""; 0], "nothing has begun");
    block_on(async {
        let mut future = std::pin::pin!(future);
        std::future::poll_fn(|cx| {
            assert!(future.as_mut().poll(cx).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
    });
    assert_eq!(heard.take(), ["a call begins", "a call does not count"], "it was dropped");
    let panicked = catch_unwind(AssertUnwindSafe(|| breaker.call(|| -> Option<()> { panic!() })));
    assert!(panicked.is_err());
    assert_eq!(heard.take(), ["a call begins", "a call failed: it panicked"]);
}

#[test]
fn a_panicking_listener_alters_no_call_and_no_change() {
    let frozen = clock::freeze();
    let breaker = breaker();
    breaker.listen(|_: &Breaker, _: &Happened| panic!("the listener's own trouble")).keep();
    let (_listening, heard) = hear_changes(&breaker);
    assert_eq!(ok(&breaker), Ok(true));
    fail(&breaker, 1);
    assert_eq!((failures(&breaker), breaker.state()), (1, State::Closed));
    fail(&breaker, 1);
    assert_eq!(breaker.state(), State::Open);
    frozen.advance(SECOND);
    assert_eq!(ok(&breaker), Ok(true));
    assert_eq!(breaker.state(), State::Closed);
    assert_eq!(heard.take(), ["closed -> open", "open -> half-open", "half-open -> closed"]);
}

#[test]
fn a_listener_sees_the_new_state_and_may_use_the_breaker() {
    static BREAKER: Breaker = breaker();
    let (_listening, heard) = hear(&BREAKER);
    let _resets = BREAKER.listen(|breaker: &Breaker, happened: &Happened| {
        if let Happened::StateChange { change, .. } = happened {
            assert_eq!(breaker.state(), change.to);
            if change.to == State::Open {
                breaker.reset();
                assert_eq!(ok(breaker), Ok(true), "the calls of a listener are calls as well");
            }
        }
    });
    within_reason(|| fail(&BREAKER, 2));
    assert_eq!(BREAKER.state(), State::Closed);
    let told = heard.take();
    assert_eq!(told[4..6], ["closed -> open: 2 failures in a row", "open -> closed: by hand"]);
    assert_eq!(told[6..], ["reset by hand", "a call begins", "a call succeeded"]);
}

#[test]
fn a_listener_may_remove_itself_and_skips_nobody() {
    static BREAKER: Breaker = breaker();
    static OWN: Mutex<Option<Listening<'static>>> = Mutex::new(None);
    let heard = Heard::default();
    let told = heard.clone();
    let own = BREAKER.listen(move |_: &Breaker, _: &Happened| {
        told.push("itself");
        drop(OWN.lock().expect("held briefly").take());
    });
    *OWN.lock().expect("held briefly") = Some(own);
    let _after = named(&BREAKER, &heard, "after");
    within_reason(|| assert_eq!(ok(&BREAKER), Ok(true)));
    assert_eq!(heard.take(), ["itself", "after"]);
    assert_eq!(BREAKER.listeners().len(), 1);
}

#[test]
fn no_call_waits_for_the_hook_of_another() {
    static BREAKER: Breaker = Breaker::new("listeners-slow");
    let (inside, go_on) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let heard = Heard::default();
    let (to, at, until) = (heard.clone(), inside.clone(), go_on.clone());
    let _listening = BREAKER.listen(move |_: &Breaker, happened: &Happened| {
        if matches!(happened, Happened::Failure { .. }) {
            at.wait();
            until.wait();
        }
        to.push(happened.to_string());
    });
    let slow = dyno::spawn(|| drop(err(&BREAKER)));
    inside.wait();
    // The hook of that call hangs: this one is over all the same, and is told of later.
    within_reason(|| assert_eq!(ok(&BREAKER), Ok(true)));
    assert_eq!(heard.take(), ["a call begins"]);
    go_on.wait();
    slow.join().expect("no panic");
    assert_eq!(heard.take(), ["a call failed", "a call begins", "a call succeeded"]);
}

#[test]
fn what_comes_too_fast_is_lost_and_told_of() {
    static BREAKER: Breaker = Breaker::new("listeners-lost");
    let (inside, go_on) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (at, until) = (inside.clone(), go_on.clone());
    let (first, heard) = (AtomicU32::new(0), Arc::new(Mutex::new((0_u64, 0_u64))));
    let to = heard.clone();
    let _listening = BREAKER.listen(move |_: &Breaker, happened: &Happened| {
        if first.fetch_add(1, Ordering::Relaxed) == 0 {
            at.wait();
            until.wait();
        }
        let mut heard = to.lock().expect("held briefly");
        match happened {
            Happened::Lost { events, .. } => heard.1 += events,
            _ => heard.0 += 1,
        }
    });
    let slow = dyno::spawn(|| drop(ok(&BREAKER)));
    inside.wait();
    within_reason(|| (0..3000).for_each(|_| drop(ok(&BREAKER))));
    go_on.wait();
    slow.join().expect("no panic");
    let (told, lost) = *heard.lock().expect("held briefly");
    assert_eq!(told + lost, 2 + 6000);
    assert!(told > 4096 && lost > 0, "{told} told, {lost} lost");
}
