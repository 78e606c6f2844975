//! The tree as a picture: a waterfall, one row for each interval and mark.

mod axis;
mod text;

use std::fmt::Write as _;

use self::axis::Axis;
use self::text::{cut, escaped, time, width};
use super::{Node, Tree};

const WIDTH: f64 = 1200.0;
const MARGIN: f64 = 28.0;
/// What a browser draws at once without trouble.
const MOST_ROWS: usize = 1000;
const FONT: f64 = 12.0;
/// Where time begins below the title.
const TOP: f64 = 112.0;

/// Told apart by those who do not see all colours, too.
const COLOURS: [&str; 8] =
    ["#3b6fd4", "#12908a", "#d9822b", "#8a56c9", "#c8436a", "#5f8f2f", "#2f9bd0", "#94734a"];

const STYLE: &str = "\
text{font-family:Inter,'Segoe UI',Roboto,'Helvetica Neue','DejaVu Sans',system-ui,sans-serif;font-size:12px;fill:#1f2a3a;font-variant-numeric:tabular-nums}\
.h{font-size:19px;font-weight:650}.s{fill:#64748b}.t{font-size:11px;fill:#64748b}.l{font-size:11px;fill:#475569}.i{font-size:11px;fill:#fff}\
.m{fill:#8a5a00}.r:hover .z{fill:#e8f0fe}.g{stroke:#e3e8ef}.e{stroke:#cbd5e1;fill:none}";

impl Tree {
    /// A picture that needs nothing else to be looked at: a row for each interval and mark, as in the
    /// report, against the time. A tooltip tells the whole name, the times and the thread.
    ///
    /// Bars have the colour of their thread; where there is one, of their depth. What still ran fades
    /// out. Of trees of more than a thousand rows the first thousand are drawn.
    #[must_use]
    pub fn to_svg(&self) -> String {
        Picture::of(self).draw()
    }
}

struct Picture<'t> {
    tree: &'t Tree,
    axis: Axis,
    /// Height of a row.
    row: f64,
    /// How far a level is set in.
    indent: f64,
    rows: usize,
    svg: String,
}

