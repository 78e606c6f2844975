//! The registry at run time: values, tags, tenants, handles, sealing, listening.

#[path = "registry/concurrent.rs"]
mod concurrent;
#[path = "registry/lazy.rs"]
mod lazy;
#[path = "registry/scoped.rs"]
mod scoped;

use std::any::Any;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use dyno::fault::InjectErrorKind;
use dyno::registry::{Change, Handle, Registry, Tag, What};

/// Runs `f` on a thread of its own; a hang is a failure, not a wait.
fn within_20_s<R: Send + 'static>(f: impl FnOnce() -> R + Send + 'static) -> R {
    let (done, waits) = mpsc::channel();
    let thread = thread::spawn(move || {
        let _late = done.send(f());
    });
    match waits.recv_timeout(Duration::from_secs(20)) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("it hangs"),
        Err(mpsc::RecvTimeoutError::Disconnected) => match thread.join() {
            Err(panic) => std::panic::resume_unwind(panic),
            Ok(()) => unreachable!("it ended without a result"),
        },
    }
}

fn with<T: Any + Send + Sync>(tag: &str, value: T) -> Registry {
    let registry = Registry::new();
    registry.set(tag, Arc::new(value)).expect("not sealed");
    registry
}

trait Mailer: Send + Sync {
    fn host(&self) -> &str;
}

struct Smtp(String);

impl Mailer for Smtp {
    fn host(&self) -> &str {
        &self.0
    }
}

#[test]
fn dy_55_a_handle_may_be_had_before_anything_is_registered() {
    let registry = Registry::new();
    let handle = registry.handle::<bool>("my_obj");
    let error = handle.get().expect_err("too soon");
    assert!(matches!(
        error.kind(),
        InjectErrorKind::NotRegistered { tag: Some(tag), .. } if *tag == "my_obj"
    ));
    assert_eq!(
        error.to_string(),
        "nothing is registered for `bool` under the tag \"my_obj\"; \
         register it with `set` or `provide` before its first use"
    );
    registry.set("my_obj", Arc::new(true)).expect("not sealed");
    assert!(*handle.get().expect("registered"));
}

#[test]
fn dy_55_a_static_handle_is_defined_before_the_program_runs() {
    static HANDLE: Handle<str> = Handle::new("dy_55_static");
    assert!(HANDLE.read().is_err());
    Registry::global().set("dy_55_static", Arc::<str>::from("here")).expect("not sealed");
    assert_eq!(&*HANDLE.read().expect("registered"), "here");
    assert!(!HANDLE.read().expect("registered").is_scoped());
}

#[test]
fn dy_56_asking_gives_the_value_and_registers_nothing() {
    let registry = with("five", 5_u8);
    assert_eq!(*registry.get::<u8>("five").expect("registered"), 5);
    assert!(registry.get::<u8>("missing").is_err());
    let _handle = registry.handle::<u8>("missing");
    assert!(registry.handle::<u8>("missing too").get().is_err());
    assert!(registry.contains::<u8>("five"));
    assert!(!registry.contains::<u8>("missing") && !registry.contains::<u8>("missing too"));
    assert!(!registry.contains::<i8>("five"));
    assert_eq!(registry.entries().len(), 1);
}

#[test]
fn dy_58_a_handle_stands_for_its_value() {
    let registry = with("number", 5);
    let number = registry.handle::<i32>("number");
    assert_eq!(*number.read().expect("registered") + 1, 6);
    assert!(*number.read().expect("registered") < 6);

    let add: Arc<dyn Fn(i32) -> i32 + Send + Sync> = Arc::new(|x| x + 1);
    registry.set("add", add).expect("not sealed");
    let add = registry.handle::<dyn Fn(i32) -> i32 + Send + Sync>("add");
    assert_eq!((add.read().expect("registered"))(1), 2);

    let list = Arc::new(Mutex::new(vec![1]));
    registry.set("list", list.clone()).expect("not sealed");
    let handle = registry.handle::<Mutex<Vec<i32>>>("list");
    handle.read().expect("registered").lock().expect("no panic").push(2);
    assert_eq!(*list.lock().expect("no panic"), [1, 2]);
}

#[test]
fn dy_59_an_unresolved_handle_shows_its_key() {
    let handle = Registry::new().handle::<u8>("my_obj");
    assert_eq!(format!("{handle:?}"), "Handle<u8>(\"my_obj\")");
    assert_eq!(handle.tag(), "my_obj");
}

