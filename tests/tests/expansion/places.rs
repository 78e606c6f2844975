//! Wherever a function may stand, its attributes may.

use super::{E, Tries, block_on, sendable};
use dyno::{breaker, retry};
use std::pin::Pin;
use std::sync::Arc;

struct Store<T> {
    items: Vec<T>,
    tries: Tries,
}

type Alias<T> = Result<T, E>;

impl<T: Clone + Send + Sync + 'static> Store<T> {
    #[retry(3)]
    #[breaker]
    async fn by_ref<'a>(&'a self, i: usize) -> Alias<&'a T> {
        let _ = self.tries.fail(2)?;
        self.items.get(i).ok_or(E::Bad)
    }

    #[retry(3)]
    #[breaker]
    async fn by_mut(&mut self, item: T) -> Result<usize, E> {
        self.items.push(item);
        if self.items.len() < 3 { Err(E::Bad) } else { Ok(self.items.len()) }
    }

    #[breaker]
    fn lend(&mut self) -> Result<&mut T, E> {
        self.items.first_mut().ok_or(E::Bad)
    }

    #[retry(2)]
    fn by_arc(self: Arc<Self>) -> Option<usize> {
        Some(self.items.len())
    }

    #[retry(2)]
    fn pinned(self: Pin<&mut Self>) -> Option<usize> {
        Some(self.items.len())
    }

    #[breaker]
    fn by_value(self) -> Result<Vec<T>, E> {
        Ok(self.items)
    }

    #[retry(2)]
    fn associated(item: T) -> Result<Self, E> {
        Ok(Self { items: vec![item], tries: Tries::new() })
    }
}

/// Two types with a method of the same name in one module.
struct Left;
struct Right;
impl Left {
    #[breaker]
    fn get(&self, id: u8) -> Result<u8, E> {
        if id == 0 { Err(E::Bad) } else { Ok(1) }
    }
}
impl Right {
    #[breaker]
    fn get(&self, id: u8) -> Result<u8, E> {
        if id == 0 { Err(E::Bad) } else { Ok(2) }
    }
}

trait Repo {
    fn get(&self, id: u8) -> Result<u8, E>;
    #[retry(2)]
    fn first(&self) -> Result<u8, E> {
        self.get(1)
    }
    #[retry(2)]
    fn sized(self) -> Result<u8, E>
    where
        Self: Sized + Clone,
    {
        self.get(2)
    }
    fn later(&self, id: u8) -> impl std::future::Future<Output = Result<u8, E>> + Send;
}

#[derive(Clone)]
struct Table(Arc<Tries>);
impl Repo for Table {
    #[retry(3)]
    #[breaker]
    fn get(&self, id: u8) -> Result<u8, E> {
        self.0.fail(1).map(|_| id)
    }
    #[retry(3)]
    async fn later(&self, id: u8) -> Result<u8, E> {
        std::future::ready(Ok(id)).await
    }
}

macro_rules! made_by_macro {
    ($vis:vis $name:ident, $arg:ident, $ty:ty, $body:block) => {
        #[retry(2)]
        #[breaker]
        $vis fn $name($arg: $ty) -> Result<usize, E> $body
    };
}
made_by_macro!(pub(crate) made, x, &str, { Ok(x.len() + 1) });

#[test]
#[retry(3)]
fn under_test() -> Result<(), E> {
    Ok(())
}

#[test]
fn methods() {
    let mut store = Store { items: vec![1_u8], tries: Tries::new() };
    assert_eq!(block_on(sendable(store.by_ref(0))), Ok(&1));
    assert_eq!(store.tries.made(), 3);
    assert_eq!(block_on(sendable(store.by_mut(9))), Ok(3));
    if let Ok(first) = store.lend() {
        *first = 5;
    }
    assert_eq!(Pin::new(&mut store).pinned(), Some(3));
    assert_eq!(store.by_value(), Ok(vec![5, 9, 9]));
    let store = Store::associated(1_u8).map(Arc::new);
    assert_eq!(store.ok().and_then(Store::by_arc), Some(1));
    assert_eq!((Left.get(1), Right.get(1)), (Ok(1), Ok(2)));
}

#[test]
fn points_are_called_by_their_path() {
    let _ = (Left.get(0), Right.get(0));
    let names: Vec<&str> = breaker::all().iter().map(|breaker| breaker.name()).collect();
    for name in ["places::Left::get", "places::Right::get"] {
        assert!(names.iter().any(|known| known.ends_with(name)), "{name} in {names:?}");
    }
}

#[test]
fn traits() {
    let table = Table(Arc::default());
    assert_eq!(table.get(7), Ok(7));
    assert_eq!(table.first(), Ok(1));
    assert_eq!(table.clone().sized(), Ok(2));
    assert_eq!(block_on(sendable(table.later(3))), Ok(3));
    assert_eq!(made("ab"), Ok(3));
}
