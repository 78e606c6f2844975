//! Dependencies of functions: built once, in parallel, and replaced in tests.
//!
//! A provider is any function that returns the value, alone or in a `Result`, an `Option`, an `Arc`
//! or a `Box`. Every parameter that names it shares one instance, told by the function's type. It is
//! built by [`warm_up`](crate::warm_up()), together with all others, or by the first call that needs
//! it; a failure is tried again after a short, growing pause. [`swap`](crate::swap()) puts a fake in
//! its place for one test, [`shutdown`](crate::shutdown()) stops what was built.
//!
//! ```
//! use dyno::inject;
//!
//! struct Db(&'static str);
//! fn open_catalogue() -> Result<Db, std::io::Error> { Ok(Db("shop.db")) }
//!
//! #[inject(db = open_catalogue)]
//! fn price(db: &Db, sku: &str) -> Result<String, dyno::Fault> {
//!     Ok(format!("{sku} by {}", db.0))
//! }
//!
//! assert_eq!(price("sku-1").unwrap(), "sku-1 by shop.db");
//!
//! let fake = dyno::swap(open_catalogue, || Ok(Db(":memory:")));
//! assert_eq!(price("sku-1").unwrap(), "sku-1 by :memory:");
//! # drop(fake);
//! ```

pub(crate) mod any;
mod asked;
mod build;
mod carry;
mod cell;
mod draw;
mod force;
mod fresh;
mod generic;
mod graph;
mod handles;
mod held;
mod kept;
mod list;
mod loan;
mod model;
mod observed;
mod provided;
mod recipe;
mod shutdown;
mod site;
mod slot;
mod stop;
mod strict;
mod swap;
mod tagged;
mod together;
mod wait;
mod warm_up;
mod world;

pub use graph::{Graph, GraphError, graph, graph_of};
pub use handles::{Lazy, Live};
pub use held::Held;
pub use recipe::StandsFor;
pub use shutdown::{Shutdown, ShutdownError, shutdown};
pub use strict::{Strict, strict};
pub use swap::{Swap, swap};
pub use warm_up::{Built, Outcome, Report, WarmUp, WarmUpError, warm_up, warm_up_sites};
pub use world::{Isolated, isolated};

/// What expansions name.
pub(crate) mod expansion {
    pub use super::any::AnySite;
    #[cfg(feature = "warm-up")]
    pub use super::any::Registered;
    pub use super::carry::{
        Abort, AbortCarry, AbortPanic, CarriedBy, Cloned, Opaque, carries, carries_fresh,
        inject_panic, mode, mode_async, must_carry,
    };
    pub use super::fresh::{CallSite, fresh, fresh_async};
    pub use super::generic::GenericSite;
    pub use super::handles::{Lazy, Live};
    pub use super::held::Held;
    pub use super::provided::{Maybe, Mode, Never, Owned, Provided};
    pub use super::site::{OrFallback, Site};
    pub use super::slot::{Known, Slot};
    pub use super::stop::{StopResult, Stopped, Stopping, stopped};
    pub use super::together::{build_together, build_together_async};
}
