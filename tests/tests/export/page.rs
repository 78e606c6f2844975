//! A reader of Prometheus's text format that takes nothing amiss: what is not as the format and its
//! conventions say is an error.

use std::collections::{BTreeMap, BTreeSet};

/// A page, series by series.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) types: BTreeMap<String, String>,
    series: BTreeMap<String, f64>,
}

type Labels = Vec<(String, String)>;

impl Page {
    /// The series with these labels, in this order.
    #[track_caller]
    pub(super) fn of(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let found = self.find(name, labels);
        found.unwrap_or_else(|| panic!("no {name} {labels:?} in {:#?}", self.series))
    }

    pub(super) fn find(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let labels: Labels = labels.iter().map(|(l, v)| ((*l).into(), (*v).into())).collect();
        self.series.get(&key(name, &labels)).copied()
    }

    /// How many series there are of a point, of whatever name.
    pub(super) fn count(&self, label: &str, value: &str) -> usize {
        let label = format!("({label:?}, {value:?})");
        self.series.keys().filter(|key| key.contains(&label)).count()
    }

    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut page = Self::default();
        let mut families = Families::default();
        if !text.is_empty() && !text.ends_with('\n') {
            return Err("the last line has no end".into());
        }
        for line in text.lines() {
            page.line(line, &mut families).map_err(|why| format!("{why}: {line}"))?;
        }
        families.end(&page)?;
        Ok(page)
    }

    fn line(&mut self, line: &str, families: &mut Families) -> Result<(), String> {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, about) = help.split_once(' ').ok_or("no help")?;
            return if about.trim().is_empty() {
                Err("no help".into())
            } else {
                families.begin(name, self)
            };
        }
        if let Some(of) = line.strip_prefix("# TYPE ") {
            let (name, of) = of.split_once(' ').ok_or("no type")?;
            if families.name != name || self.types.contains_key(name) {
                return Err("a type that does not follow its help".into());
            }
            if !["counter", "gauge", "histogram", "summary"].contains(&of) {
                return Err("an unknown type".into());
            }
            if (of == "counter") != name.ends_with("_total") {
                return Err("counters, and nothing else, end with _total".into());
            }
            self.types.insert(name.into(), of.into());
            return Ok(());
        }
        let (name, labels, value) = sample(line)?;
        let of = self.types.get(&families.name).ok_or("a sample without a type")?;
        let suffix = name.strip_prefix(&families.name).ok_or("a sample of another family")?;
        check(of, suffix, &labels, value)?;
        families.samples.push((suffix.into(), labels.clone(), value));
        let before = self.series.insert(key(&name, &labels), value);
        before.map_or(Ok(()), |_| Err("a series twice".into()))
    }
}

/// The family that is being read, and those that are over.
#[derive(Default)]
struct Families {
    name: String,
    over: BTreeSet<String>,
    samples: Vec<(String, Labels, f64)>,
}

impl Families {
    fn begin(&mut self, name: &str, page: &Page) -> Result<(), String> {
        self.end(page)?;
        self.over.insert(std::mem::replace(&mut self.name, name.into()));
        if self.over.contains(name) { Err("a family in two places".into()) } else { is_name(name) }
    }

    /// What holds of all samples of a histogram or summary together.
    fn end(&mut self, page: &Page) -> Result<(), String> {
        let samples = std::mem::take(&mut self.samples);
        let Some(of) = page.types.get(&self.name) else { return Ok(()) };
        if samples.is_empty() {
            return Err(format!("{} has a type and no series", self.name));
        }
        if of != "histogram" && of != "summary" {
            return Ok(());
        }
        let mut all: BTreeMap<Labels, Vec<(&str, &str, f64)>> = BTreeMap::new();
        for (suffix, labels, value) in &samples {
            let (own, rest): (Labels, Labels) =
                labels.iter().cloned().partition(|(name, _)| name == "le" || name == "quantile");
            let own = own.first().map_or("", |(_, value)| value);
            let own = labels.iter().find(|(_, value)| value == own).map_or("", |(_, value)| value);
            all.entry(rest).or_default().push((suffix, own, *value));
        }
        for (labels, samples) in all {
            let one = |suffix: &str| samples.iter().find(|sample| sample.0 == suffix).map(|s| s.2);
            let count = one("_count").ok_or(format!("{} {labels:?} has no count", self.name))?;
            one("_sum").ok_or(format!("{} {labels:?} has no sum", self.name))?;
            if of == "histogram" {
                buckets(&samples, count)
                    .map_err(|why| format!("{} {labels:?}: {why}", self.name))?;
            }
        }
        Ok(())
    }
}

fn buckets(samples: &[(&str, &str, f64)], count: f64) -> Result<(), String> {
    let (mut bound, mut within) = (f64::NEG_INFINITY, 0.0);
    for (_, le, held) in samples.iter().filter(|sample| sample.0 == "_bucket") {
        let next = number(le)?;
        if next <= bound || *held < within {
            return Err(format!("bucket {le} is out of order"));
        }
        (bound, within) = (next, *held);
    }
    if bound < f64::INFINITY || within < count || within > count {
        return Err("the last bucket does not hold all".into());
    }
    Ok(())
}

