//! `#[timing]`: a span around any function, which changes nothing else of it.

use std::cell::RefCell;
use std::fmt::Display;

use super::{E, Tries, block_on, sendable};
use dyno::timing::Tree;
use dyno::{Fault, breaker, clock, fallback, fuse, inject, retry, timeout, timing};

fn outline(tree: &Tree) -> Vec<String> {
    let path = |name: &str| name.rsplit("::").next().unwrap_or(name).to_owned();
    tree.iter().skip(1).map(|node| " ".repeat(node.depth() - 1) + &path(node.name())).collect()
}

fn recorded<R>(f: impl FnOnce() -> R) -> (R, Vec<String>) {
    let (out, tree) = timing::record("root", f);
    (out, outline(&tree))
}

#[timing]
fn plain(x: u32) -> u32 {
    timing::mark("inside");
    x + 1
}

#[timing]
async fn waits(x: &u32) -> u32 {
    timing::mark("before");
    std::future::ready(()).await;
    timing::mark("after");
    *x
}

#[timing(name = "recording.named")]
fn named() {}

#[timing("price of {sku} × {count:>3}")]
fn labelled(sku: &str, count: u8) -> String {
    format!("{sku}{count}")
}

#[timing("no braces")]
async fn labelled_async(sku: String) -> String {
    sku
}

#[timing("of {sku}")]
async fn formatted_async(sku: String) -> String {
    sku
}

#[test]
fn a_function_is_a_span_under_its_path() {
    let (out, tree) = timing::record("root", || plain(1));
    assert_eq!((out, outline(&tree)), (2, vec!["plain".to_owned(), " inside".to_owned()]));
    assert!(tree.nodes()[1].name().ends_with("recording::plain"), "{tree}");
    assert_eq!(recorded(named), ((), vec!["recording.named".to_owned()]));
    let (out, lines) = recorded(|| block_on(sendable(waits(&7))));
    assert_eq!((out, lines), (7, vec!["waits".into(), " before".into(), " after".into()]));
}

#[test]
fn a_name_may_be_formatted_of_the_arguments() {
    assert_eq!(recorded(|| labelled("s-1", 7)), ("s-17".into(), vec!["price of s-1 ×   7".into()]));
    let (out, lines) = recorded(|| block_on(sendable(labelled_async("s".into()))));
    assert_eq!((out, lines), ("s".to_owned(), vec!["no braces".to_owned()]));
    let (out, lines) = recorded(|| block_on(sendable(formatted_async("s-2".into()))));
    assert_eq!((out, lines), ("s-2".to_owned(), vec!["of s-2".to_owned()]));
    // Not recorded: nothing but the call.
    assert_eq!((labelled("a", 1), plain(1)), ("a1".to_owned(), 2));
}

struct Shop {
    sold: RefCell<Vec<String>>,
}

impl Shop {
    #[timing]
    fn sell(&self, sku: impl Into<String>) -> usize {
        self.sold.borrow_mut().push(sku.into());
        self.sold.borrow().len()
    }

    #[timing]
    fn first(&mut self) -> &mut String {
        &mut self.sold.get_mut()[0]
    }

    #[timing]
    async fn last<'s>(&'s self, none: &'s str) -> std::borrow::Cow<'s, str> {
        let last = self.sold.borrow().last().cloned();
        last.map_or(std::borrow::Cow::Borrowed(none), std::borrow::Cow::Owned)
    }

    #[timing]
    fn close(self) -> Vec<String> {
        self.sold.into_inner()
    }
}

#[test]
fn methods_keep_their_receivers_and_borrows() {
    let (sold, lines) = recorded(|| {
        let mut shop = Shop { sold: RefCell::default() };
        assert_eq!(shop.sell("a"), 1);
        shop.first().push('!');
        assert_eq!(block_on(shop.last("none")), "a!");
        shop.close()
    });
    assert_eq!(sold, ["a!"]);
    assert_eq!(lines, ["sell", "first", "last", "close"]);
    let ((), tree) = timing::record("root", || {
        let _sold = Shop { sold: RefCell::default() }.sell("a");
    });
    assert!(tree.nodes()[1].name().ends_with("recording::Shop::sell"), "{tree}");
}

#[timing]
fn generic<T: Display, const N: usize>(items: [T; N]) -> impl Iterator<Item = String> {
    items.into_iter().map(|item| item.to_string())
}

#[timing]
fn early(text: &str) -> Result<u8, std::num::ParseIntError> {
    let number: u8 = text.parse()?;
    if number > 100 {
        return Ok(100);
    }
    Ok(number)
}

#[timing]
async fn early_async(text: &str) -> Result<u8, std::num::ParseIntError> {
    let number: u8 = waits(&0).await.to_string().replace('0', text).parse()?;
    if number > 100 {
        return Ok(100);
    }
    Ok(number)
}

