//! A real HTTP server on this machine that does what a test tells it.
//!
//! An axum server on a port of `127.0.0.1` that the system gives, on a thread and in a runtime of its
//! own. Paths have scripts: what is told by [`on`](Loopback::on) is answered in order, and the last
//! [`Reply`] from then on; any other path is answered with 200 and `ok`. It counts connections and
//! requests, and keeps what was [`seen`](Loopback::seen). A [`Gate`] holds replies back until the test
//! lets them go, and [`until`](Loopback::until) waits for what is to be counted, so that no test needs
//! a sleep.
//!
//! ```
//! use dyno_tests::loopback::{Loopback, Reply};
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
//! # runtime.block_on(async {
//! let server = Loopback::start();
//! server.on("/price").reply(Reply::status(503).header("retry-after", "2")).reply(Reply::text("7"));
//! assert_eq!(reqwest::get(server.url("/price")).await.unwrap().status(), 503);
//! assert_eq!(reqwest::get(server.url("/price")).await.unwrap().text().await.unwrap(), "7");
//! assert_eq!(server.counts().requests, 2);
//!
//! server.stop(); // connections end, new ones are refused
//! assert!(reqwest::get(server.url("/price")).await.is_err());
//! server.restart(); // on the same port, with the same script
//! assert_eq!(reqwest::get(server.url("/price")).await.unwrap().status(), 200);
//! # });
//! ```

mod counts;
mod gate;
mod reply;
mod script;
mod serve;
mod wire;

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpSocket;

pub use counts::{Counts, Seen};
pub use gate::Gate;
pub use reply::Reply;
pub use script::Script;

use counts::Log;
use script::Scripts;
use serve::Running;

/// How long [`Loopback::until`] waits for what never comes.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server of this machine, until it is dropped.
pub struct Loopback {
    address: SocketAddr,
    shared: Arc<Shared>,
    running: Mutex<Option<Running>>,
    /// Bound and never listened at: nobody else gets the port while the server is down.
    _port: TcpSocket,
}

/// What survives a restart.
#[derive(Default)]
struct Shared {
    scripts: Scripts,
    log: Arc<Log>,
}

impl Loopback {
    /// A server on a port of its own; when this returns it listens.
    ///
    /// # Panics
    /// No port can be had.
    #[must_use]
    pub fn start() -> Self {
        let server = Self::stopped();
        server.restart();
        server
    }

    /// A port at which nobody listens yet: connections are refused until [`restart`](Self::restart).
    ///
    /// # Panics
    /// No port can be had.
    #[must_use]
    pub fn stopped() -> Self {
        let port = serve::bound(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port");
        let address = port.local_addr().expect("it is bound");
        Self { address, shared: Arc::default(), running: Mutex::new(None), _port: port }
    }

    /// Ends: connections are closed at once, whatever goes on in them, and new ones are refused.
    pub fn stop(&self) {
        if let Some(running) = self.running().take() {
            running.stop();
        }
    }

    /// Listens again, at the same port; does nothing while it runs. Scripts go on where they were, and
    /// so do all counts.
    ///
    /// # Panics
    /// The system does not let it listen.
    pub fn restart(&self) {
        let mut running = self.running();
        if running.is_none() {
            *running = Some(Running::start(self.address, Arc::clone(&self.shared)));
        }
    }

    /// What comes to `path` is answered by its script: an empty one, to begin with.
    pub fn on(&self, path: &str) -> Script<'_> {
        self.shared.scripts.begin(path);
        Script::new(&self.shared.scripts, path)
    }

    /// What comes to a path without a script is answered so.
    pub fn otherwise(&self, reply: Reply) {
        self.shared.scripts.otherwise(reply);
    }

    /// `http://127.0.0.1:PORT` and `path`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn origin(&self) -> String {
        self.url("")
    }

    /// `127.0.0.1:PORT`.
    #[must_use]
    pub fn authority(&self) -> String {
        self.address.to_string()
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What has been counted so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.shared.log.counts()
    }

    /// How many requests came to `path`, with any query.
    #[must_use]
    pub fn requests_to(&self, path: &str) -> usize {
        self.shared.log.requests_to(path)
    }

    /// The last requests, oldest first: no more than 1024 are kept.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.shared.log.seen()
    }

    /// The last request.
    ///
    /// # Panics
    /// There was none.
    #[must_use]
    pub fn last(&self) -> Seen {
        self.seen().pop().expect("a request")
    }

    /// Waits until `what` holds of the counts.
    ///
    /// # Panics
    /// It does not within half a minute.
    pub async fn until(&self, what: impl FnMut(&Counts) -> bool) -> Counts {
        let mut changes = self.shared.log.changes();
        let waited = tokio::time::timeout(PATIENCE, changes.wait_for(what));
        let Ok(counts) = waited.await.map(|counts| counts.map(|counts| *counts)) else {
            panic!("waited for what never came: {:?}", self.counts());
        };
        counts.expect("the server keeps its counts")
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for Loopback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loopback")
            .field("address", &self.address)
            .field("running", &self.running().is_some())
            .field("counts", &self.counts())
            .finish_non_exhaustive()
    }
}
