//! Which pipelines there are, which functions have a join point, and how the two meet.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use arc_swap::ArcSwapOption;

use super::offer::Offer;
use super::pipeline::{Pipeline, Types};
use crate::fault::{AspectError, AspectErrorKind, Fault, NthFilter};
use crate::outcome::Refuse;
use crate::point::{Name, Point};
use crate::registry::Registry;
use crate::scope;

/// Not called yet.
const UNKNOWN: u8 = 0;
/// There is no pipeline under its name, in whatever registry.
const IDLE: u8 = 1;
/// There is one.
const LIVE: u8 = 2;

/// The join point of one function. An expansion keeps it in a static.
pub struct JoinSite {
    join: &'static str,
    pub(super) point: &'static Point,
    filters_result: bool,
    generic: bool,
    state: AtomicU8,
    /// The pipelines under its name, each with the registry it is for.
    pipelines: ArcSwapOption<Pipelines>,
    types: OnceLock<Types>,
}

/// Pipelines, each with the address of the registry it is for.
pub(super) type Pipelines = Vec<(usize, Arc<Pipeline>)>;
type Shared = Arc<Pipelines>;

/// What has one name.
pub(super) struct Named {
    pub(super) pipelines: Pipelines,
    pub(super) sites: Vec<&'static JoinSite>,
}

static TABLE: Mutex<BTreeMap<String, Named>> = Mutex::new(BTreeMap::new());

// User code runs under no lock, and so no filter is dropped under this one.
pub(super) fn table() -> MutexGuard<'static, BTreeMap<String, Named>> {
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl JoinSite {
    /// The join point `join` of the function that is `point`.
    #[must_use]
    pub const fn new(join: &'static str, point: &'static Point) -> Self {
        Self {
            join,
            point,
            filters_result: true,
            generic: false,
            state: AtomicU8::new(UNKNOWN),
            pipelines: ArcSwapOption::const_empty(),
            types: OnceLock::new(),
        }
    }

    /// The result is not handed to filters.
    #[must_use]
    pub const fn no_result_filters(mut self) -> Self {
        self.filters_result = false;
        self
    }

    /// What it hands to filters differs from call to call.
    #[must_use]
    pub const fn generic(mut self) -> Self {
        self.generic = true;
        self
    }

    /// The arguments as the filters in force here make them, and the filters of the result.
    ///
    /// # Errors
    /// [`Fault::Aspect`] of the first filter that fails, or does not fit.
    #[inline]
    pub fn arguments<R: Any, O: Offer>(
        &'static self,
        offer: O,
    ) -> Result<(Filters, O::Given), Fault> {
        if self.state.load(Ordering::Relaxed) == IDLE {
            return Ok((Filters(None), offer.pass()));
        }
        self.filtered::<R, O>(offer)
    }

    /// The same, where nobody further out takes the fault.
    ///
    /// # Errors
    /// What an `R` makes of the fault.
    #[inline]
    pub fn arguments_or_refuse<R: Any + Refuse, O: Offer>(
        &'static self,
        offer: O,
    ) -> Result<(Refusing<R>, O::Given), R> {
        match self.arguments::<R, O>(offer) {
            Ok((filters, given)) => Ok((Refusing { filters, refuse: R::refuse }, given)),
            Err(fault) => Err(R::refuse(fault)),
        }
    }

    #[cold]
    fn filtered<R: Any, O: Offer>(&'static self, offer: O) -> Result<(Filters, O::Given), Fault> {
        self.types.get_or_init(Types::of::<O::Owned, R>);
        if self.state.load(Ordering::Relaxed) == UNKNOWN {
            self.meet();
        }
        let Some(pipeline) = self.in_force() else { return Ok((Filters(None), offer.pass())) };
        if let Some(error) = pipeline.no_result(self, 0) {
            return Err(error.into());
        }
        let given = if pipeline.argument_filters() == 0 {
            offer.pass()
        } else {
            let (mut owned, place) = offer.own();
            pipeline.run_arguments(self, &mut owned)?;
            O::give(owned, place)
        };
        let results = (pipeline.result_filters() > 0).then_some((self, pipeline));
        Ok((Filters(results), given))
    }

    /// Takes its place in the table.
    fn meet(&'static self) {
        let mut table = table();
        let named = named(&mut table, self.join);
        if !named.sites.iter().any(|site| std::ptr::eq(*site, self)) {
            named.sites.push(self);
            let pipelines = (!named.pipelines.is_empty()).then(|| named.pipelines.clone().into());
            // It had none, so none is dropped here.
            self.publish(pipelines);
        }
    }

    fn publish(&self, pipelines: Option<Shared>) -> Option<Shared> {
        let state = if pipelines.is_some() { LIVE } else { IDLE };
        let old = self.pipelines.swap(pipelines);
        self.state.store(state, Ordering::Relaxed);
        old
    }

    /// That of the registry in force here, else of the next one it falls through to.
    fn in_force(&self) -> Option<Arc<Pipeline>> {
        let all = self.pipelines.load();
        find(all.as_ref()?, None).filter(|pipeline| !pipeline.is_empty())
    }

    pub(super) fn filters_result(&self) -> bool {
        self.filters_result
    }

    pub(super) fn failed(
        &self,
        filter: NthFilter,
        cause: Arc<dyn Error + Send + Sync>,
    ) -> AspectError {
        AspectError::new(AspectErrorKind::Failed { join: self.join.into(), filter, cause })
    }

    pub(super) fn wrong_type(
        &self,
        filter: NthFilter,
        expected: &'static str,
        given: &'static str,
    ) -> AspectError {
        let (function, location) = (self.point.into(), self.point.location());
        AspectError::new(AspectErrorKind::WrongType {
            join: self.join.into(),
            filter,
            expected,
            given,
            function,
            location,
        })
    }

    pub(super) fn no_result(&self, filter: NthFilter) -> AspectError {
        let (function, location) = (self.point.into(), self.point.location());
        AspectError::new(AspectErrorKind::NoResult {
            join: self.join.into(),
            filter,
            function,
            location,
        })
    }
}

