//! The shop: each function says what it needs, and what is done when that fails.
//!
//! Callers see none of it: `on_hand(&product)` has lost its warehouse to `inject`, waits no longer
//! than a second for an answer, tries three times as long as the shop's budget for that lasts, leaves
//! a warehouse that is down alone for a while, and answers from the catalogue meanwhile. Every
//! provider runs once, in parallel with the others, when `main` warms up. `metrics` counts the calls of each
//! service, `timing` shows where the time of a request goes.

use std::net::SocketAddr;
use std::sync::Arc;

use dyno::retry::Budget;
use dyno::{
    Injectable, breaker, bulkhead, cache, fallback, harness, inject, metrics, rate, retry, timeout,
    timing,
};

use crate::catalogue::{Catalogue, CatalogueError, PRODUCTS, Product};
use crate::customers::Ask;
use crate::error::ShopError;
use crate::money::{Currency, Minor, Rate};
use crate::notes::Notes;
use crate::orders::OrderBook;
use crate::sale::{Sale, Surcharge, Units};
use crate::services::{Carrier, Rates, ServiceError, Stock};
use crate::tariff::Tariff;

// What the shop is made of.

pub fn open_catalogue() -> Result<Catalogue, CatalogueError> {
    Catalogue::load(PRODUCTS)
}

pub fn open_orders() -> Result<OrderBook, rusqlite::Error> {
    OrderBook::open()
}

pub fn begin_notes() -> Notes {
    Notes::default()
}

#[inject(at = tag("stock"))]
pub fn connect_stock(at: &SocketAddr) -> Result<Stock, ShopError> {
    Ok(Stock::connect(*at)?)
}

#[inject(at = tag("rates"))]
pub fn connect_rates(at: &SocketAddr) -> Result<Rates, ShopError> {
    Ok(Rates::connect(*at)?)
}

#[inject(at = tag("carrier"))]
pub fn connect_carrier(at: &SocketAddr) -> Result<Carrier, ShopError> {
    Ok(Carrier::connect(*at)?)
}

#[inject(catalogue = open_catalogue)]
pub fn draw_up_tariff(catalogue: &Catalogue) -> Result<Tariff, ShopError> {
    Ok(Tariff::for_goods_up_to(catalogue.heaviest()?))
}

/// What further attempts at both services are paid for out of: one for each ten calls, and some more.
///
/// Some hiccups are made up for; when there are more, trying again would only add to them.
pub static BUDGET: Budget = Budget::new().name("shop").share(0.1).capacity(20).reserve(1);

// What the shop does.

/// The number of every product.
#[inject(catalogue = open_catalogue)]
pub fn skus(catalogue: &Catalogue) -> Result<Vec<String>, ShopError> {
    Ok(catalogue.skus()?)
}

/// The product with this number.
#[inject(catalogue = open_catalogue)]
#[timing("find the product")]
pub fn product(catalogue: &Catalogue, sku: &str) -> Result<Product, ShopError> {
    catalogue.find(sku)?.ok_or_else(|| ShopError::NoSuchProduct(sku.to_owned()))
}

/// How many units are on the shelf; what the catalogue says when the warehouse does not answer.
///
/// What retries and the fallback make up for is told all the same: the harness is below them.
/// An answer that makes no sense is a mistake of ours: it is neither tried again nor made up for.
#[inject(stock = connect_stock)]
#[timing("units on hand")]
#[fallback(except = ShopError::Service(ServiceError::Nonsense { .. }), with = Ok(Units::printed(product)))]
#[retry(3, backoff = 5ms..50ms, except = ShopError::Service(ServiceError::Nonsense { .. }), budget = BUDGET)]
#[harness(fields(sku = product.sku.as_str()), at_most = 10/1s, rejected = off)] // each attempt is told of,
#[metrics("stock")] // counted,
#[timing("ask the warehouse")] // and timed
#[breaker("stock", fail_max = 5, reset_timeout = 150ms)]
#[bulkhead(32, wait = 250ms)] // the warehouse has so many desks
#[timeout(1s)] // of each attempt
pub fn on_hand(stock: &Stock, product: &Product) -> Result<Units, ShopError> {
    Ok(Units { count: stock.units(&product.sku)?, printed: false })
}

