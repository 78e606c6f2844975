//! What one more annotated function costs.

use std::fmt::Write as _;
use std::time::Duration;

use benches::{Bars, Section, Table, quick};

use crate::project::{Project, workspace};

/// Of the smaller library; the larger one has twice as many.
const FUNCTIONS: u32 = 100;

/// What stands above each function, and what it needs.
struct Kind {
    name: &'static str,
    attributes: &'static str,
    parameter: &'static str,
}

const BARE: Kind = Kind { name: "bare", attributes: "", parameter: "db: &Db, " };

const KINDS: [Kind; 6] = [
    BARE,
    Kind { name: "`#[inject]`", attributes: "#[dyno::inject(db = open)]", parameter: "db: &Db, " },
    Kind { name: "`#[retry]`", attributes: "#[dyno::retry(3)]", parameter: "db: &Db, " },
    Kind { name: "`#[breaker]`", attributes: "#[dyno::breaker]", parameter: "db: &Db, " },
    Kind {
        name: "the three",
        attributes: "#[dyno::inject(db = open)] #[dyno::retry(3)] #[dyno::breaker]",
        parameter: "db: &Db, ",
    },
    Kind {
        name: "`#[tracing::instrument]`",
        attributes: "#[tracing::instrument(skip_all)]",
        parameter: "db: &Db, ",
    },
];

pub(crate) fn run(section: &mut Section, bars: &mut Bars) {
    section.heading(
        "One more annotated function",
        &format!(
            "CPU milliseconds for one more function: a library of {} that are alike, each with a \
             `Result`, a `match` and a loop, against one of {FUNCTIONS}. What it depends on is \
             built already, nothing is incremental. \"Over bare\" is what the attribute adds, \
             \"once\" what the first function of a type pays for all others in a debug build.",
            2 * FUNCTIONS
        ),
    );
    let dyno = format!(
        "dyno = {{ path = \"{}\" }}\n\
         tracing = {{ version = \"0.1\", default-features = false, features = [\"attributes\", \"std\"] }}\n",
        workspace().join("dyno").display()
    );
    let mut libraries: Vec<_> = KINDS
        .iter()
        .enumerate()
        .map(|(i, kind)| {
            [1, 2].map(|times| {
                let text = source(kind, times * FUNCTIONS);
                Library::new(Project::new(&format!("functions-{i}-{times}"), &dyno, &text))
            })
        })
        .collect();
    for round in 0..=if quick() { 1 } else { 4 } {
        // The first round builds what they depend on.
        libraries.iter_mut().flatten().for_each(|library| library.build(round > 0));
    }

    let costs: Vec<_> = libraries.iter().map(|[few, many]| Cost::of(few, many)).collect();
    let mut table =
        Table::new(&["attribute", "check", "over bare", "debug build", "over bare", "once"]);
    let cell = |value: f64| format!("{value:.2}");
    let plain = &costs[0];
    for (kind, cost) in KINDS.iter().zip(&costs) {
        table.row(&[
            kind.name.to_owned(),
            cell(cost.check),
            cell(cost.check - plain.check),
            cell(cost.build),
            cell(cost.build - plain.build),
            format!("{:.0}", cost.once - plain.once),
        ]);
    }
    section.add(&table);

    let over = |kind: usize| costs[kind].build - plain.build;
    let peer = (over(KINDS.len() - 1) * 100.0).round() / 100.0;
    let names = ["`#[inject]`", "`#[retry]`", "`#[breaker]`"];
    for (i, name) in names.iter().enumerate() {
        let what = format!("{name}: debug build over bare, against `#[tracing::instrument]`");
        bars.at_most(&what, peer, over(i + 1), "ms");
    }
}

/// A project, and the least that `check` and `build` have taken for it.
struct Library {
    project: Project,
    check: Duration,
    build: Duration,
}

impl Library {
    fn new(project: Project) -> Self {
        Self { project, check: Duration::MAX, build: Duration::MAX }
    }

    fn build(&mut self, counts: bool) {
        let (check, build) = (self.project.again("check"), self.project.again("build"));
        if counts {
            self.check = self.check.min(check);
            self.build = self.build.min(build);
        }
    }
}

/// In milliseconds.
struct Cost {
    check: f64,
    build: f64,
    once: f64,
}

impl Cost {
    fn of(few: &Library, many: &Library) -> Self {
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let each = |few, many| (ms(many) - ms(few)) / f64::from(FUNCTIONS);
        let (check, build) = (each(few.check, many.check), each(few.build, many.build));
        Self { check, build, once: ms(few.build) - build * f64::from(FUNCTIONS) }
    }
}

/// A library of functions of this kind.
fn source(kind: &Kind, functions: u32) -> String {
    let mut source = "\
#![allow(clippy::all, missing_docs)]
pub struct Db { pub id: u64 }
pub fn open() -> Db { Db { id: 7 } }
#[derive(Debug)]
pub enum Error { Odd, Refused(String) }
impl From<dyno::Fault> for Error {
    fn from(fault: dyno::Fault) -> Self { Error::Refused(fault.to_string()) }
}
"
    .to_owned();
    for i in 0..functions {
        let Kind { attributes, parameter, .. } = kind;
        // Writing to a string cannot fail.
        let _ = write!(
            source,
            "
{attributes}
pub fn f{i}({parameter}x: u64, name: &str) -> Result<u64, Error> {{
    let mut sum = db.id + {i};
    for c in name.chars() {{
        match c {{
            'a'..='z' => sum += u64::from(u32::from(c)) * x,
            _ if sum % 2 == 1 => return Err(Error::Odd),
            _ => sum += 1,
        }}
    }}
    Ok(sum)
}}
"
        );
    }
    source
}
