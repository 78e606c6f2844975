use std::future::pending;
use std::pin::pin;
use std::sync::mpsc::{self, Sender};
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;

use super::*;

/// Tells at its drop what it then sees in force.
struct Asks(Sender<Option<u8>>);

impl Drop for Asks {
    fn drop(&mut self) {
        self.0.send(seen()).unwrap_or_default();
    }
}

/// Runs `f` on another thread, and fails where it hangs.
fn in_time(f: impl FnOnce() + Send + 'static) {
    let (done, is_done) = mpsc::channel::<()>();
    let running = thread::spawn(move || {
        let _done = done;
        f();
    });
    let ended = is_done.recv_timeout(Duration::from_secs(20));
    assert_eq!(ended, Err(mpsc::RecvTimeoutError::Disconnected), "it hangs");
    running.join().expect("no panic");
}

fn seen() -> Option<u8> {
    find(|item: &Arc<u8>| Some(**item))
}

#[test]
fn guards_may_be_dropped_in_any_order() {
    let outer = push(Arc::new(1_u8));
    let inner = push(Arc::new(2_u8));
    drop(outer);
    assert_eq!(seen(), Some(2));
    drop(inner);
    assert_eq!(seen(), None);
}

#[test]
fn a_scope_travels_and_ends_with_its_guard() {
    let guard = push(Arc::new(7_u8));
    let carried = Scope::current();
    assert_eq!(spawn(seen).join().ok().flatten(), Some(7));
    drop(guard);
    assert_eq!(carried.run(seen), None);
}

#[test]
fn what_a_test_pushes_later_is_seen_by_its_earlier_threads() {
    let test = test("later");
    let carried = Scope::current();
    let pushed = push(Arc::new(9_u8));
    assert_eq!(carried.run(seen), Some(9));
    drop(pushed);
    assert_eq!(carried.run(seen), None);
    drop(test);
    assert_eq!(Scope::current().test(), None);
}

#[test]
fn what_a_test_pushed_may_ask_for_the_scope_at_its_drop() {
    let (tell, told) = mpsc::channel();
    in_time(move || {
        let test = test("asks");
        let _outer = push(Arc::new(3_u8));
        drop(push(Arc::new(Asks(tell.clone()))));
        std::mem::forget(push(Arc::new(Asks(tell))));
        drop(test);
    });
    assert_eq!(told.iter().collect::<Vec<_>>(), [Some(3), None]);
}

#[test]
fn what_was_closed_elsewhere_may_ask_for_the_scope_at_its_drop() {
    let (tell, told) = mpsc::channel();
    let _outer = push(Arc::new(4_u8));
    let pushed = push(Arc::new(Asks(tell)));
    let elsewhere = Scope::empty().enter();
    drop(pushed);
    assert!(told.try_recv().is_err(), "the scope to come back to holds it");
    drop(elsewhere);
    assert_eq!(told.try_recv(), Ok(Some(4)));
    assert_eq!(seen(), Some(4));
}

#[test]
fn a_future_is_dropped_in_its_scope() {
    let (tell, told) = mpsc::channel();
    let pushed = push(Arc::new(5_u8));
    let carried = Scope::current();
    let future = |tell: &Sender<_>| {
        let asks = Asks(tell.clone());
        carried.clone().run_async(async move {
            let _asks = asks;
            pending::<()>().await;
        })
    };
    let elsewhere = Scope::empty().enter();
    drop(future(&tell));
    assert_eq!(told.try_recv(), Ok(Some(5)), "never polled");
    {
        let mut polled = pin!(future(&tell));
        assert!(polled.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    assert_eq!(told.try_recv(), Ok(Some(5)), "cancelled");
    assert_eq!(seen(), None);
    drop(elsewhere);
    drop(pushed);
}
