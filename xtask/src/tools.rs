//! What a fresh machine lacks: found, installed, and said.

use std::env;

use crate::cmd::{Cmd, Failure};

/// A program that a step needs, and the Debian packages that bring it.
struct Debian {
    program: &'static str,
    packages: &'static str,
    needed_for: &'static str,
}

const DEBIAN: &[Debian] = &[Debian {
    program: "cc",
    // gcc alone, without what it recommends, has no headers.
    packages: "gcc libc6-dev",
    needed_for: "the SQLite that the storefront builds from source",
}];

/// A cargo command, and how to get it.
struct Subcommand {
    probe: &'static str,
    install: &'static str,
}

const CARGO: &[Subcommand] = &[
    Subcommand { probe: "cargo fmt --version", install: "rustup component add rustfmt" },
    Subcommand { probe: "cargo clippy --version", install: "rustup component add clippy" },
    Subcommand { probe: "cargo hack --version", install: "cargo install cargo-hack --locked" },
];

/// Only for `bench`: without it a bench says that it counted nothing.
const VALGRIND: Debian = Debian {
    program: "valgrind",
    packages: "valgrind",
    needed_for: "the instructions that the breaker's bench counts",
};

/// Installs what the benches need, or says why not: they run all the same.
pub(crate) fn install_for_bench() {
    let Debian { program, packages, needed_for } = VALGRIND;
    if on_path(program) {
        return;
    }
    println!("`{program}` is missing, for {needed_for}");
    if let Err(failure) = apt_get(packages) {
        println!("{}", failure.brief());
    }
}

/// Installs whatever of the tables is missing.
pub(crate) fn install() -> Result<(), Failure> {
    let mut missing = 0;
    for row in DEBIAN.iter().filter(|row| !on_path(row.program)) {
        missing += 1;
        println!("`{}` is missing, for {}", row.program, row.needed_for);
        apt_get(row.packages)?;
    }
    for tool in CARGO.iter().filter(|tool| !Cmd::new(tool.probe).succeeds()) {
        missing += 1;
        println!("`{}` does not work: running `{}`", tool.probe, tool.install);
        Cmd::new(tool.install).run()?;
    }
    if missing == 0 {
        println!("nothing is missing");
    }
    Ok(())
}

fn apt_get(packages: &str) -> Result<(), Failure> {
    let apt = apt();
    let install = Cmd::new(&format!("{apt} install --yes --no-install-recommends {packages}"));
    println!("running `{install}`");
    // The lists of a fresh image are stale or absent: fetch them and try once more.
    install.run().or_else(|_| {
        Cmd::new(&format!("{apt} update")).run()?;
        install.run()
    })
}

/// `apt-get`, allowed to change the system.
pub(crate) fn apt() -> &'static str {
    let root = Cmd::new("id -u").output().is_ok_and(|id| id.trim() == "0");
    if root { "apt-get" } else { "sudo -n apt-get" }
}

pub(crate) fn on_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|dir| dir.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_programs_on_the_path() {
        assert!(on_path("cargo") || on_path("cargo.exe"));
        assert!(!on_path("dyno-xtask-no-such-program"));
    }
}
