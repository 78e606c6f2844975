//! What was computed, kept for a while.
#[cfg(feature = "cache-backend")]
pub mod backend;
mod counts;
mod early;
mod family;
mod flight;
mod how;
mod inner;
mod key;
mod lead;
#[cfg(any(feature = "pool", feature = "tokio"))]
mod refresh;
mod refused;
mod settings;
mod sieve;
mod site;
mod store;
mod typed;
mod wait;

#[cfg(feature = "cache-backend")]
pub use backend::Backend;
pub use counts::Counts;
pub use early::{Aged, Curve, Early};
pub use family::{Named, WrongKey, all, named};
#[doc(hidden)]
pub use how::{
    How, Keeps, KeepsAll, KeepsBoth, KeepsEither, KeepsFailing, KeepsGood, KeepsOk, KeepsOption,
    KeepsPlain, Kept,
};
pub use key::{Key, KeyPart};
#[doc(hidden)]
pub use key::{Part, Peel};
#[doc(hidden)]
pub use lead::{Lead, Looked};
#[doc(hidden)]
#[cfg(feature = "tokio")]
pub use refresh::refresh_async;
#[doc(hidden)]
#[cfg(feature = "pool")]
pub use refresh::refresh_on_pool;
#[doc(hidden)]
pub use refused::lend;
pub use settings::{CAPACITY, Settings};
#[doc(hidden)]
pub use site::CacheSite;
pub use typed::Cache;
