//! Providers that do not provide what is asked for.

use dyno::inject;

struct Db;
struct Cache;
trait Mailer: Send + Sync {}
struct Smtp;
impl Mailer for Smtp {}
fn connect() -> Db {
    Db
}
fn smtp() -> Smtp {
    Smtp
}
async fn connect_async() -> Db {
    Db
}

#[inject(cache = connect)]
fn another_type(cache: &Cache) {
    let _ = cache;
}

#[inject(mailer = smtp)]
fn concrete_for_dyn(mailer: &dyn Mailer) {
    let _ = mailer;
}

#[inject(db = connect_async)]
async fn forgotten_await(db: &Db) {
    let _ = db;
}

#[inject(db = connect)]
fn not_clone(db: Db) {
    drop(db);
}

fn main() {}
