//! A budget for retries, so that they do not bury what is down already.

pub(super) mod bucket;
mod named;

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

pub use named::SharedBudget;

use self::bucket::{Bucket, Level, TICKS_A_SECOND, TOKEN};
use crate::clock;
use crate::fault::explain::Rule;

/// What further attempts are paid for out of: a bucket of tokens.
///
/// One that is [new](Self::new) lets a fifth of the calls be tried again and ten a second on top:
/// each call puts in a share of a token, a further attempt takes one. (Finagle's `RetryBudget`.)
/// [`standard`](Self::standard) is that of the AWS SDKs. When the bucket is empty, a call fails with
/// its own error, unretried.
///
/// Its builder is `const`, so it can be a `static`. It is one word, without a lock: a call while it
/// is full reads that word and writes nothing.
///
/// ```
/// use dyno::retry::{Budget, retry};
///
/// static BUDGET: Budget = Budget::new().capacity(2).reserve(0);
/// let mut calls = 0;
/// let _ = retry(5).budget(&BUDGET).run(|| {
///     calls += 1;
///     None::<u8>
/// });
/// assert_eq!((calls, BUDGET.snapshot().refused), (3, 1)); // two further attempts, then it is spent
/// ```
pub struct Budget {
    bucket: Bucket<AtomicU64>,
    name: Option<&'static str>,
    capacity: u32,
    reserve: u32,
    /// What a call puts in, in parts of a token.
    share: u32,
    /// What a success at the first attempt puts in.
    gain: u32,
    cost: u32,
    timeout_cost: u32,
    /// A success after further attempts gives back what the last of them has cost.
    gives_back: bool,
    granted: AtomicU64,
    refused: AtomicU64,
    listed: AtomicBool,
}

/// How a [`Budget`] stands.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Spent {
    /// The tokens that are there now.
    pub tokens: f64,
    /// The most that can be there.
    pub capacity: u32,
    /// How many further attempts have been paid for.
    pub granted: u64,
    /// How many were refused.
    pub refused: u64,
}

impl Budget {
    /// One that holds up to 100 tokens and is full: each call puts in 0.2, each second 10, a further
    /// attempt takes 1.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self {
            bucket: full(100),
            name: None,
            capacity: 100 * TOKEN,
            reserve: 10,
            share: TOKEN / 5,
            gain: 0,
            cost: TOKEN,
            timeout_cost: TOKEN,
            gives_back: false,
            granted: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            listed: AtomicBool::new(false),
        }
    }

    /// That of the AWS SDKs in their mode "standard": it holds up to 500 tokens and is full; a
    /// further attempt takes 5, one after a [time-out](crate::Fault::TimedOut) 10; a success after
    /// further attempts gives back what the last of them took, one at the first attempt gives 1.
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            bucket: full(500),
            capacity: 500 * TOKEN,
            reserve: 0,
            share: 0,
            gain: TOKEN,
            cost: 5 * TOKEN,
            timeout_cost: 10 * TOKEN,
            gives_back: true,
            ..Self::new()
        }
    }

    /// Under this name it is told of.
    #[must_use]
    pub const fn name(mut self, name: &'static str) -> Self {
        self.name = Some(name);
        self
    }

    /// What share of a token each call puts in, such as 0.2 to have a fifth of the calls tried again;
    /// it is exact to the fourth digit.
    ///
    /// # Panics
    /// When it is not 0 nor from 0.0001 to 1; in a constant, at compile time.
    #[must_use]
    pub const fn share(mut self, share: f64) -> Self {
        assert!(
            share == 0.0 || (share >= 0.0001 && share <= 1.0),
            "retry: `share` of a budget must be 0, or from 0.0001 to 1: it is a part of the calls"
        );
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let parts = (share * TOKEN as f64 + 0.5) as u32;
        self.share = parts;
        self
    }

    /// How many tokens each second puts in, for where calls are few.
    #[must_use]
    pub const fn reserve(mut self, per_second: u32) -> Self {
        self.reserve = per_second;
        self
    }

    /// How many tokens it holds at most, and at the beginning.
    ///
    /// # Panics
    /// When it is 0 or above 400 000, or less than a further attempt takes; in a constant, at
    /// compile time.
    #[must_use]
    pub const fn capacity(mut self, tokens: u32) -> Self {
        assert!(
            tokens >= 1 && tokens <= 400_000,
            "retry: `capacity` of a budget must be from 1 to 400000: with none nothing is ever tried again"
        );
        self.capacity = tokens * TOKEN;
        assert!(
            self.capacity >= self.cost,
            "retry: `capacity` of a budget must be at least what a further attempt takes, else nothing is ever tried again"
        );
        self.bucket = full(tokens);
        self
    }

    /// How it stands now.
    #[must_use]
    pub fn snapshot(&self) -> Spent {
        let level = self.bucket.level().at(tick(), self.reserve, self.capacity);
        Spent {
            tokens: f64::from(level.parts) / f64::from(TOKEN),
            capacity: self.capacity / TOKEN,
            granted: self.granted.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
        }
    }

    /// How it stands now, as a rule.
    ///
    /// ```
    /// use dyno::retry::Budget;
    ///
    /// assert_eq!(
    ///     Budget::new().explain().to_string(),
    ///     "the retry budget: 100 tokens, a further attempt takes 1; a call gives 0.2, a second 10",
    /// );
    /// ```
    #[must_use]
    pub fn explain(&self) -> Rule {
        let tokens = |parts: u32| f64::from(parts) / f64::from(TOKEN);
        Rule::Budget {
            tokens: self.snapshot().tokens,
            cost: tokens(self.cost),
            share: tokens(self.share),
            reserve: self.reserve,
        }
    }

    /// Takes note of a call.
    #[inline]
    pub(super) fn called(&self) {
        if self.share != 0 {
            self.bucket.deposit(self.share, self.capacity);
        }
    }

    /// Takes note of a success, for which the last further attempt has `paid`.
    #[inline]
    pub(super) fn succeeded(&self, paid: u32) {
        let gain = if paid == 0 { self.gain } else { self.back(paid) };
        if gain != 0 {
            self.bucket.deposit(gain, self.capacity);
        }
    }

    const fn back(&self, paid: u32) -> u32 {
        if self.gives_back { paid } else { 0 }
    }

    /// Pays for a further attempt; what it has cost, if there was enough.
    #[cold]
    pub(super) fn withdraw(&self, timed_out: bool) -> Option<u32> {
        let cost = if timed_out { self.timeout_cost } else { self.cost };
        let paid = self.bucket.withdraw(cost, tick(), self.reserve, self.capacity);
        let count = if paid { &self.granted } else { &self.refused };
        count.fetch_add(1, Ordering::Relaxed);
        paid.then_some(cost)
    }
}

const fn full(tokens: u32) -> Bucket<AtomicU64> {
    Bucket::new(AtomicU64::new(Level { parts: tokens * TOKEN, tick: 0 }.word()))
}

/// The time, as the bucket counts it.
#[allow(clippy::cast_possible_truncation)]
fn tick() -> u32 {
    const NANOS: u64 = 1_000_000_000 / TICKS_A_SECOND as u64;
    (clock::now().as_nanos() / NANOS) as u32
}

/// Such as `global: 99.2 of 100 tokens, 4 further attempts granted, 0 refused`.
impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Spent { tokens, capacity, granted, refused } = self.snapshot();
        if let Some(name) = self.name {
            write!(f, "{name}: ")?;
        }
        write!(
            f,
            "{tokens} of {capacity} tokens, {granted} further attempts granted, {refused} refused"
        )
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Budget({self})")
    }
}
