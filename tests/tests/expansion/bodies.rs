//! What stands in the body means what it says.

use super::{E, Tries, block_on, sendable};
use dyno::{aspect, breaker, retry};
use std::cell::RefCell;
use std::sync::Mutex;

#[breaker]
#[retry(2)]
fn question_marks(text: &str) -> Result<u8, E> {
    let number: u8 = text.parse().map_err(|_| E::Bad)?;
    let labelled = 'out: loop {
        for i in 0.. {
            if i > 3 {
                break 'out i;
            }
        }
    };
    if number > 100 {
        return Err(E::Worse(number.into()));
    }
    Ok(number + labelled)
}

#[retry(2)]
fn inner_attributes() -> Result<u8, E> {
    #![allow(unused_variables)]
    const ONE: u8 = 1;
    fn item() -> u8 {
        7
    }
    let unused = 1;
    Ok(item() + ONE)
}

/// A value behind a trait, as an early return and at the end.
#[breaker]
#[retry(2)]
async fn unsizing(early: bool) -> Result<Box<dyn Fn() -> u8 + Send>, E> {
    if early {
        return Ok(Box::new(|| 1));
    }
    Ok(Box::new(|| 2))
}

#[breaker]
fn lends(list: &mut Vec<u8>) -> Result<&mut u8, E> {
    list.first_mut().ok_or(E::Bad)
}

#[retry(3)]
fn names_like_ours(result: u8, span: u8, point: u8) -> Result<u8, E> {
    let (permit, out, verdict, attempts) = (1, 2, 3, 4);
    Ok(result + span + point + permit + out + verdict + attempts)
}

#[breaker]
#[retry(2)]
fn tail_temporary(cell: &RefCell<Vec<u8>>, lock: &Mutex<u8>) -> Result<usize, E> {
    let local = RefCell::new(vec![1_u8]);
    drop(lock.lock().map_err(|_| E::Bad)?);
    let _ = local.borrow().len();
    Ok(cell.borrow().len())
}

struct Noisy<'a>(&'a RefCell<Vec<u8>>, u8);
impl Drop for Noisy<'_> {
    fn drop(&mut self) {
        self.0.borrow_mut().push(self.1);
    }
}
impl Noisy<'_> {
    fn value(&self) -> Result<u8, E> {
        Ok(self.1)
    }
}

fn plainly(log: &RefCell<Vec<u8>>) -> Result<u8, E> {
    let _local = Noisy(log, 1);
    Noisy(log, 2).value()
}

#[breaker]
#[retry(2)]
#[aspect(before = |_| {})]
fn layered(log: &RefCell<Vec<u8>>) -> Result<u8, E> {
    let _local = Noisy(log, 1);
    Noisy(log, 2).value()
}

#[aspect(before = |_| {})]
#[track_caller]
fn where_called() -> u32 {
    1
}

static HELD: Tries = Tries::new();
#[breaker]
#[retry(3)]
async fn across_awaits(text: String) -> Result<String, E> {
    let kept = text.clone();
    std::future::ready(()).await;
    let _ = HELD.fail(2)?;
    Ok(kept + &text)
}

#[test]
fn all_of_it() {
    assert_eq!(question_marks("5"), Ok(9));
    assert_eq!(question_marks("x"), Err(E::Bad));
    assert_eq!(question_marks("101"), Err(E::Worse(101)));
    assert_eq!(inner_attributes(), Ok(8));
    assert_eq!(block_on(sendable(unsizing(true))).map(|f| f()).ok(), Some(1));
    assert_eq!(block_on(sendable(unsizing(false))).map(|f| f()).ok(), Some(2));
    let mut list = vec![1];
    if let Ok(first) = lends(&mut list) {
        *first = 9;
    }
    assert_eq!(list, [9]);
    assert_eq!(names_like_ours(1, 1, 1), Ok(13));
    assert_eq!(tail_temporary(&RefCell::new(vec![1, 2]), &Mutex::new(1)), Ok(2));
    assert_eq!(block_on(sendable(across_awaits("a".into()))).as_deref(), Ok("aa"));
    assert_eq!(HELD.made(), 3);
    assert_eq!(where_called(), 1);
}

#[test]
fn drops_in_the_order_of_the_users_edition() {
    let (plain, ours) = (RefCell::default(), RefCell::default());
    let _ = plainly(&plain);
    let _ = layered(&ours);
    assert_eq!(plain, ours);
}
