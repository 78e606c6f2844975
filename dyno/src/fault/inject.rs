//! Why a dependency could not be had.

use std::error::Error;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use crate::point::Name;

/// A dependency could not be had: which one, for whom, and why.
///
/// Cheap to clone; the provider's own error is kept as the [`source`](Error::source).
#[derive(Clone)]
pub struct InjectError(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: InjectErrorKind,
    function: Option<Name>,
    parameter: Option<Name>,
    provider: Option<Name>,
    location: Option<&'static Location<'static>>,
    retry_after: Option<Duration>,
}

/// What went wrong.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum InjectErrorKind {
    /// The provider returned an error, or `None`.
    Failed(Arc<dyn Error + Send + Sync>),
    /// The provider panicked, with this message.
    Panicked(Name),
    /// The provider had not finished within this time.
    TimedOut(Duration),
    /// The provider needs itself. The path names each step, with file and line.
    Cycle(Vec<Name>),
    /// Nothing is registered for this type and tag.
    NotRegistered {
        /// The type asked for.
        wanted: Name,
        /// The tag asked for, unless it was asked for by type alone.
        tag: Option<Name>,
        /// The known tag with the nearest spelling.
        nearest: Option<Name>,
        /// The tags under which the type is registered.
        known: Vec<Name>,
        /// The other types that are registered under this tag.
        held: Vec<Name>,
    },
    /// A longer-lived value would hold a shorter-lived one.
    Captive {
        /// The scope of the one that holds.
        holder: Name,
        /// The scope of the one that is held.
        held: Name,
    },
    /// One provider is asked for as several types, and has a value for each.
    Doubled {
        /// Each type, and who asks for it.
        views: Vec<Name>,
    },
    /// `dyno::shutdown` has run.
    ShutDown,
    /// An async provider was asked for by a blocking function before it was built.
    NeedsWarmUp,
    /// The registry is sealed.
    Sealed,
}

impl InjectError {
    /// An error of this kind, about nobody yet.
    #[must_use]
    pub fn new(kind: InjectErrorKind) -> Self {
        Self(Arc::new(Inner {
            kind,
            function: None,
            parameter: None,
            provider: None,
            location: None,
            retry_after: None,
        }))
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> &InjectErrorKind {
        &self.0.kind
    }

    /// The function whose parameter could not be had.
    #[must_use]
    pub fn function(&self) -> Option<&str> {
        self.0.function.as_deref()
    }

    /// The parameter or field.
    #[must_use]
    pub fn parameter(&self) -> Option<&str> {
        self.0.parameter.as_deref()
    }

    /// The provider that was asked.
    #[must_use]
    pub fn provider(&self) -> Option<&str> {
        self.0.provider.as_deref()
    }

    /// Where the dependency is declared.
    #[must_use]
    pub fn location(&self) -> Option<&'static Location<'static>> {
        self.0.location
    }

    /// How long dyno will not ask the provider again.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The same error, told about the function and parameter it was for; the first teller wins.
    #[must_use]
    pub fn wanted_by(
        mut self,
        function: impl Into<Name>,
        parameter: impl Into<Name>,
        location: &'static Location<'static>,
    ) -> Self {
        if self.0.function.is_none() {
            let inner = Arc::make_mut(&mut self.0);
            inner.function = Some(function.into());
            inner.parameter = Some(parameter.into());
            inner.location = Some(location);
        }
        self
    }

    /// The same error, told about the provider; the first teller wins.
    #[must_use]
    pub fn provided_by(mut self, provider: impl Into<Name>) -> Self {
        if self.0.provider.is_none() {
            Arc::make_mut(&mut self.0).provider = Some(provider.into());
        }
        self
    }

    /// The same error, told about the provider whatever it was told before.
    #[cfg_attr(not(feature = "inject"), allow(dead_code))]
    pub(crate) fn asked_of(mut self, provider: impl Into<Name>) -> Self {
        Arc::make_mut(&mut self.0).provider = Some(provider.into());
        self
    }

    /// The same error with a new time before which no new try is made.
    #[must_use]
    pub fn retry_in(mut self, pause: Option<Duration>) -> Self {
        Arc::make_mut(&mut self.0).retry_after = pause;
        self
    }
}

/// Says at the end when the provider is asked again, where that is known.
impl fmt::Display for InjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Untimed(self).fmt(f)?;
        // A cycle does not pass by itself.
        let passes = !matches!(self.kind(), InjectErrorKind::Cycle(_));
        match self.retry_after() {
            Some(pause) if passes && !pause.is_zero() => write!(f, " (asked again in {pause:.1?})"),
            _ => Ok(()),
        }
    }
}

