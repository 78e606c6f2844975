//! The fuse: switched by hand, and by nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Barrier, Mutex};

use dyno::__private::{Point, SharedFuse};
use dyno::Reason;
use dyno::breaker::{self, Fuse};
use dyno::point::{self, Event};

use super::support::{Oops, block_on, overhear, within_reason};

type Heard = Arc<Mutex<Vec<String>>>;

/// Listens to `fuse` under a name of its own, which is put before what it hears.
fn listen<'a>(fuse: &'a Fuse, to: &Heard, who: &'static str) -> breaker::FuseListening<'a> {
    let to = to.clone();
    fuse.listen(move |fuse, on| {
        to.lock().expect("held briefly").push(format!("{who}: {} {on}", fuse.name()));
    })
}

fn ask(fuse: &Fuse) -> Result<u8, Oops> {
    fuse.call(|| Ok(7))
}

#[test]
fn dy_10_a_new_fuse_is_on_and_lets_calls_pass() {
    let fuse = Fuse::new("fuse-new");
    assert!(fuse.is_on());
    assert_eq!(fuse.check(), Ok(()));
    assert_eq!(ask(&fuse), Ok(7));
    assert_eq!(block_on(fuse.call_async(|| async { Ok::<_, Oops>(8) })), Ok(8));
    assert_eq!(format!("{fuse:?}"), "Fuse(fuse-new, on)");
    assert!(fuse.location().file().ends_with("fuse.rs"));
}

#[test]
fn dy_11_while_it_is_off_nothing_runs() {
    let fuse = Fuse::new("fuse-off");
    let ran = AtomicU32::new(0);
    let call = || {
        fuse.call(|| {
            ran.fetch_add(1, Ordering::Relaxed);
            Ok::<_, Oops>(())
        })
    };
    for _ in 0..2 {
        fuse.trip();
        assert!(!fuse.is_on());
        let fault = call().expect_err("off").fault();
        assert_eq!((fault.reason(), fault.retry_after()), (Some(Reason::FuseOff), None));
        assert_eq!(fault.to_string(), "fuse-off: the fuse is off");
        assert_eq!(fuse.check(), Err(fault));
    }
    let called = AtomicBool::new(false);
    let turned_away = block_on(fuse.call_async(|| {
        called.store(true, Ordering::Relaxed);
        async { Some(()) }
    }));
    assert_eq!((turned_away, called.into_inner()), (None, false), "not even made");
    assert_eq!(ran.load(Ordering::Relaxed), 0);
    for round in 1..=2 {
        fuse.reset();
        call().expect("on");
        assert_eq!(ran.load(Ordering::Relaxed), round);
    }
}

#[test]
fn dy_13_a_call_that_is_inside_finishes() {
    let fuse = Fuse::new("fuse-inside");
    let inside = fuse.call(|| {
        fuse.trip();
        assert!(ask(&fuse).is_err(), "the next is turned away at once");
        Some("finished")
    });
    assert_eq!(inside, Some("finished"));
    fuse.reset();
    let inside = block_on(fuse.call_async(|| async {
        fuse.trip();
        tokio::task::yield_now().await;
        Some("finished")
    }));
    assert_eq!(inside, Some("finished"));
    assert!(ask(&fuse).is_err());
}

#[test]
fn neither_errors_nor_panics_trip_it() {
    let fuse = Fuse::new("fuse-errors");
    for _ in 0..100 {
        assert_eq!(fuse.call(|| Err::<(), _>(Oops::Own("down"))), Err(Oops::Own("down")));
    }
    let panicked = catch_unwind(AssertUnwindSafe(|| fuse.call(|| -> Option<()> { panic!("!") })));
    assert!(panicked.is_err());
    assert!(fuse.is_on());
}

#[test]
fn one_that_starts_off_waits_for_a_hand() {
    static FUSE: Fuse = Fuse::new("fuse-starts-off").off();
    assert!(ask(&FUSE).is_err());
    FUSE.reset();
    assert_eq!(ask(&FUSE), Ok(7));
}

#[test]
fn listeners_hear_of_real_changes_in_order_until_they_are_removed() {
    let fuse = Fuse::new("fuse-heard");
    let heard = Heard::default();
    let first = listen(&fuse, &heard, "first");
    listen(&fuse, &heard, "kept").keep();
    fuse.reset();
    assert!(heard.lock().expect("held briefly").is_empty(), "it is on already");
    fuse.trip();
    fuse.trip();
    drop(first);
    let _last = listen(&fuse, &heard, "last");
    fuse.reset();
    assert_eq!(
        *heard.lock().expect("held briefly"),
        [
            "first: fuse-heard false",
            "kept: fuse-heard false",
            "kept: fuse-heard true",
            "last: fuse-heard true",
        ]
    );
}

