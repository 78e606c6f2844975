//! What an expansion does.

#![allow(
    clippy::needless_borrow,
    clippy::trivially_copy_pass_by_ref,
    reason = "written as an expansion is"
)]

use std::fmt::Debug;
use std::hash::Hash;
use std::sync::mpsc;
use std::time::Duration;

use dyno::__private as p;
use dyno::cache::{self, Key, Settings};
use dyno::clock;
use p::{KeepsFailing as _, KeepsPlain as _, Peel as _};

use crate::support::{Computed, SECOND, TEN, on_threads, wait_for};

/// As an expansion makes them: where it stands, and in it.
macro_rules! site {
    ($name:expr, $settings:expr) => {{
        fn here() {}
        static POINT: p::Point = p::Point::new(None, || std::any::type_name_of_val(&here));
        static SITE: p::CacheSite = p::CacheSite::new(&POINT, $name, || $settings);
        &SITE
    }};
}

macro_rules! settle {
    ($looked:expr, $body:expr) => {
        match $looked {
            p::Looked::Hit(out) => out,
            p::Looked::Lead(lead) | p::Looked::Refresh(_, lead) => {
                let out = $body;
                p::Lead::settle(lead, out)
            }
        }
    };
}

fn price(sku: &str, region: u32, computed: &Computed) -> Result<usize, String> {
    let site = site!(None, TEN);
    let how = (&p::Keeps::<Result<usize, String>>::new()).how();
    let key = (p::Part(&sku).peel(), p::Part(&region).peel());
    settle!(p::CacheSite::look(site, key, how), {
        if sku.is_empty() { Err("no sku".to_owned()) } else { Ok(computed.next()) }
    })
}

#[test]
fn dy_25_calls_with_equal_arguments_share_a_value() {
    let computed = Computed::default();
    assert_eq!(price("a", 1, &computed), Ok(1));
    assert_eq!(price(&String::from("a"), 1, &computed), Ok(1));
    assert_eq!(price("a", 2, &computed), Ok(2));
    assert_eq!(price("", 2, &computed), Err("no sku".to_owned()));
    assert_eq!(price("a", 1, &computed), Ok(1));
    let named = cache::named("cache::sites::price").expect("by the path of the function");
    assert_eq!((named.len(), named.counts().hit, named.counts().miss), (2, 2, 3));
}

#[test]
fn dy_26_functions_that_share_a_name_share_no_values() {
    fn g(n: u64) -> u64 {
        let how = (&p::Keeps::<u64>::new()).how();
        let site = site!(Some("dy-26"), TEN);
        settle!(p::CacheSite::look(site, &n, how), n + 1)
    }
    fn h(n: u64) -> u64 {
        let how = (&p::Keeps::<u64>::new()).how();
        let site = site!(Some("dy-26"), Settings::new());
        settle!(p::CacheSite::look(site, &n, how), n + 2)
    }
    fn text(n: &str) -> u64 {
        let how = (&p::Keeps::<u64>::new()).how();
        let site = site!(Some("dy-26"), Settings::new().capacity(7));
        settle!(p::CacheSite::look(site, n, how), 3)
    }
    let clock = clock::freeze();
    assert_eq!((h(1), g(1), h(1), text("a")), (3, 2, 3, 3));
    let named = cache::named("dy-26").expect("they have been called");
    assert_eq!((named.len(), named.counts().miss, named.counts().hit), (3, 3, 1));
    assert_eq!(named.settings().to_string(), "{ttl = 10s, early = none, capacity = 7}");
    assert_eq!((named.contains(&1_u64), named.contains("a")), (Ok(true), Ok(true)));
    let error = named.remove(&1_u8).expect_err("none has such keys");
    assert_eq!(error.expected(), ["alloc::string::String", "u64"]);
    assert_eq!((named.remove(&1_u64), named.len()), (Ok(true), 1), "of both");
    named.clear();
    assert!(named.is_empty());
    // What the second says holds for the first, too.
    h(1);
    clock.advance(11 * SECOND);
    assert_eq!(named.contains(&1_u64), Ok(false));
}

