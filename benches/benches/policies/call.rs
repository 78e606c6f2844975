//! The call that a policy is put around, and what came of it.

use std::fmt;
use std::future::poll_fn;
use std::hint::black_box;
use std::task::Poll;

/// An argument with which the call succeeds.
pub(crate) const GOOD: u64 = 1;

/// Why the call fails: one word, so that its result stays in registers.
#[derive(Debug)]
#[repr(u64)]
pub(crate) enum Fail {
    Own,
    Refused,
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

// Some of the peers ask for it.
impl std::error::Error for Fail {}

/// The call. It fails for 0, which nobody gives it and the compiler cannot know: of a call that
/// cannot fail it would leave the policy out.
#[inline(never)]
pub(crate) fn call(x: u64) -> Result<u64, Fail> {
    if black_box(x) == 0 { Err(Fail::Own) } else { Ok(x) }
}

pub(crate) async fn call_async(x: u64) -> Result<u64, Fail> {
    call(x)
}

/// The same, and it is ready only when it is polled again, as it asks for at once.
pub(crate) async fn call_later(x: u64) -> Result<u64, Fail> {
    let mut polled = false;
    poll_fn(|context| {
        if polled {
            return Poll::Ready(());
        }
        polled = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
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

/// An error that is the call's own or that of its policy.
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

/// What has no outcome.
impl Outcome for () {
    fn came(&self) -> Came {
        Came::Success
    }
}
