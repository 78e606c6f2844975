//! Calls that block, on a pool.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use dyno::breaker::{Settings, State};
use dyno::pool::Pool;
use dyno::retry::Retry;
use dyno::service::Service;
use dyno::{Reason, clock};

use super::support::{Answer, MS, SECOND, Shop};

static IO: Pool = Pool::new("service-io").size(4);

#[test]
fn attempts_are_made_there_and_the_outcome_comes_back() {
    static SERVICE: Service =
        Service::builder("pooled").pool(&IO).retry(Retry::new(3)).metrics().build();
    let (caller, calls) = (thread::current().id(), Arc::new(AtomicU32::new(0)));
    let seen = calls.clone();
    let answer = SERVICE.call_on_pool(move |call| {
        assert_ne!(thread::current().id(), caller);
        assert_eq!(call.attempt(), calls.fetch_add(1, Ordering::Relaxed) + 1);
        if call.attempt() < 3 { Err(Shop::Down) } else { Answer::Ok(7) }
    });
    assert_eq!((answer, seen.load(Ordering::Relaxed)), (Ok(7), 3));
    assert_eq!(SERVICE.snapshot().metrics.map(|it| it.total.successes), Some(1));
}

#[test]
fn da_04_what_takes_too_long_is_left_there() {
    static SERVICE: Service = Service::builder("pooled-late")
        .pool(&IO)
        .timeout(Duration::from_millis(200))
        .breaker(Settings::new().fail_max(1))
        .build();
    let _frozen = clock::freeze();
    let begin = clock::now();
    let answer = SERVICE.call_on_pool(|_| {
        clock::sleep(2 * SECOND);
        Answer::Ok(1)
    });
    let fault = answer.expect_err("late");
    assert!(fault.fault().is_timed_out());
    assert!(begin.elapsed() >= 200 * MS);
    // That is a failure of the dependency.
    assert_eq!(SERVICE.snapshot().breaker.map(|it| it.state), Some(State::Open));
}

#[test]
fn a_pool_that_is_full_is_no_failure_of_the_dependency() {
    static SMALL: Pool = Pool::new("service-small").size(1).queue(1);
    static SERVICE: Service = Service::builder("pooled-full")
        .pool(&SMALL)
        .retry(Retry::new(3))
        .breaker(Settings::new().fail_max(1))
        .build();
    let (release, held) = std::sync::mpsc::channel::<()>();
    let (tell, told) = std::sync::mpsc::channel::<()>();
    let until = Arc::new(std::sync::Mutex::new(held));
    let holds = thread::spawn(move || {
        let tell = std::sync::Mutex::new(tell);
        SERVICE.call_on_pool(move |_| {
            tell.lock().expect("held briefly").send(()).expect("the test waits");
            until.lock().expect("held by one").recv().expect("the test tells");
            Answer::Ok(1)
        })
    });
    told.recv().expect("it is at work");
    let waits = thread::spawn(|| SERVICE.call_on_pool(|_| Answer::Ok(2)));
    while SMALL.snapshot().waiting == 0 {
        thread::yield_now();
    }
    let full = SERVICE.call_on_pool(|_| Answer::Ok(3)).expect_err("it is full");
    assert_eq!(full.fault().reason(), Some(Reason::BulkheadFull));
    assert_eq!(SERVICE.snapshot().breaker.map(|it| it.state), Some(State::Closed));
    release.send(()).expect("it waits");
    assert_eq!(holds.join().expect("it ends"), Ok(1));
    assert_eq!(waits.join().expect("it ends"), Ok(2));
}

#[test]
fn a_panic_there_comes_back() {
    static SERVICE: Service = Service::builder("pooled-panics")
        .pool(&IO)
        .breaker(Settings::new().fail_max(1))
        .bulkhead(1)
        .build();
    let call = || SERVICE.call_on_pool(|_| -> Answer { panic!("on the pool") });
    let panicked = catch_unwind(AssertUnwindSafe(call)).expect_err("it panics");
    assert_eq!(panicked.downcast_ref::<&str>(), Some(&"on the pool"));
    let seen = SERVICE.snapshot();
    assert_eq!(seen.breaker.map(|it| it.state), Some(State::Open));
    assert_eq!(seen.bulkhead.map(|it| it.in_flight), Some(0));
}

#[test]
fn whoever_asks_for_the_other_way_is_told_so() {
    let told = |call: &dyn Fn() -> Option<u8>| {
        let panicked = catch_unwind(AssertUnwindSafe(call)).expect_err("in vain");
        panicked.downcast_ref::<String>().cloned().expect("a text")
    };
    let (plain, pooled) =
        (Service::builder("pooled-not").build(), Service::builder("pooled-is").pool(&IO).build());
    assert!(told(&|| plain.call_on_pool(|_| Some(1))).contains("it has no pool"));
    assert!(told(&|| pooled.call(|_| Some(1))).contains("use `call_on_pool`"));
}