#[test]
fn generics_question_marks_and_returns() {
    let (out, lines) = recorded(|| generic([1, 2]).collect::<Vec<_>>());
    assert_eq!((out, lines), (vec!["1".to_owned(), "2".to_owned()], vec!["generic".to_owned()]));
    let (out, lines) = recorded(|| (early("7"), early("200"), early("x").is_err()));
    assert_eq!(out, (Ok(7), Ok(100), true));
    assert_eq!(lines, ["early", "early", "early"]);
    let (out, _) =
        recorded(|| block_on(async { (early_async("7").await, early_async("x").await) }));
    assert_eq!((out.0, out.1.is_err()), (Ok(7), true));
}

trait Priced {
    fn price(&self) -> u32;
}

impl Priced for u32 {
    #[timing]
    fn price(&self) -> u32 {
        *self
    }
}

#[async_trait::async_trait]
trait Quoted {
    async fn quote(&self) -> u32;
}

#[async_trait::async_trait]
impl Quoted for u32 {
    #[timing("quote")]
    async fn quote(&self) -> u32 {
        std::future::ready(*self).await
    }
}

#[test]
fn methods_of_traits() {
    assert_eq!(recorded(|| 7_u32.price()), (7, vec!["price".to_owned()]));
    assert_eq!(recorded(|| block_on(7_u32.quote())), (7, vec!["quote".to_owned()]));
}

// Above a retry all attempts are one span, below it each is one.
#[timing("all")]
#[retry(3)]
#[timing("each")]
fn retried(tries: &Tries) -> Result<u32, E> {
    tries.fail(2)
}

#[timing("all")]
#[retry(3)]
#[timing("each {text}")]
async fn retried_async(tries: &Tries, text: String) -> Result<u32, E> {
    drop(text);
    tries.fail(2)
}

fn spans(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).filter(|line| !line.contains("attempt")).collect()
}

#[test]
fn the_order_says_what_is_measured() {
    let (out, lines) = recorded(|| retried(&Tries::new()));
    assert_eq!((out, spans(&lines)), (Ok(3), vec!["all", " each", " each", " each"]));
    let (out, lines) =
        recorded(|| block_on(sendable(retried_async(&Tries::new(), "a".to_owned()))));
    assert_eq!((out, spans(&lines)), (Ok(3), vec!["all", " each a", " each a", " each a"]));
}

// What is refused inside comes through a span, also where the type has no room for a fault.
#[fallback(9)]
#[timing("refused")]
#[fuse("recording.off", off)]
fn refused() -> u32 {
    1
}

#[fallback(9)]
#[timing("refused")]
#[fuse("recording.off", off)]
async fn refused_async() -> u32 {
    1
}

#[timing]
#[fuse("recording.off", off)]
async fn refused_plain() -> Result<u32, Fault> {
    Ok(1)
}

#[test]
fn refusals_come_through() {
    let (out, lines) = recorded(refused);
    assert_eq!((out, lines[0].as_str()), (9, "refused"));
    let (out, lines) = recorded(|| block_on(sendable(refused_async())));
    assert_eq!((out, lines[0].as_str()), (9, "refused"));
    let (out, _) = recorded(|| block_on(refused_plain()));
    assert!(out.is_err());
    assert_eq!((refused(), block_on(refused_async())), (9, 9));
}

struct Db(u32);

fn open_db() -> Db {
    Db(7)
}

#[inject(db = open_db)]
#[timing("shop {extra}")]
#[timeout(1h)]
#[breaker(name = "recording.stacked")]
async fn stacked(db: &Db, extra: u32) -> Result<u32, E> {
    timing::mark("body");
    clock::sleep_async(std::time::Duration::ZERO).await;
    Ok(db.0 + extra)
}

#[test]
fn it_stacks_with_the_other_attributes() {
    let (out, lines) = recorded(|| block_on(sendable(stacked(1))));
    assert_eq!(out, Ok(8));
    assert!(lines.contains(&"shop 1".to_owned()) && lines.contains(&" body".to_owned()));
}

#[timing("{a}")]
#[timing("{{braces}}")]
fn twice(a: u8) -> u8 {
    a
}

#[test]
fn two_spans_are_two_spans() {
    assert_eq!(recorded(|| twice(3)), (3, vec!["3".to_owned(), " {braces}".to_owned()]));
}

#[timing]
fn panics() {
    panic!("as expected");
}

#[test]
fn a_panic_ends_the_span() {
    let (ended, tree) = timing::record("root", || std::panic::catch_unwind(panics).is_err());
    assert!(ended && tree.nodes()[1].duration().is_some());
}
