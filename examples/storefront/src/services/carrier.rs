//! The carrier: what it adds to its tariff for fuel.

use std::io;

use dyno::http::{Client, Error};
use dyno::service::Call;
use serde::{Deserialize, Serialize};

use super::client::{get, greet};
use super::http::Service;
use super::script::Script;
use crate::money::Currency;

/// Today's surcharges, asked for over HTTP.
#[derive(Clone, Debug)]
pub struct Carrier(Client);

#[derive(Serialize, Deserialize)]
struct Fuel {
    country: String,
    percent: u32,
}

impl Carrier {
    /// Introduces itself to each of these replicas.
    pub async fn connect<A: ToString>(client: &Client, to: &[A]) -> Result<Self, Error> {
        for address in to {
            greet(client, &address.to_string()).await?;
        }
        Ok(Self(client.clone()))
    }

    /// What is added today to the postage to where `currency` is paid in, in per cent.
    pub async fn surcharge(&self, call: &Call, currency: Currency) -> Result<u32, Error> {
        let Fuel { percent, .. } = get(&self.0.of(call), &format!("/fuel/{currency}")).await?;
        Ok(percent)
    }
}

/// Opens the carrier's office.
pub fn carrier(script: Script) -> io::Result<Service> {
    Service::start(fuel, script)
}

fn fuel(path: &str) -> Option<String> {
    let country = Currency::from_code(path.strip_prefix("/fuel/")?)?;
    let percent = if country == Currency::Eur { 6 } else { 11 };
    serde_json::to_string(&Fuel { country: country.to_string(), percent }).ok()
}

#[cfg(test)]
mod tests {
    use super::super::client::client;
    use super::*;

    #[tokio::test]
    async fn the_carrier_asks_more_where_it_is_farther() {
        let service = carrier(Script::quiet()).expect("a port is free");
        let (client, address) = (client().expect("no TLS"), &service.addresses()[1]);
        for (country, wanted) in [("EUR", 6), ("SEK", 11)] {
            let fuel: Fuel =
                get(&client, &format!("{address}/fuel/{country}")).await.expect("it is up");
            assert_eq!((fuel.country.as_str(), fuel.percent), (country, wanted));
        }
    }
}
