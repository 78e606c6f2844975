//! `socket`: connections to listeners of this machine.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use dyno::socket::{DC, INTERNET, LAN, LOCALHOST, NotConnected, Socket, Tried, socket};
use dyno::{Deadline, Fault, Reason, clock, inject};

const MS: Duration = Duration::from_millis(1);

/// A listener at a free port.
fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    (listener, port)
}

/// A port at which nobody listens, and nobody can while the stream lives: it is its own end.
struct Deaf {
    port: u16,
    _ends: [TcpStream; 2],
}

impl Deaf {
    fn new() -> Self {
        let (listener, port) = listener();
        let near = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
        // Closed at the far end, it would lose its port.
        let (far, _) = listener.accept().expect("there is one");
        let port = near.local_addr().expect("it is bound").port();
        Self { port, _ends: [near, far] }
    }
}

/// With room for more than a machine's load: nothing here is to time out.
fn patient(host: &str, port: u16) -> Socket<'_> {
    socket(host, port).timeout(20 * INTERNET)
}

fn inside(error: &io::Error) -> &NotConnected {
    error.get_ref().and_then(|inside| inside.downcast_ref()).expect("it tells what was tried")
}

fn block_on<R>(future: impl Future<Output = R>) -> R {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().expect("a runtime").block_on(future)
}

/// Says `hello` at the other end of `stream`.
fn greeted(listener: &TcpListener, mut stream: &TcpStream) -> String {
    let (mut other, _) = listener.accept().expect("there is one");
    other.write_all(b"hello").expect("it is open");
    drop(other);
    let mut said = String::new();
    stream.read_to_string(&mut said).expect("it was said");
    said
}

#[test]
fn the_presets_are_those_of_old() {
    assert_eq!([LOCALHOST, LAN, DC, INTERNET], [50 * MS, 50 * MS, 200 * MS, 3000 * MS]);
    assert_eq!(
        socket("db", 1),
        socket("db", 1).timeout(LOCALHOST).retries(1).pause(Duration::ZERO)
    );
}

#[test]
fn a_listener_is_connected_to() {
    let (listener, port) = listener();
    let stream = patient("127.0.0.1", port).connect().expect("it listens");
    assert_eq!(greeted(&listener, &stream), "hello");
    let stream = block_on(async {
        patient("127.0.0.1", port).connect_async().await.expect("it listens").into_std()
    });
    let stream = stream.expect("it leaves the runtime");
    stream.set_nonblocking(false).expect("it may block");
    assert_eq!(greeted(&listener, &stream), "hello");
}

/// Every address refusing: each is tried as often as said, and the error names all.
fn refused(error: &io::Error, port: u16) {
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    let [Tried { address, times: 3, error: last, .. }] = inside(error).tried() else {
        panic!("one address, three times: {error:?}");
    };
    assert_eq!(*address, SocketAddr::from(([127, 0, 0, 1], port)));
    assert_eq!(
        error.to_string(),
        format!("cannot connect to 127.0.0.1:{port}: 127.0.0.1:{port}: {last}, 3 times")
    );
}

#[test]
fn who_refuses_is_tried_as_often_as_said() {
    let deaf = Deaf::new();
    let port = deaf.port;
    let to = patient("127.0.0.1", port).retries(3);
    refused(&to.connect().expect_err("nobody listens"), port);
    refused(&block_on(to.connect_async()).expect_err("nobody listens"), port);
}

#[test]
fn another_address_of_the_same_name_will_do() {
    // Whether it has one address here, or first one of the sixth version, at which nobody listens.
    let (listener, port) = listener();
    let stream = patient("localhost", port).connect().expect("it listens at one of them");
    assert_eq!(greeted(&listener, &stream), "hello");
    let stream = block_on(patient("localhost", port).connect_async());
    assert_eq!(stream.expect("it listens").peer_addr().expect("connected").port(), port);
    drop(listener);
    let deaf = Deaf::new();
    let port = deaf.port;
    let error = patient("localhost", port).retries(2).connect().expect_err("nobody listens");
    let told = error.to_string();
    assert!(told.starts_with(&format!("cannot connect to localhost:{port}: ")), "{told}");
    for Tried { address, times, .. } in inside(&error).tried() {
        assert_eq!((*times, told.contains(&address.to_string())), (2, true), "{told}");
    }
}

#[test]
fn a_name_of_nobody_is_told() {
    // Too long for the protocol: no resolver asks anybody.
    let name = "a".repeat(300);
    for error in [
        socket(&name, 1).connect().expect_err("no such name"),
        block_on(patient(&name, 1).connect_async()).expect_err("no such name"),
        Deadline::within(20 * INTERNET, || socket(&name, 1).connect()).expect_err("no such name"),
    ] {
        assert!(inside(&error).tried().is_empty());
        let told = format!("cannot connect to {name}:1: its addresses cannot be found: ");
        assert!(error.to_string().starts_with(&told), "{error}");
    }
}

/// Linux leaves those unanswered for whom there is no room in the listener's queue.
#[cfg(target_os = "linux")]
#[test]
fn who_does_not_answer_is_given_up_in_time() {
    let silent = block_on(async {
        let socket = tokio::net::TcpSocket::new_v4()?;
        socket.bind(([127, 0, 0, 1], 0).into())?;
        socket.listen(1)?.into_std()
    });
    let silent = silent.expect("a free port");
    let port = silent.local_addr().expect("it is bound").port();
    ends(move || {
        let to = socket("127.0.0.1", port).timeout(20 * MS);
        let mut queued = Vec::new();
        let error = loop {
            match to.connect() {
                Ok(stream) => queued.push(stream),
                Err(error) => break error,
            }
            assert!(queued.len() < 100, "the queue has no end");
        };
        for error in [error, block_on(to.connect_async()).expect_err("no room")] {
            assert_eq!(error.kind(), io::ErrorKind::TimedOut, "{error}");
            assert_eq!(inside(&error).tried()[0].times, 1);
        }
        // The deadline is the sooner one.
        let to = patient("127.0.0.1", port).retries(9);
        for error in [
            Deadline::within(20 * MS, || to.connect()).expect_err("no room"),
            block_on(Deadline::within_async(20 * MS, to.connect_async())).expect_err("no room"),
        ] {
            assert_eq!(
                (error.kind(), inside(&error).tried()[0].times),
                (io::ErrorKind::TimedOut, 1)
            );
        }
    });
    drop(silent);
}

