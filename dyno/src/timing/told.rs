//! Spans and marks as spans and events of the crate `tracing`, where that is asked for.

use super::store::Store;

/// The span there of a span here, if there is to be one.
#[derive(Default)]
pub(super) struct Told(#[cfg(feature = "tracing")] Option<tracing::Span>);

/// While it lives that span is the current one of its thread.
pub(super) struct Entered {
    #[cfg(feature = "tracing")]
    _held: Option<tracing::span::EnteredSpan>,
}

/// The same until the next poll.
pub(super) struct Within<'t> {
    #[cfg(feature = "tracing")]
    _held: Option<tracing::span::Entered<'t>>,
    #[cfg(not(feature = "tracing"))]
    _held: std::marker::PhantomData<&'t ()>,
}

#[cfg(feature = "tracing")]
impl Told {
    pub(super) fn of(store: &Store, name: &str) -> Self {
        let make = || tracing::span!(target: "dyno::timing", tracing::Level::INFO, "timing", otel.name = name);
        Self(store.tracing.then(make))
    }

    pub(super) fn entered(self) -> Entered {
        Entered { _held: self.0.map(tracing::Span::entered) }
    }

    pub(super) fn enter(&self) -> Within<'_> {
        Within { _held: self.0.as_ref().map(tracing::Span::enter) }
    }
}

/// The event there of a mark here.
#[cfg(feature = "tracing")]
pub(super) fn mark(store: &Store, name: &str) {
    if store.tracing {
        tracing::event!(target: "dyno::timing", tracing::Level::INFO, "{name}");
    }
}

#[cfg(not(feature = "tracing"))]
#[expect(clippy::unused_self, reason = "as with the feature")]
impl Told {
    pub(super) fn of(_store: &Store, _name: &str) -> Self {
        Self()
    }

    pub(super) fn entered(self) -> Entered {
        Entered {}
    }

    pub(super) fn enter(&self) -> Within<'_> {
        Within { _held: std::marker::PhantomData }
    }
}

#[cfg(not(feature = "tracing"))]
pub(super) fn mark(_store: &Store, _name: &str) {}

#[cfg(not(feature = "tracing"))]
impl Drop for Entered {
    fn drop(&mut self) {}
}

#[cfg(not(feature = "tracing"))]
impl Drop for Within<'_> {
    fn drop(&mut self) {}
}
