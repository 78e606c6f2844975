//! The server behind it.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use futures_util::stream;
use tokio::net::TcpSocket;
use tokio::sync::oneshot;

use super::counts::{Log, Seen};
use super::reply::{Answer, End, What};
use super::wire::{Door, Wire};
use super::{Reply, Shared};

const BACKLOG: u32 = 1024;

/// A server, on its thread.
pub(super) struct Running {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Running {
    pub(super) fn start(address: SocketAddr, shared: Arc<Shared>) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (tell, ready) = mpsc::channel();
        let thread = std::thread::Builder::new().name("loopback".into()).spawn(move || {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = bound(address).and_then(|socket| socket.listen(BACKLOG));
                let door = listener.map(|listener| Door { listener, log: Arc::clone(&shared.log) });
                let door = match door {
                    Ok(door) => door,
                    Err(error) => return tell.send(Err(error)).unwrap_or_default(),
                };
                tell.send(Ok(())).unwrap_or_default();
                let router = Router::new().fallback(answer).with_state(shared);
                let service = router.into_make_service_with_connect_info::<Wire>();
                tokio::select! {
                    _ = stopped => {}
                    _ = axum::serve(door, service).into_future() => {}
                }
            });
            // With the runtime go all its connections.
        });
        let thread = thread.expect("a thread");
        ready.recv().expect("it tells").expect("the port is held for it");
        Self { stop, thread }
    }

    pub(super) fn stop(self) {
        self.stop.send(()).unwrap_or_default();
        self.thread.join().unwrap_or_default();
    }
}

/// A socket at `address`, beside others that do not listen.
pub(super) fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else { return pending().await };
    let seen = Seen { method: head.method, uri: head.uri, headers: head.headers, body };
    let mut reply = shared.scripts.next(seen.uri.path());
    shared.log.came(seen.clone());
    let flight = Flight { log: Arc::clone(&shared.log), ended: false };
    loop {
        let Reply { after, gate, what } = reply;
        if let Some(gate) = gate {
            gate.pass().await;
        }
        pause(after).await;
        match what {
            What::By(make) => reply = make(&seen),
            What::Answer(answer) => return respond(answer, wire, flight),
            What::Ends(end) => {
                wire.end(end);
                // Whoever serves the connection lets the request go, too.
                return pending().await;
            }
        }
    }
}

fn respond(answer: Answer, wire: Wire, mut flight: Flight) -> Response {
    let Answer { status, headers, mut parts, pause, end } = answer;
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    let body = if end.is_none() && parts.len() < 2 {
        flight.end();
        parts.pop().map_or_else(Body::empty, Body::from)
    } else {
        Body::from_stream(streamed(Parts {
            left: parts.into(),
            first: true,
            pause,
            end,
            wire,
            flight,
        }))
    };
    response.body(body).expect("a response as told")
}

struct Parts {
    left: VecDeque<Bytes>,
    first: bool,
    pause: Duration,
    end: Option<End>,
    wire: Wire,
    flight: Flight,
}

fn streamed(parts: Parts) -> impl futures_util::Stream<Item = Result<Bytes, Infallible>> {
    stream::unfold(parts, |mut parts| async move {
        if !std::mem::take(&mut parts.first) {
            pause(parts.pause).await;
        }
        match (parts.left.pop_front(), parts.end) {
            (Some(part), _) => Some((Ok(part), parts)),
            (None, None) => {
                parts.flight.end();
                None
            }
            (None, Some(end)) => {
                // What was said before is on the wire by then.
                tokio::task::yield_now().await;
                parts.wire.end(end);
                pending().await
            }
        }
    })
}

async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

/// A request whose answer is not ended.
struct Flight {
    log: Arc<Log>,
    ended: bool,
}

impl Flight {
    fn end(&mut self) {
        self.ended = true;
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.log.change(|counts| {
            counts.in_flight -= 1;
            counts.abandoned += usize::from(!self.ended);
        });
    }
}
