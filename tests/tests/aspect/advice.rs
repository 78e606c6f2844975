//! Pointcuts: advice bound to functions by pattern.

use std::future::{pending, poll_fn, ready};
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use dyno::aspect::{Advice, Binding, Call, End, JoinPoint, Pointcut, Proceed};
use dyno::{aspect, clock};

use super::block_on;

/// Writes down what it is told.
#[derive(Clone, Default)]
pub(crate) struct Log {
    who: &'static str,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Log {
    pub(crate) fn add(&self, line: String) {
        let who = self.who;
        self.lines.lock().unwrap().push(if who.is_empty() {
            line
        } else {
            format!("{who} {line}")
        });
    }
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.lines.lock().unwrap())
    }
    fn of(&self, who: &'static str) -> Self {
        Self { who, lines: self.lines.clone() }
    }
}

impl Advice for Log {
    fn before(&self, at: &Call<'_>) {
        self.add(format!("> {}({})", at.name(), at.arguments().unwrap_or("?")));
    }
    fn after(&self, at: &Call<'_>, end: &End<'_>) {
        let error = end.error().map(|error| format!(": {error}")).unwrap_or_default();
        self.add(format!("< {} {}{error}", at.name(), end.how()));
    }
    fn around(&self, at: &Call<'_>, proceed: Proceed<'_>) {
        self.add(format!("( {}", at.name()));
        proceed.run();
        self.add(format!(") {}", at.name()));
    }
}

#[derive(Debug)]
struct Sku(#[expect(dead_code, reason = "for its Debug")] &'static str);
struct Secret;

#[aspect(name = "plain::price")]
fn price(sku: &Sku, quantity: u32, secret: Secret, _unused: u8) -> Result<u32, String> {
    let _ = (sku, secret);
    if quantity == 0 { Err("nothing to sell".into()) } else { Ok(quantity) }
}

#[test]
fn advice_sees_the_point_the_arguments_and_the_end() {
    let log = Log::default();
    let bound = Pointcut::new("plain::*").arguments().bind(log.clone());
    assert_eq!(price(&Sku("a"), 2, Secret, 0), Ok(2));
    assert_eq!(
        log.take(),
        [
            "> plain::price(sku = Sku(\"a\"), quantity = 2, secret = aspect::advice::Secret)",
            "( plain::price",
            ") plain::price",
            "< plain::price succeeded",
        ]
    );
    assert!(price(&Sku("a"), 0, Secret, 0).is_err());
    assert_eq!(log.take().last().unwrap(), "< plain::price failed: nothing to sell");
    drop(bound);
    assert_eq!(price(&Sku("a"), 2, Secret, 0), Ok(2));
    assert!(log.take().is_empty());
}

#[test]
fn arguments_are_written_only_when_they_are_asked_for() {
    static WRITTEN: AtomicU32 = AtomicU32::new(0);
    struct Counts;
    impl std::fmt::Debug for Counts {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            WRITTEN.fetch_add(1, Ordering::Relaxed);
            f.write_str("Counts")
        }
    }
    #[aspect(name = "asked::f", args(counts))]
    fn f(counts: &Counts, other: u8) {
        let _ = (counts, other);
    }
    let log = Log::default();
    f(&Counts, 1);
    let bound = aspect::bind("asked::f", log.clone());
    f(&Counts, 1);
    assert_eq!(log.take()[0], "> asked::f(?)");
    assert_eq!(WRITTEN.load(Ordering::Relaxed), 0);
    let other = Pointcut::new("asked::f").arguments().bind(Log::default());
    f(&Counts, 1);
    assert_eq!(log.take()[0], "> asked::f(counts = Counts)");
    assert_eq!(WRITTEN.load(Ordering::Relaxed), 1);
    drop((bound, other));
}

#[aspect]
fn by_path() {}
mod inner {
    #[dyno::aspect("patterns::join")]
    pub(super) fn by_join() -> Option<()> {
        Some(())
    }
    #[dyno::aspect(name = "patterns::deep::down")]
    pub(super) fn named() {}
}

