//! What most programs use: `use dyno::prelude::*;`.
//!
//! The attributes and the types that appear in signatures. `#[dyno::test]` is left out, so that
//! `#[test]` keeps its meaning.

pub use crate::fault::{Fault, InjectError};
#[cfg(feature = "registry")]
pub use crate::registry::Registry;
#[cfg(feature = "aspect")]
pub use dyno_macros::aspect;
#[cfg(feature = "cache")]
pub use dyno_macros::cache;
#[cfg(feature = "fallback")]
pub use dyno_macros::fallback;
// The trait for its method, under no name: other crates have one of the same.
#[cfg(feature = "harness")]
pub use crate::harness::ResultExt as _;
#[cfg(feature = "metrics")]
pub use dyno_macros::metrics;
#[cfg(feature = "retry")]
pub use dyno_macros::retry;
// `&Call` is a parameter.
#[cfg(feature = "service")]
pub use crate::service::Call;
#[cfg(feature = "service")]
pub use dyno_macros::service;
#[cfg(feature = "timeout")]
pub use dyno_macros::timeout;
#[cfg(feature = "inject")]
pub use dyno_macros::{Injectable, inject};
#[cfg(feature = "limit")]
pub use dyno_macros::{bulkhead, rate};
// The attribute and the module: `breaker::named("db")` is at hand where `#[breaker("db")]` is.
#[cfg(feature = "breaker")]
pub use crate::breaker;
#[cfg(feature = "harness")]
pub use crate::harness;
#[cfg(feature = "timing")]
pub use crate::timing;
#[cfg(feature = "breaker")]
pub use dyno_macros::fuse;
