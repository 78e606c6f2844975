//! `#[harness]`: what fails is told of, and nothing of the function is lost.

use std::sync::atomic::{AtomicU32, Ordering};

use super::{E, Tries, block_on, sendable};
use dyno::breaker::{Breaker, Fuse, State};
use dyno::harness::{Kind, Level, Report};
use dyno::{Fault, clock, fallback, fuse, harness, retry, timeout};

/// What has been reported at a point, as it is displayed.
fn told(point: &str) -> Vec<String> {
    let reports = harness::of(point).map(harness::History::recent).unwrap_or_default();
    reports.iter().map(ToString::to_string).collect()
}

#[harness(name = "harnessing.plain")]
fn plain(fails: bool) -> Result<u8, E> {
    if fails { Err(E::Worse(5)) } else { Ok(1) }
}
#[harness(name = "harnessing.question")]
fn question(text: &str) -> Result<u8, std::num::ParseIntError> {
    let number: u8 = text.parse()?;
    if number == 0 {
        return Ok(9);
    }
    Ok(number)
}
#[harness(name = "harnessing.nothing")]
fn nothing(there: bool) -> Option<u8> {
    there.then_some(1)
}
#[harness(name = "harnessing.value")]
fn value() -> u8 {
    1
}
#[harness(name = "harnessing.unit")]
fn unit() {}
#[harness(name = "harnessing.awaited")]
async fn awaited(name: &str) -> Result<&str, E> {
    std::future::ready(()).await;
    if name.is_empty() { Err(E::Bad) } else { Ok(name) }
}
#[harness(name = "harnessing.no_panics", panics = off)]
async fn no_panics(name: &str) -> Result<&str, E> {
    std::future::ready(()).await;
    if name.is_empty() { Err(E::Bad) } else { Ok(name) }
}

#[test]
fn failures_are_told_and_passed_on() {
    assert_eq!((plain(false), plain(true)), (Ok(1), Err(E::Worse(5))));
    assert_eq!(told("harnessing.plain"), ["harnessing.plain failed: Worse(5)"]);
    assert_eq!((question("0").ok(), question("x").is_err()), (Some(9), true));
    assert_eq!(
        told("harnessing.question"),
        ["harnessing.question failed: invalid digit found in string"]
    );
    assert_eq!((nothing(true), nothing(false)), (Some(1), None));
    assert_eq!(told("harnessing.nothing"), ["harnessing.nothing failed: there is nothing"]);
    assert_eq!(value(), 1);
    unit();
    assert!(harness::of("harnessing.value").is_none() && harness::of("harnessing.unit").is_none());
    for _ in 0..2 {
        assert_eq!(block_on(sendable(awaited("x"))), Ok("x"));
        assert_eq!(block_on(sendable(no_panics("x"))), Ok("x"));
    }
    assert_eq!(block_on(sendable(awaited(""))), Err(E::Bad));
    assert_eq!(block_on(sendable(no_panics(""))), Err(E::Bad));
    assert_eq!(told("harnessing.awaited"), ["harnessing.awaited failed: Bad"]);
    assert_eq!(told("harnessing.no_panics"), ["harnessing.no_panics failed: Bad"]);
}

