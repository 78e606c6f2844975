//! The shop: each function says what it needs, and what is done when that fails.
//!
//! Callers see none of it: `on_hand(&product)` has lost its warehouse to `inject` and its `&Call` to `service`,
//! which asks whichever replica of the warehouse is up and quick, waits no longer than a second for an
//! answer, tries three times as long as the shop's budget for that lasts, leaves a replica that is down alone
//! for a while, and answers from the catalogue when both are. Every provider runs once, in parallel with the
//! others, when `main` warms up. The calls of each service are counted, and the time of a request is
//! recorded.

use std::sync::Arc;
use std::time::Duration;

use dyno::balance::Balancer;
use dyno::breaker::Settings;
use dyno::http::{Client, Error};
use dyno::retry::Budget;
use dyno::service::Call;
use dyno::{Injectable, harness, inject, metrics, service, timing};

use crate::catalogue::{Catalogue, CatalogueError, PRODUCTS, Product};
use crate::customers::Ask;
use crate::error::ShopError;
use crate::money::{Currency, Minor, Rate};
use crate::notes::Notes;
use crate::orders::OrderBook;
use crate::sale::{Sale, Surcharge, Units};
use crate::services::{self, Carrier, Rates, Stock};
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

pub fn open_client() -> Result<Client, Error> {
    services::client()
}

#[inject(client = open_client)]
pub async fn connect_stock(client: &Client) -> Result<Stock, ShopError> {
    Ok(Stock::connect(client, &STOCK.targets()).await?)
}

#[inject(client = open_client)]
pub async fn connect_rates(client: &Client) -> Result<Rates, ShopError> {
    Ok(Rates::connect(client, &RATES.targets()).await?)
}

#[inject(client = open_client)]
pub async fn connect_carrier(client: &Client) -> Result<Carrier, ShopError> {
    Ok(Carrier::connect(client, &CARRIER.targets()).await?)
}

#[inject(catalogue = open_catalogue)]
pub fn draw_up_tariff(catalogue: &Catalogue) -> Result<Tariff, ShopError> {
    Ok(Tariff::for_goods_up_to(catalogue.heaviest()?))
}

// Whom it calls. Each replica has a breaker, and is passed over while that is open.

const PAUSE: Duration = Duration::from_millis(150);
/// A day here takes some seconds: what was slow is forgiven soon.
const FORGIVEN: Duration = Duration::from_secs(1);

/// The warehouses: each is either up or down, five failures in a row tell.
pub static STOCK: Balancer = Balancer::new("stock", &[])
    .breaker(Settings::new().fail_max(5).reset_timeout(PAUSE))
    .decay(FORGIVEN);

/// The exchanges: one is given up when half of its latest calls have failed, also when some get through in
/// between.
pub static RATES: Balancer = Balancer::new("rates", &[])
    .breaker(Settings::new().window_calls(20).failure_rate(0.5).reset_timeout(PAUSE))
    .decay(FORGIVEN);

/// The carrier's offices.
pub static CARRIER: Balancer =
    Balancer::new("carrier", &[]).breaker(Settings::new().fail_max(3).reset_timeout(PAUSE));

/// What further attempts at warehouse and exchange are paid for out of: one for each ten calls, and some more.
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

/// How many units are on the shelf; what the catalogue says when no warehouse answers.
///
/// What retries and the fallback make up for is told all the same: the harness is below them.
/// An answer that makes no sense is a mistake of ours: it is neither tried again nor made up for.
#[inject(stock = connect_stock.await)]
#[timing("units on hand")]
#[service(
    metrics("stock"),
    fallback(except_if = ShopError::is_nonsense, with = Ok(Units::printed(product))),
    retry(3, backoff = 5ms..50ms, except_if = ShopError::is_nonsense, budget = BUDGET),
    retry_on_timeout, // it does no harm to ask twice
    balance = STOCK, // another attempt goes to the other warehouse
    bulkhead(32, wait = 250ms), // they have so many desks
    attempt_timeout = 1s,
)]
#[harness(fields(sku = product.sku.as_str()), at_most = 10/1s)] // each attempt that fails is told of,
#[timing("ask the warehouse")] // and timed
pub async fn on_hand(stock: &Stock, call: &Call, product: &Product) -> Result<Units, ShopError> {
    Ok(Units { count: stock.units(call, &product.sku).await?, printed: false })
}

/// What one euro buys; when no exchange answers, what one said last, or the printed list.
#[inject(rates = connect_rates.await)]
#[timing("rate of {currency}")]
#[service(
    metrics("rates"),
    fallback([noted(currency), Ok(Rate::printed(currency))]),
    rate(1000/1s, wait = 100ms), // as the contract with the exchange allows
    retry(3, backoff = 5ms..50ms, budget = BUDGET),
    retry_on_timeout,
    balance = RATES,
    attempt_timeout = 1s,
)]
#[harness(fields(currency), at_most = 10/1s)]
#[timing("ask the exchange")]
pub async fn rate(rates: &Rates, call: &Call, currency: Currency) -> Result<Rate, ShopError> {
    let rate = rates.of(call, currency).await?;
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
#[inject(carrier = connect_carrier.await)]
#[timing("surcharge to {currency}")]
#[service(
    fallback = Ok(Surcharge::PRINTED),
    cache("surcharge", ttl = 200ms, early = xfetch, stale_if_error = 1h),
    metrics("carrier"),
    balance = CARRIER,
    attempt_timeout = 1s,
)]
#[timing("ask the carrier")]
pub async fn surcharge(
    carrier: &Carrier,
    call: &Call,
    currency: Currency,
) -> Result<Surcharge, ShopError> {
    Ok(Surcharge { percent: carrier.surcharge(call, currency).await?, printed: false })
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
    pub async fn serve(&self, ask: &Ask) -> Result<Sale, ShopError> {
        let product = product(&ask.sku)?;
        let units = on_hand(&product).await?;
        let rate = rate(ask.currency).await?;
        let goods = Minor::from(product.price_cents) * Minor::from(ask.quantity);
        let surcharge = surcharge(ask.currency).await?;
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