/// As XML: no more digits than anybody sees.
fn px(pixels: f64) -> String {
    let text = format!("{pixels:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

#[expect(clippy::cast_precision_loss, reason = "pixels")]
fn float(number: usize) -> f64 {
    number as f64
}

/// The first, of the thread that began, is nobody else's.
fn colour(of: usize) -> usize {
    if of == 0 { 0 } else { 1 + (of - 1) % (COLOURS.len() - 1) }
}

impl<'t> Picture<'t> {
    fn of(tree: &'t Tree) -> Self {
        let rows = tree.len().min(MOST_ROWS);
        let nodes = &tree.nodes[..rows];
        let deepest = nodes.iter().map(|node| node.depth).max().unwrap_or(0);
        let indent = (150.0 / float(deepest.max(1))).min(16.0);
        let wide = nodes.iter().map(|node| float(node.depth) * indent + width(&node.name, FONT));
        let names = wide.fold(0.0, f64::max).clamp(120.0, 330.0) + 30.0;
        let left = MARGIN + names;
        let last = nodes.iter().map(|node| tree.end_of(node)).max().unwrap_or(0);
        let axis = Axis { left, width: WIDTH - left - MARGIN - 16.0, until: last.max(tree.lasted) };
        let row = if rows <= 60 { 26.0 } else { 21.0 };
        Self { tree, axis, row, indent, rows, svg: String::new() }
    }

    fn draw(mut self) -> String {
        let bottom = TOP + float(self.rows) * self.row;
        let is_cut = self.tree.len() > self.rows || self.tree.dropped > 0;
        let height = bottom + if is_cut { 64.0 } else { 44.0 };
        let name = escaped(self.tree.name());
        let (w, h) = (px(WIDTH), px(height));
        let _ = write!(
            self.svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" role=\"img\">\n\
             <title>{name}</title>\n<style>{STYLE}</style>\n{FADES}\
             <rect width=\"{w}\" height=\"{h}\" fill=\"#fff\"/>\n",
            FADES = self.fades(),
        );
        self.heading();
        for at in 0..self.rows {
            self.stripe(at);
        }
        self.grid(bottom);
        self.elbows();
        for at in 0..self.rows {
            self.node(at);
        }
        if is_cut {
            self.rest(bottom + 44.0);
        }
        self.svg.push_str("</svg>\n");
        self.svg
    }

    /// What bars that still run are filled with.
    fn fades(&self) -> String {
        if !self.tree.nodes[..self.rows].iter().any(Node::is_running) {
            return String::new();
        }
        let fade = |(at, colour): (usize, &&str)| {
            format!(
                "<linearGradient id=\"f{at}\"><stop offset=\".6\" stop-color=\"{colour}\"/>\
                 <stop offset=\"1\" stop-color=\"{colour}\" stop-opacity=\".12\"/></linearGradient>"
            )
        };
        let fades: String = COLOURS.iter().enumerate().map(fade).collect();
        format!("<defs>{fades}</defs>\n")
    }

    fn heading(&mut self) {
        let tree = self.tree;
        let title = escaped(&cut(tree.name(), 19.0, WIDTH - 2.0 * MARGIN));
        let marks = tree.iter().filter(|node| node.is_mark()).count();
        let counted = |count: usize, of: &str| match count {
            0 => None,
            1 => Some(format!("1 {of}")),
            _ => Some(format!("{count} {of}s")),
        };
        let threads = if tree.threads.len() > 1 { tree.threads.len() } else { 0 };
        let mut said = vec![time(tree.lasted)];
        said.extend(counted(tree.len() - marks, "span"));
        said.extend(counted(marks, "mark"));
        said.extend(counted(threads, "thread"));
        let _ = write!(
            self.svg,
            "<text x=\"{x}\" y=\"40\" class=\"h\">{title}</text>\n<text x=\"{x}\" y=\"62\" class=\"s\">{said}</text>\n",
            x = px(MARGIN),
            said = said.join(" · "),
        );
        if threads > 0 {
            self.legend();
        }
    }

    /// Which colour is whose thread.
    fn legend(&mut self) {
        let mut x = self.axis.left;
        for (at, thread) in self.tree.threads.iter().enumerate() {
            let name = cut(thread, FONT, 150.0);
            let wide = width(&name, FONT) + 34.0;
            if x + wide > self.axis.right() - 50.0 {
                let more = self.tree.threads.len() - at;
                let _ =
                    writeln!(self.svg, "<text x=\"{}\" y=\"62\" class=\"s\">+{more}</text>", px(x));
                return;
            }
            let _ = writeln!(
                self.svg,
                "<rect x=\"{}\" y=\"53\" width=\"10\" height=\"10\" rx=\"3\" fill=\"{}\"/><text x=\"{}\" y=\"62\" class=\"s\">{}</text>",
                px(x),
                COLOURS[colour(at)],
                px(x + 15.0),
                escaped(&name),
            );
            x += wide;
        }
    }

    fn y(&self, at: usize) -> f64 {
        TOP + float(at) * self.row
    }

    fn stripe(&mut self, at: usize) {
        if at % 2 == 0 {
            let (x, y) = (px(MARGIN - 12.0), px(self.y(at)));
            let (w, h) = (px(WIDTH - 2.0 * MARGIN + 24.0), px(self.row));
            let _ = writeln!(
                self.svg,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"4\" fill=\"#f6f8fb\"/>"
            );
        }
    }

    fn grid(&mut self, bottom: f64) {
        let ticks = self.axis.ticks();
        let step = ticks.get(1).copied().unwrap_or(1);
        for tick in ticks {
            let x = px(self.axis.x(tick));
            let label = axis::label(tick, step);
            let _ = write!(
                self.svg,
                "<path d=\"M{x} {} V{}\" class=\"g\"/><text x=\"{x}\" y=\"{}\" class=\"t\" text-anchor=\"middle\">{label}</text>",
                px(TOP - 8.0),
                px(bottom + 6.0),
                px(TOP - 14.0),
            );
            let _ = writeln!(
                self.svg,
                "<text x=\"{x}\" y=\"{}\" class=\"t\" text-anchor=\"middle\">{label}</text>",
                px(bottom + 22.0)
            );
        }
    }

    /// From each node to what it is in, by way of the one before it.
    fn elbows(&mut self) {
        let mut path = String::new();
        let mut from: Vec<f64> =
            (0..self.rows).map(|at| self.y(at) + self.row / 2.0 + 8.0).collect();
        for (at, node) in self.tree.nodes[..self.rows].iter().enumerate() {
            let Some(parent) = node.parent else { continue };
            let x = px(self.name_x(node) - self.indent + 3.5);
            let to = self.y(at) + self.row / 2.0;
            let _ = write!(path, "M{x} {}V{}h{}", px(from[parent]), px(to), px(self.indent - 8.0));
            from[parent] = to;
        }
        let _ = writeln!(self.svg, "<path d=\"{path}\" class=\"e\"/>");
    }

    fn name_x(&self, node: &Node) -> f64 {
        MARGIN + float(node.depth) * self.indent
    }

    /// How wide a name may be.
    fn name_room(&self, node: &Node) -> f64 {
        self.axis.left - self.name_x(node) - 18.0
    }

    fn node(&mut self, at: usize) {
        let node = &self.tree.nodes[at];
        let (x, middle) = (self.name_x(node), self.y(at) + self.row / 2.0);
        let name = escaped(&cut(&node.name, FONT, self.name_room(node)));
        let is_mark = node.is_mark();
        let _ = write!(
            self.svg,
            "<g class=\"r\"><title>{}</title><rect class=\"z\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"4\" fill=\"transparent\"/>\
             <text x=\"{}\" y=\"{}\"{}>{name}</text>",
            escaped(&self.tooltip(node)).replace('\u{2028}', "&#10;"),
            px(MARGIN - 12.0),
            px(self.y(at)),
            px(self.axis.left - MARGIN + 4.0),
            px(self.row),
            px(x),
            px(middle + 4.0),
            if is_mark { " class=\"m\"" } else { "" },
        );
        match node.start {
            None => {
                let x = px(self.axis.left + 4.0);
                let y = px(middle + 4.0);
                let _ =
                    write!(self.svg, "<text x=\"{x}\" y=\"{y}\" class=\"t\">not started</text>");
            }
            Some(start) if is_mark => self.mark(node, start, middle),
            Some(start) => self.bar(node, start, middle),
        }
        self.svg.push_str("</g>\n");
    }

    fn bar(&mut self, node: &Node, start: u64, middle: f64) {
        let colour = self.colour(node);
        let (from, to) = (self.axis.x(start), self.axis.x(self.tree.end_of(node)));
        let wide = (to - from).max(2.5);
        let tall = self.row - 9.0;
        let fill =
            if node.is_running() { format!("url(#f{colour})") } else { COLOURS[colour].to_owned() };
        let _ = write!(
            self.svg,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" fill=\"{fill}\"/>",
            px(from),
            px(middle - tall / 2.0),
            px(wide),
            px(tall),
            px(3.0_f64.min(wide / 2.0)),
        );
        let to = from + wide;
        if node.is_running() {
            // White letters need the part that is not faded.
            self.beside("running", from, to, if wide < 110.0 { 0.0 } else { wide }, middle);
        } else {
            self.beside(&time(self.tree.end_of(node) - start), from, to, wide, middle);
        }
    }

    /// In the bar, which is `wide`, where there is room, else behind it, else before it.
    fn beside(&mut self, said: &str, from: f64, to: f64, wide: f64, middle: f64) {
        let room = width(said, 11.0) + 14.0;
        let (x, class, anchor) = if wide >= room {
            (from + 7.0, "i", "start")
        } else if to + room <= WIDTH - MARGIN {
            (to + 6.0, "l", "start")
        } else {
            (from - 6.0, "l", "end")
        };
        let _ = write!(
            self.svg,
            "<text x=\"{}\" y=\"{}\" class=\"{class}\" text-anchor=\"{anchor}\">{}</text>",
            px(x),
            px(middle + 4.0),
            escaped(said),
        );
    }

    /// A diamond, and a tick on the bar of what it is in.
    fn mark(&mut self, node: &Node, start: u64, middle: f64) {
        let x = self.axis.x(start);
        if let Some(parent) = node.parent {
            let of = &self.tree.nodes[parent];
            let above = self.y(parent) + self.row / 2.0;
            let (top, low) = (above - self.row / 2.0 + 4.5, above + self.row / 2.0 - 4.5);
            let bar = self.axis.x(self.tree.end_of(of)) - self.axis.x(of.start.unwrap_or(start));
            // A short bar would not be seen behind it.
            if bar > 14.0 {
                let (x, top, low) = (px(x), px(top), px(low));
                let _ = write!(
                    self.svg,
                    "<path d=\"M{x} {top}V{low}\" stroke=\"#fff\" stroke-width=\"3.5\"/><path d=\"M{x} {top}V{low}\" stroke=\"#e0a100\" stroke-width=\"1.5\"/>",
                );
            }
            let (x, low, end) = (px(x), px(low + 1.0), px(middle - 5.0));
            let _ = write!(
                self.svg,
                "<path d=\"M{x} {low}V{end}\" stroke=\"#e0a100\" stroke-dasharray=\"1 4\"/>"
            );
        }
        let _ = write!(
            self.svg,
            "<path d=\"M{} {}l5 5 -5 5 -5 -5z\" fill=\"#e0a100\"/>",
            px(x),
            px(middle - 5.0)
        );
        let room = (self.axis.right() - x).max(x - self.axis.left) - 20.0;
        let is_cut = width(&node.name, FONT) > self.name_room(node);
        // There is more room here than in the column of names.
        let said = if is_cut { cut(&node.name, 11.0, room).into_owned() } else { time(start) };
        self.beside(&said, x - 5.0, x + 5.0, 0.0, middle);
    }

    fn colour(&self, node: &Node) -> usize {
        colour(if self.tree.threads.len() > 1 { node.thread } else { node.depth })
    }

    /// Lines, parted by a sign that no name is expected to hold.
    fn tooltip(&self, node: &Node) -> String {
        let mut lines = vec![node.name.replace('\u{2028}', " ")];
        lines.extend(node.description.clone());
        if let Some(start) = node.start {
            lines.push(format!("at {}", time(start)));
        }
        match node.duration() {
            _ if node.is_mark() => {}
            Some(_) => {
                let took = self.tree.end_of(node) - node.start.unwrap_or(0);
                lines.push(format!("took {}", time(took)));
            }
            None if node.is_running() => lines.push("still running".to_owned()),
            None => lines.push("not started".to_owned()),
        }
        if let Some(usage) = &node.usage {
            let cpu = u64::try_from(usage.cpu.as_nanos()).unwrap_or(u64::MAX);
            lines.push(format!("cpu {}", time(cpu)));
            let faults = usage.minor_faults + usage.major_faults;
            let switches = usage.voluntary_switches + usage.involuntary_switches;
            lines.push(format!("{faults} page faults, {switches} switches"));
        }
        if node.start.is_some() && !self.tree.threads.is_empty() {
            lines.push(format!("on {}", self.tree.thread(node)));
        }
        lines.join("\u{2028}")
    }

    fn rest(&mut self, y: f64) {
        let mut said = Vec::new();
        let rest = self.tree.len() - self.rows;
        if rest > 0 {
            said.push(format!("{rest} more are in the tree"));
        }
        if self.tree.dropped > 0 {
            let (dropped, most) = (self.tree.dropped, self.tree.most);
            said.push(format!("for {dropped} there was no room in {most}"));
        }
        let (x, y, said) = (px(MARGIN), px(y), said.join(", "));
        let _ = writeln!(self.svg, "<text x=\"{x}\" y=\"{y}\" class=\"s\">… {said}</text>");
    }
}
