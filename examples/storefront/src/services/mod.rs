//! The services the shop depends on: HTTP over loopback TCP, in the same process.
//!
//! Of each there are two replicas. They answer with latencies of their own, have a hiccup (503) now and
//! then, and go down, one or both: a replica that is down cuts every connection off without an answer. What
//! happens to a request follows from the seed and the request's number alone, whichever replica is asked, so a
//! run can be repeated.

mod carrier;
mod client;
mod http;
mod rates;
mod script;
mod stock;

pub use carrier::{Carrier, carrier};
pub use client::{client, current_request, for_request};
pub use http::{Seen, Service};
pub use rates::{Rates, rates};
pub use script::{REPLICAS, Script};
pub use stock::{Stock, stock};