/// The error without the pause: inside of another one it would be out of date.
struct Untimed<'a>(&'a InjectError);

impl fmt::Display for Untimed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, function, parameter, provider, location, .. } = &*self.0.0;
        if let (Some(function), Some(parameter)) = (function, parameter) {
            write!(f, "{function}: parameter `{parameter}`")?;
            match (provider, location) {
                (Some(provider), Some(at)) => {
                    write!(f, " ({provider}, {}:{})", at.file(), at.line())?;
                }
                (Some(provider), None) => write!(f, " ({provider})")?,
                (None, Some(at)) => write!(f, " ({}:{})", at.file(), at.line())?,
                (None, None) => {}
            }
            f.write_str(": ")?;
        } else if let Some(provider) = provider {
            write!(f, "{provider}: ")?;
        }
        kind.fmt(f)
    }
}

impl fmt::Display for InjectErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(error) => {
                f.write_str("the provider failed: ")?;
                match inside(&**error) {
                    Some(error) => Untimed(error).fmt(f),
                    None => error.fmt(f),
                }
            }
            Self::Panicked(message) => write!(f, "the provider panicked: {message}"),
            Self::TimedOut(limit) => write!(f, "the provider had not finished within {limit:?}"),
            Self::Cycle(path) => write!(f, "dependency cycle: {}", Joined(path, " -> ")),
            Self::NotRegistered { wanted, tag, nearest, known, held } => {
                write!(f, "nothing is registered for `{wanted}`")?;
                if let Some(tag) = tag {
                    write!(f, " under the tag \"{tag}\"")?;
                }
                if let Some(nearest) = nearest {
                    write!(f, "; did you mean \"{nearest}\"?")?;
                }
                if !held.is_empty() {
                    write!(f, "; it is the tag of `{}`", Joined(held, "`, `"))?;
                }
                if known.is_empty() {
                    return f
                        .write_str("; register it with `set` or `provide` before its first use");
                }
                write!(f, " (known: \"{}\")", Joined(known, "\", \""))
            }
            Self::Captive { holder, held } => write!(
                f,
                "a value of scope {holder} would hold one of scope {held}, which ends sooner"
            ),
            Self::Doubled { views } => write!(
                f,
                "it is asked for as several types and has a value for each: {}; \
                 ask for one type everywhere",
                Joined(views, ", ")
            ),
            Self::ShutDown => f.write_str("dyno has been shut down"),
            Self::NeedsWarmUp => f.write_str(
                "an async provider cannot be built from a blocking call; \
                 run `dyno::warm_up().run_async().await` first",
            ),
            Self::Sealed => f.write_str("the registry is sealed"),
        }
    }
}

impl fmt::Debug for InjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InjectError({self})")
    }
}

impl Error for InjectError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0.kind {
            InjectErrorKind::Failed(error) => Some(&**error),
            _ => None,
        }
    }
}

impl From<super::Fault> for InjectError {
    /// So that a constructor that returns `InjectError` may carry any attribute.
    fn from(fault: super::Fault) -> Self {
        match fault {
            super::Fault::Inject(error) => error,
            other => Self::new(InjectErrorKind::Failed(Arc::new(other))),
        }
    }
}

impl PartialEq for InjectError {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || Untimed(self).to_string() == Untimed(other).to_string()
    }
}

impl Eq for InjectError {}

/// The error of this kind that a provider has handed on.
fn inside<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a InjectError> {
    let fault = error.downcast_ref::<super::Fault>();
    fault.map_or_else(
        || error.downcast_ref(),
        |fault| match fault {
            super::Fault::Inject(error) => Some(error),
            _ => None,
        },
    )
}

struct Joined<'a>(&'a [Name], &'a str);

impl fmt::Display for Joined<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, name) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(self.1)?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}
