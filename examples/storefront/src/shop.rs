//! The shop: every function says what it needs, and what is done when that fails.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::catalogue::{Catalogue, CatalogueError, PRODUCTS, Product};
use crate::customers::Ask;
use crate::money::{Currency, Minor, Rate};
use crate::orders::OrderBook;
use crate::services::{Rates, ServiceError, Stock};
use crate::tariff::Tariff;

/// Why a customer was not served.
#[derive(Debug, thiserror::Error)]
pub enum ShopError {
    /// The catalogue is old, or the number misread.
    #[error("no product has the number {0}")]
    NoSuchProduct(String),
    /// A service failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The catalogue failed.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The order book failed.
    #[error("the order book: {0}")]
    Orders(#[from] rusqlite::Error),
    /// dyno refused: a breaker is open, a dependency cannot be had.
    #[error(transparent)]
    Dyno(#[from] dyno::Fault),
}

pub fn open_catalogue() -> Result<Catalogue, CatalogueError> {
    Catalogue::load(PRODUCTS)
}

pub fn open_orders() -> Result<OrderBook, rusqlite::Error> {
    OrderBook::open()
}

pub fn connect_rates(at: &SocketAddr) -> Result<Rates, ShopError> {
    Ok(Rates::connect(*at)?)
}

pub fn connect_stock(at: &SocketAddr) -> Result<Stock, ShopError> {
    Ok(Stock::connect(*at)?)
}

pub fn draw_up_tariff(catalogue: &Catalogue) -> Result<Tariff, ShopError> {
    Ok(Tariff::for_goods_up_to(catalogue.heaviest()?))
}

/// The product with this number.
pub fn product(catalogue: &Catalogue, sku: &str) -> Result<Product, ShopError> {
    catalogue.find(sku)?.ok_or_else(|| ShopError::NoSuchProduct(sku.to_owned()))
}

/// How many units are on the shelf.
pub fn on_hand(stock: &Stock, product: &Product) -> Result<Units, ShopError> {
    Ok(Units { count: stock.units(&product.sku)?, printed: false })
}

/// What one euro buys.
pub fn rate(rates: &Rates, currency: Currency) -> Result<Rate, ShopError> {
    Ok(rates.of(currency)?)
}

/// What it costs to send so many grams, in euro cents.
pub fn postage(tariff: &Tariff, grams: u32) -> Minor {
    tariff.postage(grams)
}

/// A till: serves one customer after the other.
#[derive(Clone, Debug)]
pub struct Till {
    pub catalogue: Arc<Catalogue>,
    pub rates: Arc<Rates>,
    pub stock: Arc<Stock>,
    pub tariff: Arc<Tariff>,
    pub orders: Arc<OrderBook>,
    pub number: usize,
}

impl Till {
    /// Serves one customer.
    pub fn serve(&self, ask: &Ask) -> Result<Sale, ShopError> {
        let product = product(&self.catalogue, &ask.sku)?;
        let units = on_hand(&self.stock, &product)?;
        let rate = rate(&self.rates, ask.currency)?;
        let goods = Minor::from(product.price_cents) * Minor::from(ask.quantity);
        let postage = postage(&self.tariff, product.weight_g * ask.quantity);
        let sale = Sale {
            request: ask.request,
            sku: product.sku,
            quantity: ask.quantity,
            currency: ask.currency,
            total: rate.convert(goods + postage),
            backordered: units.count < ask.quantity,
            degraded: units.printed || rate.printed,
        };
        self.orders.record(self.number, &sale)?;
        Ok(sale)
    }
}

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
    /// Comes later: there were not enough.
    pub backordered: bool,
    /// Made on second-best knowledge: a fallback stood in.
    pub degraded: bool,
}
