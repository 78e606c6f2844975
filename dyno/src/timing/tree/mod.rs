//! What a recording leaves: intervals and marks as a tree.

mod build;
mod chrome;
#[cfg(feature = "serde")]
mod read;
mod report;
mod svg;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use super::usage::Usage;

/// Where the time of a recording went: its intervals and marks, in the order in which a person reads
/// a tree.
///
/// [`Display`](fmt::Display) prints it as an indented report, one line for each start (`+`, with the
/// time it took), mark (`-`) and end (`=`). The first column is in ms from the beginning; a `V` stands
/// for the stamp of the line above.
///
/// ```
/// use std::time::Duration;
/// use dyno::{clock, timing};
/// let _time = clock::freeze();
/// let ((), tree) = timing::record("request", || {
///     let _query = timing::span("query");
///     timing::mark("key in cache");
///     clock::sleep(Duration::from_millis(12));
/// });
/// let report = tree.to_string();
/// let lines: Vec<&str> = report.lines().collect();
/// assert_eq!(lines, [
///     "      0.00 + request 12.0mS",
///     "         V   + query 12.0mS",
///     "         V     - key in cache",
///     "     12.00   = query",
///     "         V = request",
/// ]);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "read::Parts"))]
pub struct Tree {
    nodes: Vec<Node>,
    threads: Vec<String>,
    /// How many are not among the nodes.
    dropped: u64,
    /// How many there was room for.
    most: usize,
    /// How long the recording has lasted, in ns.
    lasted: u64,
}

/// An interval or a mark of a [`Tree`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Node {
    name: Cow<'static, str>,
    /// What else there is to say.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    description: Option<String>,
    kind: Kind,
    depth: usize,
    parent: Option<usize>,
    /// Where in [`Tree::threads`].
    thread: usize,
    /// Nanoseconds from the beginning.
    start: Option<u64>,
    end: Option<u64>,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    usage: Option<Usage>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
enum Kind {
    Interval,
    Mark,
}

/// A node of somebody else's making.
pub(super) struct Timed {
    pub(super) name: Cow<'static, str>,
    pub(super) description: Option<String>,
    pub(super) is_mark: bool,
    pub(super) start: Option<u64>,
    pub(super) end: Option<u64>,
    pub(super) usage: Option<Usage>,
    pub(super) depth: usize,
    pub(super) parent: Option<usize>,
    pub(super) thread: usize,
}

impl Tree {
    /// A tree of nodes in pre-order.
    pub(super) fn of_timers(timed: Vec<Timed>, threads: Vec<String>, lasted: u64) -> Self {
        let nodes = timed.into_iter().map(|timed| {
            let Timed { name, description, is_mark, start, end, usage, depth, parent, thread } =
                timed;
            let kind = if is_mark { Kind::Mark } else { Kind::Interval };
            Node { name, description, kind, depth, parent, thread, start, end, usage }
        });
        let nodes: Vec<Node> = nodes.collect();
        Self { most: nodes.len(), nodes, threads, dropped: 0, lasted }
    }

    /// What was recorded: the name of the first interval.
    #[must_use]
    pub fn name(&self) -> &str {
        self.nodes.first().map_or("", Node::name)
    }

    /// All intervals and marks, each before what is inside of it.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The same, one by one.
    pub fn iter(&self) -> std::slice::Iter<'_, Node> {
        self.nodes.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// `true` when there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The first of this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Node> {
        self.nodes.iter().find(|node| node.name == name)
    }

    /// What is directly inside of `node`, in order.
    pub fn children<'t>(&'t self, node: &Node) -> impl Iterator<Item = &'t Node> + use<'t> {
        let at = self.nodes.iter().position(|each| std::ptr::eq(each, node));
        self.nodes.iter().filter(move |each| at.is_some() && each.parent == at)
    }

    /// What `node` is directly inside of.
    #[must_use]
    pub fn parent(&self, node: &Node) -> Option<&Node> {
        self.nodes.get(node.parent?)
    }

    /// The threads that worked for it, by name.
    #[must_use]
    pub fn threads(&self) -> &[String] {
        &self.threads
    }

    /// The thread on which `node` began.
    #[must_use]
    pub fn thread(&self, node: &Node) -> &str {
        self.threads.get(node.thread).map_or("", String::as_str)
    }

    /// How many spans and marks there was no room for.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// How long the recording has lasted.
    #[must_use]
    pub fn duration(&self) -> Duration {
        Duration::from_nanos(self.lasted)
    }
}

impl<'t> IntoIterator for &'t Tree {
    type Item = &'t Node;
    type IntoIter = std::slice::Iter<'t, Node>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Node {
    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What else there is to say of it.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// A moment, which takes no time.
    #[must_use]
    pub fn is_mark(&self) -> bool {
        self.kind == Kind::Mark
    }

    /// Something that takes time, be it over or not.
    #[must_use]
    pub fn is_interval(&self) -> bool {
        self.kind == Kind::Interval
    }

    /// An interval that had begun and not ended when the tree was made.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.is_interval() && self.start.is_some() && self.end.is_none()
    }

    /// When it began, from the beginning of the recording; `None` of a timer that has not.
    #[must_use]
    pub fn start(&self) -> Option<Duration> {
        self.start.map(Duration::from_nanos)
    }

    /// How long it took; `None` of a mark, and of what has not ended.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        Some(Duration::from_nanos(self.end?.saturating_sub(self.start?)))
    }

    /// In how many others it is.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// What it used, where that was asked for.
    #[cfg(feature = "rusage")]
    #[must_use]
    pub fn usage(&self) -> Option<&Usage> {
        self.usage.as_ref()
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        report::write(self, f)
    }
}
