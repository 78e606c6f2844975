//! Chaos, for a minute: targets that die and come back, and callers who must not notice.
//!
//! What dies when is a script that a seed writes, so that a failure can be repeated: it prints its
//! seed. `DYNO_SOAK=60` lets the part with real sockets run for so many seconds.

#[path = "soak/counts.rs"]
mod counts;
#[path = "soak/driver.rs"]
mod driver;
#[path = "soak/script.rs"]
mod script;
#[path = "soak/simulated.rs"]
mod simulated;
#[path = "soak/sockets.rs"]
mod sockets;
#[path = "soak/world.rs"]
mod world;
