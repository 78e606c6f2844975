use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::task::{Context, Wake};
use std::thread;

use super::*;
use crate::fault::InjectErrorKind;

const PATIENCE: Duration = Duration::from_secs(20);

fn failed() -> InjectError {
    InjectError::new(InjectErrorKind::NeedsWarmUp)
}

fn watched<R: Send + 'static>(what: &'static str, f: impl FnOnce() -> R + Send + 'static) -> R {
    let (done, finished) = mpsc::channel();
    let thread = thread::spawn(move || done.send(f()));
    match finished.recv_timeout(PATIENCE) {
        Ok(value) => value,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("{what}: hangs"),
        Err(mpsc::RecvTimeoutError::Disconnected) => panic!("{what}: {:?}", thread.join().err()),
    }
}

struct Nudge(thread::Thread);

impl Wake for Nudge {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Arc::new(Nudge(thread::current())).into();
    let mut future = std::pin::pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
        thread::park();
    }
}

#[test]
fn it_is_built_once_however_many_ask() {
    watched("sixteen threads", || {
        static FLIGHT: Flight<usize> = Flight::new();
        static BUILT: AtomicUsize = AtomicUsize::new(0);
        let ask = || {
            let make = || Ok(Arc::new(BUILT.fetch_add(1, Ordering::SeqCst) + 40));
            FLIGHT.build(&Wanted::of("forty"), make).map(|value| *value)
        };
        let asking: Vec<_> = (0..16).map(|_| thread::spawn(ask)).collect();
        for thread in asking {
            assert_eq!(thread.join().expect("no panic"), Ok(40));
        }
        assert_eq!(BUILT.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn who_waits_shares_the_failure() {
    watched("a failing leader", || {
        static FLIGHT: Flight<u8> = Flight::new();
        let (entered, inside) = mpsc::channel();
        let (go, gone) = mpsc::channel::<()>();
        let leader = thread::spawn(move || {
            FLIGHT.build(&Wanted::of("it"), || {
                let _ = entered.send(());
                let _ = gone.recv();
                Err(failed())
            })
        });
        inside.recv().expect("the leader has begun");
        let Begun::Wait(wait) = Flight::begin(&FLIGHT, &Wanted::of("it")) else {
            panic!("somebody builds it");
        };
        go.send(()).expect("the leader listens");
        assert!(FLIGHT.wait(&wait).is_err());
        assert!(leader.join().expect("no panic").is_err());
    });
}

#[test]
fn a_panic_is_a_failure_with_its_message() {
    let flight = Flight::<u8>::new();
    let error = flight.build(&Wanted::of("it"), || panic!("no {}", "disk")).expect_err("a panic");
    assert_eq!(error.to_string(), "it: the provider panicked: no disk");
    let again = flight.build(&Wanted::of("it"), || Ok(Arc::new(1))).expect_err("too soon");
    assert!(again.retry_after().is_some_and(|left| left <= FIRST_PAUSE));
}

#[test]
fn a_leader_that_is_dropped_hands_over() {
    watched("a dropped leader", || {
        let flight = Flight::<u8>::new();
        let wanted = Wanted::of("it");
        let mut leader = Box::pin(flight.build_async(&wanted, pending));
        let waker = Waker::noop();
        assert!(leader.as_mut().poll(&mut Context::from_waker(waker)).is_pending());
        let mut follower = Box::pin(flight.build_async(&wanted, || async { Ok(Arc::new(7)) }));
        assert!(follower.as_mut().poll(&mut Context::from_waker(waker)).is_pending());
        drop(leader);
        assert_eq!(block_on(follower), Ok(Arc::new(7)));
    });
}

#[test]
fn a_task_is_woken_by_a_thread() {
    watched("a thread and a task", || {
        static FLIGHT: Flight<u8> = Flight::new();
        let (go, gone) = mpsc::channel::<()>();
        let wanted = Wanted::of("it");
        let Begun::Lead(lead) = Flight::begin(&FLIGHT, &wanted) else { panic!("nobody builds") };
        let leader = thread::spawn(move || {
            lead.run(|| {
                let _ = gone.recv();
                Ok(Arc::new(3))
            })
        });
        let mut task = Box::pin(FLIGHT.build_async(&wanted, pending));
        assert!(task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        go.send(()).expect("the leader listens");
        assert_eq!(block_on(task), Ok(Arc::new(3)));
        assert_eq!(leader.join().expect("no panic"), Ok(Arc::new(3)));
    });
}

#[test]
fn who_needs_itself_is_told_the_path() {
    watched("a cycle of two", || {
        static A: Flight<u8> = Flight::new();
        static B: Flight<u8> = Flight::new();
        fn a() -> Result<Arc<u8>, InjectError> {
            // Its own error hides what went wrong, as a user's may.
            A.build(&Wanted::of("a"), || b().map_err(|_| failed()))
        }
        fn b() -> Result<Arc<u8>, InjectError> {
            B.build(&Wanted::of("b"), || a().map_err(|_| failed()))
        }
        let error = a().expect_err("a cycle");
        assert!(error.to_string().contains("dependency cycle: a -> b -> a"), "{error}");
    });
}

#[test]
fn two_threads_that_enter_a_cycle_at_once_are_both_told() {
    for _ in 0..200 {
        watched("a cycle from two ends", || {
            let flights = Arc::new([Flight::<u8>::new(), Flight::<u8>::new()]);
            let both_in = Arc::new(std::sync::Barrier::new(2));
            let enter = |first: usize| {
                let (flights, both_in) = (flights.clone(), both_in.clone());
                thread::spawn(move || {
                    let names = ["a", "b"].map(Wanted::of);
                    flights[first].build(&names[first], || {
                        both_in.wait();
                        flights[1 - first].build(&names[1 - first], || Ok(Arc::new(1)))
                    })
                })
            };
            let ends = [enter(0), enter(1)];
            for end in ends {
                let error = end.join().expect("no panic").expect_err("a cycle");
                assert!(matches!(error.kind(), InjectErrorKind::Cycle(_)), "{error}");
            }
        });
    }
}

#[test]
fn a_value_that_comes_after_the_build_was_abandoned_is_taken() {
    let flight = Flight::<u8>::new();
    let wanted = Wanted::of("it");
    let Begun::Lead(lead) = Flight::begin(&flight, &wanted) else { panic!("nobody builds") };
    flight.abandon(failed());
    assert!(flight.build(&wanted, || Ok(Arc::new(1))).is_err());
    assert_eq!(lead.land(Ok(Arc::new(2))), Ok(Arc::new(2)));
    assert_eq!(flight.build(&wanted, || Ok(Arc::new(1))), Ok(Arc::new(2)));
}
