//! Providers in the registry: built once, by the first who asks.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;
use std::{io, mem};

use dyno::__private::run_test;
use dyno::clock;
use dyno::fault::InjectErrorKind;
use dyno::registry::{Handle, InRegistry, Registry, resolve};

use super::{Mailer, Smtp, with, within_20_s};

#[test]
fn a_provider_may_return_what_it_likes() {
    fn boxed() -> Box<dyn Mailer> {
        Box::new(Smtp("box".into()))
    }
    let shared = || io::Result::Ok(Arc::new(Smtp("arc".into())) as Arc<dyn Mailer>);
    let perhaps = || Some(Ok::<_, String>(Smtp("plain".into())));
    let registry = Registry::new();
    registry.provide::<dyn Mailer, _>("boxed", boxed).expect("not sealed");
    registry.provide::<dyn Mailer, _>("shared", shared).expect("not sealed");
    registry.provide::<Smtp, _>("perhaps", perhaps).expect("not sealed");
    assert_eq!(registry.get::<dyn Mailer>("boxed").expect("built").host(), "box");
    assert_eq!(registry.get::<dyn Mailer>("shared").expect("built").host(), "arc");
    assert_eq!(registry.get::<Smtp>("perhaps").expect("built").host(), "plain");
}

#[test]
fn sixteen_threads_build_it_once() {
    let registry = Registry::new();
    let asked = Arc::new(AtomicU32::new(0));
    let counted = asked.clone();
    registry.provide::<u32, _>("n", move || counted.fetch_add(1, SeqCst)).expect("not sealed");
    let handle = registry.handle::<u32>("n");
    assert_eq!(asked.load(SeqCst), 0, "not before it is needed");
    let values = within_20_s(move || {
        let barrier = Barrier::new(16);
        thread::scope(|threads| {
            let asking: Vec<_> = (0..16)
                .map(|i| {
                    let (registry, handle, barrier) = (&registry, &handle, &barrier);
                    threads.spawn(move || {
                        barrier.wait();
                        if i % 2 == 0 { registry.get::<u32>("n") } else { handle.get() }
                    })
                })
                .collect();
            asking.into_iter().map(|one| one.join().expect("no panic")).collect::<Vec<_>>()
        })
    });
    let values: Vec<_> = values.into_iter().map(|value| value.expect("built")).collect();
    assert_eq!(asked.load(SeqCst), 1);
    assert!(values.iter().all(|value| Arc::ptr_eq(value, &values[0])));
}

#[test]
fn a_failure_is_not_kept_and_not_hurried() {
    let time = clock::freeze();
    let asked = Arc::new(AtomicU32::new(0));
    let counted = asked.clone();
    let registry = Registry::new();
    let provider = move || match counted.fetch_add(1, SeqCst) {
        0 => Err(io::Error::other("refused")),
        n => Ok(n),
    };
    registry.provide::<u32, _>("db", provider).expect("not sealed");
    for again in [false, true, true] {
        let error = registry.get::<u32>("db").expect_err("refused");
        assert!(error.to_string().contains("the provider failed: refused"), "{error}");
        assert!(error.provider().is_some_and(|name| name.contains("a_failure_is_not_kept")));
        assert!(!again || error.retry_after().is_some_and(|pause| pause > Duration::ZERO));
    }
    assert_eq!(asked.load(SeqCst), 1, "nobody is asked again at once");
    time.advance(Duration::from_secs(1));
    assert_eq!(*registry.get::<u32>("db").expect("recovered"), 1);
    assert_eq!(asked.load(SeqCst), 2);
}

#[test]
fn a_panic_and_a_none_are_failures() {
    let registry = Registry::new();
    registry.provide::<u8, _>("panics", || -> u8 { panic!("no route") }).expect("not sealed");
    registry.provide::<u8, _>("none", || None::<u8>).expect("not sealed");
    let error = registry.get::<u8>("panics").expect_err("panicked");
    assert!(matches!(error.kind(), InjectErrorKind::Panicked(text) if *text == "no route"));
    let error = registry.get::<u8>("none").expect_err("nothing");
    assert!(error.to_string().ends_with("the provider failed: it returned `None`"), "{error}");
}

