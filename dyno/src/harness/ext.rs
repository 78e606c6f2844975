//! Reports of what is in hand, without an attribute.

use std::cell::Cell;
use std::error::Error;
use std::fmt;
use std::ops::Deref;
use std::panic::Location;

use super::fields::Fields;
use super::history::History;
use super::report::Level;
use super::site::{KEPT, blank, describe, kind_of, publish};
use super::told::{Chain, Told, name_of};
use crate::__private::told;
use crate::clock;
use crate::outcome::Nothing;

/// Reports the error of a `Result`, or the `None` of an `Option`, and passes it on untouched.
///
/// Of a `Result` the error is an [`Error`], a pointer to one that is not named (`Box<dyn Error>`,
/// `anyhow::Error`), or text.
///
/// ```
/// use dyno::harness::{self, ResultExt as _};
///
/// fn ask(sku: &str) -> Result<u32, String> {
///     "no number".parse().harness("ask").map_err(|error| format!("{sku}: {error}"))
/// }
/// assert!(ask("sku-1").is_err());
/// let last = harness::of("ask").and_then(|asked| asked.last()).expect("one is kept");
/// assert_eq!(last.to_string(), "ask failed: invalid digit found in string");
/// ```
pub trait ResultExt<By>: Sized {
    /// Reports it as what happened at `point`.
    #[track_caller]
    #[must_use = "it is passed on as it was, to be handled"]
    fn harness(self, point: &'static str) -> Self {
        self.harness_with(point, |_| {})
    }

    /// The same, with what `fields` adds; it is called only if there is something to report.
    ///
    /// ```
    /// # use dyno::harness::{self, ResultExt as _};
    /// # let sku = "sku-1";
    /// let price = None::<u32>.harness_with("find", |fields| {
    ///     fields.add("sku", sku);
    /// });
    /// # assert_eq!(price, None);
    /// let last = harness::of("find").and_then(|found| found.last()).expect("one is kept");
    /// assert_eq!(last.to_string(), "find failed: there is nothing [sku=sku-1]");
    /// ```
    #[track_caller]
    #[must_use = "it is passed on as it was, to be handled"]
    fn harness_with(self, point: &'static str, fields: impl FnOnce(&mut Fields)) -> Self;
}

/// By its type.
#[derive(Debug)]
pub struct ByError;
/// By what a pointer points at, which any thread may hold.
#[derive(Debug)]
pub struct ByThread;
/// By what a pointer points at.
#[derive(Debug)]
pub struct ByLocal;
/// By its words.
#[derive(Debug)]
pub struct ByText;
/// There is none.
#[derive(Debug)]
pub struct ByNothing;

impl<T, E: Error> ResultExt<ByError> for Result<T, E> {
    #[track_caller]
    fn harness_with(self, point: &'static str, fields: impl FnOnce(&mut Fields)) -> Self {
        if let Err(error) = &self {
            report(point, &told!(error), fields);
        }
        self
    }
}

impl<T, P> ResultExt<ByThread> for Result<T, P>
where
    P: Deref<Target = dyn Error + Send + Sync>,
{
    #[track_caller]
    fn harness_with(self, point: &'static str, fields: impl FnOnce(&mut Fields)) -> Self {
        if let Err(error) = &self {
            report_boxed(point, name_of(error), &**error, fields);
        }
        self
    }
}

impl<T, P: Deref<Target = dyn Error>> ResultExt<ByLocal> for Result<T, P> {
    #[track_caller]
    fn harness_with(self, point: &'static str, fields: impl FnOnce(&mut Fields)) -> Self {
        if let Err(error) = &self {
            report_boxed(point, name_of(error), &**error, fields);
        }
        self
    }
}

impl<T, P: Deref<Target = str>> ResultExt<ByText> for Result<T, P> {
    #[track_caller]
    fn harness_with(self, point: &'static str, fields: impl FnOnce(&mut Fields)) -> Self {
        if let Err(error) = &self {
            report(point, &Told::new(name_of(error), &|f| f.write_str(error)), fields);
        }
        self
    }
}

impl<T> ResultExt<ByNothing> for Option<T> {
    #[track_caller]
    fn harness_with(self, point: &'static str, fields: impl FnOnce(&mut Fields)) -> Self {
        if self.is_none() {
            let nothing = &Nothing;
            report(point, &told!(nothing), fields);
        }
        self
    }
}

#[track_caller]
fn report_boxed(
    point: &'static str,
    type_name: &'static str,
    error: &(dyn Error + 'static),
    fields: impl FnOnce(&mut Fields),
) {
    let chain = Chain { itself: Some(error), source: error.source() };
    let write = |f: &mut fmt::Formatter<'_>| write!(f, "{error}");
    report(point, &Told::new(type_name, &write).debug(Some(&error)).chain(chain), fields);
}

#[cold]
#[track_caller]
fn report(point: &'static str, told: &Told<'_>, fields: impl FnOnce(&mut Fields)) {
    let (place, fields) = (Location::caller(), Cell::new(Some(fields)));
    let history = History::named(point, KEPT);
    let place = (place.file(), place.line());
    let mut report = blank(point, place, Level::Error, kind_of(told), clock::now());
    describe(&mut report, told);
    let fields = |to: &mut Fields| {
        if let Some(fields) = fields.take() {
            fields(to);
        }
    };
    publish(history, report, &fields, None);
}
