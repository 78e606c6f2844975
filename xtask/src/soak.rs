//! `cargo xtask soak`: servers of this machine die and return for so many seconds.
//!
//! No step of `test`, which runs the same for a number of requests.

use crate::cmd::{Cmd, Failure};

/// For so many seconds with each seed.
pub(crate) fn run(seconds: u64) -> Result<(), Failure> {
    let soak = Cmd::new(
        "cargo test --locked --release --package dyno-tests --all-features --test soak -- \
         --nocapture",
    )
    .env("DYNO_SOAK", seconds.to_string());
    println!("$ {soak}");
    soak.run()
}
