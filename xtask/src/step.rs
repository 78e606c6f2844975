//! The steps of `cargo xtask test`, in the order they run.
//!
//! `RUSTFLAGS` is left alone but for the loom model, which has a target directory of its own: so the
//! steps share what they build. The `benches` crate is left out, its peers are heavier than all the
//! rest together; `cargo xtask bench` builds it.

use std::env;
use std::time::{Duration, Instant};

use crate::cmd::{Cmd, Failure};
use crate::{msrv, program, tools};

/// One thing that is checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    check: fn() -> Result<(), Failure>,
}

pub(crate) const STEPS: &[Step] = &[
    Step { name: "tools", about: "install what is missing", check: tools::install },
    Step { name: "fmt", about: "rustfmt", check: || cargo("cargo fmt --all --check") },
    Step {
        name: "clippy",
        about: "clippy, all features, all targets",
        check: || {
            cargo(
                "cargo clippy --locked --workspace --exclude benches --all-features --all-targets \
                 -- -D warnings",
            )
        },
    },
    Step {
        name: "tests",
        about: "unit, behaviour and compile-fail tests, all features",
        // Of a run of many minutes, all that fails is to be seen.
        check: || {
            cargo(
                "cargo test --locked --workspace --exclude benches --all-features --lib --bins --tests \
                 --no-fail-fast",
            )
        },
    },
    Step {
        name: "features",
        about: "every feature of dyno alone",
        // Not `--no-dev-deps`: it rewrites Cargo.toml under whoever is editing it, and without
        // `--all-targets` no dev-dependency is resolved anyway.
        check: || cargo("cargo hack --locked clippy --each-feature --package dyno -- -D warnings"),
    },
    Step {
        name: "doctests",
        about: "the examples in the documentation",
        check: || cargo("cargo test --locked --workspace --exclude benches --all-features --doc"),
    },
    Step { name: "docs", about: "rustdoc without a warning", check: docs },
    Step {
        name: "loom",
        about: "breakers, limits, targets, flights of a cache, calls in flight in every interleaving",
        check: loom,
    },
    Step { name: "examples", about: "every example, run", check: program::examples },
    Step { name: "storefront", about: "the shop, run in release", check: program::storefront },
    Step { name: "msrv", about: "the oldest Rust that is promised", check: msrv::check },
];

impl Step {
    /// The step of this name.
    ///
    /// # Panics
    /// When there is none: names in this program are checked by its tests.
    pub(crate) fn named(name: &str) -> Self {
        *STEPS.iter().find(|step| step.name == name).expect("a step of the table")
    }
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// All steps, or those asked for, in the table's order and with the tools they need.
pub(crate) fn for_test(only: &[Step]) -> Vec<Step> {
    let wanted = |step: &Step| only.is_empty() || step.name == "tools" || only.contains(step);
    STEPS.iter().filter(|step| wanted(step)).copied().collect()
}

/// Runs one after the other, up to the first that fails.
pub(crate) fn run(steps: &[Step]) -> Result<(), Failure> {
    let start = Instant::now();
    let mut took = Vec::new();
    for (i, step) in steps.iter().enumerate() {
        println!("\n==> {}/{} {}: {}", i + 1, steps.len(), step.name, step.about);
        let begun = Instant::now();
        let result = (step.check)();
        let time = begun.elapsed();
        println!(
            "<== {}: {}, {}",
            step.name,
            if result.is_ok() { "ok" } else { "failed" },
            brief(time)
        );
        result.map_err(|failure| failure.of(step.name))?;
        took.push(format!("{} {}", step.name, brief(time)));
    }
    println!("\nall good in {} ({})", brief(start.elapsed()), took.join(", "));
    Ok(())
}

fn cargo(line: &str) -> Result<(), Failure> {
    announced(&Cmd::new(line))
}

fn docs() -> Result<(), Failure> {
    let line = "cargo doc --locked --workspace --exclude benches --all-features --no-deps";
    announced(&Cmd::new(line).env("RUSTDOCFLAGS", "-D warnings"))
}

fn loom() -> Result<(), Failure> {
    // A directory of its own: these flags would make every other step build anew.
    let target = env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
    let flags = env::var("RUSTFLAGS").unwrap_or_default();
    let model = Cmd::new(
        "cargo test --locked --package dyno --lib --release --features breaker,cache,limit,metrics,retry",
    )
    .arg("--target-dir")
    .arg(format!("{target}/loom"))
    .arg("loom")
    .env("RUSTFLAGS", format!("{flags} --cfg loom").trim());
    announced(&model)?;
    // A filter that matches nothing passes as well.
    let list = model.clone().arg("--").arg("--list").output()?;
    if list.lines().any(|line| line.ends_with(": test")) {
        Ok(())
    } else {
        Err(model.failed("no test has `loom` in its name, so nothing was modelled"))
    }
}

fn announced(cmd: &Cmd) -> Result<(), Failure> {
    println!("$ {cmd}");
    cmd.run()
}

fn brief(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        for (i, step) in STEPS.iter().enumerate() {
            assert!(STEPS[..i].iter().all(|other| other != step), "two steps `{}`", step.name);
        }
    }

    #[test]
    fn steps_run_in_the_order_of_the_table_after_the_tools() {
        let names = |only: &[Step]| for_test(only).iter().map(|s| s.name).collect::<Vec<_>>();
        assert_eq!(names(&[]).len(), STEPS.len());
        assert_eq!(names(&[Step::named("msrv"), Step::named("fmt")]), ["tools", "fmt", "msrv"]);
    }

    #[test]
    fn the_first_failure_ends_the_run() {
        let fails = Step { name: "bad", about: "", check: || Err(Failure::new("why", "again")) };
        let never = Step { name: "next", about: "", check: || panic!("ran after a failure") };
        let failure = run(&[fails, never]).unwrap_err();
        assert_eq!(failure.to_string(), "FAILED bad: why\nrepeat with: again");
    }

    #[test]
    fn times_read_well() {
        assert_eq!(brief(Duration::from_millis(1250)), "1.2 s");
        assert_eq!(brief(Duration::from_secs(125)), "2 min 05 s");
    }
}
