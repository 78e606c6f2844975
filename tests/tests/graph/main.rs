//! A program in which everything is wrong: found all at once, before anything is built, and nothing
//! hangs when it is built nevertheless.

#![allow(missing_docs, reason = "test functions speak for themselves")]
#![allow(dead_code, reason = "functions are here for what they declare")]

#[path = "../injection/support.rs"]
mod support;

use std::sync::Arc;

use dyno::fault::InjectErrorKind;
use dyno::inject::{Lazy, Live};
use dyno::{Fault, InjectError, inject};

use support::{path, watched};

const FILE: &str = file!();

#[derive(Clone)]
struct Db;
struct Config;
struct Log;
struct Report;
struct Session;
#[derive(Clone)]
struct Ticket;
struct Chicken;
struct Egg(Lazy<Chicken>);

const DB: u32 = line!() + 1;
#[inject(config = load_config)]
fn connect_db(config: &Config) -> Result<Db, Fault> {
    let Config = config;
    Ok(Db)
}
const CONFIG: u32 = line!() + 1;
#[inject(log = open_log)]
fn load_config(log: &Log) -> Result<Config, Fault> {
    let Log = log;
    Ok(Config)
}
const LOG: u32 = line!() + 1;
#[inject(db = connect_db)]
fn open_log(db: Arc<Db>) -> Result<Log, Fault> {
    let Db = *db;
    Ok(Log)
}

/// A cycle of another kind: async, and with a fallback that does not make it one less.
const ITSELF: u32 = line!() + 1;
#[inject(number(itself.await, fallback = 1))]
async fn itself(number: &u64) -> Result<u64, Fault> {
    Ok(*number)
}

fn open_session() -> Session {
    Session
}
fn draw_ticket() -> Ticket {
    Ticket
}
/// For the life of the program, from what lives for less.
const REPORT: u32 = line!() + 1;
#[inject(session(open_session, scope = registry), ticket(draw_ticket, scope = call))]
fn write_report(session: &Session, ticket: Ticket) -> Report {
    let (Session, Ticket) = (session, ticket);
    Report
}
/// A function may: it is nobody's provider.
#[inject(session(open_session, scope = registry), ticket(draw_ticket, scope = call))]
fn handle(session: &Session, ticket: Ticket) {
    let (Session, Ticket) = (session, ticket);
}

#[inject(db = connect_db, number = itself.await, report = write_report)]
fn uses(db: &Db, number: &u64, report: &Report) -> Result<(), Fault> {
    let (Db, _, Report) = (db, number, report);
    Ok(())
}

const MAIL: u32 = line!() + 1;
#[inject(mail = tag("graph.mail"), spare(tag = "graph.spare", fallback = Arc::new(1)))]
fn send(mail: &str, spare: Arc<u8>) -> Result<usize, Fault> {
    Ok(mail.len() + usize::from(*spare))
}
#[inject(mail = tag("graph.mail"), kept)]
fn send_again(mail: &str, kept: Arc<Report>) -> Result<usize, Fault> {
    let Report = *kept;
    Ok(mail.len())
}

fn motto() -> String {
    "all is one".to_owned()
}
/// One provider, and yet two values.
const AS_STR: u32 = line!() + 1;
#[inject(motto = motto)]
fn print(motto: &str) -> usize {
    motto.len()
}
const AS_STRING: u32 = line!() + 1;
#[inject(motto = motto)]
fn engrave(motto: &String) -> usize {
    motto.capacity()
}

/// No cycle: a handle is not needed before the function runs.
#[inject(egg = lay)]
fn hatch(egg: Arc<Egg>) -> Result<Chicken, Fault> {
    let Egg(_later) = &*egg;
    Ok(Chicken)
}
#[inject(chicken = hatch)]
fn lay(chicken: Lazy<Chicken>) -> Egg {
    Egg(chicken)
}
#[inject(egg = lay, chicken = hatch)]
fn farm(egg: &Egg, chicken: Live<Chicken>) -> Result<bool, InjectError> {
    let Chicken = *chicken.get()?;
    let Chicken = *egg.0.get()?;
    Ok(true)
}

