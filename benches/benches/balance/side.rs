//! Those that choose: dyno's policies, and two by hand.

use std::time::Duration;

use dyno::balance::{Balancer, Pick, Policy, Tried};
use dyno::breaker::Settings;

use crate::chance::Chance;
use crate::run::CLIENTS;
use crate::scenario::Scenario;

/// Chooses for each client on its own.
pub(crate) trait Side {
    /// What is to be told how the call went.
    type Token;

    /// A target; `None`: the call is refused.
    fn pick(&mut self, client: usize) -> Option<(usize, Self::Token)>;
    fn end(&mut self, token: Self::Token, well: bool);
}

pub(crate) struct Dyno(Vec<Balancer>);

impl Dyno {
    pub(crate) fn new(scenario: &Scenario, policy: Policy) -> Self {
        // The port says which one it is.
        let texts: Vec<_> = (1..)
            .zip(&scenario.targets)
            .map(|(port, target)| {
                format!("http://target:{port} weight={}", weight(policy, target.weight))
            })
            .collect();
        let settings = Settings::new().reset_timeout(Duration::from_secs(5));
        let balancer = |_| {
            let balancer = Balancer::new("simulated", &[]).policy(policy).breaker(settings);
            balancer.set(&texts).expect("targets");
            balancer
        };
        Self((0..CLIENTS).map(balancer).collect())
    }
}

/// Only the weighted policy is told.
fn weight(policy: Policy, weight: u32) -> u32 {
    if policy == Policy::Weighted { weight } else { 1 }
}

impl Side for Dyno {
    type Token = Pick;

    fn pick(&mut self, client: usize) -> Option<(usize, Pick)> {
        let pick = self.0[client].pick(&Tried::new()).ok()?;
        Some((usize::from(pick.target().port()) - 1, pick))
    }

    fn end(&mut self, pick: Pick, well: bool) {
        if well { pick.success() } else { pick.failure() }
    }
}

pub(crate) struct Random(pub(crate) Chance, pub(crate) usize);

impl Side for Random {
    type Token = ();

    fn pick(&mut self, _client: usize) -> Option<(usize, ())> {
        Some((self.0.below(self.1), ()))
    }

    fn end(&mut self, (): (), _well: bool) {}
}

/// Each client begins elsewhere.
pub(crate) struct InTurn(Vec<usize>, usize);

impl InTurn {
    pub(crate) fn new(count: usize) -> Self {
        Self((0..CLIENTS).map(|client| client * count / CLIENTS).collect(), count)
    }
}

impl Side for InTurn {
    type Token = ();

    fn pick(&mut self, client: usize) -> Option<(usize, ())> {
        let next = &mut self.0[client];
        *next = (*next + 1) % self.1;
        Some((*next, ()))
    }

    fn end(&mut self, (): (), _well: bool) {}
}
