//! `cargo xtask test | lint | bench | miri | soak`: everything that is checked about this workspace, in one place.
//!
//! `test` is a list of [steps](step::STEPS). Each is announced with its time; the first failure ends
//! the run and prints the command that repeats it. What a fresh machine lacks is installed, and said.

mod args;
mod bench;
mod cmd;
mod miri;
mod msrv;
mod nearest;
mod program;
mod soak;
mod step;
mod tools;

use std::env;
use std::path::Path;
use std::process::ExitCode;

use args::Task;
use cmd::Failure;
use step::Step;

fn main() -> ExitCode {
    let task = match Task::parse(env::args().skip(1)) {
        Ok(task) => task,
        Err(wrong) => {
            eprintln!("{wrong}\n\n{}", args::usage());
            return ExitCode::from(2);
        }
    };
    match enter_root().and_then(|()| run(task)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<(), Failure> {
    match task {
        Task::Help => {
            println!("{}", args::usage());
            Ok(())
        }
        Task::Test(only) => step::run(&step::for_test(&only)),
        Task::Lint => step::run(&[Step::named("fmt"), Step::named("clippy")]),
        Task::Bench { name, rest } => bench::run(name.as_deref(), &rest),
        Task::Miri => miri::run(),
        Task::Soak(seconds) => soak::run(seconds),
    }
}

/// Every path in here is relative to the workspace.
fn enter_root() -> Result<(), Failure> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = manifest.parent().unwrap_or(manifest);
    env::set_current_dir(root)
        .map_err(|e| Failure::new(format!("cannot enter {}: {e}", root.display()), "cargo xtask"))
}
