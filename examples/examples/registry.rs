//! Values chosen while the program runs: by type and tag, per tenant, and swapped live.
//! Lines in brackets are what a listener heard: it is told types and tags, never values.

use std::sync::Arc;

use dyno::registry::{Change, Handle, Registry};

trait Mailer: Send + Sync {
    fn send(&self, to: &str) -> String;
}
struct Smtp(&'static str);
impl Mailer for Smtp {
    fn send(&self, to: &str) -> String {
        format!("{} carries a letter to {to}", self.0)
    }
}

fn connect() -> Box<dyn Mailer> {
    println!("  (connecting)");
    Box::new(Smtp("mail.example"))
}

/// Defined before anything is registered: it finds the value when it is used.
static MAILER: Handle<dyn Mailer> = Handle::new("letters");

fn welcome(name: &str) {
    match MAILER.read() {
        Ok(mailer) => println!("  {}", mailer.send(name)),
        Err(error) => println!("  {error}"),
    }
}

fn main() -> Result<(), dyno::InjectError> {
    println!("Too soon, so the error says what to do:");
    welcome("Ada");

    println!("Provided: built by the first who needs it, then shared:");
    let registry = Registry::global();
    let _watch = registry.listen(|change: &Change| println!("  [{change}]"));
    registry.provide::<dyn Mailer, _>("letters", connect)?;
    welcome("Ada");
    welcome("Grace");

    println!("A tenant has its own, and falls through for the rest:");
    let acme = registry.child();
    acme.set::<dyn Mailer>("letters", Arc::new(Smtp("mail.acme.example")))?;
    acme.scope(|| welcome("Edsger"));
    welcome("Barbara");

    println!("Swapped: the next call sees it; once sealed, nothing changes any more:");
    registry.swap::<dyn Mailer>("letters", Arc::new(Smtp("standby.example")))?;
    welcome("Alan");
    registry.seal();
    println!("  {}", registry.remove::<dyn Mailer>("letters").map(|_| ()).unwrap_err());

    println!("A slip of the pen is told the nearest tag:");
    println!("  {}", registry.get::<dyn Mailer>("leters").map(|_| ()).unwrap_err());
    Ok(())
}
