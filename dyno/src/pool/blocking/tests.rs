//! A pool whose threads get stuck.

use std::sync::mpsc;

use super::*;
use crate::clock;

/// A pool of its own, so that nobody else's jobs are on it.
fn pool(most: usize) -> &'static Blocking {
    Box::leak(Box::new(Blocking::new("test-blocking", limits(most))))
}

const fn limits(size: usize) -> Limits {
    Limits { size, queue: usize::MAX, idle: IDLE }
}

/// Until `is_so` of the pool, which another thread makes true.
fn wait_for(pool: &'static Blocking, is_so: impl Fn(&State) -> bool) {
    let end = clock::now() + Duration::from_secs(20);
    while !is_so(&pool.lock()) {
        assert!(clock::now() < end, "it never is");
        thread::yield_now();
    }
}

fn far() -> Instant {
    clock::now() + Duration::from_secs(3600)
}

fn start<T: Send + 'static>(
    pool: &'static Blocking,
    job: impl FnOnce() -> T + Send + 'static,
) -> Option<Ticket<T>> {
    pool.start(Scope::empty(), job, far(), || {}).ok()
}

fn wait<T>(ticket: &Ticket<T>) {
    assert!(clock::wait_until(far(), |waker| ticket.is_over(waker)));
}

/// A job that hangs until the sender is dropped, and is at work.
fn hangs(pool: &'static Blocking) -> (Ticket<()>, mpsc::Sender<()>) {
    let (end, ended) = mpsc::channel::<()>();
    let (tell, told) = mpsc::channel();
    let job = move || {
        tell.send(()).unwrap_or_default();
        ended.recv().unwrap_or_default();
    };
    let ticket = start(pool, job).expect("a thread");
    told.recv().expect("it is at work");
    (ticket, end)
}

#[test]
fn an_idle_thread_is_used_again_and_there_are_no_more_than_the_most() {
    let pool = pool(2);
    for _ in 0..20 {
        let ticket = start(pool, || 7).expect("a thread");
        wait(&ticket);
        assert!(matches!(ticket.leave(), Left::With(Ok(7))));
    }
    let many: Vec<_> = (0..20).map(|n| start(pool, move || n).expect("it waits")).collect();
    for (n, ticket) in many.into_iter().enumerate() {
        wait(&ticket);
        assert!(matches!(ticket.leave(), Left::With(Ok(it)) if it == n));
    }
    assert!(pool.lock().started <= 2);
}

#[test]
fn no_job_waits_for_a_thread_that_another_has_been_promised() {
    for _ in 0..20 {
        let pool = pool(2);
        wait(&start(pool, || 7).expect("a thread"));
        wait_for(pool, |state| state.idle == 1);
        let (end, ended) = mpsc::channel::<()>();
        let hangs = start(pool, move || ended.recv().unwrap_or_default());
        let next = start(pool, || 7).expect("a thread");
        let soon = clock::now() + Duration::from_secs(20);
        assert!(clock::wait_until(soon, |waker| next.is_over(waker)), "it waits for the first");
        drop((hangs, end));
    }
}

#[test]
fn threads_without_work_end_and_others_start_when_there_is_some() {
    let limits = Limits { idle: Duration::from_nanos(1), ..limits(1) };
    let pool: &Blocking = Box::leak(Box::new(Blocking::new("test-blocking", limits)));
    for started in 1..4 {
        let ticket = start(pool, || 7).expect("a thread");
        wait(&ticket);
        assert!(matches!(ticket.leave(), Left::With(Ok(7))));
        wait_for(pool, |state| (state.threads, state.idle) == (0, 0));
        assert_eq!(pool.lock().started, started);
    }
}

#[test]
fn what_waits_for_a_thread_when_its_caller_leaves_is_never_run() {
    let pool = pool(1);
    let (busy, end) = hangs(pool);
    let (held, dropped) = mpsc::channel::<()>();
    let waiting = start(pool, move || held.send(())).expect("it waits");
    assert!(matches!(waiting.leave(), Left::Waiting));
    assert_eq!(dropped.try_recv(), Err(mpsc::TryRecvError::Disconnected), "nothing is kept");
    drop(end);
    wait(&busy);
    assert_eq!(pool.abandoned(), (0, 0));
}

#[test]
fn where_every_thread_is_stuck_nothing_is_taken_until_one_ends() {
    let pool = pool(2);
    let (first, end_first) = hangs(pool);
    let (second, end_second) = hangs(pool);
    assert!(matches!(first.leave(), Left::Late));
    let waiting = start(pool, || 7).expect("the second one may end");
    drop(second);
    assert_eq!(pool.abandoned(), (2, 2));
    assert!(start(pool, || 7).is_none());
    drop(end_first);
    wait(&waiting);
    let ticket = start(pool, || 7).expect("one is free");
    wait(&ticket);
    assert_eq!(pool.abandoned(), (1, 2));
    drop(end_second);
}

/// T10 of the peers' flaws: a panic told as a time-out.
#[test]
fn what_is_late_is_dropped_there_but_a_panic_is_the_callers() {
    let pool = pool(1);
    let (held, dropped) = mpsc::channel::<()>();
    let (tell, told) = mpsc::channel();
    let late = move || tell.send(()).unwrap_or_default();
    let long_ago = Instant::from_nanos(0);
    let ticket = pool.start(Scope::empty(), move || held, long_ago, late).expect("a thread");
    wait(&ticket);
    assert!(matches!(ticket.leave(), Left::Late));
    told.recv().expect("it is told");
    assert_eq!(dropped.try_recv(), Err(mpsc::TryRecvError::Disconnected), "not left to the caller");
    assert_eq!(pool.abandoned(), (0, 1));

    let panics = || -> () { panic!("its own") };
    let ticket = pool.start(Scope::empty(), panics, long_ago, || {}).expect("a thread");
    wait(&ticket);
    let Left::With(Err(panic)) = ticket.leave() else { panic!("a time-out") };
    assert_eq!(panic.downcast_ref(), Some(&"its own"));
    assert_eq!(pool.abandoned(), (0, 1));
}

#[test]
fn a_result_whose_drop_panics_harms_no_thread() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("at its drop");
        }
    }
    let pool = pool(1);
    let (end, ended) = mpsc::channel::<()>();
    let (tell, told) = mpsc::channel();
    let job = move || {
        tell.send(()).unwrap_or_default();
        ended.recv().unwrap_or_default();
        Panics
    };
    let ticket = start(pool, job).expect("a thread");
    told.recv().expect("it is at work");
    drop(ticket);
    let next = start(pool, || 7);
    assert!(next.is_none(), "the only thread is stuck");
    drop(end);
    while pool.abandoned().0 != 0 {
        thread::yield_now();
    }
    let ticket = start(pool, || 7).expect("a thread");
    wait(&ticket);
    assert!(matches!(ticket.leave(), Left::With(Ok(7))));
    assert_eq!(pool.lock().started, 1);
}
