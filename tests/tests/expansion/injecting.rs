//! What `#[inject]` does to every kind of function and parameter.

use super::{E, Tries, block_on, sendable};
use dyno::inject::{Lazy, Live};
use dyno::{InjectError, breaker, fallback, inject, retry};
use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Db {
    pub(super) url: String,
}

static OPENED: Tries = Tries::new();
pub(super) fn open() -> Db {
    let _ = OPENED.fail(0);
    Db { url: "db".into() }
}
pub(super) fn open_checked() -> Result<Db, E> {
    Ok(Db { url: "checked".into() })
}
pub(super) fn open_broken() -> Result<Db, E> {
    Err(E::Bad)
}
fn open_maybe() -> Option<Db> {
    None
}
async fn open_async() -> Result<Db, E> {
    std::future::ready(Ok(Db { url: "async".into() })).await
}
async fn open_async_plainly() -> Db {
    std::future::ready(Db { url: "async".into() }).await
}

trait Mailer: Send + Sync {
    fn send(&self) -> u8;
}
struct Smtp(u8);
impl Mailer for Smtp {
    fn send(&self) -> u8 {
        self.0
    }
}
fn boxed_mailer() -> Box<dyn Mailer> {
    Box::new(Smtp(1))
}
fn shared_mailer() -> Result<Arc<dyn Mailer>, E> {
    Ok(Arc::new(Smtp(2)))
}

/// A provider with a dependency of its own.
#[inject(db = open)]
pub(super) fn repository(db: Arc<Db>) -> Repository {
    Repository { db }
}
#[derive(Debug)]
pub(super) struct Repository {
    pub(super) db: Arc<Db>,
}

#[inject(db = open, other = open, copy = open)]
fn plain(id: u8, db: &Db, other: Arc<Db>, mut copy: Db) -> String {
    copy.url.push('!');
    format!("{id}{}{}{}", db.url, other.url, copy.url)
}

#[inject(db = open_checked)]
fn fallible(db: &Db) -> Result<String, E> {
    Ok(db.url.clone())
}

#[inject(db = open_broken)]
fn broken(db: &Db) -> Result<String, E> {
    Ok(db.url.clone())
}

#[inject(db = open_broken, cache = open_maybe, third = open_broken, fallback = None)]
fn optional(db: Option<&Db>, cache: Option<Arc<Db>>, third: Result<&Db, InjectError>) -> [bool; 3] {
    [db.is_none(), cache.is_none(), third.is_err()]
}

#[inject(
    a(open_broken, fallback = Db::default()),
    b(open_broken, fallback = |e| Db { url: e.to_string() }),
    c(open_broken, fallback = Arc::new(Db::default())),
    d(open_broken, fallback = Some(Db::default()))
)]
fn fallbacks(a: &Db, b: Db, c: Arc<Db>, d: Option<Db>) -> String {
    format!("[{}][{}][{}][{:?}]", a.url, b.url, c.url, d.map(|d| d.url))
}

#[inject(boxed = boxed_mailer, shared = shared_mailer)]
fn traits(boxed: &dyn Mailer, shared: Arc<dyn Mailer>) -> Result<u8, E> {
    Ok(boxed.send() + shared.send())
}

#[inject(plain = open_async_plainly.await, sync = open)]
async fn mixed(plain: &Db, sync: &Db, id: &str) -> Result<String, E> {
    std::future::ready(()).await;
    Ok(format!("{}{}{id}", plain.url, sync.url))
}

#[inject(repository = repository)]
fn chained(repository: &Repository) -> &'static str {
    if repository.db.url == "db" { "chained" } else { "broken" }
}

#[inject(made = || Db { url: "closure".into() })]
fn closure(made: &Db) -> String {
    made.url.clone()
}

static FRESH: Tries = Tries::new();
fn ticket() -> Result<Ticket, E> {
    FRESH.fail(0).map(Ticket)
}
struct Ticket(u32);
#[inject(owned = ticket, lent = ticket, scope = call)]
fn per_call(owned: Ticket, lent: &mut Ticket) -> Result<u32, E> {
    lent.0 += 100;
    Ok(owned.0 + lent.0)
}

#[inject(db = open)]
fn handles(db: Lazy<Db>) -> Result<String, E> {
    Ok(db.get().map_err(dyno::Fault::from)?.url.clone())
}
#[inject(db = open)]
fn live_handles(db: Live<Db>) -> Result<String, E> {
    Ok(db.get().map_err(dyno::Fault::from)?.url.clone())
}

#[inject(db = open_broken, on_error = none)]
fn none_on_error(db: &Db) -> Option<String> {
    Some(db.url.clone())
}
#[inject(db = open_broken, on_error = default)]
fn default_on_error(db: &Db) -> String {
    db.url.clone()
}
#[inject(db = open_broken, on_error = panic)]
fn panic_on_error(db: &Db) -> String {
    db.url.clone()
}

