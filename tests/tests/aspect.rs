//! Join points and pointcuts that are set while the program runs.

#[path = "aspect/advice.rs"]
mod advice;
#[path = "aspect/filters.rs"]
mod filters;
#[path = "aspect/forms.rs"]
mod forms;
#[path = "aspect/stacked.rs"]
mod stacked;
#[path = "aspect/stress.rs"]
mod stress;
#[path = "aspect/tenants.rs"]
mod tenants;

/// Drives a future that never waits for anything but itself.
fn block_on<F: std::future::Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(out) = future.as_mut().poll(&mut cx) {
            return out;
        }
        std::thread::yield_now();
    }
}
