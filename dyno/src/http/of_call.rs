//! The client of a call.

use std::sync::{Arc, OnceLock};

use super::{Bound, Client};
use crate::service::Call;

impl Call {
    /// A client for this attempt: URLs are relative to its [target](Self::target), and the deadline and
    /// the [idempotency key](Self::idempotency_key) go along as headers.
    ///
    /// It has no policies of its own: the service around it has. Where that has no balancer, a call has no
    /// target, and the URL is a whole one; or [`Client::of`] binds a client of yours, which has a base.
    ///
    /// ```
    /// use dyno::balance::Balancer;
    /// use dyno::service::{Call, Service};
    ///
    /// static PRICES: Balancer = Balancer::new("prices", &["http://10.0.0.1:80", "http://10.0.0.2:80"]);
    /// static PRICING: Service = Service::defaults("pricing").balance(&PRICES).build();
    ///
    /// async fn price(sku: &str) -> Result<u32, dyno::http::Error> {
    ///     PRICING
    ///         .call_async(async |call: Call| call.http().get("/price").param("sku", sku).send().await?.json().await)
    ///         .await
    /// }
    /// ```
    ///
    /// # Panics
    /// When TLS cannot be set up.
    #[must_use]
    pub fn http(&self) -> Client {
        static PLAIN: OnceLock<Client> = OnceLock::new();
        PLAIN.get_or_init(|| Client::made(Client::plain("http"))).of(self)
    }
}

impl Client {
    /// The same for an attempt of a call: URLs are relative to the call's target, where it has one, and
    /// its idempotency key goes along, so that what is sent may be tried again.
    #[must_use]
    pub fn of(&self, call: &Call) -> Self {
        let base = call.target().and_then(|target| target.url().parse().ok()).map(Arc::new);
        Self { inner: self.inner.clone(), bound: Some(Bound { base, key: call.idempotency_key() }) }
    }
}
