//! The catalogue: a CSV file, read into `SQLite` once.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;

/// The products the shop opens with.
pub const PRODUCTS: &str = include_str!("../data/catalogue.csv");

/// A line of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Product {
    /// The number it is ordered by.
    pub sku: String,
    /// What it is.
    pub name: String,
    /// Where it stands in the shop.
    pub category: String,
    /// In euro cents.
    pub price_cents: u32,
    /// In grams, parcel included.
    pub weight_g: u32,
    /// How many there were when the catalogue was printed.
    pub stock_hint: u32,
}

/// The products, in `SQLite`.
pub struct Catalogue {
    db: Mutex<Connection>,
}

/// The catalogue cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// A line of the file.
    #[error("the catalogue's file: {0}")]
    File(#[from] csv::Error),
    /// The database.
    #[error("the catalogue's database: {0}")]
    Database(#[from] rusqlite::Error),
}

const SCHEMA: &str = "
    CREATE TABLE product (
        sku         TEXT PRIMARY KEY CHECK (sku <> ''),
        name        TEXT NOT NULL CHECK (name <> ''),
        category    TEXT NOT NULL CHECK (category <> ''),
        price_cents INTEGER NOT NULL CHECK (price_cents > 0),
        weight_g    INTEGER NOT NULL CHECK (weight_g > 0),
        stock_hint  INTEGER NOT NULL
    ) WITHOUT ROWID";

impl Catalogue {
    /// Reads `csv` into a new database in memory: all of it, or nothing.
    pub fn load(csv: &str) -> Result<Self, CatalogueError> {
        let mut db = Connection::open_in_memory()?;
        db.execute_batch(SCHEMA)?;
        let all = db.transaction()?;
        {
            let mut insert = all.prepare("INSERT INTO product VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
            for product in csv::Reader::from_reader(csv.as_bytes()).deserialize() {
                let Product { sku, name, category, price_cents, weight_g, stock_hint } = product?;
                insert.execute(params![sku, name, category, price_cents, weight_g, stock_hint])?;
            }
        }
        all.commit()?;
        Ok(Self { db: Mutex::new(db) })
    }

    /// The product with this number.
    pub fn find(&self, sku: &str) -> Result<Option<Product>, CatalogueError> {
        let db = self.lock();
        let mut find = db.prepare_cached("SELECT * FROM product WHERE sku = ?1")?;
        let found = find.query_row([sku], |row| {
            Ok(Product {
                sku: row.get("sku")?,
                name: row.get("name")?,
                category: row.get("category")?,
                price_cents: row.get("price_cents")?,
                weight_g: row.get("weight_g")?,
                stock_hint: row.get("stock_hint")?,
            })
        });
        Ok(found.optional()?)
    }

    /// Every product's number, in order.
    pub fn skus(&self) -> Result<Vec<String>, CatalogueError> {
        let db = self.lock();
        let mut list = db.prepare("SELECT sku FROM product ORDER BY sku")?;
        let skus = list.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(skus)
    }

    /// The weight of the heaviest product, in grams.
    pub fn heaviest(&self) -> Result<u32, CatalogueError> {
        let heaviest = "SELECT coalesce(max(weight_g), 0) FROM product";
        Ok(self.lock().query_row(heaviest, [], |row| row.get(0))?)
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Catalogue")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_file_has_a_thousand_products_and_all_can_be_found() {
        let catalogue = Catalogue::load(PRODUCTS).expect("the catalogue is sound");
        let skus = catalogue.skus().expect("it can be listed");
        assert!(skus.len() >= 1000, "{} products", skus.len());
        let mut categories = HashSet::new();
        let mut names = HashSet::new();
        for sku in &skus {
            let product = catalogue.find(sku).expect("it can be asked").expect(sku);
            assert_eq!(product.sku, *sku);
            assert!(names.insert(product.name.clone()), "{} is there twice", product.name);
            categories.insert(product.category);
        }
        assert!(categories.len() >= 10, "{categories:?}");
        assert!(catalogue.heaviest().expect("it can be asked") > 5_000);
    }

    #[test]
    fn an_unknown_number_finds_nothing() {
        let catalogue = Catalogue::load(PRODUCTS).expect("the catalogue is sound");
        assert_eq!(catalogue.find("XX-0").expect("it can be asked"), None);
    }

    #[test]
    fn a_bad_line_is_told_and_nothing_is_loaded() {
        let header = "sku,name,category,price_cents,weight_g,stock_hint\n";
        let words = Catalogue::load(&format!("{header}A-1,Lamp,lighting,cheap,10,1\n"));
        let error = words.expect_err("a price is a number").to_string();
        assert!(error.contains("line: 2"), "{error}");
        let free = Catalogue::load(&format!("{header}A-1,Lamp,lighting,0,10,1\n"));
        assert!(matches!(free, Err(CatalogueError::Database(_))), "{free:?}");
        let twice = format!("{header}A-1,Lamp,lighting,5,10,1\nA-1,Lamp,lighting,5,10,1\n");
        assert!(matches!(Catalogue::load(&twice), Err(CatalogueError::Database(_))));
    }
}
