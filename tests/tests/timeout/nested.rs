//! Of several limits the soonest holds, and its own point tells of it.

use std::future::{Future, pending};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use dyno::timeout::timeout;
use dyno::{Deadline, Fault, clock};

use crate::support::{MS, block_on, hear};

/// An inner time-out in an outer one.
fn nested(outer: u32, inner: u32) -> Result<Result<(), Fault>, Fault> {
    nested_in(outer, inner, "nested::inner")
}

/// The same, the inner one by its name: tests run side by side, and each hears of every point.
fn nested_in(outer: u32, inner: u32, name: &'static str) -> Result<Result<(), Fault>, Fault> {
    let inner = timeout(inner * MS).named(name).run_async(pending());
    block_on(timeout(outer * MS).named("nested::outer").run_async(inner))
}

#[test]
fn the_outer_one_tells_when_it_is_sooner() {
    let _frozen = clock::freeze();
    let heard = hear("nested::later");
    let start = clock::now();
    let fault = nested_in(100, 500, "nested::later").expect_err("the outer one");
    assert_eq!(fault.to_string(), "nested::outer: no answer within 100ms");
    assert_eq!(start.elapsed(), 100 * MS);
    assert!(heard.so_far().is_empty());
}

#[test]
fn the_inner_one_tells_when_it_is_sooner() {
    let _frozen = clock::freeze();
    let start = clock::now();
    let fault = nested(500, 100).expect("in time").expect_err("the inner one");
    assert_eq!(fault.to_string(), "nested::inner: no answer within 100ms");
    assert_eq!(start.elapsed(), 100 * MS);
}

#[test]
fn the_outer_one_tells_when_they_are_equal() {
    let _frozen = clock::freeze();
    assert!(nested(100, 100).is_err());
}

#[test]
fn an_inner_one_that_begins_late_is_cut_by_the_outer_one() {
    let frozen = clock::freeze();
    let start = clock::now();
    let body = async {
        clock::sleep_async(80 * MS).await;
        let made = frozen.sleepers();
        let inner = timeout(50 * MS).named("nested::late").run_async(pending::<()>());
        (made, inner.await)
    };
    let fault = block_on(timeout(100 * MS).named("nested::cut").run_async(body)).expect_err("late");
    assert_eq!(fault.to_string(), "nested::cut: no answer within 100ms");
    assert_eq!(start.elapsed(), 100 * MS);
}

#[test]
fn a_deadline_that_nobody_ends_is_kept_by_the_time_out_within() {
    let _frozen = clock::freeze();
    let start = clock::now();
    let limited = timeout(500 * MS).named("nested::within").run_async(pending::<()>());
    let fault = block_on(Deadline::within_async(100 * MS, limited)).expect_err("late");
    assert_eq!(fault.to_string(), "nested::within: no answer within 100ms");
    assert_eq!(start.elapsed(), 100 * MS);
}

#[test]
fn a_limit_that_began_within_began_outside_too() {
    let frozen = clock::freeze();
    let start = clock::now();
    let body = async {
        let inner = async {
            let outer_end = Deadline::current();
            frozen.advance(30 * MS);
            outer_end
        };
        let seen = timeout(900 * MS).run_async(inner).await.expect("in time");
        assert_eq!(seen, Some(Deadline::at(start + 100 * MS)));
        pending::<()>().await;
    };
    assert!(block_on(timeout(100 * MS).run_async(body)).is_err());
    assert_eq!(start.elapsed(), 100 * MS, "it does not begin a second time");
}

#[test]
fn a_limit_around_a_future_that_waits_already_begins_when_it_is_put_there() {
    fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    let frozen = clock::freeze().manual();
    let mut inner = Box::pin(timeout(900 * MS).run_async(pending::<()>()));
    {
        let first = pin!(timeout(50 * MS).run_async(inner.as_mut()));
        assert!(poll(first).is_pending());
    }
    frozen.advance(40 * MS);
    let mut second = pin!(timeout(100 * MS).run_async(inner.as_mut()));
    assert!(poll(second.as_mut()).is_pending());
    frozen.advance(99 * MS);
    assert!(poll(second.as_mut()).is_pending(), "it has been there for 99 ms");
    frozen.advance(MS);
    assert!(poll(second.as_mut()).is_ready());
}

#[test]
fn a_function_within_a_limited_future_is_given_what_is_left() {
    let _frozen = clock::freeze();
    let body = async {
        clock::sleep_async(30 * MS).await;
        timeout(900 * MS).run(|| Deadline::current().map(Deadline::remaining))
    };
    let left = block_on(timeout(100 * MS).run_async(body)).expect("in time").expect("not spent");
    assert_eq!(left, Some(70 * MS));
}
