//! The warehouse: units on hand.

use std::io;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::client::{Client, ServiceError};
use super::http::Service;
use super::script::Script;

/// What is on the shelves, asked for over HTTP.
#[derive(Clone, Debug)]
pub struct Stock(Client);

#[derive(Serialize, Deserialize)]
struct Shelf {
    sku: String,
    units: u32,
}

impl Stock {
    /// Introduces itself to the warehouse.
    pub fn connect(addr: SocketAddr) -> Result<Self, ServiceError> {
        Client::connect(addr).map(Self)
    }

    /// How many units of `sku` are on the shelf now.
    pub fn units(&self, sku: &str) -> Result<u32, ServiceError> {
        let Shelf { units, .. } = self.0.get(&format!("/stock/{sku}"))?;
        Ok(units)
    }
}

/// Opens the warehouse.
pub fn stock(script: Script) -> io::Result<Service> {
    Service::start(count, script)
}

fn count(path: &str) -> Option<String> {
    let sku = path.strip_prefix("/stock/").filter(|sku| !sku.is_empty())?;
    let sum = sku.bytes().fold(17_u64, |sum, byte| sum.wrapping_mul(31) + u64::from(byte));
    // Most shelves are well filled, some are empty.
    let units = u32::try_from(sum % 48).unwrap_or(0).saturating_sub(3);
    serde_json::to_string(&Shelf { sku: sku.to_owned(), units }).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::client::for_request;
    use super::*;

    fn open(hiccups: u64) -> (Service, Stock) {
        let script = Script {
            seed: 1,
            greeting: Duration::ZERO,
            latency_us: 0..1,
            hiccups,
            forgotten: 0,
            down: 0..0,
        };
        let service = stock(script).expect("a port is free");
        let client = Stock::connect(service.addr()).expect("it is up");
        (service, client)
    }

    #[test]
    fn the_warehouse_counts_the_same_today_and_tomorrow() {
        let (_service, client) = open(0);
        let units = client.units("KT-1352").expect("it is up");
        assert_eq!(client.units("KT-1352").expect("it is up"), units);
        let nothing = client.units("");
        assert!(matches!(nothing, Err(ServiceError::Status { status: 404, .. })), "{nothing:?}");
    }

    #[test]
    fn a_hiccup_is_a_503_and_the_connection_stays_usable() {
        let (service, client) = open(1000);
        for request in 0..5 {
            let answer = for_request(request, || client.units("KT-1352"));
            assert!(matches!(answer, Err(ServiceError::Status { status: 503, .. })), "{answer:?}");
        }
        assert_eq!(service.seen().hiccups, 5);
    }
}
