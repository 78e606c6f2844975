//! Stop calling what keeps failing, find out when it is well again, and let calls back by degrees.
//!
//! Two calls a second go to a warehouse that begins to fail, is down, and comes back slow at first.
//! On the left is how it would have answered each (`.` at once, `s` slowly, `x` not at all), then
//! what became of the call (`-`: turned away), then what the breaker did, and why. Trials that have
//! succeeded leave it half-open: it lets a part of the calls pass, then more, then all. The clock is
//! frozen, so that seconds pass at once.
//!
//! ```text
//!  0 s  .......x..  .......x..
//!  5 s  ..x.xxxxxx  ..x.xxx---   8.0 s  closed -> open: 5 of 10 calls failed, the limit is 50%
//! 10 s  xxxxxxxxxx  ----x-----  12.0 s  open -> half-open: 4.0s have passed
//!                               12.0 s  half-open -> open: the trial failed
//! 15 s  xxssssssss  --s-------  16.0 s  open -> half-open: 4.0s have passed
//!                               16.4 s  half-open -> open: the trial was too slow
//! 20 s  ..........  -..---...-  20.5 s  open -> half-open: 4.1s have passed
//! 25 s  ..........  ..........  25.0 s  half-open -> closed: recovered by stages
//! the first to be turned away: warehouse: the breaker is open, try again in 3.5s (last error: no route to host)
//! ```

use std::sync::mpsc;
use std::time::Duration;

use dyno::breaker::{Breaker, Happened};
use dyno::{Error, breaker, clock};

static WAREHOUSE: Breaker = Breaker::new("warehouse")
    .window_calls(10) // of the latest ten calls,
    .failure_rate(0.5) // half may fail
    .min_calls(5) // once there are five
    .reset_timeout(Duration::from_secs(4)) // then leave it alone for so long
    .slow(Duration::from_millis(300)) // a trial must not take longer,
    .success_threshold(2) // and two must succeed
    .recover(&[0.2, 0.6]); // then these shares of the calls pass, 2 s each

/// How the warehouse is: a letter for each half second.
const DAY: [&str; 6] =
    [".......x..", "..x.xxxxxx", "xxxxxxxxxx", "xxssssssss", "..........", ".........."];
const TICK: Duration = Duration::from_millis(500);

#[breaker(WAREHOUSE, wrap)]
fn in_stock(how: char) -> Result<u32, &'static str> {
    match how {
        'x' => return Err("no route to host"),
        's' => clock::sleep(Duration::from_millis(400)),
        _ => {}
    }
    Ok(7)
}

fn main() {
    fastrand::seed(7); // which calls a share takes in is drawn
    let (frozen, start) = (clock::freeze(), clock::now());
    let (tell, told) = mpsc::channel();
    let listening = WAREHOUSE.listen(move |_: &Breaker, happened: &Happened| {
        if let Happened::StateChange { change, .. } = happened {
            let _ = tell.send(format!("{:4.1} s  {change}", start.elapsed().as_secs_f32()));
        }
    });
    let mut first = None;
    for day in DAY {
        let (row, mut calls) = (start.elapsed().as_secs(), String::new());
        for how in day.chars() {
            let asked = clock::now();
            calls.push(match in_stock(how) {
                Ok(_) => how,
                Err(Error::Inner(_)) => 'x',
                Err(Error::Fault(fault)) => {
                    first.get_or_insert(fault);
                    '-'
                }
            });
            frozen.advance(TICK.saturating_sub(asked.elapsed()));
        }
        let changes = told.try_iter().collect::<Vec<_>>().join(&format!("\n{:30}", ""));
        println!("{}", format!("{row:>2} s  {day}  {calls}  {changes}").trim_end());
    }
    println!("the first to be turned away: {}", first.expect("there was one"));
    drop(listening);
}