/// Runs `f`, which else might wait for minutes.
#[cfg(target_os = "linux")]
fn ends(f: impl FnOnce() + Send + 'static) {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f));
        tell.send(ended).unwrap_or_default();
    });
    let ended = told.recv_timeout(10 * INTERNET).expect("it waits for what never comes");
    ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

#[test]
fn it_may_be_awaited_on_any_thread() {
    fn sent<T: Send + 'static>(_: T) {}
    sent(socket("localhost", 1).connect_async());
}

#[test]
fn the_pause_between_two_tries_is_kept_by_dynos_clock() {
    let deaf = Deaf::new();
    let port = deaf.port;
    let to = patient("127.0.0.1", port).retries(3).pause(60_000 * MS);
    let _frozen = clock::freeze();
    let begun = clock::now();
    to.connect().expect_err("nobody listens");
    assert_eq!(begun.elapsed(), 120_000 * MS);
    block_on(to.connect_async()).expect_err("nobody listens");
    assert_eq!(begun.elapsed(), 240_000 * MS);
}

#[test]
fn no_pause_is_longer_than_the_deadline() {
    let deaf = Deaf::new();
    let port = deaf.port;
    let to = patient("127.0.0.1", port).retries(9).pause(60_000 * MS);
    let _frozen = clock::freeze();
    let begun = clock::now();
    for error in [
        Deadline::within(100_000 * MS, || to.connect()).expect_err("nobody listens"),
        block_on(Deadline::within_async(100_000 * MS, to.connect_async())).expect_err("nobody"),
    ] {
        assert_eq!(
            (error.kind(), inside(&error).tried()[0].times),
            (io::ErrorKind::ConnectionRefused, 2)
        );
        assert!(error.to_string().ends_with("; the deadline would pass before another try"));
    }
    assert_eq!(begun.elapsed(), 120_000 * MS);
}

#[test]
fn a_spent_deadline_stops_it_before_it_begins() {
    let (_listener, port) = listener();
    let frozen = clock::freeze();
    let to = patient("127.0.0.1", port);
    let deadline = Deadline::after(MS);
    frozen.advance(MS);
    for error in [
        deadline.run(|| to.connect()).expect_err("spent"),
        block_on(deadline.run_async(to.connect_async())).expect_err("spent"),
    ] {
        let fault = error.get_ref().and_then(|inside| inside.downcast_ref());
        assert_eq!(fault.and_then(Fault::reason), Some(Reason::DeadlineSpent), "{error}");
    }
}

#[test]
fn it_is_a_provider() {
    static PORT: AtomicU16 = AtomicU16::new(0);
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    fn db() -> io::Result<TcpStream> {
        ASKED.fetch_add(1, SeqCst);
        patient("127.0.0.1", PORT.load(SeqCst)).connect()
    }
    #[inject(db = db)]
    fn peer(db: &TcpStream) -> Result<u16, Fault> {
        Ok(db.peer_addr().map_or(0, |address| address.port()))
    }
    #[inject(db = db, fallback = None)]
    fn perhaps(db: Option<&TcpStream>) -> bool {
        db.is_some()
    }

    let _frozen = clock::freeze();
    let Deaf { port: deaf, _ends } = Deaf::new();
    PORT.store(deaf, SeqCst);
    let told = peer().expect_err("nobody listens").to_string();
    assert!(told.contains(&format!("cannot connect to 127.0.0.1:{deaf}: ")), "{told}");
    assert!(!perhaps());

    let (_listener, port) = listener();
    PORT.store(port, SeqCst);
    clock::sleep(60_000 * MS);
    let before = ASKED.load(SeqCst);
    assert_eq!((peer(), peer(), perhaps()), (Ok(port), Ok(port), true));
    assert_eq!(ASKED.load(SeqCst), before + 1);
}

#[test]
fn it_is_an_async_provider() {
    static PORT: AtomicU16 = AtomicU16::new(0);
    async fn db() -> io::Result<tokio::net::TcpStream> {
        patient("127.0.0.1", PORT.load(SeqCst)).connect_async().await
    }
    #[inject(db = db.await)]
    async fn peer(db: &tokio::net::TcpStream) -> Result<u16, Fault> {
        Ok(db.peer_addr().map_or(0, |address| address.port()))
    }
    let (_listener, port) = listener();
    PORT.store(port, SeqCst);
    assert_eq!(block_on(async { (peer().await, peer().await) }), (Ok(port), Ok(port)));
}

#[test]
fn contradictions_are_told() {
    let told = |f: fn()| {
        let panic = std::panic::catch_unwind(f).expect_err("it panics");
        panic.downcast_ref::<&str>().map(ToString::to_string)
    };
    let zero = told(|| drop(socket("db", 1).timeout(Duration::ZERO).connect()));
    assert_eq!(
        zero.as_deref(),
        Some("socket: `timeout` must be above zero: no connection is made in no time")
    );
    let none = told(|| drop(socket("db", 1).retries(0).connect()));
    assert_eq!(
        none.as_deref(),
        Some("socket: `retries` must be at least 1: it counts the first try of the list, too")
    );
}
