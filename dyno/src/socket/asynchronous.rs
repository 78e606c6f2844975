//! Connecting without blocking, on a tokio runtime.

use std::future::Future;
use std::io;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};

use super::Socket;
use super::plan::{Plan, Step};
use crate::clock;

impl Socket<'_> {
    /// Connects without blocking the thread, on a tokio runtime with its drivers of I/O and time
    /// (`enable_all`). To drop the future is to stop.
    ///
    /// ```no_run,standalone_crate
    /// use std::io;
    /// use dyno::inject;
    /// use dyno::socket::{LAN, socket};
    /// use tokio::net::TcpStream;
    ///
    /// async fn db() -> io::Result<TcpStream> {
    ///     socket("db.internal", 5432).timeout(LAN).connect_async().await
    /// }
    ///
    /// #[inject(db = db.await)]
    /// async fn ready(db: &TcpStream) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    ///     Ok(db.writable().await?)
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn connect_async(self) -> io::Result<TcpStream> {
        let mut plan = Plan::new(self);
        loop {
            match plan.step() {
                Step::Resolve(limit) => {
                    let found = lookup_host((self.host, self.port));
                    let found = within(limit.unwrap_or(Duration::MAX), found).await;
                    plan.resolved(found.map(Iterator::collect));
                }
                Step::Connect(address, limit) => {
                    match within(limit, TcpStream::connect(address)).await {
                        Ok(stream) => return Ok(stream),
                        Err(error) => plan.failed(error),
                    }
                }
                Step::Pause(pause) => clock::sleep_async(pause).await,
                Step::GiveUp(error) => return Err(error),
            }
        }
    }
}

/// By the runtime's time: a frozen clock would pass before the network has answered.
async fn within<T>(limit: Duration, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    match tokio::time::timeout(limit, work).await {
        Ok(done) => done,
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}
