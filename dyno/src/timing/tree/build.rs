//! From what threads have written to a tree.

use std::collections::HashMap;
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
        for (lane, nodes) in lanes {
            if !nodes.is_empty() {
                let thread = threads.number(&lane);
                all.extend(nodes.into_iter().map(|raw| (raw, thread)));
            }
        }
        // Of one thread as they began; of several, which share no order, by the clock.
        all.sort_by_key(|(raw, _)| (raw.begun.start, raw.id));
        let began = all.iter().find(|(raw, _)| raw.id == Id::ROOT).map_or(0, |it| it.0.begun.start);
        let ended = all.iter().find(|(raw, _)| raw.id == Id::ROOT).and_then(|it| it.0.end);
        let mut inside: HashMap<Id, Vec<usize>> = HashMap::new();
        let known: HashMap<Id, usize> =
            all.iter().enumerate().map(|(at, (raw, _))| (raw.id, at)).collect();
        let mut roots = Vec::new();
        for (at, (raw, _)) in all.iter().enumerate() {
            if raw.id == Id::ROOT {
                roots.push(at);
            } else {
                let parent = raw.begun.parent;
                let parent = if known.contains_key(&parent) { parent } else { Id::ROOT };
                inside.entry(parent).or_default().push(at);
            }
        }
        let mut nodes = Vec::with_capacity(all.len());
        let mut next: Vec<(usize, usize, Option<usize>)> =
            roots.into_iter().rev().map(|at| (at, 0, None)).collect();
        while let Some((at, depth, parent)) = next.pop() {
            let (raw, thread) = &all[at];
            let here = nodes.len();
            nodes.push(node(raw, *thread, began, depth, parent));
            let inside = inside.remove(&raw.id).unwrap_or_default();
            next.extend(inside.into_iter().rev().map(|at| (at, depth + 1, Some(here))));
        }
        let lasted = ended.unwrap_or(now.as_nanos()).saturating_sub(began);
        Self { nodes, threads: threads.names, dropped, most, lasted }
    }
}

fn node(raw: &Raw, thread: usize, zero: u64, depth: usize, parent: Option<usize>) -> Node {
    let chunk::Begun { label, kind, start, used, .. } = &raw.begun;
    let kind = match kind {
        chunk::Kind::Interval => Kind::Interval,
        chunk::Kind::Mark => Kind::Mark,
    };
    Node {
        name: label.clone(),
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
