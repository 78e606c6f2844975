//! What once went wrong, and must not again.

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use dyno::__private::SharedBreaker;
use dyno::breaker::store::{Memory, Record, Sharing, Storage, StoreError};
use dyno::breaker::{self, Breaker, Counting, Fuse, Happened, Rule, Seen, Settings, State};
use dyno::clock;

use super::support::SECOND;

fn quietly<R>(f: impl FnOnce() -> R) {
    drop(catch_unwind(AssertUnwindSafe(f)));
}

#[test]
fn a_call_of_a_destructor_counts_also_while_a_panic_unwinds() {
    struct InDrop<'a>(&'a Breaker);
    impl Drop for InDrop<'_> {
        fn drop(&mut self) {
            self.0.call(|| Some(1));
        }
    }
    let windowed = Breaker::new("mended-unwinding").failure_rate(0.5);
    let heard = Counting::new();
    let listened = Breaker::new("mended-unwinding-heard");
    let _listening = listened.listen(heard.clone());
    for breaker in [&windowed, &listened] {
        quietly(|| {
            let _calls = InDrop(breaker);
            panic_any("the caller's own");
        });
    }
    assert_eq!((windowed.snapshot().window.calls, heard.counts().successes), (1, 1));
}

/// A store that goes away.
struct Away(Memory, AtomicBool);

impl Away {
    fn there(&self) -> Result<&Memory, StoreError> {
        let away = self.1.load(Ordering::Relaxed);
        if away { Err(StoreError::new("no route to host")) } else { Ok(&self.0) }
    }
}

impl Storage for Away {
    fn load(&self, key: &str) -> Result<Option<Record>, StoreError> {
        self.there()?.load(key)
    }

    fn update(
        &self,
        key: &str,
        change: &mut dyn FnMut(Option<&Record>) -> Option<Record>,
    ) -> Result<Option<Record>, StoreError> {
        self.there()?.update(key, change)
    }
}

#[test]
fn a_trial_elsewhere_keeps_nobody_out_when_the_store_is_away() {
    let frozen = clock::freeze();
    let store = Arc::new(Away(Memory::new(), AtomicBool::new(false)));
    let [here, there] = [(); 2].map(|()| {
        let breaker = Breaker::new("mended-away").fail_max(1);
        breaker.share(store.clone(), Sharing::default());
        breaker
    });
    assert_eq!(here.call(|| None::<u8>), None);
    frozen.advance(SECOND * 61);
    let _trial = here.acquire().expect("the trial of all");
    there.sync();
    assert_eq!(there.state(), State::HalfOpen);
    store.1.store(true, Ordering::Relaxed);
    frozen.advance(SECOND * 59);
    assert!(there.acquire().is_err(), "it may report yet");
    frozen.advance(SECOND);
    assert_eq!(there.call(|| Some(1)), Some(1));
    assert_eq!(there.state(), State::Closed);
}

#[test]
fn a_late_definition_starts_nothing_anew() {
    static FIRST: SharedBreaker =
        SharedBreaker::new("mended-starts", || Breaker::new("mended-starts").fail_max(3));
    static LATE: SharedBreaker =
        SharedBreaker::new("mended-starts", || Breaker::new("mended-starts").starts(State::Closed));
    FIRST.get().call(|| Some(1));
    breaker::named("mended-starts").expect("it is used").force_open();
    assert_eq!(LATE.get().state(), State::ForcedOpen);
}

#[test]
fn a_breaker_that_shares_tells_of_an_opening_also_when_its_rule_panics() {
    struct Broken;
    impl Rule for Broken {
        fn name(&self) -> &'static str {
            "broken"
        }
        fn opens(&self, _: &Seen) -> bool {
            panic_any("the rule's own trouble")
        }
    }
    let breaker = Breaker::new("mended-rule").fail_max(1).rule(&Broken);
    let heard = Counting::new();
    let _listening = breaker.listen(heard.clone());
    breaker.share(Arc::new(Memory::new()), Sharing::default());
    quietly(|| breaker.call(|| None::<u8>));
    assert_eq!((breaker.state(), heard.counts().opened), (State::Open, 1));
}