struct Order {
    total: u32,
    tags: Vec<u8>,
}
#[derive(Debug)]
struct Item(&'static str);

#[harness(name = "harnessing.fields", fields(sku, count, order_total = order.total, r#type, twice = count * 2))]
fn fields(sku: &str, mut count: u32, order: Order, r#type: &Item) -> Result<u8, E> {
    count += order.tags.into_iter().fold(1, |sum, tag| sum + u32::from(tag));
    let known = u32::from(r#type.0 == sku);
    Err(E::Worse(u16::try_from(count + known).unwrap_or(0)))
}
#[harness(name = "harnessing.moved", fields(sku = sku.clone()))]
fn moved(sku: String) -> Result<String, E> {
    if sku.is_empty() { Ok(sku) } else { Err(E::Bad) }
}
#[harness(name = "harnessing.lent", fields(sku))]
async fn lent(sku: String) -> Result<usize, E> {
    std::future::ready(()).await;
    if sku.is_empty() { Ok(sku.len()) } else { Err(E::Bad) }
}
#[harness(name = "harnessing.pattern", fields(a, b))]
fn pattern((a, b): (u8, char)) -> Option<u8> {
    (b == 'x').then_some(a)
}
#[harness(name = "harnessing.cloned", fields(sku))]
#[retry(2)]
fn cloned(sku: String) -> Result<String, E> {
    let moved = sku;
    if moved.is_empty() { Ok(moved) } else { Err(E::Bad) }
}
#[harness(name = "harnessing.generic", fields(value))]
fn generic<T: std::fmt::Debug + PartialEq>(value: &T, other: &T) -> Option<bool> {
    (value == other).then_some(true)
}

#[test]
fn arguments_are_told_as_they_were_before_the_call() {
    let order = Order { total: 995, tags: Vec::new() };
    assert_eq!(fields("sku-1", 3, order, &Item("anvil")), Err(E::Worse(4)));
    assert_eq!(
        told("harnessing.fields"),
        [
            "harnessing.fields failed: Worse(4) [sku=sku-1, count=3, order_total=995, type=Item(\"anvil\"), twice=6]"
        ]
    );
    assert_eq!(moved("x".to_owned()), Err(E::Bad));
    assert_eq!(told("harnessing.moved"), ["harnessing.moved failed: Bad [sku=x]"]);
    assert_eq!(block_on(sendable(lent("x".to_owned()))), Err(E::Bad));
    assert_eq!(told("harnessing.lent"), ["harnessing.lent failed: Bad [sku=x]"]);
    assert_eq!((pattern((1, 'x')), pattern((2, 'y'))), (Some(1), None));
    assert_eq!(
        told("harnessing.pattern"),
        ["harnessing.pattern failed: there is nothing [a=2, b=y]"]
    );
    assert_eq!(cloned("x".to_owned()), Err(E::Bad));
    assert_eq!(told("harnessing.cloned"), ["harnessing.cloned failed: Bad [sku=x]"]);
    assert_eq!(generic(&1.5, &2.0), None);
    assert_eq!(
        told("harnessing.generic"),
        ["harnessing.generic failed: there is nothing [value=1.5]"]
    );
}

static AUDITED: Audit = Audit(AtomicU32::new(0));
struct Audit(AtomicU32);
impl harness::Sink for Audit {
    fn report(&self, report: &Report) {
        assert_eq!(report.point(), "harnessing.settings");
        let _ = self.0.fetch_add(1, Ordering::Relaxed);
    }
}
const KEPT: u32 = 2;
fn patience() -> std::time::Duration {
    std::time::Duration::from_secs(60)
}

#[harness(
    name = "harnessing.settings", only = E::Worse(5..), except_if = |e| *e == E::Worse(7),
    level = warn, keep = KEPT, at_most = 100 / patience(), panics = on, rejected = off, sink = AUDITED,
)]
fn settings(code: u16) -> Result<u8, E> {
    Err(E::Worse(code))
}

static CALLED: AtomicU32 = AtomicU32::new(0);
fn page(report: &Report) {
    assert_eq!(report.level(), Level::Info);
    let _ = CALLED.fetch_add(1, Ordering::Relaxed);
}
#[harness(name = "harnessing.page", level = info, sink = page, except = E::Bad)]
async fn paged(fails: bool) -> Result<u8, E> {
    if fails { Err(E::Worse(1)) } else { Err(E::Bad) }
}
struct Shop {
    log: std::sync::Mutex<Vec<String>>,
}
impl Shop {
    #[harness(name = "harnessing.method", fields(id), sink = |report| self.note(report.error()))]
    fn sell<'a>(&'a self, id: &mut u8) -> Result<&'a str, E> {
        let _ = id;
        Err(E::Worse(u16::try_from(self.log.lock().map_or(0, |log| log.len())).unwrap_or(9)))
    }
    fn note(&self, text: &str) {
        self.log.lock().expect("nobody panics").push(text.to_owned());
    }
    #[harness(name = "harnessing.borrowed", fields(len = text.len()))]
    fn first<'a>(&mut self, text: &'a mut String) -> Option<&'a mut str> {
        text.push('!');
        text.get_mut(..1)
    }
    #[harness(name = "harnessing.taken")]
    async fn close(self) -> impl std::fmt::Debug {
        self.log.into_inner().ok()
    }
}

