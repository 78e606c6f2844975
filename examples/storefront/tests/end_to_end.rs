//! Whole days in the shop: the program itself, and the figures it tells.

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// What a run said, and how it ended.
struct Run {
    out: String,
    err: String,
    code: Option<i32>,
}

/// Runs the program; one that hangs is ended, loudly.
fn storefront(line: &str) -> Run {
    let mut program = Command::new(env!("CARGO_BIN_EXE_storefront"))
        .args(line.split_whitespace())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let (mut out, mut err) = (program.stdout.take(), program.stderr.take());
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let (mut said, mut complained) = (String::new(), String::new());
        out.as_mut().map(|out| out.read_to_string(&mut said));
        err.as_mut().map(|err| err.read_to_string(&mut complained));
        tell.send((said, complained))
    });
    let Ok((out, err)) = told.recv_timeout(Duration::from_secs(60)) else {
        drop(program.kill());
        panic!("`storefront {line}` hangs");
    };
    Run { out, err, code: program.wait().expect("it ended").code() }
}

/// The figures of a run with `--json`.
fn day(line: &str) -> Value {
    let run = storefront(&format!("{line} --json"));
    assert_eq!(run.code, Some(0), "{line}: {}", run.err);
    // Nothing but the object: parsing fails at anything around it.
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}", run.out))
}

fn count(day: &Value, path: &str) -> u64 {
    day.pointer(path).and_then(Value::as_u64).unwrap_or_else(|| panic!("no {path} in {day:#}"))
}

/// The sum of a figure over all services, points or reasons.
fn sum(day: &Value, path: &str, of: &str) -> u64 {
    let all = day.pointer(path).and_then(Value::as_object).cloned().unwrap_or_default();
    all.values().filter_map(|it| it.pointer(of).and_then(Value::as_u64)).sum()
}

/// The sum of a figure over the warehouse and the exchange, which are asked for every customer.
fn seen(day: &Value, of: &str) -> u64 {
    let count = |service: &str| count(day, &format!("/measured/services/{service}{of}"));
    count("stock") + count("rates")
}

/// Those who asked for what does not exist.
fn unknown(day: &Value) -> u64 {
    day["repeatable"]["failures"]["no such product"].as_u64().unwrap_or(0)
}

/// The changes of one breaker, as (from, to).
fn transitions(day: &Value, breaker: &str) -> Vec<(String, String)> {
    let all = day["measured"]["transitions"].as_array().cloned().unwrap_or_default();
    let text = |change: &Value, key: &str| change[key].as_str().unwrap_or_default().to_owned();
    all.iter()
        .filter(|change| text(change, "breaker") == breaker)
        .map(|change| (text(change, "from"), text(change, "to")))
        .collect()
}

/// One till, so that the requests after the outage outlast the breaker's pause.
const SMALL: &str = "--requests 200 --tills 1 --seed 7 --outage";

#[test]
fn a_small_day_adds_up() {
    let day = day(&format!("{SMALL} stock:20%..50%"));
    let answered = count(&day, "/repeatable/answered");
    assert_eq!(answered + count(&day, "/repeatable/failed"), 200);
    assert_eq!(count(&day, "/measured/order_book/sales"), answered);
    let degraded = count(&day, "/measured/degraded");
    assert_eq!(count(&day, "/measured/order_book/degraded"), degraded);
    assert_eq!(count(&day, "/measured/total/fell_back"), degraded);
    assert_eq!(count(&day, "/measured/latency/all/count"), 200);
    let in_full = count(&day, "/measured/latency/full/count");
    assert_eq!(in_full + count(&day, "/measured/latency/degraded/count"), answered);
}