#[test]
fn providers_that_need_each_other_are_told_the_cycle() {
    fn hen() -> Result<u8, dyno::InjectError> {
        Ok(*resolve::<u8>("egg")?)
    }
    fn egg() -> Result<u8, dyno::InjectError> {
        Ok(*resolve::<u8>("hen")?)
    }
    let registry = Registry::new();
    registry.provide::<u8, _>("hen", hen).expect("not sealed");
    registry.provide::<u8, _>("egg", egg).expect("not sealed");
    let error = within_20_s(move || registry.get::<u8>("hen").expect_err("a cycle"));
    let InjectErrorKind::Cycle(path) = error.kind() else { panic!("{error}") };
    let path: Vec<_> = path.iter().map(|step| step.rsplit("::").next()).collect();
    assert_eq!(path, [Some("hen"), Some("egg"), Some("hen")]);
}

#[test]
fn what_is_put_while_a_provider_runs_stays() {
    let registry = Registry::new();
    let inner = registry.clone();
    let provider = move || {
        inner.set("n", Arc::new(2)).expect("not sealed");
        1
    };
    registry.provide::<i32, _>("n", provider).expect("not sealed");
    let asked = within_20_s(move || {
        let built = *registry.get::<i32>("n").expect("built");
        (built, *registry.get::<i32>("n").expect("set"))
    });
    assert_eq!(asked, (1, 2));
}

#[test]
fn a_provider_that_is_replaced_while_it_runs_leaves_no_value() {
    let registry = Registry::new();
    let inner = registry.clone();
    let provider = move || {
        inner.provide::<i32, _>("n", || 2).expect("not sealed");
        1
    };
    registry.provide::<i32, _>("n", provider).expect("not sealed");
    let mut asked = [(); 3].map(|()| *registry.get::<i32>("n").expect("built"));
    assert_eq!(asked, [1, 2, 2]);
    registry.seal();
    asked.fill_with(|| *registry.get::<i32>("n").expect("built"));
    assert_eq!(asked, [2; 3]);
}

#[test]
fn what_is_removed_while_a_provider_runs_is_gone() {
    let registry = Registry::new();
    let inner = registry.clone();
    let provider = move || {
        inner.remove::<i32>("n").expect("not sealed");
        1
    };
    registry.provide::<i32, _>("n", provider).expect("not sealed");
    assert_eq!(*registry.get::<i32>("n").expect("built"), 1);
    assert!(!registry.contains::<i32>("n") && registry.get::<i32>("n").is_err());
}

#[test]
fn a_shared_value_is_never_built_from_the_value_of_the_tenant_who_asks_first() {
    let parent = with("dsn", String::from("shared"));
    let provider = || resolve::<String>("dsn").map(|dsn| dsn.len());
    parent.provide::<usize, _>("db", provider).expect("not sealed");
    let acme = parent.child();
    acme.set("dsn", Arc::new(String::from("a tenant's own"))).expect("not sealed");
    assert_eq!(acme.scope(|| *resolve::<usize>("db").expect("built")), "shared".len());
    assert_eq!(*parent.get::<usize>("db").expect("built"), "shared".len());

    acme.provide::<usize, _>("db", provider).expect("not sealed");
    assert_eq!(*acme.get::<usize>("db").expect("built"), "a tenant's own".len());
    assert_eq!(*parent.get::<usize>("db").expect("built"), "shared".len());
}

#[test]
fn a_provider_is_let_go_with_its_place() {
    let token = Arc::new(());
    let held = token.clone();
    let registry = Registry::new();
    registry.provide::<usize, _>("n", move || Arc::strong_count(&held)).expect("not sealed");
    let built = Arc::downgrade(&registry.get::<usize>("n").expect("built"));
    assert_eq!((Arc::strong_count(&token), built.upgrade().as_deref()), (2, Some(&2)));
    registry.set("n", Arc::new(0_usize)).expect("not sealed");
    assert_eq!((Arc::strong_count(&token), built.upgrade()), (1, None));
}

