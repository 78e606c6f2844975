//! What a warm-up did.

use std::fmt::{self, Write as _};
use std::time::Duration;

use crate::fault::InjectError;
use crate::inject::draw::{self, Arrow, Look, Shape, json};

/// What became of each dependency, and where the time went.
#[derive(Clone, Debug)]
pub struct Report {
    built: Vec<Built>,
    wall: Duration,
}

/// What became of one dependency.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Built {
    /// The provider's path, or type and tag.
    pub provider: &'static str,
    /// The type of its value, where the provider has one for each of several types.
    pub view: Option<String>,
    /// When its build began, from the start of the run.
    pub began: Duration,
    /// How long it took; zero when it was there already.
    pub took: Duration,
    /// The thread on which the build ended.
    pub thread: String,
    /// How it ended.
    pub outcome: Outcome,
    /// `false` when every function that wants it has a fallback.
    pub required: bool,
    pub(super) needs: Vec<usize>,
}

/// How a build ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// It was built.
    Built,
    /// It was there before.
    Kept,
    /// It could not be built.
    Failed(InjectError),
}

impl Outcome {
    /// Why it could not be built.
    #[must_use]
    pub fn error(&self) -> Option<&InjectError> {
        match self {
            Self::Failed(error) => Some(error),
            Self::Built | Self::Kept => None,
        }
    }
}

impl Built {
    /// The provider, and the type where that alone tells it from another.
    fn label(&self) -> String {
        match &self.view {
            Some(ty) => format!("{} as {ty}", self.provider),
            None => self.provider.to_owned(),
        }
    }

    /// Why it could not be built.
    #[must_use]
    pub fn error(&self) -> Option<&InjectError> {
        self.outcome.error()
    }
}

impl Report {
    pub(super) fn new(built: Vec<Built>, wall: Duration) -> Self {
        Self { built, wall }
    }

    /// Each dependency, in the order of declaration.
    #[must_use]
    pub fn built(&self) -> &[Built] {
        &self.built
    }

    /// How long the run took.
    #[must_use]
    pub fn wall(&self) -> Duration {
        self.wall
    }

    /// How long it would have taken one after the other.
    #[must_use]
    pub fn sum(&self) -> Duration {
        self.built.iter().map(|built| built.took).sum()
    }

    /// The chain of providers that decided how long it took, first to last, and its time.
    #[must_use]
    pub fn critical_path(&self) -> (Vec<&Built>, Duration) {
        let mut chains: Vec<Option<(Duration, Option<usize>)>> = vec![None; self.built.len()];
        for at in 0..self.built.len() {
            self.chain(at, &mut chains);
        }
        let length = |at: &usize| chains[*at].map_or(Duration::ZERO, |(time, _)| time);
        let Some(last) = (0..self.built.len()).max_by_key(length) else {
            return (Vec::new(), Duration::ZERO);
        };
        let mut path = Vec::new();
        let mut next = Some(last);
        while let Some(at) = next.filter(|_| path.len() < self.built.len()) {
            path.push(&self.built[at]);
            next = chains[at].and_then(|(_, before)| before);
        }
        path.reverse();
        (path, length(&last))
    }

    /// The time of the longest chain that ends with `at`, and what comes before it in that chain.
    fn chain(&self, at: usize, chains: &mut [Option<(Duration, Option<usize>)>]) {
        let mut todo = vec![at];
        while let Some(&at) = todo.last() {
            if chains[at].is_some() {
                todo.pop();
                continue;
            }
            let needs = &self.built[at].needs;
            // What is being looked at already is in a cycle with this one.
            let open = needs.iter().find(|it| chains[**it].is_none() && !todo.contains(it));
            if let Some(open) = open {
                todo.push(*open);
                continue;
            }
            let before =
                needs.iter().filter_map(|it| chains[*it].map(|(time, _)| (time, *it))).max();
            let time = self.built[at].took + before.map_or(Duration::ZERO, |(time, _)| time);
            chains[at] = Some((time, before.map(|(_, it)| it)));
            todo.pop();
        }
    }

    /// The graph with its times, for Graphviz.
    #[must_use]
    pub fn to_dot(&self) -> String {
        draw::dot(&self.shapes(), &self.arrows())
    }

    /// The graph with its times, for Mermaid.
    #[must_use]
    pub fn to_mermaid(&self) -> String {
        draw::mermaid(&self.shapes(), &self.arrows())
    }

    /// Everything as JSON; times are in nanoseconds.
    #[must_use]
    pub fn to_json(&self) -> String {
        let (path, critical) = self.critical_path();
        let path: Vec<String> = path.iter().map(|built| json(built.provider)).collect();
        let mut out = String::from("{\"providers\":[");
        for (at, built) in self.built.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let outcome = match &built.outcome {
                Outcome::Built => "built",
                Outcome::Kept => "kept",
                Outcome::Failed(_) => "failed",
            };
            let needs: Vec<String> =
                built.needs.iter().map(|need| json(self.built[*need].provider)).collect();
            let error = built.error().map_or("null".to_owned(), |error| json(&error.to_string()));
            let _ = write!(
                out,
                "{comma}{{\"provider\":{},\"began_ns\":{},\"took_ns\":{},\"thread\":{},\
                 \"outcome\":\"{outcome}\",\"required\":{},\"needs\":[{}],\"error\":{error}}}",
                json(built.provider),
                built.began.as_nanos(),
                built.took.as_nanos(),
                json(&built.thread),
                built.required,
                needs.join(","),
            );
        }
        let (wall, sum) = (self.wall.as_nanos(), self.sum().as_nanos());
        let _ = write!(
            out,
            "],\"wall_ns\":{wall},\"sum_ns\":{sum},\"critical_path\":[{}],\"critical_ns\":{}}}",
            path.join(","),
            critical.as_nanos(),
        );
        out
    }

    fn shapes(&self) -> Vec<Shape> {
        let shape = |built: &Built| Shape {
            text: vec![built.label(), format!("{:.1?}", built.took)],
            look: if built.error().is_some() { Look::Failed } else { Look::Provider },
        };
        self.built.iter().map(shape).collect()
    }

    fn arrows(&self) -> Vec<Arrow> {
        let needs = self.built.iter().enumerate();
        let arrow = |from: usize, to: &usize| Arrow {
            from,
            to: *to,
            text: String::new(),
            dashed: !self.built[*to].required,
        };
        needs.flat_map(|(from, built)| built.needs.iter().map(move |to| arrow(from, to))).collect()
    }
}

