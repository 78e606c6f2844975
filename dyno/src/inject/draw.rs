//! A graph as text for drawing programs.

use std::fmt::Write;

/// A box.
pub(super) struct Shape {
    /// Lines of text.
    pub(super) text: Vec<String>,
    pub(super) look: Look,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Function,
    Provider,
    Registered,
    PerCall,
    Failed,
}

/// An arrow.
pub(super) struct Arrow {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) text: String,
    pub(super) dashed: bool,
}

/// For Graphviz.
pub(super) fn dot(shapes: &[Shape], arrows: &[Arrow]) -> String {
    let mut out =
        String::from("digraph dyno {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n");
    for (at, shape) in shapes.iter().enumerate() {
        let text = shape.text.join("\n").replace('\\', "\\\\").replace('"', "\\\"");
        let look = match shape.look {
            Look::Function => "shape=ellipse",
            Look::Provider => "shape=box",
            Look::Registered => "shape=cylinder",
            Look::PerCall => "shape=box,style=dashed",
            Look::Failed => "shape=box,color=red,fontcolor=red",
        };
        let _ = writeln!(out, "  n{at} [label=\"{}\",{look}];", text.replace('\n', "\\n"));
    }
    for arrow in arrows {
        let text = arrow.text.replace('\\', "\\\\").replace('"', "\\\"");
        let style = if arrow.dashed { ",style=dashed" } else { "" };
        let _ = writeln!(out, "  n{} -> n{} [label=\"{text}\"{style}];", arrow.from, arrow.to);
    }
    out + "}\n"
}

/// For Mermaid.
pub(super) fn mermaid(shapes: &[Shape], arrows: &[Arrow]) -> String {
    let mut out = String::from("flowchart LR\n");
    for (at, shape) in shapes.iter().enumerate() {
        let text = shape.text.iter().map(|line| escape_html(line)).collect::<Vec<_>>();
        let text = text.join("<br/>");
        let (open, close) = match shape.look {
            Look::Function => ("([", "])"),
            Look::Registered => ("[(", ")]"),
            Look::PerCall => ("{{", "}}"),
            Look::Provider | Look::Failed => ("[", "]"),
        };
        let _ = writeln!(out, "  n{at}{open}\"{text}\"{close}");
        if shape.look == Look::Failed {
            let _ = writeln!(out, "  style n{at} stroke:#c00,color:#c00");
        }
    }
    for arrow in arrows {
        let line = if arrow.dashed { "-.->" } else { "-->" };
        if arrow.text.is_empty() {
            let _ = writeln!(out, "  n{} {line} n{}", arrow.from, arrow.to);
        } else {
            let text = escape_html(&arrow.text);
            let _ = writeln!(out, "  n{} {line}|\"{text}\"| n{}", arrow.from, arrow.to);
        }
    }
    out
}

fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A string in JSON (RFC 8259, section 7).
pub(super) fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_cannot_hold_is_escaped() {
        assert_eq!(json("a\"b\\c\n\u{1}é"), "\"a\\\"b\\\\c\\n\\u0001é\"");
    }

    #[test]
    fn quotes_and_angles_do_not_break_a_drawing() {
        let shape = Shape { text: vec!["a<\"T\">".into(), "2 ms".into()], look: Look::Provider };
        let arrow = Arrow { from: 0, to: 0, text: "db".into(), dashed: true };
        let (shapes, arrows) = ([shape], [arrow]);
        let dot = dot(&shapes, &arrows);
        assert!(dot.contains("label=\"a<\\\"T\\\">\\n2 ms\""), "{dot}");
        assert!(dot.contains("n0 -> n0 [label=\"db\",style=dashed]"), "{dot}");
        let mermaid = mermaid(&shapes, &arrows);
        assert!(mermaid.contains("n0[\"a&lt;&quot;T&quot;&gt;<br/>2 ms\"]"), "{mermaid}");
        assert!(mermaid.contains("n0 -.->|\"db\"| n0"), "{mermaid}");
    }
}
