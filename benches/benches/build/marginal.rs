//! What one more annotated function costs.

use std::fmt::Write as _;
use std::time::Duration;

use benches::{Bars, Section, Table, quick};

use crate::project::{Project, workspace};

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
            "CPU milliseconds per function, of a library of {FUNCTIONS} that are alike, each with a \
             `Result`, a `match` and a loop; what it depends on is built already, nothing is \
             incremental. \"Over bare\" is what the attribute adds."
        ),
    );
    let dyno = format!(
        "dyno = {{ path = \"{}\" }}\n\
         tracing = {{ version = \"0.1\", default-features = false, features = [\"attributes\", \"std\"] }}\n",
        workspace().join("dyno").display()
    );
    let projects: Vec<_> = KINDS
        .iter()
        .enumerate()
        .map(|(i, kind)| Project::new(&format!("functions-{i}"), &dyno, &source(kind)))
        .collect();
    let commands = ["check", "build"];
    let mut least = [[Duration::MAX; KINDS.len()]; 2];
    for round in 0..=if quick() { 1 } else { 7 } {
        for (i, project) in projects.iter().enumerate() {
            for (command, least) in commands.iter().zip(&mut least) {
                let took = project.again(command);
                // The first round builds what they depend on.
                if round > 0 {
                    least[i] = least[i].min(took);
                }
            }
        }
    }

    let each = |time: Duration| time.as_secs_f64() * 1e3 / f64::from(FUNCTIONS);
    let columns = ["attribute", "check", "over bare", "debug build", "over bare"];
    let mut table = Table::new(&columns);
    let cell = |value: f64| format!("{value:.2}");
    for (i, kind) in KINDS.iter().enumerate() {
        let [check, build] = [each(least[0][i]), each(least[1][i])];
        let [bare_check, bare_build] = [each(least[0][0]), each(least[1][0])];
        table.row(&[
            kind.name.to_owned(),
            cell(check),
            cell(check - bare_check),
            cell(build),
            cell(build - bare_build),
        ]);
    }
    section.add(&table);

    let over = |command: usize, kind: usize| each(least[command][kind]) - each(least[command][0]);
    let peer = KINDS.len() - 1;
    let names = ["`#[inject]`", "`#[retry]`", "`#[breaker]`"];
    for (i, name) in names.iter().enumerate() {
        let what = format!("{name}: debug build over bare, against `#[tracing::instrument]`");
        bars.at_most(&what, over(1, peer), over(1, i + 1), "ms");
    }
}

/// A library of functions of this kind.
fn source(kind: &Kind) -> String {
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
    for i in 0..FUNCTIONS {
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
