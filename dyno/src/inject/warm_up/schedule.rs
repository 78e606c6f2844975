//! The order of building: by data flow.
//!
//! Each provider counts what it still waits for, and starts at zero: no waves, so a slow provider
//! holds up only those that need it. Where workers are scarce, the one with the longest chain of
//! work behind it goes first (list scheduling by critical path: Graham, "Bounds on multiprocessing
//! timing anomalies", 1969).

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::time::Duration;

use super::report::{Built, Outcome, Report};
use crate::clock::{self, Instant};
use crate::fault::{InjectError, InjectErrorKind};
use crate::inject::any::{AnySite, AnySlot};
use crate::inject::build::Asked;
use crate::inject::force::carried;
use crate::inject::model::Model;
use crate::inject::slot::Core;
use crate::inject::together::Together;
use crate::inject::wait::{on_worker, within};
use crate::pool::build::Crew;

/// What is assumed of a provider that has never been timed.
const UNKNOWN: Duration = Duration::from_millis(1);

/// Sees providers come and go.
pub(super) trait Watch: Send {
    fn began(&mut self, at: usize, provider: &str);
    fn ended(&mut self, at: usize, error: Option<&InjectError>);
}

pub(super) struct Schedule {
    jobs: Vec<Job>,
    limit: usize,
    timeout: Option<Duration>,
    /// Async providers may be polled by whoever runs this.
    polls: bool,
    watch: Option<Box<dyn Watch>>,
    began: Instant,
}

struct Job {
    slot: &'static dyn AnySlot,
    asked: Asked,
    required: bool,
    needs: Vec<usize>,
    needed_by: Vec<usize>,
    /// How many of its needs are not there yet.
    waits_for: usize,
    /// The time of the longest chain that begins with it.
    weight: Duration,
    state: State,
}

enum State {
    Waiting,
    Running(Instant),
    Done(Done),
}

struct Done {
    began: Instant,
    ended: Instant,
    outcome: Outcome,
}

impl Schedule {
    pub(super) fn new(
        model: &Model,
        limit: Option<usize>,
        timeout: Option<Duration>,
        polls: bool,
        watch: Option<Box<dyn Watch>>,
    ) -> Self {
        let mut jobs: Vec<Job> = Vec::new();
        let mut job_of = vec![None; model.nodes.len()];
        for (at, node) in model.nodes.iter().enumerate() {
            let (Some(slot), Some(first)) = (node.slot, node.sites.first()) else { continue };
            job_of[at] = Some(jobs.len());
            jobs.push(Job::new(slot, *first, node.sites.iter().any(|it| it.fallbacks().is_none())));
        }
        for edge in model.edges.iter().filter(|edge| !edge.deferred) {
            let (Some(from), Some(to)) = (job_of[edge.from], job_of[edge.to]) else { continue };
            if !jobs[from].needs.contains(&to) {
                jobs[from].needs.push(to);
                jobs[from].waits_for += 1;
                jobs[to].needed_by.push(from);
            }
        }
        weigh(&mut jobs);
        let limit = limit.unwrap_or(usize::MAX);
        Self { jobs, limit, timeout, polls, watch, began: clock::now() }
    }

    pub(super) async fn run(mut self) -> Report {
        let crew = Crew::default();
        let mut running = Together::default();
        let mut count = 0;
        loop {
            while count < self.limit {
                let Some(at) = self.next(count == 0) else { break };
                running.add(self.start(at, &crew));
                count += 1;
            }
            let Some((at, outcome)) = poll_fn(|cx| running.poll_next(cx)).await else { break };
            count -= 1;
            self.end(at, outcome);
        }
        self.report()
    }

    /// The next to start: of those that wait for nothing the weightiest. When nothing runs and
    /// nothing is free they wait for each other; one is started, to be told so.
    fn next(&self, idle: bool) -> Option<usize> {
        let waiting = || {
            let jobs = self.jobs.iter().enumerate();
            jobs.filter(|(_, job)| matches!(job.state, State::Waiting))
        };
        let free = waiting().filter(|(_, job)| job.waits_for == 0);
        // `max_by_key` gives the last of equals; the order of declaration should win.
        let free = free.rev().max_by_key(|(_, job)| job.weight).map(|(at, _)| at);
        free.or_else(|| if idle { waiting().next().map(|(at, _)| at) } else { None })
    }

