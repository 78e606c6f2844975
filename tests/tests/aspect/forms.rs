//! Filters of methods, async functions and generics, and how they end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use dyno::aspect::Pipeline;
use dyno::{Fault, aspect};

use super::block_on;

type Three = (u32, u32, u32);

struct Till {
    open: bool,
}
impl Till {
    #[aspect("filters::method")]
    async fn pay(&self, sum: u32, by: &str) -> Result<String, String> {
        std::future::ready(()).await;
        if self.open { Ok(format!("{sum} {by}")) } else { Err("closed".into()) }
    }
}
#[aspect("filters::generic")]
async fn generic<T: Clone + Send + Sync + 'static>(value: T, copy: &T) -> Option<(T, T)> {
    std::future::ready(()).await;
    Some((value, copy.clone()))
}
#[test]
fn methods_async_functions_and_generics() -> Result<(), Fault> {
    fn sendable<T: Send>(value: T) -> T {
        value
    }
    let join = aspect::join("filters::method");
    join.arguments(|(sum, by): &mut (u32, String)| {
        *sum += 1;
        by.make_ascii_uppercase();
    })?;
    join.result(|out: &mut Result<String, String>| {
        if let Err(error) = out {
            error.push('!');
        }
    })?;
    let till = |open| sendable(async move { Till { open }.pay(1, "card").await });
    assert_eq!(block_on(till(true)).as_deref(), Ok("2 CARD"));
    assert_eq!(block_on(till(false)), Err("closed!".to_owned()));
    let join = aspect::join("filters::generic");
    assert_eq!(block_on(sendable(generic(1, &2))), Some((1, 2)));
    // Of a generic function nothing is known before the call.
    let texts = join.arguments(|(value, _): &mut (String, String)| value.push('!'))?;
    assert_eq!(block_on(generic("a".to_owned(), &"b".into())), Some(("a!".into(), "b".into())));
    assert_eq!(block_on(generic(1, &2)), None);
    texts.remove()?;
    assert_eq!(block_on(generic(1, &2)), Some((1, 2)));
    Ok(())
}

/// What is dropped may do as it likes: no lock is held.
struct Leaves(Arc<AtomicU32>);
impl Drop for Leaves {
    fn drop(&mut self) {
        let _ = aspect::joins();
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}
#[test]
fn filters_are_dropped_outside_of_every_lock() -> Result<(), Fault> {
    #[aspect("filters::leaving")]
    fn leaving(a: u32, b: u32, c: u32) -> Result<u32, Fault> {
        Ok(a + b + c)
    }
    assert_eq!(leaving(1, 1, 1), Ok(3));
    let dropped = Arc::new(AtomicU32::new(0));
    let join = aspect::join("filters::leaving");
    let leaves = || Leaves(dropped.clone());
    let (a, b, c, d) = (leaves(), leaves(), leaves(), leaves());
    let filter = join.arguments(move |_: &mut Three| _ = &a)?;
    filter.remove()?;
    join.arguments(move |_: &mut Three| _ = &b)?;
    drop(join.clear()?);
    assert!(join.arguments(move |_: &mut u8| _ = &c).is_err());
    assert!(join.set(Pipeline::new().arguments(move |_: &mut u8| _ = &d)).is_err());
    assert_eq!(dropped.load(Ordering::Relaxed), 4);
    Ok(())
}
