//! Who is annotated, and who wants to hear what happens there.
//!
//! Every annotated function is a [`Point`]: a name, a file and a line. Policies tell what happened
//! at a point as an [`Event`]; exporters, logs and tests [`observe`] them. Where nobody listens an
//! event costs one relaxed load.
//!
//! ```
//! use dyno::point::{self, Event};
//! let watching = point::observe(|point: &str, event: &Event<'_>| eprintln!("{point}: {event:?}"));
//! // … every retry, rejection and transition of the program is printed …
//! drop(watching);
//! ```

use std::fmt;
use std::ops::Deref;
use std::panic::Location;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use crate::fault::Fault;

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
            let path = plain_path((self.marker)());
            let owner = path.rsplit_once("::").map_or(path.as_str(), |(owner, _)| owner);
            let name = match (self.called, owner.rsplit_once("::")) {
                (Some(last), Some((module, _))) => format!("{module}::{last}"),
                _ => owner.to_owned(),
            };
            // Once a point and for the life of the program, as the point itself.
            Box::leak(name.into())
        })
    }

    /// The path of the function, whatever name was given; an async function's body is a part of it.
    #[cfg_attr(not(feature = "inject"), allow(dead_code))]
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

/// `<a::Ty<_> as a::Tr>::get` → `a::Ty::get`: the path a person would write.
pub(crate) fn plain_path(type_name: &str) -> String {
    let text = type_name.trim();
    // `<Type as Trait>::rest` and `module::<impl Type>::rest` are both about the type.
    if let Some(at) = text.find('<') {
        if let Some(end) = closing(text, at) {
            let (inside, rest) = (&text[at + 1..end], &text[end + 1..]);
            let before = &text[..at];
            if let Some(of) = inside.strip_prefix("impl ") {
                let of = of.rsplit(" for ").next().unwrap_or(of);
                return plain_path(of) + &plain_path(rest);
            }
            if before.is_empty() {
                let of = top_level_as(inside).map_or(inside, |at| &inside[..at]);
                return plain_path(of) + &plain_path(rest);
            }
            return before.trim_end_matches("::").to_owned() + &plain_path(rest);
        }
    }
    text.to_owned()
}

/// The `>` that closes the `<` at `open`; the `>` of `->` closes nothing.
fn closing(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut before = b' ';
    for (at, byte) in text.bytes().enumerate().skip(open) {
        match byte {
            b'<' => depth += 1,
            b'>' if before != b'-' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
        before = byte;
    }
    None
}

/// Where ` as ` stands outside of nested angle brackets.
fn top_level_as(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'<' => depth += 1,
            b'>' => depth = depth.saturating_sub(1),
            b' ' if depth == 0 && text[at..].starts_with(" as ") => return Some(at),
            _ => {}
        }
    }
    None
}

/// A name that is cheap to clone: of a point, of a breaker.
#[derive(Clone)]
pub enum Name {
    /// Known at compile time.
    Static(&'static str),
    /// Made at run time.
    Shared(Arc<str>),
}

impl Deref for Name {
    type Target = str;
    fn deref(&self) -> &str {
        match self {
            Self::Static(name) => name,
            Self::Shared(name) => name,
        }
    }
}

impl From<&'static str> for Name {
    fn from(name: &'static str) -> Self {
        Self::Static(name)
    }
}

impl From<String> for Name {
    fn from(name: String) -> Self {
        Self::Shared(name.into())
    }
}