#[test]
fn settings_that_contradict_one_another_are_told_with_both_places() {
    fn one() -> u64 {
        let how = (&p::Keeps::<u64>::new()).how();
        let site = site!(Some("contradicts"), TEN.capacity(3));
        settle!(p::CacheSite::look(site, (), how), 1)
    }
    fn other() -> u64 {
        let how = (&p::Keeps::<u64>::new()).how();
        let site = site!(Some("contradicts"), TEN.capacity(4));
        settle!(p::CacheSite::look(site, (), how), 1)
    }
    one();
    let panic = std::panic::catch_unwind(other).expect_err("it says something else");
    let message = panic.downcast_ref::<String>().expect("a message");
    assert!(message.starts_with(
        "cache \"contradicts\": defined as {ttl = 10s, early = none, capacity = 3} at "
    ));
    assert!(message.contains("contradict one another in `capacity`; give it in one place"));
    assert_eq!(message.matches("sites.rs").count(), 2);
}

#[test]
fn a_generic_function_has_a_cache_for_each_of_its_types() {
    fn generic<T>(value: &T) -> String
    where
        T: Debug + Hash + Eq + Clone + Send + Sync + 'static,
    {
        let how = (&p::Keeps::<String>::new()).how();
        let site = site!(None, TEN);
        settle!(p::CacheSite::look(site, p::Part(&value).peel(), how), format!("{value:?}"))
    }
    for _ in 0..2 {
        assert_eq!(
            (generic(&1_u8), generic(&1_u64), generic(&'1')),
            ("1".into(), "1".into(), "'1'".into())
        );
    }
    let named = cache::all().into_iter().find(|one| one.name().contains("its_types::generic"));
    let named = named.expect("it has been called");
    assert_eq!((named.len(), named.counts().hit, named.counts().miss), (3, 3, 3));
    on_threads(8, |n| generic(&i32::try_from(n).unwrap()));
}

/// What is kept of which outcome.
#[test]
fn outcomes_are_kept_by_their_type() {
    use dyno::outcome::Outcome;
    #[derive(Clone, Debug, PartialEq)]
    struct Reply(u16);
    impl Outcome for Reply {
        type Failure = Self;
        fn failure(&self) -> Option<&Self> {
            (self.0 >= 500).then_some(self)
        }
        fn split(self) -> Result<Self, Self> {
            if self.0 >= 500 { Err(self) } else { Ok(self) }
        }
    }
    fn reply(status: u16) -> Reply {
        let how = (&p::Keeps::<Reply>::new()).how();
        settle!(p::CacheSite::look(site!(Some("reply"), TEN), (), how), Reply(status))
    }
    fn option(some: bool) -> Option<u8> {
        let how = (&p::Keeps::<Option<u8>>::new()).how();
        settle!(p::CacheSite::look(site!(Some("option"), TEN), (), how), some.then_some(1))
    }
    assert_eq!((reply(503), reply(200), reply(503)), (Reply(503), Reply(200), Reply(200)));
    assert_eq!((option(false), option(true)), (None, None));
}

#[test]
fn failures_that_are_kept_live_shorter() {
    fn call(n: usize) -> Result<usize, String> {
        let how = (&p::Keeps::<Result<usize, String>>::new()).how().negative();
        let site = site!(Some("negative"), TEN.negative(SECOND));
        settle!(p::CacheSite::look(site, (), how), if n < 3 { Err(n.to_string()) } else { Ok(n) })
    }
    fn option(n: usize) -> Option<usize> {
        let how = (&p::Keeps::<Option<usize>>::new()).how().negative();
        let site = site!(Some("nothing"), TEN.negative(SECOND));
        settle!(p::CacheSite::look(site, (), how), (n >= 3).then_some(n))
    }
    let clock = clock::freeze();
    assert_eq!((call(1), call(2)), (Err("1".into()), Err("1".into())));
    assert_eq!((option(1), option(3)), (None, None));
    clock.advance(SECOND);
    assert_eq!((call(3), option(3)), (Ok(3), Some(3)));
    clock.advance(9 * SECOND);
    assert_eq!((call(4), option(4)), (Ok(3), Some(3)));
}

