//! Requests over a real connection: plain reqwest, and the same through dyno's client.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use benches::{Bars, Section, Table, ns, quick, thread_cpu};
use dyno::http;
use tokio::runtime::{Builder, Runtime};

/// Requests at a time.
const CROWDS: [u32; 2] = [1, 32];
/// Of each contender in a round.
const REQUESTS: u32 = 320;
/// What dyno may not fall below, of what plain reqwest does.
const SHARE: f64 = 0.97;

pub(crate) fn run(section: &mut Section, bars: &mut Bars) {
    let about = "A server of this machine that answers `ok`, on a thread of its own; connections are \
                 kept alive. One thread sends so many requests at a time, plain reqwest and dyno's \
                 client in turn: requests a second, by the wall clock, the CPU time of that thread for \
                 each, and how dyno's figures compare with those of reqwest in the same round. dyno's \
                 client has its default policies, with room for all requests.";
    section.heading("HTTP", about);
    let columns = ["way", "at a time", "requests a second", "CPU, µs", "against reqwest", "in CPU"];
    let mut table = Table::new(&columns);
    let url = format!("http://{}/", serve());
    for crowd in CROWDS {
        let rounds = rounds(&url, crowd);
        let (wall, cpu) = (rounds.ratio(|lap| 1.0 / lap.wall), rounds.ratio(|lap| lap.cpu));
        let row = |way: &str, laps: &[Lap], ratios: [String; 2]| {
            let a_second = 1.0 / median(laps.iter().map(|lap| lap.wall));
            let micros = median(laps.iter().map(|lap| lap.cpu)) * 1e6;
            let [wall, cpu] = ratios;
            [way.to_owned(), crowd.to_string(), ns(a_second), ns(micros), wall, cpu]
        };
        table.row(&row("reqwest", &rounds.plain, [String::new(), String::new()]));
        let ratios = [wall, cpu].map(|ratio| format!("{ratio:.3} x"));
        table.row(&row("dyno: `http::Client`", &rounds.guarded, ratios));
        bars.at_least(&format!("HTTP, {crowd} at a time, against reqwest"), SHARE, wall, "x");
    }
    section.add(&table);
}

/// Seconds for a request.
struct Lap {
    wall: f64,
    cpu: f64,
}

struct Rounds {
    plain: Vec<Lap>,
    guarded: Vec<Lap>,
}

impl Rounds {
    /// The middle one of what dyno's figure is to that of the same round.
    fn ratio(&self, figure: impl Fn(&Lap) -> f64) -> f64 {
        let rounds = self.guarded.iter().zip(&self.plain);
        median(rounds.map(|(guarded, plain)| figure(guarded) / figure(plain)))
    }
}

fn rounds(url: &str, crowd: u32) -> Rounds {
    let room = crowd as usize;
    let plain = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(room);
    let plain = plain.build().expect("a client");
    let guarded = http::Client::builder("bench").max_open(2 * crowd).pool_size(room);
    let guarded = guarded.build().expect("a client");
    let runtime = runtime();
    let mut rounds = Rounds { plain: Vec::new(), guarded: Vec::new() };
    let count = if quick() { 20 } else { 400 };
    let ask_plain = async || {
        let answer = plain.get(url).send().await.expect("an answer");
        assert_eq!(answer.bytes().await.expect("a body"), "ok");
    };
    let ask_guarded = async || {
        let answer = guarded.get(url).send().await.expect("an answer");
        assert_eq!(answer.bytes().await.expect("a body"), "ok");
    };
    for round in 0..count + 2 {
        // Who is first alternates as well.
        let mut laps = [None, None];
        for turn in [round % 2, (round + 1) % 2] {
            laps[turn] = Some(match turn {
                0 => lap(&runtime, crowd, &ask_plain),
                _ => lap(&runtime, crowd, &ask_guarded),
            });
        }
        // Connections are made in the first rounds.
        if let ([Some(plain), Some(guarded)], true) = (laps, round >= 2) {
            rounds.plain.push(plain);
            rounds.guarded.push(guarded);
        }
    }
    rounds
}

/// So many at a time, each one after the other.
fn lap(runtime: &Runtime, crowd: u32, ask: &impl AsyncFn()) -> Lap {
    let (cpu, wall) = (thread_cpu(), Instant::now());
    runtime.block_on(async {
        let each = (0..crowd).map(|_| async {
            for _ in 0..REQUESTS / crowd {
                ask().await;
            }
        });
        futures_util::future::join_all(each).await;
    });
    let each = |span: Duration| span.as_secs_f64() / f64::from(REQUESTS);
    Lap { wall: each(wall.elapsed()), cpu: each(thread_cpu().saturating_sub(cpu)) }
}

/// Serves until the program ends.
fn serve() -> SocketAddr {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        runtime().block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
            tell.send(listener.local_addr().expect("it is bound")).expect("somebody waits");
            let router = Router::new().route("/", get(|| async { "ok" }));
            axum::serve(listener, router).await.expect("it serves for ever");
        });
    });
    told.recv().expect("the server has begun")
}

/// Of one thread.
fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
