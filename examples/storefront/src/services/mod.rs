//! The services the shop depends on: HTTP over loopback TCP, in the same process.
//!
//! Each answers with latencies of its own, has a hiccup (503) now and then, and one of them goes
//! down: while it is down it cuts every connection off without an answer. What happens to a
//! request follows from the seed and the request's number alone, so a run can be repeated.

mod carrier;
mod client;
mod http;
mod rates;
mod script;
mod stock;

pub use carrier::{Carrier, carrier};
pub use client::{ServiceError, current_request, for_request};
pub use http::{Seen, Service};
pub use rates::{Rates, rates};
pub use script::Script;
pub use stock::{Stock, stock};
