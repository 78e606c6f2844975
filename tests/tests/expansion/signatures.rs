//! Every kind of signature keeps its meaning.

use super::{E, Tries, block_on, sendable};
use dyno::{aspect, breaker, retry};
use std::borrow::Cow;
use std::fmt::Display;
use std::sync::Arc;

#[retry(3)]
async fn plain_async(x: u8) -> Result<u8, E> {
    Ok(x)
}

#[retry(2)]
#[allow(improper_ctypes_definitions)]
extern "C" fn with_abi(x: u8) -> Option<u8> {
    Some(x)
}

#[retry(2)]
fn generic<T>(x: T) -> Result<T, E>
where
    T: Clone + Display,
{
    Ok(x)
}

#[breaker]
#[retry(2)]
fn constant<const N: usize>(x: [u8; N]) -> Result<usize, E> {
    Ok(x.len() + N)
}

#[retry(2)]
#[breaker]
fn longest<'a: 'b, 'b>(a: &'a str, b: &'b str) -> Result<&'b str, E> {
    Ok(if a.len() > b.len() { a } else { b })
}

#[breaker]
fn elided(text: &str) -> Result<Cow<'_, str>, E> {
    Ok(Cow::Borrowed(text))
}

#[retry(2)]
async fn borrowed_async<'a>(text: &'a str, _other: &str) -> Result<&'a str, E> {
    Ok(&text[1..])
}

#[breaker]
fn higher_ranked(f: impl for<'a> Fn(&'a str) -> &'a str) -> Result<usize, E> {
    Ok(f("abc").len())
}

#[retry(2)]
fn impl_argument(x: impl Display + Clone) -> Result<String, E> {
    Ok(x.to_string())
}

#[aspect(before = |_| {})]
fn impl_return(n: u8) -> impl Iterator<Item = u8> {
    0..n
}

#[retry(2)]
#[breaker]
fn impl_inside(n: u8) -> Result<impl Iterator<Item = u8>, E> {
    if n == 0 {
        return Err(E::Bad);
    }
    Ok(0..n)
}

#[retry(2)]
fn closure_inside(n: u8) -> Result<impl Fn(u8) -> u8, E> {
    Ok(move |x| x + n)
}

struct Pair {
    left: u8,
    right: u8,
}
impl Clone for Pair {
    fn clone(&self) -> Self {
        Self { left: self.left, right: self.right }
    }
}

#[retry(3)]
fn patterns(
    (a, mut b): (u8, u8),
    Pair { left, right }: Pair,
    &c: &u8,
    _: u8,
    [d, ..]: [u8; 3],
    mut e: String,
) -> Result<String, E> {
    b += 1;
    e.push('!');
    Ok(format!("{a}{b}{left}{right}{c}{d}{e}"))
}

#[retry(2)]
fn r#match(r#type: u8) -> Result<u8, E> {
    Ok(r#type)
}

#[retry(3)]
fn lint_attributes(#[allow(unused_variables)] unused: u8, #[cfg(any())] gone: u8) -> Option<u8> {
    Some(1)
}

static MOVED: Tries = Tries::new();
#[retry(3)]
fn moved(text: String, list: Vec<u8>) -> Result<usize, E> {
    let _ = MOVED.fail(2)?;
    let (text, list) = (text, list);
    Ok(text.len() + list.len())
}

struct NotClone(u8);
#[breaker]
#[allow(clippy::needless_pass_by_value)]
fn not_clone(x: NotClone) -> Result<u8, E> {
    Ok(x.0)
}
#[retry(2)]
fn not_clone_by_reference(x: &NotClone, y: &mut NotClone) -> Result<u8, E> {
    y.0 += 1;
    Ok(x.0 + y.0)
}

#[retry(3)]
fn recursive(n: u32) -> Result<u32, E> {
    if n == 0 { Ok(0) } else { Ok(recursive(n - 1)? + n) }
}

#[retry(3)]
async fn recursive_async(n: u32) -> Result<u32, E> {
    if n == 0 { Ok(0) } else { Ok(Box::pin(recursive_async(n - 1)).await? + n) }
}

