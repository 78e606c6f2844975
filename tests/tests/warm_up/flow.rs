//! When a provider is started: as soon as what it needs is there, and never more than allowed.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::time::Duration;

use dyno::clock;
use dyno::fault::InjectErrorKind;

use crate::program;
use crate::support::{Count, PATIENCE, block_on, until, watched};

/// A gate that one passes when the other end is dropped, or after far too long.
fn gate() -> (mpsc::Sender<()>, impl Fn() + Send + Sync) {
    let (open, opened) = mpsc::channel();
    let opened = Mutex::new(opened);
    let pass = move || {
        let waited = opened.lock().expect("not poisoned").recv_timeout(PATIENCE);
        assert_ne!(waited, Err(mpsc::RecvTimeoutError::Timeout), "nobody opens the gate");
    };
    (open, pass)
}

#[dyno::test]
fn a_chain_goes_on_while_a_slow_provider_of_the_first_level_runs() {
    let _world = dyno::inject::isolated();
    let (open, pass) = gate();
    let (tell, told) = mpsc::channel();
    let (after, log) = (Arc::new(Count::new()), Arc::new(Count::new()));
    let (counting, logging) = (after.clone(), log.clone());
    let _swaps = (
        dyno::swap(program::slow, move || (pass(), program::Slow).1),
        dyno::swap(program::after_slow, move || (counting.up(), program::AfterSlow).1),
        dyno::swap(program::service, move || {
            logging.up();
            tell.send(()).expect("somebody listens");
            Ok(program::Service)
        }),
    );
    let run = dyno::spawn(|| block_on(dyno::warm_up().run_async()).map(|_| ()));
    // Three levels further on, and the first level is not done.
    told.recv_timeout(PATIENCE).expect("the chain goes on to its end");
    assert_eq!((log.get(), after.get()), (1, 0));
    drop(open);
    watched(|| run.join()).expect("no panic").expect("all can be built");
    assert_eq!(after.get(), 1);
}

#[dyno::test]
fn as_many_run_at_once_as_there_are() {
    let _world = dyno::inject::isolated();
    // More than there are cores: all twelve have to be there for one to go on.
    let meet = Arc::new(Barrier::new(12));
    let _leaves = program::swap_leaves(move || {
        meet.wait();
    });
    watched(|| block_on(dyno::warm_up().run_async()).map(drop)).expect("all can be built");
}

#[dyno::test]
fn no_more_run_at_once_than_allowed() {
    for limit in [1, 3, 4] {
        let _world = dyno::inject::isolated();
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (running, peak) = (now.clone(), most.clone());
        // So many have to be there for one to go on: the limit is reached, too.
        let meet = Arc::new(Barrier::new(limit));
        let _leaves = program::swap_leaves(move || {
            peak.fetch_max(running.fetch_add(1, SeqCst) + 1, SeqCst);
            meet.wait();
            running.fetch_sub(1, SeqCst);
        });
        let run = move || block_on(dyno::warm_up().parallelism(limit).run_async()).map(drop);
        watched(run).expect("all can be built");
        assert_eq!((now.load(SeqCst), most.load(SeqCst)), (0, limit));
    }
}

#[dyno::test]
fn two_runs_at_once_build_everything_once() {
    let _world = dyno::inject::isolated();
    let made = Arc::new(Count::new());
    let making = made.clone();
    let _leaves = program::swap_leaves(move || {
        making.up();
    });
    let run = || dyno::spawn(|| block_on(dyno::warm_up().run_async()).map(drop));
    let runs: Vec<_> = (0..4).map(|_| run()).collect();
    for run in runs {
        watched(|| run.join()).expect("no panic").expect("all can be built");
    }
    assert_eq!(made.get(), 12);
}

#[dyno::test]
fn a_provider_that_never_returns_is_left_behind() {
    let _world = dyno::inject::isolated();
    let frozen = clock::freeze().manual();
    let (open, pass) = gate();
    let others = Arc::new(Count::new());
    let [service, session, leaf] = [(); 3].map(|()| others.clone());
    let _swaps = (
        dyno::swap(program::slow, move || (pass(), program::Slow).1),
        dyno::swap(program::service, move || Ok((service.up(), program::Service).1)),
        dyno::swap(program::session, move || Ok(program::Session(session.up()))),
        program::swap_leaves(move || {
            leaf.up();
        }),
    );
    let limit = Duration::from_secs(5);
    let run = dyno::spawn(move || block_on(dyno::warm_up().timeout_each(limit).run_async()));
    // The ends of all chains are reached, and one waits for its time to be over.
    until(|| others.get() == 14 && frozen.sleepers() == 1);
    frozen.advance(limit);
    let error = watched(|| run.join()).expect("no panic").expect_err("one never returned");
    let report = error.report();
    let failed: Vec<_> = error.failed().map(|it| it.provider).collect();
    assert_eq!(failed, ["slow", "after_slow"].map(|it| format!("warm_up::program::{it}")));
    let of = |name: &str| report.built().iter().find(|it| it.provider.ends_with(name));
    let why = of("::slow").and_then(|it| it.error()).expect("it failed");
    assert!(matches!(why.kind(), InjectErrorKind::TimedOut(after) if *after == limit), "{why}");
    assert!(why.to_string().contains("after_slow: parameter `slow` (slow, "), "{why}");
    assert!(why.to_string().ends_with("the provider had not finished within 5s"), "{why}");
    assert!(of("::service").is_some_and(|it| it.error().is_none()), "the rest is built: {report}");

    // It returns after all, and its value is taken.
    drop(open);
    until(|| {
        frozen.advance(Duration::from_secs(60));
        program::serve().is_ok()
    });
}
