//! The fuse: a breaker that only a person, or the code of one, switches.

mod listen;
mod named;

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

pub use listen::FuseListening;
#[doc(hidden)]
pub use named::SharedFuse;
pub use named::{fuse, fuses};

use self::listen::{Change, Listeners};
use crate::fault::explain::Opened;
use crate::fault::{Facts, Fault, LastError};
use crate::outcome::Refuse;
use crate::point::{self, Event, Point};

/// A fuse: on until it is switched off by hand, and then off until it is switched on again.
///
/// Failures never trip it. It is a kill switch, or the flag of a feature that only some are to see.
/// A call costs one relaxed load. Its builder is `const`, so it can be a `static`.
///
/// ```
/// use dyno::breaker::Fuse;
///
/// static SEARCH: Fuse = Fuse::new("beta-search");
///
/// fn search(words: &str) -> Result<usize, String> {
///     SEARCH.call(|| Ok(words.len()))
/// }
///
/// assert_eq!(search("shoes"), Ok(5));
/// SEARCH.trip();
/// assert_eq!(search("shoes"), Err("beta-search: the fuse is off".into()));
/// SEARCH.reset();
/// assert_eq!(search("shoes"), Ok(5));
/// ```
///
/// All [listed](Self::list) fuses of one name are switched together, and [`fuse`] finds them.
pub struct Fuse {
    /// All that a call reads.
    off: AtomicBool,
    /// Which of all switches of the program was its last; 0: it never was switched.
    switched: AtomicU64,
    /// Where that was said.
    pub(super) thrown: AtomicU64,
    listed: AtomicBool,
    listeners: Listeners,
    label: Label,
}

#[derive(Clone, Copy)]
enum Label {
    Name(&'static str, &'static Location<'static>),
    Point(&'static Point),
}

impl Fuse {
    /// A fuse that is on.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str) -> Self {
        Self::labelled(Label::Name(name, Location::caller()))
    }

    /// The same, called after an annotated function.
    #[must_use]
    pub const fn of(point: &'static Point) -> Self {
        Self::labelled(Label::Point(point))
    }

    const fn labelled(label: Label) -> Self {
        Self {
            off: AtomicBool::new(false),
            switched: AtomicU64::new(0),
            thrown: AtomicU64::new(0),
            listed: AtomicBool::new(false),
            listeners: Listeners::new(),
            label,
        }
    }

    /// The same, off until it is switched on by [`reset`](Self::reset).
    ///
    /// ```
    /// use dyno::breaker::Fuse;
    ///
    /// static CHECKOUT: Fuse = Fuse::new("new-checkout").off();
    ///
    /// assert_eq!(CHECKOUT.call(|| Some("new")), None);
    /// CHECKOUT.reset();
    /// assert_eq!(CHECKOUT.call(|| Some("new")), Some("new"));
    /// ```
    #[must_use]
    pub const fn off(mut self) -> Self {
        self.off = AtomicBool::new(true);
        self
    }

    /// Calls `f` if the fuse is on. What comes of it never switches the fuse.
    ///
    /// A call that is turned away returns [`Refuse::refuse`] of a [`Fault::Rejected`] with
    /// [`Reason::FuseOff`](crate::Reason::FuseOff). One that is inside already when the fuse goes off goes on.
    #[inline]
    pub fn call<R: Refuse>(&self, f: impl FnOnce() -> R) -> R {
        match self.check() {
            Ok(()) => f(),
            Err(fault) => R::refuse(fault),
        }
    }

    /// The same for an async `f`, which is not even called when the fuse is off.
    // Not `AsyncFnOnce`: its future is not known to be `Send` once the block borrows anything.
    pub async fn call_async<R, F>(&self, f: impl FnOnce() -> F) -> R
    where
        R: Refuse,
        F: Future<Output = R>,
    {
        match self.check() {
            Ok(()) => f().await,
            Err(fault) => R::refuse(fault),
        }
    }

    /// Whether a call may pass.
    ///
    /// # Errors
    /// [`Fault::Rejected`] with [`Reason::FuseOff`](crate::Reason::FuseOff), of which observers hear. When it will be on
    /// again nobody knows, so the fault does not say.
    #[inline]
    pub fn check(&self) -> Result<(), Fault> {
        if self.is_on() { Ok(()) } else { Err(self.refuse()) }
    }

    /// Switches it off. Nothing happens when it is off already.
    ///
    /// The calls that are inside finish; those that come later are turned away.
    #[track_caller]
    pub fn trip(&self) {
        self.switch(true);
    }

    /// Switches it on. Nothing happens when it is on already.
    #[track_caller]
    pub fn reset(&self) {
        self.switch(false);
    }

    /// `true` while calls pass: one relaxed load.
    #[inline]
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.off.load(Ordering::Relaxed)
    }

    /// Its name: given, or that of the point it belongs to.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self.label {
            Label::Name(name, _) => name,
            Label::Point(point) => point.name(),
        }
    }

    /// Where it is defined, or was first asked for by name.
    #[must_use]
    pub const fn location(&self) -> &'static Location<'static> {
        match self.label {
            Label::Name(_, location) => location,
            Label::Point(point) => point.location(),
        }
    }

    /// Calls `listener` with the fuse, and whether it is on, after each change from now on.
    ///
    /// It is told of changes only, not of a [`trip`](Self::trip) of what is off already, and of one
    /// after the other in the order in which they were made: on the thread that switches, or on the
    /// one that is just being told of an earlier change. Listeners are told in the order in which
    /// they were added, outside of every lock: they may use the fuse as they like, and what they
    /// switch is told after what they hear. A panic of a listener ends with it.
    ///
    /// ```
    /// use std::sync::mpsc::channel;
    /// use dyno::breaker::Fuse;
    ///
    /// let (tell, told) = channel();
    /// let fuse = Fuse::new("beta-search");
    /// let listening = fuse.listen(move |fuse, on| {
    ///     let _ = tell.send(format!("{}: {on}", fuse.name()));
    /// });
    /// fuse.trip();
    /// drop(listening);
    /// fuse.reset();
    /// assert_eq!(told.iter().collect::<Vec<_>>(), ["beta-search: false"]);
    /// ```
    pub fn listen(
        &self,
        listener: impl Fn(&Self, bool) + Send + Sync + 'static,
    ) -> FuseListening<'_> {
        self.listeners.add(Arc::new(listener))
    }

    #[cold]
    fn refuse(&self) -> Fault {
        let thrown = LastError::from_number(self.thrown.load(Ordering::Relaxed));
        let fault = Fault::refused(self.name().into(), Facts::Off(thrown), None);
        point::emit(self.name(), &Event::Rejected { fault: &fault });
        fault
    }

    #[cold]
    #[track_caller]
    fn switch(&self, off: bool) {
        let by = LastError::keep("", Opened::ByHand { at: Location::caller() }).number();
        let others = named::switch(self, off, by);
        self.tell();
        for fuse in others {
            fuse.tell();
        }
    }

    /// After the change, and outside of every lock.
    fn tell(&self) {
        self.listeners.tell(self);
    }

    /// `true` when it has been the other way round; then it waits to be told.
    fn set(&self, off: bool, (switched, by): (u64, u64), observed: bool) -> bool {
        self.thrown.store(by, Ordering::Relaxed);
        self.switched.store(switched, Ordering::Relaxed);
        let changed = self.off.swap(off, Ordering::Relaxed) != off;
        if changed {
            self.listeners.put(Change { on: !off, observed });
        }
        changed
    }
}

impl fmt::Debug for Fuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fuse({}, {})", self.name(), if self.is_on() { "on" } else { "off" })
    }
}
