//! Tells a day's figures, to people and to programs.

use std::fmt::{self, Display};
use std::ops::Range;
use std::time::Duration;

use crate::balanced::Balanced;
use crate::latency::Latency;
use crate::noticed::Noticed;
use crate::summary::{Measured, Options, Purse, Repeatable, StoodIn, Summary, Surcharges, Told};
use crate::tally::Transition;

impl Summary {
    /// One JSON object.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }
}

impl Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.requests(f)?;
        self.noticed(f)?;
        self.points(f)?;
        self.budget(f)?;
        self.turned_away(f)?;
        self.stood_in(f)?;
        self.told(f)?;
        self.breakers(f)?;
        self.balanced(f)?;
        self.surcharges(f)?;
        self.services(f)?;
        self.instances(f)?;
        self.latency(f)?;
        writeln!(f, "\nmetrics: the last ten seconds; latencies: the last minute")?;
        writeln!(f, "{}", self.measured.metrics)?;
        writeln!(f, "\nthe slowest request")?;
        write!(f, "{}", self.measured.slowest.tree)?;
        for warning in &self.measured.warnings {
            writeln!(f, "\nWARNING  {warning}")?;
        }
        let seed = self.options.seed;
        writeln!(f, "\n* the same in every run with these options and --seed {seed}")
    }
}

impl Summary {
    fn requests(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Options { requests, tills, .. } = self.options;
        let Repeatable { answered, failed, failures, units, .. } = &self.repeatable;
        let Measured { wall, degraded, backordered, order_book, .. } = &self.measured;
        let speed = per_second(requests, *wall);
        let plural = if tills == 1 { "" } else { "s" };
        writeln!(
            f,
            "{requests} requests at {tills} till{plural} in {} ({speed} a second)",
            Ms(*wall)
        )?;
        writeln!(f, "  answered *    {answered:>6}   {units} units, {backordered} backordered")?;
        writeln!(f, "    in full     {:>6}", answered - degraded)?;
        writeln!(f, "    degraded    {degraded:>6}   a fallback stood in")?;
        let reasons: Vec<_> = failures.iter().map(|(why, n)| format!("   {why}: {n}")).collect();
        writeln!(f, "  failed *      {failed:>6}{}", reasons.concat())?;
        let (sales, second_best) = (order_book.sales, order_book.degraded);
        writeln!(f, "  order book    {sales:>6}   sales written down, {second_best} degraded")
    }

    fn noticed(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nwhat customers noticed, by what was down when they came")?;
        writeln!(
            f,
            "  {:<9} {:<12} {:>6} {:>8} {:>9} {:>8} {:>11} {:>9} {:>9} {:>9}",
            "",
            "requests",
            "came *",
            "in full",
            "degraded",
            "failed *",
            "asked again",
            "p50",
            "p95",
            "p99"
        )?;
        for noticed in &self.measured.noticed {
            let Noticed { came, in_full, degraded, failed, retried, latency, .. } = noticed;
            let down = noticed.down.as_deref().unwrap_or("nothing");
            let requests =
                noticed.requests.as_ref().map(|Range { start, end }| format!("{start}..{end}"));
            let requests = requests.unwrap_or_else(|| "all others".to_owned());
            let (p50, p95, p99) = (Ms(latency.p50), Ms(latency.p95), Ms(latency.p99));
            writeln!(
                f,
                "  {down:<9} {requests:<12} {came:>6} {in_full:>8} {degraded:>9} {failed:>8} {retried:>11} \
                 {p50:>9} {p95:>9} {p99:>9}"
            )?;
        }
        let rest = self.measured.noticed.last().map_or(0, |rest| rest.degraded);
        if rest > 0 {
            writeln!(
                f,
                "  of the last row {rest} came before the breakers tried again, or met a failure"
            )?;
        }
        Ok(())
    }

    fn points(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nwhat dyno did")?;
        writeln!(
            f,
            "  {:<28} {:>8} {:>9} {:>8} {:>5} {:>11} {:>9}",
            "", "retried", "recovered", "gave up", "late", "turned away", "fell back"
        )?;
        for (point, counts) in &self.measured.points {
            writeln!(
                f,
                "  {:<28} {:>8} {:>9} {:>8} {:>5} {:>11} {:>9}",
                point,
                counts.retried,
                counts.recovered,
                counts.gave_up,
                counts.late,
                counts.rejected,
                counts.fell_back
            )?;
        }
        Ok(())
    }

    fn budget(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Purse { granted, refused, tokens, capacity } = self.measured.budget;
        writeln!(f, "\nretries, out of the shop's budget")?;
        writeln!(f, "  granted     {granted:>6}   {tokens:.1} of {capacity} tokens are left")?;
        writeln!(f, "  refused     {refused:>6}")
    }

    fn turned_away(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.measured.turned_away.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nturned away without a call")?;
        for (why, calls) in &self.measured.turned_away {
            writeln!(f, "  {calls:>6}   {why}")?;
        }
        Ok(())
    }

