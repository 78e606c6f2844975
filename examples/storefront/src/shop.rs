//! The shop: every function says what it needs, and what is done when that fails.

use std::net::SocketAddr;
use std::sync::Arc;

use dyno::{breaker, fallback, retry};

use crate::catalogue::{Catalogue, CatalogueError, PRODUCTS, Product};
use crate::customers::Ask;
use crate::error::ShopError;
use crate::money::{Currency, Minor, Rate};
use crate::orders::OrderBook;
use crate::sale::{Sale, Units};
use crate::services::{Rates, Stock};
use crate::tariff::Tariff;

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

/// How many units are on the shelf; what the catalogue says when the warehouse does not answer.
#[fallback(|_| Ok(Units::printed(product)))]
#[retry(3, backoff = 5ms..50ms)]
#[breaker("stock", fail_max = 5, reset_timeout = 150ms)]
pub fn on_hand(stock: &Stock, product: &Product) -> Result<Units, ShopError> {
    Ok(Units { count: stock.units(&product.sku)?, printed: false })
}

/// What one euro buys; what the printed list says when the exchange does not answer.
#[fallback(|_| Ok(Rate::printed(currency)))]
#[retry(3, backoff = 5ms..50ms)]
#[breaker("rates", fail_max = 5, reset_timeout = 150ms)]
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
