//! `Lazy` puts off, `Live` follows.

use std::sync::Arc;
use std::time::Duration;

use dyno::inject::{Lazy, Live};
use dyno::{Fault, Registry, inject};

use crate::support::{Count, at_once, block_on, watched, why};

#[derive(Clone, Debug, PartialEq)]
struct Db(usize);

mod lazy {
    use super::*;

    static OPENED: Count = Count::new();
    fn open() -> Result<Db, String> {
        match OPENED.up() {
            1 => Err("not yet".to_owned()),
            n => Ok(Db(n)),
        }
    }
    #[inject(db = open)]
    fn ask(wanted: bool, db: Lazy<Db>) -> Result<usize, Fault> {
        if !wanted {
            return Ok(0);
        }
        let first = db.get()?.0;
        let (one, other) = (db.get()?, db.get()?);
        assert!(std::ptr::eq::<Db>(&raw const *one, &raw const *other));
        Ok(first)
    }

    #[test]
    fn builds_when_it_is_first_used_and_tries_again() {
        let frozen = dyno::clock::freeze();
        assert_eq!((ask(false), OPENED.get()), (Ok(0), 0));
        assert!(why(ask(true)).to_string().contains("ask: parameter `db` (open"));
        assert_eq!(OPENED.get(), 1);
        frozen.advance(Duration::from_secs(1));
        let scope = dyno::Scope::current();
        assert_eq!(at_once(8, move |_| scope.run(|| ask(true))), vec![Ok(2); 8]);
        assert_eq!(OPENED.get(), 2);
    }

    fn plain() -> Db {
        Db(1)
    }
    /// A singleton that keeps the handle: what a test saw must not stay in it.
    #[inject(db = plain)]
    fn repository(db: Lazy<Db>) -> Repository {
        Repository { db }
    }
    struct Repository {
        db: Lazy<Db>,
    }
    #[inject(repository = repository)]
    fn of_repository(repository: &Repository) -> Result<usize, Fault> {
        Ok(repository.db.get()?.0)
    }
    #[inject(repository = repository)]
    fn build_only(repository: &Repository) -> usize {
        std::ptr::from_ref(repository).addr()
    }

    #[test]
    fn keeps_no_stand_in() {
        let built = build_only();
        let swap = dyno::swap(plain, || Db(70));
        assert_eq!((of_repository(), build_only()), (Ok(70), built));
        drop(swap);
        assert_eq!(of_repository(), Ok(1));
        let _other = dyno::swap(plain, || Db(71));
        assert_eq!(of_repository(), Ok(71));
    }
}

mod breaks_cycles {
    use super::*;

    #[inject(room = room)]
    fn guest(room: Lazy<Room>) -> Guest {
        Guest { room }
    }
    struct Guest {
        room: Lazy<Room>,
    }
    #[inject(guest = guest)]
    fn room(guest: Arc<Guest>) -> Room {
        Room { guest, number: 12 }
    }
    struct Room {
        guest: Arc<Guest>,
        number: usize,
    }

    #[inject(guest = guest, room = room)]
    fn ask(guest: Arc<Guest>, room: Arc<Room>) -> Result<(usize, bool), Fault> {
        Ok((guest.room.get()?.number, Arc::ptr_eq(&room.guest, &guest)))
    }

    #[test]
    fn on_purpose() {
        assert_eq!(watched(ask), Ok((12, true)));
    }
}

mod live {
    use super::*;

    fn open() -> Db {
        Db(1)
    }
    #[inject(db = open)]
    fn handle(db: Live<Db>) -> Live<Db> {
        db
    }
    #[inject(mail = tag("handles.mail"))]
    fn tagged(mail: Live<Db>) -> Live<Db> {
        mail
    }
    /// A value that keeps a handle follows, too.
    #[inject(db = open)]
    fn repository(db: Live<Db>) -> Repository {
        Repository { db }
    }
    struct Repository {
        db: Live<Db>,
    }
    #[inject(repository = repository)]
    fn ask(repository: &Repository) -> Result<usize, Fault> {
        Ok(repository.db.get()?.0)
    }

    #[test]
    fn follows_every_swap() {
        let db = handle();
        assert_eq!((db.get().map(|db| db.0), ask()), (Ok(1), Ok(1)));
        let swap = dyno::swap(open, || Db(2));
        assert_eq!((db.get().map(|db| db.0), ask()), (Ok(2), Ok(2)));
        assert_eq!(block_on(db.get_async()).map(|db| db.0), Ok(2));
        drop(swap);
        assert_eq!((db.get().map(|db| db.0), ask()), (Ok(1), Ok(1)));
    }

    #[test]
    fn follows_the_registry_from_before_anything_is_there() {
        let mail = tagged();
        let now = || mail.get().map(|db| db.0);
        assert!(now().is_err());
        let global = Registry::global();
        global.set("handles.mail", Arc::new(Db(3))).expect("not sealed");
        assert_eq!(now(), Ok(3));
        let held = mail.get().expect("it is there");
        global.swap("handles.mail", Arc::new(Db(4))).expect("not sealed");
        assert_eq!((held.0, now()), (3, Ok(4)), "what is held stays, the next look sees");
        let tenant = global.child();
        tenant.set("handles.mail", Arc::new(Db(5))).expect("not sealed");
        assert_eq!((tenant.scope(now), now()), (Ok(5), Ok(4)));
    }
}
