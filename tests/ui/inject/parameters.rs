//! Parameters that contradict what they are to be filled with.

use dyno::inject;
use dyno::inject::Lazy;

#[derive(Clone)]
struct Db;
fn connect() -> Result<Db, String> {
    Ok(Db)
}

#[inject(db = connect)]
fn exclusive(db: &mut Db) -> Result<(), String> {
    let _ = db;
    Ok(())
}

#[inject(db = connect)]
fn unnamed_type(db: impl Clone) -> Result<(), String> {
    let _ = db;
    Ok(())
}

#[inject(db = connect, fallback = None)]
fn none_for_nobody(db: &Db) -> Result<(), String> {
    let _ = db;
    Ok(())
}

#[inject(db(connect, fallback = None))]
fn none_for_a_value(db: &Db) -> Result<(), String> {
    let _ = db;
    Ok(())
}

#[inject(db(connect, fallback = Db))]
fn fallback_behind_a_result(db: Result<Db, dyno::InjectError>) -> Result<(), String> {
    let _ = db;
    Ok(())
}

#[inject(db(connect, fallback = Db), fallback = Db)]
fn fallback_for_nobody(db: &Db) -> Result<(), String> {
    let _ = db;
    Ok(())
}

#[inject(db(connect, fallback = Db))]
fn fallback_of_a_handle(db: Lazy<Db>) -> Result<(), String> {
    let _ = db;
    Ok(())
}

#[inject(db = connect)]
fn handle_in_a_wrapper(db: Option<Lazy<Db>>) -> Result<(), String> {
    let _ = db;
    Ok(())
}

#[inject(db(connect, scope = call, stop = drop))]
fn stop_of_a_call(db: Db) -> Result<(), String> {
    let _ = db;
    Ok(())
}

#[inject(db = tag("x"), scope = call)]
fn tag_of_a_call(db: Db) -> Result<(), String> {
    let _ = db;
    Ok(())
}

#[inject(db(tag = "x", stop = drop))]
fn stop_of_a_tag(db: &Db) -> Result<(), String> {
    let _ = db;
    Ok(())
}

#[inject(db(tag = "x", scope = registry))]
fn registry_of_a_tag(db: &Db) -> Result<(), String> {
    let _ = db;
    Ok(())
}

#[inject(db = connect, fallback = Db)]
fn fallback_of_a_handle_for_all(db: Lazy<Db>) -> Result<(), String> {
    let _ = db;
    Ok(())
}

#[inject(db(connect, lazy))]
fn lazy_handle(db: Lazy<Db>) -> Result<(), String> {
    let _ = db;
    Ok(())
}

#[inject(db(connect, optional))]
fn optional_without_an_option(db: &Db) -> Result<(), String> {
    let _ = db;
    Ok(())
}

#[inject(db = connect)]
fn conditional(#[cfg(all())] db: &Db) -> Result<(), String> {
    let _ = db;
    Ok(())
}

fn main() {}
