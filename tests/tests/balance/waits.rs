//! Who waits for a resolver, and by which clock.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context, Wake, Waker};
use std::thread;
use std::time::Duration;

use dyno::balance::{Balancer, Tried};
use dyno::clock::{self, freeze};
use dyno::point::{self, Event};
use dyno::service::Service;
use dyno::{Deadline, Fault};
use tokio::runtime::Runtime;

use super::support::{A, MS, SEC, ask, pick, seen, until};

type Found = io::Result<Vec<SocketAddr>>;

fn hangs(_: &str, _: u16) -> Found {
    loop {
        thread::park();
    }
}

#[expect(clippy::unnecessary_wraps, reason = "resolvers may fail")]
fn when(let_go: &AtomicBool) -> Found {
    until(|| let_go.load(Ordering::Acquire));
    Ok(vec![SocketAddr::from(([10, 0, 0, 1], 80))])
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

#[test]
fn a_thread_waits_for_it_no_longer_than_its_deadline() {
    static HANGS: Balancer = Balancer::dns("hangs", "http://prices.internal").resolver(hangs);
    let frozen = freeze();
    let waits = dyno::spawn(|| Deadline::within(5 * SEC, || HANGS.pick(&Tried::new()).map(drop)));
    frozen.wait_for_sleepers(1);
    frozen.advance(4999 * MS);
    assert!(!waits.is_finished());
    frozen.advance(MS);
    let fault = waits.join().expect("it ends").expect_err("nobody");
    assert_eq!(
        fault.to_string(),
        "hangs: no target to call: http://prices.internal is not resolved in time"
    );
    assert_eq!(frozen.sleepers(), 0);
}

#[test]
fn a_task_waits_for_it_no_longer_than_its_deadline() {
    static HANGS: Balancer = Balancer::dns("hangs-too", "http://prices.internal").resolver(hangs);
    let frozen = freeze();
    let waits = dyno::spawn(|| {
        let resolve = Deadline::after(5 * SEC).run_async(HANGS.resolve_async());
        runtime().block_on(resolve)
    });
    frozen.wait_for_sleepers(1);
    frozen.advance(5 * SEC);
    let fault = waits.join().expect("it ends").expect_err("nobody");
    assert!(fault.to_string().ends_with("is not resolved in time"), "{fault}");
}

#[test]
fn a_frozen_clock_is_not_moved_by_who_waits() {
    static LET_GO: AtomicBool = AtomicBool::new(false);
    static SLOW: Balancer =
        Balancer::dns("slow", "http://prices.internal").resolver(|_, _| when(&LET_GO));
    let _frozen = freeze();
    let begin = clock::now();
    let mut resolve = pin!(Deadline::after(5 * SEC).run_async(SLOW.resolve_async()));
    let mut polls = 0;
    // The other tasks of the thread go on meanwhile.
    let resolved = runtime().block_on(poll_fn(|cx| {
        polls += 1;
        if polls < 1000 {
            cx.waker().wake_by_ref();
        } else {
            LET_GO.store(true, Ordering::Release);
        }
        resolve.as_mut().poll(cx)
    }));
    assert_eq!((resolved, clock::now()), (Ok(1), begin));
}

#[test]
fn a_task_waits_for_it_without_its_thread() {
    static LET_GO: AtomicBool = AtomicBool::new(false);
    let balancer = Balancer::dns("tasks", "http://prices.internal").resolver(|_, _| when(&LET_GO));
    let mut gives_up = Box::pin(balancer.resolve_async());
    let mut waits = Box::pin(balancer.resolve_async());
    let mut cx = Context::from_waker(Waker::noop());
    assert!(
        gives_up.as_mut().poll(&mut cx).is_pending() && waits.as_mut().poll(&mut cx).is_pending()
    );
    drop(gives_up);
    LET_GO.store(true, Ordering::Release);
    assert_eq!(runtime().block_on(waits), Ok(1));
    assert_eq!(balancer.targets()[0].url(), A);
}

#[test]
fn the_time_of_a_resolver_is_not_that_of_a_target() {
    static LET_GO: AtomicBool = AtomicBool::new(false);
    static BEGUN: AtomicBool = AtomicBool::new(false);
    static FIRST: Balancer =
        Balancer::dns("first-pick", "http://prices.internal").resolver(|_, _| {
            BEGUN.store(true, Ordering::Release);
            when(&LET_GO)
        });
    let frozen = freeze();
    let calls = dyno::spawn(|| ask(&FIRST));
    until(|| BEGUN.load(Ordering::Acquire));
    frozen.advance(SEC);
    LET_GO.store(true, Ordering::Release);
    assert_eq!(calls.join().expect("it ends"), A);
    let latency = seen(&FIRST, A).latency.expect("it was called");
    assert!(latency < MS, "{latency:?}");
    // What a call takes counts as before.
    let pick = pick(&FIRST);
    clock::sleep(SEC);
    pick.success();
    assert_eq!(seen(&FIRST, A).latency, Some(SEC));
}

/// Picks at its drop.
struct Picks;

static PICKED: Balancer = Balancer::dns("picked", "http://prices.internal").resolver(hangs);

impl Wake for Picks {
    fn wake(self: Arc<Self>) {}
}

impl Drop for Picks {
    fn drop(&mut self) {
        let pick = Deadline::within(Duration::ZERO, || PICKED.pick(&Tried::new()).map(drop));
        assert!(pick.is_err());
    }
}

#[test]
fn a_waker_that_is_replaced_may_pick_at_its_drop() {
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || {
        let mut waits = pin!(PICKED.resolve_async());
        let picks = Waker::from(Arc::new(Picks));
        assert!(waits.as_mut().poll(&mut Context::from_waker(&picks)).is_pending());
        drop(picks);
        assert!(waits.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        done.send(()).unwrap_or_default();
    });
    assert_eq!(is_done.recv_timeout(60 * SEC), Ok(()), "it hangs");
}

#[test]
fn a_task_to_whom_a_resolver_has_failed_is_not_blocked_by_the_next_one() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    fn fails(_: &str, _: u16) -> Found {
        ASKED.fetch_add(1, Ordering::Relaxed);
        Err(io::Error::other("no such name"))
    }
    static AWAY: Balancer =
        Balancer::dns("away-again", "http://prices.internal").ttl(MS).resolver(fails);
    let _frozen = freeze();
    // It is due again before its task goes on.
    let _observing = point::observe(|point: &str, event: &Event<'_>| {
        if point == "away-again" && matches!(event, Event::Warning { .. }) {
            clock::sleep(SEC);
        }
    });
    let service = Service::builder("looks-up").balance(&AWAY).build();
    let called = runtime().block_on(service.call_async(async |_| Ok::<_, Fault>(1)));
    let fault = called.expect_err("nobody");
    assert_eq!(
        fault.to_string(),
        "away-again: no target to call: http://prices.internal is not resolved: no such name"
    );
    assert_eq!(ASKED.load(Ordering::Relaxed), 1);
}
