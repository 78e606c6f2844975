//! What a builder makes.

use std::time::Duration;

use super::Service;
use super::build::Builder;
use super::given::{Guard, Pace, Places};
use super::layers::{Breaking, Pacing, Placing};
use crate::breaker::{Breaker, Keyed, Settings};
use crate::harness::Harness;
use crate::limit::{Bulkhead, KeyedBulkhead, Rate};
use crate::metrics::Metrics;
use crate::retry::{Budget, Retry};
use crate::shared::Listed;

impl Service {
    pub(super) const fn made(given: &Builder) -> Self {
        Self {
            given: *given,
            retry: retry(given),
            budget: match given.budget {
                Some(share) => Some(Budget::new().share(share).name(given.name)),
                None => None,
            },
            breaker: breaking(given),
            bulkhead: placing(given),
            rate: pacing(given),
            metrics: if given.metrics { Some(Metrics::new(given.name)) } else { None },
            harness: if given.harness { Some(Harness::named(given.name, given.at)) } else { None },
            listed: Listed::not_yet(),
        }
    }
}

const fn retry(given: &Builder) -> Retry {
    match given.retry {
        Some(retry) if given.retry_on_timeout => retry,
        Some(retry) => retry.not_timed_out(),
        None => Retry::NONE,
    }
}

const fn breaking(given: &Builder) -> Breaking {
    let settings = match given.breaker {
        Guard::None => return Breaking::None,
        Guard::Shared(breaker) => return Breaking::Shared(breaker),
        // Each target of the balancer has one.
        Guard::Default(_) if given.balance.is_some() => return Breaking::None,
        Guard::Default(settings) | Guard::Own(settings) => expected(settings, given.expected_in),
    };
    if !given.per_target {
        return Breaking::Own(Breaker::new(given.name).with(settings));
    }
    let keyed = Keyed::new(given.name, settings);
    Breaking::Each(match given.targets {
        Some(targets) => keyed.keys(targets),
        None => keyed,
    })
}

const fn expected(settings: Settings, limit: Option<Duration>) -> Settings {
    match limit {
        Some(limit) => settings.expected_in(limit),
        None => settings,
    }
}

const fn placing(given: &Builder) -> Placing {
    let (limit, wait, queue) = match given.bulkhead {
        Places::None => return Placing::None,
        Places::Shared(bulkhead) => return Placing::Shared(bulkhead),
        Places::Own { limit, wait, queue } => (limit, wait, queue),
    };
    if !given.per_target {
        let mut bulkhead = Bulkhead::new(given.name, limit);
        if let Some(wait) = wait {
            bulkhead = bulkhead.wait(wait);
        }
        if let Some(queue) = queue {
            bulkhead = bulkhead.queue(queue);
        }
        return Placing::Own(bulkhead);
    }
    let mut keyed = KeyedBulkhead::new(given.name, limit);
    if let Some(wait) = wait {
        keyed = keyed.wait(wait);
    }
    if let Some(queue) = queue {
        keyed = keyed.queue(queue);
    }
    if let Some(targets) = given.targets {
        keyed = keyed.keys(targets);
    }
    Placing::Each(keyed)
}

const fn pacing(given: &Builder) -> Pacing {
    let (calls, per, burst, wait) = match given.rate {
        Pace::None => return Pacing::None,
        Pace::Shared(rate) => return Pacing::Shared(rate),
        Pace::Own { calls, per, burst, wait } => (calls, per, burst, wait),
    };
    let mut rate = Rate::new(given.name, calls, per);
    if let Some(burst) = burst {
        rate = rate.burst(burst);
    }
    if let Some(wait) = wait {
        rate = rate.wait(wait);
    }
    Pacing::Own(rate)
}
