//! The least that such policies can come to: written for this one call, with nothing that could be
//! set, seen or tested from outside, and in no future a timer before it waits.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::task::Poll;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::call::{Fail, call, call_async};
use crate::group::Group;
use crate::set::{ATTEMPT, ATTEMPTS, FAIL_MAX, LIMIT, OPEN_FOR, PLACES, PLENTY, Set};

pub(crate) const NAME: &str = "by hand";

pub(crate) fn enter(group: &mut Group, set: Set) {
    match set {
        Set::One => {
            group.call(NAME, |x| broken(|| call(x)));
            group.call_async(NAME, one);
        }
        Set::Three => {
            group.call(NAME, |x| retried(|| broken(|| call(x))));
            group.call_async(NAME, three);
        }
        Set::Five => {
            group.call(NAME, |x| measured(|| retried(|| broken(|| placed(|| call(x))))));
            group.call_async(NAME, five);
        }
        Set::All => {
            group.call(NAME, |x| {
                let whole = || rated(|| retried(|| broken(|| placed(|| call(x)))));
                measured(whole).or(Ok::<_, Fail>(0))
            });
            group.call_async(NAME, all);
        }
    }
}

// Each written out: a future that is handed to another is copied.

async fn one(x: u64) -> Result<u64, Fail> {
    enter_breaker()?;
    let out = call_async(x).await;
    leave_breaker(&out);
    out
}

async fn three(x: u64) -> Result<u64, Fail> {
    in_time(LIMIT, pin!(again(async || one(x).await))).await
}

async fn five(x: u64) -> Result<u64, Fail> {
    let begun = Instant::now();
    let attempts = pin!(again(async || {
        enter_breaker()?;
        let _place = Place::take()?;
        let out = call_async(x).await;
        leave_breaker(&out);
        out
    }));
    let out = in_time(LIMIT, attempts).await;
    note(begun, out.is_ok());
    out
}

async fn all(x: u64) -> Result<u64, Fail> {
    let begun = Instant::now();
    let attempts = pin!(async {
        let_in()?;
        again(async || {
            enter_breaker()?;
            let _place = Place::take()?;
            let out = in_time(ATTEMPT, pin!(call_async(x))).await;
            leave_breaker(&out);
            out
        })
        .await
    });
    let out = in_time(LIMIT, attempts).await;
    note(begun, out.is_ok());
    out.or(Ok(0))
}

static FAILED: AtomicU32 = AtomicU32::new(0);
static OPEN_UNTIL: AtomicU64 = AtomicU64::new(0);
static TOKENS: AtomicU32 = AtomicU32::new(100);
static TAKEN: AtomicU32 = AtomicU32::new(0);
static NEXT: AtomicU64 = AtomicU64::new(0);

#[inline]
fn broken(f: impl FnOnce() -> Result<u64, Fail>) -> Result<u64, Fail> {
    enter_breaker()?;
    let out = f();
    leave_breaker(&out);
    out
}

#[inline]
fn enter_breaker() -> Result<(), Fail> {
    if FAILED.load(Relaxed) < FAIL_MAX { Ok(()) } else { is_open() }
}

#[cold]
fn is_open() -> Result<(), Fail> {
    if coarse() < OPEN_UNTIL.load(Relaxed) { Err(Fail::Refused) } else { Ok(()) }
}

#[inline]
fn leave_breaker(out: &Result<u64, Fail>) {
    if out.is_err() {
        failed();
    } else if FAILED.load(Relaxed) != 0 {
        FAILED.store(0, Relaxed);
    }
}

#[cold]
fn failed() {
    if FAILED.fetch_add(1, Relaxed) + 1 >= FAIL_MAX {
        OPEN_UNTIL.store(coarse() + nanos(OPEN_FOR), Relaxed);
    }
}

#[inline]
fn retried(f: impl Fn() -> Result<u64, Fail>) -> Result<u64, Fail> {
    let mut attempt = 1;
    loop {
        match f() {
            Err(_) if attempt < ATTEMPTS && may_again() => attempt += 1,
            out => {
                deposit();
                return out;
            }
        }
    }
}

async fn again(f: impl AsyncFn() -> Result<u64, Fail>) -> Result<u64, Fail> {
    let mut attempt = 1;
    loop {
        match f().await {
            Err(_) if attempt < ATTEMPTS && may_again() => attempt += 1,
            out => {
                deposit();
                return out;
            }
        }
    }
}

#[cold]
fn may_again() -> bool {
    TOKENS.fetch_update(Relaxed, Relaxed, |tokens| tokens.checked_sub(5)).is_ok()
}

#[inline]
fn deposit() {
    if TOKENS.load(Relaxed) < 100 {
        TOKENS.fetch_add(1, Relaxed);
    }
}

#[inline]
fn placed(f: impl FnOnce() -> Result<u64, Fail>) -> Result<u64, Fail> {
    let _place = Place::take()?;
    f()
}

struct Place;

impl Place {
    #[inline]
    fn take() -> Result<Self, Fail> {
        // It is given back, also when it is one too many.
        let place = Self;
        if TAKEN.fetch_add(1, Relaxed) < PLACES { Ok(place) } else { Err(Fail::Refused) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        TAKEN.fetch_sub(1, Relaxed);
    }
}

#[inline]
fn measured(f: impl FnOnce() -> Result<u64, Fail>) -> Result<u64, Fail> {
    let begun = Instant::now();
    let out = f();
    note(begun, out.is_ok());
    out
}

/// In words of the thread's own: a count, and one for each power of two.
#[inline]
fn note(begun: Instant, well: bool) {
    thread_local! {
        static COUNTS: [Cell<u64>; 2] = const { [const { Cell::new(0) }; 2] };
        static TOOK: [Cell<u64>; 64] = const { [const { Cell::new(0) }; 64] };
    }
    let more = |cell: &Cell<u64>| cell.set(cell.get() + 1);
    COUNTS.with(|counts| more(&counts[usize::from(well)]));
    let bits = (nanos(begun.elapsed()) | 1).ilog2();
    TOOK.with(|took| more(&took[bits as usize]));
}

#[inline]
fn rated(f: impl FnOnce() -> Result<u64, Fail>) -> Result<u64, Fail> {
    let_in()?;
    f()
}

/// One word: when the next call may be made, a second ahead at most.
#[inline]
fn let_in() -> Result<(), Fail> {
    const EACH: u64 = 1_000_000_000 / PLENTY as u64;
    let now = coarse();
    let next = |next: u64| (next < now + 1_000_000_000).then_some(next.max(now) + EACH);
    NEXT.fetch_update(Relaxed, Relaxed, next).map(|_| ()).map_err(|_| Fail::Refused)
}

/// A timer is made only when the future waits.
async fn in_time(
    limit: Duration,
    mut future: Pin<&mut impl Future<Output = Result<u64, Fail>>>,
) -> Result<u64, Fail> {
    match poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await {
        Poll::Ready(out) => out,
        Poll::Pending => late(tokio::time::timeout(limit, future).await),
    }
}

#[cold]
fn late(ended: Result<Result<u64, Fail>, tokio::time::error::Elapsed>) -> Result<u64, Fail> {
    ended.unwrap_or(Err(Fail::Refused))
}

#[inline]
fn coarse() -> u64 {
    let now = clock_gettime(ClockId::MonotonicCoarse);
    // Neither is ever below zero.
    (now.tv_sec.unsigned_abs() * 1_000_000_000) + now.tv_nsec.unsigned_abs()
}

fn nanos(span: Duration) -> u64 {
    span.as_secs() * 1_000_000_000 + u64::from(span.subsec_nanos())
}
