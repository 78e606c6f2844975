//! The currency exchange.

use std::io;

use dyno::http::{Client, Error};
use dyno::service::Call;
use serde::{Deserialize, Serialize};

use super::client::{get, greet};
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
    /// Introduces itself to each of these replicas.
    pub async fn connect<A: ToString>(client: &Client, to: &[A]) -> Result<Self, Error> {
        for address in to {
            greet(client, &address.to_string()).await?;
        }
        Ok(Self(client.clone()))
    }

    /// What one euro buys of `currency` today.
    pub async fn of(&self, call: &Call, currency: Currency) -> Result<Rate, Error> {
        let Quote { micros, .. } = get(&self.0.of(call), &format!("/rates/{currency}")).await?;
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
    use dyno::http::ErrorKind;

    use super::super::client::client;
    use super::super::client::for_request;
    use super::super::http::Seen;
    use super::*;

    #[tokio::test]
    async fn a_replica_is_down_when_the_script_says_so_and_the_other_is_not() {
        let service = rates(Script::quiet().down_for(0, 10..20)).expect("a port is free");
        let (client, addresses) = (client().expect("no TLS"), service.addresses());
        for request in 0..30 {
            for (replica, address) in addresses.iter().enumerate() {
                let quote =
                    for_request(request, get::<Quote>(&client, &format!("{address}/rates/GBP")))
                        .await;
                let micros = quote.map(|quote| quote.micros);
                if replica == 0 && (10..20).contains(&request) {
                    assert_eq!(micros.expect_err("it is down").kind(), ErrorKind::Request);
                } else {
                    assert_eq!(micros.expect("it is up"), 862_866);
                }
            }
        }
        let seen =
            |calls, cut_off| Seen { calls, answered: calls - cut_off, cut_off, ..Seen::default() };
        assert_eq!(service.seen(), [seen(30, 10), seen(30, 0)]);
    }

    #[tokio::test]
    async fn whoever_introduces_himself_is_greeted_by_each() {
        let service = rates(Script::quiet()).expect("a port is free");
        Rates::connect(&client().expect("no TLS"), &service.addresses()).await.expect("it is up");
        assert_eq!(service.seen().map(|seen| seen.greetings), [1, 1]);
    }
}
