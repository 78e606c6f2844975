//! Bulkheads and rates as layers.

use tower_layer::Layer;

use super::gate::{Gate, GatedService, Wait};
use super::policy::{Held, Policy};
use crate::fault::Fault;
use crate::limit::bulkhead::{Bulkhead, OwnedPermit, Permit};
use crate::limit::rate::Rate;

/// So many calls in flight at a time; made by [`bulkhead`].
#[derive(Clone, Debug)]
pub struct BulkheadLayer {
    bulkhead: Policy<Bulkhead>,
}

/// No more calls in flight at a time than the bulkhead has places for.
///
/// A place is taken by a call and given back when its response is there: a service that is merely
/// ready holds none, and a body that is yet to be read neither.
///
/// ```
/// use dyno::limit::Bulkhead;
/// use dyno::tower;
///
/// static SEARCH: Bulkhead = Bulkhead::new("search", 10);
/// let shared = tower::bulkhead(&SEARCH);
/// let own = tower::bulkhead(Bulkhead::new("own", 10));
/// # drop((shared, own));
/// ```
pub fn bulkhead(bulkhead: impl Into<Policy<Bulkhead>>) -> BulkheadLayer {
    BulkheadLayer { bulkhead: bulkhead.into() }
}

impl<S> Layer<S> for BulkheadLayer {
    type Service = GatedService<S, BulkheadGate>;
    fn layer(&self, inner: S) -> Self::Service {
        GatedService::new(inner, BulkheadGate(self.bulkhead.clone()))
    }
}

/// The gate of a [`bulkhead`].
#[derive(Clone, Debug)]
pub struct BulkheadGate(Policy<Bulkhead>);

/// A place, until it is dropped.
#[doc(hidden)]
#[derive(Debug)]
pub struct Place(#[expect(dead_code, reason = "it is held")] Holds);

#[derive(Debug)]
#[expect(dead_code, reason = "they are held")]
enum Holds {
    Static(Permit<'static>),
    Shared(OwnedPermit),
}

impl From<Permit<'static>> for Place {
    fn from(permit: Permit<'static>) -> Self {
        Self(Holds::Static(permit))
    }
}

impl From<OwnedPermit> for Place {
    fn from(permit: OwnedPermit) -> Self {
        Self(Holds::Shared(permit))
    }
}

impl Gate for BulkheadGate {
    type Permit = Place;

    fn enter(&self) -> Option<Result<Place, Fault>> {
        let free = match &self.0.0 {
            Held::Static(bulkhead) => bulkhead.pass().map(Place::from),
            Held::Shared(bulkhead) => OwnedPermit::pass(bulkhead).map(Place::from),
        };
        match free {
            Some(place) => Some(Ok(place)),
            None if self.0.waits() => None,
            // One may have become free meanwhile.
            None => Some(match &self.0.0 {
                Held::Static(bulkhead) => bulkhead.acquire().map(Place::from),
                Held::Shared(bulkhead) => bulkhead.acquire_owned().map(Place::from),
            }),
        }
    }

    fn wait(&self) -> Wait<Place> {
        match &self.0.0 {
            Held::Static(bulkhead) => {
                let bulkhead = *bulkhead;
                Box::pin(async move { bulkhead.acquire_async().await.map(Place::from) })
            }
            Held::Shared(bulkhead) => {
                let bulkhead = bulkhead.clone();
                Box::pin(async move { bulkhead.acquire_owned_async().await.map(Place::from) })
            }
        }
    }
}

/// So many calls in so long; made by [`rate`].
#[derive(Clone, Debug)]
pub struct RateLayer {
    rate: Policy<Rate>,
}

/// No more calls in so long than the rate allows.
///
/// ```
/// use std::time::Duration;
/// use dyno::limit::Rate;
/// use dyno::tower;
///
/// static SEARCH: Rate = Rate::new("search", 100, Duration::from_secs(1));
/// let layer = tower::rate(&SEARCH);
/// # drop(layer);
/// ```
pub fn rate(rate: impl Into<Policy<Rate>>) -> RateLayer {
    RateLayer { rate: rate.into() }
}

impl<S> Layer<S> for RateLayer {
    type Service = GatedService<S, RateGate>;
    fn layer(&self, inner: S) -> Self::Service {
        GatedService::new(inner, RateGate(self.rate.clone()))
    }
}

/// The gate of a [`rate`].
#[derive(Clone, Debug)]
pub struct RateGate(Policy<Rate>);

impl Gate for RateGate {
    type Permit = ();

    fn enter(&self) -> Option<Result<(), Fault>> {
        if !self.0.waits() {
            return Some(self.0.try_acquire());
        }
        self.0.pass().then_some(Ok(()))
    }

    fn wait(&self) -> Wait<()> {
        let rate = self.0.clone();
        Box::pin(async move { rate.acquire_async().await })
    }
}