    fn stood_in(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.measured.stood_in.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nwhat fallbacks stood in for")?;
        for (point, StoodIn { times, refused, failed }) in &self.measured.stood_in {
            let tried = times - refused;
            write!(f, "  {point:<28} {times:>6}   {refused} turned away, {tried} failed")?;
            if *failed > 0 {
                write!(f, "; in vain: {failed}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }

    fn told(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.measured.told.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nwhat failed, and was told")?;
        for (point, Told { times, left_out, last }) in &self.measured.told {
            writeln!(f, "  {point:<28} {times:>6}   {left_out} of them only counted")?;
            if let Some(last) = last {
                writeln!(f, "    the last: {last}")?;
            }
        }
        Ok(())
    }

    fn breakers(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nbreakers")?;
        if self.measured.transitions.is_empty() {
            writeln!(f, "  all stayed closed")?;
        }
        let changes = &self.measured.transitions;
        for (at, change) in changes.iter().enumerate() {
            let Transition { at: time, request, breaker, from, to, why } = change;
            // Trials that fail come and go; what they are about is told when one succeeds.
            if *to == "half-open" || (*from == "half-open" && *to == "open") {
                continue;
            }
            let trials = trials(breaker, &changes[..at]);
            let after = if *from == "half-open" && trials > 1 {
                format!(", of {trials}")
            } else {
                String::new()
            };
            let time = Ms(*time);
            writeln!(
                f,
                "  {time:>11}  request {request:>6}  {breaker}: {from} -> {to}: {why}{after}"
            )?;
        }
        Ok(())
    }

    fn balanced(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nwhat the balancers did: who was slower lately is picked less")?;
        writeln!(
            f,
            "  {:<9} {:>8} {:>8} {:>12} {:>11}",
            "", "picked", "failed", "passed over", "for"
        )?;
        for (name, replica) in &self.measured.balanced {
            let Balanced { picked, failed, passed_over, time, .. } = replica;
            let time = Ms(*time);
            writeln!(f, "  {name:<9} {picked:>8} {failed:>8} {passed_over:>12} {time:>11}")?;
        }
        Ok(())
    }

    fn surcharges(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = &self.measured.surcharges;
        let Surcharges { hits, misses, early, stale, waited, stale_if_error } = all;
        writeln!(f, "\nthe carrier's surcharges, cached")?;
        writeln!(f, "  at once     {:>6}   {stale} of them too old by a little", hits + stale)?;
        writeln!(f, "  asked for   {:>6}   {early} of them before it was too old", misses + early)?;
        writeln!(f, "  waited      {waited:>6}   for another customer who asked")?;
        writeln!(f, "  in vain     {stale_if_error:>6}   what was known before did")
    }

    fn services(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nwhat the services saw")?;
        writeln!(
            f,
            "  {:<9} {:>8} {:>9} {:>13} {:>10} {:>8} {:>10}",
            "", "calls", "answered", "hiccups (503)", "forgotten", "cut off", "connected"
        )?;
        for (name, seen) in &self.measured.replicas {
            writeln!(
                f,
                "  {:<9} {:>8} {:>9} {:>13} {:>10} {:>8} {:>10}",
                name,
                seen.calls,
                seen.answered,
                seen.hiccups,
                seen.forgotten,
                seen.cut_off,
                seen.greetings
            )?;
        }
        Ok(())
    }

    fn instances(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.measured.instances.is_empty() {
            return Ok(());
        }
        writeln!(f, "\ninjected instances")?;
        for (provider, instance) in &self.measured.instances {
            let times = if instance.built == 1 { "once" } else { "MORE THAN ONCE" };
            writeln!(f, "  {provider:<36} built {times}  {:>11}", Ms(instance.took))?;
        }
        Ok(())
    }

    fn latency(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nlatency")?;
        writeln!(
            f,
            "  {:<20} {:>7} {:>11} {:>11} {:>11} {:>11}",
            "", "count", "p50", "p95", "p99", "max"
        )?;
        let latency = &self.measured.latency;
        let rows = [
            ("all requests", latency.all),
            ("answered in full", latency.full),
            ("answered degraded", latency.degraded),
        ];
        for (name, Latency { count, p50, p95, p99, max }) in rows {
            let (p50, p95, p99, max) = (Ms(p50), Ms(p95), Ms(p99), Ms(max));
            writeln!(f, "  {name:<20} {count:>7} {p50:>11} {p95:>11} {p99:>11} {max:>11}")?;
        }
        Ok(())
    }
}

/// How many trials of `breaker` there were since it opened.
fn trials(breaker: &str, changes: &[Transition]) -> usize {
    let of_it = changes.iter().rev().filter(|change| change.breaker == breaker);
    of_it
        .take_while(|change| change.from != "closed")
        .filter(|change| change.to == "half-open")
        .count()
}

/// A time in milliseconds, as all of them are written.
struct Ms(Duration);

impl Display for Ms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:.1} ms", self.0.as_secs_f64() * 1000.0))
    }
}

/// A time in milliseconds, for programs.
pub fn millis<S: serde::Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(time.as_secs_f64() * 1000.0)
}

fn per_second(requests: u64, wall: Duration) -> u128 {
    u128::from(requests) * 1_000_000 / wall.as_micros().max(1)
}