/// What one euro buys; when the exchange does not answer, what it said last, or the printed list.
///
/// The warehouse is either up or down: five failures in a row tell. The exchange is given up when
/// half of the latest calls have failed, also when some get through in between.
#[inject(rates = connect_rates)]
#[timing("rate of {currency}")]
#[fallback([noted(currency), Ok(Rate::printed(currency))])]
#[retry(3, backoff = 5ms..50ms, budget = BUDGET)]
#[harness(fields(currency), at_most = 10/1s, rejected = off)]
#[metrics("rates")]
#[timing("ask the exchange")]
#[breaker("rates", window = 20, failure_rate = 50%, reset_timeout = 150ms)]
#[rate(1000/1s, wait = 100ms)] // as the contract with the exchange allows
#[timeout(1s)] // of each attempt
pub fn rate(rates: &Rates, currency: Currency) -> Result<Rate, ShopError> {
    let rate = rates.of(currency)?;
    note(&rate)?;
    Ok(rate)
}

#[inject(notes = begin_notes)]
fn note(notes: &Notes, rate: &Rate) -> Result<(), ShopError> {
    notes.note(rate);
    Ok(())
}

#[inject(notes = begin_notes)]
fn noted(notes: &Notes, currency: Currency) -> Result<Rate, ShopError> {
    notes.latest(currency).ok_or(ShopError::NothingNoted(currency))
}

/// What the carrier adds to the postage: asked five times a second for everybody, not by everybody.
///
/// Shortly before the answer expires one customer asks anew, and the others do not wait. When the
/// carrier does not answer, what it said last is good for an hour, and after that the printed tariff.
#[timing("surcharge to {currency}")]
#[fallback(Ok(Surcharge::PRINTED))]
#[cache("surcharge", ttl = 200ms, early = xfetch, stale_if_error = 1h)]
#[inject(carrier = connect_carrier)]
#[metrics("carrier")]
#[timing("ask the carrier")]
#[breaker("carrier", fail_max = 3, reset_timeout = 150ms)]
#[timeout(1s)]
pub fn surcharge(carrier: &Carrier, currency: Currency) -> Result<Surcharge, ShopError> {
    Ok(Surcharge { percent: carrier.surcharge(currency)?, printed: false })
}

/// What it costs to send so many grams, in euro cents.
#[inject(tariff = draw_up_tariff)]
pub fn postage(tariff: &Tariff, grams: u32) -> Result<Minor, ShopError> {
    Ok(tariff.postage(grams))
}

/// How many sales are in the book, and how many of them were made on second-best knowledge.
#[inject(orders = open_orders)]
pub fn sales(orders: &OrderBook) -> Result<(u64, u64), ShopError> {
    Ok(orders.count()?)
}

/// A till, where customers are served one after the other.
#[derive(Debug, Injectable)]
pub struct Till {
    #[inject(open_orders)]
    orders: Arc<OrderBook>,
    number: usize,
}

impl Till {
    /// Serves one customer.
    #[metrics("serve")]
    pub fn serve(&self, ask: &Ask) -> Result<Sale, ShopError> {
        let product = product(&ask.sku)?;
        let units = on_hand(&product)?;
        let rate = rate(ask.currency)?;
        let goods = Minor::from(product.price_cents) * Minor::from(ask.quantity);
        let surcharge = surcharge(ask.currency)?;
        let postage = surcharge.on(postage(product.weight_g * ask.quantity)?);
        let sale = Sale {
            request: ask.request,
            sku: product.sku,
            quantity: ask.quantity,
            currency: ask.currency,
            total: rate.convert(goods + postage),
            backordered: units.count < ask.quantity,
            degraded: units.printed || rate.second_best || surcharge.printed,
        };
        let _writing = timing::span("write it down");
        self.orders.record(self.number, &sale)?;
        Ok(sale)
    }
}

#[cfg(test)]
mod tests;
