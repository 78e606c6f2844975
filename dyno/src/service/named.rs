//! Services by name: one preset, many functions.

use std::fmt;
use std::panic::Location;

use super::Service;
use super::build::Builder;
use super::given::{Guard, Pace, Places};
use crate::retry::Retry;
use crate::shared::{Join, Known, Settings, Shared};

static KNOWN: Known<Service, Builder> = Known::new("service");

/// The service that is [shared](Builder::share) under this name, or the first
/// [listed](Service::list) `static` of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Service> {
    KNOWN.find(name, Service::name)
}

/// Every service that is [shared](Builder::share), and every [listed](Service::list) one.
#[must_use]
pub fn all() -> Vec<&'static Service> {
    KNOWN.all()
}

impl Service {
    /// Lets [`all`] and [`named`] find it, and `#[service("…")]` by its name.
    #[inline]
    pub fn list(&'static self) -> &'static Self {
        self.listed.once(|| KNOWN.list(self));
        self
    }

    /// Who asks for the preset of this name, for [`SharedService::new`].
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn joining(name: &'static str) -> Self {
        Self::builder(name).build()
    }
}

/// The preset that all attributes with the same name share.
#[doc(hidden)]
pub type SharedService = Shared<Service>;

impl Join for Service {
    /// An attribute by name makes none: it says nothing of what it should be like.
    fn join(name: &'static str, new: Self) -> &'static Self {
        named(name).unwrap_or_else(|| {
            panic!(
                "service \"{name}\": {} asks for a preset that nobody has made yet: make it before the \
                 first call, with `Service::builder(\"{name}\").….share()`, or let `list()` tell of the \
                 static",
                new.location(),
            )
        })
    }
}

/// Made by the first who says what it is like; all others must say the same.
pub(super) fn share(builder: &Builder) -> &'static Service {
    if let Some(known) = named(builder.name) {
        // The same place once more, as in a loop: it is not taken down again.
        if known.given.at == builder.at && known.given.merged(builder).is_ok() {
            return known;
        }
    }
    KNOWN.join(builder.name, builder.build(), *builder, builder.at).one
}

impl Settings for Builder {
    fn merged(&self, other: &Self) -> Result<Self, Vec<&'static str>> {
        let pairs = self.rows().into_iter().zip(other.rows());
        let differing: Vec<_> = pairs
            .filter(|((_, one), (_, other))| one != other)
            .map(|((name, _), _)| name)
            .collect();
        if differing.is_empty() { Ok(*self) } else { Err(differing) }
    }

    fn is_silent(&self) -> bool {
        false
    }

    fn entries(&self, said: &mut fmt::DebugSet<'_, '_>) {
        for (name, value) in self.rows() {
            if let Some(value) = value {
                said.entry(&format_args!("{name} = {value}"));
            }
        }
    }
}

fn told<T: fmt::Debug>(value: Option<T>) -> Option<String> {
    value.map(|value| format!("{value:?}"))
}

fn flag(set: bool) -> Option<String> {
    set.then(|| "yes".to_owned())
}

impl Builder {
    /// Each thing that is said, as a person reads it.
    fn rows(&self) -> [(&'static str, Option<String>); 17] {
        [
            ("deadline", told(self.deadline)),
            ("timeout", told(self.timeout)),
            ("attempt_timeout", told(self.attempt_timeout)),
            ("retry", told(self.retry.map(Retry::unpaid))),
            ("budget", told(self.budget).or(self.told_budget())),
            ("retry_on_timeout", flag(self.retry_on_timeout)),
            ("breaker", self.told_breaker()),
            ("expected_in", told(self.expected_in)),
            ("bulkhead", self.told_bulkhead()),
            ("rate", self.told_rate()),
            ("balance", self.balance.map(|balancer| format!("{:?}", std::ptr::from_ref(balancer)))),
            ("per_target", flag(self.per_target)),
            ("targets", told(self.targets)),
            ("pool", self.pool.map(|pool| shared(pool.name(), pool.location()))),
            ("metrics", flag(self.metrics)),
            ("timing", flag(self.timing)),
            ("harness", flag(self.harness)),
        ]
    }

    /// How it stands changes all the time: by where it is.
    fn told_budget(&self) -> Option<String> {
        self.retry?.pays().map(|budget| format!("{:?}", std::ptr::from_ref(budget)))
    }

    fn told_breaker(&self) -> Option<String> {
        match self.breaker {
            Guard::None => None,
            Guard::Default(settings) | Guard::Own(settings) => Some(format!("{settings:?}")),
            Guard::Shared(breaker) => Some(shared(breaker.name(), breaker.location())),
        }
    }

    fn told_bulkhead(&self) -> Option<String> {
        match self.bulkhead {
            Places::None => None,
            Places::Own { limit, wait: None, .. } => Some(format!("{limit}")),
            Places::Own { limit, wait, queue } => Some(format!("{limit}, {wait:?}, {queue:?}")),
            Places::Shared(bulkhead) => Some(shared(bulkhead.name(), bulkhead.location())),
        }
    }

    fn told_rate(&self) -> Option<String> {
        match self.rate {
            Pace::None => None,
            Pace::Own { calls, per, burst: None, wait: None } => Some(format!("{calls}/{per:?}")),
            Pace::Own { calls, per, burst, wait } => {
                Some(format!("{calls}/{per:?}, {burst:?}, {wait:?}"))
            }
            Pace::Shared(rate) => Some(shared(rate.name(), rate.location())),
        }
    }

    /// How long an attempt waits for its place.
    pub(super) const fn wait(&self) -> Option<std::time::Duration> {
        match self.bulkhead {
            Places::Own { wait, .. } => wait,
            Places::None | Places::Shared(_) => None,
        }
    }
}

fn shared(name: &str, at: &Location<'_>) -> String {
    format!("\"{name}\" of {at}")
}
