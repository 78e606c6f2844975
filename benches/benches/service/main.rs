//! What it costs to call through all policies.

fn main() {}
