//! The registry in force: guards, closures, futures, tests. Nothing leaks out.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Waker};

use dyno::__private::run_test;
use dyno::Scope;
use dyno::registry::{Handle, InRegistry, Registry, resolve};

use super::{with, within_20_s};

fn here(tag: &str) -> Option<&'static str> {
    resolve::<&'static str>(tag).ok().map(|value| *value)
}

#[test]
fn a_guard_puts_a_registry_in_force_and_takes_it_out() {
    let (outer, inner) = (with("guard", "outer"), with("guard", "inner"));
    assert_eq!(here("guard"), None);
    let entered = outer.enter();
    assert_eq!((here("guard"), Registry::current() == outer), (Some("outer"), true));
    let deeper = inner.enter();
    assert_eq!(here("guard"), Some("inner"));
    drop(entered);
    assert_eq!(here("guard"), Some("inner"));
    drop(deeper);
    assert_eq!((here("guard"), Registry::current().is_global()), (None, true));
}

#[test]
fn a_scope_ends_also_by_a_panic() {
    let registry = with("closure", "in");
    assert_eq!(registry.scope(|| here("closure")), Some("in"));
    let panicked = catch_unwind(AssertUnwindSafe(|| registry.scope(|| panic!("as expected"))));
    assert!(panicked.is_err());
    assert_eq!(here("closure"), None);
}

#[test]
fn the_scope_comes_first_then_its_parents_then_the_global_registry() {
    static HANDLE: Handle<&'static str> = Handle::new("order");
    let global = Registry::global();
    global.set("order", Arc::new("global")).expect("not sealed");
    let parent = Registry::new();
    let child = parent.child();
    let read = || HANDLE.get().map(|value| *value).ok();
    assert_eq!((read(), child.scope(read)), (Some("global"), Some("global")));
    assert!(child.get::<&'static str>("order").is_err(), "`get` is of this registry alone");
    parent.set("order", Arc::new("parent")).expect("not sealed");
    assert_eq!(child.scope(read), Some("parent"));
    child.set("order", Arc::new("child")).expect("not sealed");
    assert_eq!(child.scope(read), Some("child"));
    assert!(child.scope(|| HANDLE.read().expect("registered").is_scoped()));
    assert_eq!(child.scope(|| global.scope(read)), Some("global"));
    assert_eq!((read(), global.handle::<&'static str>("order").get().ok().map(|v| *v)), {
        (Some("global"), Some("global"))
    });
    let error = child.scope(|| resolve::<&'static str>("odrer").map(|_| ())).expect_err("misspelt");
    assert!(error.to_string().contains("did you mean \"order\"?"), "{error}");
}

/// Ready at the second poll.
async fn step_aside() {
    let mut polled = false;
    poll_fn(|_| if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending })
        .await;
}

#[test]
fn a_future_has_its_registry_whenever_it_is_polled() {
    async fn handler() -> [Option<&'static str>; 2] {
        let before = here("future");
        step_aside().await;
        [before, here("future")]
    }
    let (acme, globex) = (with("future", "acme"), with("future", "globex"));
    let mut first = pin!(handler().in_registry(&acme));
    let mut second = pin!(handler().in_registry(&globex));
    let mut third = pin!(handler());
    let cx = &mut Context::from_waker(Waker::noop());
    assert!(first.as_mut().poll(cx).is_pending());
    assert!(second.as_mut().poll(cx).is_pending());
    assert!(third.as_mut().poll(cx).is_pending());
    assert_eq!(here("future"), None);
    assert_eq!(second.as_mut().poll(cx), Poll::Ready([Some("globex"); 2]));
    assert_eq!(first.as_mut().poll(cx), Poll::Ready([Some("acme"); 2]));
    assert_eq!(third.as_mut().poll(cx), Poll::Ready([None; 2]));
}

#[test]
fn a_future_has_its_registry_at_its_drop_and_may_be_spawned() {
    struct Last(mpsc::Sender<Option<&'static str>>);
    impl Drop for Last {
        fn drop(&mut self) {
            let _gone = self.0.send(here("drop"));
        }
    }
    fn spawnable<F: Future + Send + 'static>(future: F) -> F {
        future
    }
    let (send, heard) = mpsc::channel();
    let acme = with("drop", "acme");
    let last = Last(send);
    let future = async move {
        let _last = last;
        step_aside().await;
    };
    let mut future = Box::pin(spawnable(future.in_registry(&acme)));
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(future);
    assert_eq!(heard.recv(), Ok(Some("acme")));
    assert_eq!(here("drop"), None);
}

#[test]
fn a_thread_sees_the_registry_only_where_the_scope_is_carried() {
    let registry = with("thread", "in");
    let _entered = registry.enter();
    let plain = std::thread::spawn(|| here("thread")).join();
    assert_eq!(plain.ok(), Some(None));
    assert_eq!(dyno::spawn(|| here("thread")).join().ok(), Some(Some("in")));
}

#[test]
fn what_a_test_enters_holds_for_its_threads_and_for_no_other_test() {
    let seen = run_test("enters", || {
        let carried = Scope::current();
        let entered = with("test", "fake").enter();
        let later = carried.clone();
        let inside = within_20_s(move || later.run(|| here("test")));
        drop(entered);
        (inside, within_20_s(move || carried.run(|| here("test"))))
    });
    assert_eq!(seen, (Some("fake"), None));
    assert_eq!(here("test"), None);
}

#[test]
fn tenants_on_the_threads_of_one_test_do_not_meet() {
    let seen = run_test("tenants", || {
        let _everywhere = with("meet", "test").enter();
        let (go, wait) = mpsc::channel::<()>();
        let (told, ready) = mpsc::channel::<()>();
        let other = dyno::spawn(move || {
            let guard = with("meet", "other").enter();
            told.send(()).expect("somebody listens");
            wait.recv().expect("somebody tells");
            let inside = here("meet");
            drop(guard);
            let after = here("meet");
            told.send(()).expect("somebody listens");
            (inside, after)
        });
        ready.recv().expect("somebody tells");
        let test = here("meet");
        let mine = with("meet", "mine").scope(|| {
            go.send(()).expect("somebody listens");
            ready.recv().expect("somebody tells");
            here("meet")
        });
        (mine, test, other.join().ok())
    });
    assert_eq!(seen, (Some("mine"), Some("test"), Some((Some("other"), Some("test")))));
}
