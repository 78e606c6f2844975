//! What the documentation of an example says it prints, it prints.

use std::fs;
use std::path::Path;
use std::process::Command;

/// It tells times that differ from run to run.
const TIMED: [&str; 1] = ["inject"];

#[test]
fn the_documentation_shows_what_is_printed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut shown = 0;
    for file in fs::read_dir(folder).expect("the examples are there").flatten() {
        let path = file.path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        let source = fs::read_to_string(&path).expect("the source can be read");
        let Some(said) = block(&source) else { continue };
        shown += 1;
        let (said, printed) = (told(name, &said), told(name, &run(name)));
        assert_eq!(said, printed, "{name}.rs says (left) what it does not print (right)");
    }
    assert!(shown >= 20, "only {shown} examples say what they print");
}

/// The `text` block of the documentation.
fn block(source: &str) -> Option<String> {
    let doc = source.lines().map_while(|line| line.strip_prefix("//!"));
    let mut lines = doc.map(|line| line.strip_prefix(' ').unwrap_or(line));
    lines.find(|line| *line == "```text")?;
    Some(lines.take_while(|line| *line != "```").collect::<Vec<_>>().join("\n"))
}

/// In the environment that the documentation has in mind.
fn run(name: &str) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--package", "examples", "--example", name]);
    let output = cargo.env_remove("SHOP_DISCOUNT").output().expect("cargo runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name} failed: {errors}");
    String::from_utf8(output.stdout).expect("text")
}

/// The same on every machine.
fn told(name: &str, text: &str) -> String {
    let text = text.trim_end().replace('\\', "/");
    if !TIMED.contains(&name) {
        return text;
    }
    let words = |line: &str| line.split_whitespace().map(plain).collect::<Vec<_>>().join(" ");
    text.lines().map(words).collect::<Vec<_>>().join("\n")
}

/// A word, unless it is a time or the name of a thread.
fn plain(word: &str) -> &str {
    let bare = word.trim_end_matches([',', ':', ')']);
    let figures = bare.trim_end_matches(char::is_alphabetic);
    let timed = figures.len() < bare.len() && figures.parse::<f64>().is_ok();
    match word {
        _ if timed => "TIME",
        _ if word.starts_with("dyno-build-") => "THREAD",
        _ => word,
    }
}
