//! What `#[inject]` is told.

use dyno::inject;

#[derive(Clone)]
struct Db;
fn connect() -> Db {
    Db
}
fn connect_to(_: &str) -> Db {
    Db
}

#[inject(bd = connect)]
fn misspelt(db: &Db) {
    let _ = db;
}

#[inject(db = connect)]
fn no_parameters() {}

#[inject]
fn nothing(db: &Db) {
    let _ = db;
}

#[inject(db = connect())]
fn called(db: &Db) {
    let _ = db;
}

#[inject(db = connect_to("url"))]
fn called_with_arguments(db: &Db) {
    let _ = db;
}

#[inject(db = "primary")]
fn text(db: &Db) {
    let _ = db;
}

#[inject(db = 5)]
fn number(db: &u8) {
    let _ = db;
}

#[inject(db = tag("a", "b"))]
fn two_tags(db: &Db) {
    let _ = db;
}

#[inject(db =)]
fn no_provider(db: &Db) {
    let _ = db;
}

#[inject(db = connect, scope = request)]
fn unknown_scope(db: &Db) {
    let _ = db;
}

#[inject(db = connect, on_error = ignore)]
fn unknown_on_error(db: &Db) {
    let _ = db;
}

#[inject(a = connect, b = connect, stop = drop)]
fn stops_which(a: &Db, b: &Db) {
    let _ = (a, b);
}

#[inject(db = connect)]
#[inject(db = connect)]
fn twice(db: &Db) {
    let _ = db;
}

#[inject(db(connect, fallbak = Db))]
fn misspelt_option(db: &Db) {
    let _ = db;
}

#[inject(db(connect, tag = "x"))]
fn provider_and_tag(db: &Db) {
    let _ = db;
}

#[inject(db = connect, falback = Db)]
fn misspelt_key(db: &Db) {
    let _ = db;
}

#[inject(db = connect, falback = None)]
fn misspelt_key_with_a_path(db: &Db) {
    let _ = db;
}

#[inject(db = connect().await)]
async fn called_and_awaited(db: &Db) {
    let _ = db;
}

#[inject(a = connect, on_error = none)]
#[inject(b = connect, on_error = panic)]
fn two_ends(a: &Db, b: &Db) {
    let _ = (a, b);
}

struct Holder;
impl Holder {
    fn connect(&self) -> Db {
        Db
    }
    #[inject(db = self.connect())]
    fn of_self(&self, db: &Db) {
        let _ = db;
    }
    #[inject(db = || self.connect())]
    fn of_self_in_a_closure(&self, db: &Db) {
        let _ = db;
    }
}

fn main() {
    // The injected parameters are gone all the same.
    unknown_scope();
}
