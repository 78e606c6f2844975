//! Balancing: one call, many targets that could answer it.
//!
//! Each [`pick`](Balancer::pick) names a target and counts as a call in flight there until it is
//! settled. By default two are drawn and the cheaper one is picked, by how long its calls take and
//! how many are under way; each target has a [breaker](mod@crate::breaker), and is passed over while that
//! is open.
//!
//! ```
//! use dyno::balance::{Balancer, Tried};
//!
//! static PRICES: Balancer =
//!     Balancer::new("prices", &["http://10.0.0.1:80", "http://10.0.0.2:80", "http://10.0.0.3:80"]);
//!
//! fn price(sku: &str) -> Result<u32, dyno::Fault> {
//!     let tried = Tried::new(); // one for each call: another attempt goes to another target
//!     let pick = PRICES.pick(&tried)?;
//!     let url = format!("{}/prices/{sku}", pick.target());
//!     // … the call itself …
//!     assert!(url.starts_with("http://10.0.0."));
//!     pick.success();
//!     Ok(995)
//! }
//!
//! assert_eq!(price("sku-1")?, 995);
//! assert_eq!(PRICES.snapshot().targets.iter().map(|target| target.picks).sum::<u64>(), 1);
//! # Ok::<(), dyno::Fault>(())
//! ```

#![doc = include_str!("../../docs/balance_module.md")]

mod build;
mod change;
mod choose;
mod dns;
mod health;
mod load;
#[cfg(all(test, loom))]
mod loom_model;
mod marks;
mod member;
mod named;
mod pick;
mod policy;
mod snapshot;
mod source;
mod sticky;
mod table;
mod target;
mod tried;

use std::fmt;
use std::hash::Hash;
use std::panic::Location;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwapOption;

#[doc(hidden)]
pub use self::dns::Unresolved;
pub use self::member::Member;
pub use self::pick::Pick;
pub use self::policy::Policy;
pub use self::snapshot::{Snapshot, TargetSnapshot};
pub use self::source::{Ask, Resolver};
pub use self::target::{IntoTarget, Target, TargetError};
pub use self::tried::Tried;

use self::build::Given;
use self::choose::{Asked, How};
use self::dns::Resolving;
use self::marks::Marks;
use self::source::Source;
use self::table::Table;
use crate::fault::Fault;
use crate::point::{self, Event, Name, Point};
use crate::shared::Listed;

/// Picks one of several targets for each call.
///
/// Its builder is `const`, so it can be a `static`.
pub struct Balancer {
    label: Label,
    source: Source,
    given: Given,
    /// Made by the first pick.
    table: ArcSwapOption<Table>,
    /// Held by who changes the table, or the credits in it; no code of the user's runs then.
    changing: Mutex<()>,
    /// How many turns there were.
    turn: AtomicU64,
    resolving: Resolving,
    listed: Listed,
}

#[derive(Clone, Copy)]
enum Label {
    Name(&'static str, &'static Location<'static>),
    Point(&'static Point),
}

/// Whether the breakers have a say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Guard {
    Asked,
    Skipped,
}

impl Balancer {
    /// A target for one call, another one than those in `tried` if there is one; it is noted there.
    ///
    /// # Errors
    /// [`Fault::NoTarget`] when there is none, or who is [asked](Self::by) for one fails;
    /// [`Fault::Rejected`] when the breakers of all are open, with the time after which the first of
    /// them lets a call pass.
    ///
    /// # Panics
    /// When a target given in the program is none, and whatever a function that is asked panics with.
    #[inline]
    pub fn pick(&self, tried: &Tried) -> Result<Pick, Fault> {
        self.pick_by(None, tried, Guard::Asked)
    }

    /// The same past the breakers: none of them turns it away, and none counts how it went. Those that
    /// are in are preferred; when all are out, any of them is picked.
    ///
    /// Latency and calls in flight are the balancer's own, and are counted all the same.
    ///
    /// # Errors
    /// [`Fault::NoTarget`] only.
    ///
    /// # Panics
    /// As [`pick`](Self::pick).
    pub fn pick_unguarded(&self, tried: &Tried) -> Result<Pick, Fault> {
        self.pick_by(None, tried, Guard::Skipped)
    }

    /// The same, and calls of the same key go to the same target as long as that is in: rendezvous
    /// hashing, by which the keys of one that is out, and no others, go to the rest.
    ///
    /// The policy is not asked; weights count. The same key goes to the same target in all processes
    /// that know the same targets.
    ///
    /// # Errors
    /// As [`pick`](Self::pick).
    ///
    /// # Panics
    /// As [`pick`](Self::pick), and when the `Hash` of `key` does.
    #[inline]
    pub fn pick_for<K: Hash + ?Sized>(&self, key: &K, tried: &Tried) -> Result<Pick, Fault> {
        self.pick_by(Some(sticky::hash(key)), tried, Guard::Asked)
    }