impl fmt::Debug for JoinSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinSite({} at {})", self.join, self.point.location())
    }
}

/// The filters of the result of one call.
#[derive(Debug)]
pub struct Filters(Option<(&'static JoinSite, Arc<Pipeline>)>);

impl Filters {
    /// What they make of `out`.
    ///
    /// # Errors
    /// [`Fault::Aspect`] of the first filter that fails, or does not fit.
    #[inline]
    pub fn result<R: Any>(self, out: R) -> Result<R, Fault> {
        match self.0 {
            None => Ok(out),
            Some((site, pipeline)) => results(site, &pipeline, out),
        }
    }
}

#[cold]
fn results<R: Any>(site: &JoinSite, pipeline: &Pipeline, mut out: R) -> Result<R, Fault> {
    pipeline.run_results(site, &mut out)?;
    Ok(out)
}

/// The same, where nobody further out takes the fault of one: the caller gets it.
pub struct Refusing<R> {
    filters: Filters,
    refuse: fn(Fault) -> R,
}

impl<R: Any> Refusing<R> {
    /// What they make of `out`, which is not moved about where there are none.
    #[inline]
    pub fn result(self, out: R) -> R {
        match self.filters.0 {
            None => out,
            Some((site, pipeline)) => results(site, &pipeline, out).unwrap_or_else(self.refuse),
        }
    }
}

impl<R> fmt::Debug for Refusing<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.filters.fmt(f)
    }
}

/// `filtered!(SITE, Ret, offers)`: the filters of the result and the arguments, of the function's own
/// `SITE`, or the fault of a filter; with `refuse`, what a `Ret` makes of it.
#[doc(hidden)]
#[macro_export]
macro_rules! __dyno_filtered {
    ($site:expr, $ret:ty, $offers:expr) => {{
        static __DYNO_JOIN: $crate::__private::JoinSite = $site;
        $crate::__private::JoinSite::arguments::<$ret, _>(&__DYNO_JOIN, $offers)
    }};
    ($site:expr, $ret:ty, $offers:expr, refuse) => {{
        static __DYNO_JOIN: $crate::__private::JoinSite = $site;
        $crate::__private::JoinSite::arguments_or_refuse::<$ret, _>(&__DYNO_JOIN, $offers)
    }};
}

fn named<'a>(table: &'a mut BTreeMap<String, Named>, join: &str) -> &'a mut Named {
    if !table.contains_key(join) {
        table.insert(join.to_owned(), Named { pipelines: Vec::new(), sites: Vec::new() });
    }
    match table.get_mut(join) {
        Some(named) => named,
        None => unreachable!("it is there by now"),
    }
}

