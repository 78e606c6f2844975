//! The filters of a join point, in the order they were added.

use std::any::{Any, TypeId, type_name};
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::joined::JoinSite;
use crate::fault::{AspectError, NthFilter};

type Cause = Box<dyn Error + Send + Sync>;
type Run = dyn Fn(&mut dyn Any) -> Result<(), Cause> + Send + Sync;

/// Filters of arguments and of results, each kind in the order it was added.
///
/// A clone has the same filters. See [`Join::set`](super::Join::set).
///
/// ```
/// use dyno::aspect::{self, Pipeline};
///
/// let sale = Pipeline::new()
///     .arguments(|(_, quantity): &mut (String, u32)| *quantity += 1)
///     .result(|price: &mut Option<u32>| *price = price.map(|price| price / 2));
/// aspect::join("shop::price").set(sale)?;
/// # Ok::<(), dyno::Fault>(())
/// ```
#[derive(Clone, Default)]
pub struct Pipeline {
    arguments: Vec<Stage>,
    results: Vec<Stage>,
}

/// One filter.
#[derive(Clone)]
struct Stage {
    id: u64,
    takes: TypeId,
    type_name: &'static str,
    run: Arc<Run>,
}

static NEXT: AtomicU64 = AtomicU64::new(0);

impl Pipeline {
    /// No filter.
    #[must_use]
    pub const fn new() -> Self {
        Self { arguments: Vec::new(), results: Vec::new() }
    }

    /// With a further filter of the arguments; see [`Join::arguments`](super::Join::arguments).
    #[must_use]
    pub fn arguments<A: Any, O: Filtered>(
        mut self,
        filter: impl Fn(&mut A) -> O + Send + Sync + 'static,
    ) -> Self {
        self.arguments.push(Stage::new(filter));
        self
    }

    /// With a further filter of the result; see [`Join::result`](super::Join::result).
    #[must_use]
    pub fn result<R: Any, O: Filtered>(
        mut self,
        filter: impl Fn(&mut R) -> O + Send + Sync + 'static,
    ) -> Self {
        self.results.push(Stage::new(filter));
        self
    }

    /// How many filters of arguments there are.
    #[must_use]
    pub fn argument_filters(&self) -> usize {
        self.arguments.len()
    }

    /// How many filters of results there are.
    #[must_use]
    pub fn result_filters(&self) -> usize {
        self.results.len()
    }

    /// `true` when there is no filter.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.arguments.is_empty() && self.results.is_empty()
    }

    /// The filters of `more` behind its own; the number of the last.
    pub(super) fn append(&mut self, more: &Self) -> u64 {
        self.arguments.extend_from_slice(&more.arguments);
        self.results.extend_from_slice(&more.results);
        more.arguments.iter().chain(&more.results).last().map_or(0, |stage| stage.id)
    }

    /// Takes out the filter of this number, where there is one.
    pub(super) fn take(&mut self, id: u64) -> bool {
        let before = self.arguments.len() + self.results.len();
        self.arguments.retain(|stage| stage.id != id);
        self.results.retain(|stage| stage.id != id);
        self.arguments.len() + self.results.len() < before
    }

    /// The first filter that is none for the function.
    pub(super) fn misfit(
        &self,
        site: &JoinSite,
        types: &Types,
        numbers: (usize, usize),
    ) -> Option<AspectError> {
        if let Some(error) = self.no_result(site, numbers.1) {
            return Some(error);
        }
        let arguments = self.arguments.iter().enumerate();
        let arguments = arguments
            .map(|(at, each)| (NthFilter::Argument(numbers.0 + at + 1), each, types.arguments));
        let results = self.results.iter().enumerate();
        let results =
            results.map(|(at, each)| (NthFilter::Result(numbers.1 + at + 1), each, types.result));
        arguments.chain(results).find(|(_, stage, (takes, _))| stage.takes != *takes).map(
            |(filter, stage, (_, expected))| site.wrong_type(filter, expected, stage.type_name),
        )
    }

    /// There is a filter of results, and the function does not hand them out.
    pub(super) fn no_result(&self, site: &JoinSite, before: usize) -> Option<AspectError> {
        let missing = !self.results.is_empty() && !site.filters_result();
        missing.then(|| site.no_result(NthFilter::Result(before + 1)))
    }

    /// # Errors
    /// The first filter that fails, or takes something else.
    pub(super) fn run_arguments<A: Any>(
        &self,
        site: &JoinSite,
        all: &mut A,
    ) -> Result<(), AspectError> {
        run(&self.arguments, NthFilter::Argument, site, all)
    }

    /// # Errors
    /// The first filter that fails, or takes something else.
    pub(super) fn run_results<R: Any>(
        &self,
        site: &JoinSite,
        out: &mut R,
    ) -> Result<(), AspectError> {
        run(&self.results, NthFilter::Result, site, out)
    }
}

fn run<T: Any>(
    stages: &[Stage],
    nth: fn(usize) -> NthFilter,
    site: &JoinSite,
    value: &mut T,
) -> Result<(), AspectError> {
    // All of them before the first: what does not fit is not found out half way.
    for (at, stage) in stages.iter().enumerate() {
        if stage.takes != TypeId::of::<T>() {
            return Err(site.wrong_type(nth(at + 1), type_name::<T>(), stage.type_name));
        }
    }
    for (at, stage) in stages.iter().enumerate() {
        (stage.run)(value).map_err(|cause| site.failed(nth(at + 1), cause.into()))?;
    }
    Ok(())
}

impl Stage {
    fn new<T: Any, O: Filtered>(filter: impl Fn(&mut T) -> O + Send + Sync + 'static) -> Self {
        let run = move |value: &mut dyn Any| match value.downcast_mut::<T>() {
            Some(value) => filter(value).into_result(),
            None => unreachable!("`takes` is looked at first"),
        };
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed) + 1,
            takes: TypeId::of::<T>(),
            type_name: type_name::<T>(),
            run: Arc::new(run),
        }
    }
}

/// What a filter returns: nothing, or a `Result<(), E>` whose error ends the call.
#[diagnostic::on_unimplemented(
    message = "a filter does not return `{Self}`",
    label = "neither `()` nor `Result<(), E>`",
    note = "a filter changes what it is lent; it returns nothing, or an error that ends the call"
)]
pub trait Filtered: sealed::Sealed {
    #[doc(hidden)]
    fn into_result(self) -> Result<(), Box<dyn Error + Send + Sync>>;
}

impl Filtered for () {
    fn into_result(self) -> Result<(), Cause> {
        Ok(())
    }
}

impl<E: Into<Cause>> Filtered for Result<(), E> {
    fn into_result(self) -> Result<(), Cause> {
        self.map_err(Into::into)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for () {}
    impl<E> Sealed for Result<(), E> {}
}

/// What a function hands to filters: of its arguments, and of its result.
#[derive(Clone, Copy)]
pub(super) struct Types {
    arguments: (TypeId, &'static str),
    result: (TypeId, &'static str),
}

impl Types {
    pub(super) fn of<A: Any, R: Any>() -> Self {
        Self {
            arguments: (TypeId::of::<A>(), type_name::<A>()),
            result: (TypeId::of::<R>(), type_name::<R>()),
        }
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names =
            |stages: &[Stage]| stages.iter().map(|stage| stage.type_name).collect::<Vec<_>>();
        f.debug_struct("Pipeline")
            .field("arguments", &names(&self.arguments))
            .field("results", &names(&self.results))
            .finish()
    }
}
