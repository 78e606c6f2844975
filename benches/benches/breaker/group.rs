//! Contenders that are compared with each other: one race and one table.

use std::hint::black_box;

use benches::{Laps, Race, Section, Table, block_on, ns};

use crate::call::{BAD, Came, GOOD, Outcome};

pub(crate) const CALL: &str = "floor: the call";
pub(crate) const CALL_ASYNC: &str = "floor: the call, async";
pub(crate) const CALL_TELLING: &str = "floor: the call, error keeps the fault";

/// The name of a contender's async form.
pub(crate) fn in_async(name: &str) -> String {
    format!("{name}, async")
}

/// What the contenders are called with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Traffic {
    /// The same each time.
    Steady(u64),
    /// The first of so many is one, the others are another.
    Mixed { of: u64, first: u64, others: u64 },
}

impl Traffic {
    pub(crate) const GOOD: Self = Self::Steady(GOOD);
    pub(crate) const BAD: Self = Self::Steady(BAD);
    pub(crate) const ONE_BAD_IN_100: Self = Self::Mixed { of: 100, first: BAD, others: GOOD };
    pub(crate) const ONE_GOOD_IN_10: Self = Self::Mixed { of: 10, first: GOOD, others: BAD };

    /// What a single call that checks a contender is given.
    fn sample(self) -> u64 {
        match self {
            Self::Steady(x) => x,
            Self::Mixed { .. } => GOOD,
        }
    }
}

/// Whose a contender is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    Floor,
    Dyno,
    /// A peer that does right in what the group measures.
    Sound,
    /// One that does not: why.
    Unsound(&'static str),
}

struct Row {
    name: String,
    whose: Whose,
    is_async: bool,
    check: Box<dyn Fn() -> Came>,
}

/// Contenders, what they are called with, and what comes of it.
pub(crate) struct Group {
    title: &'static str,
    about: &'static str,
    traffic: Traffic,
    wanted: Came,
    race: Race<'static>,
    rows: Vec<Row>,
    lasting: Vec<(String, Box<dyn Fn() -> bool>)>,
    unsound: Vec<(String, &'static str)>,
}

impl Group {
    pub(crate) fn new(
        title: &'static str,
        about: &'static str,
        traffic: Traffic,
        wanted: Came,
    ) -> Self {
        let (race, rows) = (Race::new(), Vec::new());
        let (lasting, unsound) = (Vec::new(), Vec::new());
        Self { title, about, traffic, wanted, race, rows, lasting, unsound }
    }

    /// A contender: `f` in a function of its own that is never inlined, as a guarded one is.
    pub(crate) fn call<R: Outcome>(
        &mut self,
        whose: Whose,
        name: &str,
        f: impl Fn(u64) -> R + Copy + Sync + 'static,
    ) {
        let (name, traffic) = (self.named(whose, name), self.traffic);
        let check = Box::new(move || f(traffic.sample()).came());
        self.rows.push(Row { name: name.clone(), whose, is_async: false, check });
        self.race.enter(name, move |times| match traffic {
            Traffic::Steady(x) => {
                for _ in 0..times {
                    black_box(&within(&f, black_box(x)));
                }
            }
            Traffic::Mixed { of, first, others } => {
                let mut left = 0;
                for _ in 0..times {
                    black_box(&within(&f, black_box(turn(&mut left, of, first, others))));
                }
            }
        });
    }

    /// A contender that returns a future.
    pub(crate) fn call_async<R: Outcome, F: Future<Output = R>>(
        &mut self,
        whose: Whose,
        name: &str,
        f: impl Fn(u64) -> F + Copy + Sync + 'static,
    ) {
        self.call_own(whose, name, move || async move |x| f(x).await);
    }

    /// An async contender of which every thread has one of its own, that it must be alone with.
    pub(crate) fn call_own<R: Outcome, C: AsyncFnMut(u64) -> R>(
        &mut self,
        whose: Whose,
        name: &str,
        make: impl Fn() -> C + Copy + Sync + 'static,
    ) {
        let (name, traffic) = (self.named(whose, &in_async(name)), self.traffic);
        let check = Box::new(move || {
            let mut f = make();
            block_on(f(traffic.sample())).came()
        });
        self.rows.push(Row { name: name.clone(), whose, is_async: true, check });
        self.race.enter(name, move |times| {
            let mut f = make();
            block_on(async {
                match traffic {
                    Traffic::Steady(x) => {
                        for _ in 0..times {
                            black_box(&f(black_box(x)).await);
                        }
                    }
                    Traffic::Mixed { of, first, others } => {
                        let mut left = 0;
                        for _ in 0..times {
                            let x = black_box(turn(&mut left, of, first, others));
                            black_box(&f(x).await);
                        }
                    }
                }
            });
        });
    }

    /// Something that must hold when all is measured: else something else was.
    pub(crate) fn lasting(&mut self, name: &str, holds: impl Fn() -> bool + 'static) {
        self.lasting.push((name.to_owned(), Box::new(holds)));
    }