#[test]
fn settings_and_methods() {
    for code in [1, 5, 6, 7, 8] {
        assert_eq!(settings(code), Err(E::Worse(code)));
    }
    assert_eq!(AUDITED.0.load(Ordering::Relaxed), 3);
    let history = harness::of("harnessing.settings").expect("it has told");
    assert_eq!((history.total(), history.recent().len()), (3, 2));
    assert_eq!(history.last().map(|last| last.level()), Some(Level::Warn));

    assert!(block_on(paged(true)).is_err() && block_on(paged(false)).is_err());
    assert_eq!(CALLED.load(Ordering::Relaxed), 1);

    let mut shop = Shop { log: std::sync::Mutex::default() };
    assert_eq!((shop.sell(&mut 7), shop.sell(&mut 8)), (Err(E::Worse(0)), Err(E::Worse(1))));
    assert_eq!(shop.log.lock().expect("nobody panics").as_slice(), ["Worse(0)", "Worse(1)"]);
    assert_eq!(shop.first(&mut "a".to_owned()).map(|it| it.to_owned()).as_deref(), Some("a"));
    assert_eq!(format!("{:?}", block_on(sendable(shop.close()))).len(), 30);
}

static ABOVE: Tries = Tries::new();
#[harness(name = "harnessing.above")]
#[retry(3)]
fn above() -> Result<u32, E> {
    ABOVE.fail(5)
}
static BELOW: Tries = Tries::new();
#[retry(3)]
#[harness(name = "harnessing.below", fields(sku))]
async fn below(sku: String) -> Result<u32, E> {
    BELOW.fail(2 + u32::try_from(sku.len()).unwrap_or(0))
}
static BOTH: Tries = Tries::new();
#[harness(name = "harnessing.both")]
#[retry(3)]
#[harness(level = info)]
fn both() -> Result<u32, E> {
    BOTH.fail(5)
}

#[test]
fn above_a_retry_the_last_error_is_told_below_it_each() {
    assert_eq!(above(), Err(E::Bad));
    assert_eq!(told("harnessing.above").len(), 1);
    assert_eq!(block_on(sendable(below(String::new()))), Ok(3));
    assert_eq!(told("harnessing.below"), ["harnessing.below failed: Bad [sku=]"; 2]);
    assert_eq!(both(), Err(E::Bad));
    let both = harness::of("harnessing.both").expect("it has told").recent();
    let levels: Vec<Level> = both.iter().map(|report| report.level()).collect();
    assert_eq!(levels, [Level::Info, Level::Info, Level::Info, Level::Error]);
}

#[fallback(|_| Ok(7))]
#[harness(name = "harnessing.rescued")]
fn rescued() -> Result<u8, E> {
    Err(E::Bad)
}
#[harness(name = "harnessing.hidden")]
#[fallback(|_| Ok(7))]
fn hidden() -> Result<u8, E> {
    Err(E::Bad)
}
#[harness(name = "harnessing.worse")]
#[fallback(|_| Err(E::Worse(1)))]
async fn worse() -> Result<u8, E> {
    Err(E::Bad)
}

#[test]
fn above_a_fallback_what_it_cannot_help_is_told_below_it_each() {
    assert_eq!((rescued(), hidden()), (Ok(7), Ok(7)));
    assert_eq!(told("harnessing.rescued"), ["harnessing.rescued failed: Bad"]);
    assert!(harness::of("harnessing.hidden").is_none());
    assert_eq!(block_on(sendable(worse())), Err(E::Worse(1)));
    assert_eq!(told("harnessing.worse"), ["harnessing.worse failed: Worse(1)"]);
}

static OFF: Fuse = Fuse::new("harnessing.off").off();
static GUARD: Breaker = Breaker::new("harnessing.guard").fail_max(1);

