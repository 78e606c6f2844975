//! `#[dyno::test]`.

#[dyno::test]
fn takes_arguments(_x: u8) {}

#[dyno::test(toko)]
async fn misspelt() {}

#[dyno::test(tokio)]
fn not_async() {}

#[dyno::test(tokio, threads = 0)]
async fn no_threads() {}

fn main() {}
