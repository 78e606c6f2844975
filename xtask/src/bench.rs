//! `cargo xtask bench`: dyno beside its peers.

use std::path::Path;

use crate::args::unknown;
use crate::cmd::{Cmd, Failure};
use crate::program::targets;
use crate::tools;

/// Runs the benchmark of this name, or all; `rest` goes to the benchmark itself.
pub(crate) fn run(name: Option<&str>, rest: &[String]) -> Result<(), Failure> {
    let mut bench = Cmd::new("cargo bench --locked --package benches");
    if let Some(name) = name {
        let known = targets(Path::new("benches/benches"));
        if !known.iter().any(|other| other == name) {
            let why = unknown("benchmark", name, known.iter().map(String::as_str));
            return Err(Failure::new(why, "cargo xtask bench NAME"));
        }
        bench = bench.arg("--bench").arg(name);
    } else {
        bench = bench.arg("--benches");
    }
    if !rest.is_empty() {
        bench = rest.iter().fold(bench.arg("--"), Cmd::arg);
    }
    if name.is_none_or(|name| name == "breaker") {
        tools::install_for_bench();
    }
    println!("$ {bench}");
    bench.run()
}
