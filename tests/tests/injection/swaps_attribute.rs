//! Swaps under `#[dyno::test]` itself: these run beside each other, and beside everything else here.

use dyno::{Fault, inject};

#[derive(Clone, Debug, PartialEq)]
struct Db(String);

fn db(name: &str) -> Db {
    Db(name.to_owned())
}

fn connect() -> Result<Db, String> {
    Ok(db("real"))
}
#[inject(db = connect)]
fn repo(db: &Db) -> Result<String, Fault> {
    Ok(format!("repo of {}", db.0))
}
#[inject(repo = repo)]
fn ask(repo: &String) -> Result<String, Fault> {
    Ok(repo.clone())
}

macro_rules! tests {
    ($($name:ident $($attr:meta)?),+) => {$(
        #[dyno::test]
        $(#[$attr])?
        fn $name() {
            let name = stringify!($name);
            let _swap = dyno::swap(connect, move || Ok(db(name)));
            for _ in 0..100 {
                assert_eq!(ask(), Ok(format!("repo of {name}")));
                assert_eq!(dyno::spawn(ask).join().ok(), Some(Ok(format!("repo of {name}"))));
            }
            assert!(!name.contains("panics"), "it does");
        }
    )+};
}
tests!(one, two, three, panics should_panic = "it does", four, five, six);

#[dyno::test]
fn a_test_without_a_fake_gets_the_real_one() -> Result<(), Fault> {
    for _ in 0..200 {
        assert_eq!(ask()?, "repo of real");
    }
    Ok(())
}
