//! How targets fare under each way to choose among them: a simulation.

fn main() {}