    /// So many calls of one contender.
    pub(crate) fn only(&self, name: &str, times: u64) {
        self.race.only(name, times);
    }

    /// Measures, and adds the table to the section.
    pub(crate) fn run(self, section: &mut Section) -> Results {
        self.check("before");
        let (alone, pairs) = (self.race.run(), self.race.run_in_pairs());
        self.check("after");
        let results = Results { rows: self.rows, alone, pairs };
        section.heading(self.title, &with_notes(self.about, &self.unsound));
        section.add(&results.table());
        results
    }

    fn check(&self, when: &str) {
        for row in &self.rows {
            let came = (row.check)();
            let wanted = if row.whose == Whose::Floor { came } else { self.wanted };
            assert_eq!(came, wanted, "{}: {}, {when} the race", self.title, row.name);
        }
        for (name, holds) in &self.lasting {
            assert!(holds(), "{}: {name} is in another state {when} the race", self.title);
        }
    }

    fn named(&mut self, whose: Whose, name: &str) -> String {
        let Whose::Unsound(why) = whose else { return name.to_owned() };
        let peer = name.split([',', ':']).next().unwrap_or(name);
        if !self.unsound.iter().any(|(other, _)| other == peer) {
            self.unsound.push((peer.to_owned(), why));
        }
        format!("{name} †")
    }
}

fn with_notes(about: &str, unsound: &[(String, &str)]) -> String {
    if unsound.is_empty() {
        return about.to_owned();
    }
    let notes: Vec<_> = unsound.iter().map(|(peer, why)| format!("{peer}: {why}")).collect();
    format!("{about}\n\n† not sound in what is measured here. {}.", notes.join("; "))
}

#[inline(never)]
fn within<R>(f: &impl Fn(u64) -> R, x: u64) -> R {
    f(x)
}

#[inline]
fn turn(left: &mut u64, of: u64, first: u64, others: u64) -> u64 {
    if *left == 0 {
        *left = of - 1;
        first
    } else {
        *left -= 1;
        others
    }
}

/// What a group took.
pub(crate) struct Results {
    rows: Vec<Row>,
    alone: Vec<Laps>,
    pairs: Vec<Laps>,
}

impl Results {
    /// The middle batch of this contender.
    pub(crate) fn median(&self, name: &str) -> f64 {
        self.alone[self.at(name)].median()
    }

    /// The same, over the call.
    pub(crate) fn over(&self, name: &str) -> f64 {
        self.over_of(self.at(name)).unwrap_or(f64::NAN)
    }

    /// How many times as much two threads do as one.
    pub(crate) fn two(&self, name: &str) -> f64 {
        let at = self.at(name);
        2.0 * self.alone[at].median() / self.pairs[at].median()
    }

    /// The fastest peer that is sound, sync or async; where none is, the fastest of all.
    pub(crate) fn best_peer(&self, is_async: bool) -> Option<(&str, f64)> {
        let peers = || {
            let rows = self.rows.iter().zip(&self.alone);
            rows.filter(move |(row, _)| row.is_async == is_async && row.whose.is_peer())
        };
        let sound = peers().filter(|(row, _)| row.whose == Whose::Sound);
        let fastest = |a: &(&Row, &Laps), b: &(&Row, &Laps)| a.1.median().total_cmp(&b.1.median());
        let best = sound.min_by(fastest).or_else(|| peers().min_by(fastest));
        best.map(|(row, laps)| (row.name.as_str(), laps.median()))
    }

    fn table(&self) -> Table {
        let columns = ["way", "min", "median", "over the call", "two threads", "both, against one"];
        let mut table = Table::new(&columns);
        for (i, row) in self.rows.iter().enumerate() {
            let (it, pair) = (&self.alone[i], self.pairs[i].median());
            let over = self.over_of(i).map_or_else(String::new, ns);
            let two = ns(2.0 * it.median() / pair);
            table.row(&[row.name.clone(), ns(it.min()), ns(it.median()), over, ns(pair), two]);
        }
        table
    }

    /// None where there is no call in it.
    fn over_of(&self, at: usize) -> Option<f64> {
        let row = &self.rows[at];
        let floor = match row.whose {
            Whose::Floor if !row.name.starts_with(CALL) => return None,
            _ if row.is_async => CALL_ASYNC,
            _ if row.name.ends_with("keeps the fault") => CALL_TELLING,
            _ => CALL,
        };
        Some(self.alone[at].over(&self.alone[self.at(floor)]))
    }

    fn at(&self, name: &str) -> usize {
        let at = self.rows.iter().position(|row| row.name == name);
        at.unwrap_or_else(|| panic!("no contender is called {name:?}"))
    }
}

impl Whose {
    fn is_peer(self) -> bool {
        matches!(self, Self::Sound | Self::Unsound(_))
    }
}