#[test]
fn types_do_not_meet_under_one_tag() {
    let registry = with("main", String::from("text"));
    registry.set("main", Arc::new(7_u32)).expect("not sealed");
    assert_eq!(*registry.get::<u32>("main").expect("registered"), 7);
    assert_eq!(*registry.get::<String>("main").expect("registered"), "text");
    let error = registry.get::<i64>("main").expect_err("another type").to_string();
    assert_eq!(
        error,
        "nothing is registered for `i64` under the tag \"main\"; \
         it is the tag of `alloc::string::String`, `u32`; \
         register it with `set` or `provide` before its first use"
    );
}

#[test]
fn a_misspelt_tag_is_told_the_nearest_one() {
    let registry = with("primary", 1_u8);
    registry.set("replica", Arc::new(2_u8)).expect("not sealed");
    let error = registry.child().get::<u8>("pirmary").expect_err("misspelt");
    assert!(matches!(
        error.kind(),
        InjectErrorKind::NotRegistered { nearest: Some(near), known, .. }
            if *near == "primary" && *known == ["primary", "replica"]
    ));
    assert_eq!(
        error.to_string(),
        "nothing is registered for `u8` under the tag \"pirmary\"; \
         did you mean \"primary\"? (known: \"primary\", \"replica\")"
    );
    let far = registry.get::<u8>("cache").expect_err("unknown");
    assert!(!far.to_string().contains("did you mean"), "{far}");
}

#[test]
fn a_type_may_be_asked_for_alone() {
    let registry = with("", 1_u8);
    registry.set("other", Arc::new(2_u8)).expect("not sealed");
    assert_eq!(*registry.get::<u8>(()).expect("registered"), 1);
    assert_eq!(*registry.get::<u8>("").expect("registered"), 1);
    let error = registry.get::<u16>(()).expect_err("not registered");
    assert!(matches!(error.kind(), InjectErrorKind::NotRegistered { tag: None, held, .. }
        if held.is_empty()));
}

#[test]
fn a_typed_tag_spares_the_type() {
    struct Main;
    impl Tag<dyn Mailer> for Main {
        fn name(&self) -> &'static str {
            "main"
        }
    }
    let registry = Registry::new();
    registry.set(Main, Arc::new(Smtp("a.example".into()))).expect("not sealed");
    assert_eq!(registry.get(Main).expect("registered").host(), "a.example");
    let tag = String::from("main");
    assert_eq!(registry.handle::<dyn Mailer>(&tag).get().expect("registered").host(), "a.example");
}

#[test]
fn a_swap_is_seen_by_the_next_read_and_not_by_this_one() {
    let registry = with("db", 1);
    let handle = registry.handle::<i32>("db");
    let during = handle.read().expect("registered");
    let old = registry.swap("db", Arc::new(2)).expect("not sealed").expect("there was one");
    assert_eq!((*old, *during, *handle.read().expect("registered")), (1, 1, 2));
    let gone = Arc::downgrade(&old);
    drop((old, during));
    assert!(gone.upgrade().is_none(), "the registry keeps no old value");
}

#[test]
fn a_sealed_registry_changes_no_more() {
    let registry = with("db", 1);
    registry.provide::<i32, _>("later", || 3).expect("not sealed");
    let early = registry.handle::<i32>("db");
    assert_eq!(*early.read().expect("registered"), 1);
    registry.seal();
    assert!(registry.is_sealed());
    let sealed = |error: dyno::InjectError| {
        assert!(matches!(error.kind(), InjectErrorKind::Sealed));
        assert_eq!(error.to_string(), "`i32` \"db\": the registry is sealed");
    };
    sealed(registry.set("db", Arc::new(2)).expect_err("sealed"));
    sealed(registry.swap("db", Arc::new(2)).expect_err("sealed"));
    sealed(registry.remove::<i32>("db").expect_err("sealed"));
    sealed(registry.provide::<i32, _>("db", || 2).expect_err("sealed"));
    let late = registry.handle::<i32>("db");
    for handle in [&early, &late] {
        assert_eq!(*handle.read().expect("registered"), 1);
    }
    assert_eq!(*registry.get::<i32>("later").expect("still provided"), 3);
    assert!(registry.handle::<i32>("never").get().is_err());
    let child = registry.child();
    child.set("db", Arc::new(9)).expect("a child is not sealed");
    assert_eq!(*child.get::<i32>("db").expect("registered"), 9);
}

