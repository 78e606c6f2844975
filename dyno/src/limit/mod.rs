//! How much at once, and how often: the bulkhead and the rate limit.
//!
//! A [`Bulkhead`] lets no more than so many calls be in flight at a time: what is slow takes its own
//! places and no others (Michael Nygard, "Release It!", 2007). A [`Rate`] lets no more than so many
//! in in so long: what a partner allows, what a machine can take.
//!
//! ```
//! use dyno::limit::Bulkhead;
//!
//! static DB: Bulkhead = Bulkhead::new("db", 2);
//!
//! let (first, second) = (DB.try_acquire(), DB.try_acquire());
//! let third: Result<(), String> = DB.call(|| Ok(()));
//! assert_eq!(third, Err("db: the bulkhead is full".into()));
//! drop((first, second)); // each permit gives its place back
//! assert_eq!(DB.call(|| Some(7)), Some(7));
//! ```

pub mod bulkhead;
mod label;
pub mod rate;
mod refused;
mod sync;

pub use bulkhead::{Bulkhead, KeyedBulkhead};
pub use rate::{KeyedRate, Rate};
#[doc(hidden)]
pub use refused::Refused;
