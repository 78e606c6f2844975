//! Rules in words.

use std::fmt;
use std::time::Duration;

use super::{Circuit, Opened, Rule};

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Breaker { circuit, retry_after, last_error } => {
                breaker(f, circuit, *retry_after)?;
                match last_error {
                    Some(error) => write!(f, "; last error: {error}"),
                    None => Ok(()),
                }
            }
            Self::Fuse { on, switched } => {
                write!(f, "the fuse is {}", if *on { "on" } else { "off" })?;
                match switched {
                    Some(at) => write!(f, ", switched by {}:{}", at.file(), at.line()),
                    None => Ok(()),
                }
            }
            Self::Bulkhead { .. } => bulkhead(f, self),
            Self::Rate { calls, per, burst, waiting, next_in } => {
                let reached = next_in.is_some();
                f.write_str(if reached { "the rate limit is reached: " } else { "the rate is " })?;
                write!(f, "{calls}/{per:?}, burst {burst}")?;
                if *waiting > 0 {
                    write!(f, ", {waiting} waiting")?;
                }
                next_in.map_or(Ok(()), |next| write!(f, ", next permit in {next:.1?}"))
            }
            Self::Budget { tokens, cost, share, reserve } => {
                let spent = if tokens < cost { " is spent" } else { "" };
                write!(
                    f,
                    "the retry budget{spent}: {tokens} tokens, a further attempt takes {cost}; "
                )?;
                write!(f, "a call gives {share}, a second {reserve}")
            }
            Self::Deadline { left, passed, needed } => {
                f.write_str("the deadline is spent")?;
                match (passed, needed) {
                    (Some(passed), _) => write!(f, ": it had passed {passed:.1?} ago"),
                    (None, Some(needed)) => {
                        write!(f, ": {left:.1?} were left, and {needed:.1?} needed")
                    }
                    (None, None) => write!(f, ": {left:.1?} were left"),
                }
            }
            Self::TimeOut { limit, elapsed: None } => write!(f, "the limit is {limit:?}"),
            Self::TimeOut { limit, elapsed: Some(elapsed) } => {
                write!(f, "no answer within {limit:?}, waited {elapsed:.1?}")
            }
            Self::Inject { error } => error.fmt(f),
            Self::Aspect { error } => error.fmt(f),
            Self::Target { message } => write!(f, "no target to call: {message}"),
            Self::Store { message } => write!(f, "the shared store failed: {message}"),
            Self::Other { policy, text } => write!(f, "{policy}: {text}"),
            Self::Unknown { reason, retry_after } => {
                write!(f, "{reason}")?;
                retry_after.map_or(Ok(()), |after| write!(f, ", try again in {after:.1?}"))
            }
        }
    }
}

fn breaker(
    f: &mut fmt::Formatter<'_>,
    circuit: &Circuit,
    retry_after: Option<Duration>,
) -> fmt::Result {
    match circuit {
        Circuit::Closed { failures, fail_max } => {
            f.write_str("the breaker is closed")?;
            match fail_max {
                Some(max) => write!(f, ": {failures} of {max} failures in a row"),
                None => Ok(()),
            }
        }
        Circuit::Open { why } => {
            match retry_after {
                Some(left) => write!(f, "the breaker is open for {left:.1?} more")?,
                None => f.write_str("the breaker is open until it is reset")?,
            }
            why.as_ref().map_or(Ok(()), |why| write!(f, ": {why}"))
        }
        Circuit::ForcedOpen { at } => {
            f.write_str("the breaker is held open by hand")?;
            at.map_or(Ok(()), |at| write!(f, ": {}:{}", at.file(), at.line()))
        }
        Circuit::HalfOpen { trials, permits } => {
            write!(f, "the breaker is half-open: {trials} of {permits} trials under way")?;
            retry_after.map_or(Ok(()), |left| write!(f, ", the next in {left:.1?} at the latest"))
        }
        Circuit::Recovering { share } => {
            let percent = (share * 1e6).round() / 1e4;
            write!(f, "the breaker is recovering: {percent}% of the calls pass")?;
            retry_after.map_or(Ok(()), |left| write!(f, ", more in {left:.1?}"))
        }
        Circuit::Disabled => f.write_str("the breaker is disabled: all calls pass"),
        Circuit::MetricsOnly => f.write_str("the breaker only measures: all calls pass"),
    }
}

fn bulkhead(f: &mut fmt::Formatter<'_>, rule: &Rule) -> fmt::Result {
    let Rule::Bulkhead { limit, in_flight, waiting, queue, waited, retry_after } = rule else {
        return Ok(());
    };
    f.write_str(if waited.is_some() { "the bulkhead is full: " } else { "" })?;
    write!(f, "{in_flight} of {limit} in flight")?;
    if *queue > 0 {
        write!(f, ", {waiting} of {queue} waiting")?;
    }
    if let Some(waited) = waited.filter(|waited| !waited.is_zero()) {
        write!(f, ", waited {waited:.1?}")?;
    }
    retry_after.map_or(Ok(()), |after| write!(f, ", a place in some {after:.1?}"))
}

impl fmt::Display for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| (share * 1e6).round() / 1e4;
        match *self {
            Self::Failures { in_a_row, limit } => {
                match in_a_row {
                    1 => f.write_str("1 failure")?,
                    _ => write!(f, "{in_a_row} failures in a row")?,
                }
                limit.map_or(Ok(()), |limit| write!(f, ", the limit is {limit}"))
            }
            Self::FailureRate { failures, calls, limit } => {
                write!(f, "{failures} of {calls} calls failed, the limit is {}%", percent(limit))
            }
            Self::SlowRate { slow, calls, limit } => {
                write!(f, "{slow} of {calls} calls were slow, the limit is {}%", percent(limit))
            }
            Self::Rule { name } => f.write_str(name),
            Self::TrialsFailed { failures: 1 } => f.write_str("the trial failed"),
            Self::TrialsFailed { failures } => write!(f, "{failures} trials failed"),
            Self::SlowTrial => f.write_str("the trial was too slow"),
            Self::ByHand { at } => write!(f, "by hand, {}:{}", at.file(), at.line()),
            Self::Remote => f.write_str("by another program"),
        }
    }
}
