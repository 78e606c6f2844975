//! A parameter that is injected: who wants it, and from where it comes.
//!
//! A site is a static in the expansion. Once its value is there to stay it is read by one relaxed
//! load, which asks whether anything is in force anywhere, and one acquire load.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::any::{AnySite, AnySlot};
use super::build::Asked;
use super::held::{Held, Share};
use super::slot::Slot;
use super::stop::{Stop, StopResult, Stopping};
use super::strict::is_strict;
use super::world::{Hook, hook};
use crate::fault::{InjectError, InjectErrorKind};
use crate::point::{self, Event, Point};
use crate::scope;

/// One injected parameter of one function.
pub struct Site<T: ?Sized + 'static> {
    fixed: OnceLock<&'static Arc<T>>,
    asked: Asked,
    slot: fn() -> &'static Slot<T>,
    /// The slot; without its type, so that the lock is compiled once.
    found: OnceLock<&'static (dyn Any + Send + Sync)>,
    stop: Option<Stops<T>>,
    fallback: Option<Standby>,
    deferred: bool,
}

/// A stop hook, and what makes it one for values of any type.
type Stops<T> = (Stop<T>, fn(Stop<T>) -> Hook);

/// A dependency in place of which a fallback may stand in: `Err` inside means that it does.
pub type OrFallback<T> = Result<Result<Held<T>, InjectError>, InjectError>;

impl<T: ?Sized> Site<T> {
    /// The site of `parameter` at `point`; `provider` is the provider as it was written.
    pub const fn new(
        point: &'static Point,
        parameter: &'static str,
        provider: &'static str,
        slot: fn() -> &'static Slot<T>,
    ) -> Self {
        let asked = Asked { point, parameter, provider };
        let found = OnceLock::new();
        let fixed = OnceLock::new();
        Self { fixed, asked, slot, found, stop: None, fallback: None, deferred: false }
    }

    /// A fallback stands in when it fails.
    #[must_use]
    pub const fn with_fallback(mut self) -> Self {
        self.fallback = Some(Standby::new());
        self
    }

    /// What shuts it down.
    #[must_use]
    pub const fn stop(mut self, stop: fn(&T) -> StopResult) -> Self
    where
        T: Send + Sync,
    {
        self.stop = Some((Stop::Now(stop), hook));
        self
    }

    /// What shuts it down, as a future.
    #[must_use]
    pub const fn stop_async(mut self, stop: for<'a> fn(&'a T) -> Stopping<'a>) -> Self
    where
        T: Send + Sync,
    {
        self.stop = Some((Stop::Later(stop), hook));
        self
    }

    /// The function does not need it before it runs: a [`Lazy`](super::Lazy) or a
    /// [`Live`](super::Live). It is built by a warm-up, but makes no cycle.
    #[must_use]
    pub const fn deferred(mut self) -> Self {
        self.deferred = true;
        self
    }

