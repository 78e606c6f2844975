//! One short program per module: `cargo run -p examples --example NAME`.