#[test]
fn a_listener_may_panic_and_may_use_the_fuse() {
    static FUSE: Fuse = Fuse::new("fuse-inner");
    let heard = Heard::default();
    FUSE.listen(|_, _| panic!("the listener's own trouble")).keep();
    FUSE.listen(|fuse, on| {
        assert_eq!(fuse.is_on(), on, "it is told after the change");
        // It switches it on again, removes itself and lets another listen.
        let other = fuse.listen(|_, _| {});
        fuse.reset();
        drop(other);
    })
    .keep();
    listen(&FUSE, &heard, "after").keep();
    let (watching, observed) = overhear("fuse-inner");
    within_reason(|| FUSE.trip());
    assert!(FUSE.is_on(), "the second listener has switched it on");
    let heard = heard.lock().expect("held briefly");
    assert_eq!(*heard, ["after: fuse-inner false", "after: fuse-inner true"], "in order");
    drop(watching);
    let observed = observed.lock().expect("held briefly");
    assert_eq!(*observed, ["Fuse { on: false }", "Fuse { on: true }"], "for observers as well");
}

#[test]
fn a_listener_may_remove_itself() {
    static FUSE: Fuse = Fuse::new("fuse-removes");
    static OWN: Mutex<Option<breaker::FuseListening<'static>>> = Mutex::new(None);
    static TOLD: AtomicU32 = AtomicU32::new(0);
    let listening = FUSE.listen(|_, _| {
        TOLD.fetch_add(1, Ordering::Relaxed);
        let own = OWN.lock().expect("held briefly").take();
        drop(own);
    });
    *OWN.lock().expect("held briefly") = Some(listening);
    within_reason(|| {
        FUSE.trip();
        FUSE.reset();
    });
    assert_eq!(TOLD.load(Ordering::Relaxed), 1);
}

#[test]
fn observers_hear_of_changes_and_rejections() {
    let fuse = Fuse::new("fuse-observed");
    let (watching, heard) = overhear("fuse-observed");
    fuse.trip();
    fuse.trip();
    assert!(ask(&fuse).is_err());
    fuse.reset();
    drop(watching);
    fuse.trip();
    assert_eq!(
        *heard.lock().expect("held briefly"),
        ["Fuse { on: false }", "the fuse is off", "Fuse { on: true }"]
    );
}

#[test]
fn threads_that_switch_at_once_are_told_of_in_order() {
    static FUSE: Fuse = Fuse::new("fuse-threads");
    static HEARD: Mutex<Vec<bool>> = Mutex::new(Vec::new());
    FUSE.listen(|_, on| HEARD.lock().expect("held briefly").push(on)).keep();
    let start = Arc::new(Barrier::new(8));
    within_reason(move || {
        let switching: Vec<_> = (0..8)
            .map(|index| {
                let start = start.clone();
                dyno::spawn(move || {
                    start.wait();
                    for round in 0..2000 {
                        let trips = (index + round) % 2 == 0;
                        let switch = if trips { Fuse::trip } else { Fuse::reset };
                        switch(&FUSE);
                        let _ = ask(&FUSE);
                    }
                })
            })
            .collect();
        for thread in switching {
            thread.join().expect("no thread panics");
        }
    });
    let heard = HEARD.lock().expect("held briefly");
    assert!(heard.iter().enumerate().all(|(at, on)| *on == (at % 2 == 1)), "off, on, off, on, …");
    assert_eq!(heard.last(), Some(&FUSE.is_on()));
}

#[test]
fn a_name_may_be_switched_before_the_code_that_uses_it_has_run() {
    static EARLY: SharedFuse = SharedFuse::new("fuse-early", false);
    static STATIC: Fuse = Fuse::new("fuse-early");
    breaker::fuse("fuse-early").trip();
    assert!(ask(EARLY.get()).is_err());
    assert!(STATIC.is_on(), "it is not listed yet");
    assert!(ask(STATIC.list()).is_err());
    breaker::fuse("fuse-early").reset();
    assert!(EARLY.get().is_on() && STATIC.is_on());
    STATIC.trip();
    assert!(!EARLY.get().is_on(), "one switch, whichever of them is switched");
}

#[test]
fn one_that_was_only_asked_for_starts_as_an_attribute_says() {
    static OFF: SharedFuse = SharedFuse::new("fuse-asked", true);
    static STATIC: Fuse = Fuse::new("fuse-asked-static").off();
    let asked = breaker::fuse("fuse-asked");
    let heard = Heard::default();
    listen(asked, &heard, "asked").keep();
    assert!(asked.is_on() && breaker::fuse("fuse-asked-static").is_on());
    assert!(!OFF.get().is_on() && std::ptr::eq(OFF.get(), asked));
    assert_eq!(*heard.lock().expect("held briefly"), ["asked: fuse-asked false"]);
    assert!(ask(STATIC.list()).is_err() && !breaker::fuse("fuse-asked-static").is_on());
}