#[fallback(7)]
#[harness(name = "harnessing.refused", fields(sku))]
#[fuse(OFF)]
fn refused(sku: &str) -> u8 {
    u8::try_from(sku.len()).unwrap_or(0)
}
#[fallback(Some(7))]
#[harness(name = "harnessing.not_tried")]
#[retry(3)]
#[fuse(OFF)]
async fn not_tried(sku: String) -> Option<usize> {
    Some(sku.len())
}
#[dyno::breaker(GUARD)]
#[harness(name = "harnessing.refused_async")]
#[fuse(OFF)]
async fn refused_async() -> Result<u8, E> {
    Ok(1)
}
#[dyno::breaker(GUARD)]
#[harness(name = "harnessing.tried_again")]
#[retry(2, rejected = retry)]
#[fuse(OFF)]
fn tried_again() -> Option<u8> {
    Some(1)
}
#[harness(name = "harnessing.unheard", rejected = off)]
#[fuse(OFF)]
fn unheard() -> Option<u8> {
    Some(1)
}
#[harness(name = "harnessing.wrapped", wrap, except = E::Bad)]
#[fuse(OFF)]
async fn wrapped() -> Result<u8, E> {
    Ok(1)
}
#[harness(name = "harnessing.passed_on", wrap, panics = off)]
#[retry(2)]
fn passed_on(fault: Fault) -> Result<u8, E> {
    Err(E::Refused(fault))
}

#[test]
fn a_refusal_is_told_as_such_and_goes_on() {
    assert_eq!(refused("x"), 7);
    assert_eq!(
        told("harnessing.refused"),
        ["harnessing.refused was rejected: harnessing.off: the fuse is off [sku=x]"]
    );
    assert_eq!(block_on(sendable(not_tried("x".to_owned()))), Some(7));
    assert_eq!(told("harnessing.not_tried").len(), 1);
    // It counts for no breaker, whether a harness is in between or not.
    for _ in 0..3 {
        assert!(matches!(block_on(sendable(refused_async())), Err(E::Refused(_))));
        assert_eq!(tried_again(), None);
    }
    assert_eq!(GUARD.state(), State::Closed);
    let history = harness::of("harnessing.refused_async").expect("it has told");
    assert_eq!((history.counts().rejected, history.total()), (3, 3));
    assert_eq!(told("harnessing.tried_again").len(), 3);
    assert_eq!(unheard(), None);
    assert!(harness::of("harnessing.unheard").is_none());
    assert!(matches!(block_on(sendable(wrapped())), Err(dyno::Error::Fault(_))));
    let last = harness::of("harnessing.wrapped").and_then(harness::History::last);
    assert_eq!(last.map(|last| last.kind()), Some(Kind::Rejected));
    let fault = Fault::timed_out("db", std::time::Duration::from_secs(1));
    assert!(passed_on(fault).is_err());
    assert_eq!(told("harnessing.passed_on").len(), 1);
}

static LATE: Breaker = Breaker::new("harnessing.late").fail_max(2);
#[dyno::breaker(LATE)]
#[harness(name = "harnessing.timed_out")]
#[timeout(1s)]
async fn timed_out() -> Result<u8, E> {
    clock::sleep_async(std::time::Duration::from_secs(5)).await;
    Ok(1)
}

#[test]
fn a_time_out_is_told_as_such_and_counts_for_the_breaker_further_out() {
    let _frozen = clock::freeze();
    for _ in 0..2 {
        assert!(matches!(block_on(sendable(timed_out())), Err(E::Refused(_))));
    }
    assert_eq!(LATE.state(), State::Open);
    let last = harness::of("harnessing.timed_out").and_then(harness::History::last);
    assert_eq!(last.map(|last| last.kind()), Some(Kind::TimedOut));
}

#[harness(name = "harnessing.panics", fields(sku))]
fn panics(sku: &str) -> u8 {
    assert!(sku.is_empty(), "no {sku}");
    1
}
#[fallback(2)]
#[harness(name = "harnessing.panics_async")]
#[fuse(OFF)]
async fn panics_async() -> u8 {
    1
}

#[test]
fn a_panic_is_told_and_goes_on() {
    let panic = std::panic::catch_unwind(|| panics("sku-1")).expect_err("it panics");
    assert_eq!(panic.downcast_ref::<String>().map(String::as_str), Some("no sku-1"));
    assert_eq!(told("harnessing.panics"), ["harnessing.panics panicked: no sku-1 [sku=sku-1]"]);
    assert_eq!(panics(""), 1);
    assert_eq!(block_on(sendable(panics_async())), 2);
}
