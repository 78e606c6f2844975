//! What is found out about a failure, whatever its type is.
//!
//! As with [`Tell`](crate::tell::Tell): of several traits with a method of the same name the first
//! one that applies is taken, as it needs the fewest references more.

use std::any::type_name;
use std::error::Error;
use std::fmt;
use std::io;

use crate::fault::{self, Fault};

type Write<'a> = dyn Fn(&mut fmt::Formatter<'_>) -> fmt::Result + 'a;

/// A failure, with what is known of it.
pub struct Told<'a> {
    pub(super) type_name: &'static str,
    pub(super) error: &'a Write<'a>,
    pub(super) debug: Option<&'a dyn fmt::Debug>,
    pub(super) chain: Chain<'a>,
    pub(super) fault: Option<&'a Fault>,
}

impl<'a> Told<'a> {
    /// A failure of the type called so, with its words.
    pub fn new(type_name: &'static str, error: &'a Write<'a>) -> Self {
        Self { type_name, error, debug: None, chain: Chain::default(), fault: None }
    }

    /// How a programmer sees it.
    #[must_use]
    pub fn debug(mut self, debug: Option<&'a dyn fmt::Debug>) -> Self {
        self.debug = debug;
        self
    }

    /// What it is due to.
    #[must_use]
    pub fn chain(mut self, chain: Chain<'a>) -> Self {
        self.chain = chain;
        self
    }

    /// dyno's own word, if it is one.
    #[must_use]
    pub fn fault(mut self, fault: Option<&'a Fault>) -> Self {
        self.fault = fault;
        self
    }
}

impl fmt::Debug for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Told({})", self.type_name)
    }
}

/// The name of the type.
#[must_use]
pub fn name_of<E: ?Sized>(_: &E) -> &'static str {
    type_name::<E>()
}

/// An error, as far as its type allows to look at it, and what it is due to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chain<'a> {
    /// The error itself, where it may be of any type.
    pub(super) itself: Option<&'a (dyn Error + 'static)>,
    /// The first of its sources.
    pub(super) source: Option<&'a (dyn Error + 'static)>,
}

#[cfg(feature = "service")]
impl<'a> Chain<'a> {
    /// That of an error of any type.
    pub(crate) fn of(error: &'a (dyn Error + 'static)) -> Self {
        Self { itself: Some(error), source: error.source() }
    }
}

/// A failure that may have sources.
pub struct Chained<'a, E: ?Sized>(pub &'a E);

impl<E: ?Sized> fmt::Debug for Chained<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chained")
    }
}

/// An error.
pub trait ChainsError<'a> {
    /// Its sources.
    fn chain(&self) -> Chain<'a>;
}

impl<'a, E: Error + ?Sized> ChainsError<'a> for &&&Chained<'a, E> {
    fn chain(&self) -> Chain<'a> {
        Chain { itself: None, source: self.0.source() }
    }
}

/// An error of any type, such as a `Box<dyn Error + Send + Sync>`.
pub trait ChainsThread<'a> {
    /// Its sources.
    fn chain(&self) -> Chain<'a>;
}

impl<'a, E: AsRef<dyn Error + Send + Sync>> ChainsThread<'a> for &&Chained<'a, E> {
    fn chain(&self) -> Chain<'a> {
        let error: &'a (dyn Error + Send + Sync + 'static) = self.0.as_ref();
        Chain { itself: Some(error), source: error.source() }
    }
}

/// One that stays on its thread, such as a `Box<dyn Error>`.
pub trait ChainsLocal<'a> {
    /// Its sources.
    fn chain(&self) -> Chain<'a>;
}

impl<'a, E: AsRef<dyn Error>> ChainsLocal<'a> for &Chained<'a, E> {
    fn chain(&self) -> Chain<'a> {
        let error: &'a (dyn Error + 'static) = self.0.as_ref();
        Chain { itself: Some(error), source: error.source() }
    }
}

/// A failure of which nothing is known.
pub trait ChainsNothing {
    /// None.
    fn chain(&self) -> Chain<'static>;
}

impl<E: ?Sized> ChainsNothing for Chained<'_, E> {
    fn chain(&self) -> Chain<'static> {
        Chain::default()
    }
}

/// A failure that may be dyno's own word.
pub struct Faulted<'a, E: ?Sized>(pub &'a E);