#[test]
fn tenants_fall_through_to_their_parents() {
    let parent = with("db", 1);
    parent.set("cache", Arc::new(10)).expect("not sealed");
    let (acme, globex) = (parent.child(), parent.child());
    let handle = acme.handle::<i32>("db");
    assert_eq!(*handle.read().expect("the parent's"), 1);
    acme.set("db", Arc::new(2)).expect("not sealed");
    let seen = |registry: &Registry, tag| *registry.get::<i32>(tag).expect("registered");
    assert_eq!(*handle.read().expect("its own"), 2);
    assert_eq!([seen(&acme, "db"), seen(&globex, "db"), seen(&parent, "db")], [2, 1, 1]);
    assert_eq!([seen(&acme, "cache"), seen(&acme.child(), "db")], [10, 2]);
    parent.swap("db", Arc::new(3)).expect("not sealed");
    assert_eq!([seen(&acme, "db"), seen(&globex, "db")], [2, 3]);
    assert_eq!(acme.remove::<i32>("db").expect("not sealed").as_deref(), Some(&2));
    assert_eq!([seen(&acme, "db"), *handle.read().expect("the parent's")], [3, 3]);
    assert!(acme.entries().is_empty());
}

#[test]
fn all_of_a_type_come_in_the_order_of_registration() {
    let parent = with("c", 1);
    parent.set("a", Arc::new(2)).expect("not sealed");
    let child = parent.child();
    child.provide::<i32, _>("b", || 3).expect("not sealed");
    child.set("a", Arc::new(4)).expect("not sealed");
    child.set("a", Arc::new('x')).expect("not sealed");
    let all = child.all::<i32>().expect("all are built");
    let all: Vec<_> = all.iter().map(|(tag, value)| (&**tag, **value)).collect();
    assert_eq!(all, [("b", 3), ("a", 4), ("c", 1)]);
}

#[test]
fn listings_name_types_and_tags_and_never_values() {
    let registry = with("password", String::from("hunter2"));
    registry.provide::<u8, _>("number", || 77).expect("not sealed");
    let entries: Vec<_> = registry.entries().iter().map(ToString::to_string).collect();
    assert_eq!(entries[0], "alloc::string::String \"password\"");
    assert!(entries[1].starts_with("u8 \"number\" (to be built by "), "{}", entries[1]);
    assert_eq!(*registry.get::<u8>("number").expect("built"), 77);
    assert_eq!(registry.entries()[1].provider, None);
    let handle = registry.child().handle::<String>("password");
    let shown = format!("{:?} {:?} {handle:?}", registry, registry.child());
    assert!(shown.contains("password") && shown.contains("u8 \\\"number\\\""), "{shown}");
    assert!(!shown.contains("hunter2") && !shown.contains("77"), "{shown}");
}

#[test]
fn listeners_hear_every_change_after_it_was_made() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let registry = Registry::new();
    let (log, seen) = (heard.clone(), registry.clone());
    let listening = registry.listen(move |change: &Change| {
        // The listener may use the registry: no lock is held, and the change has been made.
        let now = seen.get::<i32>("n").map(|n| *n).ok();
        log.lock().expect("no panic").push((change.what, now));
    });
    let shouting = registry.listen(|_| panic!("a listener panics"));
    within_20_s(move || {
        registry.set("n", Arc::new(1)).expect("not sealed");
        drop(shouting);
        registry.swap("n", Arc::new(2)).expect("not sealed");
        registry.remove::<i32>("n").expect("not sealed");
        registry.remove::<i32>("n").expect("nothing to remove is no change");
        registry.provide::<i32, _>("n", || 3).expect("not sealed");
        registry.seal();
        registry.seal();
        assert!(registry.set("n", Arc::new(4)).is_err());
        registry.child().set("n", Arc::new(5)).expect("not of this registry");
        drop(listening);
    });
    let expected = [
        (What::Set, Some(1)),
        (What::Swapped, Some(2)),
        (What::Removed, None),
        (What::Provided, Some(3)),
        (What::Sealed, Some(3)),
    ];
    assert_eq!(*heard.lock().expect("no panic"), expected);
}