impl From<&Point> for Name {
    fn from(point: &Point) -> Self {
        Self::Static(point.name())
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Name {}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        &**self == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        &**self == *other
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

/// What happened at a point.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// An attempt failed and another follows after a pause.
    Retry {
        /// The attempt that failed, from 1.
        attempt: u32,
        /// The pause before the next one.
        after: Duration,
    },
    /// A later attempt than the first succeeded.
    Recovered {
        /// How many attempts it took.
        attempts: u32,
    },
    /// The last attempt allowed has failed.
    GaveUp {
        /// How many attempts were made.
        attempts: u32,
    },
    /// dyno refused to run the function.
    Rejected {
        /// Why.
        fault: &'a Fault,
    },
    /// A breaker changed its state.
    Breaker {
        /// The state before.
        from: &'static str,
        /// The state now.
        to: &'static str,
    },
    /// A fallback stood in.
    Fallback {
        /// `true` when dyno had refused the call, `false` when the function had failed.
        refused: bool,
    },
    /// A dependency was built.
    Built {
        /// The provider.
        provider: &'a str,
        /// How long it took.
        took: Duration,
    },
    /// A dependency could not be built.
    BuildFailed {
        /// The provider.
        provider: &'a str,
        /// Why.
        error: &'a crate::fault::InjectError,
    },
    /// Something a person should look at, such as a swap that cannot reach a thread.
    Warning {
        /// What, in a sentence.
        message: &'a str,
    },
}

/// Hears what happens at every point.
pub trait Observer: Send + Sync {
    /// Called after the fact, outside every lock, on the thread where it happened.
    fn event(&self, point: &str, event: &Event<'_>);
}

impl<F: Fn(&str, &Event<'_>) + Send + Sync> Observer for F {
    fn event(&self, point: &str, event: &Event<'_>) {
        self(point, event);
    }
}

static LISTENING: AtomicUsize = AtomicUsize::new(0);
static OBSERVERS: RwLock<Vec<Arc<dyn Observer>>> = RwLock::new(Vec::new());

/// Hears every event of the program until the returned guard is dropped.
#[must_use = "the observer is removed when the guard is dropped"]
pub fn observe(observer: impl Observer + 'static) -> Observing {
    let observer: Arc<dyn Observer> = Arc::new(observer);
    OBSERVERS.write().unwrap_or_else(PoisonError::into_inner).push(observer.clone());
    LISTENING.fetch_add(1, Ordering::Relaxed);
    Observing(observer)
}

/// `true` while anybody observes: one relaxed load.
#[inline]
pub fn observed() -> bool {
    LISTENING.load(Ordering::Relaxed) != 0
}

/// Tells every observer. A panicking observer harms nobody: its panic ends with it.
pub fn emit(point: &str, event: &Event<'_>) {
    if observed() {
        tell(point, event);
    }
}

#[cold]
fn tell(point: &str, event: &Event<'_>) {
    let observers = OBSERVERS.read().unwrap_or_else(PoisonError::into_inner).clone();
    for observer in observers {
        let told = std::panic::AssertUnwindSafe(|| observer.event(point, event));
        if std::panic::catch_unwind(told).is_err() {
            eprintln!("dyno: an observer of {point} panicked");
        }
    }
}

/// Stops observing when dropped.
pub struct Observing(Arc<dyn Observer>);

impl Drop for Observing {
    fn drop(&mut self) {
        let mut observers = OBSERVERS.write().unwrap_or_else(PoisonError::into_inner);
        observers.retain(|observer| !Arc::ptr_eq(observer, &self.0));
        LISTENING.fetch_sub(1, Ordering::Relaxed);
    }
}

impl fmt::Debug for Observing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observing")
    }
}

#[cfg(test)]
mod tests {
    use super::plain_path;

    #[test]
    fn paths_read_as_a_person_would_write_them() {
        for (type_name, path) in [
            ("a::m::Ty<_>::meth::here", "a::m::Ty::meth::here"),
            ("<a::m::Ty<_> as a::m::Tr<u8>>::w::here", "a::m::Ty::w::here"),
            ("a::m::deep::<impl a::m::Ty<u16>>::elsewhere", "a::m::Ty::elsewhere"),
            ("a::m::<impl a::Tr for a::Ty>::w", "a::Ty::w"),
            ("a::generic<alloc::vec::Vec<u8>>", "a::generic"),
            ("a::m::Tr::q::here", "a::m::Tr::q::here"),
            ("a::open<fn(u8) -> u8>", "a::open"),
        ] {
            assert_eq!(plain_path(type_name), path, "{type_name}");
        }
    }
}
