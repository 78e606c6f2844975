//! Waiting for a place: who is first, for how long, and how it ends.

use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use dyno::clock;
use dyno::limit::Bulkhead;
use dyno::limit::bulkhead::Permit;
use dyno::{Deadline, Fault, Reason};

const MS: Duration = Duration::from_millis(1);

type Acquiring<'a> = Pin<Box<dyn Future<Output = Result<Permit<'a>, Fault>> + Send + 'a>>;

fn acquiring(bulkhead: &Bulkhead) -> Acquiring<'_> {
    Box::pin(bulkhead.acquire_async())
}

fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Counts how often it is woken.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn first_come_first_served_and_nobody_overtakes() {
    let _manual = clock::freeze().manual();
    let one = Bulkhead::new("fair", 1).wait(50 * MS);
    let mut holder = Some(one.acquire().expect("it is free"));
    let mut waiting: Vec<_> = (0..5).map(|_| acquiring(&one)).collect();
    for waits in &mut waiting {
        assert!(poll(waits.as_mut()).is_pending());
    }
    assert_eq!(one.snapshot().waiting, 5);
    for next in 0..5 {
        drop(holder.take());
        assert!(one.try_acquire().is_err(), "the place is spoken for");
        assert_eq!(one.snapshot().in_flight, 1, "handed over directly");
        for later in &mut waiting[next + 1..] {
            assert!(poll(later.as_mut()).is_pending(), "before {next}");
        }
        match poll(waiting[next].as_mut()) {
            Poll::Ready(permit) => holder = Some(permit.expect("it is its turn")),
            Poll::Pending => panic!("{next} waits on"),
        }
    }
    drop(holder);
    assert!(one.try_acquire().is_ok());
}

