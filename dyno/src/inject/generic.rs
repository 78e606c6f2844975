//! A parameter of a generic function: its type differs from call to call.

use std::fmt;

use super::build::Asked;
use super::held::Held;
use super::site::{OrFallback, Standby, judge};
use super::slot::Slot;
use crate::fault::InjectError;
use crate::point::Point;

/// One injected parameter of a generic function.
///
/// The static is shared by all instances of the function, so it keeps no value: every call looks
/// its slot up.
pub struct GenericSite {
    asked: Asked,
    fallback: Standby,
}

impl GenericSite {
    /// The site of `parameter` at `point`; `provider` is the provider as it was written.
    pub const fn new(
        point: &'static Point,
        parameter: &'static str,
        provider: &'static str,
    ) -> Self {
        Self { asked: Asked { point, parameter, provider }, fallback: Standby::new() }
    }

    /// The value from `slot`, built now if need be.
    ///
    /// # Errors
    /// It cannot be had.
    pub fn get<T: ?Sized + Send + Sync + 'static>(
        &'static self,
        slot: impl FnOnce() -> &'static Slot<T>,
    ) -> Result<Held<T>, InjectError> {
        slot().get(self.asked).map_err(|error| self.asked.tell(error))
    }

    /// As [`get`](Self::get), without blocking.
    ///
    /// # Errors
    /// It cannot be had.
    pub async fn get_async<T: ?Sized + Send + Sync + 'static>(
        &'static self,
        slot: impl FnOnce() -> &'static Slot<T>,
    ) -> Result<Held<T>, InjectError> {
        let slot = slot();
        slot.get_async(self.asked).await.map_err(|error| self.asked.tell(error))
    }

    /// The value, or word that the fallback is to stand in.
    ///
    /// # Errors
    /// It cannot be had, and a fallback must not hide why: a cycle, a shut-down, a strict test.
    pub fn get_or<T: ?Sized + Send + Sync + 'static>(
        &'static self,
        slot: impl FnOnce() -> &'static Slot<T>,
    ) -> OrFallback<T> {
        self.judge(self.get(slot))
    }

    /// As [`get_or`](Self::get_or), without blocking.
    ///
    /// # Errors
    /// As [`get_or`](Self::get_or).
    pub async fn get_or_async<T: ?Sized + Send + Sync + 'static>(
        &'static self,
        slot: impl FnOnce() -> &'static Slot<T>,
    ) -> OrFallback<T> {
        self.judge(self.get_async(slot).await)
    }

    fn judge<T: ?Sized>(&self, found: Result<Held<T>, InjectError>) -> OrFallback<T> {
        match found {
            Ok(held) => {
                self.fallback.stand_down();
                Ok(Ok(held))
            }
            Err(error) => judge(&self.asked, Some(&self.fallback), error).map(Err),
        }
    }
}

impl fmt::Debug for GenericSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("GenericSite").field(&self.asked).finish()
    }
}
