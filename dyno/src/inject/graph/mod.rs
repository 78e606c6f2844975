//! Who needs what: the program's dependencies, to look at and to check.
//!
//! Sites are known to the linker, so the graph is there before anything is built; what builds have
//! been seen to read beyond it is added.
//!
//! ```
//! let graph = dyno::graph();
//! println!("{graph}");
//! graph.check()?;                       // cycles, captive scopes, unbound tags, …, all at once
//! # Ok::<(), dyno::inject::GraphError>(())
//! ```

mod check;

use std::fmt;

pub use check::GraphError;

use super::any::{AnySite, registered};
use super::draw::{self, Arrow, Look, Shape};
use super::model::{Edge, Model, Node, NodeKind};
use super::observed::Kind;

/// The dependencies of the program, as far as the linker knows them.
///
/// Without the feature `warm-up` it knows none: give the list to [`graph_of`].
#[must_use]
pub fn graph() -> Graph {
    graph_of(&registered())
}

/// The dependencies that these sites declare.
#[must_use]
pub fn graph_of(sites: &[&'static dyn AnySite]) -> Graph {
    let mut model = Model::declared(sites);
    model.observe();
    Graph(model)
}

/// Checks the program's graph in a test: `dyno::graph_test!();`
#[macro_export]
macro_rules! graph_test {
    () => {
        #[test]
        fn dyno_graph_has_no_cycle_captive_or_unbound_tag() {
            if let ::core::result::Result::Err(problems) = $crate::graph().check() {
                ::core::panic!("{problems}");
            }
        }
    };
}

/// Functions, the providers that they are injected from, and what these need in turn.
#[derive(Debug)]
pub struct Graph(Model);

impl Graph {
    /// Finds cycles, captive scopes, unbound tags, and providers with several values.
    ///
    /// # Errors
    /// All problems at once, each once.
    pub fn check(&self) -> Result<(), GraphError> {
        check::check(&self.0)
    }

    /// How many providers and registered values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.nodes.iter().filter(|node| node.is_built()).count()
    }

    /// `true` when nothing is injected anywhere.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The names of providers and functions, and what each needs.
    pub fn nodes(&self) -> impl Iterator<Item = (&str, Vec<&str>)> {
        let name = |at: usize| self.0.nodes[at].name.as_str();
        (0..self.0.nodes.len()).map(move |at| {
            let needs = self.0.edges.iter().filter(|edge| edge.from == at);
            (name(at), needs.map(|edge| name(edge.to)).collect())
        })
    }

    /// The graph for Graphviz.
    #[must_use]
    pub fn to_dot(&self) -> String {
        draw::dot(&self.shapes(), &self.arrows())
    }

    /// The graph for Mermaid.
    #[must_use]
    pub fn to_mermaid(&self) -> String {
        draw::mermaid(&self.shapes(), &self.arrows())
    }

    fn shapes(&self) -> Vec<Shape> {
        self.0
            .nodes
            .iter()
            .map(|node| Shape { text: vec![node.name.clone()], look: look(node) })
            .collect()
    }

    fn arrows(&self) -> Vec<Arrow> {
        let arrow = |edge: &Edge| Arrow {
            from: edge.from,
            to: edge.to,
            text: edge.parameter.unwrap_or_default().to_owned(),
            dashed: edge.fallbacks.is_some() || edge.deferred,
        };
        self.0.edges.iter().map(arrow).collect()
    }
}

/// A paragraph for each function and provider: what it needs, as which parameter, on which line.
impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, node) in self.0.nodes.iter().enumerate() {
            let needs: Vec<&Edge> = self.0.edges.iter().filter(|edge| edge.from == at).collect();
            if needs.is_empty() && node.is_built() && !node.sites.is_empty() {
                continue;
            }
            writeln!(f, "{}{}", node.name, life(node))?;
            for edge in needs {
                let to = &self.0.nodes[edge.to];
                write!(f, "  {} <- {}{}", edge.parameter.unwrap_or("(seen)"), to.name, life(to))?;
                if let Some(at) = edge.at {
                    write!(f, "  {}:{}", at.file(), at.line())?;
                }
                if let Some(times) = edge.fallbacks {
                    write!(f, "  (fallback, used {times} times)")?;
                }
                writeln!(f)?;
            }
        }
        Ok(())
    }
}

fn look(node: &Node) -> Look {
    match node.kind {
        NodeKind::Function => Look::Function,
        NodeKind::Provider(Kind::Provider) => Look::Provider,
        NodeKind::Provider(Kind::Tag | Kind::Registry) => Look::Registered,
        NodeKind::Provider(Kind::Call) => Look::PerCall,
    }
}

fn life(node: &Node) -> &'static str {
    match node.kind {
        NodeKind::Provider(Kind::Registry) => " [scope = registry]",
        NodeKind::Provider(Kind::Call) => " [scope = call]",
        NodeKind::Provider(Kind::Tag) => " [from the registry]",
        NodeKind::Function | NodeKind::Provider(Kind::Provider) => "",
    }
}
