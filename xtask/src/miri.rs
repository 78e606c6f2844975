//! `cargo xtask miri`: the breaker's unit tests in an interpreter that sees every race and every
//! misuse of memory.
//!
//! No step of `test`: it needs a nightly compiler, which not every machine can get.

use std::env;

use crate::cmd::{Cmd, Failure};

/// Installs Miri where it is missing, and says so.
pub(crate) fn run() -> Result<(), Failure> {
    if !Cmd::new("cargo +nightly miri --version").succeeds() {
        let install = Cmd::new(
            "rustup toolchain install nightly --profile minimal --component miri --component rust-src",
        );
        println!("Miri is missing: running `{install}`");
        install.run()?;
    }
    // A directory of its own: what it builds is of no use to any other step.
    let target = env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
    let test = Cmd::new(
        "cargo +nightly miri test --locked --package dyno --lib --no-default-features \
         --features breaker",
    )
    .arg("--target-dir")
    .arg(format!("{target}/miri"))
    .arg("breaker")
    // The clock is read, and that is outside.
    .env("MIRIFLAGS", "-Zmiri-disable-isolation");
    println!("$ {test}");
    test.run()
}