    fn start(
        &mut self,
        at: usize,
        crew: &Crew,
    ) -> impl Future<Output = (usize, Outcome)> + Send + 'static {
        let Job { slot, asked, .. } = self.jobs[at];
        self.jobs[at].state = State::Running(clock::now());
        if let Some(watch) = &mut self.watch {
            watch.began(at, slot.core().name);
        }
        let (crew, timeout, polls) = (crew.clone(), self.timeout, self.polls);
        async move {
            // What is registered is looked up each time: it differs from tenant to tenant.
            if slot.core().life().is_some() && slot.core().is_ready() {
                return (at, Outcome::Kept);
            }
            slot.core().forget_failure();
            let build = async {
                if polls && slot.core().is_async() {
                    return slot.build_async(asked).await;
                }
                let built = on_worker(&crew, carried(move || slot.build(asked))).await;
                match built.unwrap_or_else(|| Err(panicked())) {
                    // Only the registry knows that what is registered has to be awaited.
                    Err(error) if polls && slot.core().life().is_none() && is_cold(&error) => {
                        slot.build_async(asked).await
                    }
                    built => built,
                }
            };
            let late = |limit| {
                let error = InjectError::new(InjectErrorKind::TimedOut(limit));
                slot.core().abandon(error.clone().provided_by(asked.provider()));
                Err(error)
            };
            let outcome = match within(timeout, build, late).await {
                Ok(()) => Outcome::Built,
                Err(error) => Outcome::Failed(asked.tell(error)),
            };
            (at, outcome)
        }
    }

    fn end(&mut self, at: usize, outcome: Outcome) {
        if let Some(watch) = &mut self.watch {
            watch.ended(at, outcome.error());
        }
        let job = &mut self.jobs[at];
        let ended = clock::now();
        let began = if let State::Running(began) = job.state { began } else { ended };
        job.state = State::Done(Done { began, ended, outcome });
        for dependent in std::mem::take(&mut job.needed_by) {
            self.jobs[dependent].waits_for -= 1;
        }
    }

    fn report(self) -> Report {
        let began = self.began;
        let wall = clock::now() - began;
        let cores: Vec<_> = self.jobs.iter().map(|job| job.slot.core()).collect();
        let built = self.jobs.into_iter().filter_map(|job| job.built(began, &cores)).collect();
        Report::new(built, wall)
    }
}

impl Job {
    fn new(slot: &'static dyn AnySlot, site: &dyn AnySite, required: bool) -> Self {
        Self {
            slot,
            asked: site.asked(),
            required,
            needs: Vec::new(),
            needed_by: Vec::new(),
            waits_for: 0,
            weight: Duration::ZERO,
            state: State::Waiting,
        }
    }

    fn built(self, run_began: Instant, all: &[&'static Core]) -> Option<Built> {
        let State::Done(Done { began, ended, outcome }) = self.state else { return None };
        let last = self.slot.core().last().filter(|last| last.began >= run_began);
        let took = match (&outcome, &last) {
            (Outcome::Kept, _) => Duration::ZERO,
            (Outcome::Built, Some(last)) => last.time,
            _ => ended - began,
        };
        let began = last.as_ref().map_or(began, |last| last.began) - run_began;
        let core = self.slot.core();
        let doubled = all.iter().any(|other| other.doubles(core));
        Some(Built {
            provider: core.name,
            view: core.provides().filter(|_| doubled),
            began,
            took,
            thread: last.map_or_else(String::new, |last| last.thread),
            outcome,
            needs: self.needs,
            required: self.required,
        })
    }
}

fn is_cold(error: &InjectError) -> bool {
    matches!(error.kind(), InjectErrorKind::NeedsWarmUp)
}

/// What is not caught as the provider's own panic.
fn panicked() -> InjectError {
    InjectError::new(InjectErrorKind::Panicked("a panic outside of the provider".into()))
}

/// Gives each job the time of the longest chain that begins with it, by what was measured before.
fn weigh(jobs: &mut [Job]) {
    // Those that nobody needs first, then backwards; what is in a cycle keeps its own time.
    let mut open: Vec<usize> = jobs.iter().map(|job| job.needed_by.len()).collect();
    let mut free: Vec<usize> = (0..jobs.len()).filter(|at| open[*at] == 0).collect();
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    let own = |job: &Job| job.slot.core().last().map_or(UNKNOWN, |last| last.time.max(UNKNOWN));
    while let Some(at) = free.pop() {
        seen.insert(at);
        let behind = jobs[at].needed_by.iter().map(|it| jobs[*it].weight).max();
        jobs[at].weight = own(&jobs[at]) + behind.unwrap_or_default();
        for need in jobs[at].needs.clone() {
            open[need] -= 1;
            if open[need] == 0 {
                free.push(need);
            }
        }
    }
    for job in jobs.iter_mut().enumerate().filter(|(at, _)| !seen.contains(at)).map(|(_, job)| job)
    {
        job.weight = own(job);
    }
}