#[test]
fn what_dyno_did_adds_up_with_what_others_saw() {
    let lines = ["stock:20%..50%", "rates:20%..50%", "stock-2:20%..50%", "none --hiccups 15%"];
    for line in lines {
        let day = day(&format!("{SMALL} {line}"));
        let total = |of: &str| count(&day, &format!("/measured/total/{of}"));
        // Both services are asked about every product there is, and again, unless turned away.
        let attempts = 2 * count(&day, "/repeatable/answered") + total("retried");
        let calls = seen(&day, "/calls");
        assert_eq!(attempts, calls + total("rejected"), "{line}");
        assert_eq!(total("late"), sum(&day, "/measured/services", "/forgotten"), "{line}");
        assert_eq!(total("retried"), count(&day, "/measured/budget/granted"), "{line}");
        assert_eq!(total("rejected"), sum(&day, "/measured/turned_away", ""), "{line}");
        assert_eq!(total("fell_back"), sum(&day, "/measured/stood_in", "/times"), "{line}");
        // Nothing that failed is hidden by what made up for it; what was given up is told as late.
        let failed = seen(&day, "/hiccups") + seen(&day, "/cut_off");
        assert_eq!(failed, sum(&day, "/measured/told", "/times"), "{line}");
        assert_eq!(sum(&day, "/measured/stood_in", "/failed"), 0, "{line}");
        assert!(total("fell_back") >= count(&day, "/measured/degraded"), "{line}");
        // The balancers have picked somebody for each call.
        let picked = |of: &str| sum(&day, "/measured/balanced", of);
        assert_eq!(picked("/picked"), sum(&day, "/measured/services", "/calls"), "{line}");
        let away = |of: &str| sum(&day, "/measured/services", of);
        let failed = away("/hiccups") + away("/cut_off") + away("/forgotten");
        assert_eq!(picked("/failed"), failed, "{line}");
    }
}

#[test]
fn retries_stay_within_the_budget() {
    let day = day("--requests 800 --tills 4 --seed 7 --outage none --hiccups 15%");
    let figure = |path: &str| day.pointer(path).and_then(Value::as_f64).expect(path);
    // Twenty, one for each ten calls, one a second.
    let calls = 2.0 * figure("/repeatable/answered");
    let most = 20.0 + 0.1 * calls + figure("/measured/wall_ms") / 1000.0 + 1.0;
    let granted = figure("/measured/budget/granted");
    assert!(granted <= most, "{granted} of {most}");
    assert!(granted > 20.0, "{granted}");
    // Who asked too much of it, gave up, and had something else stand in.
    let refused = count(&day, "/measured/budget/refused");
    let gave_up = count(&day, "/measured/total/gave_up");
    assert!(refused > 0 && refused <= gave_up, "{refused} {gave_up}");
    assert!(gave_up <= count(&day, "/measured/total/fell_back"));
    assert!((0.0..=20.0).contains(&figure("/measured/budget/tokens")));
}

#[test]
fn a_forgotten_call_is_late_and_made_again() {
    let day = day("--requests 1500 --tills 16 --seed 7 --outage none --hiccups 0%");
    let late = count(&day, "/measured/total/late");
    assert!(late > 0, "a call in a thousand is forgotten");
    assert_eq!(late, sum(&day, "/measured/services", "/forgotten"));
    assert_eq!(late, count(&day, "/measured/total/recovered"));
    assert_eq!(count(&day, "/measured/degraded"), 0);
}

#[test]
fn nobody_notices_that_a_replica_is_down() {
    for service in ["stock", "rates"] {
        let day = day(&format!("{SMALL} {service}-1:20%..80% --hiccups 0%"));
        assert_eq!(count(&day, "/repeatable/in_outages/0"), 120);
        assert_eq!(day["measured"]["noticed"][0]["down"], format!("{service}-1"));
        assert_eq!(count(&day, "/measured/degraded"), 0, "{day:#}");
        assert_eq!(count(&day, "/repeatable/failed"), unknown(&day));
        // Who fails is picked less, and not at all once it has failed often enough, but on trial.
        let replica = |number: u32, of: &str| {
            count(&day, &format!("/measured/replicas/{service}-{number}/{of}"))
        };
        let cut_off = replica(1, "cut_off");
        assert!((1..60).contains(&cut_off), "{cut_off} of 120 were cut off");
        assert_eq!(replica(2, "cut_off"), 0);
        // With one till, each of them was asked again at the other replica.
        assert_eq!(count(&day, "/measured/noticed/0/retried"), cut_off);
        assert_eq!(count(&day, &format!("/measured/balanced/{service}-2/passed_over")), 0);
    }
}