#[test]
fn shares_are_written_as_they_were_given() {
    let settings = Settings::new().failure_rate(0.07).recover(&[0.01, 0.29]);
    let written = format!("{settings:?}");
    assert!(written.contains("failure_rate = 7%"), "{written}");
    assert!(written.contains("recover = [1%, 29%]"), "{written}");
}

#[test]
fn two_definitions_that_cannot_work_together_are_refused() {
    static FEW: SharedBreaker =
        SharedBreaker::new("mended-window", || Breaker::new("mended-window").window_calls(10));
    static MANY: SharedBreaker =
        SharedBreaker::new("mended-window", || Breaker::new("mended-window").min_calls(50));
    FEW.get();
    let refused = catch_unwind(|| MANY.get().name()).expect_err("no rate would ever count");
    let message = refused.downcast_ref::<String>().expect("a message");
    assert!(message.contains("in `min_calls`, `window`"), "{message}");
}

/// Panics when it is dropped, as what somebody panics with may.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "the payload's own trouble");
    }
}

#[test]
fn a_listener_whose_panic_panics_silences_nobody() {
    let breaker = Breaker::new("mended-bomb").fail_max(3);
    let _bomb = breaker.listen(|_: &Breaker, happened: &Happened| {
        if matches!(happened, Happened::Success) {
            panic_any(Bomb);
        }
    });
    let heard = Counting::new();
    let _listening = breaker.listen(heard.clone());
    assert_eq!(breaker.call(|| Some(1)), Some(1));
    (0..3).for_each(|_| assert_eq!(breaker.call(|| None::<u8>), None));
    assert_eq!(heard.counts().opened, 1);

    let fuse = Fuse::new("mended-bomb-fuse");
    let told = Arc::new(AtomicU32::new(0));
    let counted = told.clone();
    let _bomb = fuse.listen(|_: &Fuse, _: bool| panic_any(Bomb));
    let _listening = fuse.listen(move |_: &Fuse, _: bool| {
        counted.fetch_add(1, Ordering::Relaxed);
    });
    fuse.trip();
    fuse.reset();
    assert_eq!(told.load(Ordering::Relaxed), 2);
}

#[test]
fn a_trial_that_is_only_too_slow_is_told_as_such() {
    let frozen = clock::freeze();
    let breaker = Breaker::new("mended-slow").fail_max(1).slow(SECOND);
    breaker.trip();
    frozen.advance(SECOND * 60);
    let (heard, listened) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let told = heard.clone();
    let _listening = breaker.listen(move |_: &Breaker, happened: &Happened| {
        if happened.to_string() == "half-open -> open: the trial was too slow" {
            told.store(true, Ordering::Relaxed);
        }
        listened.store(true, Ordering::Relaxed);
    });
    let trial = breaker.acquire().expect("the trial");
    frozen.advance(SECOND + Duration::from_millis(1));
    trial.success();
    assert_eq!((breaker.state(), heard.load(Ordering::Relaxed)), (State::Open, true));
}

#[test]
fn a_setting_that_cannot_be_is_told_where_it_was_given() {
    static PLACE: std::sync::Mutex<String> = std::sync::Mutex::new(String::new());
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        // The hook is the whole program's: other tests panic as well.
        let mine = info.to_string().contains("`fail_max` must be");
        let here = info.location().filter(|at| mine && at.file().ends_with("mended.rs"));
        if let Some(at) = here {
            *PLACE.lock().expect("held briefly") = at.line().to_string();
        }
        before(info);
    }));
    let line = line!() + 1;
    quietly(|| Breaker::new("mended-place").change(|settings| settings.fail_max(0)));
    assert_eq!(*PLACE.lock().expect("held briefly"), line.to_string());
}
