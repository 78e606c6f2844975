//! A small shop on real parts.
fn main() {}
