//! The tree as indented text.

use std::fmt;

use super::{Node, Tree};
use crate::timing::pretty::PrettyTime;

/// Writes one line for each start, mark and end.
pub(super) fn write(tree: &Tree, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut lines = Lines { f, before: String::new() };
    let mut open: Vec<&Node> = Vec::new();
    for node in tree {
        while open.len() > node.depth {
            if let Some(over) = open.pop() {
                lines.end(over)?;
            }
        }
        lines.start(tree, node)?;
        open.push(node);
    }
    while let Some(over) = open.pop() {
        lines.end(over)?;
    }
    if tree.dropped > 0 {
        let (dropped, most) = (tree.dropped, tree.most);
        writeln!(lines.f, "{:10} … and {dropped} more, for which there was no room in {most}", "")?;
    }
    Ok(())
}

struct Lines<'f, 'a> {
    f: &'f mut fmt::Formatter<'a>,
    /// The stamp of the line before.
    before: String,
}

impl Lines<'_, '_> {
    fn stamp(&mut self, nanos: Option<u64>) -> fmt::Result {
        let Some(nanos) = nanos else { return write!(self.f, "{:>10}", "") };
        let stamp = millis(nanos);
        let shown = if stamp == self.before { "V" } else { &stamp };
        write!(self.f, "{shown:>10}")?;
        self.before = stamp;
        Ok(())
    }

    fn start(&mut self, tree: &Tree, node: &Node) -> fmt::Result {
        self.stamp(node.start)?;
        let sign = if node.is_mark() { '-' } else { '+' };
        write!(self.f, " {:indent$}{sign} {}", "", one_line(&node.name), indent = 2 * node.depth)?;
        match node.duration() {
            _ if node.is_mark() => {}
            Some(took) => write!(self.f, " {}", PrettyTime::from(took))?,
            None if node.is_running() => self.f.write_str(" (running)")?,
            None => self.f.write_str(" (not started)")?,
        }
        if tree.parent(node).is_some_and(|parent| parent.thread != node.thread) {
            write!(self.f, " [{}]", one_line(tree.thread(node)))?;
        }
        if let Some(usage) = &node.usage {
            write!(self.f, " cpu {}", PrettyTime::from(usage.cpu))?;
        }
        if let Some(description) = &node.description {
            write!(self.f, ": {}", one_line(description))?;
        }
        writeln!(self.f)
    }

    fn end(&mut self, node: &Node) -> fmt::Result {
        if node.is_mark() || node.end.is_none() {
            return Ok(());
        }
        self.stamp(node.end)?;
        writeln!(self.f, " {:indent$}= {}", "", one_line(&node.name), indent = 2 * node.depth)
    }
}

/// Milliseconds, to the hundredth.
fn millis(nanos: u64) -> String {
    let hundredths = nanos.saturating_add(5_000) / 10_000;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// A name of several lines would break the report.
fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}
