//! Who is annotated, and who wants to hear what happens there.
//!
//! Every annotated function is a [`Point`]: a name, a file and a line. Policies tell what happened
//! at a point as an [`Event`]; exporters, logs and tests [`observe`] them. Where nobody listens an
//! event costs one relaxed load.
//!
//! ```
//! use dyno::point::{self, Event};
//! let watching = point::observe(|point: &str, event: &Event<'_>| eprintln!("{point}: {event}"));
//! // … every retry, rejection and transition of the program is printed …
//! drop(watching);
//! ```

mod ear;
mod event;
mod name;
mod path;

use std::fmt;
use std::panic::Location;
use std::sync::OnceLock;

#[cfg_attr(not(all(feature = "metrics", feature = "timing")), allow(unused_imports))]
pub(crate) use ear::{METRICS, TIMING};
#[cfg_attr(not(feature = "breaker"), allow(unused_imports))]
pub(crate) use event::harmless;
#[cfg(feature = "harness")]
pub(crate) use event::let_go;
pub use event::{Cached, Event, Observer, Observing, Stop, emit, observe, observed};
pub use name::Name;
pub(crate) use path::plain_path;

/// An annotated function.
///
/// Its name is the `name = "…"` of the attribute, else its path: `crate::module::Type::method`.
pub struct Point {
    given: Option<&'static str>,
    marker: fn() -> &'static str,
    /// Stands for the last segment of the path.
    called: Option<&'static str>,
    location: &'static Location<'static>,
    name: OnceLock<&'static str>,
}

impl Point {
    /// A point for the function in whose body `marker` was made.
    ///
    /// `marker` returns the `type_name` of a function item defined in that body.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn new(given: Option<&'static str>, marker: fn() -> &'static str) -> Self {
        Self { given, marker, called: None, location: Location::caller(), name: OnceLock::new() }
    }

    /// The same point under the name of the function it helps.
    #[doc(hidden)]
    #[must_use]
    pub const fn called(mut self, last: &'static str) -> Self {
        self.called = Some(last);
        self
    }

    /// The point's name: given, or the path of the function.
    #[must_use]
    pub fn name(&self) -> &'static str {
        if let Some(given) = self.given {
            return given;
        }
        self.name.get_or_init(|| {
            let path = self.path();
            let name = match (self.called, path.rsplit_once("::")) {
                (Some(last), Some((module, _))) => format!("{module}::{last}"),
                _ => path,
            };
            // Once a point and for the life of the program, as the point itself.
            Box::leak(name.into())
        })
    }

    /// The path of the function, whatever name was given; an async function's body is a part of it.
    pub(crate) fn path(&self) -> String {
        let path = plain_path((self.marker)());
        let owner = path.rsplit_once("::").map_or(path.as_str(), |(owner, _)| owner);
        owner.trim_end_matches("::{{closure}}").to_owned()
    }

    /// Where the attribute stands.
    #[must_use]
    pub const fn location(&self) -> &'static Location<'static> {
        self.location
    }
}

impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Point({} at {})", self.name(), self.location)
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
