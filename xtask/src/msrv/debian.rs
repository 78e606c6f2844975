//! Debian's `rustc-web` and `cargo-web`, unpacked and not installed.
//!
//! `apt-get install --simulate` says which packages they lack on this machine, `apt-get download`
//! fetches those, `dpkg -x` unpacks them below a directory of the workspace's. No file outside of it
//! changes (but for apt's lists, when they are too old), so no `rustc` in PATH does either.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{MSRV, is_msrv, text};
use crate::cmd::{Cmd, Failure};
use crate::tools;

/// Whose version is pinned: Debian's security updates carry a younger one of each.
const PACKAGES: &[&str] = &["rustc-web", "cargo-web", "libstd-rust-web-dev"];

/// An unpacked toolchain of the release [`MSRV`].
pub(super) struct Toolchain {
    dir: PathBuf,
}

impl Toolchain {
    /// The one in `dir` (absolute), fetched if it is not there.
    pub(super) fn get(dir: &Path) -> Result<Self, Failure> {
        let toolchain = Self { dir: dir.to_owned() };
        if toolchain.works() {
            return Ok(toolchain);
        }
        let part = dir.with_extension("part");
        // The lists of a fresh image are stale or absent: fetch them and try once more.
        fetch(&part).or_else(|failure| {
            if !tools::on_path("apt-get") {
                return Err(failure);
            }
            println!("{}: fetching apt's lists", failure.brief());
            Cmd::new(&format!("{} update", tools::apt())).run()?;
            fetch(&part)
        })?;
        // Only a whole one gets the name, whatever interrupts.
        let moved = emptied(dir).and_then(|()| fs::rename(&part, dir));
        moved.map_err(|e| {
            Failure::new(format!("{}: {e}", dir.display()), "cargo xtask test msrv")
        })?;
        if toolchain.works() {
            Ok(toolchain)
        } else {
            Err(toolchain.rustc().failed("does not run"))
        }
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Its cargo, told to use its rustc.
    pub(super) fn cargo(&self) -> Cmd {
        self.program("cargo").env("RUSTC", self.path("rustc"))
    }

    fn rustc(&self) -> Cmd {
        self.program("rustc").arg("--version")
    }

    fn works(&self) -> bool {
        let release = |said: String| said.split_whitespace().nth(1).is_some_and(is_msrv);
        Path::new(&self.path("rustc")).is_file()
            && self.rustc().output().is_ok_and(release)
            && self.cargo().arg("--version").succeeds()
    }

    fn program(&self, name: &str) -> Cmd {
        Cmd::new("").arg(self.path(name)).env("LD_LIBRARY_PATH", libraries(&self.dir))
    }

    fn path(&self, program: &str) -> String {
        self.dir.join("usr/bin").join(program).display().to_string()
    }
}

/// Downloads the packages and unpacks them into `dir`, which starts out empty.
fn fetch(dir: &Path) -> Result<(), Failure> {
    let mut packages = Vec::new();
    for package in PACKAGES {
        let table = Cmd::new(&format!("apt-cache madison {package}"));
        match of_msrv(&table.output()?) {
            Some(version) => packages.push(format!("{package}={version}")),
            None => return Err(table.failed(&format!("it lists no {}", text(MSRV)))),
        }
    }
    let simulate = "apt-get install --simulate --no-install-recommends";
    packages.extend(lacking(&Cmd::new(simulate).args(&packages).output()?));
    packages.sort_unstable();
    packages.dedup();
    println!(
        "fetching Debian's toolchain {} into {}, without installing it: {}",
        text(MSRV),
        dir.with_extension("").display(),
        packages.join(" ")
    );
    let debs = dir.join("debs");
    let trouble = |e| Failure::new(format!("{}: {e}", debs.display()), "cargo xtask test msrv");
    emptied(dir).and_then(|()| fs::create_dir_all(&debs)).map_err(trouble)?;
    // It knows no other place to put them than the current directory.
    let there = Cmd::new("env -C").arg(debs.display().to_string());
    // The user that root would download as may not write there.
    let apt = ["apt-get", "download", "--quiet=2", "--option", "APT::Sandbox::User=root"];
    there.args(apt).args(&packages).run()?;
    for deb in fs::read_dir(&debs).map_err(trouble)? {
        let deb = deb.map_err(trouble)?.path().display().to_string();
        Cmd::new("dpkg -x").arg(deb).arg(dir.display().to_string()).run()?;
    }
    fs::remove_dir_all(&debs).map_err(trouble)
}

/// The first version of that release in the table: ` rustc-web | 1.85.0+dfsg3-1 | http://… Packages`.
fn of_msrv(table: &str) -> Option<&str> {
    let mut versions = table.lines().filter_map(|line| line.split('|').nth(1));
    versions.find(|version| is_msrv(version.trim())).map(str::trim)
}

/// What a simulated installation adds, as `name=version`. What it would upgrade is here already, and
/// the C library among that must not be mixed with another version of itself.
fn lacking(simulated: &str) -> Vec<String> {
    let lines = simulated.lines().filter_map(|line| line.strip_prefix("Inst "));
    let new =
        lines.filter_map(|line| line.split_once(" (")).filter(|(name, _)| !name.contains('['));
    new.filter_map(|(name, rest)| Some(format!("{name}={}", rest.split_whitespace().next()?)))
        .collect()
}

/// The directories below `dir` for `LD_LIBRARY_PATH`: `lib` and `usr/lib` with the architecture's.
fn libraries(dir: &Path) -> String {
    let mut found = Vec::new();
    for lib in [dir.join("usr/lib"), dir.join("lib")] {
        let inner = fs::read_dir(&lib).into_iter().flatten().flatten().map(|entry| entry.path());
        let of = |path: &PathBuf| path.file_name().is_some_and(is_architecture);
        found.extend(inner.filter(of));
        found.push(lib);
    }
    found.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(":")
}

fn is_architecture(name: &OsStr) -> bool {
    name.to_string_lossy().contains("-linux-")
}

fn emptied(dir: &Path) -> io::Result<()> {
    if dir.exists() { fs::remove_dir_all(dir) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_release_among_younger_ones() {
        let table = " rustc-web | 1.96.0+dfsg1-1~deb12u2 | http://a bookworm-security/main amd64 Packages\n \
            rustc-web | 1.85.0+dfsg3-1~deb12u3 | http://a bookworm/main amd64 Packages\n";
        assert_eq!(of_msrv(table), Some("1.85.0+dfsg3-1~deb12u3"));
        assert_eq!(of_msrv(" rustc-web | 1.96.0 | http://a 1.85/main\n"), None);
        assert_eq!(of_msrv(""), None);
    }

    #[test]
    fn fetches_what_is_new_and_no_upgrade() {
        let simulated = "The following NEW packages will be installed:\n  rustc-web\n\
            Inst libllvm19 (1:19.1.7-3 Debian:12 [amd64])\n\
            Inst libc6 [2.36-9] (2.36-10 Debian:12 [amd64]) []\n\
            Remv rustc [1.63.0]\n\
            Inst rustc-web (1.85.0 Debian:12 [amd64])\n\
            Conf rustc-web (1.85.0 Debian:12 [amd64])\n";
        assert_eq!(lacking(simulated), ["libllvm19=1:19.1.7-3", "rustc-web=1.85.0"]);
    }

    #[test]
    fn an_empty_directory_holds_no_toolchain() {
        let none = Toolchain { dir: PathBuf::from("/nowhere") };
        assert!(!none.works());
        assert_eq!(libraries(none.dir()), "/nowhere/usr/lib:/nowhere/lib");
    }

    #[test]
    fn its_cargo_is_told_its_rustc() {
        let cargo = Toolchain { dir: PathBuf::from("/t") }.cargo().to_string();
        assert!(cargo.contains("RUSTC=/t/usr/bin/rustc /t/usr/bin/cargo"), "{cargo}");
    }
}
