//! What the command line asks for.
//!
//! Every mistake is told with the option, the value and what is allowed instead.

use std::fmt;
use std::ops::{Range, RangeInclusive};
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};

use crate::services::REPLICAS;

/// The text of `--help`.
pub const HELP: &str = "\
A small shop on real parts, kept standing by dyno while its services go down.

Usage: storefront [OPTIONS]

Options:
  --requests N     how many customers come            [1 to 1000000, default 4000]
  --tills N        how many are served at a time      [1 to 256, default 8]
  --seed N         what is drawn: baskets, latencies, hiccups  [default 7]
  --outage WHAT    what goes down, and when; may be given several times
                   [default stock-1:15%..45% and stock:60%..80%]
                   SERVICE:FROM..TO, SERVICE being `stock`, `rates` or `carrier`
                   for all of it, `stock-1` or `stock-2` for one of its replicas,
                   FROM and TO parts of the run (30%) or requests by number (1200);
                   or `none`
  --hiccups N%     how many calls stock and rates answer with a 503
                   [0% to 100%, default 2% and 1.5%]
  --picture PATH   where the slowest request is drawn, as SVG
                   [default: storefront.svg among the temporary files; with
                   --json it is drawn only when asked for]
  --json           one JSON object on stdout instead of the report
  --help           this text
";

/// The options, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Args {
    /// How many customers come.
    pub requests: u64,
    /// How many tills serve them.
    pub tills: usize,
    /// From which baskets, latencies and hiccups are drawn.
    pub seed: u64,
    /// What goes down, and when.
    pub outages: Vec<Outage>,
    /// How many calls in a hundred the warehouse and the exchange turn away; else each as many as it pleases.
    pub hiccups: Option<u64>,
    /// Where the slowest request is drawn.
    pub picture: Option<PathBuf>,
    /// One JSON object instead of the report.
    pub json: bool,
}

impl Default for Args {
    fn default() -> Self {
        let service = ServiceName::Stock;
        let outages = vec![
            Outage { service, replica: Some(0), requests: 600..1800 },
            Outage { service, replica: None, requests: 2400..3200 },
        ];
        let (requests, tills, seed) = (4000, 8, 7);
        Self { requests, tills, seed, outages, hiccups: None, picture: None, json: false }
    }
}

/// A service of the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceName {
    /// Units on hand.
    Stock,
    /// Currency exchange.
    Rates,
    /// What postage costs today.
    Carrier,
}

impl ServiceName {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Stock, Self::Rates, Self::Carrier];

    /// As it is written in options, reports and addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stock => "stock",
            Self::Rates => "rates",
            Self::Carrier => "carrier",
        }
    }
}

impl ServiceName {
    /// How its replica (from 0) is called: `stock-1`.
    pub fn replica(self, replica: usize) -> String {
        format!("{self}-{}", replica + 1)
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A service, or one replica of it, is down for these requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outage {
    /// Which service.
    pub service: ServiceName,
    /// Which of its replicas, from 0; else all.
    pub replica: Option<usize>,
    /// For requests with these numbers.
    pub requests: Range<u64>,
}

/// What is down: `stock`, or `stock-1`.
impl fmt::Display for Outage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.replica {
            Some(replica) => f.write_str(&self.service.replica(replica)),
            None => fmt::Display::fmt(&self.service, f),
        }
    }
}

/// What to do: run, or show the help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Open the shop.
    Run(Args),
    /// Print [`HELP`].
    Help,
}

