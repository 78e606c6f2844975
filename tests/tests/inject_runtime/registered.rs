//! What is asked for by tag.

use super::*;
use dyno::__private::{AnySite, build_together};

#[test]
fn what_was_looked_up_once_is_not_built_again_for_every_call() {
    point!();
    site!(FIRST: String = "looked up first", tagged);
    site!(SECOND: String = "looked up second", tagged);
    static BUILT_BY: std::sync::Mutex<Vec<String>> = std::sync::Mutex::new(Vec::new());
    fn built(value: &str) -> String {
        let thread = thread::current().name().unwrap_or_default().to_owned();
        BUILT_BY.lock().expect("not poisoned").push(thread);
        value.to_owned()
    }
    let global = dyno::Registry::global();
    global.provide::<String, _>("looked up first", || built("1")).expect("not sealed");
    global.provide::<String, _>("looked up second", || built("2")).expect("not sealed");
    assert!(!FIRST.is_hot() && !SECOND.is_hot());
    let sites: [&'static dyn AnySite; 2] = [&FIRST, &SECOND];
    build_together(&sites);
    assert!(FIRST.is_hot() && SECOND.is_hot());
    let threads = std::mem::take(&mut *BUILT_BY.lock().expect("not poisoned"));
    assert!(threads.iter().all(|it| it.starts_with("dyno-build-")), "{threads:?}");
    global.swap("looked up first", Arc::new("3".to_owned())).expect("not sealed");
    assert_eq!((FIRST.get().expect("it is there").as_str(), FIRST.is_hot()), ("3", true));
}

#[test]
fn what_is_registered_is_refused_after_a_shut_down() {
    point!();
    site!(SITE: String = "refused afterwards", tagged);
    let global = dyno::Registry::global();
    global.set("refused afterwards", Arc::new("here".to_owned())).expect("not sealed");
    {
        let _world = dyno::inject::isolated();
        assert!(SITE.get().is_ok());
        dyno::shutdown().run().expect("there is nothing to stop");
        let error = SITE.get().expect_err("it is over");
        assert!(matches!(error.kind(), InjectErrorKind::ShutDown));
    }
    assert!(SITE.get().is_ok());
}
