//! A switch in front of a function, thrown by hand: a kill switch, and the flag of an experiment.
//!
//! The search can be switched off by its name while the program runs, by a person or by a line of
//! configuration, also before anybody has searched: then callers get an error that says so. The new
//! checkout begins switched off, and a fallback stands in: the other half of the experiment. A
//! listener hears of the search only, and only of changes. Failures throw neither.
//!
//! ```text
//! > trip beta-search
//!   (beta-search is off)
//!   beta-search: the fuse is off; the old checkout
//! > reset new-checkout
//!   beta-search: the fuse is off; the new checkout
//! > reset beta-search
//!   (beta-search is on)
//!   3 hits for anvils; the new checkout
//! > reset beta-search
//!   3 hits for anvils; the new checkout
//! > list
//!   Fuse(beta-search, on)
//!   Fuse(new-checkout, on)
//!   3 hits for anvils; the new checkout
//! ```

use dyno::{breaker, fuse};

#[fuse("beta-search")]
fn search(words: &str) -> Result<String, String> {
    Ok(format!("3 hits for {words}"))
}

#[fuse("new-checkout", off, fallback = Some("the old checkout"))]
fn check_out() -> Option<&'static str> {
    Some("the new checkout")
}

/// What an operator types, or an admin page sends.
fn operate(command: &str) {
    println!("> {command}");
    match command.split_once(' ') {
        Some(("trip", name)) => breaker::fuse(name).trip(),
        Some(("reset", name)) => breaker::fuse(name).reset(),
        _ => breaker::fuses().iter().for_each(|fuse| println!("  {fuse:?}")),
    }
}

fn main() {
    let listening = breaker::fuse("beta-search").listen(|fuse, on| {
        println!("  ({} is {})", fuse.name(), if on { "on" } else { "off" });
    });
    let back = "reset beta-search";
    for command in ["trip beta-search", "reset new-checkout", back, back, "list"] {
        operate(command);
        let hits = search("anvils").unwrap_or_else(|error| error);
        println!("  {hits}; {}", check_out().unwrap_or("no checkout at all"));
    }
    drop(listening);
}
