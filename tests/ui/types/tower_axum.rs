//! A router that could fail.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use dyno::tower::{timeout, wrap};

fn main() {
    let _: Router = Router::new().layer(timeout(Duration::from_secs(1)));
    let layers = (timeout(Duration::from_secs(1)), wrap());
    let _: Router = Router::new().route("/", get(async || "ok")).layer(layers);
}
