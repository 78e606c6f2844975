//! `#[async_trait]`, whose expansion comes before ours.

use super::{E, Tries, block_on, sendable};
use async_trait::async_trait;
use dyno::service::Call;
use dyno::{breaker, fallback, inject, retry, service};

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

#[async_trait]
trait Priced {
    async fn price(&self, sku: &str) -> Result<(u32, usize), E>;
    async fn listed(&self, sku: String) -> Result<usize, E>;
}

fn currency() -> String {
    "EUR".into()
}

/// `async_trait` names the lifetime of what is filled in as well.
#[async_trait]
impl Priced for Server {
    #[inject(currency = currency)]
    #[service(retry = 2)]
    async fn price(&self, currency: &String, sku: &str, call: &Call) -> Result<(u32, usize), E> {
        std::future::ready(()).await;
        let _ = self.0.fail(1)?;
        Ok((call.attempt(), currency.len() + sku.len()))
    }
    #[service(cache(ttl = 60s, key = sku.trim().len()))]
    async fn listed(&self, sku: String) -> Result<usize, E> {
        let _ = self.0.fail(0);
        Ok(sku.len())
    }
}

#[test]
fn what_is_filled_in_goes_out_of_the_signature_with_its_lifetime() {
    let server = Server(Tries::new());
    let price = block_on(sendable(server.price("sku")));
    assert_eq!(price, Ok((2, 6)));
    let listed = (block_on(server.listed("a ".into())), block_on(server.listed("b".into())));
    assert_eq!(listed, (Ok(2), Ok(2)), "one key");
    assert_eq!(server.0.made(), 3);
}
