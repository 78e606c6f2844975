//! Where the time of a request goes: a tree of intervals and marks.
//!
//! [`record`] takes down what happens in a call, [`span`] an interval in it, [`mark`] a moment; nothing
//! is passed up or down, and every policy of dyno adds its own marks. Where no recording is alive
//! a span costs one relaxed load. [`#[timing]`](macro@crate::timing) makes a function a span.
//!
//! ```
//! use dyno::{clock, timing};
//! # use std::time::Duration;
//! # let _time = clock::freeze();
//! fn find(sku: &str) -> u32 {
//!     let _query = timing::span("query");
//!     timing::mark(format_args!("{sku} not in cache"));
//!     clock::sleep(Duration::from_millis(7)); // the database
//!     995
//! }
//!
//! let (price, tree) = timing::record("request", || find("sku-1"));
//! assert_eq!(price, 995);
//! print!("{tree}");
//! //       0.00 + request 7.0mS
//! //          V   + query 7.0mS
//! //          V     - sku-1 not in cache
//! //       7.00   = query
//! //          V = request
//! # assert_eq!(tree.find("query").unwrap().duration(), Some(Duration::from_millis(7)));
//! ```
//!
//! # Threads and tasks
//!
//! The span in force travels with the [`Scope`](crate::Scope): with [`dyno::spawn`](crate::spawn), into
//! dyno's pools, with `Scope::current().wrap(…)` to any thread, and with
//! `Scope::current().run_async(…)` to any task:
//!
//! ```
//! # fn sum(n: u32) -> u32 { n }
//! let ((), tree) = dyno::timing::record("all", || {
//!     let worker = dyno::spawn(|| {
//!         let _span = dyno::timing::span("on a thread");
//!     });
//!     worker.join().unwrap();
//! });
//! assert_eq!(tree.find("on a thread").unwrap().depth(), 1);
//! ```
//!
//! Recordings do not mix, however many are alive. What is recorded within another recording is a tree of
//! its own, and a part of the other. What still runs when a recording ends, is shown as running.
//!
//! # What it costs
//!
//! No recording alive: one relaxed load. One alive elsewhere: a look at a thread's own variable more.
//! Recorded: two readings of the clock, which are half of it, and a lock that nobody else takes;
//! nothing is allocated for a span of a `&'static str` but room for some dozens at a time.

mod along;
mod chunk;
mod here;
mod label;
#[cfg(feature = "tracing-layer")]
mod layer;
mod pretty;
mod recording;
mod span;
mod store;
mod timer;
mod told;
mod tree;
mod usage;

use std::future::Future;
use std::pin::pin;

pub use label::Label;
#[cfg(feature = "tracing-layer")]
pub use layer::TracingLayer;
pub use pretty::PrettyTime;
use recording::is_alive;
pub use recording::{Recording, Started};
pub use span::{Span, SpanAsync};
pub use timer::{Running, Timer, TimerError};
pub use tree::{Node, Tree};
pub use usage::Usage;

/// Records what `f` does: its output, and where the time went.
///
/// The tree is there whatever `f` returns. Where it may panic, or there is more to say, take a
/// [`Recording`].
///
/// ```
/// use dyno::timing;
/// let (parsed, tree) = timing::record("parse", || "x".parse::<u8>());
/// assert!(parsed.is_err() && tree.len() == 1);
/// ```
pub fn record<R>(name: impl Label, f: impl FnOnce() -> R) -> (R, Tree) {
    Recording::new(name).run(f)
}

/// Records what `future` does, on whatever thread it is polled.
///
/// A name made by `format_args!` is no `Send`, so neither is a task that awaits this: for one that is
/// spawned say `format!("sku {sku}")`.
///
/// ```
/// # fn block_on<R>(future: impl Future<Output = R>) -> R {
/// #     let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
/// #     match std::pin::pin!(future).poll(&mut cx) { std::task::Poll::Ready(it) => it, _ => panic!() }
/// # }
/// use dyno::timing;
/// let (sum, tree) = block_on(timing::record_async("sum", async {
///     timing::span_async("add", async { 1 + 2 }).await
/// }));
/// assert_eq!((sum, tree.len()), (3, 2));
/// ```
pub fn record_async<F: Future>(
    name: impl Label,
    future: F,
) -> impl Future<Output = (F::Output, Tree)> {
    Recording::new(name).run_async(future)
}

/// An interval, until the guard is dropped.
///
/// ```
/// let ((), tree) = dyno::timing::record("request", || {
///     let _span = dyno::timing::span(format_args!("sku {}", 7));
/// });
/// assert_eq!(tree.nodes()[1].name(), "sku 7");
/// ```
///
/// Across an `.await` take [`span_async`] or [`#[timing]`](macro@crate::timing): the guard stays on its
/// thread, and other tasks that take turns there would be inside of it.
#[inline]
pub fn span(name: impl Label) -> Span {
    Span::begin(name)
}

/// `future` as an interval, from its first poll until it is done or dropped, on whatever thread it is
/// polled. The name is made here and now.
///
/// Where the future is to be sent to another thread, its name is text: `format_args!` cannot go there.
pub fn span_async<F: Future>(name: impl Label, future: F) -> impl Future<Output = F::Output> {
    let name = name.label();
    async move {
        let mut span = SpanAsync::begin(name);
        let future = pin!(future);
        span.run(future).await
    }
}

/// A moment.
///
/// ```
/// let ((), tree) = dyno::timing::record("request", || dyno::timing::mark("key in cache"));
/// assert!(tree.nodes()[1].is_mark());
/// ```
#[inline]
pub fn mark(name: impl Label) {
    span::mark(name);
}

/// `true` when what happens here is recorded.
#[must_use]
pub fn is_recorded() -> bool {
    is_alive() && here::here().is_some()
}
