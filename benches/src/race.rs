//! Contenders that take turns: a batch each, round after round.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::laps::Laps;
use crate::meter::{preempted, thread_cpu};

/// Long against the reading of a clock, short against a time slice of the scheduler.
const BATCH: Duration = Duration::from_micros(400);

/// In a crowd batches are so many times as long, so that the scheduler takes turns within one, and
/// rounds so many times fewer.
const CROWDED: u32 = 10;

/// Contenders, and how many rounds they run.
pub struct Race<'a> {
    rounds: usize,
    contenders: Vec<Contender<'a>>,
}

struct Contender<'a> {
    name: String,
    run: Box<dyn Fn(u64) + Sync + 'a>,
}

impl<'a> Race<'a> {
    /// As many rounds as figures for the record need; with `--quick` on the command line, few.
    pub fn new() -> Self {
        if crate::section::quick() { Self::brief() } else { Self::of(600) }
    }

    /// Half as many: for a bench of many contenders.
    pub fn short() -> Self {
        if crate::section::quick() { Self::brief() } else { Self::of(300) }
    }

    /// Few rounds: to see that it runs.
    pub fn brief() -> Self {
        Self::of(15)
    }

    fn of(rounds: usize) -> Self {
        Self { rounds, contenders: Vec::new() }
    }

    /// `run(n)` makes n calls: see [`calls!`](crate::calls).
    pub fn enter(&mut self, name: impl Into<String>, run: impl Fn(u64) + Sync + 'a) {
        self.contenders.push(Contender { name: name.into(), run: Box::new(run) });
    }

    /// So many calls of this contender and nothing else, for a profiler that watches.
    ///
    /// # Panics
    /// When there is no contender of this name.
    pub fn only(&self, name: &str, times: u64) {
        let contender = self.contenders.iter().find(|it| it.name == name);
        (contender.expect("a contender of this name").run)(times);
    }

    /// Thread CPU time per call, on one thread; in the order of entering.
    pub fn run(&self) -> Vec<Laps> {
        self.rounds(self.rounds, |contender, times| Some(alone(&*contender.run, times)))
    }

    /// Time per call on each of two threads that do the same at the same moment. Batches that did
    /// not overlap, and those during which a thread lost its core, do not count.
    pub fn run_in_pairs(&self) -> Vec<Laps> {
        self.rounds(self.rounds, |contender, times| in_pair(&*contender.run, times))
    }

    /// Thread CPU time per call of so many threads, more than there are cores, that do the same.
    pub fn run_in_crowd(&self, threads: u32) -> Vec<Laps> {
        let rounds = self.rounds.div_ceil(CROWDED as usize);
        self.rounds(rounds, |contender, times| Some(in_crowd(&*contender.run, times, threads)))
    }

    fn rounds(
        &self,
        rounds: usize,
        lap: impl Fn(&Contender<'a>, u64) -> Option<Duration>,
    ) -> Vec<Laps> {
        let times: Vec<_> = self.contenders.iter().map(|it| calibrate(|n| lap(it, n))).collect();
        let mut batches = vec![Vec::new(); self.contenders.len()];
        for _ in 0..rounds {
            for (i, contender) in self.contenders.iter().enumerate() {
                if let Some(took) = lap(contender, times[i]) {
                    batches[i].push(per_call(took, times[i]));
                }
            }
        }
        let names = self.contenders.iter().map(|contender| contender.name.clone());
        names.zip(batches).map(|(name, batches)| Laps { name, batches }).collect()
    }
}

impl Default for Race<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Race<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.contenders.iter().map(|it| &it.name)).finish()
    }
}

/// How many calls fill a batch.
fn calibrate(lap: impl Fn(u64) -> Option<Duration>) -> u64 {
    let mut times = 100;
    for _ in 0..60 {
        // The faster of two: one that was disturbed would make all batches of the race too short.
        match [lap(times), lap(times)].into_iter().flatten().min() {
            Some(took) if took >= BATCH / 2 => {
                return scaled(times, BATCH.as_secs_f64() / took.as_secs_f64());
            }
            Some(_) => times *= 2,
            None => {}
        }
    }
    times
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "counts of calls are far below 2^52"
)]
fn scaled(times: u64, by: f64) -> u64 {
    ((times as f64 * by) as u64).max(1)
}

#[expect(clippy::cast_precision_loss, reason = "counts of calls are far below 2^52")]
fn per_call(took: Duration, times: u64) -> f64 {
    took.as_secs_f64() * 1e9 / times as f64
}

fn alone(run: &(dyn Fn(u64) + Sync), times: u64) -> Duration {
    let begun = thread_cpu();
    run(times);
    thread_cpu().saturating_sub(begun)
}

/// When a thread of a pair began, when it ended, and whether the core was its own.
struct Leg {
    begun: Instant,
    ended: Instant,
    undisturbed: bool,
}

fn in_pair(run: &(dyn Fn(u64) + Sync), times: u64) -> Option<Duration> {
    let waiting = AtomicU32::new(2);
    let leg = || {
        // What a thread's first call sets up is not measured.
        run(1);
        waiting.fetch_sub(1, Ordering::SeqCst);
        while waiting.load(Ordering::SeqCst) != 0 {
            std::hint::spin_loop();
        }
        let lost = preempted();
        let begun = Instant::now();
        run(times);
        let ended = Instant::now();
        Leg { begun, ended, undisturbed: preempted() == lost }
    };
    let (a, b) = thread::scope(|scope| {
        let other = scope.spawn(leg);
        (leg(), other.join().expect("a contender does not panic"))
    });
    let together = a.ended.min(b.ended).saturating_duration_since(a.begun.max(b.begun));
    let longest = (a.ended - a.begun).max(b.ended - b.begun);
    let counts = a.undisturbed && b.undisturbed && together > longest * 3 / 4;
    counts.then(|| ((a.ended - a.begun) + (b.ended - b.begun)) / 2)
}

/// The mean of the threads.
fn in_crowd(run: &(dyn Fn(u64) + Sync), times: u64, threads: u32) -> Duration {
    let gate = Barrier::new(threads as usize);
    let leg = || {
        run(1);
        gate.wait();
        (0..CROWDED).map(|_| alone(run, times)).sum::<Duration>()
    };
    let took: Duration = thread::scope(|scope| {
        let legs: Vec<_> = (0..threads).map(|_| scope.spawn(leg)).collect();
        legs.into_iter().map(|leg| leg.join().expect("a contender does not panic")).sum()
    });
    took / threads / CROWDED
}
