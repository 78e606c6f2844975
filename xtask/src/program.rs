//! Programs that must run, not only compile: the examples and the storefront.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cmd::{Cmd, Failure};

/// Far more than a demonstration may take: whatever is over it hangs.
const LIMIT: Duration = Duration::from_secs(120);

/// Runs every program of `examples/examples/`.
pub(crate) fn examples() -> Result<(), Failure> {
    let build = Cmd::new("cargo build --locked --package examples --examples");
    println!("$ {build}");
    build.run()?;
    let names = targets(Path::new("examples/examples"));
    if names.is_empty() {
        return Err(Failure::new("examples/examples/ is empty", "ls examples/examples"));
    }
    for name in names {
        let run = Cmd::new("cargo run --quiet --locked --package examples --example").arg(name);
        println!("$ {run}");
        let start = Instant::now();
        run.run_within(LIMIT)?;
        println!("  ({:.1} s)", start.elapsed().as_secs_f64());
    }
    Ok(())
}

/// Runs the storefront in release with a small load and reads the JSON it prints.
pub(crate) fn storefront() -> Result<(), Failure> {
    let build = Cmd::new("cargo build --locked --release --package storefront");
    println!("$ {build}");
    build.run()?;
    let run = Cmd::new(
        "cargo run --quiet --locked --release --package storefront -- \
         --requests 400 --tills 4 --seed 7 --json",
    );
    println!("$ {run}");
    let text = run.output_within(LIMIT)?;
    println!("{}", text.trim());
    match serde_json::from_str::<Value>(&text) {
        Ok(Value::Object(fields)) if !fields.is_empty() => Ok(()),
        Ok(other) => Err(run.failed(&format!("no object of results, but {other}"))),
        Err(e) => Err(run.failed(&format!("what it prints is not JSON: {e}"))),
    }
}

/// The targets that cargo finds by itself in a folder: `NAME.rs` and `NAME/main.rs`, sorted.
pub(crate) fn targets(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.filter_map(|entry| target(&entry.path())).collect();
    names.sort();
    names
}

fn target(path: &Path) -> Option<String> {
    let source = path.extension().is_some_and(|ext| ext == "rs") || path.join("main.rs").is_file();
    source.then(|| path.file_stem()?.to_str().map(str::to_owned)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_files_and_folders_with_a_main() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(targets(&here.join("src")).contains(&"program".to_owned()));
        assert_eq!(targets(here), ["src"], "Cargo.toml is no target, src/main.rs makes one");
        assert_eq!(targets(&here.join("no-such-folder")), Vec::<String>::new());
    }
}