/// A table, what failed, and what the time was spent on.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wide = |text: fn(&Built) -> usize, title: usize| {
            self.built.iter().map(text).max().unwrap_or(0).max(title)
        };
        let name = wide(|built| built.label().chars().count(), "provider".len());
        let thread = wide(|built| built.thread.chars().count(), "thread".len());
        writeln!(
            f,
            "{:name$}  {:>9}  {:>9}  {:thread$}  outcome",
            "provider", "began", "took", "thread"
        )?;
        for built in &self.built {
            let (began, took) = (format!("{:.1?}", built.began), format!("{:.1?}", built.took));
            let outcome = match &built.outcome {
                Outcome::Built => "built",
                Outcome::Kept => "was there",
                Outcome::Failed(_) if built.required => "failed",
                Outcome::Failed(_) => "failed, has a fallback",
            };
            writeln!(
                f,
                "{:name$}  {began:>9}  {took:>9}  {:thread$}  {outcome}",
                built.label(),
                built.thread
            )?;
        }
        for error in self.built.iter().filter_map(Built::error) {
            writeln!(f, "failed: {error}")?;
        }
        let (path, critical) = self.critical_path();
        let path: Vec<&str> = path.iter().map(|built| built.provider).collect();
        writeln!(f, "wall {:.1?}, one after the other {:.1?}", self.wall, self.sum())?;
        write!(f, "critical path {critical:.1?}: {}", path.join(" -> "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::InjectErrorKind;

    fn built(provider: &'static str, took: u64, needs: &[usize]) -> Built {
        Built {
            provider,
            view: None,
            began: Duration::ZERO,
            took: Duration::from_millis(took),
            thread: "dyno-build-1".to_owned(),
            outcome: Outcome::Built,
            required: true,
            needs: needs.to_vec(),
        }
    }

    fn names<'a>(path: &[&'a Built]) -> Vec<&'a str> {
        path.iter().map(|built| built.provider).collect()
    }

    #[test]
    fn the_critical_path_is_the_longest_chain() {
        let all = vec![
            built("root", 1, &[1, 2]),
            built("quick", 5, &[3]),
            built("slow", 20, &[3]),
            built("base", 7, &[]),
        ];
        let report = Report::new(all, Duration::from_millis(28));
        let (path, time) = report.critical_path();
        assert_eq!((names(&path), time.as_millis()), (vec!["base", "slow", "root"], 28));
        assert_eq!(report.sum().as_millis(), 33);
    }

    #[test]
    fn a_cycle_does_not_hang_the_report() {
        let report = Report::new(vec![built("a", 1, &[1]), built("b", 1, &[0])], Duration::ZERO);
        assert!(!report.critical_path().0.is_empty());
    }

    #[test]
    fn the_table_keeps_its_shape_where_something_failed() {
        let failed = |provider, required| {
            let error = InjectErrorKind::Panicked("no disk".into());
            let outcome = Outcome::Failed(InjectError::new(error).provided_by(provider));
            Built { outcome, required, ..built(provider, 2, &[]) }
        };
        let all = vec![failed("open", true), failed("look", false), built("rest", 3, &[])];
        let report = Report::new(all, Duration::from_millis(4)).to_string();
        let lines: Vec<&str> = report.lines().collect();
        let ends = ["outcome", "  failed", "  failed, has a fallback", "  built"];
        for (line, end) in lines.iter().zip(ends) {
            assert!(line.ends_with(end), "{line:?} should end with {end:?}");
        }
        assert_eq!(lines[4], "failed: open: the provider panicked: no disk");
        assert_eq!(lines[5], "failed: look: the provider panicked: no disk");
        assert_eq!(lines[6], "wall 4.0ms, one after the other 7.0ms");
        assert_eq!(lines[7], "critical path 3.0ms: rest");
    }

    #[test]
    fn json_holds_what_the_table_shows() {
        let report = Report::new(vec![built("a\"b", 2, &[])], Duration::from_millis(2));
        assert_eq!(
            report.to_json(),
            "{\"providers\":[{\"provider\":\"a\\\"b\",\"began_ns\":0,\"took_ns\":2000000,\
             \"thread\":\"dyno-build-1\",\"outcome\":\"built\",\"required\":true,\"needs\":[],\
             \"error\":null}],\"wall_ns\":2000000,\"sum_ns\":2000000,\
             \"critical_path\":[\"a\\\"b\"],\"critical_ns\":2000000}"
        );
        assert!(report.to_string().contains("wall 2.0ms"), "{report}");
    }
}