#[test]
fn nobody_goes_home_empty_handed_because_of_an_outage() {
    for service in ["stock", "rates"] {
        let day = day(&format!("{SMALL} {service}:20%..50%"));
        assert_eq!(count(&day, "/repeatable/in_outages/0"), 60);
        // All but those who asked for what does not exist.
        let degraded = count(&day, "/measured/noticed/0/degraded");
        assert!((58..=60).contains(&degraded), "{degraded}");
        assert_eq!(count(&day, "/repeatable/failed"), unknown(&day), "{day:#}");
        // Most of them did not even try.
        let cut_off = count(&day, &format!("/measured/services/{service}/cut_off"));
        assert!(cut_off > 0 && cut_off < degraded, "{cut_off} calls of {degraded} requests");
        assert!(count(&day, "/measured/total/rejected") > 0);
    }
}

#[test]
fn outages_may_follow_one_another() {
    let day = day(&format!("{SMALL} stock-1:10%..30% --outage stock-2:30%..60% --hiccups 0%"));
    let noticed = day["measured"]["noticed"].as_array().expect("a list");
    let came = |at: usize| noticed[at]["came"].as_u64().expect("a number");
    assert_eq!((came(0), came(1), came(2), noticed.len()), (40, 60, 100, 3));
    assert!(noticed[2]["down"].is_null(), "the rest of the day: {}", noticed[2]);
    for number in [1, 2] {
        let path = format!("/measured/replicas/stock-{number}/cut_off");
        assert!(count(&day, &path) > 0, "{path}");
    }
}

#[test]
fn a_carrier_that_is_down_is_not_missed() {
    let day = day(&format!("{SMALL} carrier:50%..100%"));
    let surcharges = |of: &str| count(&day, &format!("/measured/surcharges/{of}"));
    // Each call got an answer in one way, and all who asked the carrier are accounted for.
    let asked = surcharges("misses") + surcharges("early");
    let answered = count(&day, "/repeatable/answered");
    assert_eq!(surcharges("hits") + surcharges("stale") + surcharges("waited") + asked, answered);
    let carrier = |of: &str| count(&day, &format!("/measured/services/carrier/{of}"));
    assert!(carrier("calls") <= asked && asked < answered, "{asked} of {answered}");
    // While it was down, what it had said before did.
    assert!(carrier("cut_off") > 0 && surcharges("stale_if_error") >= carrier("cut_off"));
    assert_eq!(count(&day, "/measured/degraded"), 0);
    assert_eq!(answered, 200 - unknown(&day));
}

#[test]
fn breakers_open_try_and_close_again() {
    let day = day(&format!("{SMALL} stock:20%..50%"));
    for replica in ["stock-1", "stock-2"] {
        let changes = transitions(&day, replica);
        let step = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(changes.first(), Some(&step("closed", "open")), "{changes:?}");
        assert_eq!(changes.last(), Some(&step("half-open", "closed")), "{changes:?}");
        assert!(changes.contains(&step("open", "half-open")), "{changes:?}");
        for pair in changes.windows(2) {
            assert_eq!(pair[0].1, pair[1].0, "{changes:?}");
        }
    }
    assert_eq!(transitions(&day, "rates-1"), []);
}

#[test]
fn each_breaker_says_why_it_opened() {
    let reasons =
        [("stock", "5 failures in a row"), ("rates", " of 20 calls failed, the limit is 50%")];
    for (service, why) in reasons {
        let day = day(&format!("{SMALL} {service}:20%..50%"));
        let all = day["measured"]["transitions"].as_array().cloned().unwrap_or_default();
        let reasons: Vec<_> = all.iter().filter_map(|change| change["why"].as_str()).collect();
        // With one till there is nobody to come in between.
        assert!(reasons.first().is_some_and(|first| first.ends_with(why)), "{reasons:?}");
        assert_eq!(reasons.last(), Some(&"the trial succeeded"), "{reasons:?}");
    }
}