#[test]
fn the_user_may_say_what_is_a_failure() {
    use dyno::Verdict;
    fn call(verdict: Verdict, value: u32) -> u32 {
        let how = (&p::Keeps::<u32>::new()).how();
        let site = site!(Some("verdicts"), TEN.grace(SECOND).stale_if_error(60 * SECOND));
        match p::CacheSite::look(site, (), how) {
            p::Looked::Hit(out) => out,
            p::Looked::Lead(lead) | p::Looked::Refresh(_, lead) => {
                p::Lead::settle_if(lead, value, verdict)
            }
        }
    }
    let clock = clock::freeze();
    assert_eq!(call(Verdict::Failure, 1), 1);
    assert_eq!(call(Verdict::Ignored, 2), 2);
    assert_eq!((call(Verdict::Success, 3), call(Verdict::Success, 4)), (3, 3));
    clock.advance(15 * SECOND);
    assert_eq!((call(Verdict::Ignored, 5), call(Verdict::Failure, 6)), (5, 3));
    clock.advance(55 * SECOND);
    assert_eq!(call(Verdict::Failure, 7), 7);
}

#[test]
fn a_stale_value_comes_before_a_failure_that_is_kept() {
    fn call(out: Result<u32, String>) -> Result<u32, String> {
        let how = (&p::Keeps::<Result<u32, String>>::new()).how().negative();
        let site = site!(Some("both"), TEN.negative(SECOND).stale_if_error(5 * SECOND));
        settle!(p::CacheSite::look(site, (), how), out)
    }
    let clock = clock::freeze();
    assert_eq!(call(Ok(1)), Ok(1));
    clock.advance(14 * SECOND);
    assert_eq!(call(Err("down".into())), Ok(1));
    clock.advance(SECOND);
    assert_eq!(call(Err("down".into())), Err("down".into()));
    assert_eq!(call(Ok(2)), Err("down".into()), "it is kept");
    clock.advance(SECOND);
    assert_eq!(call(Err("again".into())), Err("again".into()), "no failure stands in for another");
}

#[test]
fn values_are_weighed_by_what_they_hold() {
    fn call(n: &usize) -> Result<Vec<u8>, String> {
        let how = (&p::Keeps::<Result<Vec<u8>, String>>::new()).how().negative();
        let site = site!(Some("weights"), TEN.capacity(10));
        match p::CacheSite::look(site, n, how) {
            p::Looked::Hit(out) => out,
            p::Looked::Lead(mut lead) | p::Looked::Refresh(_, mut lead) => {
                p::Lead::weigh(&mut lead, |value: &Vec<u8>| value.len());
                let out = if *n == 0 { Err("none".into()) } else { Ok(vec![0; *n]) };
                p::Lead::settle(lead, out)
            }
        }
    }
    let weight = || cache::named("weights").expect("it has been called").weight();
    call(&0).unwrap_err();
    assert_eq!(weight(), 1);
    call(&7).unwrap();
    assert_eq!(weight(), 8);
    call(&9).unwrap();
    assert_eq!(weight(), 9);
}

fn refreshed(computed: &Computed, end: mpsc::Receiver<()>) -> usize {
    let how = (&p::Keeps::<usize>::new()).how();
    let site = site!(Some("background"), TEN.background());
    match p::CacheSite::look(site, (), how) {
        p::Looked::Hit(out) => out,
        p::Looked::Lead(lead) => p::Lead::settle(lead, computed.next()),
        p::Looked::Refresh(out, lead) => {
            let computed = computed.clone();
            p::refresh_on_pool(move || {
                end.recv().unwrap_or_default();
                assert!(dyno::Deadline::current().is_none(), "it outlives the call");
                let out = computed.next();
                p::Lead::settle(lead, out)
            });
            out
        }
    }
}

#[test]
fn what_has_expired_is_computed_elsewhere_and_nobody_waits() {
    let clock = clock::freeze();
    let computed = Computed::default();
    let call = || {
        let (end, ended) = mpsc::channel();
        let got = dyno::Deadline::within(SECOND, || refreshed(&computed, ended));
        (got, end)
    };
    assert_eq!(call().0, 1);
    clock.advance(10 * SECOND);
    let (got, end) = call();
    // On the very thread where it began.
    assert_eq!((got, call().0), (1, 1));
    drop(end);
    let named = cache::named("background").expect("it has been called");
    wait_for(|| named.counts().refreshed == 1);
    assert_eq!(call().0, 2);
    assert_eq!((named.counts().stale, named.counts().miss, named.counts().hit), (2, 1, 1));
}

