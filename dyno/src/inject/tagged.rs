//! Values that the registry holds, asked for by type and tag.
//!
//! Behind a trait object, so that only types which are asked for by tag carry the code for it.

use super::build::is_down;
use super::force::Special;
use super::held::Held;
use super::provided::Boxed;
use super::slot::Core;
use crate::fault::{InjectError, InjectErrorKind};
use crate::registry::flight::{Reads, heard};
use crate::registry::{Handle, Registry, Resolved};

/// Where the registry holds a value.
pub(super) trait Tagged<T: ?Sized>: Send + Sync {
    /// The value, or what it takes to have it.
    fn look_up(&'static self, core: &'static Core) -> Result<Held<T>, InjectError>;
    /// As [`look_up`](Self::look_up), and waits for an async provider.
    fn look_up_async(&'static self, core: &'static Core) -> Boxed<Result<Held<T>, InjectError>>;
    /// As [`look_up`](Self::look_up), for whoever only wants it there.
    fn build(&'static self, core: &'static Core) -> Result<(), InjectError>;
    /// As [`build`](Self::build), without blocking.
    fn build_async(&'static self, core: &'static Core) -> Boxed<Result<(), InjectError>>;
    /// The value on loan, where it is ready.
    fn lent(&'static self) -> Option<Resolved<'static, T>>;
    /// Why the tag leads nowhere.
    fn unbound(&self) -> Option<InjectError>;
}

impl<T: ?Sized + Send + Sync + 'static> Tagged<T> for Handle<T> {
    fn look_up(&'static self, core: &'static Core) -> Result<Held<T>, InjectError> {
        core.note();
        if Special::any() && is_down() {
            return Err(InjectError::new(InjectErrorKind::ShutDown));
        }
        let found = self.read().map_err(heard)?;
        Ok(looked_up(core, found))
    }

    fn look_up_async(&'static self, core: &'static Core) -> Boxed<Result<Held<T>, InjectError>> {
        Box::pin(async move {
            match self.look_up(core).map(Held::kept) {
                Err(error) if matches!(error.kind(), InjectErrorKind::NeedsWarmUp) => {
                    let found = self.read_async().await.map_err(heard)?;
                    Ok(looked_up(core, found).kept())
                }
                found => found,
            }
        })
    }

    fn build(&'static self, core: &'static Core) -> Result<(), InjectError> {
        self.look_up(core).map(drop)
    }

    fn build_async(&'static self, core: &'static Core) -> Boxed<Result<(), InjectError>> {
        Box::pin(async move { self.look_up_async(core).await.map(drop) })
    }

    fn lent(&'static self) -> Option<Resolved<'static, T>> {
        self.read().ok()
    }

    fn unbound(&self) -> Option<InjectError> {
        let global = Registry::global();
        if global.contains::<T>(self.tag()) {
            return None;
        }
        // There is nothing, so nothing is built by asking.
        global.get::<T>(self.tag()).err()
    }
}

fn looked_up<T: ?Sized + Send + Sync>(core: &Core, found: Resolved<'static, T>) -> Held<T> {
    // From now on it is looked up without being asked whether it has to be built.
    let _first = core.cell.reads.set(Reads::new());
    Held::resolved(found)
}
