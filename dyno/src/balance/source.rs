//! Where the targets come from.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use super::target::{IntoTarget, Target};
use crate::point::Name;

/// Somebody who names a target for each pick: any `Fn() -> Result<impl IntoTarget, impl Display>`.
pub trait Ask: Send + Sync {
    /// The next one.
    ///
    /// # Errors
    /// Why there is none.
    fn ask(&self) -> Result<Target, Name>;
}

impl<F, T, E> Ask for F
where
    F: Fn() -> Result<T, E> + Send + Sync,
    T: IntoTarget,
    E: fmt::Display,
{
    fn ask(&self) -> Result<Target, Name> {
        let named = self().map_err(|error| Name::from(error.to_string()))?;
        named.into_target().map_err(|error| Name::from(error.to_string()))
    }
}

/// Who finds the addresses of a host: `(host, port)`.
pub type Resolver = fn(&str, u16) -> io::Result<Vec<SocketAddr>>;

pub(super) enum Source {
    /// These, and what is changed by hand.
    List(&'static [&'static str]),
    Static(&'static dyn Ask),
    Boxed(Box<dyn Ask>),
    Dns(&'static str),
}

impl Source {
    #[inline]
    pub(super) fn asks(&self) -> Option<&dyn Ask> {
        match self {
            Self::Static(ask) => Some(*ask),
            Self::Boxed(ask) => Some(&**ask),
            Self::List(_) | Self::Dns(_) => None,
        }
    }
}
