//! What advice of a pointcut is, and what it is told.

use std::cell::OnceCell;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use super::site::Advised;

/// Code that runs at every function a [pointcut](super::bind) matches.
///
/// All it does is harmless for the call: it cannot change a value, and when it panics the call goes
/// on as if it had not, and standard error is told.
///
/// ```
/// use dyno::aspect::{self, Advice, Call, End};
///
/// struct Log;
/// impl Advice for Log {
///     fn after(&self, at: &Call<'_>, end: &End<'_>) {
///         println!("{} {} after {:?}", at.name(), end.how(), end.took());
///     }
/// }
///
/// let _log = aspect::bind("shop::**", Log);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no advice",
    label = "has neither `before`, `after` nor `around`",
    note = "write `impl Advice for` a type of yours, with those of `before`, `after` and `around` that it needs"
)]
pub trait Advice: Send + Sync {
    /// Before the body, and before every `around`.
    fn before(&self, at: &Call<'_>) {
        let _ = at;
    }

    /// After the call, however it ended.
    fn after(&self, at: &Call<'_>, end: &End<'_>) {
        let _ = (at, end);
    }

    /// Around the body: what is in force while [`Proceed::run`] runs is in force for the body, such
    /// as a span of a tracer. In an async function it is called around every poll.
    ///
    /// The call goes on in any case: dyno proceeds where the advice returns without having done so.
    /// When the body panics, `run` returns, and the panic goes on once all advice is through.
    fn around(&self, at: &Call<'_>, proceed: Proceed<'_>) {
        let _ = at;
        proceed.run();
    }
}

/// Advice that others hold as well.
impl<T: Advice + ?Sized> Advice for Arc<T> {
    fn before(&self, at: &Call<'_>) {
        (**self).before(at);
    }
    fn after(&self, at: &Call<'_>, end: &End<'_>) {
        (**self).after(at, end);
    }
    fn around(&self, at: &Call<'_>, proceed: Proceed<'_>) {
        (**self).around(at, proceed);
    }
}

/// One call of an advised function.
pub struct Call<'a>(pub(super) &'a Advised);

impl Call<'_> {
    /// The function's name: the `name = "…"` of its attribute, else its path.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.0.site().join_point().name()
    }

    /// Where the attribute stands.
    #[must_use]
    pub fn location(&self) -> &'static Location<'static> {
        self.0.site().join_point().location()
    }

    /// The names of its join points: the `"shop::price"` of `#[aspect("shop::price")]`.
    #[must_use]
    pub fn join_points(&self) -> &'static [&'static str] {
        self.0.site().joins()
    }

    /// The arguments as they were when the call began, such as `sku = "anvil", quantity = 2`; of a
    /// type that has no `Debug` the name of the type. `None` unless a pointcut that matches the
    /// function [asks](super::Pointcut::arguments) for them.
    #[must_use]
    pub fn arguments(&self) -> Option<&str> {
        self.0.arguments()
    }
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({} at {})", self.name(), self.location())
    }
}

/// The rest of a call: the advice further in, and the body or one poll of it.
pub struct Proceed<'a>(pub(super) &'a mut dyn FnMut());

impl Proceed<'_> {
    /// Runs it. What is returned is none of the advice's business.
    pub fn run(self) {
        (self.0)();
    }
}

impl fmt::Debug for Proceed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proceed")
    }
}

/// How a call ended.
pub struct End<'a> {
    pub(super) how: How,
    pub(super) failure: Option<Failure<'a>>,
    pub(super) took: &'a dyn Fn() -> Duration,
    pub(super) read: OnceCell<Duration>,
}

/// Writes what a call failed with.
pub(super) type Failure<'a> = &'a dyn Fn(&mut fmt::Formatter<'_>) -> fmt::Result;

impl End<'_> {
    /// In which way.
    #[must_use]
    pub fn how(&self) -> How {
        self.how
    }

    /// `true` when it returned, and what it returned stands for no failure.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.how == How::Succeeded
    }

    /// What it failed with, in words: as `Display` writes the error, else `Debug`, else the name of
    /// its type. `None` when it did not return a failure. It is made when it is asked for.
    #[must_use]
    pub fn error(&self) -> Option<String> {
        struct Words<'a>(Failure<'a>);
        impl fmt::Display for Words<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (self.0)(f)
            }
        }
        self.failure.map(|failure| Words(failure).to_string())
    }

    /// How long it took, on dyno's [clock](crate::clock). The clock is read when this is first asked.
    #[must_use]
    pub fn took(&self) -> Duration {
        *self.read.get_or_init(self.took)
    }
}

impl fmt::Debug for End<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "End({})", self.how)
    }
}

/// In which way a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum How {
    /// It returned what stands for no failure.
    Succeeded,
    /// It returned a failure, such as an `Err`; a refusal of dyno's is one as well.
    Failed,
    /// The body panicked.
    Panicked,
    /// The future was dropped before it was done.
    Cancelled,
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Panicked => "panicked",
            Self::Cancelled => "was cancelled",
        })
    }
}
