//! What a default build of dyno pulls in: a short list, and nothing that has a runtime, a terminal or
//! a wire behind it. `cargo tree` is the witness.

use std::collections::BTreeSet;
use std::env;
use std::process::Command;

/// What dyno and dyno-macros may name themselves, each justified in their Cargo.toml.
const NAMED: &[&str] = &[
    "arc-swap",
    "coarsetime",
    "dyno-macros",
    "fastrand",
    "inventory",
    "once_cell",
    "proc-macro2",
    "quote",
    "rayon",
    "syn",
    "thiserror",
];

/// How many more crates come with those: crossbeam-deque, crossbeam-epoch, crossbeam-utils, either,
/// libc, rayon-core, rustversion, thiserror-impl, unicode-ident.
const BROUGHT_ALONG: usize = 9;

/// Found behind features that are off by default.
const OPTIONAL: &[&str] = &[
    "axum-core",
    "bytes",
    "futures-core",
    "http",
    "hyper",
    "indicatif",
    "log",
    "pin-project-lite",
    "reqwest",
    "rustls",
    "tokio",
    "tower-layer",
    "tower-service",
    "tracing",
];

#[test]
fn a_default_build_names_only_the_allowed_crates() {
    let named: BTreeSet<_> = ["dyno", "dyno-macros"]
        .iter()
        .flat_map(|package| names(&tree(&["--package", package, "--depth", "1"])))
        .filter(|name| name != "dyno")
        .collect();
    let extra: Vec<_> = named.iter().filter(|name| !NAMED.contains(&name.as_str())).collect();
    assert!(extra.is_empty(), "not allowed in a default build: {extra:?}, of {named:#?}");
    let unused: Vec<_> = NAMED.iter().filter(|name| !named.contains(**name)).collect();
    assert!(unused.is_empty(), "allowed but no longer used, take it off the list: {unused:?}");
}

#[test]
fn no_more_crates_come_with_them() {
    let all = names(&tree(&["--package", "dyno"]));
    let allowed = |name: &str| name == "dyno" || NAMED.contains(&name);
    let along: Vec<_> = all.iter().filter(|name| !allowed(name)).collect();
    assert!(
        along.len() <= BROUGHT_ALONG,
        "{} crates where {BROUGHT_ALONG} used to come along: {along:#?}",
        along.len()
    );
}

#[test]
fn optional_features_do_not_leak_in() {
    let default = names(&tree(&["--package", "dyno"]));
    let every = names(&tree(&["--package", "dyno", "--all-features"]));
    for name in OPTIONAL {
        assert!(every.contains(*name), "{name} is behind no feature: is this list out of date?");
        assert!(!default.contains(*name), "{name} leaked into a default build: {default:#?}");
    }
}

#[test]
fn no_crate_comes_in_two_versions() {
    let tree = tree(&["--package", "dyno"]);
    let crates: BTreeSet<_> = tree.lines().filter_map(name_and_version).collect();
    let twice: Vec<_> = crates
        .iter()
        .filter(|(name, _)| crates.iter().filter(|(n, _)| n == name).count() > 1)
        .collect();
    assert!(twice.is_empty(), "users compile these twice: {twice:?}");
}

/// `cargo tree` of what users build (no dev-dependencies), one `name vVERSION …` a line.
fn tree(args: &[&str]) -> String {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["tree", "--locked", "--quiet", "--edges", "normal,build", "--prefix", "none"])
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo tree {args:?}: {error}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn names(tree: &str) -> BTreeSet<String> {
    tree.lines().filter_map(name_and_version).map(|(name, _)| name.to_owned()).collect()
}

fn name_and_version(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split_whitespace();
    Some((words.next()?, words.next()?))
}
