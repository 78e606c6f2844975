//! Whom to trust, and who one is.

use std::any::Any;

use reqwest::{Certificate, Identity};

use super::Builder;

/// What is TLS needs the feature `https`.
impl Builder {
    /// Trusts this certificate as well.
    pub fn root(self, certificate: Certificate) -> Self {
        self.configure(|reqwest| reqwest.tls_certs_merge([certificate]))
    }

    /// Trusts these certificates, and no other.
    pub fn roots(self, certificates: impl IntoIterator<Item = Certificate>) -> Self {
        let certificates: Vec<_> = certificates.into_iter().collect();
        self.configure(|reqwest| reqwest.tls_certs_only(certificates))
    }

    /// Who the client is, where a server asks.
    pub fn identity(self, identity: Identity) -> Self {
        self.configure(|reqwest| reqwest.identity(identity))
    }

    /// All of it as a configuration of rustls says: a `rustls::ClientConfig` of the version that
    /// reqwest goes with; of another type it is an error when the client is built.
    pub fn tls(self, config: impl Any) -> Self {
        self.configure(|reqwest| reqwest.tls_backend_preconfigured(config))
    }
}