#[test]
fn one_that_was_switched_by_hand_keeps_its_state_when_an_attribute_says_off() {
    static OFF: SharedFuse = SharedFuse::new("fuse-known", true);
    breaker::fuse("fuse-known").trip();
    breaker::fuse("fuse-known").reset();
    assert!(OFF.get().is_on());
    assert!(std::ptr::eq(OFF.get(), breaker::fuse("fuse-known")));
}

#[test]
fn a_fuse_of_a_point_is_called_after_it() {
    static POINT: Point = Point::new(Some("shop::price"), || "");
    static OWN: Fuse = Fuse::of(&POINT).off();
    assert_eq!((OWN.name(), OWN.is_on()), ("shop::price", false));
    assert_eq!(OWN.location(), POINT.location());
}

#[test]
fn a_name_stands_for_one_fuse() {
    static ONE: SharedFuse = SharedFuse::new("fuse-named", true);
    static AGAIN: SharedFuse = SharedFuse::new("fuse-named", true);
    assert!(!ONE.get().is_on());
    assert!(std::ptr::eq(ONE.get(), AGAIN.get()));
    assert!(std::ptr::eq(ONE.get(), breaker::fuse("fuse-named")));
    let named = breaker::fuses().into_iter().filter(|fuse| fuse.name() == "fuse-named");
    assert_eq!(named.count(), 1);
}

#[test]
fn a_static_is_found_once_it_is_listed() {
    static FUSE: Fuse = Fuse::new("fuse-static").off();
    static SITE: SharedFuse = SharedFuse::new("fuse-static", false);
    FUSE.list();
    assert!(std::ptr::eq(FUSE.list(), breaker::fuse("fuse-static")));
    assert!(std::ptr::eq(SITE.get(), &raw const FUSE), "the attribute goes by the static");
    let listed = breaker::fuses().into_iter().filter(|fuse| fuse.name() == "fuse-static");
    assert_eq!(listed.count(), 1);
}

#[test]
fn of_two_that_become_one_the_last_switch_holds() {
    static FIRST: Fuse = Fuse::new("fuse-joined");
    static SECOND: Fuse = Fuse::new("fuse-joined");
    let heard = Heard::default();
    listen(&FIRST, &heard, "first").keep();
    FIRST.list().trip();
    FIRST.reset();
    SECOND.trip();
    let (watching, observed) = overhear("fuse-joined");
    SECOND.list();
    assert!(!FIRST.is_on() && !SECOND.is_on(), "a kill switch is not undone by a look");
    breaker::fuse("fuse-joined").reset();
    drop(watching);
    assert!(SECOND.is_on());
    let heard = heard.lock().expect("held briefly");
    assert_eq!(
        *heard,
        ["false", "true", "false", "true"].map(|on| format!("first: fuse-joined {on}"))
    );
    assert_eq!(*observed.lock().expect("held briefly"), ["Fuse { on: true }"], "once a name");
}

#[test]
fn places_that_start_it_otherwise_are_refused_with_both() {
    static ON: SharedFuse = SharedFuse::new("fuse-contradicted", false);
    static OFF: SharedFuse = SharedFuse::new("fuse-contradicted", true);
    ON.get();
    for _ in 0..2 {
        let panicked = catch_unwind(|| OFF.get().name()).expect_err("refused");
        let message = panicked.downcast_ref::<String>().expect("a message");
        for part in [
            "fuse \"fuse-contradicted\": starts on at ",
            ", and off at ",
            "fuse.rs:",
            "say `off` in all of its places or in none",
        ] {
            assert!(message.contains(part), "{part:?} is missing in: {message}");
        }
    }
    assert!(ON.get().is_on(), "and the first goes on");
}

#[test]
fn threads_that_race_for_a_name_get_the_same_fuse() {
    static SITE: SharedFuse = SharedFuse::new("fuse-race", false);
    static STATIC: Fuse = Fuse::new("fuse-race");
    let gate = Arc::new(Barrier::new(8));
    let racing = [0, 1, 2, 3, 4, 5, 6, 7].map(|index| {
        let gate = gate.clone();
        dyno::spawn(move || {
            gate.wait();
            match index % 3 {
                0 => SITE.get().trip(),
                1 => breaker::fuse("fuse-race").trip(),
                _ => drop(STATIC.list()),
            }
        })
    });
    for thread in racing {
        thread.join().expect("no thread panics");
    }
    assert!(!SITE.get().is_on() && !STATIC.is_on() && !breaker::fuse("fuse-race").is_on());
    let named = breaker::fuses().into_iter().filter(|fuse| fuse.name() == "fuse-race");
    assert_eq!(named.count(), 1);
}

#[test]
fn a_panicking_observer_harms_nobody() {
    let fuse = Fuse::new("fuse-observer-panics");
    let watching = point::observe(|point: &str, _: &Event<'_>| {
        assert_ne!(point, "fuse-observer-panics", "the observer's own trouble");
    });
    fuse.trip();
    assert!(fuse.check().is_err());
    drop(watching);
    assert!(!fuse.is_on());
}
