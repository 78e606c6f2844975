//! A throw-away project, and what cargo takes for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use benches::children_cpu;

/// A crate of its own in the target directory, with the versions of this workspace's lock file.
pub(crate) struct Project(PathBuf);

impl Project {
    /// `dependencies` as they stand in a manifest.
    pub(crate) fn new(name: &str, dependencies: &str, source: &str) -> Self {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("build").join(name);
        let project = Self(dir);
        fs::create_dir_all(project.0.join("src")).expect("a directory in the target directory");
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\n{dependencies}\n[workspace]\n"
        );
        project.write("Cargo.toml", &manifest);
        project.write("src/lib.rs", source);
        let lock = workspace().join("Cargo.lock");
        fs::copy(lock, project.0.join("Cargo.lock")).expect("the workspace has a lock file");
        // Takes out of it what this project does not use.
        project.cargo(&["update", "--workspace"]);
        project
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.0.join(path), text).expect("the target directory can be written");
    }

    /// The number of crates, without the project itself.
    pub(crate) fn crates(&self) -> usize {
        let edges = ["tree", "--edges", "normal,build", "--prefix", "none", "--no-dedupe"];
        let output = self.command(&edges).output().expect("cargo runs");
        let text = String::from_utf8_lossy(&output.stdout).replace(" (proc-macro)", "");
        let mut names: Vec<_> = text.lines().skip(1).collect();
        names.sort_unstable();
        names.dedup();
        names.len()
    }

    /// CPU time of a clean `cargo build`, with everything it depends on.
    pub(crate) fn build_all(&self) -> Duration {
        self.cargo(&["clean"]);
        self.cargo(&["build"])
    }

    /// CPU time of `cargo check` or `cargo build` of the project alone.
    pub(crate) fn again(&self, command: &str) -> Duration {
        // A second build in between would find nothing to do.
        let lib = self.0.join("src/lib.rs");
        let text = fs::read_to_string(&lib).expect("the source");
        self.write("src/lib.rs", &text);
        self.cargo(&[command])
    }

    /// CPU time of a cargo command and all that it runs.
    ///
    /// # Panics
    /// When it fails.
    fn cargo(&self, args: &[&str]) -> Duration {
        let before = children_cpu();
        let output = self.command(args).output().expect("cargo runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "cargo {args:?} in {}:\n{said}", self.0.display());
        children_cpu().saturating_sub(before)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
        command.args(args).arg("--offline").arg("--quiet").current_dir(&self.0);
        command.env("CARGO_TARGET_DIR", self.0.join("target")).env("CARGO_INCREMENTAL", "0");
        command.stdin(Stdio::null());
        command
    }
}

/// The root of the workspace.
pub(crate) fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("benches is in the workspace")
}
