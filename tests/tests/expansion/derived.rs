//! What `#[derive(Injectable)]` makes of a struct.

use super::E;
use super::injecting::{Db, Repository, open, open_broken, open_checked, repository};
use dyno::inject::Live;
use dyno::{Injectable, inject};
use std::sync::Arc;

#[derive(Injectable, Debug)]
struct Checkout {
    #[inject(open_checked)]
    db: Arc<Db>,
    #[inject(open_broken)]
    spare: Option<Db>,
    #[inject(default)]
    served: u32,
    currency: &'static str,
}

#[derive(Injectable)]
struct Everything {
    #[inject(repository)]
    repository: Arc<Repository>,
    #[inject(open, fallback = Db::default())]
    db: Db,
}

#[derive(Injectable)]
#[injectable(constructor = build)]
struct Wrapper<T: Clone> {
    #[inject(open)]
    db: Live<Db>,
    inner: T,
}

#[inject(everything = Everything::new)]
fn of_injectable(everything: &Everything) -> Result<String, E> {
    Ok(format!("{}{}", everything.repository.db.url, everything.db.url))
}

#[test]
fn injectable_structs() {
    let checkout = Checkout::new("EUR").ok();
    let shown = checkout.map(|c| (c.db.url.clone(), c.spare, c.served, c.currency));
    assert_eq!(shown, Some(("checked".to_owned(), None, 0, "EUR")));
    assert_eq!(of_injectable().as_deref(), Ok("dbdb"));
    let wrapper = Wrapper::build(7).ok();
    assert_eq!(
        wrapper.map(|w| (w.inner, w.db.get().map(|db| db.url.clone()).ok())),
        Some((7, Some("db".to_owned())))
    );
}
