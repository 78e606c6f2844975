//! The warehouse: units on hand.

use std::io;

use dyno::http::{Client, Error};
use dyno::service::Call;
use serde::{Deserialize, Serialize};

use super::client::{get, greet};
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
    /// Introduces itself to each of these replicas.
    pub async fn connect<A: ToString>(client: &Client, to: &[A]) -> Result<Self, Error> {
        for address in to {
            greet(client, &address.to_string()).await?;
        }
        Ok(Self(client.clone()))
    }

    /// How many units of `sku` are on the shelf now.
    pub async fn units(&self, call: &Call, sku: &str) -> Result<u32, Error> {
        let Shelf { units, .. } = get(&self.0.of(call), &format!("/stock/{sku}")).await?;
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
    use super::super::client::client;
    use super::*;

    #[tokio::test]
    async fn both_warehouses_count_the_same_today_and_tomorrow() {
        let service = stock(Script::quiet()).expect("a port is free");
        let client = client().expect("no TLS");
        let mut units = vec![];
        for address in service.addresses().iter().cycle().take(4) {
            let shelf: Shelf =
                get(&client, &format!("{address}/stock/KT-1352")).await.expect("it is up");
            units.push(shelf.units);
        }
        assert_eq!(units, [units[0]; 4]);
    }
}
