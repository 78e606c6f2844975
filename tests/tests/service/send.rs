//! Calls that are awaited in other tasks: their futures are `Send` when those of the closure are.

use std::future::Future;

use dyno::Fault;
use dyno::service::{Call, Service};

use super::support::block_on;

static PRICING: Service = Service::builder("send").build();

fn is_send<F: Future + Send + 'static>(future: F) -> F {
    future
}

async fn ask(sku: &str, call: &Call) -> Result<usize, Fault> {
    std::future::ready(()).await;
    Ok(sku.len() + call.attempt() as usize)
}

async fn price(sku: &str) -> Result<usize, Fault> {
    PRICING.call_async(async |call| ask(sku, &call).await).await
}

#[test]
fn a_closure_may_borrow_arguments() {
    let sku = String::from("sku-1");
    let answer = block_on(is_send(async move {
        let borrowed: &str = &sku;
        let one = PRICING.call_async(async |call| ask(borrowed, &call).await).await?;
        let two = PRICING.call_async(|call| async move { ask(borrowed, &call).await }).await?;
        let three = PRICING.or(|_| Ok(0)).call_async(async |call| ask(&sku, &call).await).await?;
        Ok::<_, Fault>(one + two + three + price(&sku).await?)
    }));
    assert_eq!(answer, Ok(24));
}