/// Two at once.
#[inject(db = open)]
#[inject(repository = repository)]
#[must_use]
fn merged(db: &Db, extra: u8, repository: &Repository) -> bool {
    extra == 1 && Arc::ptr_eq(&repository.db, &repository.db) && db == &*repository.db
}

#[inject(made = T::default)]
fn per_type<T: Default + Clone + Send + Sync + 'static>(made: &T) -> T {
    made.clone()
}

fn table() -> Vec<u32> {
    vec![1, 2]
}
struct Gen<T>(T);
impl<T: Clone> Gen<T> {
    #[inject(rows = table)]
    fn rows(&self, rows: &Vec<u32>) -> (T, usize) {
        (self.0.clone(), rows.len())
    }
    #[inject(rows = table)]
    fn first<'a>(&'a mut self, rows: &Vec<u32>, or: &'a T) -> &'a T {
        if rows.is_empty() { or } else { &self.0 }
    }
    #[inject(rows = table)]
    fn into_inner(self, rows: &Vec<u32>) -> T {
        assert_eq!(rows.len(), 2);
        self.0
    }
}
struct Maker;
impl Maker {
    fn make() -> Db {
        Db { url: "Self".into() }
    }
    #[inject(db = Self::make)]
    fn of_self(db: &Db) -> String {
        db.url.clone()
    }
    #[inject(db = Maker::make)]
    async fn of_type(&self, db: &Db) -> String {
        std::future::ready(db.url.clone()).await
    }
}

trait Shop {
    fn price(&self, sku: &str) -> Result<usize, E>;
    fn code(&self) -> usize;
    #[inject(db = open)]
    fn named(&self, db: &Db) -> String
    where
        Self: Sized,
    {
        format!("{}{}", db.url, self.code())
    }
}
impl Shop for Maker {
    #[inject(db = open)]
    #[retry(2)]
    #[breaker]
    fn price(&self, sku: &str, db: &Db) -> Result<usize, E> {
        Ok(sku.len() + db.url.len())
    }
    fn code(&self) -> usize {
        5
    }
}

#[async_trait::async_trait]
trait Remote {
    async fn ask(&self, id: String) -> Result<String, E>;
}
#[async_trait::async_trait]
impl Remote for Maker {
    #[retry(2)]
    async fn ask(&self, id: String) -> Result<String, E> {
        asked(&id).await
    }
}
#[inject(db = open_async.await)]
async fn asked(id: &str, db: &Db) -> Result<String, E> {
    Ok(format!("{id}@{}", db.url))
}

static RETRIED: Tries = Tries::new();
#[inject(db = open, copy = open, handle = open)]
#[retry(3)]
fn retried(name: String, db: &Db, mut copy: Db, handle: Arc<Db>) -> Result<String, E> {
    let _ = RETRIED.fail(2)?;
    copy.url.push_str(&name);
    let (name, handle) = (name, handle);
    Ok(format!("{}{}{}{name}", db.url, copy.url, handle.url))
}

#[fallback(|_| Ok("instead".to_owned()))]
#[inject(db = open_broken)]
fn stood_in(db: &Db) -> Result<String, Poor> {
    Ok(db.url.clone())
}
#[derive(Debug, PartialEq)]
struct Poor;

#[inject(db = open, repository = repository, with)]
#[retry(2)]
fn with_sibling(db: &Db, (a, b): (u8, u8), repository: &Repository) -> Result<String, E> {
    Ok(format!("{}{a}{b}{}", db.url, repository.db.url))
}
impl Maker {
    #[inject(db = open, with)]
    async fn method_with_sibling<T: Clone + Send>(&self, db: &Db, x: T) -> (String, T) {
        std::future::ready((db.url.clone(), x)).await
    }
}

#[inject(db = open)]
fn tail_temporary(cell: &RefCell<Vec<u8>>, db: &Db) -> usize {
    let list = RefCell::new(vec![0_u8; db.url.len()]);
    let _ = list.borrow().len();
    cell.borrow().len()
}

fn locked() -> Mutex<Vec<u8>> {
    Mutex::new(vec![1, 2])
}
#[inject(list = locked)]
fn tail_temporary_of_what_is_injected(list: &Mutex<Vec<u8>>) -> usize {
    list.lock().map_or(0, |list| list.len())
        + list.lock().unwrap_or_else(PoisonError::into_inner).len()
}
#[inject(list = locked)]
#[allow(clippy::semicolon_if_nothing_returned)]
fn statement_of_what_is_injected(list: &Mutex<Vec<u8>>) {
    list.lock().unwrap_or_else(PoisonError::into_inner).push(3)
}

