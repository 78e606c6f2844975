//! A value of the call's own: `scope = call`.

use std::any::{TypeId, type_name};
use std::future::Future;

use super::build::Asked;
use super::force::Force;
use super::observed::{self, Kind};
use super::provided::Owned;
use super::recipe::Fake;
use super::slot::zero_sized;
use super::swap;
use crate::fault::{InjectError, InjectErrorKind};
use crate::point::{Point, plain_path};
use crate::registry::flight::{Frame, catch, catch_async, heard};

/// A new value from `provider`, for this call alone.
///
/// # Errors
/// The provider failed or panicked.
pub fn fresh<T, F, O, M>(
    point: &'static Point,
    parameter: &'static str,
    provider_text: &'static str,
    provider: F,
) -> Result<T, InjectError>
where
    F: Fn() -> O + Send + Sync + 'static,
    O: Owned<T, M> + 'static,
{
    const { zero_sized::<F>() };
    let asked = Asked { point, parameter, provider: provider_text };
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
pub async fn fresh_async<T, F, Fut, M>(
    point: &'static Point,
    parameter: &'static str,
    provider_text: &'static str,
    provider: F,
) -> Result<T, InjectError>
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future,
    Fut::Output: Owned<T, M> + 'static,
{
    const { zero_sized::<F>() };
    let asked = Asked { point, parameter, provider: provider_text };
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
    let Some(frame) = Frame::current() else { return };
    frame.note([TypeId::of::<F>()]);
    if let Some(path) = frame.path().get() {
        // Once for each edge of the graph at most would be enough; a build is rare.
        observed::note(path, Box::leak(plain_path(type_name::<F>()).into()), Kind::Call);
    }
}
