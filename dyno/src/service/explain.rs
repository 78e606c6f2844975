//! All policies that go by a name, and how they stand.

use std::time::Duration;

use super::{Service, named};
use crate::breaker::{self, Breaker, Fuse, State};
use crate::fault::Explanation;
use crate::fault::explain::{Circuit, Rule};
use crate::limit::bulkhead::{self, Bulkhead};
use crate::limit::rate::{self, Rate};
use crate::point::{Name, Point};
use crate::pool::{self, Pool};
use crate::{balance, fallback, metrics};

/// All policies that go by the name `point`, with their settings and how they stand now: those of
/// the [service](super::named) of that name, and those that attributes made or that are listed. The
/// outermost first; `None` where there is none.
///
/// A policy keeps a name from the first call on; a time-out or a retry of an attribute keeps none.
///
/// ```
/// use dyno::service::{self, Service};
///
/// static PRICING: Service = Service::defaults("pricing").build();
/// let price: Option<u32> = PRICING.list().call(|_| None);
/// let explained = service::explain("pricing").expect("it is listed");
/// println!("{explained}");
/// # let text = explained.to_string();
/// # assert!(text.starts_with("pricing: the limit is 5s\npricing: retry: 4 attempts"), "{text}");
/// # assert!(text.contains("10"), "{text}");
/// ```
#[must_use]
pub fn explain(point: &str) -> Option<Explanation> {
    let service = named(point);
    let mut rules = Vec::new();
    if let Some(service) = service {
        of_service(service, &mut rules);
    }
    of_attributes(point, &mut rules);
    let name = match service {
        Some(service) => Name::Static(service.name()),
        None => Name::from(point.to_owned()),
    };
    (!rules.is_empty()).then(|| Explanation { point: name, rules })
}

impl Point {
    /// All policies that go by the name of this point: see [`service::explain`](explain).
    #[must_use]
    pub fn explain(&self) -> Option<Explanation> {
        explain(self.name())
    }
}

fn of_service(service: &Service, rules: &mut Vec<Rule>) {
    let seen = service.snapshot();
    rules.extend(seen.deadline.map(limit));
    rules.extend(seen.timeout.map(limit));
    rules.extend(service.rate.rate().map(of_rate));
    rules.extend(seen.again().map(|text| Rule::Other { policy: "retry", text }));
    if let Some(balancer) = seen.balancer {
        rules.push(of_balancer(&balancer));
    }
    rules.extend(service.breaker.of_all().map(of_breaker));
    rules.extend(service.bulkhead.of_all().map(of_bulkhead));
    rules.extend(service.given.pool.map(of_pool));
    rules.extend(seen.attempt_timeout.map(limit));
    for target in &seen.targets {
        rules.push(Rule::Other { policy: "target", text: target.to_string() });
    }
    // One that counts nothing says so much, and is known all the same.
    if rules.is_empty() {
        rules.push(Rule::Other { policy: "service", text: "it has no policy".to_owned() });
    }
}

fn of_attributes(point: &str, rules: &mut Vec<Rule>) {
    let fuses = breaker::fuses();
    rules.extend(fuses.iter().find(|fuse| fuse.name() == point).map(|fuse| of_fuse(fuse)));
    rules.extend(rate::named(point).map(of_rate));
    rules.extend(breaker::named(point).map(of_breaker));
    rules.extend(bulkhead::named(point).map(of_bulkhead));
    rules.extend(pool::named(point).map(of_pool));
    rules.extend(balance::Balancer::named(point).map(|it| of_balancer(&it.snapshot())));
    let stood_in = fallback::count(point);
    if stood_in.stood_in > 0 {
        let fallback::Count { stood_in, refused, failed } = stood_in;
        let text =
            format!("stood in {stood_in} times, of these {refused} for a refusal; failed {failed}");
        rules.push(Rule::Other { policy: "fallback", text });
    }
    if let Some(seen) = metrics::of(point).filter(metrics::Snapshot::counts_calls) {
        let metrics::Counts { successes, failures, rejected, .. } = seen.total;
        let (rejected, in_flight) = (rejected.total(), seen.in_flight);
        let text = format!(
            "{successes} succeeded, {failures} failed, {rejected} rejected, {in_flight} in flight"
        );
        rules.push(Rule::Other { policy: "metrics", text });
    }
}

fn limit(limit: Duration) -> Rule {
    Rule::TimeOut { limit, elapsed: None }
}

fn of_rate(rate: &Rate) -> Rule {
    let seen = rate.snapshot();
    Rule::Rate {
        calls: seen.limit,
        per: seen.per,
        burst: seen.burst,
        waiting: u32::try_from(seen.waiting).unwrap_or(u32::MAX),
        next_in: (!seen.next_in.is_zero()).then_some(seen.next_in),
    }
}

fn of_breaker(breaker: &Breaker) -> Rule {
    let seen = breaker.snapshot();
    let circuit = match seen.state {
        State::Closed => match seen.recovering {
            Some(share) => Circuit::Recovering { share },
            None => Circuit::Closed { failures: seen.failures, fail_max: seen.fail_max },
        },
        State::HalfOpen => match seen.recovering {
            Some(share) => Circuit::Recovering { share },
            None => Circuit::HalfOpen { trials: seen.trials, permits: seen.permits },
        },
        State::Open => Circuit::Open { why: None },
        State::ForcedOpen => Circuit::ForcedOpen { at: None },
        State::Disabled => Circuit::Disabled,
        State::MetricsOnly => Circuit::MetricsOnly,
    };
    Rule::Breaker { circuit, retry_after: seen.retry_after, last_error: seen.last_error }
}

fn of_fuse(fuse: &Fuse) -> Rule {
    Rule::Fuse { on: fuse.is_on(), switched: None }
}

fn of_bulkhead(bulkhead: &Bulkhead) -> Rule {
    let seen = bulkhead.snapshot();
    Rule::Bulkhead {
        limit: seen.limit,
        in_flight: seen.in_flight,
        waiting: u32::try_from(seen.waiting).unwrap_or(u32::MAX),
        queue: bulkhead.queue_of(),
        waited: None,
        retry_after: seen.retry_after,
    }
}

fn of_pool(pool: &'static Pool) -> Rule {
    let seen = pool.snapshot();
    let least = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Rule::Bulkhead {
        limit: least(seen.size),
        in_flight: least(seen.at_work),
        waiting: least(seen.waiting),
        queue: least(seen.queue),
        waited: None,
        retry_after: None,
    }
}

fn of_balancer(seen: &balance::Snapshot) -> Rule {
    let (known, out) = (seen.targets.len(), seen.out);
    let text = format!("{out} of {known} targets are out, by {}", seen.policy);
    Rule::Other { policy: "balance", text }
}
