//! The oldest Rust that dyno promises to build with.
//!
//! With that toolchain at hand (`rustup toolchain list`) it decides. Without it three checks stand in,
//! none of which is a proof: clippy knows which std item is younger than `rust-version`; rustfmt,
//! told to read edition 2021, rejects `if let` chains, the one younger syntax that is easily written
//! (not inside macros); and every dependency of the published crates must promise as much as they do.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::cmd::{Cmd, Failure};

/// As in `rust-version` of the workspace.
const MSRV: (u32, u32) = (1, 85);
const PUBLISHED: &[&str] = &["dyno", "dyno-macros"];
/// Dependencies that state no `rust-version`, and how it is known that they are old enough.
const UNSTATED: &[(&str, &str)] = &[
    ("arc-swap", "its own CI builds it with 1.45"),
    ("encode_unicode", "its README promises 1.56, its own CI builds it with that"),
];

/// Checks the published crates against [`MSRV`].
pub(crate) fn check() -> Result<(), Failure> {
    let metadata = Cmd::new("cargo metadata --locked --all-features --format-version 1");
    let graph = serde_json::from_str(&metadata.output()?)
        .map_err(|e| metadata.failed(&format!("not JSON: {e}")))?;
    let problems = too_young(&graph);
    if !problems.is_empty() {
        return Err(Failure::new(problems.join("; "), "cargo xtask test msrv"));
    }
    println!("no dependency of {} asks for more than {}", PUBLISHED.join(" or "), text(MSRV));
    match toolchain() {
        Some(toolchain) => {
            println!("checked by: the toolchain {toolchain}");
            announced(&Cmd::new(&format!("rustup run {toolchain} cargo check --locked {FLAGS}")))
        }
        None => stand_in(),
    }
}

const FLAGS: &str = "--package dyno --package dyno-macros --all-features";

fn stand_in() -> Result<(), Failure> {
    println!(
        "checked by: clippy and rustfmt, for no toolchain {} is installed \
         (`rustup toolchain install {0}` makes this a proof)",
        text(MSRV)
    );
    let lint = "-- -D clippy::incompatible_msrv";
    announced(&Cmd::new(&format!("cargo clippy --locked {FLAGS} {lint}")))?;
    for krate in PUBLISHED {
        let parse = format!("rustfmt --edition 2021 --emit stdout {krate}/src/lib.rs");
        println!("$ {parse} >/dev/null");
        Cmd::new(&parse).output()?;
    }
    Ok(())
}

fn announced(cmd: &Cmd) -> Result<(), Failure> {
    println!("$ {cmd}");
    cmd.run()
}

/// An installed toolchain of exactly that release.
fn toolchain() -> Option<String> {
    let list = Cmd::new("rustup toolchain list").output().ok()?;
    pick(&list).map(str::to_owned)
}

fn pick(list: &str) -> Option<&str> {
    let names = list.lines().filter_map(|line| line.split_whitespace().next());
    let wanted = text(MSRV);
    names.into_iter().find(|name| {
        let rest = name.strip_prefix(&wanted);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
    })
}

/// One line for each published crate or dependency (normal or build, any platform) that asks for more.
fn too_young(metadata: &Value) -> Vec<String> {
    let packages: BTreeMap<_, _> =
        items(&metadata["packages"]).map(|package| (word(&package["id"]), package)).collect();
    let mut problems = Vec::new();
    for id in reached(metadata, &packages) {
        let package = packages[id];
        let (name, version) = (word(&package["name"]), word(&package["version"]));
        match package["rust_version"].as_str() {
            Some(stated) if PUBLISHED.contains(&name) && parse(stated) != Some(MSRV) => {
                problems.push(format!("{name} states rust-version {stated}, not {}", text(MSRV)));
            }
            Some(stated) if parse(stated).is_none_or(|stated| stated > MSRV) => {
                problems.push(format!("{name} {version} needs Rust {stated}"));
            }
            Some(_) => {}
            None => match UNSTATED.iter().find(|(known, _)| *known == name) {
                Some((_, why)) => println!("{name} {version} states no rust-version: {why}"),
                None => problems.push(format!("{name} {version} states no rust-version")),
            },
        }
    }
    problems
}

/// The published crates and all that they are built from.
fn reached<'a>(metadata: &'a Value, packages: &BTreeMap<&'a str, &'a Value>) -> BTreeSet<&'a str> {
    let nodes: BTreeMap<_, _> =
        items(&metadata["resolve"]["nodes"]).map(|node| (word(&node["id"]), node)).collect();
    let published = |id: &&str| PUBLISHED.contains(&word(&packages[id]["name"]));
    let mut open: Vec<&str> = nodes.keys().copied().filter(published).collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            let deps = items(&nodes[id]["deps"]);
            let built = |dep: &&Value| items(&dep["dep_kinds"]).any(|kind| kind["kind"] != "dev");
            open.extend(deps.filter(built).map(|dep| word(&dep["pkg"])));
        }
    }
    seen
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn parse(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next().unwrap_or(Ok(0)).ok()?))
}

fn text((major, minor): (u32, u32)) -> String {
    format!("{major}.{minor}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn picks_the_release_and_no_other() {
        let host = "x86_64-unknown-linux-gnu";
        assert_eq!(pick(&format!("stable-{host} (active, default)\n1.95.0-{host}")), None);
        assert_eq!(pick("1.850-x"), None);
        assert_eq!(pick("nightly\n1.85.1-x (default)"), Some("1.85.1-x"));
        assert_eq!(pick("1.85"), Some("1.85"));
    }

    #[test]
    fn reads_versions() {
        assert_eq!(parse("1.85"), Some((1, 85)));
        assert_eq!(parse("1.85.1"), Some((1, 85)));
        assert_eq!(parse("1"), Some((1, 0)));
        assert_eq!(parse("new"), None);
    }

    /// dyno → `name` (needs `rust`), by a dependency of this kind.
    fn graph(name: &str, rust: Option<&str>, kind: Option<&str>) -> Value {
        let dep = json!([{ "pkg": "b", "dep_kinds": [{ "kind": kind }] }]);
        json!({
            "packages": [
                { "id": "a", "name": "dyno", "version": "0.1.0", "rust_version": "1.85" },
                { "id": "b", "name": name, "version": "2.0.0", "rust_version": rust },
            ],
            "resolve": { "nodes": [{ "id": "a", "deps": dep }, { "id": "b", "deps": [] }] },
        })
    }

    #[test]
    fn a_dependency_may_not_ask_for_more() {
        assert_eq!(too_young(&graph("old", Some("1.85"), None)), [""; 0]);
        assert_eq!(too_young(&graph("new", Some("1.86"), None)), ["new 2.0.0 needs Rust 1.86"]);
        assert_eq!(too_young(&graph("new", Some("1.86"), Some("build"))).len(), 1);
        assert_eq!(too_young(&graph("new", Some("1.86"), Some("dev"))), [""; 0]);
    }

    #[test]
    fn silence_is_accepted_only_where_it_is_known() {
        assert_eq!(too_young(&graph("mute", None, None)), ["mute 2.0.0 states no rust-version"]);
        assert_eq!(too_young(&graph("arc-swap", None, None)), [""; 0]);
    }

    #[test]
    fn the_published_crates_state_it_themselves() {
        let raised = graph("dyno-macros", Some("1.88"), None);
        assert_eq!(too_young(&raised), ["dyno-macros states rust-version 1.88, not 1.85"]);
    }
}
