//! The currency exchange.

use std::io;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::client::{Client, ServiceError};
use super::http::Service;
use super::script::Script;
use crate::money::{Currency, Rate};

/// Today's rates, asked for over HTTP.
#[derive(Clone, Debug)]
pub struct Rates(Client);

#[derive(Serialize, Deserialize)]
struct Quote {
    base: String,
    currency: String,
    micros: u64,
}

impl Rates {
    /// Introduces itself to the exchange.
    pub fn connect(addr: SocketAddr) -> Result<Self, ServiceError> {
        Client::connect(addr).map(Self)
    }

    /// What one euro buys of `currency` today.
    pub fn of(&self, currency: Currency) -> Result<Rate, ServiceError> {
        let Quote { micros, .. } = self.0.get(&format!("/rates/{currency}"))?;
        Ok(Rate { currency, micros, second_best: false })
    }
}

/// Opens the exchange.
pub fn rates(script: Script) -> io::Result<Service> {
    Service::start(quote, script)
}

fn quote(path: &str) -> Option<String> {
    let currency = Currency::from_code(path.strip_prefix("/rates/")?)?;
    // The exchange is newer than the printed list by a third of a per cent.
    let micros = match (currency, Rate::printed(currency).micros) {
        (Currency::Eur, micros) => micros,
        (_, micros) => micros + micros / 300,
    };
    let quote = Quote { base: Currency::Eur.to_string(), currency: currency.to_string(), micros };
    serde_json::to_string(&quote).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::client::for_request;
    use super::*;

    #[test]
    fn the_exchange_answers_over_http_and_is_down_when_the_script_says_so() {
        let script = Script {
            seed: 1,
            greeting: Duration::ZERO,
            latency_us: 0..1,
            hiccups: 0,
            forgotten: 0,
            down: 10..20,
        };
        let service = rates(script).expect("a port is free");
        let client = Rates::connect(service.addr()).expect("it is up");
        for request in 0..30 {
            let rate = for_request(request, || client.of(Currency::Gbp));
            if (10..20).contains(&request) {
                assert!(matches!(rate, Err(ServiceError::NoAnswer { .. })), "{rate:?}");
            } else {
                assert_eq!(rate.expect("it is up").micros, 862_866);
            }
        }
        let seen = service.seen();
        assert_eq!((seen.calls, seen.answered, seen.cut_off), (30, 20, 10));
        assert_eq!((seen.hiccups, seen.greetings), (0, 1));
    }
}
