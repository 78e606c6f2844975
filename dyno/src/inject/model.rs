//! The program's dependencies, as its sites declare them.

use std::collections::BTreeMap;
use std::panic::Location;

use super::any::{AnySite, AnySlot};
use super::observed::{self, Kind};
use super::slot::Life;

/// Everything that is injected, and into what.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
}

/// A provider, something registered, or a function that is injected into.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) kind: NodeKind,
    pub(super) slot: Option<&'static dyn AnySlot>,
    /// Who wants it.
    pub(super) sites: Vec<&'static dyn AnySite>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NodeKind {
    Function,
    Provider(Kind),
}

/// The first needs the second.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    /// `None` where nobody has declared it, but a build has read it.
    pub(super) parameter: Option<&'static str>,
    pub(super) at: Option<&'static Location<'static>>,
    /// Not needed before the first one runs.
    pub(super) deferred: bool,
    /// How often a fallback stood in, if there is one.
    pub(super) fallbacks: Option<u64>,
}

impl Model {
    /// What these sites declare.
    pub(super) fn declared(sites: &[&'static dyn AnySite]) -> Self {
        let mut model = Self::default();
        let targets: Vec<usize> = sites.iter().map(|site| model.target(*site)).collect();
        for (site, to) in sites.iter().zip(targets) {
            let asked = site.asked();
            for from in model.owners(&asked.point.path(), asked.point.name()) {
                let edge = Edge {
                    from,
                    to,
                    parameter: Some(asked.parameter),
                    at: Some(asked.point.location()),
                    deferred: site.is_deferred(),
                    fallbacks: site.fallbacks(),
                };
                if !model.edges.iter().any(|it| it.is_like(&edge)) {
                    model.edges.push(edge);
                }
            }
        }
        model
    }

    /// Adds what builds have been seen to read.
    pub(super) fn observe(&mut self) {
        for (reader, read, kind) in observed::all() {
            let named = |name: &str| {
                self.nodes.iter().position(|node| node.name == name && node.is_built())
            };
            let Some(from) = named(reader) else { continue };
            let to = named(read).unwrap_or_else(|| {
                self.nodes.push(Node {
                    name: read.to_owned(),
                    kind: NodeKind::Provider(kind),
                    slot: None,
                    sites: Vec::new(),
                });
                self.nodes.len() - 1
            });
            if !self.edges.iter().any(|edge| (edge.from, edge.to) == (from, to)) {
                self.edges.push(Edge {
                    from,
                    to,
                    parameter: None,
                    at: None,
                    deferred: false,
                    fallbacks: None,
                });
            }
        }
    }

    /// The node that a site asks for.
    fn target(&mut self, site: &'static dyn AnySite) -> usize {
        let slot = site.slot();
        let (name, kind) = match slot {
            Some(slot) => (slot.core().name.to_owned(), kind_of(slot.core().life())),
            None => (site.per_call().unwrap_or_default(), Kind::Call),
        };
        let kind = NodeKind::Provider(kind);
        let address = slot.map(|slot| slot.core().address());
        let known = self.nodes.iter().position(|node| {
            node.slot.map(|slot| slot.core().address()) == address
                && node.kind == kind
                && node.name == name
        });
        let at = known.unwrap_or_else(|| {
            self.nodes.push(Node { name, kind, slot, sites: Vec::new() });
            self.nodes.len() - 1
        });
        self.nodes[at].sites.push(site);
        at
    }

    /// The nodes of a function: of the provider that it is, else its own.
    fn owners(&mut self, path: &str, name: &str) -> Vec<usize> {
        let built: Vec<usize> = (0..self.nodes.len())
            .filter(|at| self.nodes[*at].name == path && self.nodes[*at].is_built())
            .collect();
        if !built.is_empty() {
            return built;
        }
        let known =
            self.nodes.iter().position(|node| node.kind == NodeKind::Function && node.name == name);
        vec![known.unwrap_or_else(|| {
            let (name, kind) = (name.to_owned(), NodeKind::Function);
            self.nodes.push(Node { name, kind, slot: None, sites: Vec::new() });
            self.nodes.len() - 1
        })]
    }

    /// What each node needs before it can be built.
    pub(super) fn needs(&self) -> BTreeMap<usize, Vec<&Edge>> {
        let mut needs: BTreeMap<usize, Vec<&Edge>> = BTreeMap::new();
        for edge in self.edges.iter().filter(|edge| !edge.deferred) {
            needs.entry(edge.from).or_default().push(edge);
        }
        needs
    }
}

impl Node {
    pub(super) fn is_built(&self) -> bool {
        self.kind != NodeKind::Function
    }
}

impl Edge {
    fn is_like(&self, other: &Self) -> bool {
        (self.from, self.to, self.parameter, self.deferred)
            == (other.from, other.to, other.parameter, other.deferred)
    }
}

fn kind_of(life: Option<Life>) -> Kind {
    match life {
        Some(Life::Program) => Kind::Provider,
        Some(Life::Registry) => Kind::Registry,
        None => Kind::Tag,
    }
}