impl<E: ?Sized> fmt::Debug for Faulted<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faulted")
    }
}

/// A type that may hold it.
pub trait FaultsSelf<'a> {
    /// It.
    fn fault(&self) -> Option<&'a Fault>;
}

impl<'a> FaultsSelf<'a> for &Faulted<'a, Fault> {
    fn fault(&self) -> Option<&'a Fault> {
        Some(self.0)
    }
}

impl<'a, E> FaultsSelf<'a> for &Faulted<'a, fault::Error<E>> {
    fn fault(&self) -> Option<&'a Fault> {
        self.0.fault()
    }
}

impl<'a> FaultsSelf<'a> for &Faulted<'a, io::Error> {
    fn fault(&self) -> Option<&'a Fault> {
        self.0.get_ref().and_then(|held| held.downcast_ref())
    }
}

/// Any other type.
pub trait FaultsNothing {
    /// None.
    fn fault(&self) -> Option<&'static Fault>;
}

impl<E: ?Sized> FaultsNothing for Faulted<'_, E> {
    fn fault(&self) -> Option<&'static Fault> {
        None
    }
}

/// A failure that a programmer may see.
pub struct Debugged<'a, E>(pub &'a E);

impl<E> fmt::Debug for Debugged<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Debugged")
    }
}

/// It has `Debug`.
pub trait DebugsSelf<'a> {
    /// It, so that it may be written.
    fn debug(&self) -> Option<&'a dyn fmt::Debug>;
}

impl<'a, E: fmt::Debug> DebugsSelf<'a> for &Debugged<'a, E> {
    fn debug(&self) -> Option<&'a dyn fmt::Debug> {
        Some(self.0)
    }
}

/// It has none.
pub trait DebugsNothing {
    /// Nothing.
    fn debug(&self) -> Option<&'static dyn fmt::Debug>;
}

impl<E> DebugsNothing for Debugged<'_, E> {
    fn debug(&self) -> Option<&'static dyn fmt::Debug> {
        None
    }
}

/// `told!(failure)`, of an `&E`: a [`Told`] that borrows what it needs to the end of the statement.
#[doc(hidden)]
#[macro_export]
macro_rules! __dyno_told {
    ($failure:ident) => {
        $crate::__private::Told::new(
            $crate::__private::name_of($failure),
            &|f: &mut ::core::fmt::Formatter<'_>| {
                #[allow(unused_imports)]
                use $crate::__private::{TellDebug as _, TellDisplay as _, TellName as _};
                (&&&$crate::__private::Tell($failure)).tell(f)
            },
        )
        .debug({
            #[allow(unused_imports)]
            use $crate::__private::{DebugsNothing as _, DebugsSelf as _};
            (&&$crate::__private::Debugged($failure)).debug()
        })
        .chain({
            #[allow(unused_imports)]
            use $crate::__private::{
                ChainsError as _, ChainsLocal as _, ChainsNothing as _, ChainsThread as _,
            };
            (&&&&$crate::__private::Chained($failure)).chain()
        })
        .fault({
            #[allow(unused_imports)]
            use $crate::__private::{FaultsNothing as _, FaultsSelf as _};
            (&&$crate::__private::Faulted($failure)).fault()
        })
    };
}

/// `failed!(harness, failure, fields, sink)`, of an `Option<&E>`: reports it, if there is one.
#[doc(hidden)]
#[macro_export]
macro_rules! __dyno_failed {
    ($harness:expr, $failure:expr, $fields:expr, $sink:expr $(,)?) => {
        if let $crate::__private::Some(failure) = $failure {
            $crate::__private::Harness::failed(
                $harness,
                &$crate::__private::told!(failure),
                $fields,
                $sink,
            );
        }
    };
}

/// `looked!(harness, &out, fields, sink)`, of a value that may or may not stand for a failure.
#[doc(hidden)]
#[macro_export]
macro_rules! __dyno_looked {
    ($harness:expr, $out:expr, $fields:expr, $sink:expr $(,)?) => {{
        #[allow(unused_imports)]
        use $crate::__private::{LookFailing as _, LookPlain as _};
        let failure = (&$crate::__private::Look($out)).failure();
        $crate::__private::failed!($harness, failure, $fields, $sink);
    }};
}
