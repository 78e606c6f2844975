//! What is wrong with a graph.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::fault::{InjectError, InjectErrorKind};
use crate::inject::build::Asked;
use crate::inject::model::{Edge, Model, Node, NodeKind};
use crate::inject::observed::Kind;
use crate::point::Name;

/// Everything that is wrong with the program's dependencies.
#[derive(Clone, Debug)]
pub struct GraphError(Vec<InjectError>);

impl GraphError {
    /// The problems, each once.
    #[must_use]
    pub fn problems(&self) -> &[InjectError] {
        &self.0
    }
}

impl fmt::Display for GraphError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problems = if self.0.len() == 1 { "problem" } else { "problems" };
        write!(f, "{} {problems} in the dependency graph:", self.0.len())?;
        for (at, problem) in self.0.iter().enumerate() {
            write!(f, "\n  {}. {problem}", at + 1)?;
        }
        Ok(())
    }
}

impl std::error::Error for GraphError {}

pub(super) fn check(model: &Model) -> Result<(), GraphError> {
    let mut problems = cycles(model);
    problems.extend(captives(model));
    problems.extend(unbound(model));
    problems.extend(doubled(model));
    if problems.is_empty() { Ok(()) } else { Err(GraphError(problems)) }
}

/// One cycle for each edge that closes one, found depth first.
fn cycles(model: &Model) -> Vec<InjectError> {
    let needs = model.needs();
    let mut search = Search { needs: &needs, done: BTreeSet::new(), found: Vec::new() };
    for start in 0..model.nodes.len() {
        search.from(start);
    }
    search.found.iter().map(|cycle| told(model, cycle)).collect()
}

struct Search<'a> {
    needs: &'a BTreeMap<usize, Vec<&'a Edge>>,
    done: BTreeSet<usize>,
    found: Vec<Vec<&'a Edge>>,
}

impl<'a> Search<'a> {
    /// Without recursion: a chain of providers may be longer than the stack is deep.
    fn from(&mut self, start: usize) {
        let mut path: Vec<&'a Edge> = Vec::new();
        let mut todo = vec![(start, 0_usize)];
        while let Some((at, next)) = todo.last_mut() {
            let (node, nth) = (*at, *next);
            *next += 1;
            let edge = self.needs.get(&node).and_then(|edges| edges.get(nth)).copied();
            let Some(edge) = edge.filter(|_| !self.done.contains(&node)) else {
                self.done.insert(node);
                todo.pop();
                path.pop();
                continue;
            };
            if let Some(first) = todo.iter().position(|(on, _)| *on == edge.to) {
                let mut cycle = path[first..].to_vec();
                cycle.push(edge);
                self.found.push(cycle);
            } else if !self.done.contains(&edge.to) {
                path.push(edge);
                todo.push((edge.to, 0));
            }
        }
    }
}

fn told(model: &Model, cycle: &[&Edge]) -> InjectError {
    let step = |edge: &&Edge| -> Name {
        let name = &model.nodes[edge.from].name;
        match edge.at {
            Some(at) => format!("{name} ({}:{})", at.file(), at.line()).into(),
            None => name.clone().into(),
        }
    };
    let mut path: Vec<Name> = cycle.iter().map(step).collect();
    path.extend(cycle.first().map(|edge| Name::from(model.nodes[edge.from].name.clone())));
    InjectError::new(InjectErrorKind::Cycle(path))
}

/// A value for the life of the program that takes one which ends sooner.
fn captives(model: &Model) -> impl Iterator<Item = InjectError> {
    model.edges.iter().filter_map(|edge| {
        let holder = &model.nodes[edge.from];
        let held = &model.nodes[edge.to];
        if holder.kind != NodeKind::Provider(Kind::Provider) {
            return None;
        }
        let scope = match held.kind {
            NodeKind::Provider(Kind::Registry) => "registry",
            NodeKind::Provider(Kind::Call) => "call",
            _ => return None,
        };
        let kind = InjectErrorKind::Captive { holder: "program".into(), held: scope.into() };
        let error = InjectError::new(kind).provided_by(held.name.clone());
        Some(match (edge.parameter, edge.at) {
            (Some(parameter), Some(at)) => error.wanted_by(holder.name.clone(), parameter, at),
            _ => error,
        })
    })
}

/// A tag under which nothing is registered, unless everybody who asks has a fallback.
fn unbound(model: &Model) -> impl Iterator<Item = InjectError> {
    model.nodes.iter().filter_map(|node| {
        let site = node.sites.iter().find(|site| site.fallbacks().is_none())?;
        let error = node.slot?.unbound()?;
        Some(site.asked().tell(error))
    })
}

/// One provider with a value for each type that it is asked for as.
fn doubled(model: &Model) -> Vec<InjectError> {
    let mut problems = Vec::new();
    let mut told = BTreeSet::new();
    let built: Vec<_> =
        model.nodes.iter().filter_map(|node| Some((node, node.slot?.core()))).collect();
    for (at, (node, core)) in built.iter().enumerate() {
        let others = built.iter().enumerate().skip(at + 1);
        let others: Vec<usize> =
            others.filter(|(_, (_, it))| it.doubles(core)).map(|(other, _)| other).collect();
        if others.is_empty() || !told.insert(at) {
            continue;
        }
        told.extend(others.iter().copied());
        let all = std::iter::once(at).chain(others);
        let views = all.map(|at| view(built[at].0)).collect();
        let kind = InjectErrorKind::Doubled { views };
        problems.push(InjectError::new(kind).provided_by(node.name.clone()));
    }
    problems
}

/// As what a provider is asked for, and by whom.
fn view(node: &Node) -> Name {
    let ty = node.slot.and_then(|slot| slot.core().provides()).unwrap_or_default();
    let by = node.sites.first().map(|site| {
        let Asked { point, parameter, .. } = site.asked();
        let at = point.location();
        format!(" by {}: parameter `{parameter}` ({}:{})", point.name(), at.file(), at.line())
    });
    format!("`{ty}`{}", by.unwrap_or_default()).into()
}
