//! `#[derive(Injectable)]`: a constructor that takes the plain fields and finds the others.

use std::sync::Arc;

use dyno::inject::Live;
use dyno::{Fault, InjectError, Injectable, Registry, inject};

use crate::support::{Count, block_on};

#[derive(Clone, Debug, Default, PartialEq)]
struct Db(usize);

static OPENED: Count = Count::new();
fn open() -> Result<Db, String> {
    Ok(Db(OPENED.up()))
}
fn broken() -> Result<Db, String> {
    Err("no disk".to_owned())
}
fn fixed() -> Db {
    Db(50)
}
async fn connect() -> Db {
    Db(60)
}

trait Mailer: Send + Sync {
    fn host(&self) -> &'static str;
}
struct Smtp(&'static str);
impl Mailer for Smtp {
    fn host(&self) -> &'static str {
        self.0
    }
}

#[derive(Injectable)]
struct Checkout {
    #[inject(open)]
    db: Arc<Db>,
    #[inject(open)]
    copy: Db,
    #[inject(broken)]
    spare: Option<Db>,
    #[inject(broken)]
    told: Result<Db, InjectError>,
    #[inject(broken, fallback = Db(9))]
    instead: Db,
    #[inject(default)]
    served: Vec<u8>,
    #[inject(tag = "derived.mailer")]
    mail: Arc<dyn Mailer>,
    #[inject]
    by_type: Arc<Kept>,
    #[inject(open)]
    live: Live<Db>,
    currency: &'static str,
    amount: u32,
}

#[derive(Debug, PartialEq)]
struct Kept(u8);

#[test]
fn fields_of_every_kind() {
    let global = Registry::global();
    let early = Checkout::new("EUR", 5).err().expect("nothing is registered");
    assert!(early.to_string().contains("Checkout::new: parameter `mail`"), "{early}");
    let mailer: Arc<dyn Mailer> = Arc::new(Smtp("mail.example"));
    global.set("derived.mailer", mailer).expect("not sealed");
    let early = Checkout::new("EUR", 5).err().expect("its type is not registered");
    assert!(early.to_string().contains("nothing is registered for `injection::derived::Kept`"));
    global.set((), Arc::new(Kept(3))).expect("not sealed");

    let made = Checkout::new("EUR", 5).expect("all is there");
    assert_eq!((made.db.0, made.copy.0, made.spare, made.instead), (1, 1, None, Db(9)));
    assert!(made.told.is_err_and(|error| error.to_string().contains("no disk")));
    assert_eq!((made.served, made.mail.host(), made.by_type.0), (vec![], "mail.example", 3));
    assert_eq!(made.live.get().map(|db| db.0), Ok(1));
    assert_eq!((made.currency, made.amount, OPENED.get()), ("EUR", 5, 1));
}

#[derive(Injectable)]
struct Sturdy {
    #[inject(fixed)]
    db: Arc<Db>,
    #[inject(broken)]
    spare: Option<Arc<Db>>,
}

/// A type without plain fields is a provider itself.
#[derive(Injectable)]
struct Service {
    #[inject(Sturdy::new)]
    sturdy: Arc<Sturdy>,
    #[inject(fixed)]
    db: Arc<Db>,
}

#[inject(service = Service::new)]
fn serve(service: &Service) -> Result<(usize, bool, bool), Fault> {
    let same = Arc::ptr_eq(&service.sturdy.db, &service.db);
    Ok((service.db.0, same, service.sturdy.spare.is_some()))
}

#[test]
fn constructors_are_providers() {
    assert_eq!(serve(), Ok((50, true, false)));
    let _swap = dyno::swap(fixed, || Db(51));
    assert_eq!(serve(), Ok((51, true, false)), "and are rebuilt from a fake");
}

trait Store: Send + Sync + 'static {
    fn open() -> Self;
    fn name(&self) -> &'static str;
}
struct Disk;
struct Memory;
impl Store for Disk {
    fn open() -> Self {
        Self
    }
    fn name(&self) -> &'static str {
        "disk"
    }
}
impl Store for Memory {
    fn open() -> Self {
        Self
    }
    fn name(&self) -> &'static str {
        "memory"
    }
}

#[derive(Injectable)]
#[injectable(constructor = build)]
struct Repository<S: Store, T>
where
    T: Clone,
{
    #[inject(S::open)]
    store: Arc<S>,
    #[inject(fixed)]
    db: Db,
    extra: T,
}

#[test]
fn generics_are_told_apart() {
    let disk = Repository::<Disk, _>::build("x").expect("it opens");
    let memory = Repository::<Memory, _>::build(7_u8).expect("it opens");
    let again = Repository::<Disk, _>::build(()).expect("it opens");
    assert_eq!(
        (disk.store.name(), memory.store.name(), again.store.name()),
        ("disk", "memory", "disk")
    );
    assert!(Arc::ptr_eq(&disk.store, &again.store));
    assert_eq!((disk.db.0, disk.extra, memory.extra), (50, "x", 7));
}

/// An async dependency is had by an async function, and then by the constructor.
#[derive(Injectable)]
struct Remote {
    #[inject(connect.await)]
    db: Arc<Db>,
}

#[inject(db = connect.await)]
async fn connected(db: &Db) -> usize {
    db.0
}

#[test]
fn async_providers_are_built_elsewhere() {
    let cold = Remote::new().map(|_| ()).expect_err("nobody can wait for it");
    assert!(cold.to_string().contains("run_async"), "{cold}");
    assert_eq!(block_on(connected()), 60);
    assert_eq!(Remote::new().map(|remote| remote.db.0), Ok(60));
}
