//! Binding advice to every function whose name matches a pattern.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::JoinPoint;
use super::advice::Advice;
use super::pattern::Pattern;
use super::site::{AdviceSite, Advices};

/// Binds `advice` to every function with an `#[aspect]` attribute whose name matches `pattern`,
/// until the binding is dropped. The same as `Pointcut::new(pattern).bind(advice)`.
///
/// It holds for the whole program, whatever registry or test is in force.
///
/// # Panics
/// The pattern means nothing: see [`Pointcut::new`].
#[must_use = "the advice is unbound when the binding is dropped; `.forever()` keeps it"]
#[track_caller]
pub fn bind(pattern: &str, advice: impl Advice + 'static) -> Binding {
    Pointcut::new(pattern).bind(advice)
}

/// Which functions some advice is for, and where it stands among others.
///
/// The pattern is matched against the whole name of a function, which is the `name = "…"` of its
/// attribute, else its path `crate::module::Type::method`, and against the names of its join
/// points. `*` stands for any characters of a segment, `**` for any number of whole segments, none
/// included:
///
/// | pattern | matches | does not match |
/// |---|---|---|
/// | `shop::*` | `shop::price` | `shop::cart::add`, `shop` |
/// | `shop::get_*` | `shop::get_price` | `shop::set_price` |
/// | `shop::**` | `shop`, `shop::price`, `shop::cart::Cart::add` | `workshop::price` |
/// | `**::price` | `price`, `shop::price`, `shop::cart::price` | `shop::price::net` |
#[derive(Clone, Debug)]
pub struct Pointcut {
    pattern: Pattern,
    priority: i32,
    arguments: bool,
}

impl Pointcut {
    /// The functions whose name matches `pattern`.
    ///
    /// # Panics
    /// The pattern is empty or has an empty segment, or `**` is no segment by itself.
    #[must_use]
    #[track_caller]
    pub fn new(pattern: &str) -> Self {
        match Pattern::new(pattern) {
            Ok(pattern) => Self { pattern, priority: 0, arguments: false },
            Err(error) => panic!("{error}"),
        }
    }

    /// Advice of a higher priority stands further out; of the same, what was bound first. The
    /// default is 0.
    #[must_use]
    pub fn priority(mut self, priority: i32) -> Self {
        self.priority = priority;
        self
    }

    /// The advice is to see the [arguments](super::Call::arguments): they are written down at the
    /// beginning of each call.
    #[must_use]
    pub fn arguments(mut self) -> Self {
        self.arguments = true;
        self
    }

    /// Binds `advice` to these functions until the binding is dropped.
    #[must_use = "the advice is unbound when the binding is dropped; `.forever()` keeps it"]
    pub fn bind(self, advice: impl Advice + 'static) -> Binding {
        let mut table = table();
        let id = table.next;
        table.next += 1;
        let bound = Arc::new(Bound { id, to: self, advice: Box::new(advice) });
        // Behind all that are as far out, or further.
        let at = table.bound.partition_point(|it| it.to.priority >= bound.to.priority);
        table.bound.insert(at, bound.clone());
        let old = table.tell();
        drop(table);
        drop(old);
        Binding(Some(bound))
    }
}

/// Advice that is bound to functions; unbinds it when dropped.
///
/// Calls that are under way keep the advice they began with.
#[must_use = "the advice is unbound when the binding is dropped; `.forever()` keeps it"]
pub struct Binding(Option<Arc<Bound>>);

impl Binding {
    /// Keeps the advice bound for the life of the program.
    pub fn forever(mut self) {
        self.0 = None;
    }

    /// The functions that it matches: with the feature `warm-up` all of the program, else those
    /// that have been called.
    #[must_use]
    pub fn functions(&self) -> Vec<JoinPoint<'static>> {
        let Some(bound) = &self.0 else { return Vec::new() };
        let sites = super::site::sites();
        let matching = sites.iter().filter(|site| bound.matches(site));
        let mut functions: Vec<_> = matching.map(|site| site.join_point()).collect();
        functions.sort_by_key(JoinPoint::name);
        functions
    }
}

impl Drop for Binding {
    fn drop(&mut self) {
        let Some(own) = self.0.take() else { return };
        let mut table = table();
        table.bound.retain(|bound| bound.id != own.id);
        let old = table.tell();
        drop(table);
        drop((old, own));
    }
}

impl fmt::Debug for Binding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pattern = self.0.as_ref().map(|bound| bound.to.pattern.to_string());
        f.debug_tuple("Binding").field(&pattern.unwrap_or_default()).finish()
    }
}

/// Advice, and what it is for.
pub(super) struct Bound {
    id: u64,
    to: Pointcut,
    pub(super) advice: Box<dyn Advice>,
}

impl Bound {
    pub(super) fn wants_arguments(&self) -> bool {
        self.to.arguments
    }

    fn matches(&self, site: &AdviceSite) -> bool {
        let matches = |name: &str| self.to.pattern.matches(name);
        matches(site.join_point().name()) || site.joins().iter().any(|name| matches(name))
    }
}

/// All that is bound, outermost first, and the functions that have been called.
struct Table {
    bound: Vec<Arc<Bound>>,
    sites: Vec<&'static AdviceSite>,
    next: u64,
}

static TABLE: Mutex<Table> = Mutex::new(Table { bound: Vec::new(), sites: Vec::new(), next: 0 });

// Advice is the user's: none is dropped under this lock.
fn table() -> MutexGuard<'static, Table> {
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Table {
    /// Tells every site what is bound to it; what it had before is to be dropped outside of the lock.
    fn tell(&self) -> Vec<Option<Advices>> {
        self.sites.iter().map(|site| site.publish(self.bound_to(site))).collect()
    }

    fn bound_to(&self, site: &AdviceSite) -> Option<Advices> {
        let bound: Vec<_> =
            self.bound.iter().filter(|bound| bound.matches(site)).cloned().collect();
        (!bound.is_empty()).then(|| Arc::new(bound))
    }
}

/// A function is called for the first time.
pub(super) fn meet(site: &'static AdviceSite) {
    let mut table = table();
    if !table.sites.iter().any(|known| std::ptr::eq(*known, site)) {
        table.sites.push(site);
        // It had none, so none is dropped here.
        site.publish(table.bound_to(site));
    }
}

/// The functions that have been called.
pub(super) fn met() -> Vec<&'static AdviceSite> {
    table().sites.clone()
}
