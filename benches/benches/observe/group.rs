//! Contenders that are compared with each other: one race and one table.

use std::hint::black_box;

use allocation_counter::measure;
use benches::{Laps, Race, Section, Table, ns};

/// How many calls are looked at for what they allocate.
const COUNTED: u32 = 1000;

/// Contenders, and the one that all others are set against.
pub(crate) struct Group {
    title: &'static str,
    about: &'static str,
    against: &'static str,
    pairs: bool,
    crowd: Option<u32>,
    race: Race<'static>,
    names: Vec<String>,
    checks: Vec<Box<dyn Fn()>>,
}

impl Group {
    /// Contenders that do the same thing; `against` is one of them.
    pub(crate) fn new(title: &'static str, about: &'static str, against: &'static str) -> Self {
        let (race, names, checks) = (Race::short(), Vec::new(), Vec::new());
        Self { title, about, against, pairs: false, crowd: None, race, names, checks }
    }

    /// On two threads, too.
    pub(crate) fn in_pairs(mut self) -> Self {
        self.pairs = true;
        self
    }

    /// On so many threads, more than there are cores.
    pub(crate) fn in_crowd(mut self, threads: u32) -> Self {
        self.crowd = Some(threads);
        self
    }

    /// A contender: `f` in a function of its own that is never inlined, as one under an attribute is.
    /// With `x` it returns `wanted`, before the race and after it.
    pub(crate) fn call<X, R>(
        &mut self,
        name: &str,
        x: X,
        wanted: R,
        f: impl Fn(X) -> R + Copy + Sync + 'static,
    ) where
        X: Copy + Sync + 'static,
        R: PartialEq + std::fmt::Debug + 'static,
    {
        let (title, own) = (self.title, name.to_owned());
        self.checks.push(Box::new(move || assert_eq!(f(x), wanted, "{title}: {own}")));
        self.batch(name, move |times| {
            for _ in 0..times {
                black_box(&within(&f, black_box(x)));
            }
        });
    }

    /// A contender that makes so many calls in a loop of its own.
    pub(crate) fn batch(&mut self, name: &str, run: impl Fn(u64) + Sync + 'static) {
        self.names.push(name.to_owned());
        self.race.enter(name, run);
    }

    /// Measures, and adds the table to the section.
    pub(crate) fn run(self, section: &mut Section) -> Results {
        self.check();
        let allocations = self.names.iter().map(|name| self.allocations(name)).collect();
        let alone = self.race.run();
        let pairs = if self.pairs { self.race.run_in_pairs() } else { Vec::new() };
        let crowd = self.crowd.map_or_else(Vec::new, |threads| self.race.run_in_crowd(threads));
        self.check();
        let Self { title, about, against, crowd: threads, .. } = self;
        let results = Results { against, threads, alone, pairs, crowd, allocations };
        section.heading(title, about);
        section.add(&results.table());
        results
    }

    fn check(&self) {
        for check in &self.checks {
            check();
        }
    }

    /// Of a call, after the first ones.
    fn allocations(&self, name: &str) -> f64 {
        self.race.only(name, COUNTED.into());
        let counted = measure(|| self.race.only(name, COUNTED.into()));
        per_call(counted.count_total)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of calls are far below 2^52")]
fn per_call(count: u64) -> f64 {
    count as f64 / f64::from(COUNTED)
}

#[inline(never)]
fn within<X, R>(f: &impl Fn(X) -> R, x: X) -> R {
    f(x)
}

/// What a group took.
pub(crate) struct Results {
    against: &'static str,
    threads: Option<u32>,
    alone: Vec<Laps>,
    /// None where there was but one thread.
    pairs: Vec<Laps>,
    /// None where there was no crowd.
    crowd: Vec<Laps>,
    allocations: Vec<f64>,
}

impl Results {
    /// The middle batch of this contender.
    pub(crate) fn median(&self, name: &str) -> f64 {
        self.alone[self.named(name)].median()
    }

    /// The median of what this contender takes over that one.
    pub(crate) fn over(&self, name: &str, floor: &str) -> f64 {
        self.alone[self.named(name)].over(&self.alone[self.named(floor)])
    }

    /// How many times what that one takes this contender does.
    pub(crate) fn ratio(&self, name: &str, other: &str) -> f64 {
        self.median(name) / self.median(other)
    }

    /// The same where each has two threads.
    pub(crate) fn ratio_on_two(&self, name: &str, other: &str) -> f64 {
        self.pairs[self.named(name)].median() / self.pairs[self.named(other)].median()
    }

    /// How many times what this contender takes on one thread each of two takes.
    pub(crate) fn shared_by_two(&self, name: &str) -> f64 {
        self.pairs[self.named(name)].median() / self.median(name)
    }

    /// The same of a crowd.
    pub(crate) fn shared_by_all(&self, name: &str) -> f64 {
        self.crowd[self.named(name)].median() / self.median(name)
    }

    /// What a call of this contender allocates.
    pub(crate) fn allocations(&self, name: &str) -> f64 {
        self.allocations[self.named(name)]
    }

    fn table(&self) -> Table {
        let against = format!("against {}", self.against.trim_start_matches("floor: "));
        let mut columns = vec!["way", "min", "median", &against];
        let crowd = self.threads.map(|threads| format!("{threads} threads"));
        columns.extend((!self.pairs.is_empty()).then_some("two threads"));
        columns.extend(crowd.as_deref());
        columns.push("allocations");
        let mut table = Table::new(&columns);
        for (i, it) in self.alone.iter().enumerate() {
            let ratio = self.ratio(&it.name, self.against);
            let mut cells = vec![it.name.clone(), ns(it.min()), ns(it.median()), times(ratio)];
            let shared = [self.pairs.get(i), self.crowd.get(i)];
            cells.extend(shared.into_iter().flatten().map(|laps| ns(laps.median())));
            cells.push(count(self.allocations[i]));
            table.row(&cells);
        }
        table
    }

    fn named(&self, name: &str) -> usize {
        let at = self.alone.iter().position(|laps| laps.name == name);
        at.unwrap_or_else(|| panic!("no contender is called {name:?}"))
    }
}

/// A ratio for a cell.
fn times(ratio: f64) -> String {
    format!("{ratio:.2} x")
}

/// Whole, where it is.
fn count(value: f64) -> String {
    let text = format!("{value:.2}");
    text.strip_suffix(".00").map_or(text.clone(), str::to_owned)
}
