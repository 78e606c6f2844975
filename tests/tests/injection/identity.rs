//! One instance for each function item, and one build however many ask at once.

use std::sync::Arc;

use dyno::{Fault, inject};

use crate::support::{Count, at_once};

#[derive(Clone, Debug, PartialEq)]
struct Db(usize);

fn address<T: ?Sized>(value: &T) -> usize {
    std::ptr::from_ref(value).cast::<()>().addr()
}

mod sixteen_threads {
    use super::*;

    static OPENED: Count = Count::new();
    static STORED: Count = Count::new();

    fn open() -> Result<Db, String> {
        let n = OPENED.up();
        // Long enough for the others to come and wait.
        (0..100).for_each(|_| std::thread::yield_now());
        Ok(Db(n))
    }

    #[inject(db = open)]
    fn store(db: Arc<Db>) -> Result<(Arc<Db>, usize), Fault> {
        Ok((db, STORED.up()))
    }

    #[inject(db = open)]
    fn reads(db: &Db) -> Result<usize, Fault> {
        Ok(address(db))
    }

    #[inject(store = store, db = open)]
    fn reads_both(store: &(Arc<Db>, usize), db: Arc<Db>) -> Result<usize, Fault> {
        assert!(Arc::ptr_eq(&store.0, &db));
        Ok(address(&*db))
    }

    #[test]
    fn build_once() {
        let mut seen = at_once(16, |n| if n % 2 == 0 { reads() } else { reads_both() });
        seen.dedup();
        assert_eq!((seen.len(), seen[0].is_ok()), (1, true), "{seen:?}");
        assert_eq!((OPENED.get(), STORED.get()), (1, 1));
    }
}

mod items {
    use super::items::open as renamed;
    use super::*;

    static OPENED: Count = Count::new();

    pub(super) fn open() -> Db {
        Db(OPENED.up())
    }
    fn open_again() -> Db {
        open()
    }
    struct Pool<const N: usize>;
    trait Open {
        fn open() -> Db;
    }
    impl<const N: usize> Open for Pool<N> {
        fn open() -> Db {
            open()
        }
    }

    #[inject(a = open, b = renamed, c = super::items::open, d = crate::identity::items::open)]
    fn by_many_paths(a: &Db, b: &Db, c: &Db, d: &Db) -> [usize; 4] {
        [a.0, b.0, c.0, d.0]
    }
    #[inject(a = open_again, b = Pool::<1>::open, c = Pool::<2>::open, d = <Pool<1> as Open>::open)]
    fn by_other_items(a: &Db, b: &Db, c: &Db, d: &Db) -> [usize; 4] {
        [a.0, b.0, c.0, d.0]
    }
    #[inject(a = || open(), b = || open())]
    fn by_closures(a: &Db, b: &Db) -> [usize; 2] {
        [a.0, b.0]
    }

    #[test]
    fn are_told_apart_by_their_type_and_by_nothing_else() {
        let [a, b, c, d] = by_many_paths();
        assert_eq!((b, c, d), (a, a, a), "one item, by whatever path");
        let [again, first, second, of_trait] = by_other_items();
        assert_eq!(first, of_trait, "the same function, called another way");
        let [left, right] = by_closures();
        let mut all = vec![a, again, first, second, left, right];
        all.sort_unstable();
        assert_eq!(all, [1, 2, 3, 4, 5, 6], "each item has its own");
        assert_eq!(
            (by_other_items(), by_closures()),
            ([again, first, second, first], [left, right])
        );
        assert_eq!(OPENED.get(), 6);
    }
}

mod generic {
    use super::*;

    static MADE: Count = Count::new();

    #[derive(Debug, PartialEq)]
    struct Of<T>(usize, T);

    fn make<T: Default>() -> Of<T> {
        Of(MADE.up(), T::default())
    }

    #[inject(made = make::<T>)]
    fn number<T: Default + Send + Sync + 'static>(made: &Of<T>) -> usize {
        made.0
    }

    #[inject(made = make::<u8>)]
    fn of_u8(made: Arc<Of<u8>>) -> usize {
        made.0
    }

    struct Repo<T>(T);
    impl<T: Default + Send + Sync + 'static> Repo<T> {
        #[inject(made(make::<T>, lazy))]
        fn number(&self, made: &Of<T>) -> usize {
            let _ = &self.0;
            made.0
        }
    }

    #[test]
    fn instances_are_told_apart_in_one_site() {
        let all = at_once(16, |n| match n % 4 {
            0 => (0, number::<u8>()),
            1 => (1, number::<u16>()),
            2 => (0, of_u8()),
            _ => (1, Repo(7_u16).number()),
        });
        let of = |which| all.iter().find(|(it, _)| *it == which).map(|(_, n)| *n);
        assert_ne!(of(0), of(1));
        assert!(all.iter().all(|(which, n)| Some(*n) == of(*which)), "{all:?}");
        assert_eq!(MADE.get(), 2);
    }
}

mod returned {
    use super::*;

    trait Speak: Send + Sync {
        fn word(&self) -> String;
    }
    impl Speak for Db {
        fn word(&self) -> String {
            format!("db{}", self.0)
        }
    }

    static MADE: Count = Count::new();
    fn shared() -> Arc<Db> {
        Arc::new(Db(MADE.up()))
    }
    fn boxed() -> Option<Box<dyn Speak>> {
        Some(Box::new(Db(MADE.up())))
    }

    #[inject(a = shared, b = shared, c = shared, d = shared)]
    fn the_ways_to_take(a: &Db, b: Arc<Db>, c: Db, d: Option<&Db>) -> [usize; 4] {
        [a.0, b.0, c.0, d.map_or(0, |d| d.0)]
    }
    #[inject(a = boxed, b = boxed)]
    fn of_trait(a: &dyn Speak, b: Arc<dyn Speak>) -> Result<[String; 2], Fault> {
        assert_eq!(address(a), address(&*b));
        Ok([a.word(), b.word()])
    }

    #[test]
    fn values_are_shared_however_they_are_taken() {
        let [a, b, c, d] = the_ways_to_take();
        assert_eq!([b, c, d], [a; 3]);
        let [left, right] = of_trait().expect("it is built");
        assert_eq!(left, right);
        assert_eq!(MADE.get(), 2);
    }
}
