//! Why a customer was not served.

use std::error::Error;

use dyno::http;

use crate::catalogue::CatalogueError;
use crate::money::Currency;

/// Why a customer was not served.
#[derive(Debug, thiserror::Error)]
pub enum ShopError {
    /// The customer's catalogue is old, or the number misread.
    #[error("no product has the number {0}")]
    NoSuchProduct(String),
    /// There is no note of the currency's rate.
    #[error("no rate of {0} is noted")]
    NothingNoted(Currency),
    /// A service failed.
    #[error(transparent)]
    Service(#[from] http::Error),
    /// The catalogue failed.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The order book failed.
    #[error("the order book: {0}")]
    Orders(#[from] rusqlite::Error),
    /// dyno refused: a breaker is open, a dependency cannot be had. One line serves every attribute.
    #[error(transparent)]
    Dyno(#[from] dyno::Fault),
}

impl ShopError {
    /// A service answered, and what it said makes no sense.
    pub fn is_nonsense(&self) -> bool {
        let Self::Service(error) = self else { return false };
        error.source().is_some_and(<dyn Error>::is::<serde_json::Error>)
    }

    /// The kind of reason, to be counted by.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::NoSuchProduct(_) => "no such product",
            Self::NothingNoted(_) => "no rate",
            Self::Service(_) => "a service failed",
            Self::Catalogue(_) => "the catalogue failed",
            Self::Orders(_) => "the order book failed",
            Self::Dyno(_) => "refused",
        }
    }
}
