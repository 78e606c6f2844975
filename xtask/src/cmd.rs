//! Running a command, and saying how to repeat it.

use std::env;
use std::fmt;
use std::io::Read as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A command with its environment, printable as a line for the shell.
#[derive(Clone, Debug)]
pub(crate) struct Cmd {
    args: Vec<String>,
    env: Vec<(&'static str, String)>,
}

/// What went wrong, and the command that shows it again.
#[derive(Debug)]
pub(crate) struct Failure {
    what: String,
    repeat: String,
}

impl Cmd {
    /// A command line, split at white space.
    pub(crate) fn new(line: &str) -> Self {
        Self { args: line.split_whitespace().map(str::to_owned).collect(), env: Vec::new() }
    }

    pub(crate) fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    pub(crate) fn args<A: AsRef<str>>(self, args: impl IntoIterator<Item = A>) -> Self {
        args.into_iter().fold(self, |cmd, arg| cmd.arg(arg.as_ref()))
    }

    pub(crate) fn env(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.env.push((name, value.into()));
        self
    }

    /// Runs it in view; anything but exit code 0 is a failure.
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let status = self.command().status().map_err(|e| self.failed(&e.to_string()))?;
        self.check(status)
    }

    /// Runs it without showing anything: whether it exits 0.
    pub(crate) fn succeeds(&self) -> bool {
        let mut command = self.command();
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    /// Runs it and returns what it writes to stdout.
    pub(crate) fn output(&self) -> Result<String, Failure> {
        let output = self.command().stderr(Stdio::inherit()).output();
        let output = output.map_err(|e| self.failed(&e.to_string()))?;
        self.check(output.status)?;
        self.text(output.stdout)
    }

    /// As [`run`](Self::run), but killed and a failure when it takes longer than `limit`.
    pub(crate) fn run_within(&self, limit: Duration) -> Result<(), Failure> {
        let child = self.command().stdin(Stdio::null()).spawn();
        self.wait(child.map_err(|e| self.failed(&e.to_string()))?, limit)
    }

    /// As [`output`](Self::output), but killed and a failure when it takes longer than `limit`.
    pub(crate) fn output_within(&self, limit: Duration) -> Result<String, Failure> {
        let child = self.command().stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut child = child.map_err(|e| self.failed(&e.to_string()))?;
        let mut pipe = child.stdout.take();
        let reader = thread::spawn(move || {
            let mut bytes = Vec::new();
            pipe.as_mut().map_or(Ok(0), |pipe| pipe.read_to_end(&mut bytes)).map(|_| bytes)
        });
        self.wait(child, limit)?;
        match reader.join() {
            Ok(Ok(bytes)) => self.text(bytes),
            _ => Err(self.failed("its output cannot be read")),
        }
    }

    /// A failure of this command for a reason of the caller's.
    pub(crate) fn failed(&self, why: &str) -> Failure {
        Failure::new(why, self.to_string())
    }

    fn command(&self) -> Command {
        let (program, args) =
            self.args.split_first().map_or(("", &[][..]), |(p, a)| (p.as_str(), a));
        let mut command = Command::new(program);
        command.args(args).envs(self.env.iter().map(|(name, value)| (name, value)));
        // What cargo tells this program about itself makes some build scripts run again in the next.
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name);
            }
        }
        command
    }

    fn wait(&self, mut child: Child, limit: Duration) -> Result<(), Failure> {
        let start = Instant::now();
        loop {
            match child.try_wait() {
                Ok(Some(status)) => return self.check(status),
                Err(e) => return Err(self.failed(&e.to_string())),
                Ok(None) if start.elapsed() > limit => {
                    // It may have ended meanwhile: then there is nothing to kill.
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err(self.failed(&format!("still running after {limit:?}: killed")));
                }
                Ok(None) => thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    fn check(&self, status: ExitStatus) -> Result<(), Failure> {
        if status.success() { Ok(()) } else { Err(self.failed(&status.to_string())) }
    }

    fn text(&self, bytes: Vec<u8>) -> Result<String, Failure> {
        String::from_utf8(bytes).map_err(|_| self.failed("its output is not UTF-8"))
    }
}

impl fmt::Display for Cmd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let env = self.env.iter().map(|(name, value)| format!("{name}={}", quoted(value)));
        let words: Vec<_> = env.chain(self.args.iter().map(|arg| quoted(arg))).collect();
        f.write_str(&words.join(" "))
    }
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>, repeat: impl Into<String>) -> Self {
        Self { what: what.into(), repeat: repeat.into() }
    }

    /// For the middle of a line.
    pub(crate) fn brief(&self) -> String {
        format!("{} (`{}`)", self.what, self.repeat)
    }

    /// The same failure, said to be of `step`.
    pub(crate) fn of(self, step: &str) -> Self {
        Self { what: format!("{step}: {}", self.what), ..self }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FAILED {}\nrepeat with: {}", self.what, self.repeat)
    }
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=+:,@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_a_line_for_the_shell() {
        let cmd = Cmd::new("cargo test -p dyno").arg("it's").env("RUSTFLAGS", "--cfg loom");
        assert_eq!(cmd.to_string(), r"RUSTFLAGS='--cfg loom' cargo test -p dyno 'it'\''s'");
    }

    #[test]
    fn a_failure_says_what_and_how_to_repeat() {
        let failure = Cmd::new("cargo fmt --all").failed("exit status: 1").of("fmt");
        assert_eq!(failure.to_string(), "FAILED fmt: exit status: 1\nrepeat with: cargo fmt --all");
        assert_eq!(failure.brief(), "fmt: exit status: 1 (`cargo fmt --all`)");
    }

    #[test]
    fn a_program_that_is_not_there_is_a_failure() {
        let cmd = Cmd::new("dyno-xtask-no-such-program");
        assert!(cmd.run().is_err());
        assert!(!cmd.succeeds());
        assert!(cmd.output_within(Duration::from_secs(5)).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn what_hangs_is_killed() {
        let failure = Cmd::new("sleep 600").run_within(Duration::from_millis(30)).unwrap_err();
        assert!(failure.to_string().contains("still running after 30ms: killed"), "{failure}");
    }
}
