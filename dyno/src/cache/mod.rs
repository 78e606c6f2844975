//! What was computed, kept for a while.
//!
//! A value lives for its [`ttl`](Settings::ttl). However many threads and tasks ask for one that is
//! not there, one computes it and the others wait; when one has expired, one computes the next and
//! the others get the old one at once. Keys are looked up borrowed, and a look-up allocates nothing.
//!
//! ```
//! use std::time::Duration;
//! use dyno::cache::{Cache, Settings};
//!
//! static RATES: Cache<String, f64> = Cache::new(
//!     "rates",
//!     Settings::new().ttl(Duration::from_secs(60)).stale_if_error(Duration::from_secs(300)),
//! );
//! # fn fetch(_: &str) -> Result<f64, std::io::Error> { Ok(1.07) }
//! # fn down(_: &str) -> Result<f64, std::io::Error> { Err(std::io::ErrorKind::TimedOut.into()) }
//!
//! let clock = dyno::clock::freeze();
//! let rate = |code: &str| RATES.try_get_or(code, || fetch(code));
//! assert_eq!((rate("EUR")?, rate("EUR")?), (1.07, 1.07)); // one call
//!
//! clock.advance(Duration::from_secs(100));
//! assert_eq!(RATES.try_get_or("EUR", || down("EUR"))?, 1.07); // better than an error
//! assert_eq!(dyno::cache::named("rates").unwrap().counts().stale_if_error, 1);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # Who computes, and when
//!
//! | the value | the first who asks | all others meanwhile |
//! |---|---|---|
//! | is fresh | gets it | get it |
//! | is fresh, and [`Early`] or a [`Curve`] says so | computes the next one | get it |
//! | has expired, within its [`grace`](Settings::grace) | computes the next one | get the old one |
//! | is not there, or past its grace | computes it | wait |
//!
//! Who computes is the leader of a flight, of which there is one at a time for a key. When it fails,
//! panics or is dropped, the first of those who wait leads, unless a value has been put meanwhile; an
//! error is nobody else's. Who waits leaves at its [deadline](crate::Deadline), and computes for
//! itself; so does a thread that asks for the very key it is computing. What is removed, put, let
//! expire or cleared while it is being computed goes to those who asked for it, and is not kept.
//!
//! To compute a little before the end, by chance and the earlier the longer a computation takes,
//! makes it rare that anybody finds a value expired: [`Early::XFetch`] is what caches do unless
//! something else is said. It draws only in the part of a value's life in which a draw can matter,
//! which is none for what takes no time. The time that a computation takes is measured where there
//! is one, and nowhere else.
//!
//! # What a hit costs
//!
//! A read of a map that readers do not write to ([papaya](https://docs.rs/papaya)), a read of the
//! clock of the kernel's ticks, unless values live for ever, and a count on the thread's own line.
//! Nothing shared is written, but for a bit of the value when it is asked for the first time after
//! the hand of the queue came by. Near its end a value is judged by the precise clock, so it expires
//! to the nanosecond.
//!
//! # What goes
//!
//! When there are more values than the [`capacity`](Settings::capacity), one goes that nobody has
//! asked for: SIEVE (Yazhuo Zhang et al., "SIEVE is Simpler than LRU", NSDI 2024). It was chosen over
//! CLOCK and S3-FIFO (Juncheng Yang et al., SOSP 2023) since it is the one of its kind that needs one
//! bit and one queue, misses least on web workloads, and lets what came last go first when a scan
//! comes by. Only who stores looks for one, behind a lock that no reader takes; what has expired for
//! good goes when the hand meets it. Nobody looks for what has expired otherwise, so
//! [`len`](Cache::len) counts it, too.
//!
//! The bound is exact: what is stored never weighs more together. While threads store, each of them
//! may have one value more in the map that is on its way in, or out.
//!
//! # Memory
//!
//! Besides key and value 140 to 155 bytes for each: 80 in the map's node, 32 in the queue, the rest in
//! the map's table and by the allocator. A cache counts on a line of 128 bytes for each of 12 to 132
//! threads, four times as many as cores.

mod age;
#[cfg(feature = "cache-backend")]
pub mod backend;
mod change;
mod counts;
mod early;
mod family;
mod flight;
mod how;
mod inner;
mod key;
mod lead;
#[cfg(all(test, loom))]
mod loom_model;
#[cfg(any(feature = "pool", feature = "tokio"))]
mod refresh;
mod refused;
mod settings;
mod sieve;
mod site;
mod store;
mod typed;
#[cfg(not(feature = "cache-backend"))]
mod unshared;
mod wait;

#[cfg(feature = "cache-backend")]
pub use backend::Backend;
pub use counts::Counts;
pub use early::{Aged, Curve, Early};
pub use family::{Named, WrongKey, all, named};
#[doc(hidden)]
pub use how::{
    How, Keeps, KeepsAll, KeepsBoth, KeepsEither, KeepsFailing, KeepsGood, KeepsOk, KeepsOption,
    KeepsPlain, Kept, kept,
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
