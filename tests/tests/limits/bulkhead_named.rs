//! Bulkheads by name: one bulkhead, many functions.

use std::ptr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dyno::__private::{SharedBulkhead, SharedKeyedBulkhead};
use dyno::limit::bulkhead::{all, keyed, named};
use dyno::limit::{Bulkhead, KeyedBulkhead};
use dyno::point::{self, Event};
use dyno::{Reason, clock};

const MS: Duration = Duration::from_millis(1);

fn refused(get: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let panicked = std::panic::catch_unwind(get).expect_err("refused");
    panicked.downcast_ref::<String>().expect("a message").clone()
}

#[test]
fn a_static_is_found_once_it_is_listed() {
    static DB: Bulkhead = Bulkhead::new("bulkhead-listed", 1);
    assert!(named("bulkhead-listed").is_none());
    assert!(ptr::eq(DB.list().list(), &raw const DB));
    assert!(ptr::eq(named("bulkhead-listed").expect("it is listed"), &raw const DB));
    assert_eq!(all().iter().filter(|one| one.name() == "bulkhead-listed").count(), 1);
}

#[test]
fn a_name_stands_for_one_with_the_settings_of_all_places() {
    static BARE: SharedBulkhead =
        SharedBulkhead::new("bulkhead-one", || Bulkhead::joining("bulkhead-one"));
    static SET: SharedBulkhead =
        SharedBulkhead::new("bulkhead-one", || Bulkhead::new("bulkhead-one", 1));
    static MORE: SharedBulkhead = SharedBulkhead::new("bulkhead-one", || {
        Bulkhead::new("bulkhead-one", 1).wait(50 * MS).queue(3)
    });
    let _frozen = clock::freeze();
    let told = Arc::new(Mutex::new(Vec::new()));
    let hears = told.clone();
    let _observing = point::observe(move |point: &str, event: &Event<'_>| {
        if point == "bulkhead-one" && matches!(event, Event::Warning { .. }) {
            hears.lock().expect("whole").push(event.to_string());
        }
    });
    assert!(named("bulkhead-one").is_none());
    let bare = BARE.get();
    let permits = (bare.acquire(), bare.acquire());
    let seen = format!("{bare:?}");
    assert_eq!(seen, "Bulkhead(bulkhead-one, 2 in flight, no limit yet)");
    assert!(permits.0.is_ok() && permits.1.is_ok(), "no limit is known yet");
    let warning = "the bulkhead lets every call pass until a place that gives its limit is called: \
                   give it here, too";
    assert_eq!(*told.lock().expect("whole"), [warning]);
    assert!(ptr::eq(bare, SET.get()));
    assert!(ptr::eq(bare, named("bulkhead-one").expect("it is known")));
    assert_eq!((bare.snapshot().limit, bare.snapshot().in_flight), (1, 2));
    assert_eq!(format!("{bare:?}"), "Bulkhead(bulkhead-one, 2 of 1)");
    let start = clock::now();
    assert!(bare.acquire().is_err());
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert!(ptr::eq(bare, MORE.get()));
    assert!(bare.acquire().is_err());
    assert_eq!(start.elapsed(), 50 * MS, "it goes by what was added");
    assert_eq!(format!("{BARE:?}"), "Shared(bulkhead-one)");
}

#[test]
fn other_settings_for_the_same_name_are_refused_with_both_places() {
    static ONE: SharedBulkhead =
        SharedBulkhead::new("bulkhead-two", || Bulkhead::new("bulkhead-two", 1).queue(7));
    static OTHER: SharedBulkhead = SharedBulkhead::new("bulkhead-two", || {
        Bulkhead::new("bulkhead-two", 2).wait(50 * MS).queue(8)
    });
    ONE.get();
    for _ in 0..2 {
        let message = refused(|| _ = OTHER.get());
        for part in [
            "bulkhead \"bulkhead-two\": defined as {limit = 1, queue = 7} at ",
            "bulkhead_named.rs:",
            "{limit = 2, wait = 50ms, queue = 8} at ",
            "contradict one another in `limit`, `queue`",
            "say `#[bulkhead(\"bulkhead-two\")]` in the others",
        ] {
            assert!(message.contains(part), "{part}: {message}");
        }
    }
    let one = ONE.get();
    let _permit = one.acquire();
    assert_eq!(one.acquire().expect_err("taken").reason(), Some(Reason::BulkheadFull));
}

#[test]
fn by_key_as_well() {
    static BARE: SharedKeyedBulkhead =
        SharedKeyedBulkhead::new("bulkhead-three", || KeyedBulkhead::joining("bulkhead-three"));
    static SET: SharedKeyedBulkhead = SharedKeyedBulkhead::new("bulkhead-three", || {
        KeyedBulkhead::new("bulkhead-three", 1).keys(2)
    });
    static OTHER: SharedKeyedBulkhead = SharedKeyedBulkhead::new("bulkhead-three", || {
        KeyedBulkhead::new("bulkhead-three", 2).keys(2).idle(MS)
    });
    let bare = BARE.get();
    let early = bare.get("early");
    assert!(ptr::eq(bare, SET.get()));
    assert!(ptr::eq(bare, keyed("bulkhead-three").expect("it is known")));
    assert_eq!((early.snapshot().limit, bare.get("late").snapshot().limit), (1, 1));
    let message = refused(|| drop(OTHER.get().get("a")));
    for part in [
        "{limit = 1, keys = 2} at ",
        "{limit = 2, keys = 2, idle = 1ms} at ",
        "contradict one another in `limit`",
        "say `#[bulkhead(\"bulkhead-three\", key = …)]` in the others",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
}

#[test]
fn a_name_is_not_for_one_and_for_many() {
    static ONE: SharedBulkhead =
        SharedBulkhead::new("bulkhead-four", || Bulkhead::new("bulkhead-four", 1));
    static MANY: SharedKeyedBulkhead =
        SharedKeyedBulkhead::new("bulkhead-four", || KeyedBulkhead::new("bulkhead-four", 1));
    ONE.get();
    let message = refused(|| drop(MANY.get().get("a")));
    let expected = "bulkhead \"bulkhead-four\": one for all calls at ";
    assert!(message.starts_with(expected), "{message}");
    assert!(
        message.ends_with("give them different names, or say `key` in both places"),
        "{message}"
    );
}

#[test]
fn threads_that_race_for_a_name_join_the_same_one() {
    static ONE: SharedBulkhead =
        SharedBulkhead::new("bulkhead-five", || Bulkhead::new("bulkhead-five", 1));
    let threads: Vec<_> =
        (0..8).map(|_| std::thread::spawn(|| ptr::from_ref(ONE.get()).addr())).collect();
    let mut places: Vec<_> =
        threads.into_iter().map(|thread| thread.join().expect("it ends")).collect();
    places.dedup();
    assert_eq!(places.len(), 1);
}
