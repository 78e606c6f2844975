//! The key `backend` where the feature that it needs is off: an error that says so.

use super::how::How;
use super::key::Key;
use super::lead::Looked;
use super::settings::Settings;
use super::site::CacheSite;

/// Nothing is, while the feature is off.
#[diagnostic::on_unimplemented(
    message = "`backend` needs the feature `cache-backend` of dyno",
    label = "the feature is off",
    note = "write `features = [\"cache-backend\"]` where `Cargo.toml` names dyno"
)]
pub trait Shared {}

impl Settings {
    /// Tells that the feature is off.
    #[doc(hidden)]
    pub const fn backend<B: Copy + Shared>(self, _backend: B) -> Self {
        self
    }
}

impl CacheSite {
    /// As without a backend, so that nothing more is told.
    #[doc(hidden)]
    pub fn look_through<K: Key, H: How>(&'static self, key: K, how: H) -> Looked<K::Owned, H> {
        self.look(key, how)
    }

    /// The same without blocking.
    #[doc(hidden)]
    pub async fn look_through_async<K: Key, H: How>(
        &'static self,
        key: K,
        how: H,
    ) -> Looked<K::Owned, H> {
        self.look_async(key, how).await
    }
}
