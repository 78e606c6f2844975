//! Which redirects are followed.

use reqwest::Url;
use reqwest::redirect::Policy;

use super::room::Ticket;

/// So many, where the request that is polled follows them.
pub(super) fn policy(most: usize) -> Policy {
    let limited = Policy::limited(most.max(1));
    Policy::custom(move |attempt| {
        let host = |url: &Url| (url.host_str().map(str::to_owned), url.port_or_known_default());
        let before = attempt.previous().last().map(host);
        let is_elsewhere = before != Some(host(attempt.url()));
        let follows = Ticket::polled().is_none_or(|ticket| ticket.follows(is_elsewhere));
        if follows { limited.redirect(attempt) } else { attempt.stop() }
    })
}
