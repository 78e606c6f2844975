//! Sites and slots of any type, for what looks at them all.

use std::fmt;

use super::build::Asked;
use super::provided::Boxed;
use super::slot::{Core, Slot};
use crate::fault::InjectError;

/// A site whose type nobody needs to know.
pub trait AnySite: Sync + fmt::Debug {
    /// Who asks.
    #[doc(hidden)]
    fn asked(&self) -> Asked;
    /// Where it is built; nowhere, when every call has its own.
    #[doc(hidden)]
    fn slot(&'static self) -> Option<&'static dyn AnySlot>;
    /// The path of the provider of a value of the call's own.
    #[doc(hidden)]
    fn per_call(&self) -> Option<String> {
        None
    }
    /// `true` when the function does not need it before it runs: a `Lazy` or a `Live`.
    #[doc(hidden)]
    fn is_deferred(&self) -> bool {
        false
    }
    /// How often the fallback has stood in, if there is one.
    #[doc(hidden)]
    fn fallbacks(&self) -> Option<u64>;
}

/// A slot whose type nobody needs to know.
#[doc(hidden)]
pub trait AnySlot: Send + Sync + fmt::Debug {
    fn core(&'static self) -> &'static Core;
    /// What the registry holds, for a tag.
    fn look_up(&'static self) -> Option<Result<(), InjectError>>;
    /// As [`look_up`](Self::look_up), without blocking.
    fn look_up_async(&'static self) -> Option<Boxed<Result<(), InjectError>>>;
    /// Why a tag leads nowhere.
    fn unbound(&self) -> Option<InjectError>;
}

impl<T: ?Sized + Send + Sync + 'static> AnySlot for Slot<T> {
    fn core(&'static self) -> &'static Core {
        &self.core
    }

    fn look_up(&'static self) -> Option<Result<(), InjectError>> {
        Some(self.tag.as_ref()?.build(&self.core))
    }

    fn look_up_async(&'static self) -> Option<Boxed<Result<(), InjectError>>> {
        Some(self.tag.as_ref()?.build_async(&self.core))
    }

    fn unbound(&self) -> Option<InjectError> {
        self.tag.as_ref()?.unbound()
    }
}

impl dyn AnySlot {
    /// Builds the value, or looks it up.
    pub(super) fn build(&'static self, asked: Asked) -> Result<(), InjectError> {
        self.look_up().unwrap_or_else(|| self.core().get(asked).map(drop))
    }

    /// As [`build`](Self::build), without blocking.
    pub(super) fn build_async(&'static self, asked: Asked) -> Boxed<Result<(), InjectError>> {
        self.look_up_async().unwrap_or_else(|| self.core().build_boxed(asked))
    }
}

/// A site that the linker knows.
#[cfg(feature = "warm-up")]
#[derive(Debug)]
pub struct Registered(pub(super) &'static dyn AnySite);

#[cfg(feature = "warm-up")]
impl Registered {
    /// The entry of a site.
    pub const fn new(site: &'static dyn AnySite) -> Self {
        Self(site)
    }
}

#[cfg(feature = "warm-up")]
inventory::collect!(Registered);

/// All sites that the linker knows; none without the feature `warm-up`.
pub(super) fn registered() -> Vec<&'static dyn AnySite> {
    #[cfg(feature = "warm-up")]
    return in_order(inventory::iter::<Registered>.into_iter().map(|it| it.0));
    #[cfg(not(feature = "warm-up"))]
    return Vec::new();
}

/// As they are declared: what the linker makes of it differs from build to build.
#[cfg(feature = "warm-up")]
fn in_order(sites: impl Iterator<Item = &'static dyn AnySite>) -> Vec<&'static dyn AnySite> {
    let mut sites: Vec<_> = sites.collect();
    sites.sort_by_key(|site| {
        let Asked { point, parameter, .. } = site.asked();
        let at = point.location();
        (at.file(), at.line(), at.column(), parameter)
    });
    sites
}

/// Makes a site known to the linker.
#[cfg(feature = "warm-up")]
#[doc(hidden)]
#[macro_export]
macro_rules! __dyno_register {
    ($site:expr) => {
        $crate::__private::inventory::submit! {
            $crate::__private::Registered::new($site)
        }
    };
}

/// Makes a site known to the linker, which this build does not ask for.
#[cfg(not(feature = "warm-up"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __dyno_register {
    ($site:expr) => {};
}

#[cfg(all(test, feature = "warm-up"))]
mod tests {
    use super::super::site::Site;
    use super::*;
    use crate::point::Point;

    fn one() -> u8 {
        1
    }
    static FIRST: Point = Point::new(Some("first"), || "");
    static SECOND: Point = Point::new(Some("second"), || "");
    static SITES: [Site<u8>; 3] = [
        Site::new(&SECOND, "a", "one", || Slot::of(one).slot),
        Site::new(&FIRST, "c", "one", || Slot::of(one).slot),
        Site::new(&FIRST, "b", "one", || Slot::of(one).slot),
    ];

    #[test]
    fn the_order_is_that_of_the_text_and_not_the_linkers() {
        let sites = in_order(SITES.iter().map(|site| site as _));
        let order =
            |site: &&'static dyn AnySite| (site.asked().point.name(), site.asked().parameter);
        let order: Vec<_> = sites.iter().map(order).collect();
        assert_eq!(order, [("first", "b"), ("first", "c"), ("second", "a")]);
    }
}
