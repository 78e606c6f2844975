//! The targets, and how they are changed while calls go on.

use std::sync::Arc;

use super::member::Member;
use super::source::{Ask, Source};
use super::table::Table;
use super::target::{IntoTarget, Target, TargetError};
use super::tried::Tried;
use super::{Balancer, Guard, Pick, member};
use crate::breaker::Breaker;
use crate::fault::Fault;
use crate::point::Name;

/// How many targets are known that were named one by one.
const KNOWN: usize = 1024;

impl Balancer {
    /// These targets from now on. Those that stay keep their breakers and all that is known of
    /// them; calls under way at those that go end there.
    ///
    /// One that is given twice counts once.
    ///
    /// ```
    /// # use dyno::balance::Balancer;
    /// static PRICES: Balancer = Balancer::new("prices", &["http://10.0.0.1:80"]);
    /// PRICES.set(["http://10.0.0.1:80", "http://10.0.0.2:80 weight=3"])?;
    /// assert_eq!(PRICES.targets().len(), 2);
    /// # Ok::<(), dyno::balance::TargetError>(())
    /// ```
    ///
    /// # Errors
    /// When one of them is no target; nothing is changed then.
    ///
    /// # Panics
    /// When its targets are [asked for](Self::by) or [resolved](Self::dns): what is set here would be gone.
    #[track_caller]
    pub fn set<T: IntoTarget>(
        &self,
        targets: impl IntoIterator<Item = T>,
    ) -> Result<(), TargetError> {
        self.needs_a_list();
        let targets = targets.into_iter().map(T::into_target).collect::<Result<_, _>>()?;
        self.put(targets);
        Ok(())
    }

    /// One target more; `false` when it is there already: then it has this weight from now on.
    ///
    /// # Errors
    /// When it is no target.
    ///
    /// # Panics
    /// As [`set`](Self::set).
    #[track_caller]
    pub fn add(&self, target: impl IntoTarget) -> Result<bool, TargetError> {
        self.needs_a_list();
        let target = target.into_target()?;
        let mut is_new = false;
        self.change(|targets| {
            is_new = !targets.contains(&target);
            targets.push(target);
        });
        Ok(is_new)
    }

    /// One target less; `false` when it was not there.
    ///
    /// # Errors
    /// When it is no target.
    ///
    /// # Panics
    /// As [`set`](Self::set).
    #[track_caller]
    pub fn remove(&self, target: impl IntoTarget) -> Result<bool, TargetError> {
        self.needs_a_list();
        let target = target.into_target()?;
        let mut was_there = false;
        self.change(|targets| {
            was_there = targets.contains(&target);
            targets.retain(|other| *other != target);
        });
        Ok(was_there)
    }

    #[track_caller]
    fn needs_a_list(&self) {
        let who = match self.source {
            Source::List(_) => return,
            Source::Dns(_) => "a resolver",
            _ => "a function",
        };
        panic!(
            "balance: the targets of {} are what {who} says, so none can be set, added or removed: make \
             it of a list, by `Balancer::new`",
            self.name()
        );
    }

    /// Its targets, in the order in which they were given.
    #[must_use]
    pub fn targets(&self) -> Vec<Arc<Target>> {
        self.now().entries.iter().map(|entry| entry.member.target.clone()).collect()
    }

    /// The same, with their breakers and what is known of them.
    #[must_use]
    pub fn members(&self) -> Vec<Arc<Member>> {
        self.now().members()
    }

    /// Those in force, which are made if need be; nobody is asked for more.
    pub(super) fn now(&self) -> Arc<Table> {
        self.table.load_full().unwrap_or_else(|| self.first_table())
    }

    #[cold]
    pub(super) fn first_table(&self) -> Arc<Table> {
        let given = match self.source {
            Source::List(given) => given,
            Source::Static(_) | Source::Boxed(_) | Source::Dns(_) => &[],
        };
        let read = |text: &&str| match text.parse() {
            Ok(target) => target,
            Err(error) => panic!("balancer {} at {}: {error}", self.name(), self.location()),
        };
        let targets = given.iter().map(read).collect();
        let _one = self.one_at_a_time();
        if let Some(table) = self.table.load_full() {
            return table;
        }
        self.store(self.none().with(targets, self.given.max_ejected, |target| self.member(target)))
    }

    fn none(&self) -> Table {
        Table::new(Vec::new(), self.given.max_ejected)
    }

    fn store(&self, table: Table) -> Arc<Table> {
        let table = Arc::new(table);
        self.table.store(Some(table.clone()));
        table
    }

    /// Puts these in place of those that there are.
    pub(super) fn put(&self, targets: Vec<Target>) {
        self.change(|now| *now = targets);
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Target>)) {
        let first = self.now();
        let one = self.one_at_a_time();
        let now = self.table.load_full().unwrap_or(first);
        let mut targets: Vec<Target> =
            now.entries.iter().map(|entry| Target::clone(&entry.member.target)).collect();
        change(&mut targets);
        // Those that come to others begin as those do that come back.
        let begins = if now.len() == 0 { 0 } else { member::now() };
        let new = |target| {
            let member = self.member(target);
            member.live.0.standing.begin(begins);
            member
        };
        self.store(now.with(targets, self.given.max_ejected, new));
        drop(one);
        // With listeners of those that go: outside of the lock.
        drop(now);
    }

    fn member(&self, target: Target) -> Member {
        let name: Arc<str> = format!("{}/{}", self.name(), target.authority()).into();
        let breaker = Breaker::of_target(name, self.location(), self.given.breaker);
        Member::new(Name::Static(self.name()), target, breaker, self.given.decay())
    }

    /// The target that `ask` names.
    pub(super) fn pick_asked(
        &self,
        ask: &dyn Ask,
        tried: &Tried,
        guard: Guard,
    ) -> Result<Pick, Fault> {
        let (mut asked, mut refused) = (0, Vec::new());
        loop {
            let target = ask.ask().map_err(|message| self.no_target(message))?;
            let known = self.now();
            let member = match known.find(&target) {
                Some(member) => member.clone(),
                None => self.meet(target),
            };
            let now = member::now();
            let avoided = asked == 0 && tried.has(member.id);
            asked += 1;
            if avoided {
                continue;
            }
            let permit = match guard {
                Guard::Asked => member.breaker.enter(),
                Guard::Skipped => Ok(member.breaker.unguarded()),
            };
            match permit {
                Ok(permit) => {
                    tried.note(member.id);
                    let pick = Pick::new(member.clone(), permit.hold(), now);
                    member.review();
                    return Ok(pick);
                }
                Err(_) => member.review(),
            }
            refused.push(member.clone());
            if asked > self.now().len() {
                return Err(self.refuse(&Table::new(refused, self.given.max_ejected)));
            }
        }
    }

    /// One that is named for the first time.
    #[cold]
    fn meet(&self, target: Target) -> Arc<Member> {
        let first = self.now();
        let one = self.one_at_a_time();
        let now = self.table.load_full().unwrap_or(first);
        if let Some(member) = now.find(&target) {
            return member.clone();
        }
        let mut members = now.members();
        if members.len() >= KNOWN {
            members.retain(|member| member.in_flight() > 0 || !member.breaker.is_passing());
        }
        let member = Arc::new(self.member(target));
        members.push(member.clone());
        self.store(Table::new(members, self.given.max_ejected));
        drop(one);
        drop(now);
        member
    }
}
