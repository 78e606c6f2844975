//! The tree for Perfetto, <chrome://tracing> and speedscope.
//!
//! The format is Google's "Trace Event Format": complete events (`X`), instants (`i`) and names of
//! threads (`M`), times in µs.

use std::fmt::Write as _;

use super::{Node, Tree};

impl Tree {
    /// JSON that <https://ui.perfetto.dev> and `chrome://tracing` load.
    ///
    /// What ran on a thread is on its track. Where tasks took turns there, so that intervals overlap
    /// and are not inside of each other, the later ones are on further tracks of the same name.
    #[must_use]
    pub fn to_chrome_trace(&self) -> String {
        let tracks = Tracks::of(self);
        let mut events = vec![format!(
            r#"{{"ph":"M","name":"process_name","pid":1,"tid":0,"args":{{"name":{}}}}}"#,
            quoted(self.name())
        )];
        for (track, (thread, number)) in tracks.all.iter().enumerate() {
            let name = self.threads.get(*thread).map_or("", String::as_str);
            let name = if *number == 0 { name.to_owned() } else { format!("{name} +{number}") };
            let tid = track + 1;
            events.push(format!(
                r#"{{"ph":"M","name":"thread_name","pid":1,"tid":{tid},"args":{{"name":{}}}}}"#,
                quoted(&name)
            ));
            events.push(format!(
                r#"{{"ph":"M","name":"thread_sort_index","pid":1,"tid":{tid},"args":{{"sort_index":{tid}}}}}"#
            ));
        }
        for (node, track) in self.nodes.iter().zip(&tracks.of_nodes) {
            events.extend(self.event(node, track + 1));
        }
        let mut json = r#"{"displayTimeUnit":"ms","otherData":{"#.to_owned();
        let _ = write!(json, r#""recording":{},"dropped":{}"#, quoted(self.name()), self.dropped);
        json.push_str("},\"traceEvents\":[\n");
        json.push_str(&events.join(",\n"));
        json.push_str("\n]}\n");
        json
    }

    /// Nothing of a timer that has not begun.
    fn event(&self, node: &Node, tid: usize) -> Option<String> {
        let start = node.start?;
        let name = quoted(&node.name);
        let mut args = Vec::new();
        if let Some(parent) = self.parent(node) {
            args.push(format!(r#""parent":{}"#, quoted(&parent.name)));
        }
        if let Some(description) = &node.description {
            args.push(format!(r#""description":{}"#, quoted(description)));
        }
        if node.is_running() {
            args.push(r#""running":true"#.to_owned());
        }
        if let Some(usage) = &node.usage {
            args.push(format!(
                r#""cpu_us":{},"minor_faults":{},"major_faults":{},"voluntary_switches":{},"involuntary_switches":{}"#,
                micros(u64::try_from(usage.cpu.as_nanos()).unwrap_or(u64::MAX)),
                usage.minor_faults,
                usage.major_faults,
                usage.voluntary_switches,
                usage.involuntary_switches,
            ));
        }
        let (ts, args) = (micros(start), args.join(","));
        Some(if node.is_mark() {
            format!(
                r#"{{"ph":"i","s":"t","name":{name},"cat":"mark","pid":1,"tid":{tid},"ts":{ts},"args":{{{args}}}}}"#
            )
        } else {
            let dur = micros(self.end_of(node).saturating_sub(start));
            format!(
                r#"{{"ph":"X","name":{name},"cat":"span","pid":1,"tid":{tid},"ts":{ts},"dur":{dur},"args":{{{args}}}}}"#
            )
        })
    }

    /// When it ended; what still runs goes up to the end of the recording.
    pub(super) fn end_of(&self, node: &Node) -> u64 {
        let start = node.start.unwrap_or(0);
        match node.end {
            _ if node.is_mark() => start,
            Some(end) => end,
            None => self.lasted.max(start),
        }
    }
}

/// Which node is drawn where.
struct Tracks {
    /// Thread, and which of its tracks.
    all: Vec<(usize, usize)>,
    of_nodes: Vec<usize>,
}

impl Tracks {
    fn of(tree: &Tree) -> Self {
        let mut all: Vec<(usize, usize)> = (0..tree.threads.len()).map(|it| (it, 0)).collect();
        // What is open on each track, by its end.
        let mut open: Vec<Vec<u64>> = vec![Vec::new(); all.len()];
        let mut of_nodes = vec![0; tree.len()];
        let mut order: Vec<usize> = (0..tree.len()).collect();
        order.sort_by_key(|at| tree.nodes[*at].start);
        for at in order {
            let node = &tree.nodes[at];
            let (Some(start), end) = (node.start, tree.end_of(node)) else { continue };
            if node.is_mark() {
                of_nodes[at] = node.parent.map_or(0, |parent| of_nodes[parent]);
                if all.get(of_nodes[at]).is_none_or(|(thread, _)| *thread != node.thread) {
                    of_nodes[at] = node.thread;
                }
                continue;
            }
            let fits = |track: usize, open: &mut Vec<Vec<u64>>| {
                open[track].retain(|open_end| *open_end > start);
                open[track].last().is_none_or(|inner| *inner >= end)
            };
            let own = (0..all.len()).filter(|track| all[*track].0 == node.thread);
            let found = own.into_iter().find(|track| fits(*track, &mut open));
            let track = found.unwrap_or_else(|| {
                let number = all.iter().filter(|(thread, _)| *thread == node.thread).count();
                all.push((node.thread, number));
                open.push(Vec::new());
                all.len() - 1
            });
            open[track].push(end);
            of_nodes[at] = track;
        }
        Self { all, of_nodes }
    }
}

/// Microseconds, to the nanosecond.
fn micros(nanos: u64) -> String {
    format!("{}.{:03}", nanos / 1000, nanos % 1000)
}

/// A JSON string.
fn quoted(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for char in text.chars() {
        match char {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            control if control < ' ' => {
                let _ = write!(json, "\\u{:04x}", u32::from(control));
            }
            other => json.push(other),
        }
    }
    json.push('"');
    json
}