#[test]
fn each_test_has_values_of_its_own_and_leaves_none_behind() {
    let registry = Registry::new();
    let asked = Arc::new(AtomicU32::new(0));
    let counted = asked.clone();
    registry.provide::<u32, _>("n", move || counted.fetch_add(1, SeqCst)).expect("not sealed");
    let handle = registry.handle::<u32>("n");
    let of_test = |name| {
        let (handle, registry) = (handle.clone(), registry.clone());
        run_test(name, move || {
            let here = handle.read().expect("built").into_arc();
            let there = dyno::spawn(move || registry.get::<u32>("n"));
            assert_eq!(there.join().expect("no panic").expect("built"), here);
            (*here, Arc::downgrade(&here), handle.read().expect("built").is_scoped())
        })
    };
    let (first, kept, scoped) = of_test("first");
    assert_eq!((first, kept.upgrade(), scoped), (0, None, true));
    assert_eq!(*handle.get().expect("built"), 1, "outside of tests there is one of its own");
    let (second, kept, _) = of_test("second");
    assert_eq!((second, kept.upgrade()), (2, None));
    assert_eq!(*registry.get::<u32>("n").expect("built"), 1);
    let within = run_test("third", || {
        let own = Registry::new();
        own.provide::<u32, _>("n", || 7).expect("not sealed");
        own.get::<u32>("n").expect("built")
    });
    assert_eq!((*within, asked.load(SeqCst)), (7, 3));
}

/// Polls until it is ready; what it waits for comes at the second poll.
fn drive<F: Future + Send>(future: F) -> F::Output {
    let mut future = pin!(future);
    let cx = &mut Context::from_waker(Waker::noop());
    for _ in 0..10 {
        if let Poll::Ready(output) = future.as_mut().poll(cx) {
            return output;
        }
    }
    panic!("it hangs");
}

async fn step_aside() {
    let mut polled = false;
    poll_fn(|_| if mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending })
        .await;
}

#[test]
fn an_async_provider_is_waited_for_and_then_there_for_all() {
    let registry = Registry::new();
    let asked = Arc::new(AtomicU32::new(0));
    let counted = asked.clone();
    let provider = move || {
        let n = counted.fetch_add(1, SeqCst);
        async move {
            step_aside().await;
            io::Result::Ok(n)
        }
    };
    registry.provide_async::<u32, _>("n", provider).expect("not sealed");
    let handle = registry.child().handle::<u32>("n");
    let error = registry.get::<u32>("n").expect_err("cold");
    assert!(matches!(error.kind(), InjectErrorKind::NeedsWarmUp));
    assert_eq!(asked.load(SeqCst), 0, "a blocking read asks no async provider");
    // One leads and is dropped: the next takes over.
    let mut first = Box::pin(registry.get_async::<u32>("n"));
    assert!(first.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(first);
    assert_eq!(*drive(handle.read_async()).expect("built"), 1);
    assert_eq!(*registry.get::<u32>("n").expect("built"), 1);
    assert_eq!(*drive(registry.get_async::<u32>("n")).expect("built"), 1);
    assert_eq!(asked.load(SeqCst), 2);
}

#[test]
fn an_async_provider_sees_its_own_registry_at_every_poll() {
    static DB: Handle<usize> = Handle::new("async db");
    async fn connect() -> Result<usize, dyno::InjectError> {
        let before = *resolve::<usize>("dsn")?;
        step_aside().await;
        Ok(before * 10 + *resolve::<usize>("dsn")?)
    }
    let parent = with("dsn", 1_usize);
    parent.provide_async::<usize, _>("async db", connect).expect("not sealed");
    let acme = parent.child();
    acme.set("dsn", Arc::new(2_usize)).expect("not sealed");
    let asked = drive(async { DB.read_async().await.map(|db| *db) }.in_registry(&acme));
    assert_eq!(asked.expect("built"), 11);
    let missing = drive(DB.read_async()).expect_err("of no registry in force");
    assert!(matches!(missing.kind(), InjectErrorKind::NotRegistered { .. }));
    let own = run_test("async", || *drive(parent.get_async::<usize>("async db")).expect("built"));
    assert_eq!(own, 11);
}
