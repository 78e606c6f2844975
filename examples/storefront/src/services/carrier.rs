//! The carrier: what it adds to its tariff for fuel.

use std::io;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::client::{Client, ServiceError};
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
    /// Introduces itself to the carrier.
    pub fn connect(addr: SocketAddr) -> Result<Self, ServiceError> {
        Client::connect(addr).map(Self)
    }

    /// What is added today to the postage to where `currency` is paid in, in per cent.
    pub fn surcharge(&self, currency: Currency) -> Result<u32, ServiceError> {
        let Fuel { percent, .. } = self.0.get(&format!("/fuel/{currency}"))?;
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
    use std::time::Duration;

    use super::super::client::for_request;
    use super::*;

    #[test]
    fn the_carrier_asks_more_where_it_is_farther() {
        let (greeting, latency_us) = (Duration::ZERO, 0..1);
        let script = Script { seed: 1, greeting, latency_us, hiccups: 0, forgotten: 0, down: 1..2 };
        let service = carrier(script).expect("a port is free");
        let client = Carrier::connect(service.addr()).expect("it is up");
        assert_eq!(client.surcharge(Currency::Eur).expect("it is up"), 6);
        assert_eq!(client.surcharge(Currency::Sek).expect("it is up"), 11);
        let down = for_request(1, || client.surcharge(Currency::Eur));
        assert!(matches!(down, Err(ServiceError::NoAnswer { .. })), "{down:?}");
    }
}
