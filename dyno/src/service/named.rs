//! Services by name.

use std::fmt;
use std::sync::atomic::Ordering;

use super::{Builder, Service};
use crate::shared::{Join, Known, Settings, Shared};

static KNOWN: Known<Service, Builder> = Known::new("service");

/// The service that is [shared](Builder::share) under this name, or the first
/// [listed](Service::list) `static` of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Service> {
    KNOWN.find(name, Service::name)
}

/// Every service that is [shared](Builder::share), and every [listed](Service::list) one.
#[must_use]
pub fn all() -> Vec<&'static Service> {
    KNOWN.all()
}

/// The preset that all attributes with the same name share.
#[doc(hidden)]
pub type SharedService = Shared<Service>;

impl Service {
    /// Lets [`all`] and [`named`] find it, and `#[service("…")]` by its name.
    #[inline]
    pub fn list(&'static self) -> &'static Self {
        if !self.listed.load(Ordering::Relaxed) && !self.listed.swap(true, Ordering::Relaxed) {
            KNOWN.list(self);
        }
        self
    }

    /// For [`SharedService::new`]: an attribute that says nothing but the name.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn joining(name: &'static str) -> Self {
        Self::builder(name).build()
    }
}

pub(super) fn share(builder: Builder) -> &'static Service {
    let new = builder.build();
    KNOWN.join(builder.name, new, builder, builder.at).one
}

impl Join for Service {
    fn join(name: &'static str, new: Self) -> &'static Self {
        let at = new.location();
        named(name).unwrap_or_else(|| {
            panic!(
                "service \"{name}\": {at} asks for a preset that nobody has made yet: make it before \
                 the first call, with `Service::builder(\"{name}\").….share()`, or `list()` the static"
            )
        })
    }
}

impl Settings for Builder {
    fn merged(&self, _other: &Self) -> Result<Self, Vec<&'static str>> {
        Ok(*self)
    }

    fn is_silent(&self) -> bool {
        false
    }

    fn entries(&self, _said: &mut fmt::DebugSet<'_, '_>) {}
}
