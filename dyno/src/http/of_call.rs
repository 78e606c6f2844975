//! The client of a call.

use std::sync::{Arc, OnceLock};

use super::{Bound, Client};
use crate::service::Call;

impl Call {
    /// A client for this attempt: URLs are relative to its [target](Self::target), and the deadline and
    /// a key go along as headers: the [idempotency key](Self::idempotency_key) of the call with the first
    /// request, one that is made of it with each further one, and in the next attempt the same again.
    ///
    /// A status that is a [failure](super::Statuses), 5xx or 429, is an error, so that the service hears of
    /// it; one of 4xx is an answer, which [`error_for_status`](super::Response::error_for_status) turns
    /// into an error.
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
    /// The same for an attempt of a call: URLs are relative to the call's target, where it has one, its
    /// key goes along, so that what is sent may be tried again, and a status that is a failure is an
    /// error: see [`Call::http`].
    #[must_use]
    pub fn of(&self, call: &Call) -> Self {
        let target = call.shared_target();
        let base = target.as_ref().and_then(|target| target.url().parse().ok()).map(Arc::new);
        let (key, part) = (call.idempotency_key(), call.next_part());
        let bound = Bound { base, target, key, part, requests: Arc::default() };
        Self { inner: self.inner.clone(), bound: Some(bound) }
    }
}
