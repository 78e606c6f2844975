//! A bench's own section of `RESULTS.md`: replaced by every run, the others are kept.

use std::fmt::{Display, Write as _};
use std::fs;
use std::path::Path;

use crate::facts;

const INTRO: &str = "\
# Results

Every table is written by the bench that measured it, in one run, and nothing is carried over from
another: `cargo xtask bench NAME`. Time is nanoseconds of CPU per call unless a column says otherwise,
the contenders' batches took turns, and what is \"over\" a floor is the median of the differences within
a round. Differences under a tenth are nothing.
";

/// `true` with `--quick` on the command line: few rounds, and `RESULTS.md` stays as it is.
pub fn quick() -> bool {
    std::env::args().any(|arg| arg == "--quick")
}

/// The text of one bench, printed as it comes and written at the end.
#[derive(Debug)]
pub struct Section {
    bench: &'static str,
    load: String,
    text: String,
}

impl Section {
    /// The section of this bench; from here on the load counts.
    pub fn new(bench: &'static str) -> Self {
        Self { bench, load: facts::load(), text: String::new() }
    }

    /// A heading, with a line or two on what is measured.
    pub fn heading(&mut self, title: &str, about: &str) {
        self.say(&format!("### {title}\n\n{about}\n"));
    }

    /// A table, or anything else that stands for itself.
    pub fn add(&mut self, block: &impl Display) {
        self.say(&block.to_string());
    }

    /// Puts the section into `RESULTS.md`, unless the run was a quick one.
    ///
    /// # Panics
    /// When the file cannot be written.
    pub fn write(self) {
        let facts = facts::facts(&self.load);
        println!("{facts}");
        if quick() {
            return;
        }
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("RESULTS.md");
        let before = fs::read_to_string(&path).unwrap_or_else(|_| INTRO.to_owned());
        let body = format!("## {}\n\n{facts}\n\n{}", self.bench, self.text);
        fs::write(&path, replaced(&before, self.bench, &body)).expect("RESULTS.md can be written");
    }

    fn say(&mut self, block: &str) {
        println!("{block}");
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{block}");
    }
}

/// `text` with the section of `bench` in place of its former one, or at the end.
fn replaced(text: &str, bench: &str, body: &str) -> String {
    let (begin, end) = (format!("<!-- {bench} -->\n"), format!("<!-- /{bench} -->\n"));
    let (before, rest) = text.split_once(&begin).unwrap_or((text, ""));
    let after = rest.split_once(&end).map_or("", |(_, after)| after);
    let gap = if before.ends_with("\n\n") { "" } else { "\n" };
    format!("{before}{gap}{begin}{}\n{end}{after}", body.trim_end())
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn a_section_is_replaced_and_the_others_are_kept() {
        let both = replaced(&replaced("# Results\n", "a", "old\n"), "b", "other");
        let wanted =
            "# Results\n\n<!-- a -->\nold\n<!-- /a -->\n\n<!-- b -->\nother\n<!-- /b -->\n";
        assert_eq!(both, wanted);
        assert_eq!(replaced(&both, "a", "new"), wanted.replace("old", "new"));
        assert_eq!(replaced(&both, "b", "other"), both);
    }
}
