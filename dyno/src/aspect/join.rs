//! Setting the filters of a join point.

use std::any::Any;
use std::fmt;

use super::joined;
use super::pipeline::{Filtered, Pipeline};
use crate::fault::AspectError;
use crate::point::Name;
use crate::registry::Registry;

/// The join point `name`, in the registry that is in force here.
///
/// Nothing need have that name yet: what is set now holds for a function that is first called later.
///
/// ```
/// use dyno::aspect;
///
/// let bulk = aspect::join("till::price").arguments(|quantity: &mut u32| {
///     if *quantity > 1000 { Err("ask for an offer") } else { Ok(()) }
/// })?;
///
/// #[aspect("till::price")]
/// fn price(quantity: u32) -> Result<u32, dyno::Fault> {
///     Ok(quantity * 3)
/// }
///
/// assert_eq!(price(2)?, 6);
/// let told = price(2000).unwrap_err().to_string();
/// assert_eq!(told, "till::price: argument filter 1 failed: ask for an offer");
/// bulk.remove()?;
/// assert_eq!(price(2000)?, 6000);
/// # Ok::<(), dyno::Fault>(())
/// ```
#[must_use]
pub fn join(name: impl Into<Name>) -> Join {
    Join { name: name.into(), registry: Registry::current() }
}

/// A join point by name, as one registry has it.
///
/// A call runs through the pipeline of the registry in force where it is made; a registry without
/// one falls through to its parent, and to the global one at last. One with a pipeline of its own,
/// be it empty, does not. Changes hold from the next call on.
#[derive(Clone)]
pub struct Join {
    name: Name,
    registry: Registry,
}

impl Join {
    /// The same, as `registry` has it: that of a tenant.
    #[must_use]
    pub fn within(mut self, registry: &Registry) -> Self {
        self.registry = registry.clone();
        self
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// Adds a filter of the arguments, behind those that are there.
    ///
    /// It is lent the arguments of the function, owned: a tuple of them, or the argument itself
    /// where there is one. Of a borrowed argument `&T` it sees the owned form, `String` of `&str`.
    /// An error it returns ends the call: the caller gets a [`Fault`](crate::Fault), and the body
    /// does not run. A panic of a filter goes to the caller.
    ///
    /// # Errors
    /// A function that has been called takes something else; the registry is sealed. What only a
    /// later call can show is an error of that call.
    pub fn arguments<A: Any, O: Filtered>(
        &self,
        filter: impl Fn(&mut A) -> O + Send + Sync + 'static,
    ) -> Result<Filter, AspectError> {
        self.add(&Pipeline::new().arguments(filter))
    }

    /// Adds a filter of the result, behind those that are there.
    ///
    /// It is lent what the function returned, failure or not. It does not hear of calls that a
    /// filter of the arguments has ended. An error it returns is what the caller gets.
    ///
    /// # Errors
    /// As [`arguments`](Self::arguments).
    pub fn result<R: Any, O: Filtered>(
        &self,
        filter: impl Fn(&mut R) -> O + Send + Sync + 'static,
    ) -> Result<Filter, AspectError> {
        self.add(&Pipeline::new().result(filter))
    }

    /// Puts `pipeline` in place of the registry's own, and gives back the one it replaces.
    ///
    /// # Errors
    /// As [`arguments`](Self::arguments).
    #[expect(clippy::needless_pass_by_value, reason = "it is handed over")]
    pub fn set(&self, pipeline: Pipeline) -> Result<Pipeline, AspectError> {
        self.change(|own, fits| {
            fits.check(&pipeline, (0, 0))?;
            // The one given is dropped where no lock is held, should it not fit.
            Ok((Some(pipeline.clone()), own))
        })
    }

    /// Empties the registry's own pipeline and gives back what was in it. What a parent has does
    /// not show: see [`unset`](Self::unset).
    ///
    /// # Errors
    /// The registry is sealed.
    pub fn clear(&self) -> Result<Pipeline, AspectError> {
        self.change(|own, _| Ok((Some(Pipeline::new()), own)))
    }

    /// Takes the registry's own pipeline away and gives it back. What a parent has shows again.
    ///
    /// # Errors
    /// The registry is sealed.
    pub fn unset(&self) -> Result<Pipeline, AspectError> {
        self.change(|own, _| Ok((None, own)))
    }

    /// The pipeline in force for the registry, its own or that of a parent; empty when there is none.
    #[must_use]
    pub fn pipeline(&self) -> Pipeline {
        joined::pipeline(&self.name, &self.registry).map_or_else(Pipeline::new, |it| (*it).clone())
    }

    fn add(&self, more: &Pipeline) -> Result<Filter, AspectError> {
        let id = joined::change(&self.name, &self.registry, |own, fits| {
            let mut pipeline = own.map_or_else(Pipeline::new, |own| (**own).clone());
            fits.check(more, (pipeline.argument_filters(), pipeline.result_filters()))?;
            let id = pipeline.append(more);
            Ok((Some(pipeline), id))
        })?;
        Ok(Filter { join: self.clone(), id })
    }

    fn change(
        &self,
        change: impl FnOnce(
            Pipeline,
            &joined::Fits<'_>,
        ) -> Result<(Option<Pipeline>, Pipeline), AspectError>,
    ) -> Result<Pipeline, AspectError> {
        joined::change(&self.name, &self.registry, |own, fits| {
            change(own.map_or_else(Pipeline::new, |own| (**own).clone()), fits)
        })
    }
}

impl fmt::Debug for Join {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Join({}, {:?})", self.name, self.pipeline())
    }
}

/// A filter that was added; dropping this leaves it where it is.
#[derive(Clone, Debug)]
pub struct Filter {
    join: Join,
    id: u64,
}

impl Filter {
    /// Takes the filter out of its pipeline; `false` when it is there no more.
    ///
    /// # Errors
    /// The registry is sealed.
    pub fn remove(&self) -> Result<bool, AspectError> {
        joined::change(&self.join.name, &self.join.registry, |own, _| {
            let mut pipeline = own.map(|own| (**own).clone());
            let taken = pipeline.as_mut().is_some_and(|pipeline| pipeline.take(self.id));
            Ok((pipeline, taken))
        })
    }
}
