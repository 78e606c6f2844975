//! What a client's calls go through, as a service.

use super::Builder;
use crate::service::Service;

impl Builder {
    /// The same without a breaker where it is not `is_guarded`.
    pub(super) fn service(&self, is_guarded: bool) -> Service {
        let settings = &self.settings;
        let breaker = settings.breaker.filter(|_| is_guarded);
        let mut service = Service::builder(self.name);
        if settings.retries != 0 {
            service = service.retry(settings.retry);
        }
        if let Some(limit) = settings.timeout {
            service = service.timeout(limit);
        }
        if let Some(limit) = settings.attempt_timeout {
            service = service.attempt_timeout(limit);
        }
        if let Some(share) =
            settings.budget.filter(|_| settings.retries != 0 && settings.retry.pays().is_none())
        {
            service = service.budget(share);
        }
        if settings.retry_on_timeout {
            service = service.retry_on_timeout();
        }
        if settings.metrics {
            service = service.metrics();
        }
        if settings.harness {
            service = service.harness();
        }
        match (self.balance, breaker) {
            (Some(balancer), _) if is_guarded => service = service.balance(balancer),
            (Some(balancer), _) => service = service.balance(balancer).unguarded(),
            (None, Some(breaker)) => {
                service = service.breaker(breaker).per_target();
                if let Some(limit) = settings.expected_in {
                    service = service.expected_in(limit);
                }
            }
            (None, None) => {}
        }
        service.build()
    }
}
