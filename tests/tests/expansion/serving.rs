//! `#[service]`: all policies in one attribute, in one order, on functions that block and async ones.

use std::time::Duration;

/// Each function twice: one that blocks in `sync`, an async one in `later`; `$pause!(time)` waits.
macro_rules! both {
    ($pause:ident; $(
        #[service $(($($keys:tt)*))?]
        fn $name:ident($($arg:ident: $ty:ty),* $(,)?) -> $ret:ty { $($body:tt)* }
    )*) => {
        mod sync {
            use super::*;
            #[allow(unused_macros)]
            macro_rules! $pause { ($time:expr) => { dyno::clock::sleep($time) } }
            $(
                #[service $(($($keys)*))?]
                pub(super) fn $name($($arg: $ty),*) -> $ret { $($body)* }
            )*
        }
        mod later {
            use super::*;
            #[allow(unused_macros)]
            macro_rules! $pause { ($time:expr) => { dyno::clock::sleep_async($time).await } }
            $(
                #[service $(($($keys)*))?]
                pub(super) async fn $name($($arg: $ty),*) -> $ret { $($body)* }
            )*
        }
    };
}

mod alike;
mod calls;
mod dace;
mod log;
mod order;
mod presets;
mod targets;
mod times;

const MS: Duration = Duration::from_millis(1);

/// Virtual time from here on.
struct Watch(dyno::clock::Instant);

impl Watch {
    fn start() -> Self {
        Self(dyno::clock::now())
    }

    fn millis(&self) -> u128 {
        self.0.elapsed().as_millis()
    }
}

/// What dyno refused with.
fn reason<T>(out: &Result<T, super::E>) -> Option<dyno::Reason> {
    match out {
        Err(super::E::Refused(fault)) => fault.reason(),
        _ => None,
    }
}

fn is_timed_out<T>(out: &Result<T, super::E>) -> bool {
    matches!(out, Err(super::E::Refused(fault)) if fault.is_timed_out())
}
