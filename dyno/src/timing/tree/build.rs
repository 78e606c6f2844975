//! From what threads have written to a tree.

use std::mem;
use std::ops::Range;
use std::sync::Arc;
use std::thread::ThreadId;

use super::{Kind, Node, Tree};
use crate::clock::Instant;
use crate::timing::chunk::{self, Id};
use crate::timing::store::{Lane, Raw};

impl Tree {
    /// The tree of what was written by `now`.
    pub(in crate::timing) fn build(
        lanes: Vec<(Arc<Lane>, Vec<Raw>)>,
        most: usize,
        dropped: u64,
        now: Instant,
    ) -> Self {
        let mut threads = Threads::default();
        let mut all: Vec<(Raw, usize)> = Vec::new();
        let mut places = Vec::with_capacity(lanes.len());
        for (lane, nodes) in lanes {
            places.push(all.len()..all.len() + nodes.len());
            if !nodes.is_empty() {
                let thread = threads.number(&lane);
                all.extend(nodes.into_iter().map(|raw| (raw, thread)));
            }
        }
        // Of one thread as they began; of several, which share no order, by the clock.
        all.sort_by_key(|(raw, _)| (raw.begun.start, raw.id));
        let began = all.iter().find(|(raw, _)| raw.id == Id::ROOT).map_or(0, |it| it.0.begun.start);
        let ended = all.iter().find(|(raw, _)| raw.id == Id::ROOT).and_then(|it| it.0.end);
        let family = Family::of(&all, &places);
        let mut nodes = Vec::with_capacity(all.len());
        let mut next: Vec<(usize, usize, Option<usize>)> = Vec::new();
        next.extend(family.root.map(|at| (at, 0, None)));
        while let Some((at, depth, parent)) = next.pop() {
            let (raw, thread) = &mut all[at];
            let here = nodes.len();
            nodes.push(node(raw, *thread, began, depth, parent));
            next.extend(family.beside[at].map(|at| (at, depth, parent)));
            next.extend(family.inside[at].map(|at| (at, depth + 1, Some(here))));
        }
        let lasted = ended.unwrap_or(now.as_nanos()).saturating_sub(began);
        Self { nodes, threads: threads.names, dropped, most, lasted }
    }
}

/// Who is in whom, by the order of beginning.
struct Family {
    root: Option<usize>,
    /// The first in this one.
    inside: Vec<Option<usize>>,
    /// The next one in the same.
    beside: Vec<Option<usize>>,
}

impl Family {
    /// `places`: of each lane, where its nodes were before they were sorted.
    fn of(all: &[(Raw, usize)], places: &[Range<usize>]) -> Self {
        let place = |id: Id| {
            let lane = places.get(id.lane() as usize)?;
            lane.clone().nth(id.place() as usize)
        };
        let mut sorted = vec![None; all.len()];
        for (at, (raw, _)) in all.iter().enumerate() {
            if let Some(place) = place(raw.id) {
                sorted[place] = Some(at);
            }
        }
        let known = |id: Id| place(id).and_then(|place| sorted[place]);
        let root = known(Id::ROOT);
        let (mut inside, mut beside) = (vec![None; all.len()], vec![None; all.len()]);
        // From the last one on, so that the first ends up in front.
        for (at, (raw, _)) in all.iter().enumerate().rev() {
            let parent = known(raw.begun.parent).or(root).filter(|_| raw.id != Id::ROOT);
            if let Some(parent) = parent {
                beside[at] = inside[parent].replace(at);
            }
        }
        Self { root, inside, beside }
    }
}

fn node(raw: &mut Raw, thread: usize, zero: u64, depth: usize, parent: Option<usize>) -> Node {
    let chunk::Begun { label, kind, start, used, .. } = &mut raw.begun;
    let kind = match kind {
        chunk::Kind::Interval => Kind::Interval,
        chunk::Kind::Mark => Kind::Mark,
    };
    Node {
        name: mem::take(label),
        description: None,
        kind,
        depth,
        parent,
        thread,
        start: Some(start.saturating_sub(zero)),
        end: raw.end.map(|end| end.max(*start).saturating_sub(zero)),
        usage: used.as_deref().copied(),
    }
}

/// Names of threads; two of one name are told apart.
#[derive(Default)]
struct Threads {
    ids: Vec<ThreadId>,
    names: Vec<String>,
}

impl Threads {
    fn number(&mut self, lane: &Lane) -> usize {
        if let Some(known) = self.ids.iter().position(|id| *id == lane.thread) {
            return known;
        }
        let number = self.ids.len();
        self.ids.push(lane.thread);
        let name = lane.name.clone().unwrap_or_else(|| "thread".to_owned());
        let same = |known: &&String| {
            known.strip_prefix(name.as_str()).is_some_and(|rest| {
                rest.is_empty() || rest.strip_prefix(" (").is_some_and(|rest| rest.ends_with(')'))
            })
        };
        let before = self.names.iter().filter(same).count();
        self.names.push(if before == 0 { name } else { format!("{name} ({})", before + 1) });
        number
    }
}
