//! Errors are reported, apart from being handled.
//!
//! `#[harness]` on a function tells of every error it returns and of every panic that leaves it, and
//! passes them on untouched. What is told is a [`Report`]: it is kept in a ring of the last ones of
//! its point, and handed to every [`sink`].
//!
//! ```
//! use dyno::harness::{self, Report};
//!
//! #[dyno::harness(fields(sku), name = "shop.price")]
//! fn price(sku: &str) -> Result<u32, String> {
//!     Err(format!("no such product"))
//! }
//!
//! let _reporting = harness::sink(|report: &Report| eprintln!("{report}"));
//! assert_eq!(price("sku-1"), Err("no such product".to_owned()));
//!
//! let of_price = harness::of("shop.price").expect("it has failed");
//! assert_eq!(of_price.counts().failed, 1);
//! let last = of_price.last().expect("one is kept");
//! assert_eq!(last.to_string(), "shop.price failed: no such product [sku=sku-1]");
//! ```

#![doc = include_str!("../../docs/harness_module.md")]

mod caught;
mod ext;
mod fields;
mod history;
mod report;
mod sink;
mod sinks;
mod site;
mod text;
mod told;

#[doc(hidden)]
pub use caught::{Panic, caught, caught_async};
pub use ext::ResultExt;
#[doc(hidden)]
pub use ext::{ByError, ByLocal, ByNothing, ByText, ByThread};
pub use fields::Fields;
#[doc(hidden)]
pub use fields::{Keep, KeepCopied, KeepLent, TellUnshown, Unshown, no_fields};
pub use history::{Counts, History, all, of};
pub use report::{Kind, Level, Report};
#[doc(hidden)]
pub use sink::heard;
pub use sink::{Reporting, Sink, sink};
#[cfg(feature = "log")]
pub use sinks::Logging;
#[cfg(feature = "tracing")]
pub use sinks::Tracing;
#[doc(hidden)]
pub use site::Harness;
#[doc(hidden)]
pub use told::{
    Chain, Chained, ChainsError, ChainsLocal, ChainsNothing, ChainsThread, Debugged, DebugsNothing,
    DebugsSelf, Faulted, FaultsNothing, FaultsSelf, Told, name_of,
};
