//! What the command line asks for.
//!
//! Every mistake is told with the option, the value and what is allowed instead.

use std::fmt;
use std::ops::{Range, RangeInclusive};
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};

/// The text of `--help`.
pub const HELP: &str = "\
A small shop on real parts, kept standing by dyno while one of its services goes down.

Usage: storefront [OPTIONS]

Options:
  --requests N     how many customers come            [1 to 1000000, default 4000]
  --threads N      how many tills serve them          [1 to 256, default 8]
  --seed N         what is drawn: baskets, latencies, hiccups  [default 7]
  --outage WHAT    which service goes down, and when  [default stock:30%..60%]
                   SERVICE:FROM..TO, SERVICE being `stock`, `rates` or `carrier`,
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
    pub threads: usize,
    /// From which baskets, latencies and hiccups are drawn.
    pub seed: u64,
    /// Which service goes down, and when.
    pub outage: Option<Outage>,
    /// How many calls in a hundred the warehouse and the exchange turn away; else each as many as it pleases.
    pub hiccups: Option<u64>,
    /// Where the slowest request is drawn.
    pub picture: Option<PathBuf>,
    /// One JSON object instead of the report.
    pub json: bool,
}

impl Default for Args {
    fn default() -> Self {
        let outage = Outage { service: ServiceName::Stock, requests: 1200..2400 };
        let (requests, threads, seed, outage) = (4000, 8, 7, Some(outage));
        Self { requests, threads, seed, outage, hiccups: None, picture: None, json: false }
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
    /// As it is written in options, reports and addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stock => "stock",
            Self::Rates => "rates",
            Self::Carrier => "carrier",
        }
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One service is down for these requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outage {
    /// Which.
    pub service: ServiceName,
    /// For requests with these numbers.
    pub requests: Range<u64>,
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
    let mut args = Args { outage: None, ..Args::default() };
    // Parts of the run can be told only when the number of requests is known.
    let mut outage = String::from("stock:30%..60%");
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("requests") => {
                args.requests = number("requests", &parser.value()?.string()?, 1..=1_000_000)?;
            }
            Arg::Long("threads") => {
                let threads = number("threads", &parser.value()?.string()?, 1..=256)?;
                args.threads = usize::try_from(threads).unwrap_or(256);
            }
            Arg::Long("seed") => {
                args.seed = number("seed", &parser.value()?.string()?, 0..=u64::MAX)?;
            }
            Arg::Long("outage") => outage = parser.value()?.string()?,
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
    args.outage = parse_outage(&outage, args.requests)?;
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

fn parse_outage(value: &str, requests: u64) -> Result<Option<Outage>, ArgsError> {
    let wrong = |allowed: &str| ArgsError::Value {
        option: "outage",
        value: value.to_owned(),
        allowed: allowed.to_owned(),
    };
    if value == "none" {
        return Ok(None);
    }
    let (service, when) = value
        .split_once(':')
        .ok_or_else(|| wrong("write SERVICE:FROM..TO, as in `stock:30%..60%`, or `none`"))?;
    let service = match service {
        "stock" => ServiceName::Stock,
        "rates" => ServiceName::Rates,
        "carrier" => ServiceName::Carrier,
        _ => return Err(wrong("the service is `stock`, `rates` or `carrier`")),
    };
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
    Ok(Some(Outage { service, requests: from..to }))
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
        let args = run(
            "--requests 1000 --threads=3 --seed 42 --outage rates:10%..250 --hiccups 30% --picture a.svg --json",
        );
        let outage = Outage { service: ServiceName::Rates, requests: 100..250 };
        let (requests, threads, seed, outage) = (1000, 3, 42, Some(outage));
        let (hiccups, picture) = (Some(30), Some(PathBuf::from("a.svg")));
        let wanted = Args { requests, threads, seed, outage, hiccups, picture, json: true };
        assert_eq!(args, wanted);
    }

    #[test]
    fn the_outage_is_a_part_of_the_run_whatever_the_order_of_options() {
        let before = run("--outage stock:50%..75% --requests 200");
        assert_eq!(before, run("--requests 200 --outage stock:50%..75%"));
        assert_eq!(before.outage.map(|outage| outage.requests), Some(100..150));
        assert_eq!(run("--outage none").outage, None);
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
            ("--threads 257", "--threads: `257` is not allowed: a whole number from 1 to 256"),
            ("--seed -1", "--seed: `-1` is not allowed: a whole number from 0"),
            ("--hiccups 30", "--hiccups: `30` is not allowed: a part of the calls, 0% to 100%"),
            ("--hiccups 101%", "--hiccups: `101%` is not allowed: a part of the calls"),
            ("--outage stock", "--outage: `stock` is not allowed: write SERVICE:FROM..TO"),
            ("--outage till:1%..2%", "--outage: `till:1%..2%` is not allowed: the service is"),
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
        assert!(error("--thread 3").contains("--thread"));
        assert!(error("--requests").contains("--requests"));
        assert!(error("shop").contains("shop"));
    }
}