    #[inline]
    fn pick_by(&self, key: Option<u64>, tried: &Tried, guard: Guard) -> Result<Pick, Fault> {
        if let Some(ask) = self.source.asks() {
            return self.pick_asked(ask, tried, guard);
        }
        let mut now = member::now();
        let table = self.table_now(&mut now)?;
        let mut asked = Asked { table: &table, tried, key, now, trials: Marks::ALL, anyone: false };
        if guard == Guard::Skipped {
            return self.choose_unguarded(&mut asked);
        }
        // Each may turn a call away that looked as if it would let it pass, and again as a trial.
        for _ in 0..=2 * table.len() {
            let Some(choice) = self.choose(&asked) else { break };
            let member = &table.entries[choice.at].member;
            let permit = match choice.how {
                How::AllTheSame => Ok(member.breaker.unguarded()),
                How::Staged => member.breaker.enter_drawn(),
                How::Plain | How::Trial | How::Alone => member.breaker.enter(),
            };
            if let Ok(permit) = permit {
                tried.note(member.id);
                let pick = Pick::new(member.clone(), permit.hold(), now);
                if choice.how != How::AllTheSame {
                    member.review();
                }
                return Ok(pick);
            }
            // It has opened meanwhile, or another call has taken its trial.
            member.review();
            match choice.how {
                // Else each of them would be asked for its share of this call.
                How::Alone => break,
                How::Trial => asked.trials.remove(choice.at),
                How::Plain | How::Staged | How::AllTheSame => {}
            }
        }
        Err(self.refuse(&table))
    }

    #[cold]
    fn choose_unguarded(&self, asked: &mut Asked<'_>) -> Result<Pick, Fault> {
        // A trial is for those whose outcome counts.
        asked.trials = Marks::NONE;
        let chosen = self.choose(asked).or_else(|| {
            asked.anyone = true;
            self.choose(asked)
        });
        let Some(choice) = chosen else { return Err(self.no_target(self.why_none())) };
        let member = &asked.table.entries[choice.at].member;
        asked.tried.note(member.id);
        Ok(Pick::new(member.clone(), member.breaker.unguarded().hold(), asked.now))
    }

    /// Why there is nobody to call.
    #[cold]
    fn refuse(&self, table: &Table) -> Fault {
        let soonest =
            table.entries.iter().map(|entry| entry.member.breaker.refusing()).min_by_key(
                |refusing| refusing.retry_after.map_or((1, None), |left| (0, Some(left))),
            );
        let Some(refusing) = soonest else {
            return self.no_target(self.why_none());
        };
        let fault = Fault::rejected_after(
            self.shared_name(),
            refusing.reason,
            refusing.retry_after,
            refusing.last,
        );
        point::emit(self.name(), &Event::Rejected { fault: &fault });
        fault
    }

    #[cold]
    fn no_target(&self, message: Name) -> Fault {
        let fault = Fault::no_target(self.shared_name(), message);
        point::emit(self.name(), &Event::Rejected { fault: &fault });
        fault
    }

    /// What its target and their breakers are called after: given, or the name of the point that it
    /// belongs to.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self.label {
            Label::Name(name, _) => name,
            Label::Point(point) => point.name(),
        }
    }

    fn shared_name(&self) -> Name {
        Name::Static(self.name())
    }

    /// Where it is defined.
    #[must_use]
    pub fn location(&self) -> &'static Location<'static> {
        match self.label {
            Label::Name(_, location) => location,
            Label::Point(point) => point.location(),
        }
    }

    fn one_at_a_time(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `now` is later where it has been waited for.
    #[inline]
    fn table_now(&self, now: &mut u64) -> Result<Loaded, Fault> {
        if let Source::Dns(url) = self.source {
            *now = self.resolve_if_due(url, *now)?;
        }
        let table = self.table.load();
        if table.is_some() {
            return Ok(Loaded(table));
        }
        self.first_table();
        Ok(Loaded(self.table.load()))
    }
}

/// The table in force, which there is.
struct Loaded(arc_swap::Guard<Option<Arc<Table>>>);

impl std::ops::Deref for Loaded {
    type Target = Table;

    #[inline]
    fn deref(&self) -> &Table {
        self.0.as_deref().expect("dyno: it has been made and is never taken away")
    }
}

impl fmt::Debug for Balancer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = self.table.load();
        let count = table.as_ref().map_or(0, |table| table.len());
        write!(f, "Balancer({}, {}, {count} targets)", self.name(), self.given.policy)
    }
}
