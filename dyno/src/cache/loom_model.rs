//! Every interleaving of the flights, by the model checker loom:
//! `RUSTFLAGS="--cfg loom" cargo test -p dyno --lib --release --no-default-features --features cache loom`

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Wake, Waker};

use loom::sync::atomic::{AtomicU64, Ordering};
use loom::sync::{Arc, Mutex, Notify};
use loom::thread;

use super::flight::{Aloft, Begun, Flights, Turn};
use super::wait::Wait;

type Model = Flights<Mutex<Aloft>>;

const KEY: u64 = 7;

/// Flights, and a value that is there when it is not 0.
struct Cache {
    flights: Model,
    value: AtomicU64,
    /// How many compute.
    computing: AtomicU64,
    computed: AtomicU64,
}

fn cache() -> Arc<Cache> {
    let zero = || AtomicU64::new(0);
    let flights = Flights { aloft: Mutex::new(Aloft::new()) };
    Arc::new(Cache { flights, value: zero(), computing: zero(), computed: zero() })
}

fn leads(cache: &Cache) -> u64 {
    match cache.flights.begin(KEY, None) {
        Begun::Leads(number) => number,
        other => panic!("somebody leads already: {other:?}"),
    }
}

struct Wakes(Notify);

impl Wake for Wakes {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.notify();
    }
}

fn poll(wait: &mut Wait<'_, Mutex<Aloft>>, waker: &Waker) -> Poll<Turn> {
    Pin::new(wait).poll(&mut Context::from_waker(waker))
}

/// A model in which nobody wakes it hangs, which loom tells.
fn block(mut wait: Wait<'_, Mutex<Aloft>>) -> Turn {
    let wakes = std::sync::Arc::new(Wakes(Notify::new()));
    let waker = Waker::from(wakes.clone());
    loop {
        match poll(&mut wait, &waker) {
            Poll::Ready(turn) => return turn,
            Poll::Pending => wakes.0.wait(),
        }
    }
}

impl Cache {
    /// Asks for the value, and computes it where it is to; the first `failing` of all fail.
    fn get(&self, failing: u64) -> u64 {
        loop {
            match self.value.load(Ordering::Relaxed) {
                0 => {}
                value => return value,
            }
            let number = match self.flights.begin(KEY, None) {
                Begun::Leads(number) if self.value.load(Ordering::Relaxed) != 0 => {
                    // Who led before has landed between the two.
                    self.flights.land(number);
                    continue;
                }
                Begun::Leads(number) => number,
                Begun::Busy(number) => match block(Wait::new(&self.flights, number, None)) {
                    Turn::Leads => number,
                    _ => continue,
                },
                Begun::Own => unreachable!("nobody says on which thread"),
            };
            assert_eq!(self.computing.fetch_add(1, Ordering::Relaxed), 0, "one at a time");
            let nth = self.computed.fetch_add(1, Ordering::Relaxed) + 1;
            self.computing.fetch_sub(1, Ordering::Relaxed);
            if nth <= failing {
                self.flights.hand_over(number);
                return 0;
            }
            self.value.store(nth, Ordering::Relaxed);
            self.flights.land(number);
            return nth;
        }
    }
}

fn spawn<R: 'static>(
    cache: &Arc<Cache>,
    f: impl FnOnce(&Cache) -> R + 'static,
) -> thread::JoinHandle<R> {
    let cache = cache.clone();
    thread::spawn(move || f(&cache))
}

/// Three threads have more ways than can be walked: those in which no more than two of them are
/// stopped where they need not be.
fn of_three(f: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(f);
}

#[test]
fn however_many_ask_one_computes_and_all_get_it() {
    of_three(|| {
        let cache = cache();
        let others = [0; 2].map(|_| spawn(&cache, |cache| cache.get(0)));
        assert_eq!(cache.get(0), 1);
        assert_eq!(others.map(|other| other.join().expect("joins")), [1, 1]);
        assert_eq!(cache.computed.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn who_fails_hands_over_to_one_and_nobody_is_left_waiting() {
    of_three(|| {
        let cache = cache();
        let others = [0; 2].map(|_| spawn(&cache, |cache| cache.get(1)));
        let mut got = vec![cache.get(1)];
        got.extend(others.map(|other| other.join().expect("joins")));
        got.sort_unstable();
        assert_eq!((got, cache.computed.load(Ordering::Relaxed)), (vec![0, 2, 2], 2));
        assert!(matches!(cache.flights.begin(KEY, None), Begun::Leads(_)), "nothing is left");
    });
}

#[test]
fn one_that_goes_away_hands_over_what_has_become_its_own() {
    loom::model(|| {
        let cache = cache();
        let number = leads(&cache);
        let mut first = Wait::new(&cache.flights, number, None);
        assert!(poll(&mut first, Waker::noop()).is_pending());
        let there = spawn(&cache, move |cache| {
            let turn = block(Wait::new(&cache.flights, number, None));
            if turn == Turn::Leads {
                cache.flights.land(number);
            }
            turn
        });
        let fails = spawn(&cache, move |cache| cache.flights.hand_over(number));
        drop(first);
        // It leads, or comes when all is over.
        there.join().expect("joins");
        fails.join().expect("joins");
        assert!(matches!(cache.flights.begin(KEY, None), Begun::Leads(_)), "nothing is left");
    });
}

#[test]
fn one_that_gives_up_while_it_lands_is_forgotten() {
    loom::model(|| {
        let cache = cache();
        let number = leads(&cache);
        let mut wait = Wait::new(&cache.flights, number, None);
        assert!(poll(&mut wait, Waker::noop()).is_pending());
        let there = spawn(&cache, move |cache| cache.flights.land(number));
        drop(wait);
        assert!(!there.join().expect("joins"));
        assert!(matches!(cache.flights.begin(KEY, None), Begun::Leads(_)), "nothing is left");
    });
}

#[test]
fn what_is_taken_away_stays_away() {
    loom::model(|| {
        let cache = cache();
        let number = leads(&cache);
        let removes = spawn(&cache, |cache| {
            cache.flights.void(KEY);
            cache.value.store(0, Ordering::Relaxed);
        });
        if !cache.flights.is_void(number) {
            cache.value.store(7, Ordering::Relaxed);
        }
        if cache.flights.land(number) {
            cache.value.store(0, Ordering::Relaxed);
        }
        removes.join().expect("joins");
        assert_eq!(cache.value.load(Ordering::Relaxed), 0);
    });
}

#[test]
fn a_new_leader_brings_what_the_one_before_was_not_to() {
    loom::model(|| {
        let cache = cache();
        let number = leads(&cache);
        let there = spawn(&cache, move |cache| {
            if block(Wait::new(&cache.flights, number, None)) == Turn::Leads {
                assert!(!cache.flights.is_void(number), "it has begun since");
                cache.flights.land(number);
            }
        });
        cache.flights.void(KEY);
        cache.flights.hand_over(number);
        there.join().expect("joins");
        assert!(matches!(cache.flights.begin(KEY, None), Begun::Leads(_)), "nothing is left");
    });
}