#[test]
fn everything_is_built_once() {
    let day = day("--requests 100 --tills 16 --outage none");
    let instances = day["measured"]["instances"].as_object().cloned().unwrap_or_default();
    assert_eq!(instances.len(), 8, "{instances:?}");
    for (provider, instance) in instances {
        assert_eq!(instance["built"], 1, "{provider}");
    }
    // The services' word for it.
    for service in ["stock", "rates", "carrier"] {
        for replica in [1, 2] {
            assert_eq!(
                count(&day, &format!("/measured/replicas/{service}-{replica}/greetings")),
                1
            );
        }
    }
}

#[test]
fn a_seed_repeats_the_day_at_any_number_of_tills() {
    let days = [3, 8].map(|tills| {
        day(&format!("--requests 400 --tills {tills} --seed 5 --outage rates:100..200"))
    });
    assert_eq!(days[0]["repeatable"], days[1]["repeatable"]);
    let calm =
        [3, 8].map(|tills| day(&format!("--requests 400 --tills {tills} --seed 5 --outage none")));
    assert_eq!(calm[0]["repeatable"], calm[1]["repeatable"]);
    // With no outage what dyno does follows from the seed too, to the last retry.
    assert_eq!(calm[0]["measured"]["points"], calm[1]["measured"]["points"]);
    // How often the carrier is asked is up to the clock.
    for service in ["stock", "rates"] {
        let seen = calm.each_ref().map(|day| &day["measured"]["services"][service]);
        assert_eq!(seen[0], seen[1]);
    }
    let granted = calm.each_ref().map(|day| count(day, "/measured/budget/granted"));
    assert_eq!(granted, [count(&calm[0], "/measured/total/retried"); 2]);
    assert!(granted[0] > 0);
    assert!(count(&calm[0], "/measured/total/recovered") > 0);
}

#[test]
fn bad_options_end_it_with_two_and_a_reason() {
    let run = storefront("--tills 0");
    assert_eq!((run.code, run.out.as_str()), (Some(2), ""));
    let told = "--tills: `0` is not allowed: a whole number from 1 to 256";
    assert!(run.err.contains(told), "{}", run.err);
    assert_eq!(storefront("--outage moon:1%..2%").code, Some(2));
    assert_eq!(storefront("--colour").code, Some(2));
}

#[test]
fn the_report_tells_what_happened() {
    let run = storefront(&format!("{SMALL} stock-1:5%..15% --outage stock:20%..50%"));
    assert_eq!(run.code, Some(0), "{}", run.err);
    for told in [
        "critical path",
        "200 requests at 1 till",
        "what customers noticed",
        "stock-1   10..30 ",
        "stock     40..100 ",
        "nothing   all others ",
        "stock-1: closed -> open: 5 failures in a row",
        "stock-2: half-open -> closed: the trial succeeded",
        "what the balancers did",
        "retries, out of the shop's budget",
        "of 20 tokens are left",
        "turned away without a call",
        "the breaker is open",
        "what fallbacks stood in for",
        "built once",
        "what failed, and was told",
        "the last: storefront::shop::on_hand failed: ",
        "the carrier's surcharges, cached",
        "metrics: the last ten seconds",
        "cache hits",
        "the slowest request\n      0.00 + request ",
        "+ ask the warehouse",
        "p95",
    ] {
        assert!(run.out.contains(told), "no `{told}` in:\n{}", run.out);
    }
    assert!(!run.out.contains("MORE THAN ONCE"), "{}", run.out);
}

#[test]
fn the_slowest_request_is_drawn() {
    let picture = std::env::temp_dir().join(format!("storefront-{}.svg", std::process::id()));
    let day = day(&format!("{SMALL} none --picture {}", picture.display()));
    let drawn = std::fs::read_to_string(&picture).expect("it is drawn");
    std::fs::remove_file(&picture).expect("it can be removed");
    let request = format!("request {}", count(&day, "/measured/slowest/request"));
    assert!(drawn.starts_with("<svg") && drawn.contains(&request), "{drawn}");
    let figure = |path: &str| day.pointer(path).and_then(Value::as_f64).expect(path);
    let (took, longest) =
        (figure("/measured/slowest/took_ms"), figure("/measured/latency/all/max_ms"));
    assert!(took > 0.0 && took <= longest, "{took} {longest}");
}