    /// `true` when a call need not build it.
    #[inline]
    pub fn is_hot(&'static self) -> bool
    where
        T: Send + Sync,
    {
        self.hot().is_some() || self.slot().core.is_ready()
    }

    /// The value, where it is there to stay and nothing is in force that could stand in for it.
    #[inline]
    pub fn hot(&'static self) -> Option<Held<T>> {
        self.fixed().map(Held::fixed)
    }

    #[inline]
    fn fixed(&'static self) -> Option<&'static Arc<T>> {
        if scope::active() { None } else { self.fixed.get().copied() }
    }
}

impl<T: ?Sized + Send + Sync> Site<T> {
    /// The value, built now if need be.
    ///
    /// # Errors
    /// It cannot be had.
    #[inline]
    pub fn get(&'static self) -> Result<Held<T>, InjectError> {
        if let Some(value) = self.fixed() {
            return Ok(Held::fixed(value));
        }
        // What comes back fits into registers: else the loan would go through memory with it.
        match self.plain() {
            Some(value) => Ok(Held::fixed(value)),
            None => self.find().map(Held::share),
        }
    }

    /// As [`get`](Self::get), without blocking.
    ///
    /// # Errors
    /// It cannot be had.
    #[inline]
    pub async fn get_async(&'static self) -> Result<Held<T>, InjectError> {
        match self.hot() {
            Some(held) => Ok(held),
            None => self.find_async().await,
        }
    }

    /// The value, or word that the fallback is to stand in.
    ///
    /// # Errors
    /// It cannot be had, and a fallback must not hide why: a cycle, a shut-down, a strict test.
    #[inline]
    pub fn get_or(&'static self) -> OrFallback<T> {
        match self.hot() {
            Some(held) => Ok(Ok(held)),
            None => self.judge(self.get()),
        }
    }

    /// As [`get_or`](Self::get_or), without blocking.
    ///
    /// # Errors
    /// As [`get_or`](Self::get_or).
    #[inline]
    pub async fn get_or_async(&'static self) -> OrFallback<T> {
        match self.hot() {
            Some(held) => Ok(Ok(held)),
            None => self.judge(self.find_async().await),
        }
    }

    /// The program's value while a scope is active that has no say in it.
    #[inline(never)]
    fn plain(&'static self) -> Option<&'static Arc<T>> {
        self.fixed.get()?;
        self.slot().plain()
    }

    #[inline(never)]
    fn find(&'static self) -> Result<Share<T>, InjectError> {
        self.keep(self.slot().get(self.asked)).map(Held::into_share)
    }

    #[cold]
    async fn find_async(&'static self) -> Result<Held<T>, InjectError> {
        let found = self.slot().get_async(self.asked).await;
        self.keep(found)
    }

    fn keep(&self, found: Result<Held<T>, InjectError>) -> Result<Held<T>, InjectError> {
        match &found {
            Ok(held) => {
                if let Some(fixed) = held.as_fixed() {
                    let _first = self.fixed.set(fixed);
                }
                if let Some(standby) = &self.fallback {
                    standby.stand_down();
                }
                found
            }
            Err(_) => found.map_err(|error| self.asked.tell(error)),
        }
    }

    fn judge(&self, found: Result<Held<T>, InjectError>) -> OrFallback<T> {
        let error = match found {
            Ok(held) => return Ok(Ok(held)),
            Err(error) => error,
        };
        judge(&self.asked, self.fallback.as_ref(), error).map(Err)
    }

    #[inline]
    pub(super) fn slot(&'static self) -> &'static Slot<T> {
        match self.found.get().and_then(|slot| slot.downcast_ref()) {
            Some(slot) => slot,
            None => self.find_slot(),
        }
    }

    #[cold]
    fn find_slot(&'static self) -> &'static Slot<T> {
        let slot = (self.slot)();
        if let Some((stop, hook)) = self.stop {
            let _first = slot.core.stop.set(hook(stop));
        }
        let _same = self.found.set(slot);
        slot
    }
}

/// The error for a fallback to stand in for, or for the caller to see.
pub(super) fn judge(
    asked: &Asked,
    standby: Option<&Standby>,
    error: InjectError,
) -> Result<InjectError, InjectError> {
    let hides_a_bug = matches!(error.kind(), InjectErrorKind::Cycle(_) | InjectErrorKind::ShutDown);
    if hides_a_bug || is_strict() {
        return Err(error);
    }
    if standby.is_none_or(Standby::stand_in) {
        let message = format!("a fallback stands in: {error}");
        point::emit(asked.point.name(), &Event::Warning { message: &message });
    }
    Ok(error)
}

/// Whether a fallback stands in, and how often it has.
#[derive(Debug)]
pub(super) struct Standby {
    standing_in: AtomicBool,
    times: AtomicU64,
}

impl Standby {
    pub(super) const fn new() -> Self {
        Self { standing_in: AtomicBool::new(false), times: AtomicU64::new(0) }
    }

    /// `true` when it did not a moment ago.
    fn stand_in(&self) -> bool {
        self.times.fetch_add(1, Ordering::Relaxed);
        !self.standing_in.swap(true, Ordering::Relaxed)
    }

    /// How often it has stood in.
    pub(super) fn times(&self) -> u64 {
        self.times.load(Ordering::Relaxed)
    }

    pub(super) fn stand_down(&self) {
        if self.standing_in.load(Ordering::Relaxed) {
            self.standing_in.store(false, Ordering::Relaxed);
        }
    }
}

impl<T: ?Sized + Send + Sync> AnySite for Site<T> {
    fn asked(&self) -> Asked {
        self.asked
    }

    fn slot(&'static self) -> Option<&'static dyn AnySlot> {
        Some(self.slot())
    }

    fn is_deferred(&self) -> bool {
        self.deferred
    }

    fn fallbacks(&self) -> Option<u64> {
        self.fallback.as_ref().map(Standby::times)
    }
}

impl<T: ?Sized> fmt::Debug for Site<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Site").field(&self.asked).finish()
    }
}
