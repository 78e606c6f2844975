//! The call that is guarded, and what came of it.

use std::fmt;
use std::future;
use std::hint::black_box;

/// An argument with which the call succeeds.
pub(crate) const GOOD: u64 = 1;
/// One with which it fails.
pub(crate) const BAD: u64 = 0;
/// One with which it never ends, where it is async.
pub(crate) const ENDLESS: u64 = 2;

/// An error of the call's own.
pub(crate) trait Own {
    fn own() -> Self;
}

/// Why the call fails: one word, so that its result stays in registers.
#[derive(Debug)]
#[repr(u64)]
pub(crate) enum Fail {
    Own,
    Refused,
}

impl Own for Fail {
    fn own() -> Self {
        Self::Own
    }
}

impl From<dyno::Fault> for Fail {
    fn from(_: dyno::Fault) -> Self {
        Self::Refused
    }
}

impl fmt::Display for Fail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Own => "the call failed",
            Self::Refused => "turned away",
        })
    }
}

// Two of the peers ask for it.
impl std::error::Error for Fail {}

/// The same, and it keeps the fault.
#[derive(Debug)]
pub(crate) enum Telling {
    Own,
    #[expect(dead_code, reason = "it is as wide as what it could tell")]
    Refused(dyno::Fault),
}

impl Own for Telling {
    fn own() -> Self {
        Self::Own
    }
}

impl From<dyno::Fault> for Telling {
    fn from(fault: dyno::Fault) -> Self {
        Self::Refused(fault)
    }
}

/// The call that is guarded.
#[inline(never)]
pub(crate) fn call<E: Own>(x: u64) -> Result<u64, E> {
    if black_box(x) == BAD { Err(E::own()) } else { Ok(x) }
}

pub(crate) async fn call_async(x: u64) -> Result<u64, Fail> {
    call(x)
}

/// The same, but for [`ENDLESS`].
pub(crate) async fn call_or_hang(x: u64) -> Result<u64, Fail> {
    if x == ENDLESS {
        future::pending::<()>().await;
    }
    call(x)
}

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    Success,
    Failure,
    Refusal,
}

/// An outcome of a contender's, which differ in their errors.
pub(crate) trait Outcome {
    fn came(&self) -> Came;
}

/// An error that is the call's own or that of its guard.
pub(crate) trait Refusing {
    fn refuses(&self) -> bool;
}

impl<T, E: Refusing> Outcome for Result<T, E> {
    fn came(&self) -> Came {
        match self {
            Ok(_) => Came::Success,
            Err(error) if error.refuses() => Came::Refusal,
            Err(_) => Came::Failure,
        }
    }
}

impl Refusing for Fail {
    fn refuses(&self) -> bool {
        matches!(self, Self::Refused)
    }
}

impl Refusing for Telling {
    fn refuses(&self) -> bool {
        matches!(self, Self::Refused(_))
    }
}

/// What a floor reads is neither.
impl Outcome for u64 {
    fn came(&self) -> Came {
        Came::Success
    }
}
