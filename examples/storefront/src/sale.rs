//! What a sale is made of.

use crate::catalogue::Product;
use crate::money::{Currency, Minor};

/// Units on the shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Units {
    /// How many.
    pub count: u32,
    /// Taken from the printed catalogue instead of the warehouse.
    pub printed: bool,
}

impl Units {
    /// What the catalogue knows: old, but always at hand.
    pub const fn printed(product: &Product) -> Self {
        Self { count: product.stock_hint, printed: true }
    }
}

/// What the carrier adds to the postage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surcharge {
    /// In per cent.
    pub percent: u32,
    /// Taken from the printed tariff instead of the carrier.
    pub printed: bool,
}

impl Surcharge {
    /// What the printed tariff says: enough for every country.
    pub const PRINTED: Self = Self { percent: 12, printed: true };

    /// This much postage, with what is added, rounded up.
    pub fn on(self, postage: Minor) -> Minor {
        (postage * Minor::from(100 + self.percent)).div_ceil(100)
    }
}

/// What a customer goes home with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    /// The request's number.
    pub request: u64,
    /// The product.
    pub sku: String,
    /// How many.
    pub quantity: u32,
    /// Paid in.
    pub currency: Currency,
    /// Goods and postage, in the smallest unit of the currency.
    pub total: Minor,
    /// Some come later: there were not enough.
    pub backordered: bool,
    /// Made on second-best knowledge: a fallback stood in.
    pub degraded: bool,
}