/// A command line that makes no sense.
#[derive(Debug, thiserror::Error)]
pub enum ArgsError {
    /// The value of an option.
    #[error("--{option}: `{value}` is not allowed: {allowed}")]
    Value {
        /// The option's name.
        option: &'static str,
        /// What was given.
        value: String,
        /// What may be given.
        allowed: String,
    },
    /// An unknown option, a stray word, a missing value.
    #[error("{0}; `--help` lists the options")]
    Usage(#[from] lexopt::Error),
}

/// Reads a command line, the program's name left off.
pub fn parse<I>(words: I) -> Result<Command, ArgsError>
where
    I: IntoIterator,
    I::Item: Into<std::ffi::OsString>,
{
    let mut parser = Parser::from_args(words);
    let mut args = Args::default();
    // Parts of the run can be told only when the number of requests is known.
    let mut outages = Vec::new();
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("requests") => {
                args.requests = number("requests", &parser.value()?.string()?, 1..=1_000_000)?;
            }
            Arg::Long("tills") => {
                let tills = number("tills", &parser.value()?.string()?, 1..=256)?;
                args.tills = usize::try_from(tills).unwrap_or(256);
            }
            Arg::Long("seed") => {
                args.seed = number("seed", &parser.value()?.string()?, 0..=u64::MAX)?;
            }
            Arg::Long("outage") => outages.push(parser.value()?.string()?),
            Arg::Long("hiccups") => {
                let value = parser.value()?.string()?;
                let bare = value.strip_suffix('%').unwrap_or_default();
                args.hiccups =
                    Some(number("hiccups", bare, 0..=100).map_err(|_| wrong_part(value))?);
            }
            Arg::Long("picture") => args.picture = Some(parser.value()?.into()),
            Arg::Long("json") => args.json = true,
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    if outages.is_empty() {
        outages = ["stock-1:15%..45%", "stock:60%..80%"].map(String::from).into();
    }
    let outages = outages.iter().filter(|outage| *outage != "none" || outages.len() > 1);
    args.outages =
        outages.map(|outage| parse_outage(outage, args.requests)).collect::<Result<_, _>>()?;
    Ok(Command::Run(args))
}

fn number(
    option: &'static str,
    value: &str,
    allowed: RangeInclusive<u64>,
) -> Result<u64, ArgsError> {
    value.parse().ok().filter(|number| allowed.contains(number)).ok_or_else(|| ArgsError::Value {
        option,
        value: value.to_owned(),
        allowed: format!("a whole number from {} to {}", allowed.start(), allowed.end()),
    })
}

fn wrong_part(value: String) -> ArgsError {
    let allowed = "a part of the calls, 0% to 100%".to_owned();
    ArgsError::Value { option: "hiccups", value, allowed }
}

fn parse_outage(value: &str, requests: u64) -> Result<Outage, ArgsError> {
    let wrong = |allowed: &str| ArgsError::Value {
        option: "outage",
        value: value.to_owned(),
        allowed: allowed.to_owned(),
    };
    let (what, when) = value.split_once(':').ok_or_else(|| {
        wrong(
            "write SERVICE:FROM..TO, as in `stock:30%..60%` or `stock-1:30%..60%`, or only `none`",
        )
    })?;
    let (service, replica) = parse_service(what).ok_or_else(|| {
        wrong("the service is `stock`, `rates` or `carrier`, or a replica of it, as `stock-1` or `stock-2`")
    })?;
    let (from, to) = when
        .split_once("..")
        .and_then(|(from, to)| Some((moment(from, requests)?, moment(to, requests)?)))
        .ok_or_else(|| wrong("FROM and TO are parts of the run (0% to 100%) or request numbers"))?;
    if to > requests {
        return Err(wrong(&format!("the run ends at request {requests}")));
    }
    if from >= to {
        return Err(wrong("FROM must come before TO"));
    }
    Ok(Outage { service, replica, requests: from..to })
}

/// `stock`, or `stock-1`.
fn parse_service(text: &str) -> Option<(ServiceName, Option<usize>)> {
    let (service, replica) = match text.split_once('-') {
        None => (text, None),
        Some((service, number)) => {
            let number = number.parse().ok().filter(|number| (1..=REPLICAS).contains(number))?;
            (service, Some(number - 1))
        }
    };
    let named = |name: &ServiceName| name.as_str() == service;
    Some((ServiceName::ALL.into_iter().find(named)?, replica))
}

/// `30%` of the run, or a request by its number.
fn moment(text: &str, requests: u64) -> Option<u64> {
    let Some(percent) = text.strip_suffix('%') else {
        return text.parse().ok();
    };
    let percent = percent.parse::<u64>().ok().filter(|percent| *percent <= 100)?;
    Some(requests * percent / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(line: &str) -> Args {
        match parse(line.split_whitespace()) {
            Ok(Command::Run(args)) => args,
            other => panic!("`{line}` gave {other:?}"),
        }
    }

    fn error(line: &str) -> String {
        parse(line.split_whitespace()).expect_err(line).to_string()
    }

    #[test]
    fn nothing_given_means_the_defaults() {
        assert_eq!(run(""), Args::default());
    }

    #[test]
    fn every_option_is_read() {
        let args = run("--requests 1000 --tills=3 --seed 42 --outage rates:10%..250 \
                        --outage carrier-2:0..7 --hiccups 30% --picture a.svg --json");
        let outages = vec![
            Outage { service: ServiceName::Rates, replica: None, requests: 100..250 },
            Outage { service: ServiceName::Carrier, replica: Some(1), requests: 0..7 },
        ];
        let (requests, tills, seed) = (1000, 3, 42);
        let (hiccups, picture) = (Some(30), Some(PathBuf::from("a.svg")));
        let wanted = Args { requests, tills, seed, outages, hiccups, picture, json: true };
        assert_eq!(args, wanted);
        let told: Vec<_> = args.outages.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["rates", "carrier-2"]);
    }

    #[test]
    fn an_outage_is_a_part_of_the_run_whatever_the_order_of_options() {
        let before = run("--outage stock:50%..75% --requests 200");
        assert_eq!(before, run("--requests 200 --outage stock:50%..75%"));
        assert_eq!(before.outages[0].requests, 100..150);
        assert_eq!(run("--outage none").outages, []);
    }

    #[test]
    fn help_wins() {
        assert_eq!(parse(["--help"]).ok(), Some(Command::Help));
        assert_eq!(parse(["--requests", "9", "-h"]).ok(), Some(Command::Help));
    }

    #[test]
    fn a_wrong_value_is_told_with_its_option_and_what_is_allowed() {
        for (line, told) in [
            ("--requests 0", "--requests: `0` is not allowed: a whole number from 1 to 1000000"),
            ("--requests many", "--requests: `many` is not allowed: a whole number"),
            ("--tills 257", "--tills: `257` is not allowed: a whole number from 1 to 256"),
            ("--seed -1", "--seed: `-1` is not allowed: a whole number from 0"),
            ("--hiccups 30", "--hiccups: `30` is not allowed: a part of the calls, 0% to 100%"),
            ("--hiccups 101%", "--hiccups: `101%` is not allowed: a part of the calls"),
            ("--outage stock", "--outage: `stock` is not allowed: write SERVICE:FROM..TO"),
            ("--outage till:1%..2%", "--outage: `till:1%..2%` is not allowed: the service is"),
            (
                "--outage stock-3:1%..2%",
                "--outage: `stock-3:1%..2%` is not allowed: the service is",
            ),
            (
                "--outage stock-0:1%..2%",
                "--outage: `stock-0:1%..2%` is not allowed: the service is",
            ),
            ("--outage none --outage stock:1%..2%", "--outage: `none` is not allowed: write"),
            ("--outage stock:1%..101%", "--outage: `stock:1%..101%` is not allowed: FROM and TO"),
            ("--outage stock:0..4001", "the run ends at request 4000"),
            ("--outage stock:60%..30%", "FROM must come before TO"),
            ("--outage stock:5..5", "FROM must come before TO"),
        ] {
            let error = error(line);
            assert!(error.contains(told), "`{line}` gave: {error}");
        }
    }

    #[test]
    fn an_unknown_option_is_named() {
        assert!(error("--till 3").contains("--till"));
        assert!(error("--requests").contains("--requests"));
        assert!(error("shop").contains("shop"));
    }
}
