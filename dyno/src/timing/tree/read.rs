//! Trees that come from elsewhere: each node is inside of one before it, or it is not a tree.

use super::{Node, Tree};

/// What is read, before anybody has looked at it.
#[derive(serde::Deserialize)]
pub(super) struct Parts {
    nodes: Vec<Node>,
    threads: Vec<String>,
    dropped: u64,
    most: usize,
    lasted: u64,
}

impl TryFrom<Parts> for Tree {
    type Error = String;

    fn try_from(parts: Parts) -> Result<Self, String> {
        let Parts { nodes, threads, dropped, most, lasted } = parts;
        for (at, node) in nodes.iter().enumerate() {
            let wrong = |what: &str| Err(format!("timing: node {at} of the tree {what}"));
            let depth = match node.parent {
                Some(parent) if parent >= at => return wrong("stands before what it is in"),
                Some(parent) => nodes[parent].depth + 1,
                None => 0,
            };
            if node.depth != depth {
                return wrong("is not as deep as what it is in says");
            }
            if node.thread >= threads.len() && (node.start.is_some() || node.thread != 0) {
                return wrong("began on a thread that has no name");
            }
        }
        Ok(Self { nodes, threads, dropped, most, lasted })
    }
}
