//! What is found out about an error.

use std::error::Error;
use std::fmt;
use std::io;

use dyno::harness::Kind;
use dyno::{Fault, Reason};

use super::support::{SECOND, last, told};

#[derive(Debug, thiserror::Error)]
enum ShopError {
    #[error("cannot price {sku}")]
    Price { sku: String, source: DbError },
    #[error("sold out")]
    SoldOut,
    #[error(transparent)]
    Dyno(#[from] Fault),
    #[error("the shop is closed")]
    Closed(#[source] Fault),
}
#[derive(Debug, thiserror::Error)]
#[error("no row")]
struct DbError(#[source] io::Error);

fn lost() -> ShopError {
    let disk = io::Error::other(WireError);
    ShopError::Price { sku: "sku-1".to_owned(), source: DbError(disk) }
}
#[derive(Debug, thiserror::Error)]
#[error("the wire is cut")]
struct WireError;

#[dyno::harness(name = "told.enum")]
fn enumerated(error: fn() -> ShopError) -> Result<u8, ShopError> {
    Err(error())
}

#[test]
fn a_chain_of_sources_and_the_variant() {
    assert!(enumerated(lost).is_err());
    let report = last("told.enum");
    assert_eq!(report.error(), "cannot price sku-1");
    assert_eq!(report.sources(), ["no row", "the wire is cut"]);
    assert_eq!(report.variant(), Some("Price"));
    assert!(report.type_name().is_some_and(|name| name.ends_with("told::ShopError")));
    assert_eq!(
        report.to_string(),
        "told.enum failed: cannot price sku-1; caused by: no row; caused by: the wire is cut"
    );
    assert!(enumerated(|| ShopError::SoldOut).is_err());
    assert_eq!(last("told.enum").variant(), Some("SoldOut"));
}

#[derive(Debug)]
struct Link(u32);
impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "link {}", self.0)
    }
}
impl Error for Link {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        static LINKS: [Link; 12] = [
            Link(0),
            Link(1),
            Link(2),
            Link(3),
            Link(4),
            Link(5),
            Link(6),
            Link(7),
            Link(8),
            Link(9),
            Link(10),
            Link(11),
        ];
        let next = LINKS.get(self.0 as usize + 1)?;
        Some(next)
    }
}
#[dyno::harness(name = "told.chain")]
fn chained(from: u32) -> Result<u8, Link> {
    Err(Link(from))
}

#[test]
fn a_chain_of_three_is_whole_and_a_long_one_is_cut() {
    assert!(chained(8).is_err());
    let report = last("told.chain");
    assert_eq!(report.sources(), ["link 9", "link 10", "link 11"]);
    assert!(!report.is_cut());
    // The name of a struct is no variant.
    assert_eq!(report.variant(), None);
    assert!(chained(3).is_err());
    assert_eq!((last("told.chain").sources().len(), last("told.chain").is_cut()), (8, false));
    assert!(chained(2).is_err());
    assert_eq!((last("told.chain").sources().len(), last("told.chain").is_cut()), (8, true));
}

#[dyno::harness(name = "told.thread")]
fn boxed_for_threads() -> Result<u8, Box<dyn Error + Send + Sync>> {
    Err(lost().into())
}
#[dyno::harness(name = "told.local")]
fn boxed_locally() -> Result<u8, Box<dyn Error>> {
    Err(lost().into())
}
#[dyno::harness(name = "told.text")]
fn text() -> Result<u8, String> {
    Err("No such thing".to_owned())
}
struct Silent;
#[dyno::harness(name = "told.silent")]
fn silent() -> Result<u8, Silent> {
    Err(Silent)
}
#[derive(Debug)]
enum Code {
    Http(u16),
}
#[dyno::harness(name = "told.code")]
fn code() -> Result<u8, Code> {
    Err(Code::Http(503))
}
#[derive(Debug, thiserror::Error)]
#[error("{0} is down")]
struct Lent<'a>(&'a str);
#[dyno::harness(name = "told.borrowed")]
fn borrowed<'a>(name: &'a str) -> Result<u8, Lent<'a>> {
    Err(Lent(name))
}
#[dyno::harness(name = "told.generic")]
fn generic<E>(error: E) -> Result<u8, E> {
    Err(error)
}

