//! Events in the order of their times, and what they do.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use crate::chance::Chance;
use crate::scenario::{Scenario, Target};
use crate::side::Side;

pub(crate) const CLIENTS: usize = 4;
/// After which a caller waits no longer.
const PATIENCE: u64 = 1_000_000_000;
/// How long a failure takes.
const FAILURE: u64 = 1_000_000;

/// How the calls of a run fared.
#[derive(Default)]
pub(crate) struct Fares {
    /// Of the calls that were answered or given up, in nanoseconds.
    pub(crate) took: Vec<u64>,
    pub(crate) calls: u64,
    pub(crate) failed: u64,
    pub(crate) given_up: u64,
    pub(crate) refused: u64,
    /// How many went to each target.
    pub(crate) at: Vec<u64>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Comes,
    /// Of this target, as it was after so many deaths.
    Answers {
        target: usize,
        lives: u32,
        call: usize,
    },
    Fails {
        call: usize,
    },
    IsGivenUp {
        call: usize,
    },
    Dies {
        target: usize,
    },
}

struct World<'a> {
    scenario: &'a Scenario,
    now: u64,
    events: BinaryHeap<Reverse<(u64, u64, Event)>>,
    count: u64,
    chance: Chance,
    servers: Vec<Server>,
}

#[derive(Default)]
struct Server {
    waiting: VecDeque<usize>,
    busy: usize,
    lives: u32,
}

struct Call<T> {
    begun: u64,
    token: Option<T>,
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Runs all of it in the time of a runtime that is paused.
pub(crate) async fn run<S: Side>(scenario: &Scenario, mut side: S, seed: u64) -> Fares {
    let mut world = World::new(scenario, seed);
    let mut calls: Vec<Call<S::Token>> = Vec::new();
    let mut fares = Fares { at: vec![0; scenario.targets.len()], ..Fares::default() };
    let end = nanos(scenario.lasts);
    while let Some(Reverse((at, _, event))) = world.events.pop() {
        if at > world.now {
            tokio::time::advance(Duration::from_nanos(at - world.now)).await;
            world.now = at;
        }
        match event {
            Event::Comes => {
                if at < end {
                    let gap = world.chance.exponential(1e9 / scenario.rate);
                    world.after(gap, Event::Comes);
                }
                let client = world.chance.below(CLIENTS);
                fares.calls += 1;
                let Some((target, token)) = side.pick(client) else {
                    fares.refused += 1;
                    continue;
                };
                fares.at[target] += 1;
                calls.push(Call { begun: at, token: Some(token) });
                world.arrive(target, calls.len() - 1);
            }
            Event::Answers { target, lives, call } => {
                if world.answer(target, lives) {
                    if let Some(token) = calls[call].token.take() {
                        fares.took.push(at - calls[call].begun);
                        side.end(token, true);
                    }
                }
            }
            Event::Fails { call } => {
                if let Some(token) = calls[call].token.take() {
                    fares.failed += 1;
                    side.end(token, false);
                }
            }
            Event::IsGivenUp { call } => {
                if let Some(token) = calls[call].token.take() {
                    fares.given_up += 1;
                    fares.took.push(PATIENCE);
                    side.end(token, false);
                }
            }
            Event::Dies { target } => world.servers[target].die(),
        }
    }
    fares
}

impl<'a> World<'a> {
    fn new(scenario: &'a Scenario, seed: u64) -> Self {
        let servers = scenario.targets.iter().map(|_| Server::default()).collect();
        let (events, chance) = (BinaryHeap::new(), Chance::of(seed));
        let mut world = Self { scenario, now: 0, events, count: 0, chance, servers };
        world.after(0, Event::Comes);
        for (target, of) in scenario.targets.iter().enumerate() {
            if let Some(away) = &of.away {
                world.after(nanos(away.start), Event::Dies { target });
            }
        }
        world
    }

    fn after(&mut self, time: u64, event: Event) {
        self.count += 1;
        self.events.push(Reverse((self.now + time, self.count, event)));
    }

    fn of(&self, target: usize) -> &'a Target {
        &self.scenario.targets[target]
    }

    fn arrive(&mut self, target: usize, call: usize) {
        self.after(PATIENCE, Event::IsGivenUp { call });
        let of = self.of(target);
        let now = Duration::from_nanos(self.now);
        if of.away.as_ref().is_some_and(|away| away.contains(&now)) {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "a share")]
        let drawn = self.chance.below(1000) as f64 / 1000.0;
        if drawn < of.fails {
            self.after(FAILURE, Event::Fails { call });
        } else if self.servers[target].busy < of.workers {
            self.begin(target, call);
        } else {
            self.servers[target].waiting.push_back(call);
        }
    }

    fn begin(&mut self, target: usize, call: usize) {
        let server = &mut self.servers[target];
        server.busy += 1;
        let lives = server.lives;
        let takes = self.of(target).takes.as_secs_f64() * 1e9;
        let takes = self.chance.exponential(takes);
        self.after(takes, Event::Answers { target, lives, call });
    }

    /// Whether the answer leaves the target.
    fn answer(&mut self, target: usize, lives: u32) -> bool {
        let server = &mut self.servers[target];
        if server.lives != lives {
            return false;
        }
        server.busy -= 1;
        if let Some(next) = server.waiting.pop_front() {
            self.begin(target, next);
        }
        true
    }
}

impl Server {
    /// What it was at is lost.
    fn die(&mut self) {
        let lives = self.lives + 1;
        *self = Self { lives, ..Self::default() };
    }
}
