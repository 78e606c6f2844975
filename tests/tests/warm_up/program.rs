//! The program: a chain, a slow part beside it, twelve leaves, async parts, a part to spare.
//!
//! `config → open_db → repo → service`, `slow → after_slow`, `dial → session`, `heavy` put off.

use std::sync::Arc;

use dyno::inject::Lazy;
use dyno::{Fault, inject};

use crate::support::yields;

pub(crate) struct Config;
pub(crate) struct Db;
pub(crate) struct Repo;
pub(crate) struct Service;
pub(crate) struct Slow;
pub(crate) struct AfterSlow;
pub(crate) struct Line;
pub(crate) struct Session(pub(crate) usize);
pub(crate) struct Spare;
pub(crate) struct Heavy;
pub(crate) struct Leaf<const N: usize>;

pub(crate) fn config() -> Config {
    Config
}
#[inject(config = config)]
pub(crate) fn open_db(config: &Config) -> Result<Db, Fault> {
    let Config = config;
    Ok(Db)
}
#[inject(db = open_db)]
pub(crate) fn repo(db: Arc<Db>) -> Result<Repo, Fault> {
    let Db = *db;
    Ok(Repo)
}
#[inject(repo = repo, config = config)]
pub(crate) fn service(repo: &Repo, config: &Config) -> Result<Service, Fault> {
    let (Repo, Config) = (repo, config);
    Ok(Service)
}
pub(crate) fn slow() -> Slow {
    Slow
}
#[inject(slow = slow)]
pub(crate) fn after_slow(slow: &Slow) -> AfterSlow {
    let Slow = slow;
    AfterSlow
}
pub(crate) async fn dial() -> Result<Line, String> {
    yields(3).await;
    Ok(Line)
}
#[inject(line = dial.await, config = config)]
pub(crate) async fn session(line: &Line, config: &Config) -> Result<Session, Fault> {
    let (Line, Config) = (line, config);
    yields(3).await;
    Ok(Session(7))
}
pub(crate) fn spare() -> Result<Spare, String> {
    Ok(Spare)
}
pub(crate) fn heavy() -> Heavy {
    Heavy
}
pub(crate) fn leaf<const N: usize>() -> Leaf<N> {
    Leaf
}

#[inject(service = service, after_slow = after_slow)]
pub(crate) fn serve(service: &Service, after_slow: &AfterSlow) -> Result<(), Fault> {
    let (Service, AfterSlow) = (service, after_slow);
    Ok(())
}
/// A blocking function: it cannot wait for its session, only find it.
#[inject(session = session.await)]
pub(crate) fn answer(session: &Session) -> Result<usize, Fault> {
    Ok(session.0)
}
#[inject(spare(spare, fallback = Spare), mail(tag = "warm_up.mail", fallback = Arc::new(0)))]
pub(crate) fn manage(spare: &Spare, mail: Arc<u8>) -> u8 {
    let Spare = spare;
    *mail
}
#[inject(heavy = heavy)]
pub(crate) fn lift(heavy: Lazy<Heavy>) -> bool {
    heavy.get().is_ok()
}

macro_rules! leaves {
    ($($name:ident $n:literal)+) => {
        $(
            #[expect(dead_code, reason = "it is here for what it declares")]
            #[inject(leaf = leaf::<$n>)]
            fn $name(leaf: &Leaf<$n>) {
                let Leaf = leaf;
            }
        )+
        /// Has every leaf built by `make`.
        pub(crate) fn swap_leaves(make: impl Fn() + Clone + Send + Sync + 'static) -> Vec<dyno::inject::Swap> {
            vec![$({
                let make = make.clone();
                dyno::swap(leaf::<$n>, move || {
                    make();
                    Leaf
                })
            }),+]
        }
    };
}
leaves!(l0 0 l1 1 l2 2 l3 3 l4 4 l5 5 l6 6 l7 7 l8 8 l9 9 l10 10 l11 11);

/// How many providers there are, with the tag.
pub(crate) const ALL: usize = 10 + 12 + 1;
