//! Dependencies of functions: built once, in parallel, and replaced in tests.

pub(crate) mod any;
mod build;
mod carry;
mod cell;
mod force;
mod fresh;
mod generic;
mod handles;
mod held;
mod observed;
mod provided;
mod recipe;
mod site;
mod slot;
mod stop;
mod strict;
mod swap;
mod together;
mod world;

pub use handles::{Lazy, Live};
pub use held::Held;
pub use recipe::StandsFor;
pub use strict::{Strict, strict};
pub use swap::{Swap, swap};
pub use world::{Isolated, isolated};

/// What expansions name.
pub(crate) mod expansion {
    #[cfg(feature = "warm-up")]
    pub use super::any::Registered;
    pub use super::any::AnySite;
    pub use super::carry::{
        Abort, AbortCarry, AbortPanic, Carry, Cloned, Opaque, carries, carries_async,
        carries_async_fresh, carries_fresh, inject_panic, must_carry,
    };
    pub use super::fresh::{fresh, fresh_async};
    pub use super::generic::GenericSite;
    pub use super::handles::{Lazy, Live};
    pub use super::held::Held;
    pub use super::provided::{Maybe, Mode, Never, Owned, Provided};
    pub use super::site::Site;
    pub use super::slot::Slot;
    pub use super::stop::{StopResult, Stopped, Stopping, stopped};
    pub use super::together::{build_together, build_together_async};
}