#[test]
fn only_the_one_whose_turn_it_is_is_woken() {
    let _manual = clock::freeze().manual();
    let one = Bulkhead::new("wakes", 1).wait(50 * MS);
    let permit = one.acquire();
    let wakers = [(); 3].map(|()| Arc::new(Woken::default()));
    let mut waiting: Vec<_> = (0..3).map(|_| acquiring(&one)).collect();
    for (waits, woken) in waiting.iter_mut().zip(&wakers) {
        let waker = Waker::from(woken.clone());
        assert!(waits.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    let woken = || wakers.each_ref().map(|woken| woken.0.load(Ordering::Relaxed));
    // The second goes, unserved.
    drop(waiting.remove(1));
    assert_eq!(woken(), [0, 0, 0]);
    drop(permit);
    assert_eq!(woken(), [1, 0, 0]);
    // The first goes with what it was given, which is the third's then.
    drop(waiting.remove(0));
    assert_eq!(woken(), [1, 0, 1]);
    assert!(poll(waiting[0].as_mut()).is_ready());
    assert_eq!(one.snapshot().waiting, 0);
}

#[test]
fn a_waker_that_is_replaced_is_not_woken_for_the_old_one() {
    let _manual = clock::freeze().manual();
    let one = Bulkhead::new("moves", 1).wait(50 * MS);
    let permit = one.acquire();
    let (old, new) = (Arc::new(Woken::default()), Arc::new(Woken::default()));
    let mut waits = acquiring(&one);
    for woken in [&old, &new] {
        let waker = Waker::from(woken.clone());
        assert!(waits.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    drop(permit);
    let times = |woken: &Woken| woken.0.load(Ordering::Relaxed);
    assert_eq!((times(&old), times(&new)), (0, 1));
}

#[test]
fn a_waker_may_use_the_bulkhead_and_panic() {
    struct Uses(Arc<Bulkhead>);
    impl Wake for Uses {
        fn wake(self: Arc<Self>) {
            assert!(self.0.try_acquire().is_err());
            assert_eq!(self.0.snapshot().in_flight, 1);
            panic!("a waker's own trouble");
        }
    }
    impl Drop for Uses {
        fn drop(&mut self) {
            let _looks = self.0.snapshot();
        }
    }
    let _manual = clock::freeze().manual();
    let one = Arc::new(Bulkhead::new("wakers", 1).wait(50 * MS));
    let permit = one.acquire();
    let mut waits = acquiring(&one);
    for _ in 0..2 {
        let waker = Waker::from(Arc::new(Uses(one.clone())));
        assert!(waits.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    drop(permit);
    assert!(poll(waits.as_mut()).is_ready());
}

#[test]
fn the_wait_ends_when_it_is_over_by_a_manual_clock() {
    let frozen = clock::freeze().manual();
    let one = Bulkhead::new("ends", 1).wait(50 * MS);
    let permit = one.acquire();
    let mut waits = acquiring(&one);
    assert!(poll(waits.as_mut()).is_pending());
    frozen.advance(49 * MS);
    assert!(poll(waits.as_mut()).is_pending());
    frozen.advance(MS);
    let Poll::Ready(Err(fault)) = poll(waits.as_mut()) else { panic!("it is over") };
    assert_eq!(fault.reason(), Some(Reason::BulkheadFull));
    assert_eq!((one.snapshot().waiting, one.snapshot().turned_away), (0, 1));
    drop(permit);
    assert!(one.try_acquire().is_ok(), "nobody waits any longer");
}

#[test]
fn a_place_given_at_the_last_moment_is_taken() {
    let frozen = clock::freeze().manual();
    let one = Bulkhead::new("last", 1).wait(50 * MS);
    let permit = one.acquire();
    let mut waits = acquiring(&one);
    assert!(poll(waits.as_mut()).is_pending());
    drop(permit);
    frozen.advance(60 * MS);
    assert!(matches!(poll(waits.as_mut()), Poll::Ready(Ok(_))));
}

#[test]
fn threads_wait_by_a_manual_clock_in_order() {
    let frozen = clock::freeze().manual();
    let one = Arc::new(Bulkhead::new("threads", 1).wait(50 * MS));
    let order = Arc::new(Mutex::new(Vec::new()));
    let permit = one.acquire();
    let threads: Vec<_> = (0..3)
        .map(|number| {
            let (one, order) = (one.clone(), order.clone());
            let thread = dyno::spawn(move || {
                let _permit = one.acquire().expect("its turn comes");
                order.lock().expect("whole").push(number);
            });
            frozen.wait_for_sleepers(number + 1);
            thread
        })
        .collect();
    frozen.advance(49 * MS);
    drop(permit);
    for thread in threads {
        thread.join().expect("it ends");
    }
    assert_eq!(*order.lock().expect("whole"), [0, 1, 2]);
    assert_eq!(frozen.sleepers(), 0);
}

#[test]
fn a_thread_whose_wait_is_over_is_turned_away() {
    let frozen = clock::freeze().manual();
    let one = Arc::new(Bulkhead::new("thread", 1).wait(50 * MS));
    let _permit = one.acquire();
    let there = one.clone();
    let waits = dyno::spawn(move || there.acquire().err().and_then(|fault| fault.reason()));
    frozen.wait_for_sleepers(1);
    frozen.advance(50 * MS);
    assert_eq!(waits.join().expect("it ends"), Some(Reason::BulkheadFull));
    assert_eq!((one.snapshot().waiting, one.snapshot().in_flight), (0, 1));
}

#[test]
fn a_frozen_clock_moves_to_the_end_of_the_wait() {
    let _frozen = clock::freeze();
    let one = Bulkhead::new("frozen", 1).wait(50 * MS);
    let _permit = one.acquire();
    let start = clock::now();
    assert!(one.acquire().is_err());
    assert_eq!(start.elapsed(), 50 * MS);
    let none: Option<()> = block_on(one.call_async(|| async { Some(()) }));
    assert_eq!((none, start.elapsed()), (None, 100 * MS));
}

#[test]
fn no_wait_goes_beyond_the_deadline() {
    let _frozen = clock::freeze();
    let one = Bulkhead::new("deadline", 1).wait(50 * MS);
    let _permit = one.acquire();
    let start = clock::now();
    let fault = Deadline::within(20 * MS, || one.acquire().expect_err("it is taken"));
    assert_eq!((fault.reason(), start.elapsed()), (Some(Reason::BulkheadFull), 20 * MS));
    let waits = Deadline::within_async(20 * MS, one.acquire_async());
    assert!(block_on(waits).is_err());
    assert_eq!(start.elapsed(), 40 * MS);
    let longer = Deadline::within(80 * MS, || one.acquire());
    assert!(longer.is_err());
    assert_eq!(start.elapsed(), 90 * MS, "nor beyond its own");
}

#[test]
fn no_more_wait_than_may() {
    let _manual = clock::freeze().manual();
    let one = Bulkhead::new("queue", 1).wait(50 * MS).queue(2);
    let permit = one.acquire();
    let (mut first, mut second) = (acquiring(&one), acquiring(&one));
    assert!(poll(first.as_mut()).is_pending());
    assert!(poll(second.as_mut()).is_pending());
    let fault = one.acquire().expect_err("two wait already");
    assert_eq!(fault.reason(), Some(Reason::BulkheadFull));
    assert!(matches!(poll(pin!(one.acquire_async())), Poll::Ready(Err(_))));
    drop(first);
    let mut third = acquiring(&one);
    assert!(poll(third.as_mut()).is_pending(), "one has made room");
    drop(permit);
    let Poll::Ready(Ok(_permit)) = poll(second.as_mut()) else { panic!("it was the first") };
}

#[test]
fn a_wait_without_an_end_ends_with_a_place() {
    let _frozen = clock::freeze();
    let one = Arc::new(Bulkhead::new("endless", 1).wait(Duration::MAX));
    let start = clock::now();
    let permit = one.acquire();
    let mut waits = acquiring(&one);
    for _ in 0..200 {
        assert!(poll(waits.as_mut()).is_pending());
    }
    let there = one.clone();
    let thread = dyno::spawn(move || there.acquire().is_ok());
    while one.snapshot().waiting < 2 {
        std::thread::yield_now();
    }
    drop(permit);
    let Poll::Ready(Ok(permit)) = poll(waits.as_mut()) else { panic!("it is its turn") };
    drop(permit);
    assert!(thread.join().expect("it ends"));
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[test]
fn by_the_real_time_a_thread_is_woken_by_who_leaves() {
    let one = Arc::new(Bulkhead::new("real", 1).wait(Duration::from_secs(600)));
    let permit = one.acquire_owned().expect("it is free");
    let both = Arc::new(Barrier::new(2));
    let (there, meets) = (one.clone(), both.clone());
    let waits = std::thread::spawn(move || {
        meets.wait();
        there.acquire().is_ok()
    });
    both.wait();
    while one.snapshot().waiting == 0 {
        std::thread::yield_now();
    }
    drop(permit);
    assert!(waits.join().expect("it ends"));
}

#[test]
fn one_that_grows_lets_in_as_many_as_fit() {
    let _manual = clock::freeze().manual();
    let one = Bulkhead::new("grows", 1).wait(50 * MS);
    let _permit = one.acquire();
    let mut waiting: Vec<_> = (0..4).map(|_| acquiring(&one)).collect();
    for waits in &mut waiting {
        assert!(poll(waits.as_mut()).is_pending());
    }
    one.resize(3);
    assert_eq!((one.snapshot().in_flight, one.snapshot().waiting), (3, 2));
    let in_now: Vec<_> = waiting.iter_mut().map(|waits| poll(waits.as_mut()).is_ready()).collect();
    // Each lets go of its place as soon as it is seen here.
    assert_eq!(in_now, [true; 4]);
}

#[test]
fn one_that_shrinks_lets_nobody_in_until_it_is_below() {
    let _manual = clock::freeze().manual();
    let three = Bulkhead::new("narrows", 3).wait(50 * MS);
    let mut permits: Vec<_> = (0..3).map(|_| three.acquire().expect("it is free")).collect();
    let mut waits = acquiring(&three);
    assert!(poll(waits.as_mut()).is_pending());
    three.resize(1);
    permits.pop();
    permits.pop();
    assert!(poll(waits.as_mut()).is_pending(), "one is in, and one may be");
    permits.pop();
    assert!(poll(waits.as_mut()).is_ready());
}

#[test]
fn a_wait_is_measured_for_those_who_are_turned_away() {
    let frozen = clock::freeze().manual();
    let one = Bulkhead::new("measured", 1).wait(50 * MS).queue(1);
    let permit = one.acquire();
    let mut waits = acquiring(&one);
    assert!(poll(waits.as_mut()).is_pending());
    frozen.advance(8 * MS);
    drop(permit);
    let Poll::Ready(Ok(_permit)) = poll(waits.as_mut()) else { panic!("it is its turn") };
    assert_eq!(one.try_acquire().expect_err("taken").retry_after(), Some(8 * MS));
}

fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(future)
}
