//! Why there is no connection.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;

/// What became of one address.
#[derive(Debug)]
#[non_exhaustive]
pub struct Tried {
    /// The address.
    pub address: SocketAddr,
    /// How often it was tried.
    pub times: u32,
    /// How the last try failed.
    pub error: io::Error,
}

/// No address of a host gave a connection: inside the [`io::Error`] of
/// [`connect`](super::Socket::connect), by [`get_ref`](io::Error::get_ref) and `downcast_ref`.
#[derive(Debug)]
pub struct NotConnected {
    /// `host:port`.
    pub(super) to: String,
    /// In the order of the resolver.
    pub(super) tried: Vec<Tried>,
    pub(super) unknown: Option<Unknown>,
    /// The deadline came before the rest was tried.
    pub(super) late: bool,
}

/// The host could not be looked up.
#[derive(Debug)]
pub(super) struct Unknown {
    pub(super) times: u32,
    pub(super) error: io::Error,
}

impl NotConnected {
    /// The addresses that were tried, in the order of the resolver: none where the host could not
    /// be looked up.
    #[must_use]
    pub fn tried(&self) -> &[Tried] {
        &self.tried
    }
}

impl fmt::Display for NotConnected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot connect to {}", self.to)?;
        let mut between = ": ";
        for Tried { address, times, error } in &self.tried {
            write!(f, "{between}{address}: {error}{}", Times(*times))?;
            between = "; ";
        }
        if let Some(Unknown { times, error }) = &self.unknown {
            write!(f, "{between}its addresses cannot be found: {error}{}", Times(*times))?;
        }
        if self.late {
            f.write_str("; the deadline would pass before another try")?;
        }
        Ok(())
    }
}

impl Error for NotConnected {}

struct Times(u32);

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 > 1 { write!(f, ", {} times", self.0) } else { Ok(()) }
    }
}