#[test]
fn a_panic_elsewhere_ends_there_and_the_next_one_tries() {
    fn call(panics: bool) -> u32 {
        let how = (&p::Keeps::<u32>::new()).how();
        let site = site!(Some("panics"), TEN.background().grace(Duration::MAX));
        match p::CacheSite::look(site, (), how) {
            p::Looked::Hit(out) => out,
            p::Looked::Lead(lead) => p::Lead::settle(lead, 1),
            p::Looked::Refresh(out, lead) => {
                p::refresh_on_pool(move || {
                    assert!(!panics, "part of the test");
                    p::Lead::settle(lead, 2)
                });
                out
            }
        }
    }
    let clock = clock::freeze();
    assert_eq!(call(false), 1);
    clock.advance(10 * SECOND);
    let named = cache::named("panics").expect("it has been called");
    assert_eq!(call(true), 1);
    wait_for(|| {
        assert!(call(false) > 0);
        named.counts().refreshed == 1
    });
    assert_eq!(call(true), 2);
}

async fn fetch(key: &str, computed: &Computed) -> Result<usize, String> {
    let how = (&p::Keeps::<Result<usize, String>>::new()).how();
    let site = site!(Some("fetch"), TEN.background());
    match p::CacheSite::look_async(site, p::Part(&key).peel(), how).await {
        p::Looked::Hit(out) => out,
        p::Looked::Lead(lead) => {
            tokio::task::yield_now().await;
            p::Lead::settle(lead, Ok(computed.next()))
        }
        p::Looked::Refresh(out, lead) => {
            let computed = computed.clone();
            p::refresh_async(async move {
                tokio::task::yield_now().await;
                let out = Ok(computed.next());
                assert!(computed.times() != 2, "part of the test");
                p::Lead::settle(lead, out)
            });
            out
        }
    }
}

#[test]
fn tasks_refresh_on_their_runtime() {
    fn is_send<T: Send>(of: T) -> T {
        of
    }
    let clock = clock::freeze();
    let computed = Computed::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(is_send(async {
        assert_eq!(fetch("a", &computed).await, Ok(1));
    }));
    clock.advance(10 * SECOND);
    runtime.block_on(async {
        // The first refresh panics, which harms nobody.
        assert_eq!(fetch("a", &computed).await, Ok(1));
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        assert_eq!(fetch("a", &computed).await, Ok(1));
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        assert_eq!(fetch("a", &computed).await, Ok(3));
    });
    assert_eq!(cache::named("fetch").expect("called").counts().refreshed, 1);
}

#[test]
fn any_part_that_can_be_stored_is_one() {
    fn stored<K: Key>(key: &K) -> K::Owned {
        key.to_owned()
    }
    let (text, number, list) = ("a", 1_u8, vec![1_u8]);
    let slice: &[u8] = &list;
    let key = (p::Part(&text).peel(), p::Part(&number).peel(), p::Part(&slice).peel());
    assert_eq!(stored(&key), ("a".to_owned(), 1, list.clone()));
    assert_eq!(stored(&p::Part(&list).peel()), list);
}

#[test]
fn a_backend_is_gone_through_by_the_path_of_the_function() {
    static STORE: cache::backend::Memory = cache::backend::Memory::new();
    fn call(n: u32) -> Result<u32, String> {
        let how = (&p::Keeps::<Result<u32, String>>::new()).how();
        let site = site!(Some("through"), TEN.backend(&STORE));
        settle!(p::CacheSite::look_through(site, &n, how), Ok(n + 1))
    }
    assert_eq!(call(1), Ok(2));
    let keys = STORE.keys();
    assert_eq!(keys.len(), 1);
    assert!(keys[0].ends_with("::call|u32|u32|1"), "{keys:?}");
}
