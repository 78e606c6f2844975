//! All that observes on one function: whatever the order, each sees every end once, and as what it is.

use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use super::{E, block_on, sendable};
use dyno::breaker::{Breaker, Fuse, State};
use dyno::{
    aspect, breaker, cache, clock, fallback, fuse, harness, inject, metrics, retry, timeout, timing,
};

/// How calls ended, as `#[metrics]` and `#[harness]` of a point have seen them.
#[derive(Debug, Default, PartialEq)]
struct Ends {
    successes: u64,
    failures: u64,
    ignored: u64,
    rejected: u64,
    /// Failed, panicked, rejected, timed out.
    told: [u64; 4],
}

fn ends(name: &str) -> Ends {
    let snapshot = metrics::of(name).expect("it was called");
    assert_eq!(snapshot.in_flight, 0, "{name}");
    let metrics::Counts { successes, failures, ignored, rejected, .. } = snapshot.total;
    let told = harness::of(name).map(harness::History::counts).unwrap_or_default();
    let told = [told.failed, told.panicked, told.rejected, told.timed_out];
    Ends { successes, failures, ignored, rejected: rejected.total(), told }
}

static OFF: Fuse = Fuse::new("observed.off").off();

fn five() -> u32 {
    5
}
fn plainly<R>(_: &aspect::JoinPoint<'_>, call: impl FnOnce() -> R) -> R {
    call()
}
async fn plainly_async<F: Future>(_: &aspect::JoinPoint<'_>, call: F) -> F::Output {
    call.await
}

