//! Which build waits for which: the graph in which a cycle is a deadlock.
//!
//! An edge is added, under one lock, only after the search has shown that it closes no circle; so
//! of two threads that enter a cycle from its two ends the second is told.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::Location;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::point::Name;

static GRAPH: Mutex<Graph> = Mutex::new(Graph { builds: BTreeMap::new(), next: 0 });

struct Graph {
    builds: BTreeMap<u64, Build>,
    next: u64,
}

struct Build {
    provider: Name,
    edges: Vec<Edge>,
}

#[derive(Clone, Copy)]
struct Edge {
    token: u64,
    to: u64,
    at: Option<&'static Location<'static>>,
}

/// A build under way; leaves the graph when dropped.
#[derive(Debug)]
pub(super) struct Opened(pub(super) u64);

/// One build waits for another until this is dropped.
#[derive(Debug)]
pub(super) struct Waiting {
    from: u64,
    token: u64,
}

pub(super) fn open(provider: Name) -> Opened {
    let mut graph = lock();
    graph.next += 1;
    let id = graph.next;
    graph.builds.insert(id, Build { provider, edges: Vec::new() });
    Opened(id)
}

/// `from` waits for `to`, or the path of the cycle that this would close.
pub(super) fn wait(
    from: u64,
    to: u64,
    at: Option<&'static Location<'static>>,
) -> Result<Waiting, Vec<Name>> {
    let mut graph = lock();
    if let Some(path) = graph.path(to, from) {
        return Err(graph.names(&path, to, at));
    }
    graph.next += 1;
    let token = graph.next;
    if let Some(build) = graph.builds.get_mut(&from) {
        build.edges.push(Edge { token, to, at });
    }
    Ok(Waiting { from, token })
}

impl Drop for Opened {
    fn drop(&mut self) {
        lock().builds.remove(&self.0);
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(build) = lock().builds.get_mut(&self.from) {
            build.edges.retain(|edge| edge.token != self.token);
        }
    }
}

impl Graph {
    /// The edges from one build to another, found depth first.
    fn path(&self, from: u64, to: u64) -> Option<Vec<(u64, Edge)>> {
        let mut seen = BTreeSet::from([from]);
        let mut path: Vec<(u64, Edge)> = Vec::new();
        let mut at = from;
        while at != to {
            let edges = self.builds.get(&at).map_or(&[][..], |build| &build.edges);
            if let Some(edge) = edges.iter().find(|edge| !seen.contains(&edge.to)) {
                seen.insert(edge.to);
                path.push((at, *edge));
                at = edge.to;
            } else {
                at = path.pop()?.0;
            }
        }
        Some(path)
    }

    /// Each step with the line on which it asks for the next one.
    fn names(
        &self,
        path: &[(u64, Edge)],
        first: u64,
        closing: Option<&'static Location<'static>>,
    ) -> Vec<Name> {
        let last = path.last().map_or(first, |(_, edge)| edge.to);
        let steps = path.iter().map(|(id, edge)| (*id, edge.at)).chain([(last, closing)]);
        let mut names: Vec<Name> = steps.map(|(id, at)| self.name(id, at)).collect();
        names.push(self.name(first, None));
        names
    }

    fn name(&self, id: u64, at: Option<&'static Location<'static>>) -> Name {
        let provider = self.builds.get(&id).map_or("?", |build| &*build.provider);
        match at {
            Some(at) => format!("{provider} ({}:{})", at.file(), at.line()).into(),
            None => provider.to_owned().into(),
        }
    }
}

fn lock() -> MutexGuard<'static, Graph> {
    GRAPH.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edge_that_closes_a_circle_is_refused_with_its_path() {
        let [a, b, c] = ["a", "b", "c"].map(|name| open(name.into()));
        let _ab = wait(a.0, b.0, None).expect("no circle");
        let dead_end = open("d".into());
        let _bd = wait(b.0, dead_end.0, None).expect("no circle");
        let _bc = wait(b.0, c.0, None).expect("no circle");
        let path = wait(c.0, a.0, None).expect_err("a circle");
        assert_eq!(path, ["a", "b", "c", "a"]);
    }

    #[test]
    fn an_edge_ends_with_its_guard() {
        let [a, b] = ["a", "b"].map(|name| open(name.into()));
        drop(wait(a.0, b.0, None).expect("no circle"));
        assert!(wait(b.0, a.0, None).is_ok());
    }

    #[test]
    fn who_waits_for_itself_goes_in_a_circle() {
        let a = open("a".into());
        assert_eq!(wait(a.0, a.0, None).expect_err("a circle"), ["a", "a"]);
    }
}
