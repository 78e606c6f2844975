//! What is given at the call, as it has the types of the call.

use std::fmt;

use super::at::At;
use super::end::{End, Or, OrKeeping, Refusing};
use super::judge::{ByItself, Except, Judge, Judged};
use super::{Call, Service};
use crate::fault;
use crate::outcome::{Outcome, Verdict};

/// A service, and what this call gives besides: made by [`Service::or`], [`Service::at`] and the like.
#[must_use = "nothing is called until it is called"]
pub struct With<'a, J = ByItself, O = Refusing> {
    pub(super) service: &'a Service,
    pub(super) at: Option<At<'a>>,
    pub(super) judge: J,
    pub(super) or: O,
}

impl Service {
    pub(crate) fn with(&self) -> With<'_> {
        With { service: self, at: None, judge: ByItself, or: Refusing }
    }

    /// For this target: its breaker and its bulkhead, where the service has them
    /// [per target](super::Builder::per_target).
    pub fn at<'a>(&'a self, target: impl Into<At<'a>>) -> With<'a> {
        self.with().at(target)
    }

    /// What stands in when the call fails or is not made, after all attempts: `f` gets why, and its
    /// own failure is what the caller gets. [`or_keeping`](Self::or_keeping) keeps the first one.
    ///
    /// The type of an outcome needs no room for a [`Fault`](crate::Fault) then. It is counted by
    /// [`fallback::count`](crate::fallback::count), and observers hear of it.
    ///
    /// ```
    /// # use dyno::service::Service;
    /// static PRICING: Service = Service::builder("pricing").build();
    /// let price = PRICING.or(|_| Ok(500)).call(|_| Err::<u32, _>("no route to host".to_owned()));
    /// assert_eq!(price, Ok(500));
    /// ```
    pub fn or<E, R, F: FnOnce(fault::Error<E>) -> R>(&self, f: F) -> With<'_, ByItself, Or<F>> {
        self.with().or(f)
    }

    /// The same, and where that fails as well its error keeps the first one as its
    /// [source](std::error::Error::source), for error types that have room for a
    /// [`Failed`](crate::fallback::Failed).
    ///
    /// ```
    /// # use dyno::service::Service;
    /// static PRICING: Service = Service::builder("pricing").build();
    /// let price = PRICING
    ///     .or_keeping(|_| Err("it is not cached".to_owned()))
    ///     .call(|_| Err::<u32, _>("no route to host".to_owned()));
    /// assert_eq!(price, Err("it is not cached (standing in for: no route to host)".to_owned()));
    /// ```
    pub fn or_keeping<E, R, F>(&self, f: F) -> With<'_, ByItself, OrKeeping<F>>
    where
        F: FnOnce(&fault::Error<E>) -> R,
    {
        self.with().or_keeping(f)
    }

    /// Errors for which `is_fine` holds say nothing about the dependency, and are not tried again; they
    /// are returned as they are.
    pub fn except<E, F: Fn(&E) -> bool>(&self, is_fine: F) -> With<'_, Except<F>> {
        self.with().except(is_fine)
    }

    /// What an outcome of any type stands for, in place of what [`Outcome`] and [`Failure`] say of it.
    ///
    /// ```
    /// # use dyno::{Verdict, retry::Retry, service::Service};
    /// static STOCK: Service = Service::builder("stock").retry(Retry::new(2)).build();
    /// let empty = |found: &Option<Vec<u8>>| match found {
    ///     Some(found) if found.is_empty() => Verdict::Failure, // not there yet
    ///     _ => Verdict::Success,
    /// };
    /// let found = STOCK.judge(empty).call(|call| Some(vec![7; call.attempt() as usize - 1]));
    /// assert_eq!(found, Some(vec![7]));
    /// ```
    ///
    /// [`Failure`]: super::Failure
    pub fn judge<R, F: Fn(&R) -> Verdict>(&self, judge: F) -> With<'_, Judged<F>> {
        self.with().judge(judge)
    }
}

impl<'a, J, O> With<'a, J, O> {
    /// See [`Service::at`].
    pub fn at(mut self, target: impl Into<At<'a>>) -> Self {
        self.at = Some(target.into());
        self
    }

    /// See [`Service::except`].
    pub fn except<E, F: Fn(&E) -> bool>(self, is_fine: F) -> With<'a, Except<F>, O> {
        With { service: self.service, at: self.at, judge: Except(is_fine), or: self.or }
    }

    /// See [`Service::judge`].
    pub fn judge<R, F: Fn(&R) -> Verdict>(self, judge: F) -> With<'a, Judged<F>, O> {
        With { service: self.service, at: self.at, judge: Judged(judge), or: self.or }
    }

    /// See [`Service::or`].
    pub fn or<E, R, F: FnOnce(fault::Error<E>) -> R>(self, f: F) -> With<'a, J, Or<F>> {
        With { service: self.service, at: self.at, judge: self.judge, or: Or(f) }
    }

    /// See [`Service::or_keeping`].
    pub fn or_keeping<E, R, F>(self, f: F) -> With<'a, J, OrKeeping<F>>
    where
        F: FnOnce(&fault::Error<E>) -> R,
    {
        With { service: self.service, at: self.at, judge: self.judge, or: OrKeeping(f) }
    }

    /// See [`Service::call`].
    #[inline]
    pub fn call<R: Outcome, By>(self, f: impl FnMut(&Call) -> R) -> R
    where
        J: Judge<R, By>,
        O: End<R>,
    {
        super::engine::call(self, f)
    }

    /// See [`Service::call_on_pool`].
    pub fn call_on_pool<R, By>(self, f: impl Fn(&Call) -> R + Send + Sync + 'static) -> R
    where
        R: Outcome + Send + 'static,
        J: Judge<R, By>,
        O: End<R>,
    {
        super::engine::call_on_pool(self, f)
    }

    /// See [`Service::call_async`].
    pub fn call_async<R: Outcome, By, F>(self, f: impl FnMut(Call) -> F) -> impl Future<Output = R>
    where
        F: Future<Output = R>,
        J: Judge<R, By>,
        O: End<R>,
    {
        super::engine::call_async(self, f)
    }
}

impl<J, O> fmt::Debug for With<'_, J, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "With({})", self.service.name())
    }
}
