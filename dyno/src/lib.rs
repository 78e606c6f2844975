//! Annotate a function; dyno hands it its dependencies and keeps it standing when they fail.

// Expansions name the crate by one path; inside the crate it is the crate itself.
extern crate self as dyno;

#[cfg(feature = "aspect")]
pub mod aspect;
#[cfg(feature = "breaker")]
pub mod breaker;
pub mod clock;
#[cfg(feature = "fallback")]
pub mod fallback;
pub mod fault;
#[cfg(feature = "inject")]
pub mod inject;
pub mod outcome;
pub mod point;
#[cfg(feature = "pool")]
pub mod pool;
#[cfg(feature = "registry")]
pub mod registry;
#[cfg(feature = "retry")]
pub mod retry;
pub mod scope;
pub mod testing;

pub use fault::{Error, Fault, InjectError, Reason};
pub use outcome::{Outcome, Refuse, Verdict};
#[cfg(feature = "inject")]
pub use inject::{graph, shutdown, swap, warm_up, warm_up_sites};
#[cfg(feature = "registry")]
pub use registry::Registry;
pub use scope::{Scope, spawn};

#[cfg(feature = "aspect")]
pub use dyno_macros::aspect;
#[cfg(feature = "breaker")]
pub use dyno_macros::breaker;
#[cfg(feature = "fallback")]
pub use dyno_macros::fallback;
#[cfg(feature = "inject")]
pub use dyno_macros::{Injectable, inject};
#[cfg(feature = "retry")]
pub use dyno_macros::retry;
pub use dyno_macros::test;

#[doc(hidden)]
pub mod __private;