#[breaker]
#[must_use = "as it says"]
#[inline]
#[cold]
#[doc = "Documented."]
#[cfg_attr(all(), allow(dead_code))]
fn attributed() -> Result<(), E> {
    Ok(())
}

#[aspect(before = |_| {})]
#[deprecated(note = "old")]
fn is_deprecated() -> u8 {
    1
}

#[test]
fn sync_ones() {
    assert_eq!(with_abi(3), Some(3));
    assert_eq!(generic("x"), Ok("x"));
    assert_eq!(constant([0; 3]), Ok(6));
    assert_eq!(longest("ab", "c"), Ok("ab"));
    assert_eq!(elided("x"), Ok(Cow::Borrowed("x")));
    assert_eq!(higher_ranked(|x| &x[1..]), Ok(2));
    assert_eq!(impl_argument(5), Ok("5".to_owned()));
    assert_eq!(impl_return(3).count(), 3);
    assert_eq!(impl_inside(3).ok().map(Iterator::count), Some(3));
    assert!(impl_inside(0).is_err());
    assert_eq!(closure_inside(1).map(|f| f(2)).ok(), Some(3));
    let pair = Pair { left: 3, right: 4 };
    assert_eq!(patterns((1, 1), pair, &5, 0, [6, 0, 0], "e".into()).as_deref(), Ok("123456e!"));
    assert_eq!(r#match(1), Ok(1));
    assert_eq!(lint_attributes(1), Some(1));
    assert_eq!(moved("ab".into(), vec![1]), Ok(3));
    assert_eq!(MOVED.made(), 3);
    assert_eq!(not_clone(NotClone(1)), Ok(1));
    assert_eq!(not_clone_by_reference(&NotClone(1), &mut NotClone(1)), Ok(3));
    assert_eq!(recursive(4), Ok(10));
    assert_eq!(attributed(), Ok(()));
    #[allow(deprecated)]
    let old = is_deprecated();
    assert_eq!(old, 1);
}

#[test]
fn async_ones() {
    assert_eq!(block_on(sendable(plain_async(1))), Ok(1));
    assert_eq!(block_on(sendable(borrowed_async("abc", "x"))), Ok("bc"));
    assert_eq!(block_on(recursive_async(4)), Ok(10));
    let shared = Arc::new(1);
    let task = std::thread::spawn(move || block_on(plain_async(*shared)));
    assert_eq!(task.join().ok(), Some(Ok(1)));
}

#[retry(3)]
fn shortens(tries: &Tries, mut text: &str) -> Result<usize, E> {
    text = &text[1..];
    tries.fail(2).map(|_| text.len())
}
#[retry(3)]
async fn shortens_async(tries: &Tries, mut text: &str) -> Result<usize, E> {
    text = &text[1..];
    tries.fail(2).map(|_| text.len())
}
#[retry(3)]
fn points_elsewhere(tries: &Tries, mut numbers: &mut [u8]) -> Result<usize, E> {
    numbers[0] += 1;
    numbers = &mut numbers[1..];
    tries.fail(2).map(|_| numbers.len())
}
#[aspect("signatures::shortens", args(text))]
#[retry(3)]
fn shortens_within(tries: &Tries, mut text: &'static str) -> Result<usize, E> {
    text = &text[1..];
    tries.fail(2).map(|_| text.len())
}
#[retry(3)]
#[aspect("signatures::shortens", args(text))]
fn shortens_around(tries: &Tries, mut text: &'static str) -> Result<usize, E> {
    text = &text[1..];
    tries.fail(2).map(|_| text.len())
}

#[test]
fn every_attempt_has_the_reference_that_the_caller_gave() {
    assert_eq!(shortens(&Tries::new(), "four"), Ok(3));
    assert_eq!(block_on(sendable(shortens_async(&Tries::new(), "four"))), Ok(3));
    let mut numbers = [0, 0, 0, 0];
    assert_eq!(points_elsewhere(&Tries::new(), &mut numbers), Ok(3));
    assert_eq!(numbers, [3, 0, 0, 0], "what it points at is the caller's");
    assert_eq!(shortens_within(&Tries::new(), "four"), Ok(3));
    assert_eq!(shortens_around(&Tries::new(), "four"), Ok(3));
}
