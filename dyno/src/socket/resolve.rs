//! The addresses of a host, by the system's resolver.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// All of them; at most for `limit`.
pub(super) fn within(
    host: &str,
    port: u16,
    limit: Option<Duration>,
) -> io::Result<Vec<SocketAddr>> {
    let Some(limit) = limit else { return all(host, port) };
    // Nothing can interrupt the resolver: a thread is left to wait for it.
    let (tell, told) = mpsc::sync_channel(1);
    let owned = host.to_owned();
    let ask = move || tell.send(all(&owned, port)).unwrap_or_default();
    if thread::Builder::new().name("dyno-resolve".into()).spawn(ask).is_err() {
        return all(host, port);
    }
    match told.recv_timeout(limit) {
        Ok(found) => found,
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}

fn all(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    (host, port).to_socket_addrs().map(Iterator::collect)
}
