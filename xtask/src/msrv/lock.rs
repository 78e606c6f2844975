//! What the locked dependencies of the published crates state about the Rust they need.
//!
//! `cargo tree` knows which there are, on every platform, with the features of these crates alone
//! (`cargo metadata` mixes in what the other members enable); `cargo metadata` knows their
//! `rust-version`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{MSRV, PUBLISHED, text};
use crate::cmd::{Cmd, Failure};

/// Dependencies that state no `rust-version`, and how it is known that they are old enough.
const UNSTATED: &[(&str, &str)] = &[
    ("arc-swap", "its own CI builds it with 1.45"),
    ("coarsetime", "edition 2018, and built here by the oldest Rust"),
    ("encode_unicode", "its README promises 1.56, its own CI builds it with that"),
    ("wasi", "edition 2018; built for WASI only, where a coarse clock is not read"),
    ("wasix", "edition 2018; built for WASI only, where a coarse clock is not read"),
];

/// The lock file as cargo reads it.
pub(super) struct Lock {
    metadata: Value,
}

/// One line for each published crate or dependency that asks for more than [`MSRV`].
#[derive(Debug)]
pub(super) struct TooYoung {
    /// Built with the default features.
    pub(super) default: Vec<String>,
    /// Built with further features only.
    pub(super) optional: Vec<String>,
}

/// Name and version.
type Package = (String, String);

impl Lock {
    pub(super) fn read() -> Result<Self, Failure> {
        let read = Cmd::new("cargo metadata --locked --all-features --format-version 1");
        let metadata = serde_json::from_str(&read.output()?);
        let metadata = metadata.map_err(|e| read.failed(&format!("not JSON: {e}")))?;
        Ok(Self { metadata })
    }

    /// Absolute.
    pub(super) fn target_directory(&self) -> PathBuf {
        Path::new(word(&self.metadata["target_directory"])).to_owned()
    }

    pub(super) fn too_young(&self) -> Result<TooYoung, Failure> {
        let default = tree("")?;
        let optional = tree("--all-features")?.difference(&default).cloned().collect();
        Ok(TooYoung { default: self.young_of(&default), optional: self.young_of(&optional) })
    }

    fn young_of(&self, packages: &BTreeSet<Package>) -> Vec<String> {
        let all = self.metadata["packages"].as_array().into_iter().flatten();
        let stated: BTreeMap<_, _> = all
            .map(|p| ((word(&p["name"]), word(&p["version"])), p["rust_version"].as_str()))
            .collect();
        let problem = |package: &Package| {
            let stated = stated.get(&(package.0.as_str(), package.1.as_str()));
            judged(package, stated.copied().flatten())
        };
        packages.iter().filter_map(problem).collect()
    }
}

/// All that the published crates are built from, with themselves.
fn tree(flags: &str) -> Result<BTreeSet<Package>, Failure> {
    let packages: Vec<_> = PUBLISHED.iter().map(|krate| format!("--package {krate}")).collect();
    let tree = Cmd::new(&format!(
        "cargo tree --locked {} {flags} --edges normal,build --target all --prefix none --format {{p}}",
        packages.join(" ")
    ));
    let set = listed(&tree.output()?);
    // A listing that cannot be read would find nothing too young.
    if PUBLISHED.iter().all(|krate| set.iter().any(|(name, _)| name == krate)) {
        Ok(set)
    } else {
        Err(tree.failed("the published crates are not in the tree"))
    }
}

/// Lines such as `syn v3.0.9 (*)`.
fn listed(tree: &str) -> BTreeSet<Package> {
    let lines = tree.lines().map(str::split_whitespace);
    let package = |mut words: std::str::SplitWhitespace<'_>| {
        Some((words.next()?.to_owned(), words.next()?.strip_prefix('v')?.to_owned()))
    };
    lines.filter_map(package).collect()
}

/// What is wrong with a package that states this.
fn judged((name, version): &Package, stated: Option<&str>) -> Option<String> {
    let Some(stated) = stated else {
        let Some((_, why)) = UNSTATED.iter().find(|(known, _)| known == name) else {
            return Some(format!("{name} {version} states no rust-version"));
        };
        println!("{name} {version} states no rust-version: {why}");
        return None;
    };
    let parsed = parse(stated);
    if PUBLISHED.contains(&name.as_str()) {
        let wrong = parsed != Some(MSRV);
        wrong.then(|| format!("{name} states rust-version {stated}, not {}", text(MSRV)))
    } else {
        let young = parsed.is_none_or(|stated| stated > MSRV);
        young.then(|| format!("{name} {version} needs Rust {stated}"))
    }
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn parse(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next().unwrap_or(Ok(0)).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn package(name: &str) -> Package {
        (name.to_owned(), "2.0.0".to_owned())
    }

    #[test]
    fn reads_versions() {
        assert_eq!(parse("1.85"), Some((1, 85)));
        assert_eq!(parse("1.85.1"), Some((1, 85)));
        assert_eq!(parse("1"), Some((1, 0)));
        assert_eq!(parse("new"), None);
    }

    #[test]
    fn reads_the_tree() {
        let tree = "dyno v2.0.0 (/a b/dyno)\nm v2.0.0 (proc-macro)\n\nm v2.0.0 (proc-macro) (*)\n";
        assert_eq!(listed(tree), BTreeSet::from(["dyno", "m"].map(package)));
    }

    #[test]
    fn a_dependency_may_not_ask_for_more() {
        assert_eq!(judged(&package("old"), Some("1.85")), None);
        assert_eq!(
            judged(&package("new"), Some("1.86")).as_deref(),
            Some("new 2.0.0 needs Rust 1.86")
        );
    }

    #[test]
    fn silence_is_accepted_only_where_it_is_known() {
        let said = judged(&package("mute"), None);
        assert_eq!(said.as_deref(), Some("mute 2.0.0 states no rust-version"));
        assert_eq!(judged(&package("arc-swap"), None), None);
    }

    #[test]
    fn the_published_crates_state_it_themselves() {
        let raised = judged(&package("dyno-macros"), Some("1.88"));
        assert_eq!(raised.as_deref(), Some("dyno-macros states rust-version 1.88, not 1.85"));
    }

    #[test]
    fn each_package_is_judged_by_its_own_version() {
        let lock = Lock {
            metadata: json!({ "packages": [
                { "name": "two", "version": "1.0.0", "rust_version": "1.90" },
                { "name": "two", "version": "2.0.0", "rust_version": "1.60" },
            ] }),
        };
        assert_eq!(lock.young_of(&BTreeSet::from([package("two")])), [""; 0]);
        let old = ("two".to_owned(), "1.0.0".to_owned());
        assert_eq!(lock.young_of(&BTreeSet::from([old])), ["two 1.0.0 needs Rust 1.90"]);
    }
}
