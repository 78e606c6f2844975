//! What customers noticed of an outage: how their requests ended, and how long they took.

use std::ops::Range;
use std::time::Duration;

use serde::Serialize;

use crate::args::Args;
use crate::latency::Latency;
use crate::run::{End, Record};
use crate::tally::Tally;

/// What those noticed who came while something was down, or while nothing was.
#[derive(Debug, Serialize)]
pub struct Noticed {
    /// What was down; none for the rest of the day.
    pub down: Option<String>,
    /// The first of their requests, and the one after the last.
    pub requests: Option<Range<u64>>,
    /// From the first of them to the first after them, since the day began.
    #[serde(rename = "when_ms", serialize_with = "millis_each")]
    pub when: Option<(Duration, Duration)>,
    /// How many came.
    pub came: u64,
    /// Of these, answered by the services.
    pub in_full: u64,
    /// Of these, answered with the help of a fallback.
    pub degraded: u64,
    /// Of these, sent away.
    pub failed: u64,
    /// Of these, those for whom a service was asked again, a replica that was not down or the same.
    pub retried: u64,
    /// How long they waited.
    pub latency: Latency,
}

impl Noticed {
    /// In each outage, and in the rest of the day.
    pub fn of(args: &Args, records: &[Record], tally: &Tally) -> Vec<Self> {
        let outages = args.outages.iter().map(|outage| {
            let requests = outage.requests.clone();
            let of_it = Self::new(records, tally, |request| requests.contains(&request));
            let when = when(records, &requests);
            Self { down: Some(outage.to_string()), requests: Some(requests), when, ..of_it }
        });
        let calm = |request| !args.outages.iter().any(|outage| outage.requests.contains(&request));
        outages.chain([Self::new(records, tally, calm)]).collect()
    }

    fn new(records: &[Record], tally: &Tally, which: impl Fn(u64) -> bool) -> Self {
        let of_them: Vec<_> = records.iter().filter(|record| which(record.request)).collect();
        let count = |which: fn(&End) -> bool| {
            of_them.iter().filter(|record| which(&record.end)).count() as u64
        };
        Self {
            down: None,
            requests: None,
            when: None,
            came: of_them.len() as u64,
            in_full: count(|end| matches!(end, End::Answered { degraded: false, .. })),
            degraded: count(|end| matches!(end, End::Answered { degraded: true, .. })),
            failed: count(|end| matches!(end, End::Failed(_))),
            retried: tally.again.keys().filter(|&&request| which(request)).count() as u64,
            latency: Latency::of(of_them.into_iter()),
        }
    }
}

fn when(records: &[Record], requests: &Range<u64>) -> Option<(Duration, Duration)> {
    let began = |request: u64| records.iter().find(|record| record.request == request);
    let from = began(requests.start)?.at;
    let last = records.last()?;
    let to = began(requests.end).map_or(last.at + last.took, |record| record.at);
    Some((from, to))
}

#[allow(clippy::ref_option, clippy::trivially_copy_pass_by_ref)] // as serde calls it
fn millis_each<S: serde::Serializer>(
    pair: &Option<(Duration, Duration)>,
    to: S,
) -> Result<S::Ok, S::Error> {
    pair.map(|(from, to)| [from, to].map(|at| at.as_secs_f64() * 1000.0)).serialize(to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{Outage, ServiceName};
    use crate::money::Currency;

    #[test]
    fn requests_are_told_by_what_was_down_when_they_came() {
        let end = |request| match request {
            4 => End::Failed("test"),
            degraded => End::Answered {
                currency: Currency::Eur,
                quantity: 1,
                backordered: false,
                degraded: degraded == 5,
            },
        };
        let ms = Duration::from_millis;
        let record =
            |request| Record { request, at: ms(request * 10), took: ms(5), end: end(request) };
        let records: Vec<_> = (0..10).map(record).collect();
        let tally = Tally { again: [(3, 1), (9, 2)].into(), ..Tally::default() };
        let (service, replica) = (ServiceName::Stock, Some(1));
        let outages = vec![Outage { service, replica, requests: 3..6 }];
        let [down, rest] = &Noticed::of(&Args { outages, ..Args::default() }, &records, &tally)[..]
        else {
            panic!("one outage, and the rest")
        };
        assert_eq!((down.down.as_deref(), down.when), (Some("stock-2"), Some((ms(30), ms(60)))));
        let told = |it: &Noticed| (it.came, it.in_full, it.degraded, it.failed, it.retried);
        assert_eq!((told(down), told(rest)), ((3, 1, 1, 1, 1), (7, 7, 0, 0, 1)));
        assert_eq!((down.latency.count, rest.latency.max), (3, ms(5)));
        assert_eq!(when(&records, &(8..10)), Some((ms(80), ms(95))));
    }
}
