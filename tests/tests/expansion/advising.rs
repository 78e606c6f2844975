//! `#[aspect]` at run time: join points and the place of pointcuts, whatever the function is.

use std::fmt::Display;

use super::{E, block_on, sendable};
use dyno::aspect::{Advice, Call, End, JoinPoint, Proceed};
use dyno::{Fault, aspect, breaker, fallback, inject, retry};

/// Counts nothing: that it is bound takes the other way through the expansion.
struct Bound;
impl Advice for Bound {
    fn before(&self, at: &Call<'_>) {
        assert!(at.name().contains("advising"), "{at:?}");
    }
    fn after(&self, at: &Call<'_>, end: &End<'_>) {
        assert!(at.arguments().is_some() && end.how() != aspect::How::Panicked, "{end:?}");
    }
    fn around(&self, _: &Call<'_>, proceed: Proceed<'_>) {
        proceed.run();
    }
}

/// Once with nothing bound, once with advice.
fn both_ways(calls: impl Fn()) {
    calls();
    let bound = aspect::Pointcut::new("**::advising::**").arguments().bind(Bound);
    calls();
    drop(bound);
}

#[aspect]
fn first<'a>(a: &'a str, _b: &str) -> &'a str {
    a
}
#[aspect]
fn lent(all: &mut Vec<u8>) -> &mut u8 {
    all.push(1);
    &mut all[0]
}
#[aspect]
fn unit(mut n: u8, (a, b): (u8, u8), [c, ..]: [u8; 2]) {
    n += a + b + c;
    assert_eq!(n, 10);
}
#[aspect]
fn question(text: &str) -> Result<u8, std::num::ParseIntError> {
    let n: u8 = text.parse()?;
    if n > 100 {
        return Ok(100);
    }
    Ok(n)
}
#[aspect]
#[allow(clippy::elidable_lifetime_names)]
fn some_iter<'a>(all: &'a [u8]) -> impl Iterator<Item = u8> + use<'a> {
    all.iter().map(|n| n * 2)
}
#[aspect]
#[allow(clippy::needless_pass_by_value)]
fn generic<T: Display, const N: usize>(all: [T; N]) -> String {
    all.iter().map(ToString::to_string).collect()
}
#[aspect]
async fn first_async<'a>(a: &'a str, _b: &str) -> &'a str {
    std::future::ready(()).await;
    a
}
#[aspect]
async fn taken(text: String, add: impl Fn(&str) -> String + Send) -> Result<String, E> {
    std::future::ready(()).await;
    if text.is_empty() {
        return Err(E::Bad);
    }
    Ok(add(&text))
}
#[aspect(name = "advising::unsized")]
#[allow(clippy::needless_pass_by_value)]
fn behind(text: Box<dyn Fn() -> u8>, r#type: &dyn Display) -> (u8, String) {
    (text(), r#type.to_string())
}

struct Till(u8);
impl Till {
    #[aspect]
    fn open(&mut self, by: u8) -> &mut u8 {
        self.0 += by;
        &mut self.0
    }
    #[aspect]
    async fn close(self) -> u8 {
        self.0
    }
    #[aspect]
    fn new(n: u8) -> Self {
        Self(n)
    }
}
trait Sells {
    #[aspect]
    fn sell(&self) -> u8 {
        self.left()
    }
    fn left(&self) -> u8;
}
impl Sells for Till {
    #[aspect]
    fn left(&self) -> u8 {
        self.0
    }
}
#[async_trait::async_trait]
trait SellsLater {
    async fn later(&self, by: &str) -> Result<String, E>;
}
#[async_trait::async_trait]
impl SellsLater for Till {
    #[aspect]
    async fn later(&self, by: &str) -> Result<String, E> {
        Ok(format!("{by}{}", self.0))
    }
}

#[test]
fn any_function_may_be_advised() {
    both_ways(|| {
        assert_eq!(first("a", "b"), "a");
        let mut all = vec![7];
        *lent(&mut all) += 1;
        assert_eq!(all, [8, 1]);
        unit(1, (2, 3), [4, 5]);
        assert_eq!(
            (question("300").is_err(), question("200"), question("7")),
            (true, Ok(100), Ok(7))
        );
        assert_eq!(some_iter(&[1, 2]).collect::<Vec<_>>(), [2, 4]);
        assert_eq!(generic([1, 2, 3]), "123");
        assert_eq!(block_on(sendable(first_async("a", "b"))), "a");
        let bang = |text: &str| format!("{text}!");
        assert_eq!(block_on(sendable(taken("a".into(), bang))).as_deref(), Ok("a!"));
        assert_eq!(block_on(sendable(taken(String::new(), bang))), Err(E::Bad));
        assert_eq!(behind(Box::new(|| 1), &2), (1, "2".into()));
        let mut till = Till::new(1);
        *till.open(1) += 1;
        assert_eq!((till.sell(), till.left()), (3, 3));
        assert_eq!(block_on(till.later("x")).as_deref(), Ok("x3"));
        assert_eq!(block_on(sendable(till.close())), 3);
    });
}

fn add(at: &JoinPoint<'_>, body: impl FnOnce() -> Result<u32, E>) -> Result<u32, E> {
    assert!(at.name().ends_with("inner"), "{at}");
    body().map(|n| n + 1)
}

/// `mut` arguments that both a retry and filters name anew.
#[aspect("advising::outer")]
#[retry(2)]
fn outer(mut n: u32, mut text: &str) -> Result<u32, E> {
    n += 1;
    text = text.trim();
    if text == "b" { Err(E::Worse(u16::try_from(n).unwrap_or_default())) } else { Ok(n) }
}
#[retry(2)]
#[aspect("advising::inner", around = add)]
#[breaker]
fn inner(mut n: u32, mut text: &str) -> Result<u32, E> {
    n += 1;
    text = text.trim();
    if text == "b" { Err(E::Worse(u16::try_from(n).unwrap_or_default())) } else { Ok(n) }
}
#[aspect("advising::twice")]
#[aspect("advising::twice_more", args(n))]
async fn twice(mut n: u32, mut text: String) -> Result<String, E> {
    n += 1;
    text.push_str(&n.to_string());
    Ok(text)
}

#[test]
fn arguments_that_the_body_changes() {
    both_ways(|| {
        assert_eq!((outer(1, " b"), outer(1, " c")), (Err(E::Worse(2)), Ok(2)));
        assert_eq!((inner(1, " b"), inner(1, " c")), (Err(E::Worse(2)), Ok(3)));
        assert_eq!(block_on(sendable(twice(1, "t".into()))).as_deref(), Ok("t2"));
    });
    let more = |(n, text): &mut (u32, String)| {
        *n += 10;
        text.push('!');
    };
    for join in ["advising::outer", "advising::inner", "advising::twice"] {
        let _ = aspect::join(join).arguments(more).expect("it fits");
    }
    let _ = aspect::join("advising::twice_more").arguments(|n: &mut u32| *n *= 2).expect("it fits");
    both_ways(|| {
        // Outside of the retry once for all attempts, inside once for each, from the same arguments.
        assert_eq!((outer(1, " b"), outer(1, "")), (Ok(12), Ok(12)));
        assert_eq!((inner(1, " b"), inner(1, "")), (Ok(13), Ok(13)));
        assert_eq!(block_on(sendable(twice(1, "t".into()))).as_deref(), Ok("t!23"));
    });
}

#[derive(Clone, Copy)]
struct Db(u32);
fn connect() -> Db {
    Db(100)
}
#[inject(db = connect)]
#[aspect("advising::injected", wrap)]
fn injected(db: &Db, sku: &str) -> Result<u32, std::num::ParseIntError> {
    Ok(db.0 + sku.parse::<u32>()?)
}
#[aspect("advising::injected_with", args(id))]
#[inject(db = connect, with)]
fn with_sibling(db: Db, id: u32) -> Result<u32, Fault> {
    Ok(db.0 + id)
}
/// A return type that cannot carry a `Fault`, behind a fallback.
#[fallback(7)]
#[aspect("advising::plain")]
fn plain(n: u8, _unused: u8) -> u8 {
    n
}

#[test]
fn what_is_injected_is_not_offered() {
    both_ways(|| {
        assert_eq!((injected("1").ok(), injected("x").is_err()), (Some(101), true));
        assert_eq!((with_sibling(1), with_sibling_with(Db(1), 1)), (Ok(101), Ok(2)));
        assert_eq!(plain(1, 2), 1);
    });
    let refuse = |sku: &mut String| if sku == "1" { Err("one") } else { Ok(()) };
    let _ = aspect::join("advising::injected").arguments(refuse).expect("it fits");
    let _ = aspect::join("advising::injected_with")
        .arguments(|id: &mut u32| *id += 1)
        .expect("it fits");
    let _ =
        aspect::join("advising::plain").arguments(|_: &mut (u8, u8)| Err("no")).expect("it fits");
    both_ways(|| {
        let error = injected("1").expect_err("a filter fails");
        assert!(matches!(error.fault(), Some(Fault::Aspect(_))), "{error}");
        assert_eq!(injected("2").ok(), Some(102));
        assert_eq!((with_sibling(1), with_sibling_with(Db(1), 1)), (Ok(102), Ok(2)));
        assert_eq!(plain(1, 2), 7);
    });
}
