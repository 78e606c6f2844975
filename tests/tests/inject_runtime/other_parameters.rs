//! Handles, values of the call's own, generic functions, and a provider's own error.

use super::*;
use dyno::__private::{GenericSite, fresh, fresh_async};
use dyno::inject::{Lazy, Live};

#[test]
fn a_lazy_one_is_built_when_it_is_used() {
    static BUILT: AtomicUsize = AtomicUsize::new(0);
    fn count() -> usize {
        BUILT.fetch_add(1, SeqCst)
    }
    point!();
    site!(SITE: usize = count);
    let lazy = Lazy::of(&SITE);
    let live = Live::of(&SITE);
    assert_eq!(BUILT.load(SeqCst), 0);
    assert_eq!(lazy.get().map(|n| *n), Ok(0));
    let fake = dyno::swap(count, || 100);
    assert_eq!(lazy.get().map(|n| *n), Ok(100), "it keeps nothing");
    assert_eq!(*live.get().expect("it is built"), 100, "it follows");
    drop(fake);
    assert_eq!(lazy.get().map(|n| *n), Ok(0));
    assert_eq!(BUILT.load(SeqCst), 1);
}

#[test]
fn a_value_of_the_calls_own_is_new_every_time() {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    fn next() -> Result<Box<usize>, String> {
        match MADE.fetch_add(1, SeqCst) {
            2 => Err("no third".to_owned()),
            n => Ok(Box::new(n)),
        }
    }
    point!();
    let call = || fresh::<usize, _, _>(&POINT, "n", "next", next);
    assert_eq!((call(), call()), (Ok(0), Ok(1)));
    let error = call().expect_err("the third fails");
    assert!(error.to_string().contains("parameter `n` (next, "), "{error}");
    assert!(error.to_string().contains("no third"), "{error}");
    assert_eq!(call(), Ok(3), "and there is no pause");
    let _fake = dyno::swap(next, || Ok(Box::new(77)));
    assert_eq!(call(), Ok(77));
}

#[tokio::test]
async fn a_value_of_the_calls_own_may_come_later() {
    async fn next() -> Option<u8> {
        tokio::task::yield_now().await;
        Some(5)
    }
    point!();
    assert_eq!(fresh_async::<u8, _, _>(&POINT, "n", "next", next).await, Ok(5));
    let _fake = dyno::swap(next, || None);
    assert!(fresh_async::<u8, _, _>(&POINT, "n", "next", next).await.is_err());
}

#[test]
fn instances_of_a_generic_function_have_values_of_their_own() {
    fn name<T>() -> &'static str {
        std::any::type_name::<T>()
    }
    fn ask<T: 'static>() -> &'static str {
        point!();
        static SITE: GenericSite = GenericSite::new(&POINT, "name", "name::<T>");
        *SITE.get(|| Slot::<&'static str>::of(name::<T>).slot).expect("it is built")
    }
    for _ in 0..2 {
        assert_eq!((ask::<u8>(), ask::<String>()), ("u8", std::any::type_name::<String>()));
    }
}

#[test]
fn the_providers_own_error_can_be_found() {
    fn open() -> Result<u8, std::io::Error> {
        Err(std::io::Error::new(std::io::ErrorKind::NotFound, "no such shop"))
    }
    point!();
    site!(SITE: u8 = open);
    let error = SITE.get().expect_err("it fails");
    let source = std::error::Error::source(&error).expect("there is one");
    let io = source.downcast_ref::<std::io::Error>().expect("it is the provider's");
    assert_eq!(io.kind(), std::io::ErrorKind::NotFound);
}

#[test]
fn a_trait_object_comes_from_a_box() {
    trait Mailer: Send + Sync {
        fn mail(&self) -> &'static str;
    }
    struct Smtp;
    impl Mailer for Smtp {
        fn mail(&self) -> &'static str {
            "sent"
        }
    }
    fn smtp() -> Box<dyn Mailer> {
        Box::new(Smtp)
    }
    point!();
    site!(SITE: dyn Mailer = smtp);
    let kept: Arc<dyn Mailer> = SITE.get().expect("it is built").into_arc();
    assert_eq!((kept.mail(), SITE.get().expect("it is built").mail()), ("sent", "sent"));
}
