//! A fake in place of a provider, for one test: nothing else has to know.
//!
//! `dyno::swap` holds until its guard is dropped. What was made of the real value is made anew of
//! the fake, and goes with it. `cargo test -p examples --example swap_in_tests` runs the tests.
//!
//! ```text
//!   (reading the configuration)
//! Welcome to The Anvil, Ada!
//! Welcome to a fake, Grace!
//! Welcome to The Anvil, Barbara!
//! ```

use dyno::{Fault, inject};

struct Config(&'static str);

fn read_config() -> Result<Config, String> {
    println!("  (reading the configuration)");
    let (_, name) = "name=The Anvil".split_once('=').ok_or("it has no `=`")?;
    Ok(Config(name))
}

#[inject(config = read_config)]
fn greeting(config: &Config) -> Result<Box<str>, Fault> {
    Ok(format!("Welcome to {}", config.0).into())
}

#[inject(greeting = greeting)]
fn welcome(name: &str, greeting: &str) -> Result<String, Fault> {
    Ok(format!("{greeting}, {name}!"))
}

fn main() -> Result<(), Fault> {
    println!("{}", welcome("Ada")?);
    let fake = dyno::swap(read_config, || Ok(Config("a fake")));
    println!("{}", welcome("Grace")?);
    drop(fake);
    println!("{}", welcome("Barbara")?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[dyno::test]
    fn a_fake_reaches_the_threads_of_its_test() {
        let _fake = dyno::swap(read_config, || Ok(Config("a test")));
        let there = dyno::spawn(|| welcome("Ada")).join().expect("no panic");
        assert_eq!(there.as_deref(), Ok("Welcome to a test, Ada!"));
    }

    #[dyno::test]
    fn a_configuration_that_cannot_be_read_is_told() {
        let _fake = dyno::swap(read_config, || Err("no such file".into()));
        let error = welcome("Ada").expect_err("nobody can be welcome").to_string();
        assert!(error.contains("read_config") && error.contains("no such file"), "{error}");
    }
}
