//! The targets at one moment.

use std::collections::HashMap;
use std::sync::Arc;

use super::member::Member;
use super::target::Target;

/// The targets at one moment, in the order in which they were given.
pub(super) struct Table {
    pub(super) entries: Box<[Entry]>,
    /// They all have the same weight.
    pub(super) equal: bool,
    /// How many may be passed over.
    pub(super) max_out: usize,
}

pub(super) struct Entry {
    pub(super) member: Arc<Member>,
    pub(super) weight: u32,
}

impl Entry {
    pub(super) fn is_in(&self) -> bool {
        self.member.live.0.standing.is_in()
    }
}

impl Table {
    pub(super) fn new(members: Vec<Arc<Member>>, max_ejected: f64) -> Self {
        let entry = |member: Arc<Member>| Entry { weight: member.target.weight(), member };
        let entries: Box<[Entry]> = members.into_iter().map(entry).collect();
        let equal = entries.windows(2).all(|two| two[0].weight == two[1].weight);
        Self { equal, max_out: most_out(entries.len(), max_ejected), entries }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn members(&self) -> Vec<Arc<Member>> {
        self.entries.iter().map(|entry| entry.member.clone()).collect()
    }

    pub(super) fn find(&self, target: &Target) -> Option<&Arc<Member>> {
        let mut members = self.entries.iter().map(|entry| &entry.member);
        members.find(|member| *member.target == *target)
    }

    /// Of these targets, each once: those that are here stay the same.
    pub(super) fn with(
        &self,
        targets: Vec<Target>,
        max_ejected: f64,
        new: impl Fn(Target) -> Member,
    ) -> Self {
        let known: HashMap<_, _> =
            self.entries.iter().map(|entry| (entry.member.target.url(), &entry.member)).collect();
        let mut members: Vec<Arc<Member>> = Vec::with_capacity(targets.len());
        let mut given = HashMap::with_capacity(targets.len());
        for target in targets {
            let weight = target.weight();
            let at = *given.entry(target.url().to_owned()).or_insert_with(|| {
                let known = known.get(target.url()).map(|member| (*member).clone());
                members.push(known.unwrap_or_else(|| Arc::new(new(target))));
                members.len() - 1
            });
            members[at].target.set_weight(weight);
        }
        Self::new(members, max_ejected)
    }

    /// How many turns those that are in have, by their weights, until each has had its own.
    pub(super) fn round(&self) -> u64 {
        let entries = self.entries.iter().filter(|entry| entry.is_in());
        entries.map(|entry| u64::from(entry.weight)).sum()
    }

    /// How many are out.
    pub(super) fn out(&self) -> usize {
        self.entries.iter().filter(|entry| !entry.is_in()).count()
    }

    /// Whether this one, which is out, is passed over: it is not when so many were out before it that
    /// no more may be, and others are in.
    pub(super) fn passes_over(&self, at: usize) -> bool {
        let since = |entry: &Entry| entry.member.live.0.standing.out_since();
        let mine = (since(&self.entries[at]), at);
        let (mut before, mut out) = (0, 0);
        for (other, entry) in self.entries.iter().enumerate() {
            let since = since(entry);
            out += usize::from(since != 0);
            before += usize::from(since != 0 && (since, other) < mine);
        }
        before < self.max_out || out == self.len()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of some targets"
)]
fn most_out(targets: usize, share: f64) -> usize {
    // 0.3 of 10 is 3, though it is a little less in binary.
    ((targets as f64 * share + 1e-9) as usize).max(1)
}
