//! `#[async_trait]`, whose expansion comes before ours.

use super::{E, Tries, block_on, sendable};
use async_trait::async_trait;
use dyno::{breaker, fallback, retry};

#[async_trait]
trait Remote: Send + Sync {
    async fn get(&self, id: String) -> Result<String, E>;
    #[retry(3)]
    async fn first(&self) -> Result<String, E> {
        self.get("first".into()).await
    }
    async fn count(&self, by: &str) -> Result<usize, E>;
}

struct Server(Tries);

#[async_trait]
impl Remote for Server {
    #[retry(3)]
    #[breaker]
    async fn get(&self, id: String) -> Result<String, E> {
        std::future::ready(()).await;
        let _ = self.0.fail(2)?;
        Ok(id)
    }
    #[fallback(|_| Ok(by.len()))]
    async fn count(&self, by: &str) -> Result<usize, E> {
        Err(E::Bad)
    }
}

#[test]
fn behind_a_box() {
    let server: Box<dyn Remote> = Box::new(Server(Tries::new()));
    assert_eq!(block_on(sendable(server.get("k".into()))).as_deref(), Ok("k"));
    assert_eq!(block_on(server.first()).as_deref(), Ok("first"));
    assert_eq!(block_on(server.count("abc")), Ok(3));
}