#[test]
fn a_pattern_is_matched_against_path_name_and_join_point() {
    let call_all = || {
        by_path();
        inner::by_join();
        inner::named();
    };
    let seen = |pattern: &str| {
        let log = Log::default();
        let bound = aspect::bind(pattern, log.clone());
        call_all();
        drop(bound);
        let lines = log.take();
        lines
            .iter()
            .filter_map(|line| Some(line.strip_prefix("> ")?.replace("(?)", "")))
            .collect::<Vec<_>>()
    };
    for _ in 0..2 {
        assert_eq!(seen("aspect::advice::by_*"), ["aspect::advice::by_path"]);
        assert_eq!(
            seen("aspect::advice::**::by_*"),
            ["aspect::advice::by_path", "aspect::advice::inner::by_join"]
        );
        assert_eq!(seen("patterns::*"), ["aspect::advice::inner::by_join"]);
        assert_eq!(
            seen("patterns::**"),
            ["aspect::advice::inner::by_join", "patterns::deep::down"]
        );
        assert_eq!(seen("nobody::*"), [""; 0]);
    }
    let bound = aspect::bind("**::inner::*", Log::default());
    assert_eq!(
        bound.functions().iter().map(JoinPoint::name).collect::<Vec<_>>(),
        ["aspect::advice::inner::by_join"]
    );
}

#[test]
#[should_panic(expected = "the pattern \"shop::\" has an empty segment")]
fn a_pattern_that_means_nothing_panics() {
    let _ = aspect::bind("shop::", Log::default());
}

#[aspect(name = "order::f")]
fn ordered() {}
#[test]
fn a_higher_priority_is_further_out_and_then_who_came_first() {
    let log = Log::default();
    let bind = |who, priority| Pointcut::new("order::f").priority(priority).bind(log.of(who));
    let bound: Vec<Binding> = vec![bind("b", 0), bind("c", 0), bind("d", -1), bind("a", 1)];
    ordered();
    let words: Vec<String> = log.take().iter().map(|line| line[..3].to_owned()).collect();
    let expected = "a > b > c > d > a ( b ( c ( d ( d ) c ) b ) a ) d < c < b < a <";
    assert_eq!(words.join(" "), expected);
    drop(bound);
}

#[test]
fn what_is_kept_forever_is_kept() {
    #[aspect(name = "forever::f")]
    fn f() {}
    let log = Log::default();
    aspect::bind("forever::f", log.clone()).forever();
    f();
    assert_eq!(log.take().len(), 4);
}

#[aspect(name = "ends::panics")]
fn panics() -> u8 {
    panic!("at the disco")
}
#[test]
fn a_panic_of_the_body_is_told_and_passes_through() {
    let log = Log::default();
    let _bound = aspect::bind("ends::panics", log.clone());
    let panic = std::panic::catch_unwind(panics).unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"at the disco"));
    assert_eq!(log.take().last().unwrap(), "< ends::panics panicked");
}

#[aspect(name = "ends::waits")]
async fn waits(polls: u32) -> Option<u32> {
    let mut left = polls;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
    if polls == 9 {
        pending::<()>().await;
    }
    assert_ne!(polls, 8);
    (polls > 0).then_some(polls)
}
fn sendable<T: Send>(value: T) -> T {
    value
}

