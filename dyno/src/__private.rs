//! What expansions name. Not for people: it changes without notice.

pub use core::any::type_name_of_val;
pub use core::borrow::Borrow;
pub use core::clone::Clone;
pub use core::convert::From;
pub use core::default::Default;
pub use core::format_args;
pub use core::mem::drop;
pub use core::ops::Deref;
pub use core::option::Option::{self, None, Some};
pub use core::pin::pin;
pub use core::primitive::bool;
pub use core::result::Result::{self, Err, Ok};
pub use std::borrow::ToOwned;
pub use std::boxed::Box;
pub use std::sync::{Arc, LazyLock};

pub use dyno_macros::__pipeline;

#[cfg(feature = "fallback")]
pub use crate::__dyno_both as both;
#[cfg(feature = "retry")]
pub use crate::__dyno_next as next;
#[cfg(feature = "inject")]
pub use crate::__dyno_register as register;
#[cfg(all(feature = "aspect", feature = "warm-up"))]
pub use crate::aspect::KnownSite;
#[cfg(feature = "aspect")]
pub use crate::aspect::{
    AdviceSite, Advised, ByValue, Filters, JoinPoint, JoinSite, Lent, Refusing, advise,
    advise_async,
};
#[cfg(feature = "balance")]
pub use crate::balance::{Balancer, Pick, Policy as Balancing, Tried};
#[cfg(feature = "breaker")]
pub use crate::breaker::{
    Breaker, Fuse, Keyed, Permit, Refused, Report, Settings, SharedBreaker, SharedFuse,
    SharedKeyed, State, TripError, aside, window,
};
#[cfg(all(feature = "cache", feature = "tokio"))]
pub use crate::cache::refresh_async;
#[cfg(all(feature = "cache", feature = "pool"))]
pub use crate::cache::refresh_on_pool;
#[cfg(feature = "cache")]
pub use crate::cache::{
    CacheSite, Early, Keeps, KeepsFailing, KeepsPlain, Lead, Looked, Part, Peel,
    Settings as CacheSettings, kept, lend,
};
#[cfg(feature = "fallback")]
pub use crate::fallback::{
    Both, BothInto, BothKeep, Ends, EndsFailing, EndsPlain, Lift, LiftInto, LiftKeep,
    fallback_failed, fell_back, stood_in, why,
};
pub use crate::fault::{Error, Fault};
#[cfg(feature = "harness")]
pub use crate::harness::{
    Chained, ChainsError, ChainsLocal, ChainsNothing, ChainsThread, Debugged, DebugsNothing,
    DebugsSelf, Faulted, FaultsNothing, FaultsSelf, Fields, Harness, Keep, KeepCopied, KeepLent,
    Level, TellUnshown, Told, caught, caught_async, heard, name_of, no_fields,
};
#[cfg(feature = "inject")]
pub use crate::inject::expansion::*;
#[cfg(feature = "limit")]
pub use crate::limit::Refused as TurnedAway;
#[cfg(feature = "limit")]
pub use crate::limit::bulkhead::{Bulkhead, KeyedBulkhead, SharedBulkhead, SharedKeyedBulkhead};
#[cfg(feature = "limit")]
pub use crate::limit::rate::{KeyedRate, Rate, SharedKeyedRate, SharedRate};
#[cfg(feature = "metrics")]
pub use crate::metrics::{Call as Counted, Metrics};
pub use crate::outcome::{
    Asks, AsksBoxed, AsksBoxedLent, AsksError, AsksLocal, AsksLocalLent, AsksNothing, AsksOwn,
    AsksWrapped, AsksWrapper, Failing, Look, LookFailing, LookPlain, Outcome, Refuse, Succeeds,
    Verdict, Wrap, hint,
};
pub use crate::point::Point;
#[cfg(feature = "pool")]
pub use crate::pool::{Pool, SharedPool};
#[cfg(feature = "retry")]
pub use crate::retry::{
    Again, Attempts, Budget, Compound, CompoundError, Errors, Jitter, Next, Pause, Retry,
    SharedBudget, pinned,
};
#[cfg(feature = "service")]
pub use crate::service::{Call, Place, Service, SharedService};
#[cfg(any(feature = "aspect", feature = "breaker", feature = "harness"))]
pub use crate::tell::{Tell, TellDebug, TellDisplay, TellName};
#[cfg(feature = "timeout")]
pub use crate::timeout::{Late, Timed, attempted, limited_here, limited_if, limited_whole};
#[cfg(all(feature = "timeout", feature = "pool"))]
pub use crate::timeout::{on_named_pool, on_pool};
#[cfg(feature = "timing")]
pub use crate::timing::{Span, SpanAsync};
#[cfg(feature = "aspect")]
pub use crate::{
    __dyno_advised as advised, __dyno_advised_end as advised_end, __dyno_filtered as filtered,
    __dyno_known as known,
};
pub use crate::{
    __dyno_asks as asks, __dyno_counted as counted, __dyno_counts as counts,
    __dyno_left_alone as left_alone, __dyno_refused as refused,
};
#[cfg(feature = "harness")]
pub use crate::{__dyno_failed as failed, __dyno_looked as looked, __dyno_told as told};
#[cfg(feature = "cache")]
pub use crate::{__dyno_keeps as keeps, __dyno_part as part};
#[cfg(feature = "breaker")]
pub use crate::{__dyno_report as report, __dyno_settle as settle, __dyno_settled as settled};
#[cfg(feature = "warm-up")]
pub use inventory;

/// Calls the body; a `FnOnce`, so that it may lend `&mut` and give back what it borrowed.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the body is to stand where the user wrote it")]
pub fn call<R>(body: impl FnOnce() -> R) -> R {
    body()
}

/// Drops what a failed attempt left, before the pause.
#[inline]
pub fn give_up<T>(_left: T) {}

/// A value of any type, for code that never runs.
#[cold]
pub fn never<R>() -> R {
    unreachable!("dyno: this is never run")
}

/// One more of the same type, for code that never runs.
#[cold]
pub fn another<T>(_: &T) -> T {
    never()
}

/// Any failure counts.
#[inline]
pub fn verdict<F>(failure: Option<&F>) -> Verdict {
    if failure.is_some() { Verdict::Failure } else { Verdict::Success }
}

/// A success of which `again` says that it is not good enough is a failure.
#[inline]
pub fn not_if<V>(verdict: Verdict, value: Option<&V>, again: impl FnOnce(&V) -> bool) -> Verdict {
    match value {
        Some(value) if again(value) => Verdict::Failure,
        _ => verdict,
    }
}

/// `f(value)`, where the closure's parameter takes its type from the value.
#[inline]
pub fn with<T, R>(value: T, f: impl FnOnce(T) -> R) -> R {
    f(value)
}
pub use crate::testing::{Flavour, run_test, run_test_async};
