//! Settings that several places give for one breaker.

use std::fmt;
use std::ptr;

use super::check;
use super::rule::Rule;
use super::settings::{Settings, Share, Span};

/// What a setting is called, and what is said of it.
type Row = (&'static str, Option<String>);

impl Settings {
    /// Every setting as a person writes it in an attribute.
    fn rows(&self) -> [Row; 17] {
        fn text<T: fmt::Display>(value: Option<T>) -> Option<String> {
            value.map(|value| value.to_string())
        }
        fn plain<T: fmt::Debug>(value: Option<T>) -> Option<String> {
            value.map(|value| format!("{value:?}"))
        }
        let reset = self.reset.map(|(first, last)| {
            if first == last { format!("{first:?}") } else { format!("{first:?}..{last:?}") }
        });
        let window = self.window.map(|window| match window {
            Span::Calls(calls) => calls.to_string(),
            Span::Time(time) => format!("{time:?}"),
        });
        let stages = self.recover.map(|stages| {
            let stages: Vec<_> = stages.iter().map(|share| Share::of(*share).to_string()).collect();
            format!("[{}]", stages.join(", "))
        });
        [
            ("fail_max", text(self.fail_max)),
            ("reset_timeout", reset),
            ("jitter", text(self.jitter)),
            ("success_threshold", text(self.success_threshold)),
            ("success_rate", text(self.success_rate)),
            ("trials", text(self.trials)),
            ("probe_timeout", plain(self.probe_timeout)),
            ("window", window),
            ("failure_rate", text(self.failure_rate)),
            ("min_calls", text(self.min_calls)),
            ("slow", plain(self.slow)),
            ("slow_rate", text(self.slow_rate)),
            ("expected_in", plain(self.expected_in)),
            ("recover", stages),
            ("rule", self.rule.map(|rule| rule.name().to_owned())),
            ("trip_error", plain(self.trip_error)),
            ("starts", text(self.starts)),
        ]
    }

    /// Both together; where they contradict one another, the names of the settings that do.
    pub(super) fn merged(&self, other: &Self) -> Result<Self, Vec<&'static str>> {
        let pairs = self.rows().into_iter().zip(other.rows());
        let differ = |((name, mine), (_, its)): (Row, Row)| match (mine, its) {
            (Some(mine), Some(its)) if mine != its => Some(name),
            _ => None,
        };
        let mut contradicting: Vec<_> = pairs.filter_map(differ).collect();
        if let (Some(mine), Some(its)) = (self.rule, other.rule) {
            // Two rules may go by one name.
            if !same(mine, its) && !contradicting.contains(&"rule") {
                contradicting.push("rule");
            }
        }
        let both = self.or(other);
        if let (Some(fewest), Some(Span::Calls(window))) = (both.min_calls, both.window) {
            // Each is fine by itself, and together no rate would ever count.
            if fewest > window {
                contradicting.extend(["min_calls", "window"]);
            }
        }
        if check::is_slow_too_late(both.slow, both.expected_in) {
            contradicting.extend(["slow", "expected_in"]);
        }
        if contradicting.is_empty() { Ok(both) } else { Err(contradicting) }
    }

    /// These, and what `other` says where these say nothing.
    fn or(&self, other: &Self) -> Self {
        Self {
            fail_max: self.fail_max.or(other.fail_max),
            reset: self.reset.or(other.reset),
            jitter: self.jitter.or(other.jitter),
            success_threshold: self.success_threshold.or(other.success_threshold),
            success_rate: self.success_rate.or(other.success_rate),
            trials: self.trials.or(other.trials),
            probe_timeout: self.probe_timeout.or(other.probe_timeout),
            window: self.window.or(other.window),
            failure_rate: self.failure_rate.or(other.failure_rate),
            min_calls: self.min_calls.or(other.min_calls),
            slow: self.slow.or(other.slow),
            slow_rate: self.slow_rate.or(other.slow_rate),
            expected_in: self.expected_in.or(other.expected_in),
            recover: self.recover.or(other.recover),
            rule: self.rule.or(other.rule),
            trip_error: self.trip_error.or(other.trip_error),
            starts: self.starts.or(other.starts),
        }
    }

    /// Nothing is said at all.
    pub(super) fn is_silent(&self) -> bool {
        self.rows().iter().all(|(_, said)| said.is_none())
    }
}

impl PartialEq for Settings {
    fn eq(&self, other: &Self) -> bool {
        let rules = match (self.rule, other.rule) {
            (Some(mine), Some(its)) => same(mine, its),
            (mine, its) => mine.is_none() && its.is_none(),
        };
        rules && self.rows() == other.rows()
    }
}

fn same(one: &'static dyn Rule, other: &'static dyn Rule) -> bool {
    // Rules without a size may share a place, so their types are compared as well.
    ptr::addr_eq(one, other) && one.type_id() == other.type_id()
}

/// `{fail_max = 3, reset_timeout = 15s}`
pub(super) struct Said<'a>(pub(super) &'a Settings);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = f.debug_set();
        self.entries(&mut said);
        said.finish()
    }
}

impl Said<'_> {
    /// The same, to which more may be added.
    pub(super) fn entries(&self, said: &mut fmt::DebugSet<'_, '_>) {
        for (name, value) in self.0.rows() {
            if let Some(value) = value {
                said.entry(&format_args!("{name} = {value}"));
            }
        }
    }
}
