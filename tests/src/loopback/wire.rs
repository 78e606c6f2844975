//! A connection that can be broken from within a request.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use super::counts::Log;
use super::reply::End;

/// A listener whose connections are counted, and can be broken.
pub(super) struct Door {
    pub(super) listener: TcpListener,
    pub(super) log: Arc<Log>,
}

impl Listener for Door {
    type Io = Connection;
    type Addr = Wire;

    async fn accept(&mut self) -> (Connection, Wire) {
        let (stream, _) = Listener::accept(&mut self.listener).await;
        stream.set_nodelay(true).unwrap_or_default();
        self.log.opened();
        let wire = Wire::default();
        (Connection { stream, wire: wire.clone(), log: Arc::clone(&self.log) }, wire)
    }

    fn local_addr(&self) -> io::Result<Wire> {
        Ok(Wire::default())
    }
}

/// What a request has of its connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Wire(Arc<Mutex<Broken>>);

#[derive(Debug, Default)]
struct Broken {
    end: Option<End>,
    reader: Option<Waker>,
}

impl Wire {
    /// Breaks the connection; silence breaks nothing.
    pub(super) fn end(&self, end: End) {
        let mut broken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        broken.end = Some(end);
        let reader = broken.reader.take();
        drop(broken);
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    fn how(&self, reader: Option<&Waker>) -> Option<End> {
        let mut broken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reader) = reader {
            broken.reader = Some(reader.clone());
        }
        broken.end
    }
}

impl Connected<IncomingStream<'_, Door>> for Wire {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        stream.remote_addr().clone()
    }
}

pub(super) struct Connection {
    stream: TcpStream,
    wire: Wire,
    log: Arc<Log>,
}

impl Connection {
    /// An error when the connection is broken: whoever serves it lets it go.
    fn broken(&mut self, cx: &mut Context<'_>, reader: Option<&Waker>) -> Result<(), io::Error> {
        match self.wire.how(reader) {
            None | Some(End::Silence) => Ok(()),
            Some(End::HalfClose) => {
                // Twice does no harm.
                let _ = Pin::new(&mut self.stream).poll_shutdown(cx);
                Ok(())
            }
            Some(End::Close) => Err(io::ErrorKind::ConnectionAborted.into()),
            Some(End::Reset) => {
                self.stream.set_zero_linger()?;
                Err(io::ErrorKind::ConnectionReset.into())
            }
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let reader = cx.waker().clone();
        self.broken(cx, Some(&reader))?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.broken(cx, None)?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.broken(cx, None)?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.broken(cx, None)?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.log.change(|counts| counts.open -= 1);
    }
}
