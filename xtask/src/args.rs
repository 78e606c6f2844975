//! The command line: a few words, and the nearest one when a word is wrong.

use std::fmt::Write as _;

use crate::nearest::nearest;
use crate::step::{STEPS, Step};

const TASKS: &[&str] = &["test", "lint", "bench", "miri", "soak", "help"];

/// How long a soak lasts by itself.
const MINUTE: u64 = 60;

/// What was asked for.
#[derive(Debug, PartialEq)]
pub(crate) enum Task {
    Help,
    /// The steps named; none named means all.
    Test(Vec<Step>),
    Lint,
    Bench {
        name: Option<String>,
        rest: Vec<String>,
    },
    Miri,
    /// Seconds.
    Soak(u64),
}

impl Task {
    /// Reads the words after `cargo xtask`; the error is one line that names the word and its nearest.
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let Some(word) = words.next() else { return Err("which task?".to_owned()) };
        match word.as_str() {
            "help" | "--help" | "-h" => Ok(Self::Help),
            "test" => words.map(|name| find_step(&name)).collect::<Result<_, _>>().map(Self::Test),
            "lint" | "miri" => match words.next() {
                None if word == "lint" => Ok(Self::Lint),
                None => Ok(Self::Miri),
                Some(extra) => Err(format!("`{word}` takes no arguments, and `{extra}` is one")),
            },
            "bench" => Ok(Self::Bench { name: words.next(), rest: words.collect() }),
            "soak" => words.next().map_or(Ok(MINUTE), |word| seconds(&word)).map(Self::Soak),
            wrong => Err(unknown("task", wrong, TASKS.iter().copied())),
        }
    }
}

/// One screen: the tasks and the steps of `test`.
pub(crate) fn usage() -> String {
    let mut text = "\
usage: cargo xtask test [STEP…]          every check, or the steps named
       cargo xtask lint                  formatting and clippy only
       cargo xtask bench [NAME [ARG…]]   one benchmark beside its peers, or all
       cargo xtask miri                  the breaker's unit tests under Miri; needs a nightly Rust
       cargo xtask soak [SECONDS]        servers die and return under a client, for a minute or so long

steps of `test`, in order:"
        .to_owned();
    for step in STEPS {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n  {:<11} {}", step.name, step.about);
    }
    text
}

/// "no task `tset`: did you mean `test`?"
pub(crate) fn unknown<'a>(
    kind: &str,
    wrong: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> String {
    if let Some(right) = nearest(wrong, known.clone()) {
        return format!("no {kind} `{wrong}`: did you mean `{right}`?");
    }
    match known.collect::<Vec<_>>().as_slice() {
        [] => format!("no {kind} `{wrong}`: there is none at all"),
        known => format!("no {kind} `{wrong}`: there is `{}`", known.join("`, `")),
    }
}

fn find_step(name: &str) -> Result<Step, String> {
    let found = STEPS.iter().find(|step| step.name == name);
    found.copied().ok_or_else(|| unknown("step", name, STEPS.iter().map(|step| step.name)))
}

fn seconds(word: &str) -> Result<u64, String> {
    let seconds = word.parse().ok().filter(|seconds| *seconds > 0);
    seconds.ok_or_else(|| format!("`soak` takes a number of seconds, and `{word}` is none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Task, String> {
        Task::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn the_words() {
        assert_eq!(parse("test"), Ok(Task::Test(vec![])));
        assert_eq!(parse("lint"), Ok(Task::Lint));
        assert_eq!(parse("miri"), Ok(Task::Miri));
        assert_eq!(parse("soak"), Ok(Task::Soak(60)));
        assert_eq!(parse("soak 5"), Ok(Task::Soak(5)));
        assert_eq!(parse("bench"), Ok(Task::Bench { name: None, rest: vec![] }));
        let rest = vec!["--quick".to_owned()];
        assert_eq!(
            parse("bench breaker --quick"),
            Ok(Task::Bench { name: Some("breaker".to_owned()), rest })
        );
        assert_eq!(parse("--help"), Ok(Task::Help));
    }

    #[test]
    fn single_steps() {
        let steps = vec![Step::named("fmt"), Step::named("loom")];
        assert_eq!(parse("test fmt loom"), Ok(Task::Test(steps)));
        assert_eq!(parse("test loon").unwrap_err(), "no step `loon`: did you mean `loom`?",);
    }

    #[test]
    fn a_wrong_word_names_its_nearest() {
        assert_eq!(parse("tset").unwrap_err(), "no task `tset`: did you mean `test`?");
        assert_eq!(parse("benhc x").unwrap_err(), "no task `benhc`: did you mean `bench`?");
        assert_eq!(
            parse("deploy").unwrap_err(),
            "no task `deploy`: there is `test`, `lint`, `bench`, `miri`, `soak`, `help`"
        );
        assert_eq!(parse("lint now").unwrap_err(), "`lint` takes no arguments, and `now` is one");
        assert_eq!(
            parse("soak 0").unwrap_err(),
            "`soak` takes a number of seconds, and `0` is none"
        );
        assert_eq!(parse("").unwrap_err(), "which task?");
    }

    #[test]
    fn usage_names_every_step_and_task() {
        let text = usage();
        for word in ["test", "lint", "bench", "miri", "soak"]
            .into_iter()
            .chain(STEPS.iter().map(|s| s.name))
        {
            assert!(text.contains(word), "usage says nothing of `{word}`:\n{text}");
        }
    }
}