/// Functions with the attributes of each, which have the function's own name for their point.
macro_rules! stacks {
    ($ret:ty = $body:expr; $($name:ident: $(#[$($attr:tt)*])*)*) => {$(
        $(#[$($attr)*])*
        fn $name() -> $ret { $body }
    )*};
    (async $ret:ty = $body:expr; $($name:ident: $(#[$($attr:tt)*])*)*) => {$(
        $(#[$($attr)*])*
        async fn $name() -> $ret { $body }
    )*};
}

mod plain {
    //! A type that knows no failure asks for none of what could refuse.
    use super::*;

    #[harness(name = "observed.plain")]
    #[metrics]
    #[timing]
    #[aspect(before = |_| ())]
    #[cache(ttl = 60s)]
    #[inject(five = five)]
    fn above(five: u32, x: u32) -> u32 {
        five + x
    }
    #[inject(five = five)]
    #[cache(ttl = 60s, key = x)]
    #[aspect(before = |_| ())]
    #[timing]
    #[metrics(name = "observed.plain_below")]
    #[harness]
    fn below(five: u32, x: u32) -> u32 {
        five + x
    }
    #[timing(name = "observed.plain_async")]
    #[metrics]
    #[aspect(around = plainly_async)]
    #[harness]
    #[cache(ttl = 60s)]
    #[inject(five = five)]
    async fn awaited(five: u32, x: u32) -> u32 {
        five + x
    }
    #[timing]
    #[inject(five = five)]
    async fn timed(five: u32) -> u32 {
        five
    }
    #[fallback(0)]
    #[fuse]
    #[aspect(around = plainly)]
    #[metrics]
    #[inject(five = five)]
    fn answered_far_out(five: u32) -> u32 {
        five
    }
    #[fallback(0)]
    #[harness(name = "observed.plain_refused")]
    #[aspect("observed::plain_refused")]
    #[timing]
    #[metrics]
    #[cache(ttl = 60s)]
    #[inject(five = five)]
    #[fuse(OFF)]
    fn refused(five: u32) -> u32 {
        five
    }
    #[fallback(0)]
    #[timing(name = "observed.plain_refused_async")]
    #[metrics]
    #[cache(ttl = 60s)]
    #[aspect("observed::plain_refused_async")]
    #[harness]
    #[inject(five = five)]
    #[timeout(1s)]
    #[fuse(OFF)]
    async fn refused_async(five: u32) -> u32 {
        five
    }

    #[test]
    fn a_value_without_failures_passes() {
        assert_eq!((above(1), above(1), below(1), below(1)), (6, 6, 6, 6));
        assert_eq!(ends("observed.plain"), Ends { successes: 2, ..Ends::default() });
        assert_eq!(ends("observed.plain_below"), Ends { successes: 1, ..Ends::default() });
        assert_eq!(block_on(sendable(awaited(1))), 6);
        assert_eq!(ends("observed.plain_async"), Ends { successes: 1, ..Ends::default() });
        assert_eq!((block_on(sendable(timed())), answered_far_out()), (5, 5));
    }

    #[test]
    fn a_refusal_is_answered_and_seen_once() {
        assert_eq!((refused(), block_on(sendable(refused_async()))), (0, 0));
        let once = || Ends { rejected: 1, told: [0, 0, 1, 0], ..Ends::default() };
        assert_eq!(ends("observed.plain_refused"), once());
        assert_eq!(ends("observed.plain_refused_async"), once());
    }
}

mod refused {
    //! A refusal is none of the failures of those further out.
    use super::*;

    static GUARD: Breaker = Breaker::new("observed.refused.guard").fail_max(1);

    stacks! { Result<u8, E> = Ok(1);
        first: #[harness(name = "observed.refused.first")] #[metrics] #[timing] #[breaker(GUARD)]
            #[aspect("observed::first")] #[cache(ttl = 60s)] #[retry(3)] #[fuse(OFF)]
        second: #[breaker(GUARD)] #[cache(ttl = 60s)] #[metrics(name = "observed.refused.second")]
            #[retry(3)] #[harness] #[timing] #[fuse(OFF)]
        third: #[breaker(GUARD)] #[retry(3, rejected = retry)] #[aspect("observed::third")]
            #[cache(ttl = 60s)] #[harness(name = "observed.refused.third")] #[metrics] #[fuse(OFF)]
        pooled: #[breaker(GUARD)] #[metrics(name = "observed.refused.pooled")] #[harness]
            #[timeout(60s, on_pool)] #[retry(2, rejected = retry)] #[fuse(OFF)]
        behind: #[breaker(GUARD)] #[metrics(name = "observed.refused.behind")] #[harness]
            #[aspect(around = plainly)] #[timeout(60s)] #[fuse(OFF)]
        filtered: #[breaker(GUARD)] #[metrics(name = "observed.refused.filtered")] #[harness]
            #[aspect("observed::filtered")] #[fuse(OFF)]
    }
    stacks! { async Option<u8> = Some(1);
        first_async: #[harness(name = "observed.refused.first_async")] #[breaker(GUARD)] #[timing]
            #[metrics] #[timeout(60s)] #[aspect("observed::first_async")] #[retry(3)]
            #[cache(ttl = 60s)] #[fuse(OFF)]
        again_async: #[breaker(GUARD)] #[timeout(60s)] #[retry(2, rejected = retry)] #[timing]
            #[metrics(name = "observed.refused.again_async")] #[harness] #[fuse(OFF)]
        above_async: #[breaker(GUARD)] #[metrics(name = "observed.refused.above_async")] #[harness]
            #[timing] #[timeout(60s)] #[retry(2, rejected = retry)] #[fuse(OFF)]
        behind_async: #[breaker(GUARD)] #[metrics(name = "observed.refused.behind_async")]
            #[aspect(around = plainly_async)] #[timing] #[timeout(60s)] #[fuse(OFF)]
    }

    fn once() -> Ends {
        Ends { rejected: 1, told: [0, 0, 1, 0], ..Ends::default() }
    }

    #[test]
    fn it_is_seen_once_and_opens_nothing() {
        for (name, call) in [
            ("first", first as fn() -> Result<u8, E>),
            ("second", second),
            ("behind", behind),
            ("pooled", pooled),
            ("filtered", filtered),
        ] {
            assert!(matches!(call(), Err(E::Refused(_))), "{name}");
            assert_eq!(GUARD.state(), State::Closed, "{name}");
            let seen = ends(&format!("observed.refused.{name}"));
            let told = if ["behind", "pooled"].contains(&name) { seen.told } else { [0, 0, 1, 0] };
            assert_eq!(seen, Ends { told, ..once() }, "{name}");
        }
        assert!(matches!(third(), Err(E::Refused(_))));
        let each = Ends { rejected: 3, told: [0, 0, 3, 0], ..Ends::default() };
        assert_eq!(ends("observed.refused.third"), each);
        assert_eq!(GUARD.state(), State::Closed);
        assert_eq!(block_on(sendable(first_async())), None);
        assert_eq!(ends("observed.refused.first_async"), once());
        assert_eq!((block_on(again_async()), GUARD.state()), (None, State::Closed));
        let each = Ends { rejected: 2, told: [0, 0, 2, 0], ..Ends::default() };
        assert_eq!(ends("observed.refused.again_async"), each);
        assert_eq!((block_on(above_async()), GUARD.state()), (None, State::Closed));
        assert_eq!(ends("observed.refused.above_async").rejected, 1);
        assert_eq!((block_on(behind_async()), GUARD.state()), (None, State::Closed));
        assert_eq!(ends("observed.refused.behind_async").rejected, 1);
    }
}

mod timed_out {
    //! A time-out is a failure for all that stand above it.
    use super::*;

    static GUARD: Breaker = Breaker::new("observed.late.guard").fail_max(1);

    async fn never() -> u8 {
        clock::sleep_async(Duration::from_secs(9)).await;
        1
    }
    stacks! { async Option<u8> = Some(never().await);
        first: #[breaker(GUARD)] #[harness(name = "observed.late.first")] #[metrics] #[timing]
            #[aspect("observed::late")] #[cache(ttl = 60s)] #[timeout(50ms)]
        second: #[fallback(None)] #[breaker(GUARD)] #[timing] #[harness(name = "observed.late.second")]
            #[metrics] #[timeout(50ms)]
        third: #[fallback(None)] #[harness(name = "observed.late.third")] #[breaker(GUARD)] #[metrics]
            #[timing] #[timeout(50ms)]
        behind: #[breaker(GUARD)] #[metrics(name = "observed.late.behind")]
            #[aspect(around = plainly_async)] #[timeout(50ms)]
        behind_twice: #[breaker(GUARD)] #[metrics(name = "observed.late.behind_twice")]
            #[aspect(around = plainly_async)] #[timing] #[timeout(50ms)]
    }

    #[test]
    fn it_is_seen_once_and_opens_a_breaker() {
        let _frozen = clock::freeze();
        let failed = |name: &str, out: Option<u8>| {
            assert_eq!((out, GUARD.state()), (None, State::Open), "{name}");
            GUARD.reset();
            let seen = ends(&format!("observed.late.{name}"));
            let told = seen.told;
            assert_eq!(seen, Ends { failures: 1, told, ..Ends::default() }, "{name}");
            told
        };
        assert_eq!(failed("first", block_on(sendable(first()))), [0, 0, 0, 1]);
        assert_eq!(failed("second", block_on(sendable(second()))), [0, 0, 0, 1]);
        // A `None` has no words: above the breaker nobody can tell why it failed.
        assert_eq!(failed("third", block_on(sendable(third()))), [1, 0, 0, 0]);
        assert_eq!(failed("behind", block_on(sendable(behind()))), [0; 4]);
        assert_eq!(failed("behind_twice", block_on(sendable(behind_twice()))), [0; 4]);
    }
}

mod ended {
    //! Panics and dropped futures.
    use super::*;

    #[harness(name = "observed.panics")]
    #[metrics]
    #[timing]
    #[aspect("observed::panics")]
    #[fallback(Ok(7))]
    #[cache(ttl = 60s)]
    #[retry(3)]
    #[breaker]
    #[inject(five = five)]
    fn panics(five: u32, text: &str) -> Result<u32, E> {
        let number: u32 = text.parse().expect("a number");
        Ok(number + five)
    }
    #[metrics(name = "observed.panics_async")]
    #[harness]
    #[aspect("observed::panics_async")]
    #[cache(ttl = 60s)]
    #[fallback(Ok(7))]
    #[timing]
    #[breaker]
    #[retry(3)]
    #[inject(five = five)]
    async fn panics_async(five: u32, text: &str) -> Result<u32, E> {
        std::future::ready(()).await;
        let number: u32 = text.parse().expect("a number");
        Ok(number + five)
    }
    #[harness(name = "observed.cancelled")]
    #[timing]
    #[metrics]
    #[aspect("observed::cancelled")]
    #[cache(ttl = 60s)]
    #[fallback(Ok(7))]
    #[timeout(60s)]
    #[retry(3)]
    #[breaker]
    #[inject(five = five)]
    async fn waits(five: u32, ends: bool) -> Result<u32, E> {
        if !ends {
            pending::<()>().await;
        }
        Ok(five)
    }

    #[test]
    fn a_panic_is_seen_once_and_goes_on() {
        let (panic, tree) = timing::record("root", || {
            catch_unwind(AssertUnwindSafe(|| panics("x"))).expect_err("it panics")
        });
        assert!(panic.downcast_ref::<String>().is_some_and(|text| text.starts_with("a number")));
        assert!(tree.iter().skip(1).all(|node| !node.is_running()), "{tree}");
        let once = || Ends { failures: 1, told: [0, 1, 0, 0], ..Ends::default() };
        assert_eq!(ends("observed.panics"), once());
        assert_eq!(panics("1"), Ok(6), "nothing is held any longer");
        let panicking = || block_on(sendable(panics_async("x")));
        assert!(catch_unwind(AssertUnwindSafe(panicking)).is_err());
        assert_eq!(ends("observed.panics_async"), once());
        assert_eq!(block_on(panics_async("1")), Ok(6));
    }

    #[test]
    fn a_call_that_is_dropped_counts_neither_way() {
        {
            let mut waiting = pin!(waits(false));
            assert!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        assert_eq!(ends("observed.cancelled"), Ends { ignored: 1, ..Ends::default() });
        assert_eq!(block_on(sendable(waits(true))), Ok(5));
    }
}
