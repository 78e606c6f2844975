//! What the caches of a name have in common, and where they are found.

use std::any::{Any, TypeId, type_name};
use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};

use super::counts::{Counts, Tally};
use super::key::Key;
use super::settings::Settings;
use crate::point::{self, Cached, Event};
use crate::shared::{Joined, Known, Settings as _};

/// What the caches of a name have in common: all but their values.
pub(super) struct Family {
    name: &'static str,
    location: &'static Location<'static>,
    settings: RwLock<Settings>,
    pub(super) tally: Arc<Tally>,
    members: Mutex<Vec<Weak<dyn Member>>>,
}

/// A cache whose types are not known.
pub(super) trait Member: Send + Sync {
    fn key(&self) -> (TypeId, &'static str);
    fn len(&self) -> usize;
    fn weight(&self) -> u64;
    fn clear(&self);
    /// With a key that is owned, of the type that it has.
    fn act(&self, act: Act, key: &dyn Any) -> bool;
}

/// What is done to a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Remove,
    Expire,
    Find,
}

static KNOWN: Known<Arc<Family>, Settings> = Known::new("cache");
static LISTED: Mutex<Vec<Weak<Family>>> = Mutex::new(Vec::new());

impl Family {
    pub(super) fn new(
        name: &'static str,
        location: &'static Location<'static>,
        settings: Settings,
    ) -> Arc<Self> {
        Arc::new(Self {
            name,
            location,
            settings: RwLock::new(settings),
            tally: Arc::new(Tally::new()),
            members: Mutex::new(Vec::new()),
        })
    }

    /// The same, which [`all`] and [`named`] find as long as there is one.
    pub(super) fn listed(
        name: &'static str,
        location: &'static Location<'static>,
        settings: Settings,
    ) -> Arc<Self> {
        let family = Self::new(name, location, settings);
        let mut listed = LISTED.lock().unwrap_or_else(PoisonError::into_inner);
        listed.retain(|other| other.strong_count() != 0);
        listed.push(Arc::downgrade(&family));
        drop(listed);
        family
    }

    /// That of all attributes with this name.
    ///
    /// # Panics
    /// When it is defined elsewhere with other settings.
    pub(super) fn shared(
        name: &'static str,
        location: &'static Location<'static>,
        settings: Settings,
    ) -> Arc<Self> {
        let new = Self::new(name, location, settings);
        let Joined { one: family, adds, .. } = KNOWN.join(name, new, settings, location);
        if adds {
            let mut known = family.settings.write().unwrap_or_else(PoisonError::into_inner);
            let merged = known.merged(&settings).unwrap_or(*known);
            *known = merged;
        }
        family.clone()
    }

    pub(super) const fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn settings(&self) -> Settings {
        *self.settings.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, member: Weak<dyn Member>) {
        self.members.lock().unwrap_or_else(PoisonError::into_inner).push(member);
    }

    fn members(&self) -> Vec<Arc<dyn Member>> {
        let members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        members.iter().filter_map(Weak::upgrade).collect()
    }

    #[inline]
    pub(super) fn tell(&self, cached: Cached) {
        if point::observed() {
            self.tell_all(cached);
        }
    }

    #[cold]
    fn tell_all(&self, cached: Cached) {
        point::emit(self.name, &Event::Cache { cached });
    }
}

/// The caches of one name: those of attributes, or one of your own.
#[derive(Clone)]
pub struct Named(Arc<Family>);

/// The caches that the attributes call `name`, or the cache of your own that has it.
///
/// Attributes make theirs on their first call, caches of your own are found from their first use to
/// their end.
#[must_use]
pub fn named(name: &str) -> Option<Named> {
    let shared = KNOWN.find(name, |family| family.name).cloned();
    shared.or_else(|| listed().into_iter().find(|family| family.name == name)).map(Named)
}

/// All caches that have been used, in no order.
#[must_use]
pub fn all() -> Vec<Named> {
    KNOWN.all().into_iter().cloned().chain(listed()).map(Named).collect()
}

fn listed() -> Vec<Arc<Family>> {
    let listed = LISTED.lock().unwrap_or_else(PoisonError::into_inner);
    listed.iter().filter_map(Weak::upgrade).collect()
}

