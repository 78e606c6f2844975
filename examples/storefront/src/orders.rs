//! The order book: every sale, written down in `SQLite`.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, params};

use crate::sale::Sale;

/// Every sale of the day.
pub struct OrderBook {
    db: Mutex<Connection>,
}

impl OrderBook {
    /// A new book, in memory.
    pub fn open() -> Result<Self, rusqlite::Error> {
        let db = Connection::open_in_memory()?;
        db.execute_batch(
            "CREATE TABLE sale (
                 request  INTEGER PRIMARY KEY,
                 till     INTEGER NOT NULL,
                 sku      TEXT NOT NULL,
                 quantity INTEGER NOT NULL,
                 currency TEXT NOT NULL,
                 total    INTEGER NOT NULL,
                 degraded INTEGER NOT NULL
             )",
        )?;
        Ok(Self { db: Mutex::new(db) })
    }

    /// Writes down a sale; a request is sold to once.
    pub fn record(&self, till: usize, sale: &Sale) -> Result<(), rusqlite::Error> {
        let db = self.db.lock().unwrap_or_else(PoisonError::into_inner);
        let mut insert =
            db.prepare_cached("INSERT INTO sale VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
        let currency = sale.currency.code();
        let Sale { request, sku, quantity, total, degraded, .. } = sale;
        insert.execute(params![request, till, sku, quantity, currency, total, degraded])?;
        Ok(())
    }

    /// How many sales are in the book, and how many of them were made on second-best knowledge.
    pub fn count(&self) -> Result<(u64, u64), rusqlite::Error> {
        let db = self.db.lock().unwrap_or_else(PoisonError::into_inner);
        let count = "SELECT count(*), coalesce(sum(degraded), 0) FROM sale";
        db.query_row(count, [], |row| Ok((row.get(0)?, row.get(1)?)))
    }
}

impl fmt::Debug for OrderBook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OrderBook")
    }
}
