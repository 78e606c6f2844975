//! What a program's metrics look like to Prometheus, which comes and reads them by HTTP.
//!
//! A shop looks up four prices: three are found, each in 20 ms of a frozen clock, and one is not. Then a scraper asks for the
//! page. The server is the plainest there is; in a program it is a route of the one that is there already.
//!
//! ```text
//! HTTP/1.1 200 OK
//! Content-Type: text/plain; version=0.0.4; charset=utf-8
//!
//! # HELP dyno_calls_total Calls that have ended, by how.
//! # TYPE dyno_calls_total counter
//! dyno_calls_total{point="shop.price",outcome="success"} 3
//! dyno_calls_total{point="shop.price",outcome="failure"} 1
//! dyno_calls_total{point="shop.price",outcome="ignored"} 0
//! dyno_calls_total{point="shop.price",outcome="rejected"} 0
//! # HELP dyno_calls_in_flight Calls that have begun and not ended.
//! # TYPE dyno_calls_in_flight gauge
//! dyno_calls_in_flight{point="shop.price"} 0
//! # HELP dyno_calls_in_flight_max The most calls in flight at a time, lately.
//! # TYPE dyno_calls_in_flight_max gauge
//! dyno_calls_in_flight_max{point="shop.price"} 1
//! # HELP dyno_call_duration_seconds How long calls took that succeeded or failed, in seconds.
//! # TYPE dyno_call_duration_seconds histogram
//! dyno_call_duration_seconds_bucket{point="shop.price",le="0.01"} 1
//! dyno_call_duration_seconds_bucket{point="shop.price",le="0.1"} 4
//! dyno_call_duration_seconds_bucket{point="shop.price",le="+Inf"} 4
//! dyno_call_duration_seconds_sum{point="shop.price"} 0.06
//! dyno_call_duration_seconds_count{point="shop.price"} 4
//! ```

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use dyno::export::prometheus::{self, Prometheus};
use dyno::{clock, metrics};

const PAGE: Prometheus = Prometheus::new().buckets(&[0.01, 0.1]);

#[metrics(name = "shop.price")]
fn price(sku: &str) -> Option<u32> {
    let number = sku.strip_prefix("sku-")?;
    clock::sleep(Duration::from_millis(20));
    number.parse().ok()
}

/// Answers whoever comes with the page.
fn serve(mut caller: TcpStream) -> std::io::Result<()> {
    let mut request = [0; 1024];
    let _ = caller.read(&mut request)?;
    let (of, page) = (prometheus::CONTENT_TYPE, PAGE.text());
    write!(caller, "HTTP/1.1 200 OK\r\nContent-Type: {of}\r\n\r\n{page}")
}

fn main() -> std::io::Result<()> {
    let _frozen = clock::freeze();
    for sku in ["sku-1", "sku-2", "anvil", "sku-3"] {
        price(sku);
    }
    let server = TcpListener::bind("127.0.0.1:0")?;
    let address = server.local_addr()?;
    let serving = dyno::spawn(move || serve(server.accept()?.0));

    let (mut scraper, mut page) = (TcpStream::connect(address)?, String::new());
    scraper.write_all(b"GET /metrics HTTP/1.1\r\n\r\n")?;
    scraper.read_to_string(&mut page)?;
    print!("{}", page.replace('\r', ""));
    serving.join().expect("it does not panic")
}
