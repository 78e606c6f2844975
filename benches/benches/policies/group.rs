//! Contenders that are compared with each other: one race and one table.

use std::hint::black_box;

use allocation_counter::measure;
use benches::{Laps, Race, Section, Table, block_on, ns};
use tokio::task::unconstrained;

use crate::call::{Came, Fail, GOOD, Outcome, call, call_async};

/// How many calls are looked at for what they allocate.
const COUNTED: u32 = 1000;

pub(crate) const CALL: &str = "floor: the call";
pub(crate) const CALL_ASYNC: &str = "floor: the call, async";

/// The name of a contender's async form.
pub(crate) fn in_async(name: &str) -> String {
    format!("{name}, async")
}

struct Row {
    name: String,
    is_async: bool,
    check: Box<dyn Fn() -> Came>,
}

/// Contenders, and what comes of their calls.
pub(crate) struct Group {
    title: &'static str,
    about: &'static str,
    wanted: Came,
    /// The lowest bits of the argument that change from call to call.
    mask: u64,
    in_pairs: bool,
    race: Race<'static>,
    rows: Vec<Row>,
}

impl Group {
    /// Calls that succeed; the call alone is the floor, sync and async.
    pub(crate) fn of_calls(title: &'static str, about: &'static str) -> Self {
        let mut group = Self::of(title, about, Came::Success);
        group.call(CALL, call);
        group.call_async(CALL, call_async);
        group
    }

    /// Async calls that succeed; `call` alone is the floor.
    pub(crate) fn of_calls_to<F: Future<Output = Result<u64, Fail>>>(
        title: &'static str,
        about: &'static str,
        call: impl Fn(u64) -> F + Copy + Sync + 'static,
    ) -> Self {
        let mut group = Self::of(title, about, Came::Success);
        group.call_async(CALL, call);
        group
    }

    /// Calls that are turned away: the call itself is not made.
    pub(crate) fn of_refusals(title: &'static str, about: &'static str) -> Self {
        Self::of(title, about, Came::Refusal)
    }

    /// What has no call in it.
    pub(crate) fn of_things(title: &'static str, about: &'static str) -> Self {
        Self::of(title, about, Came::Success)
    }

    fn of(title: &'static str, about: &'static str, wanted: Came) -> Self {
        let (race, rows) = (Race::new(), Vec::new());
        Self { title, about, wanted, mask: 0, in_pairs: false, race, rows }
    }

    /// On two threads, too.
    pub(crate) fn in_pairs(mut self) -> Self {
        self.in_pairs = true;
        self
    }

    /// The arguments go around so many, a power of two.
    pub(crate) fn keys(mut self, keys: u64) -> Self {
        assert!(keys.is_power_of_two(), "the keys are cut out by a mask");
        self.mask = keys - 1;
        self
    }

    /// A contender: `f` in a function of its own that is never inlined, as one under an attribute is.
    pub(crate) fn call<R: Outcome>(
        &mut self,
        name: &str,
        f: impl Fn(u64) -> R + Copy + Sync + 'static,
    ) {
        let mask = self.mask;
        let check = Box::new(move || f(GOOD).came());
        self.rows.push(Row { name: name.to_owned(), is_async: false, check });
        self.race.enter(name, move |times| {
            for i in 0..times {
                black_box(&within(&f, black_box(GOOD + (i & mask))));
            }
        });
    }

    /// A contender that returns a future.
    pub(crate) fn call_async<R: Outcome, F: Future<Output = R>>(
        &mut self,
        name: &str,
        f: impl Fn(u64) -> F + Copy + Sync + 'static,
    ) {
        self.call_own(name, move || async move |x| f(x).await);
    }

    /// An async contender of which every thread has one of its own, that it must be alone with.
    pub(crate) fn call_own<R: Outcome, C: AsyncFnMut(u64) -> R>(
        &mut self,
        name: &str,
        make: impl Fn() -> C + Copy + Sync + 'static,
    ) {
        let (name, mask) = (in_async(name), self.mask);
        let check = Box::new(move || {
            block_on(async {
                let mut f = make();
                f(GOOD).await.came()
            })
        });
        self.rows.push(Row { name: name.clone(), is_async: true, check });
        self.race.enter(name, move |times| {
            // A batch is one task, which tokio would make yield after every so many permits.
            block_on(unconstrained(async {
                let mut f = make();
                for i in 0..times {
                    black_box(&f(black_box(GOOD + (i & mask))).await);
                }
            }));
        });
    }