#[test]
fn an_async_function_is_advised_around_every_poll() {
    let log = Log::default();
    let _bound = Pointcut::new("ends::waits").arguments().bind(log.clone());
    assert_eq!(block_on(sendable(waits(1))), Some(1));
    assert_eq!(
        log.take(),
        [
            "> ends::waits(polls = 1)",
            "( ends::waits",
            ") ends::waits",
            "( ends::waits",
            ") ends::waits",
            "< ends::waits succeeded",
        ]
    );
    assert_eq!(block_on(waits(0)), None);
    assert_eq!(log.take().last().unwrap(), "< ends::waits failed: there is nothing");
    // Nothing begins before the first poll; what began is told to have been cancelled.
    drop(waits(9));
    assert!(log.take().is_empty());
    {
        let mut future = pin!(waits(9));
        assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    assert_eq!(log.take().last().unwrap(), "< ends::waits was cancelled");
    assert!(std::panic::catch_unwind(|| block_on(waits(8))).is_err());
    assert_eq!(log.take().last().unwrap(), "< ends::waits panicked");
}

struct Bad(u8);
impl Advice for Bad {
    fn before(&self, _: &Call<'_>) {
        assert!(self.0 != 1, "before");
    }
    fn after(&self, _: &Call<'_>, _: &End<'_>) {
        assert!(self.0 != 2, "after");
    }
    fn around(&self, _: &Call<'_>, proceed: Proceed<'_>) {
        assert!(self.0 != 3, "around, too early");
        if self.0 != 4 {
            proceed.run();
        }
        assert!(self.0 != 5, "around, at the end");
    }
}
#[aspect(name = "bad::f")]
fn harmed(runs: &mut u8) -> u8 {
    *runs += 1;
    *runs
}
#[aspect(name = "bad::g")]
async fn harmed_async(runs: &mut u8) -> u8 {
    ready(()).await;
    *runs += 1;
    *runs
}
#[test]
fn advice_harms_no_call() {
    for kind in 0..=5 {
        let _bound = aspect::bind("bad::*", Bad(kind));
        let log = Log::default();
        let _after = aspect::bind("bad::*", log.clone());
        let (mut runs, mut others) = (0, 0);
        assert_eq!((harmed(&mut runs), runs), (1, 1), "{kind}");
        assert_eq!((block_on(harmed_async(&mut others)), others), (1, 1), "{kind}");
        assert_eq!(log.take().len(), 8, "the advice further in is told all of it: {kind}");
    }
}

#[test]
fn arguments_that_cannot_be_written_harm_no_call() {
    struct Panics;
    impl std::fmt::Debug for Panics {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("not a word")
        }
    }
    #[aspect(name = "mute::debug")]
    fn f(panics: Panics) -> Result<(), Panics> {
        Err(panics)
    }
    let log = Log::default();
    let _bound = Pointcut::new("mute::debug").arguments().bind(log.clone());
    assert!(f(Panics).is_err());
    assert_eq!(log.take(), ["> mute::debug()", "( mute::debug", ") mute::debug"]);
}

#[test]
fn what_advice_calls_is_not_advised() {
    #[aspect(name = "again::called")]
    fn called() {}
    struct Calls(AtomicU32);
    impl Advice for Calls {
        fn before(&self, _: &Call<'_>) {
            self.0.fetch_add(1, Ordering::Relaxed);
            called();
        }
        fn after(&self, _: &Call<'_>, _: &End<'_>) {
            called();
        }
    }
    #[aspect(name = "again::f")]
    fn f() {
        called();
    }
    let calls = Arc::new(Calls(AtomicU32::new(0)));
    let _bound = aspect::bind("again::*", calls.clone());
    f();
    // `f`, and what its body calls.
    assert_eq!(calls.0.load(Ordering::Relaxed), 2);
}

#[test]
fn the_time_a_call_takes_is_told() {
    #[aspect(name = "time::f")]
    fn f() {
        clock::sleep(Duration::from_secs(3));
    }
    struct Took(Mutex<Vec<Duration>>);
    impl Advice for Took {
        fn after(&self, _: &Call<'_>, end: &End<'_>) {
            let first = end.took();
            clock::sleep(Duration::from_secs(9));
            assert_eq!(end.took(), first);
            self.0.lock().unwrap().push(first);
        }
    }
    let frozen = clock::freeze();
    let took = Arc::new(Took(Mutex::default()));
    let _bound = aspect::bind("time::f", took.clone());
    f();
    assert_eq!(*took.0.lock().unwrap(), [Duration::from_secs(3)]);
    drop(frozen);
}
