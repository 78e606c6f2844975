//! What is wrong with which target, and when.

use std::ops::Range;

/// How a target is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    Well,
    /// It answers, and late.
    Slow,
    /// It takes calls, and answers none.
    Hanging,
    /// It answers with an error.
    Failing,
    /// Nobody is there.
    Refusing,
}

const ILLS: [Health; 4] = [Health::Slow, Health::Hanging, Health::Failing, Health::Refusing];

/// A time at which a target is not well.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Illness {
    target: usize,
    when: Range<u64>,
    health: Health,
}

/// The illnesses of all targets, in steps of whatever the caller counts: milliseconds, requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Script {
    illnesses: Vec<Illness>,
}

impl Script {
    /// For so many targets and steps. An illness lasts for a twelfth of the script or less; no more than
    /// two targets are ill at a time, so that there is always somebody to call, and all are well in the
    /// last eighth.
    pub(crate) fn new(seed: u64, targets: usize, steps: u64) -> Self {
        const AT_ONCE: usize = 2;
        let mut dice = fastrand::Rng::with_seed(seed);
        let mut illnesses = Vec::new();
        let end = steps - steps / 8;
        // Two rows of illnesses, one after the other in each, and in each other targets.
        for row in 0..AT_ONCE {
            let mut now = dice.u64(steps / 60..steps / 20);
            loop {
                let until = now + dice.u64(steps / 60..steps / 12);
                if until >= end {
                    break;
                }
                let own: Vec<_> = (row..targets).step_by(AT_ONCE).collect();
                let target = own[dice.usize(..own.len())];
                let health = ILLS[dice.usize(..ILLS.len())];
                illnesses.push(Illness { target, when: now..until, health });
                now = until + dice.u64(0..steps / 30);
            }
        }
        Self { illnesses }
    }

    /// All fail, from beginning to end.
    pub(crate) fn blackout(targets: usize, steps: u64) -> Self {
        let ill = |target| Illness { target, when: 0..steps, health: Health::Failing };
        Self { illnesses: (0..targets).map(ill).collect() }
    }

    /// How that target is at that step.
    pub(crate) fn health(&self, target: usize, step: u64) -> Health {
        let ill = self.illnesses.iter().find(|it| it.target == target && it.when.contains(&step));
        ill.map_or(Health::Well, |ill| ill.health)
    }

    /// How many illnesses there are.
    pub(crate) fn len(&self) -> usize {
        self.illnesses.len()
    }
}

#[test]
fn a_seed_always_writes_the_same_script_and_two_are_ill_at_most() {
    for seed in 0..50 {
        let script = Script::new(seed, 5, 60_000);
        assert_eq!(script, Script::new(seed, 5, 60_000));
        assert_ne!(script, Script::new(seed + 1, 5, 60_000));
        assert!(script.len() >= 15, "{seed}: {script:?}");
        for step in (0..60_000).step_by(10) {
            let ill = (0..5).filter(|it| script.health(*it, step) != Health::Well).count();
            assert!(ill <= 2 && (step < 52_500 || ill == 0), "{seed}: {ill} at {step}");
        }
    }
}
