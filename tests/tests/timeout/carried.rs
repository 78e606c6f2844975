//! Where a deadline goes along.

use std::future::pending;
use std::sync::mpsc;
use std::thread;

use dyno::timeout::timeout;
use dyno::{Deadline, clock};

use crate::support::{MS, WATCHDOG, block_on};

#[test]
fn threads_under_a_frozen_clock_share_the_deadline() {
    let frozen = clock::freeze();
    Deadline::within(100 * MS, || {
        let there: Vec<_> =
            (0..4).map(|_| dyno::spawn(|| Deadline::current().map(Deadline::remaining))).collect();
        let left: Vec<_> = there.into_iter().map(|it| it.join().expect("it ends")).collect();
        assert_eq!(left, [Some(100 * MS); 4]);
        frozen.advance(100 * MS);
        let spent = dyno::spawn(|| Deadline::check("carried")).join().expect("it ends");
        assert!(spent.is_err());
    });
}

#[test]
fn a_thread_of_a_limited_future_is_under_its_deadline() {
    let _frozen = clock::freeze();
    let end = clock::now() + 100 * MS;
    let body = async { dyno::spawn(Deadline::current).join().expect("it ends") };
    let there = block_on(timeout(100 * MS).run_async(body));
    assert_eq!(there, Ok(Some(Deadline::at(end))));
}

#[test]
fn on_another_thread_nobody_else_ends_what_is_late() {
    let _frozen = clock::freeze();
    let start = clock::now();
    let (tell, told) = mpsc::channel();
    let body = async {
        dyno::spawn(move || {
            let inner = timeout(900 * MS).run_async(pending::<()>());
            tell.send((block_on(inner), clock::now())).unwrap_or_default();
        });
        told.recv_timeout(WATCHDOG)
    };
    let (inner, then) = block_on(timeout(100 * MS).run_async(body)).expect("ready").expect("ends");
    assert!(inner.expect_err("late").is_timed_out());
    assert_eq!(then - start, 100 * MS);
}

#[test]
fn a_thread_of_the_pool_is_under_the_sooner_deadline() {
    let _frozen = clock::freeze();
    let end = clock::now() + 100 * MS;
    let there = Deadline::within(100 * MS, || timeout(900 * MS).run_on_pool(Deadline::current));
    assert_eq!(there, Ok(Some(Deadline::at(end))));
    assert_eq!(timeout(900 * MS).run_on_pool(Deadline::current), {
        Ok(Some(Deadline::at(end + 800 * MS)))
    });
}

#[test]
fn nothing_of_it_stays_on_a_thread() {
    let _frozen = clock::freeze();
    let names: Vec<_> = (0..20)
        .map(|_| {
            let name = || thread::current().name().map(str::to_owned);
            timeout(MS).run_on_pool(name).expect("in time").expect("a name")
        })
        .collect();
    assert!(names.iter().all(|name| name.starts_with("dyno-blocking-")), "{names:?}");
    let free = timeout(MS).run_on_pool(|| thread::spawn(Deadline::current).join());
    assert_eq!(free.expect("in time").expect("it ends"), None);
}
