//! Any stack of attributes on one function is one expansion, and nothing of the function is lost.
//!
//! The same files run under edition 2021 and 2024: see `tests/edition-2021`.

#![deny(warnings, missing_docs, unused_results, unreachable_pub)]
#![deny(clippy::pedantic)]
#![forbid(unsafe_code)]
#![allow(missing_docs, reason = "test functions speak for themselves")]
#![allow(
    clippy::unnecessary_wraps,
    clippy::unused_self,
    clippy::unused_async,
    clippy::many_single_char_names,
    clippy::ptr_arg,
    clippy::trivially_copy_pass_by_ref,
    reason = "the functions are as short as what they are to show allows"
)]

mod advising;
mod asking;
mod bodies;
mod boxed;
mod breaking;
mod caching;
mod choosing;
mod derived;
mod falling_back;
mod fusing;
mod harnessing;
mod hygiene;
mod injecting;
mod keyed;
mod limiting;
mod metering;
mod observed;
mod order;
mod places;
mod predecessors;
mod recording;
mod results;
mod retrying;
mod serving;
mod signatures;
mod spelling;
mod timing_out;
mod together;

/// The error of these tests.
#[derive(Clone, Debug, PartialEq)]
enum E {
    Bad,
    Worse(u16),
    Refused(dyno::Fault),
}

impl From<dyno::Fault> for E {
    fn from(fault: dyno::Fault) -> Self {
        Self::Refused(fault)
    }
}

impl std::fmt::Display for E {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for E {}

/// Counts calls, and says when one is to fail.
#[derive(Debug, Default)]
struct Tries(std::sync::atomic::AtomicU32);

impl Tries {
    const fn new() -> Self {
        Self(std::sync::atomic::AtomicU32::new(0))
    }

    /// Fails the first `n` times.
    fn fail(&self, n: u32) -> Result<u32, E> {
        let before = self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        if before < n { Err(E::Bad) } else { Ok(before + 1) }
    }

    fn made(&self) -> u32 {
        self.0.load(std::sync::atomic::Ordering::SeqCst)
    }
}

/// Drives a future that never waits for anything but itself.
fn block_on<F: std::future::Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(out) = future.as_mut().poll(&mut cx) {
            return out;
        }
        std::thread::yield_now();
    }
}

/// The future can be sent to another thread.
fn sendable<T: Send>(value: T) -> T {
    value
}
