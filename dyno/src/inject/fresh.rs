//! A value of the call's own: `scope = call`.

use std::any::{TypeId, type_name};
use std::fmt;
use std::future::Future;

use super::any::{AnySite, AnySlot};
use super::build::Asked;
use super::force::Force;
use super::observed::{self, Kind};
use super::provided::{Mode, Owned};
use super::recipe::Fake;
use super::site::{Standby, judge};
use super::slot::zero_sized;
use super::swap;
use crate::fault::{InjectError, InjectErrorKind};
use crate::point::{Point, plain_path};
use crate::registry::flight::{Frame, catch, catch_async, heard};

/// One parameter that gets a value of the call's own: for the graph, and for its fallback.
pub struct CallSite {
    asked: Asked,
    provider: fn() -> &'static str,
    fallback: Option<Standby>,
}

impl CallSite {
    /// The site of `parameter` at `point`; `provider` gives the type name of the provider.
    pub const fn new(
        point: &'static Point,
        parameter: &'static str,
        spelled: &'static str,
        provider: fn() -> &'static str,
    ) -> Self {
        Self { asked: Asked { point, parameter, provider: spelled }, provider, fallback: None }
    }

    /// A fallback stands in when it fails.
    #[must_use]
    pub const fn with_fallback(mut self) -> Self {
        self.fallback = Some(Standby::new());
        self
    }

    /// The value, or word that the fallback is to stand in.
    ///
    /// # Errors
    /// A fallback must not hide why: a cycle, a shut-down, a strict test.
    pub fn or<T>(
        &'static self,
        made: Result<T, InjectError>,
    ) -> Result<Result<T, InjectError>, InjectError> {
        match made {
            Ok(value) => {
                if let Some(standby) = &self.fallback {
                    standby.stand_down();
                }
                Ok(Ok(value))
            }
            Err(error) => judge(&self.asked, self.fallback.as_ref(), error).map(Err),
        }
    }
}

impl AnySite for CallSite {
    fn asked(&self) -> Asked {
        self.asked
    }

    fn slot(&'static self) -> Option<&'static dyn AnySlot> {
        None
    }

    fn per_call(&self) -> Option<String> {
        Some(plain_path((self.provider)()))
    }

    fn fallbacks(&self) -> Option<u64> {
        self.fallback.as_ref().map(Standby::times)
    }
}

impl fmt::Debug for CallSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CallSite").field(&self.asked).finish()
    }
}

/// A new value from `provider`, for this call alone.
///
/// # Errors
/// The provider failed or panicked.
pub fn fresh<T, O, M>(
    point: &'static Point,
    parameter: &'static str,
    spelled: &'static str,
    provider: impl Fn() -> O + Send + Sync + 'static,
) -> Result<T, InjectError>
where
    O: Owned<T, M> + 'static,
    M: Mode,
{
    make(Asked { point, parameter, provider: spelled }, provider)
}

fn make<T, F, O, M>(asked: Asked, provider: F) -> Result<T, InjectError>
where
    F: Fn() -> O + Send + Sync + 'static,
    O: Owned<T, M> + 'static,
    M: Mode,
{
    const { zero_sized::<F>() };
    note::<F>();
    let made = match fake::<F, O>() {
        None => catch(|| provider().own()),
        Some(Fake::Now(make)) => catch(|| make().own()),
        Some(Fake::Later(_)) => Err(InjectError::new(InjectErrorKind::NeedsWarmUp)),
    };
    made.map_err(|error| asked.tell(heard(error)))
}

/// As [`fresh`], from an async provider.
///
/// # Errors
/// The provider failed or panicked.
pub async fn fresh_async<T, Fut, M>(
    point: &'static Point,
    parameter: &'static str,
    spelled: &'static str,
    provider: impl Fn() -> Fut + Send + Sync + 'static,
) -> Result<T, InjectError>
where
    Fut: Future,
    Fut::Output: Owned<T, M> + 'static,
    M: Mode,
{
    make_async(Asked { point, parameter, provider: spelled }, provider).await
}

async fn make_async<T, F, Fut, M>(asked: Asked, provider: F) -> Result<T, InjectError>
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future,
    Fut::Output: Owned<T, M> + 'static,
    M: Mode,
{
    const { zero_sized::<F>() };
    note::<F>();
    let made = match fake::<F, Fut::Output>() {
        None => catch_async(|| async { provider().await.own() }).await,
        Some(Fake::Now(make)) => catch(|| make().own()),
        Some(Fake::Later(make)) => catch_async(|| async { make().await.own() }).await,
    };
    made.map_err(|error| asked.tell(heard(error)))
}

fn fake<F: 'static, O: 'static>() -> Option<Fake<O>> {
    let force = Force::here();
    force.swap_of(TypeId::of::<F>())?.fake.downcast_ref::<Fake<O>>().cloned()
}

fn note<F: 'static>() {
    swap::missed(TypeId::of::<F>());
    let Some(frame) = Frame::reader() else { return };
    frame.note([TypeId::of::<F>()]);
    if let Some(path) = frame.path().get() {
        observed::note_new(path, &plain_path(type_name::<F>()), Kind::Call);
    }
}
