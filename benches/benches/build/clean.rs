//! A clean build with one dependency.

use std::time::Duration;

use benches::{Section, Table, quick};

use crate::project::{Project, workspace};

/// The peers, each with its default features.
const PEERS: [(&str, &str); 7] = [
    ("nject", "0.5"),
    ("more-di", "3.2"),
    ("shaku", "0.6"),
    ("dill", "0.17"),
    ("backon", "1"),
    ("recloser", "1"),
    ("failsafe", "1"),
];

pub(crate) fn run(section: &mut Section) {
    section.heading(
        "A clean debug build with one dependency",
        "CPU time of everything that is compiled for an empty library with this one dependency, its \
         default features; the crates without the library itself. The rounds take turns.",
    );
    let dyno = format!("dyno = {{ path = \"{}\" }}\n", workspace().join("dyno").display());
    let mut projects = vec![("dyno", Project::new("on-dyno", &dyno, ""))];
    projects.extend(PEERS.iter().map(|(name, version)| {
        let dependency = format!("{name} = \"{version}\"\n");
        (*name, Project::new(&format!("on-{name}"), &dependency, ""))
    }));

    let mut took = vec![Vec::new(); projects.len()];
    for _ in 0..if quick() { 1 } else { 3 } {
        for (i, (_, project)) in projects.iter().enumerate() {
            took[i].push(project.build_all());
        }
    }

    let mut table = Table::new(&["crate", "crates", "CPU seconds, min", "max"]);
    for ((name, project), took) in projects.iter().zip(&took) {
        let (min, max) = (took.iter().min(), took.iter().max());
        let seconds = |time: Option<&Duration>| time.map_or(f64::NAN, Duration::as_secs_f64);
        let (min, max) = (seconds(min), seconds(max));
        let crates = project.crates();
        table.row(&[
            (*name).to_owned(),
            crates.to_string(),
            format!("{min:.1}"),
            format!("{max:.1}"),
        ]);
    }
    section.add(&table);
}
