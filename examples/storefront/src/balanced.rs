//! What the balancers did: whom they picked, and whom they passed over.

use std::collections::BTreeMap;
use std::time::Duration;

use dyno::balance::{Snapshot, TargetSnapshot};
use serde::Serialize;

use crate::args::ServiceName;
use crate::report::millis;
use crate::tally::{PassedOver, Tally};

/// What a balancer did with a replica.
#[derive(Debug, Serialize)]
pub struct Balanced {
    /// Where it is.
    pub url: String,
    /// How often it was picked.
    pub picked: u64,
    /// Of these, how often it failed.
    pub failed: u64,
    /// How often it was passed over from then on,
    pub passed_over: u64,
    /// and how long, until it was called again.
    #[serde(rename = "passed_over_ms", serialize_with = "millis")]
    pub time: Duration,
}

impl Balanced {
    /// Of each replica, by its name.
    pub fn of(balancers: [(ServiceName, Snapshot); 3], tally: &Tally) -> BTreeMap<String, Self> {
        let replicas = balancers.into_iter().flat_map(|(service, balancer)| {
            balancer
                .targets
                .into_iter()
                .enumerate()
                .map(move |(number, target)| (service.replica(number), target))
        });
        replicas.map(|(name, target)| (name, Self::new(target, tally))).collect()
    }

    fn new(target: TargetSnapshot, tally: &Tally) -> Self {
        let TargetSnapshot { url, picks: picked, failures: failed, .. } = target;
        let PassedOver { times, time } = tally.passed_over.get(&url).copied().unwrap_or_default();
        Self { url, picked, failed, passed_over: times, time }
    }
}

/// `stock-1` for a breaker that is called after the balancer and the port of that replica.
pub fn replica_of(breaker: &str, replicas: &BTreeMap<String, Balanced>) -> String {
    let port = breaker.rsplit('/').next().unwrap_or(breaker);
    let name =
        replicas.iter().find(|(_, replica)| replica.url.ends_with(port)).map(|(name, _)| name);
    name.map_or(breaker, String::as_str).to_owned()
}
