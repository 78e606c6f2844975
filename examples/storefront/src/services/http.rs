//! A small HTTP server: `GET` with keep-alive, a thread for each connection.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Write};
use std::iter::Sum;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde::Serialize;

use super::script::{Fate, REPLICAS, Script};

/// The header that carries the number of the shop's request.
pub(super) const REQUEST: &str = "x-request";
/// Where a newcomer introduces itself.
pub(super) const GREETING: &str = "/hello";

/// Longer than anybody waits.
const FOR_EVER: Duration = Duration::from_secs(60);

/// Answers a path with JSON, or does not know it (404).
pub(super) type Handler = fn(path: &str) -> Option<String>;

/// A running service: replicas that each listen on a port of their own, and share what they know.
#[derive(Debug)]
pub struct Service([Replica; REPLICAS]);

/// One of them; it stops taking connections when dropped.
#[derive(Debug)]
struct Replica {
    addr: SocketAddr,
    desk: Arc<Desk>,
    listening: Option<JoinHandle<()>>,
}

/// What a replica saw: its own count, to hold against the callers'.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// Calls that arrived, greetings left out.
    pub calls: u64,
    /// Of these, answered.
    pub answered: u64,
    /// Of these, turned away with a 503.
    pub hiccups: u64,
    /// Of these, forgotten: never answered.
    pub forgotten: u64,
    /// Of these, cut off because the replica was down.
    pub cut_off: u64,
    /// Greetings: how many callers have ever introduced themselves.
    pub greetings: u64,
}

/// Where a replica does its work.
#[derive(Debug)]
struct Desk {
    number: usize,
    shared: Arc<Shared>,
    answered: AtomicU64,
    hiccups: AtomicU64,
    forgotten: AtomicU64,
    cut_off: AtomicU64,
    greetings: AtomicU64,
    closed: AtomicBool,
}

/// What all replicas know.
#[derive(Debug)]
struct Shared {
    handler: Handler,
    script: Script,
    attempts: Mutex<HashMap<u64, u32>>,
}

impl Service {
    /// Starts its replicas, each on a free port of the loopback interface.
    pub(super) fn start(handler: Handler, script: Script) -> io::Result<Self> {
        let shared = Arc::new(Shared { handler, script, attempts: Mutex::default() });
        let replica = |number| Replica::start(number, shared.clone());
        Ok(Self([replica(0)?, replica(1)?]))
    }

    /// Where its replicas are to be found.
    pub fn addresses(&self) -> [String; REPLICAS] {
        self.0.each_ref().map(|replica| format!("http://{}", replica.addr))
    }

    /// What each replica has seen so far.
    pub fn seen(&self) -> [Seen; REPLICAS] {
        self.0.each_ref().map(|replica| replica.desk.seen())
    }
}

impl Replica {
    fn start(number: usize, shared: Arc<Shared>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let addr = listener.local_addr()?;
        let desk = Arc::new(Desk {
            number,
            shared,
            answered: AtomicU64::new(0),
            hiccups: AtomicU64::new(0),
            forgotten: AtomicU64::new(0),
            cut_off: AtomicU64::new(0),
            greetings: AtomicU64::new(0),
            closed: AtomicBool::new(false),
        });
        let at_work = desk.clone();
        let listening = thread::spawn(move || listen(&listener, &at_work));
        Ok(Self { addr, desk, listening: Some(listening) })
    }
}

impl Sum for Seen {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, seen| Self {
            calls: sum.calls + seen.calls,
            answered: sum.answered + seen.answered,
            hiccups: sum.hiccups + seen.hiccups,
            forgotten: sum.forgotten + seen.forgotten,
            cut_off: sum.cut_off + seen.cut_off,
            greetings: sum.greetings + seen.greetings,
        })
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.desk.closed.store(true, Ordering::Relaxed);
        // `accept` has no time-out: a last caller wakes it.
        drop(TcpStream::connect(self.addr));
        if let Some(listening) = self.listening.take() {
            // It has nothing to tell; what it printed when it panicked is told already.
            drop(listening.join());
        }
    }
}

fn listen(listener: &TcpListener, desk: &Arc<Desk>) {
    for caller in listener.incoming() {
        if desk.closed.load(Ordering::Relaxed) {
            return;
        }
        let Ok(caller) = caller else { continue };
        let desk = desk.clone();
        // A caller that goes away in mid-sentence is no concern of the service.
        thread::spawn(move || drop(desk.converse(&caller)));
    }
}

impl Desk {
    /// Answers one connection until either side ends it.
    fn converse(&self, caller: &TcpStream) -> io::Result<()> {
        // Without it each answer waits some 40 ms for the acknowledgement of the one before.
        caller.set_nodelay(true)?;
        let mut from = BufReader::new(caller);
        let mut to = caller;
        while let Some(call) = Call::read(&mut from)? {
            let Some(answer) = self.answer(&call) else { return Ok(()) };
            to.write_all(answer.as_bytes())?;
        }
        Ok(())
    }

    /// The whole answer; nothing when the connection is to be cut off.
    fn answer(&self, call: &Call) -> Option<String> {
        if call.path == GREETING {
            self.greetings.fetch_add(1, Ordering::Relaxed);
            thread::sleep(self.shared.script.greeting);
            return Some(response("200 OK", "{}"));
        }
        if self.shared.script.is_down(self.number, call.request) {
            self.cut_off.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        match self.shared.fate(call.request) {
            Fate::Answer(latency) => {
                thread::sleep(latency);
                self.answered.fetch_add(1, Ordering::Relaxed);
                Some(match (self.shared.handler)(&call.path) {
                    Some(body) => response("200 OK", &body),
                    None => response("404 Not Found", "{}"),
                })
            }
            Fate::Hiccup(latency) => {
                thread::sleep(latency);
                self.hiccups.fetch_add(1, Ordering::Relaxed);
                Some(response("503 Service Unavailable", "{}"))
            }
            Fate::Forgotten => {
                self.forgotten.fetch_add(1, Ordering::Relaxed);
                thread::sleep(FOR_EVER);
                None
            }
        }
    }

    fn seen(&self) -> Seen {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let answered = count(&self.answered);
        let hiccups = count(&self.hiccups);
        let forgotten = count(&self.forgotten);
        let cut_off = count(&self.cut_off);
        let greetings = count(&self.greetings);
        let calls = answered + hiccups + forgotten + cut_off;
        Seen { calls, answered, hiccups, forgotten, cut_off, greetings }
    }
}

impl Shared {
    /// What happens to this call for `request`, which depends on how many there were before it.
    fn fate(&self, request: u64) -> Fate {
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        let attempt = attempts.entry(request).or_default();
        *attempt += 1;
        self.script.fate(request, *attempt - 1)
    }
}

fn response(status: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
}

/// One call: its path, and the shop's request it is made for.
struct Call {
    path: String,
    request: u64,
}

impl Call {
    /// The next call of the connection; nothing when the caller has closed it.
    fn read(from: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let path = line.split(' ').nth(1).unwrap_or("/").to_owned();
        let mut request = 0;
        loop {
            line.clear();
            from.read_line(&mut line)?;
            let Some((name, value)) = line.split_once(':') else { break };
            if name.eq_ignore_ascii_case(REQUEST) {
                request = value.trim().parse().map_err(io::Error::other)?;
            }
        }
        Ok(Some(Self { path, request }))
    }
}
