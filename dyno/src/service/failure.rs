//! What a service reads off an error, whatever type that has.

use std::any::type_name;
use std::error::Error;
use std::fmt;
use std::ops::Deref;

use crate::harness::{Chain, Told};
use crate::outcome::Asks;

/// An error that a service can read: one with [`Error`], a pointer to one that is not named
/// (`Box<dyn Error + Send + Sync>`, `anyhow::Error`), or text.
///
/// Of an error of another type, [`judge`](super::Service::judge) says what is to be read.
///
/// It is read after a failure only: whether dyno itself had turned the call away or had not waited
/// any longer, which a service does not try again unless it is told to; and its words, for the
/// breaker that it opens. `By` is found by the compiler.
#[diagnostic::on_unimplemented(
    message = "a service cannot read the error `{Self}`",
    label = "neither an `Error`, nor a `Box<dyn Error>`, nor text",
    note = "implement `std::error::Error` for it, or say with `judge` what an outcome stands for"
)]
pub trait Failure<By> {
    /// What it asks of a retry.
    #[doc(hidden)]
    fn asks(&self) -> Asks;
    /// Its words.
    #[doc(hidden)]
    fn tell(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
    /// What a harness is told of it.
    #[doc(hidden)]
    fn told(&self, report: &mut dyn FnMut(&Told<'_>));
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

impl<E: Error + 'static> Failure<ByError> for E {
    fn asks(&self) -> Asks {
        Asks::of_error(self)
    }
    fn told(&self, report: &mut dyn FnMut(&Told<'_>)) {
        told(type_name::<E>(), self, report);
    }
    fn tell(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<P: Deref<Target = dyn Error + Send + Sync>> Failure<ByThread> for P {
    fn asks(&self) -> Asks {
        Asks::of_error(&**self)
    }
    fn told(&self, report: &mut dyn FnMut(&Told<'_>)) {
        told(type_name::<P>(), &**self, report);
    }
    fn tell(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl<P: Deref<Target = dyn Error>> Failure<ByLocal> for P {
    fn asks(&self) -> Asks {
        Asks::of_error(&**self)
    }
    fn told(&self, report: &mut dyn FnMut(&Told<'_>)) {
        told(type_name::<P>(), &**self, report);
    }
    fn tell(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl<P: Deref<Target = str>> Failure<ByText> for P {
    fn asks(&self) -> Asks {
        Asks::Nothing
    }
    fn told(&self, report: &mut dyn FnMut(&Told<'_>)) {
        report(&Told::new(type_name::<P>(), &|f| f.write_str(self)));
    }
    fn tell(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

fn told(type_name: &'static str, error: &(dyn Error + 'static), report: &mut dyn FnMut(&Told<'_>)) {
    let write = |f: &mut fmt::Formatter<'_>| fmt::Display::fmt(error, f);
    report(&Told::new(type_name, &write).debug(Some(&error)).chain(Chain::of(error)));
}
