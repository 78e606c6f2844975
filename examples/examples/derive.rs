//! A struct that finds its own parts: `#[derive(Injectable)]` writes the constructor.
//!
//! Fields with `#[inject]` are filled in, by a provider or a tag; plain ones stay arguments.
//!
//! ```text
//! (opening shop.db)
//! receipt: 91 EUR for an anvil (no. 1, shop.db)
//! receipt: 99 USD for an anvil (no. 1, shop.db)
//! receipt: 1 EUR for a feather (no. 2, shop.db)
//! ```

use std::sync::Arc;

use dyno::{InjectError, Injectable, Registry};

struct Db(&'static str);

fn open_db() -> Db {
    println!("(opening shop.db)");
    Db("shop.db")
}

trait Printer: Send + Sync {
    fn print(&self, text: &str);
}
struct Console;
impl Printer for Console {
    fn print(&self, text: &str) {
        println!("receipt: {text}");
    }
}

#[derive(Injectable)]
struct Checkout {
    #[inject(open_db)]
    db: Arc<Db>,
    #[inject(tag = "receipts")]
    printer: Arc<dyn Printer>,
    #[inject(default)]
    sold: u32,
    currency: &'static str,
}

impl Checkout {
    fn sell(&mut self, what: &str, price: u32) {
        self.sold += 1;
        let Self { db, printer, sold, currency } = self;
        printer.print(&format!("{price} {currency} for {what} (no. {sold}, {})", db.0));
    }
}

fn main() -> Result<(), InjectError> {
    Registry::global().set::<dyn Printer>("receipts", Arc::new(Console))?;
    let (mut here, mut abroad) = (Checkout::new("EUR")?, Checkout::new("USD")?);
    here.sell("an anvil", 91);
    abroad.sell("an anvil", 99);
    here.sell("a feather", 1);
    Ok(())
}
