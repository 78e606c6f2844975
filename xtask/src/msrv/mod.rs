//! The oldest Rust that dyno promises to build with.
//!
//! That toolchain decides: rustup's where it is installed, else [Debian's](debian), unpacked below
//! the target directory. With neither to be had three checks stand in, none of which is a proof:
//! clippy knows which std item is younger than `rust-version`; rustfmt, told to read edition 2021,
//! rejects `if let` chains, the one younger syntax that is easily written (not inside macros); and
//! every dependency in the lock must [promise](lock) as much. That last one runs in any case: a
//! toolchain sees this platform's dependencies alone.

mod debian;
mod lock;

use std::path::Path;

use crate::cmd::{Cmd, Failure};

/// As in `rust-version` of the workspace.
const MSRV: (u32, u32) = (1, 85);
const PUBLISHED: &[&str] = &["dyno", "dyno-macros"];

/// What checks, and the cargo command line it does so with.
enum Judge {
    Rustup(String),
    Debian(debian::Toolchain),
    StandIn,
}

/// Checks the published crates against [`MSRV`].
pub(crate) fn check() -> Result<(), Failure> {
    let lock = lock::Lock::read()?;
    let features = features(&lock.too_young()?)?;
    let target = lock.target_directory();
    let judge = Judge::find(&target.join("msrv-toolchain"));
    println!("checked by: {}", judge.name());
    for flags in features {
        let mut check = judge.cargo().args(["--locked", "--package", "dyno"]);
        check = check.args(["--package", "dyno-macros"]).args(flags.split_whitespace());
        // A directory of its own: another compiler's output would be built over and over.
        if !matches!(judge, Judge::StandIn) {
            check = check.arg("--target-dir").arg(target.join("msrv").display().to_string());
        }
        announced(&check.args(judge.last()))?;
    }
    if matches!(judge, Judge::StandIn) {
        old_syntax()?;
    }
    println!("{}", judge.verdict());
    Ok(())
}

impl Judge {
    fn find(dir: &Path) -> Self {
        if let Some(name) = installed() {
            return Self::Rustup(name);
        }
        println!("rustup has no toolchain {}: looking for Debian's", text(MSRV));
        match debian::Toolchain::get(dir) {
            Ok(toolchain) => Self::Debian(toolchain),
            Err(failure) => {
                println!("Debian's cannot be had: {}", failure.brief());
                Self::StandIn
            }
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Rustup(name) => format!("rustup's toolchain {name}"),
            Self::Debian(toolchain) => {
                format!("Debian's toolchain in {}", toolchain.dir().display())
            }
            Self::StandIn => "clippy and rustfmt, a stand-in".to_owned(),
        }
    }

    fn cargo(&self) -> Cmd {
        match self {
            Self::Rustup(name) => Cmd::new(&format!("rustup run {name} cargo check")),
            Self::Debian(toolchain) => toolchain.cargo().arg("check"),
            Self::StandIn => Cmd::new("cargo clippy"),
        }
    }

    fn last(&self) -> &'static [&'static str] {
        match self {
            Self::Rustup(_) | Self::Debian(_) => &[],
            Self::StandIn => &["--", "-D", "clippy::incompatible_msrv"],
        }
    }

    fn verdict(&self) -> String {
        let msrv = text(MSRV);
        match self {
            Self::Rustup(_) | Self::Debian(_) => format!("built with Rust {msrv} itself"),
            Self::StandIn => format!(
                "NOT built with Rust {msrv}, only read by newer tools: \
                 `rustup toolchain install {msrv}` makes this a proof"
            ),
        }
    }
}

/// The feature sets to check: all of them, unless an optional dependency is too young.
fn features(young: &lock::TooYoung) -> Result<&'static [&'static str], Failure> {
    let msrv = text(MSRV);
    if !young.default.is_empty() {
        let what = format!(
            "{}. Remedy: `cargo update <name> --precise <a version that states {msrv} or less>`, \
             where the requirement allows none a lower requirement in the manifest, or else a \
             raised `rust-version` in Cargo.toml and MSRV in xtask",
            young.default.join("; ")
        );
        return Err(Failure::new(what, "cargo xtask test msrv"));
    }
    if young.optional.is_empty() {
        println!("no dependency of {} asks for more than {msrv}", PUBLISHED.join(" or "));
        return Ok(&["", "--all-features"]);
    }
    println!(
        "only the default features keep the promise of {msrv}, so only they are checked: {}",
        young.optional.join("; ")
    );
    Ok(&[""])
}

fn old_syntax() -> Result<(), Failure> {
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

/// A toolchain of rustup's of exactly that release.
fn installed() -> Option<String> {
    let list = Cmd::new("rustup toolchain list").output().ok()?;
    pick(&list).map(str::to_owned)
}

fn pick(list: &str) -> Option<&str> {
    let mut names = list.lines().filter_map(|line| line.split_whitespace().next());
    names.find(|name| is_msrv(name))
}

/// Whether this names [`MSRV`] or a patch release of it: `1.85`, `1.85.1`, `1.85-x86_64-…`.
fn is_msrv(version: &str) -> bool {
    let rest = version.strip_prefix(&text(MSRV));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
}

fn text((major, minor): (u32, u32)) -> String {
    format!("{major}.{minor}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picks_the_release_and_no_other() {
        let host = "x86_64-unknown-linux-gnu";
        assert_eq!(pick(&format!("stable-{host} (active, default)\n1.95.0-{host}")), None);
        assert_eq!(pick("1.850-x"), None);
        assert_eq!(pick("nightly\n1.85.1-x (default)"), Some("1.85.1-x"));
        assert_eq!(pick("1.85"), Some("1.85"));
    }

    fn young(default: &[&str], optional: &[&str]) -> lock::TooYoung {
        let owned = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect();
        lock::TooYoung { default: owned(default), optional: owned(optional) }
    }

    #[test]
    fn a_young_optional_dependency_leaves_the_default_features() {
        assert_eq!(features(&young(&[], &[])).unwrap(), ["", "--all-features"]);
        assert_eq!(features(&young(&[], &["new 2.0.0 needs Rust 1.86"])).unwrap(), [""]);
    }

    #[test]
    fn a_young_default_dependency_is_a_failure_with_its_remedy() {
        let failure = features(&young(&["new 2.0.0 needs Rust 1.86"], &[])).unwrap_err();
        let said = failure.to_string();
        assert!(said.contains("new 2.0.0 needs Rust 1.86. Remedy: `cargo update"), "{said}");
    }

    #[test]
    fn only_the_stand_in_says_that_it_proves_nothing() {
        assert!(Judge::StandIn.verdict().starts_with("NOT built"));
        assert!(Judge::Rustup("1.85".to_owned()).verdict().starts_with("built"));
        assert!(Judge::StandIn.last().contains(&"clippy::incompatible_msrv"));
    }
}
