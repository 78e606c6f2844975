//! Instructions a call, counted by callgrind: they do not depend on what else the machine does.

use std::env;
use std::io;
use std::process::Command;

use benches::{Section, Table};

use crate::closed::{self, CALLS, DEFAULT, TIME};
use crate::group::{CALL, CALL_ASYNC, Group, in_async};
use crate::peers::{FAILSAFE, RECLOSER};

/// This program, as callgrind is to watch it: of the watched ones this one, so many times.
const ONLY: &str = "--only";
const FEW: u64 = 2_000;
const MANY: u64 = 12_000;

const ABOUT: &str = "\
A call that succeeds through a closed breaker: what callgrind counts of 12000 calls less what it counts \
of 2000, through 10000. What the kernel does is not in it, nor is a clock that is read there.";

fn watched() -> Vec<(fn() -> Group, String)> {
    vec![
        (closed::counted, CALL.to_owned()),
        (closed::counted, DEFAULT.to_owned()),
        (closed::counted, FAILSAFE.to_owned()),
        (closed::rated, CALLS.to_owned()),
        (closed::rated, TIME.to_owned()),
        (closed::rated, format!("{RECLOSER} †")),
        (closed::counted, CALL_ASYNC.to_owned()),
        (closed::counted, in_async(DEFAULT)),
        (closed::counted, in_async(FAILSAFE)),
        (closed::rated, in_async(CALLS)),
        (closed::rated, in_async(TIME)),
        (closed::rated, format!("{} †", in_async(RECLOSER))),
    ]
}

/// Makes the calls that are to be watched, if this is the program for it.
pub(crate) fn watch() -> bool {
    let args: Vec<_> = env::args().collect();
    let Some(at) = args.iter().position(|arg| arg == ONLY) else { return false };
    let number = |i: usize| args.get(at + i).and_then(|arg| arg.parse().ok());
    let (Some(which), Some(times)) = (number(1), number(2)) else { return false };
    let (group, name) = watched().swap_remove(usize::try_from(which).unwrap_or_default());
    group().only(&name, times);
    true
}

/// The table, or why there is none.
pub(crate) fn run(section: &mut Section) {
    section.heading("Instructions", ABOUT);
    match table() {
        Ok(table) => section.add(&table),
        Err(why) => section.add(&format!("None were counted: {why}.\n")),
    }
}

fn table() -> io::Result<Table> {
    let mut table = Table::new(&["way", "instructions"]);
    for (which, (_, name)) in watched().iter().enumerate() {
        let [few, many] = [FEW, MANY].map(|times| count(which, times));
        let more = many?.saturating_sub(few?);
        table.row(&[name.clone(), tenths(more / ((MANY - FEW) / 10))]);
    }
    Ok(table)
}

fn tenths(value: u64) -> String {
    format!("{}.{}", value / 10, value % 10)
}

/// All instructions of the program that makes so many calls.
fn count(which: usize, times: u64) -> io::Result<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe()?)
        .args([ONLY, &which.to_string(), &times.to_string()])
        .output()
        .map_err(|error| io::Error::other(format!("`valgrind` does not start: {error}")))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let collected = said.lines().find_map(|line| line.split_once("Collected :"));
    let counted = collected.and_then(|(_, count)| count.trim().parse().ok());
    counted.filter(|_| output.status.success()).ok_or_else(|| {
        let last = said.lines().last().unwrap_or("it said nothing").to_owned();
        io::Error::other(format!("`valgrind` ended with {}: {last}", output.status))
    })
}