fn check(of: &str, suffix: &str, labels: &Labels, value: f64) -> Result<(), String> {
    let has = |label: &str| labels.iter().find(|(name, _)| name == label).map(|(_, value)| value);
    let fits = match (of, suffix) {
        ("counter" | "gauge", "") => has("le").is_none() && has("quantile").is_none(),
        ("histogram", "_bucket") => has("le").is_some(),
        ("summary", "") => {
            let quantile = has("quantile").ok_or("no quantile")?;
            (0.0..=1.0).contains(&number(quantile)?)
        }
        ("histogram" | "summary", "_sum" | "_count") => has("le").is_none(),
        _ => false,
    };
    let counts = of == "counter" || ["_bucket", "_count"].contains(&suffix);
    if !fits || (counts && (value.fract() != 0.0 || value < 0.0)) {
        return Err(format!("no such thing in a {of}"));
    }
    Ok(())
}

/// Name, labels and value of a line.
fn sample(line: &str) -> Result<(String, Labels, f64), String> {
    let end = line.find(['{', ' ']).ok_or("no value")?;
    let (name, mut rest) = line.split_at(end);
    is_name(name)?;
    let mut labels = Labels::new();
    if let Some(inner) = rest.strip_prefix('{') {
        rest = inner;
        loop {
            let (label, value) = rest.split_once("=\"").ok_or("no value of a label")?;
            is_name(label)?;
            let (value, after) = quoted(value)?;
            if labels.iter().any(|(other, _)| other == label) {
                return Err("a label twice".into());
            }
            labels.push((label.into(), value));
            rest = after.strip_prefix([',', '}']).ok_or("no end of the labels")?;
            if after.starts_with('}') {
                break;
            }
        }
    }
    Ok((name.into(), labels, number(rest.strip_prefix(' ').ok_or("no space before the value")?)?))
}

/// Up to the closing quote, and what follows it.
fn quoted(text: &str) -> Result<(String, &str), String> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        value.push(match char {
            '"' => return Ok((value, &text[at + 1..])),
            '\\' => match chars.next() {
                Some((_, '\\')) => '\\',
                Some((_, '"')) => '"',
                Some((_, 'n')) => '\n',
                _ => return Err("an unknown escape".into()),
            },
            other => other,
        });
    }
    Err("no closing quote".into())
}

fn number(text: &str) -> Result<f64, String> {
    match text {
        "+Inf" => Ok(f64::INFINITY),
        "-Inf" => Ok(f64::NEG_INFINITY),
        "NaN" => Ok(f64::NAN),
        // Rust reads words that Prometheus does not.
        _ if text.contains(|char: char| !"+-.eE".contains(char) && !char.is_ascii_digit()) => {
            Err("no number".into())
        }
        _ => text.parse().map_err(|_| "no number".into()),
    }
}

fn is_name(name: &str) -> Result<(), String> {
    let first = name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_');
    let all = name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_');
    if first && all { Ok(()) } else { Err(format!("{name:?} is no name")) }
}

fn key(name: &str, labels: &Labels) -> String {
    format!("{name} {labels:?}")
}

#[test]
fn what_is_amiss_is_found() {
    let good = "# HELP a_total It.\n# TYPE a_total counter\na_total{x=\"\\\"\\\\\\n\"} 1\n";
    let page = Page::read(good).expect("it is as it should be");
    assert_eq!(page.find("a_total", &[("x", "\"\\\n")]), Some(1.0));
    for (from, to) in [
        ("x=\"\\\"\\\\\\n\"", "x=\"\\q\""),
        ("x=\"\\\"\\\\\\n\"", "x=\"y"),
        ("x=", "x-y="),
        (" 1\n", " 1"),
        (" 1\n", " inf\n"),
        (" 1\n", " -1\n"),
        (" 1\n", " 1\na_total{x=\"\\\"\\\\\\n\"} 1\n"),
        (" 1\n", " 1\nb_total{x=\"y\"} 1\n"),
        (" 1\n", " 1\n# HELP a_total It.\n# TYPE a_total counter\n"),
        ("counter", "gauge"),
        ("counter", "count"),
        ("a_total", "a"),
        ("# HELP a_total It.\n", ""),
        ("# TYPE a_total counter\n", ""),
    ] {
        assert!(Page::read(&good.replace(from, to)).is_err(), "{from} {to}");
    }
    let good = "# HELP h It.\n# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 3\nh_sum{} 4\nh_count{} 3\n";
    let good = good.replace("{}", "{x=\"y\"}").replace("{le", "{x=\"y\",le");
    assert!(Page::read(&good).is_ok(), "{:?}", Page::read(&good));
    for (from, to) in [
        ("} 3\nh_sum", "} 4\nh_sum"),
        ("} 2", "} 5"),
        ("le=\"1\"", "le=\"+Inf\""),
        ("le=\"+Inf\"", "le=\"9\""),
        ("h_sum{x=\"y\"} 4\n", ""),
        ("h_count{x=\"y\"} 3\n", ""),
        ("h_bucket", "h"),
    ] {
        assert!(Page::read(&good.replace(from, to)).is_err(), "{from} {to}");
    }
}