#[test]
fn errors_of_any_type_are_told_in_the_best_words_there_are() {
    assert!(boxed_for_threads().is_err() && boxed_locally().is_err());
    for point in ["told.thread", "told.local"] {
        assert_eq!(last(point).sources(), ["no row", "the wire is cut"]);
        assert_eq!(last(point).variant(), Some("Price"));
    }
    assert!(text().is_err());
    let report = last("told.text");
    assert_eq!((report.error(), report.variant()), ("No such thing", None));
    assert_eq!(report.type_name(), Some("alloc::string::String"));
    assert!(silent().is_err());
    assert!(last("told.silent").error().ends_with("told::Silent"));
    assert!(matches!(code(), Err(Code::Http(503))));
    let report = last("told.code");
    assert_eq!((report.error(), report.variant()), ("Http(503)", Some("Http")));
    assert!(borrowed(&String::from("db")).is_err());
    assert_eq!(last("told.borrowed").error(), "db is down");
    assert!(generic(Code::Http(1)).is_err());
    assert!(last("told.generic").error().ends_with("told::Code"));
}

#[dyno::harness(name = "told.faults")]
fn faulty<E>(error: E) -> Result<u8, E>
where
    E: Error,
{
    Err(error)
}
#[dyno::harness(name = "told.fault")]
fn fault(fault: Fault) -> Result<u8, Fault> {
    Err(fault)
}
#[dyno::harness(name = "told.io")]
fn io_fault(fault: Fault) -> io::Result<u8> {
    Err(fault.into())
}
#[dyno::harness(name = "told.wrapped")]
fn wrapped_fault(fault: Fault) -> Result<u8, dyno::Error<Silent>> {
    Err(fault.into())
}
#[dyno::harness(name = "told.boxed_fault")]
fn boxed_fault(fault: Fault) -> Result<u8, Box<dyn Error + Send + Sync>> {
    Err(fault.into())
}
#[dyno::harness(name = "told.quiet", rejected = off)]
fn quiet(fault: Fault) -> Result<u8, ShopError> {
    Err(fault.into())
}

#[test]
fn what_dyno_has_turned_away_further_in_is_told_apart() {
    let rejected = || Fault::rejected("db", Reason::BreakerOpen, Some(SECOND));
    let late = || Fault::timed_out("db", SECOND);
    assert!(fault(rejected()).is_err());
    assert_eq!(
        told("told.fault"),
        ["told.fault was rejected: db: the breaker is open, try again in 1.0s"]
    );
    assert!(fault(late()).is_err() && io_fault(late()).is_err() && wrapped_fault(late()).is_err());
    assert!(boxed_fault(late()).is_err());
    for point in ["told.fault", "told.io", "told.wrapped", "told.boxed_fault"] {
        assert_eq!(last(point).kind(), Kind::TimedOut, "{point}");
    }
    assert!(io_fault(rejected()).is_err());
    assert_eq!(last("told.io").kind(), Kind::Rejected);
    for error in [ShopError::Dyno(rejected()), ShopError::Closed(rejected())] {
        assert!(faulty(error).is_err());
        assert_eq!(last("told.faults").kind(), Kind::Rejected);
    }
    assert!(faulty(ShopError::Closed(late())).is_err());
    assert_eq!(last("told.faults").kind(), Kind::TimedOut);
    assert!(faulty(ShopError::SoldOut).is_err());
    assert_eq!(last("told.faults").kind(), Kind::Failed);

    assert!(quiet(rejected()).is_err());
    assert!(dyno::harness::of("told.quiet").is_none());
}

struct Endless;
impl fmt::Debug for Endless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        loop {
            f.write_str("and so on ")?;
        }
    }
}
#[dyno::harness(name = "told.endless", fields(list))]
fn endless(list: &[Endless; 3]) -> Result<u8, Endless> {
    let _ = list;
    Err(Endless)
}
struct Mute;
impl fmt::Display for Mute {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("no words")
    }
}
#[dyno::harness(name = "told.mute", fields(mute))]
fn mute(mute: &Mute) -> Result<u8, Mute> {
    let _ = mute;
    Err(Mute)
}

#[test]
fn text_is_bounded_and_says_so() {
    assert!(endless(&[Endless, Endless, Endless]).is_err());
    let report = last("told.endless");
    assert!(report.is_cut() && report.error().ends_with('…'));
    assert_eq!(report.error().len(), 1024 + '…'.len_utf8());
    assert_eq!(report.field("list").map(str::len), Some(256 + '…'.len_utf8()));
}

#[test]
fn words_that_panic_harm_nobody() {
    assert!(mute(&Mute).is_err());
    let report = last("told.mute");
    assert!(report.error().contains("panicked") && report.is_cut());
    assert!(report.field("mute").is_some_and(|mute| mute.contains("panicked")));
}
