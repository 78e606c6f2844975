//! A connection by TCP as a dependency.
//!
//! [`socket`] names a host and a port; connecting looks up all addresses of the host, tries one
//! after another, each for a limited time, and then the whole list again. It waits no longer than
//! the [`Deadline`](crate::Deadline) in force allows.
//!
//! ```no_run,standalone_crate
//! use std::io::{self, Write};
//! use std::net::TcpStream;
//! use dyno::inject;
//! use dyno::socket::{DC, socket};
//!
//! fn db() -> io::Result<TcpStream> {
//!     socket("db.internal", 5432).timeout(DC).retries(2).connect()
//! }
//!
//! #[inject(db = db)] // connected once, for all calls
//! fn ping(mut db: &TcpStream) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//!     Ok(db.write_all(b"ping\n")?)
//! }
//! # ping().unwrap();
//! ```

#[cfg(feature = "tokio")]
mod asynchronous;
mod error;
mod plan;
mod resolve;

use std::fmt;
use std::io;
use std::net::TcpStream;
use std::time::Duration;

pub use error::{NotConnected, Tried};
use plan::{Plan, Step};

use crate::clock;

/// How long to try one address of this machine: 50 ms.
pub const LOCALHOST: Duration = Duration::from_millis(50);
/// How long to try one address in the local network: 50 ms.
pub const LAN: Duration = Duration::from_millis(50);
/// How long to try one address in the same data centre: 200 ms.
pub const DC: Duration = Duration::from_millis(200);
/// How long to try one address anywhere: 3 s.
pub const INTERNET: Duration = Duration::from_secs(3);

/// A port of a host, to [connect](Socket::connect) to: each address is tried for 50 ms, once.
///
/// `host` is a name or an address.
#[inline]
pub const fn socket(host: &str, port: u16) -> Socket<'_> {
    Socket { host, port, timeout: LOCALHOST, retries: 1, pause: Duration::ZERO }
}

/// A port of a host, and how to connect to it; made by [`socket()`].
///
/// ```
/// use std::time::Duration;
/// use dyno::socket::{DC, Socket, socket};
///
/// const DB: Socket =
///     socket("db.internal", 5432).timeout(DC).retries(3).pause(Duration::from_millis(100));
/// assert_eq!(DB.to_string(), "db.internal:5432");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a socket is connected by `connect` or `connect_async`"]
pub struct Socket<'a> {
    host: &'a str,
    port: u16,
    timeout: Duration,
    retries: u32,
    pause: Duration,
}

impl Socket<'_> {
    /// How long one address is tried: [`LOCALHOST`] unless said.
    ///
    /// It is real time also under a frozen [clock]: no test can let the network's time pass.
    ///
    /// # Panics
    /// When it is zero; in a constant, at compile time.
    #[inline]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        assert!(
            !timeout.is_zero(),
            "socket: `timeout` must be above zero: no connection is made in no time"
        );
        self.timeout = timeout;
        self
    }

    /// How often the whole list of addresses is tried in all: 1 unless said.
    ///
    /// # Panics
    /// When it is 0; in a constant, at compile time.
    #[inline]
    pub const fn retries(mut self, retries: u32) -> Self {
        assert!(
            retries != 0,
            "socket: `retries` must be at least 1: it counts the first try of the list, too"
        );
        self.retries = retries;
        self
    }

    /// How long to wait before the list is tried again: not at all unless said.
    #[inline]
    pub const fn pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// Connects, blocking the thread.
    ///
    /// # Errors
    /// Of the kind of the last error, with a [`NotConnected`] inside, which names the host, the port
    /// and every address that was tried. When the deadline in force here has passed before anything
    /// was tried, the [`Fault`](crate::Fault) that says so.
    pub fn connect(self) -> io::Result<TcpStream> {
        let mut plan = Plan::new(self);
        loop {
            match plan.step() {
                Step::Resolve(limit) => {
                    plan.resolved(resolve::within(self.host, self.port, limit));
                }
                Step::Connect(address, limit) => {
                    match TcpStream::connect_timeout(&address, limit) {
                        Ok(stream) => return Ok(stream),
                        Err(error) => plan.failed(error),
                    }
                }
                Step::Pause(pause) => clock::sleep(pause),
                Step::GiveUp(error) => return Err(error),
            }
        }
    }
}

/// `host:port`.
impl fmt::Display for Socket<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, .. } = self;
        // An address of the sixth version has colons of its own.
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}