/// The pipeline of `registry`, or of the one in force here, of its parents, of the global one.
pub(super) fn find(
    pipelines: &[(usize, Arc<Pipeline>)],
    registry: Option<&Registry>,
) -> Option<Arc<Pipeline>> {
    let of = |registry: &Registry| {
        let key = registry.address();
        pipelines.iter().find(|(of, _)| *of == key).map(|(_, pipeline)| pipeline.clone())
    };
    let global = || of(Registry::global());
    let entered = match registry {
        Some(registry) => registry.clone(),
        None if !scope::active() => return global(),
        None => Registry::current(),
    };
    let mut next = Some(&entered);
    while let Some(registry) = next {
        if let Some(pipeline) = of(registry) {
            return Some(pipeline);
        }
        next = registry.parent();
    }
    global()
}

/// The pipeline under a name as it is in force for `registry`.
pub(super) fn pipeline(join: &str, registry: &Registry) -> Option<Arc<Pipeline>> {
    find(&table().get(join)?.pipelines, Some(registry))
}

/// Changes the own pipeline of `registry`, after `change` has looked at it; `None` takes it away.
///
/// # Errors
/// The registry is sealed, or `change` says so; then all is as it was.
pub(super) fn change<T>(
    join: &Name,
    registry: &Registry,
    change: impl FnOnce(Option<&Arc<Pipeline>>, &Fits<'_>) -> Result<(Option<Pipeline>, T), AspectError>,
) -> Result<T, AspectError> {
    if registry.is_sealed() {
        return Err(AspectError::new(AspectErrorKind::Sealed { join: join.clone() }));
    }
    let key = Tenant::of(registry);
    let mut old = Vec::new();
    let mut table = table();
    let named = named(&mut table, join);
    let own = named.pipelines.iter().position(|(of, _)| *of == key);
    let before = own.and_then(|at| named.pipelines.get(at)).map(|(_, pipeline)| pipeline.clone());
    let (new, out) = change(before.as_ref(), &Fits(&named.sites))?;
    if let Some(at) = own {
        named.pipelines.swap_remove(at);
    }
    if let Some(new) = new {
        named.pipelines.push((key, Arc::new(new)));
    }
    named.tell(&mut old);
    drop(table);
    drop((before, old));
    Ok(out)
}

/// The functions that have a join point, as far as they have been called.
pub(super) struct Fits<'a>(&'a [&'static JoinSite]);

impl Fits<'_> {
    /// # Errors
    /// The first of the filters that is none for a function, counted from what is there already.
    pub(super) fn check(&self, new: &Pipeline, before: (usize, usize)) -> Result<(), AspectError> {
        for site in self.0.iter().filter(|site| !site.generic) {
            let Some(types) = site.types.get() else { continue };
            if let Some(error) = new.misfit(site, types, before) {
                return Err(error);
            }
        }
        Ok(())
    }
}

impl Named {
    /// Tells every site; what is to be dropped outside of the lock is put into `old`.
    fn tell(&self, old: &mut Vec<Option<Shared>>) {
        let all = (!self.pipelines.is_empty()).then(|| Arc::new(self.pipelines.clone()));
        old.extend(self.sites.iter().map(|site| site.publish(all.clone())));
    }
}

/// Ends the pipelines of a registry with it.
struct Tenant {
    key: usize,
    /// It is the one that the registry keeps.
    kept: AtomicBool,
}

impl Tenant {
    fn of(registry: &Registry) -> usize {
        let key = registry.address();
        if !registry.is_global() {
            let make = || Self { key, kept: AtomicBool::new(false) };
            registry.local(TypeId::of::<Self>(), make).kept.store(true, Ordering::Relaxed);
        }
        key
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        if !*self.kept.get_mut() {
            return;
        }
        let (mut gone, mut old) = (Vec::new(), Vec::new());
        let mut table = table();
        for named in table.values_mut() {
            if let Some(at) = named.pipelines.iter().position(|(of, _)| *of == self.key) {
                gone.push(named.pipelines.swap_remove(at));
                named.tell(&mut old);
            }
        }
        drop(table);
        drop((gone, old));
    }
}
