//! Fuses by name: one switch, however many places.

use std::fmt;
use std::panic::Location;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError};

use once_cell::race::OnceRef;

use super::{Fuse, Label};

/// The fuse called `name`. Where there is none it is made, and is on.
///
/// So a name may be switched before the code that uses it has run, say from a configuration or an
/// admin page. Attributes and [listed](Fuse::list) statics that come later take its state over; one
/// that nobody has switched before starts as they say.
/// What is made here lives as long as the program.
///
/// ```
/// use dyno::breaker::{self, Fuse};
///
/// breaker::fuse("recommendations").trip(); // as the configuration has it
///
/// static RECOMMENDATIONS: Fuse = Fuse::new("recommendations");
/// assert_eq!(RECOMMENDATIONS.list().call(|| Some("these shoes")), None);
/// ```
#[must_use]
#[track_caller]
pub fn fuse(name: &str) -> &'static Fuse {
    let here = Location::caller();
    let mut known = lock();
    if let Some(entry) = known.find(name) {
        return entry.first();
    }
    let entry = known.make(Box::leak(name.into()), false, here);
    entry.only_asked = true;
    entry.first()
}

/// Every fuse that has been asked for by name, used by an attribute or [listed](Fuse::list): one a
/// name, oldest first.
#[must_use]
pub fn fuses() -> Vec<&'static Fuse> {
    lock().names.iter().map(Named::first).collect()
}

impl Fuse {
    /// Lets [`fuse`] and [`fuses`] find it. Attributes do so with each fuse they use.
    ///
    /// From now on it is one with all listed fuses of its name: switching one switches all. It
    /// takes their state over, unless it has been switched by hand after they were, or they were only
    /// asked for by name.
    #[inline]
    pub fn list(&'static self) -> &'static Self {
        // With all that was done before it was listed.
        if !self.listed.load(Ordering::Acquire) {
            self.list_once();
        }
        self
    }

    #[cold]
    fn list_once(&'static self) {
        let mut known = lock();
        if self.listed.load(Ordering::Relaxed) {
            return;
        }
        let Some(entry) = known.find(self.name()) else {
            known.names.push(Named { all: vec![self], site: None, only_asked: false });
            self.listed.store(true, Ordering::Release);
            return;
        };
        // As if they had been one from the beginning.
        let switched = |fuse: &Self| {
            (fuse.switched.load(Ordering::Relaxed), fuse.thrown.load(Ordering::Relaxed))
        };
        let is_last = entry.is_unsaid() || switched(self).0 > switched(entry.first()).0;
        entry.only_asked = false;
        let last = if is_last { self } else { entry.first() };
        let (off, number) = (!last.is_on(), switched(last));
        entry.all.push(self);
        let changed = entry.set(off, number);
        // Not before it has the state: who sees that it is listed goes by it.
        self.listed.store(true, Ordering::Release);
        drop(known);
        for fuse in changed {
            fuse.tell();
        }
    }
}

/// Switches `fuse` and, if it is listed, all others of its name: those are to be told as well.
pub(super) fn switch(fuse: &Fuse, off: bool, by: u64) -> Vec<&'static Fuse> {
    let mut known = lock();
    known.switches += 1;
    let number = (known.switches, by);
    fuse.set(off, number, true);
    // Under the lock, so nobody is listed meanwhile.
    if !fuse.listed.load(Ordering::Relaxed) {
        return Vec::new();
    }
    known.find(fuse.name()).map_or_else(Vec::new, |entry| entry.set(off, number))
}

/// The fuse that all attributes with the same name share.
#[doc(hidden)]
pub struct SharedFuse {
    name: &'static str,
    starts_off: bool,
    location: &'static Location<'static>,
    /// Threads that race for it all join the same one.
    fuse: OnceRef<'static, Fuse>,
}

impl SharedFuse {
    /// One of those that share `name`; `starts_off` is how it is when it is made here.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, starts_off: bool) -> Self {
        Self { name, starts_off, location: Location::caller(), fuse: OnceRef::new() }
    }

    /// The fuse.
    ///
    /// # Panics
    /// When it starts otherwise elsewhere.
    #[inline]
    pub fn get(&'static self) -> &'static Fuse {
        self.fuse.get_or_init(|| self.join())
    }

    fn join(&self) -> &'static Fuse {
        let site = (self.starts_off, self.location);
        let mut known = lock();
        let entry = match known.find(self.name) {
            Some(entry) => entry,
            None => known.make(self.name, self.starts_off, self.location),
        };
        let begins = entry.is_unsaid() && self.starts_off;
        let changed = if begins { entry.set(true, (0, 0)) } else { Vec::new() };
        entry.only_asked = false;
        let (fuse, (starts_off, there)) = (entry.first(), *entry.site.get_or_insert(site));
        drop(known);
        for fuse in changed {
            fuse.tell();
        }
        assert!(
            starts_off == self.starts_off,
            "fuse \"{}\": starts {} at {there}, and {} at {}; say `off` in all of its places or in \
             none",
            self.name,
            on_or_off(starts_off),
            on_or_off(self.starts_off),
            self.location,
        );
        fuse
    }
}

fn on_or_off(off: bool) -> &'static str {
    if off { "off" } else { "on" }
}

impl fmt::Debug for SharedFuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharedFuse({})", self.name)
    }
}

struct Known {
    names: Vec<Named>,
    /// How often any fuse has been switched.
    switches: u64,
}

/// All fuses of one name; each is as all are.
struct Named {
    /// Never empty.
    all: Vec<&'static Fuse>,
    /// What the first attribute says, and where it stands.
    site: Option<(bool, &'static Location<'static>)>,
    /// It was asked for by name, and nobody has said how it starts.
    only_asked: bool,
}

static KNOWN: Mutex<Known> = Mutex::new(Known { names: Vec::new(), switches: 0 });

/// Also held while a fuse that is not listed is switched: it happens rarely, and so changes are
/// numbered and wait to be told in the order in which they are made.
fn lock() -> MutexGuard<'static, Known> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Known {
    fn find(&mut self, name: &str) -> Option<&mut Named> {
        self.names.iter_mut().find(|entry| entry.first().name() == name)
    }

    fn make(
        &mut self,
        name: &'static str,
        off: bool,
        location: &'static Location<'static>,
    ) -> &mut Named {
        let fuse = Fuse::labelled(Label::Name(name, location));
        fuse.off.store(off, Ordering::Relaxed);
        fuse.listed.store(true, Ordering::Relaxed);
        // Once a name and for the life of the program, as the code that asks for it.
        let at = self.names.len();
        let all = vec![&*Box::leak(Box::new(fuse))];
        self.names.push(Named { all, site: None, only_asked: false });
        &mut self.names[at]
    }
}

impl Named {
    fn first(&self) -> &'static Fuse {
        self.all[0]
    }

    /// How it is was neither said by those who define it nor set by hand.
    fn is_unsaid(&self) -> bool {
        self.only_asked && self.first().switched.load(Ordering::Relaxed) == 0
    }

    /// Switches all, of which observers have heard; those for which it is a change.
    fn set(&self, off: bool, switched: (u64, u64)) -> Vec<&'static Fuse> {
        self.all.iter().copied().filter(|fuse| fuse.set(off, switched, false)).collect()
    }
}
