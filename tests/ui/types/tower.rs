//! A layer over an error that cannot carry what dyno says.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};
use std::time::Duration;

use dyno::tower::timeout;
use tower::{Layer, Service};

#[derive(Clone)]
struct Handler;

impl Service<u32> for Handler {
    type Response = u32;
    type Error = Infallible;
    type Future = Ready<Result<u32, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, n: u32) -> Self::Future {
        ready(Ok(n))
    }
}

fn serves(_: impl Service<u32>) {}

fn main() {
    serves(timeout(Duration::from_secs(1)).layer(Handler));
}