impl Named {
    /// Their name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.0.name
    }

    /// Where the first of them is defined.
    #[must_use]
    pub fn location(&self) -> &'static Location<'static> {
        self.0.location
    }

    /// What they are set to.
    pub fn settings(&self) -> Settings {
        self.0.settings()
    }

    /// How many values there are, be they expired or not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.members().iter().map(|member| member.len()).sum()
    }

    /// There are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the values weigh together: as many as they are, unless they are weighed.
    #[must_use]
    pub fn weight(&self) -> u64 {
        self.0.members().iter().map(|member| member.weight()).sum()
    }

    /// How many there may be for each function that shares the name.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.0.settings().most()
    }

    /// How often what came of asking.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.0.tally.read()
    }

    /// Forgets all values. What is being computed meanwhile is handed to those who asked for it, and
    /// not kept.
    pub fn clear(&self) {
        self.0.members().iter().for_each(|member| member.clear());
    }

    /// Forgets the value of `key`, in all functions whose key is of that type; `true` when there
    /// was one.
    ///
    /// ```
    /// use dyno::cache::{self, Cache, Settings};
    ///
    /// static PRICES: Cache<(String, u32), u32> = Cache::new("prices-by-region", Settings::new());
    /// PRICES.get_or(("sku-1", &7_u32), || 995);
    ///
    /// let prices = cache::named("prices-by-region").unwrap();
    /// assert_eq!(prices.remove(("sku-1", &7_u32)), Ok(true));
    /// let error = prices.remove(&7_u32).unwrap_err();
    /// assert_eq!(error.given(), "u32");
    /// ```
    ///
    /// # Errors
    /// None of them has keys of this type.
    pub fn remove<K: Key>(&self, key: K) -> Result<bool, WrongKey> {
        self.act(Act::Remove, key)
    }

    /// Lets the value of `key` expire, in all functions whose key is of that type: the next who asks
    /// for it computes it anew, and others get the old one meanwhile. `true` when there was one.
    ///
    /// # Errors
    /// None of them has keys of this type.
    pub fn refresh<K: Key>(&self, key: K) -> Result<bool, WrongKey> {
        self.act(Act::Expire, key)
    }

    /// Whether there is a value of `key` that has not expired, in any function whose key is of that
    /// type. That is no use of it, and not counted.
    ///
    /// # Errors
    /// None of them has keys of this type.
    pub fn contains<K: Key>(&self, key: K) -> Result<bool, WrongKey> {
        self.act(Act::Find, key)
    }

    #[expect(clippy::needless_pass_by_value, reason = "a key is a reference, or some")]
    fn act<K: Key>(&self, act: Act, key: K) -> Result<bool, WrongKey> {
        let (members, id) = (self.0.members(), TypeId::of::<K::Owned>());
        if !members.is_empty() && !members.iter().any(|member| member.key().0 == id) {
            let mut expected: Vec<_> = members.iter().map(|member| member.key().1).collect();
            expected.sort_unstable();
            expected.dedup();
            let given = type_name::<K::Owned>();
            return Err(WrongKey { name: self.name(), expected, given });
        }
        let owned = key.to_owned();
        let fitting = members.iter().filter(|member| member.key().0 == id);
        // All of them, whatever the first says.
        Ok(fitting.filter(|member| member.act(act, &owned)).count() != 0)
    }
}

impl fmt::Debug for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} of {}: {}", self.name(), self.len(), self.capacity(), self.counts())
    }
}

/// A key of a type that no cache of the name has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cache \"{name}\": its keys are `{}`, and a `{given}` was given", expected.join("`, `"))]
pub struct WrongKey {
    name: &'static str,
    expected: Vec<&'static str>,
    given: &'static str,
}

impl WrongKey {
    /// The name of the cache.
    #[must_use]
    pub fn cache(&self) -> &str {
        self.name
    }

    /// What its keys are, as they are stored: the names of the types.
    #[must_use]
    pub fn expected(&self) -> &[&'static str] {
        &self.expected
    }

    /// What was given, as it would be stored.
    #[must_use]
    pub fn given(&self) -> &str {
        self.given
    }
}
