//! `cargo xtask bench`: dyno beside its peers.

use std::path::Path;

use crate::args::unknown;
use crate::cmd::{Cmd, Failure};
use crate::program::targets;
use crate::tools;

/// One whose peers need time that stands still, with which dyno's clock is another: it is built by
/// itself.
const PAUSED: &str = "balance";

/// Runs the benchmark of this name, or all; `rest` goes to the benchmark itself.
pub(crate) fn run(name: Option<&str>, rest: &[String]) -> Result<(), Failure> {
    if let Some(name) = name {
        let known = targets(Path::new("benches/benches"));
        if !known.iter().any(|other| other == name) {
            let why = unknown("benchmark", name, known.iter().map(String::as_str));
            return Err(Failure::new(why, "cargo xtask bench NAME"));
        }
    }
    if name.is_none_or(|name| name == "breaker") {
        tools::install_for_bench();
    }
    let one = |name| Cmd::new("cargo bench --locked --package benches --bench").arg(name);
    match name {
        Some(PAUSED) => with(one(PAUSED).arg("--features=paused"), rest),
        Some(name) => with(one(name), rest),
        None => {
            with(Cmd::new("cargo bench --locked --package benches --benches"), rest)?;
            with(one(PAUSED).arg("--features=paused"), rest)
        }
    }
}

fn with(bench: Cmd, rest: &[String]) -> Result<(), Failure> {
    let bench = if rest.is_empty() { bench } else { rest.iter().fold(bench.arg("--"), Cmd::arg) };
    println!("$ {bench}");
    bench.run()
}
