//! Many threads, several breakers, exact counts.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Barrier};

use dyno::breaker::store::Sharing;
use dyno::breaker::{Breaker, State};
use dyno::clock;

use super::super::support::{SECOND, err, ok, one_of_all_fails_each_second, within_reason};
use super::support::{Changes, Flaky, KEY, changes, join, take};

const THREADS: usize = 8;

/// Two breakers made by `make` that share, and `f` on eight threads for each.
fn on_both<R: Send + 'static>(
    store: &Arc<Flaky>,
    make: fn(&'static str) -> Breaker,
    f: fn(&Breaker) -> R,
) -> (Vec<Arc<Breaker>>, Vec<Changes>, Vec<R>) {
    let breakers: Vec<_> =
        ["one", "other"].map(|name| Arc::new(join(make(name), store))).into_iter().collect();
    let heard = breakers.iter().map(|breaker| changes(breaker)).collect();
    let start = Arc::new(Barrier::new(2 * THREADS));
    let of = breakers.clone();
    let ran = within_reason(move || {
        let run = |index: usize| {
            let (breaker, start) = (of[index % 2].clone(), start.clone());
            dyno::spawn(move || {
                start.wait();
                f(&breaker)
            })
        };
        let running: Vec<_> = (0..2 * THREADS).map(run).collect();
        running.into_iter().map(|thread| thread.join().expect("no thread panics")).collect()
    });
    (breakers, heard, ran)
}

#[test]
fn pb_70_74_failures_of_all_threads_and_breakers_are_counted() {
    let store = Flaky::new();
    let make = |name| Breaker::new(name).fail_max(10_000);
    let (breakers, _, _) =
        on_both(&store, make, |breaker| (0..100).for_each(|_| drop(err(breaker))));
    assert_eq!(store.record().failures, 1600);
    for breaker in breakers {
        breaker.sync();
        assert_eq!((breaker.snapshot().failures, breaker.state()), (1600, State::Closed));
    }
}

#[test]
fn pb_73_77_just_one_of_all_trips_it_and_none_overshoots() {
    let store = Flaky::new();
    store.conflicts.store(50, Ordering::Relaxed);
    let make = |name| Breaker::new(name).fail_max(1000);
    let (breakers, heard, _) =
        on_both(&store, make, |breaker| (0..200).for_each(|_| drop(err(breaker))));
    assert_eq!((store.record().state, store.record().failures), (State::Open, 1000));
    for breaker in &breakers {
        breaker.sync();
    }
    let mut heard: Vec<_> = heard.iter().flat_map(take).collect();
    heard.sort();
    assert_eq!(heard, ["closed -> open", "closed -> open remotely"]);
}

#[test]
fn in_47_each_time_out_lets_exactly_one_of_all_try() {
    const ROUNDS: usize = 50;
    let frozen = clock::freeze();
    let store = Flaky::new();
    let breakers = ["one", "other"].map(|name| {
        let breaker = Breaker::new(name).fail_max(1).reset_timeout(SECOND);
        breaker.share(store.clone(), Sharing::new(KEY));
        Arc::new(breaker)
    });
    breakers[0].trip();
    breakers[1].sync();
    let heard = breakers.each_ref().map(|breaker| changes(breaker));
    let knocked = breakers.clone();
    one_of_all_fails_each_second(&frozen, ROUNDS, THREADS, move |index| knocked[index % 2].clone());
    let heard: Vec<_> = heard.iter().flat_map(take).collect();
    let count = |what: &str| heard.iter().filter(|change| *change == what).count();
    assert_eq!((count("open -> half-open"), count("half-open -> open")), (ROUNDS, ROUNDS));
}

#[test]
fn a_mix_of_everything_leaves_them_in_order() {
    let frozen = clock::freeze();
    let store = Flaky::new();
    let make = |name| Breaker::new(name).fail_max(3).reset_timeout(SECOND / 1000).trials(2);
    let (breakers, _, _) = on_both(&store, make, |breaker| {
        for round in 0..300 {
            match round % 9 {
                0 => drop(ok(breaker)),
                1..=3 => drop(err(breaker)),
                4 => drop(breaker.acquire()),
                5 => breaker.sync(),
                6 if round % 5 == 0 => breaker.trip(),
                7 if round % 7 == 0 => breaker.half_open(),
                // Moves the frozen clock.
                _ => clock::sleep(SECOND / 3000),
            }
        }
    });
    // Whatever has been lost on the way: it is not wedged, and both say the same.
    frozen.advance(SECOND);
    for breaker in &breakers {
        breaker.sync();
        assert_eq!(breaker.state(), store.record().state);
    }
    breakers[0].reset();
    breakers[1].sync();
    assert_eq!((ok(&breakers[1]), store.record().state), (Ok(true), State::Closed));
}
