//! What holds replies back.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// Replies [held by](super::Reply::held_by) it wait until they are let go. Clones are the same gate.
///
/// ```
/// use dyno_tests::loopback::{Gate, Loopback, Reply};
/// let server = Loopback::start();
/// let gate = Gate::shut();
/// server.on("/slow").reply(Reply::text("done").held_by(&gate));
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # runtime.block_on(async {
/// let asked = tokio::spawn(reqwest::get(server.url("/slow")));
/// server.until(|counts| counts.in_flight == 1).await;
/// gate.open();
/// assert_eq!(asked.await.unwrap().unwrap().status(), 200);
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct Gate(Arc<Semaphore>);

impl Gate {
    /// A gate that nobody passes yet.
    #[must_use]
    pub fn shut() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    /// Lets all go, and whoever comes.
    pub fn open(&self) {
        self.0.close();
    }

    /// Lets `count` go, first come first served.
    pub fn let_pass(&self, count: usize) {
        self.0.add_permits(count);
    }

    pub(super) async fn pass(&self) {
        // An error says that it was opened.
        if let Ok(permit) = self.0.acquire().await {
            permit.forget();
        }
    }
}
