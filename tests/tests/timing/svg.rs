//! The picture: well-formed, complete, and of use.

use dyno::clock;
use dyno::timing::{self, Recording, Timer, Tree};
use roxmltree::{Document, Node};

use super::support::pass;

/// The picture of a tree, if XML parsers can read it.
fn texts(svg: &str) -> Vec<String> {
    let document = Document::parse(svg).unwrap_or_else(|error| panic!("{error}: {svg}"));
    let texts = document
        .descendants()
        .filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text")));
    texts.filter_map(|node| node.text().map(str::to_owned)).collect()
}

fn titles(svg: &str) -> Vec<String> {
    let document = Document::parse(svg).expect("is well-formed");
    let titles = document.descendants().filter(|node| node.tag_name().name() == "title");
    titles.filter_map(|node| node.text().map(str::to_owned)).collect()
}

fn number(node: Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name).and_then(|it| it.parse().ok()).unwrap_or(f64::NAN)
}

fn small() -> Tree {
    let _time = clock::freeze();
    let recording = Recording::new("GET /checkout").start();
    pass(2);
    {
        let _query =
            timing::span("shop::catalogue::price::of_a_customer_with_a_very_long_name::find");
        pass(6);
        timing::mark("key in cache");
    }
    let _render = timing::span("render");
    pass(4);
    recording.finish()
}

#[test]
fn every_node_has_a_row_with_its_name_and_a_tooltip() {
    let svg = small().to_svg();
    let texts = texts(&svg);
    for text in [
        "GET /checkout",
        "12.0 ms · 3 spans · 1 mark",
        "key in cache",
        "render",
        "6.00 ms",
        "running",
    ] {
        assert!(texts.iter().any(|each| each == text), "{text}: {texts:?}");
    }
    // A long name is cut, and whole in the tooltip.
    assert!(
        texts.iter().any(|text| text == "…of_a_customer_with_a_very_long_name::find"),
        "{texts:?}"
    );
    let titles = titles(&svg);
    assert_eq!(titles[0], "GET /checkout");
    assert!(titles[2].starts_with("shop::catalogue::price::of_a_customer_with_a_very_long_name::find\nat 2.00 ms\ntook 6.00 ms\non "), "{titles:?}");
    assert!(titles[4].starts_with("render\nat 8.00 ms\nstill running\non "), "{titles:?}");
}

#[test]
fn bars_are_where_the_time_was() {
    let svg = small().to_svg();
    let document = Document::parse(&svg).expect("is well-formed");
    let bars: Vec<_> = document
        .descendants()
        .filter(|node| node.has_tag_name("rect") && node.attribute("rx") == Some("3"))
        .map(|node| (number(node, "x"), number(node, "width")))
        .collect();
    let [(left, whole), (query, six), (render, four)] = bars[..] else { panic!("{bars:?}") };
    let per_ms = whole / 12.0;
    let near = |a: f64, b: f64| (a - b).abs() < 0.2;
    assert!(near(query, left + 2.0 * per_ms) && near(six, 6.0 * per_ms), "{bars:?}");
    assert!(near(render, left + 8.0 * per_ms) && near(four, 4.0 * per_ms), "{bars:?}");
}

#[test]
fn everything_is_inside_of_the_picture() {
    let svg = small().to_svg();
    let document = Document::parse(&svg).expect("is well-formed");
    let root = document.root_element();
    let (width, height) = (number(root, "width"), number(root, "height"));
    for rect in document.descendants().filter(|node| node.has_tag_name("rect")) {
        let x = rect.attribute("x").map_or(0.0, |_| number(rect, "x"));
        let y = rect.attribute("y").map_or(0.0, |_| number(rect, "y"));
        assert!(x >= 0.0 && x + number(rect, "width") <= width, "{rect:?}");
        assert!(y >= 0.0 && y + number(rect, "height") <= height, "{rect:?}");
    }
    // It names nothing outside of itself but the language it is in.
    assert_eq!(svg.matches("http").count(), 1);
    for outside in ["href", "<script", "<image", "@import", "url(h"] {
        assert!(!svg.contains(outside), "{outside}");
    }
}

#[test]
fn names_of_any_kind_leave_it_well_formed() {
    let ((), tree) = timing::record("<&\"'> ]]> \u{0}\u{1b}\u{fffe}", || {
        for name in [
            "a < b && c > d",
            "</text>",
            "\u{7f}\n\ttab",
            "日本語のとても長い名前日本語のとても長い名前",
            "\u{2028}",
            "",
            "x",
        ] {
            let _span = timing::span(name);
            timing::mark(name);
        }
    });
    let titles = titles(&tree.to_svg());
    assert_eq!(titles.len(), 1 + tree.len());
    assert!(titles.iter().any(|title| title.starts_with("a < b && c > d\n")), "{titles:?}");
}

#[test]
fn threads_have_colours_and_a_legend() {
    let ((), tree) = timing::record("root", || {
        for name in ["reader", "writer"] {
            let work = dyno::Scope::current().wrap(move || timing::span("work").end());
            let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work);
            thread.expect("starts").join().expect("joins");
        }
    });
    let svg = tree.to_svg();
    let texts = texts(&svg);
    assert!(texts.contains(&"reader".to_owned()) && texts.contains(&"writer".to_owned()));
    assert!(texts.iter().any(|text| text.ends_with("3 spans · 3 threads")), "{texts:?}");
}

#[test]
fn large_trees_are_drawn_in_part_and_say_so() {
    let ((), tree) = Recording::new("root").max_nodes(1500).run(|| {
        for n in 0..2000 {
            let _span = timing::span(format_args!("{n}"));
        }
    });
    let svg = tree.to_svg();
    let texts = texts(&svg);
    assert_eq!(
        texts.last().map(String::as_str),
        Some("… 500 more are in the tree, for 501 there was no room in 1500")
    );
    assert_eq!(svg.matches("<g class=\"r\">").count(), 1000);
}

#[test]
fn nothing_deep_and_unstarted_trees_are_drawn_as_well() {
    assert!(texts(&Tree::default().to_svg()).contains(&"0".to_owned()));
    let timer = Timer::new("never");
    assert!(texts(&timer.tree().to_svg()).contains(&"not started".to_owned()));
    let ((), deep) = timing::record("root", || {
        let spans: Vec<_> = (0..200).map(|n| timing::span(format_args!("level {n}"))).collect();
        drop(spans);
    });
    let svg = deep.to_svg();
    let document = Document::parse(&svg).expect("is well-formed");
    assert!(
        document
            .descendants()
            .filter(|it| it.has_tag_name("text"))
            .all(|it| number(it, "x") < 1200.0)
    );
}