#[test]
fn all_problems_are_told_at_once_and_each_once() {
    let error = dyno::graph().check().expect_err("much is wrong");
    let (mut cycles, mut captive, mut unbound) = (Vec::new(), Vec::new(), Vec::new());
    let mut doubled = Vec::new();
    for problem in error.problems() {
        match problem.kind() {
            InjectErrorKind::Cycle(_) => cycles.push(path(problem)),
            InjectErrorKind::Captive { .. } => captive.push(problem.to_string()),
            InjectErrorKind::NotRegistered { .. } => unbound.push(problem.to_string()),
            InjectErrorKind::Doubled { .. } => doubled.push(problem.to_string()),
            _ => panic!("{problem}"),
        }
    }
    assert_eq!((cycles.len(), captive.len(), unbound.len()), (2, 2, 2), "{error}");
    assert!(error.to_string().starts_with("7 problems in the dependency graph:\n  1. "), "{error}");

    let ring = [
        format!("graph::connect_db ({FILE}:{DB})"),
        format!("graph::load_config ({FILE}:{CONFIG})"),
        format!("graph::open_log ({FILE}:{LOG})"),
    ];
    let long = cycles.iter().find(|it| it.len() == 4).expect("three steps and the first again");
    let first = ring.iter().position(|it| *it == long[0]).expect("it begins with one of them");
    for (n, step) in long[..3].iter().enumerate() {
        assert_eq!(*step, ring[(first + n) % 3]);
    }
    assert!(ring[first].starts_with(&long[3]), "{long:?}");
    assert!(
        cycles.contains(&vec![
            format!("graph::itself ({FILE}:{ITSELF})"),
            "graph::itself".to_owned()
        ])
    );

    captive.sort_unstable();
    let said = |parameter: &str, provider: &str, scope: &str| {
        format!(
            "graph::write_report: parameter `{parameter}` (graph::{provider}, {FILE}:{REPORT}): a value \
             of scope program would hold one of scope {scope}, which ends sooner"
        )
    };
    assert_eq!(
        captive,
        [said("session", "open_session", "registry"), said("ticket", "draw_ticket", "call")]
    );

    assert_eq!(
        doubled,
        [format!(
            "graph::motto: it is asked for as several types and has a value for each: \
             `str` by graph::print: parameter `motto` ({FILE}:{AS_STR}), \
             `alloc::string::String` by graph::engrave: parameter `motto` ({FILE}:{AS_STRING}); \
             ask for one type everywhere"
        )]
    );

    let of = |text: &str| unbound.iter().filter(|it| it.contains(text)).count();
    assert_eq!(of("nothing is registered for `str` under the tag \"graph.mail\""), 1, "{error}");
    assert_eq!(of("nothing is registered for `graph::Report`"), 1, "{error}");
    assert_eq!(of(&format!("{FILE}:{MAIL}")), 1, "{error}");
}

#[test]
fn it_can_be_looked_at() {
    let graph = dyno::graph();
    let text = graph.to_string();
    let config = format!("  config <- graph::load_config  {FILE}:{DB}");
    assert!(text.contains("graph::connect_db\n"), "{text}");
    assert!(text.contains(&config), "{text}");
    assert!(text.contains("open_session [scope = registry]"), "{text}");
    assert!(text.contains("draw_ticket [scope = call]"), "{text}");
    let needs = graph.nodes().find(|(name, _)| *name == "graph::uses").expect("it is there").1;
    assert_eq!(needs, ["graph::connect_db", "graph::itself", "graph::write_report"]);
    for drawn in [graph.to_dot(), graph.to_mermaid()] {
        assert!(drawn.contains("graph::connect_db") && drawn.contains("config"), "{drawn}");
    }
}

#[test]
fn a_handle_breaks_a_cycle() {
    assert_eq!(farm(), Ok(true));
}

#[test]
fn a_warm_up_ends_and_tells_the_cycles() {
    let error = watched(|| support::block_on(dyno::warm_up().run_async())).expect_err("cycles");
    let cycles = error.failed().filter_map(|it| it.error());
    let cycles = cycles.filter(|it| matches!(it.kind(), InjectErrorKind::Cycle(_))).count();
    // Each of the three, and the one that needs itself unless its fallback counts.
    assert!(cycles >= 3, "{error}");
    let built = error.report().built().iter().filter(|it| it.error().is_none());
    let names: Vec<_> = built.map(|it| it.provider).collect();
    let table = error.report().to_string();
    assert!(table.contains("graph::motto as str ") && table.contains("graph::hatch  "), "{table}");
    assert!(names.contains(&"graph::hatch") && names.contains(&"graph::write_report"), "{error}");
}