    /// Measures, and adds the table to the section.
    pub(crate) fn run(self, section: &mut Section) -> Results {
        self.check("before");
        let allocations = self.rows.iter().map(|row| self.allocations(&row.name)).collect();
        let alone = self.race.run();
        let pairs = if self.in_pairs { self.race.run_in_pairs() } else { Vec::new() };
        self.check("after");
        let results = Results { rows: self.rows, alone, pairs, allocations };
        section.heading(self.title, self.about);
        section.add(&results.table());
        results
    }

    /// Of a call, after the first ones.
    fn allocations(&self, name: &str) -> f64 {
        self.race.only(name, COUNTED.into());
        let counted = measure(|| self.race.only(name, COUNTED.into())).count_total;
        f64::from(u32::try_from(counted).unwrap_or(u32::MAX)) / f64::from(COUNTED)
    }

    /// A floor makes no more than it wants to.
    fn check(&self, when: &str) {
        for row in self.rows.iter().filter(|row| !row.name.starts_with("floor: ")) {
            assert_eq!((row.check)(), self.wanted, "{}: {}, {when} the race", self.title, row.name);
        }
    }
}

#[inline(never)]
fn within<R>(f: &impl Fn(u64) -> R, x: u64) -> R {
    f(x)
}

/// What a group took.
pub(crate) struct Results {
    rows: Vec<Row>,
    alone: Vec<Laps>,
    /// None where there was but one thread.
    pairs: Vec<Laps>,
    allocations: Vec<f64>,
}

impl Results {
    /// The middle batch of this contender.
    pub(crate) fn median(&self, name: &str) -> f64 {
        self.alone[self.named(name)].median()
    }

    /// The median of what this contender takes over the call.
    pub(crate) fn over(&self, name: &str) -> f64 {
        self.over_of(self.named(name)).unwrap_or(f64::NAN)
    }

    /// What a call of this contender allocates.
    pub(crate) fn allocations(&self, name: &str) -> f64 {
        self.allocations[self.named(name)]
    }

    /// The same in reads of a clock, which differ from machine to machine.
    pub(crate) fn over_in(&self, name: &str, clock: &str) -> f64 {
        self.over(name) / self.median(clock)
    }

    /// The middle batch in reads of a clock.
    pub(crate) fn median_in(&self, name: &str, clock: &str) -> f64 {
        self.median(name) / self.median(clock)
    }

    fn table(&self) -> Table {
        let has_floor = self.at(CALL).or(self.at(CALL_ASYNC)).is_some();
        let mut columns = vec!["way", "min", "median"];
        columns.extend(has_floor.then_some("over the call"));
        if !self.pairs.is_empty() {
            columns.extend(["two threads", "both, against one"]);
        }
        columns.push("allocations");
        let mut table = Table::new(&columns);
        for (i, row) in self.rows.iter().enumerate() {
            let it = &self.alone[i];
            let mut cells = vec![row.name.clone(), ns(it.min()), ns(it.median())];
            cells.extend(has_floor.then(|| self.over_of(i).map_or_else(String::new, ns)));
            if let Some(pair) = self.pairs.get(i).map(Laps::median) {
                cells.extend([ns(pair), ns(2.0 * it.median() / pair)]);
            }
            cells.push(self.allocations[i].to_string());
            table.row(&cells);
        }
        table
    }

    /// None where there is no call in it.
    fn over_of(&self, at: usize) -> Option<f64> {
        let row = &self.rows[at];
        if row.name.starts_with("floor: ") && !row.name.starts_with(CALL) {
            return None;
        }
        let floor = self.at(if row.is_async { CALL_ASYNC } else { CALL })?;
        Some(self.alone[at].over(&self.alone[floor]))
    }

    fn named(&self, name: &str) -> usize {
        self.at(name).unwrap_or_else(|| panic!("no contender is called {name:?}"))
    }

    fn at(&self, name: &str) -> Option<usize> {
        self.rows.iter().position(|row| row.name == name)
    }
}