#[retry(2)]
#[inject(db = open, other(open_broken, fallback = Db::default()))]
fn handle_inside_a_layer(db: Lazy<Db>, other: &Db) -> Result<usize, E> {
    Ok(db.get().map_err(dyno::Fault::from)?.url.len() + other.url.len())
}
#[retry(2)]
#[inject(db = open)]
fn nothing_to_refuse(db: Lazy<Db>) -> Option<usize> {
    db.get().ok().map(|db| db.url.len())
}

#[inject(db = open)]
fn returns_nothing(list: &mut Vec<String>, db: &Db) {
    list.push(db.url.clone());
}

#[inject(db = open)]
fn opaque(n: usize, db: &Db) -> impl Iterator<Item = char> {
    db.url.clone().into_bytes().into_iter().map(char::from).take(n)
}

fn motto() -> Result<String, E> {
    Ok("all".to_owned())
}
#[inject(motto = motto, rows = table)]
fn contents(motto: &str, rows: &[u32]) -> Result<usize, E> {
    Ok(motto.len() + rows.len())
}

#[test]
fn parameters_of_every_kind() {
    assert_eq!(contents(), Ok(5));
    assert_eq!(plain(1), "1dbdbdb!");
    assert_eq!(fallible().as_deref(), Ok("checked"));
    assert!(matches!(broken(), Err(E::Refused(_))));
    assert_eq!(optional(), [true; 3]);
    let text = fallbacks();
    assert!(text.starts_with("[][") && text.ends_with("][][Some(\"\")]"), "{text}");
    assert!(text.contains("fallbacks: parameter `b`"), "{text}");
    assert_eq!(traits(), Ok(3));
    assert_eq!(chained(), "chained");
    assert_eq!(closure(), "closure");
    assert_eq!((handles().as_deref(), live_handles().as_deref()), (Ok("db"), Ok("db")));
    assert!(merged(1));
    assert_eq!(OPENED.made(), 1, "every site that names `open` shares one instance");
}

#[test]
fn a_new_one_for_every_call() {
    assert_eq!(per_call(), Ok(1 + 102));
    assert_eq!(per_call(), Ok(3 + 104));
}

#[test]
fn functions_without_room_for_an_error() {
    assert_eq!(none_on_error(), None);
    assert_eq!(default_on_error(), "");
    let panic = std::panic::catch_unwind(panic_on_error).err();
    let text = panic.and_then(|payload| payload.downcast::<String>().ok()).unwrap_or_default();
    assert!(text.contains("panic_on_error: parameter `db` (") && text.contains("Bad"), "{text}");
}

#[test]
fn generics_methods_and_traits() {
    assert_eq!((per_type::<u8>(), per_type::<String>(), per_type::<u8>()), (0, String::new(), 0));
    assert_eq!(Gen("a").rows(), ("a", 2));
    assert_eq!(Gen('a').first(&'b'), &'a');
    assert_eq!(Gen('a').into_inner(), 'a');
    assert_eq!(Maker::of_self(), "Self");
    assert_eq!(block_on(sendable(Maker.of_type())), "Self");
    assert_eq!((Maker.price("ab"), Maker.named().as_str()), (Ok(4), "db5"));
    assert_eq!(block_on(Maker.ask("x".into())).as_deref(), Ok("x@async"));
}

#[test]
fn async_functions() {
    assert_eq!(block_on(sendable(mixed("x"))).as_deref(), Ok("asyncdbx"));
    assert_eq!(block_on(sendable(asked("y"))).as_deref(), Ok("y@async"));
}

#[test]
fn together_with_other_layers() {
    assert_eq!(retried("n".into()).as_deref(), Ok("dbdbndbn"));
    assert_eq!(RETRIED.made(), 3);
    assert_eq!(stood_in().as_deref(), Ok("instead"));
    assert_eq!(tail_temporary(&RefCell::new(vec![1])), 1);
    statement_of_what_is_injected();
    assert!(tail_temporary_of_what_is_injected() >= 4);
    assert_eq!((handle_inside_a_layer(), nothing_to_refuse()), (Ok(2), Some(2)));
    let mut list = Vec::new();
    returns_nothing(&mut list);
    assert_eq!(list, ["db"]);
    assert_eq!(opaque(1).collect::<String>(), "d");
}

#[test]
fn siblings_take_everything() {
    assert_eq!(with_sibling((1, 2)).as_deref(), Ok("db12db"));
    let own = Db { url: "own".into() };
    let repository = Repository { db: Arc::new(own.clone()) };
    assert_eq!(with_sibling_with(&own, (1, 2), &repository).as_deref(), Ok("own12own"));
    assert_eq!(block_on(Maker.method_with_sibling(1)), ("db".to_owned(), 1));
    assert_eq!(block_on(Maker.method_with_sibling_with(&own, 1)), ("own".to_owned(), 1));
}
