//! One call, several targets: which is called, and what becomes of one that fails.
//!
//! Three servers answer, in 10 ms, in 10 ms and in 40 ms; 300 calls find out by themselves who is
//! slow. Then the first one breaks down: its breaker opens after two failures, and all further calls
//! go to the others. After its time-out one call tries it, and it is back, but for 10 s it gets less
//! than its share, from a tenth on. The clock is frozen, so that time passes at once, and chance is
//! seeded.
//!
//! ```text
//! prices (p2c)        state   weight  in flight  latency  failing  picks  failures
//! http://10.0.0.1:80  closed       1          0   10.0ms     0.0%    149         0
//! http://10.0.0.2:80  closed       1          0   10.0ms     0.0%    150         0
//! http://10.0.0.3:80  closed       1          0   29.7ms     0.0%      1         0
//!
//! after it broke down:
//! prices (p2c)        state   weight  in flight  latency  failing  picks  failures
//! http://10.0.0.1:80  open         1          0    9.1ms    21.1%    151         2
//! http://10.0.0.2:80  closed       1          0   10.0ms     0.0%    247         0
//! http://10.0.0.3:80  closed       1          0   38.4ms     0.0%      4         0
//!
//! and back:
//! prices (p2c)        state                   weight  in flight  latency  failing  picks  failures
//! http://10.0.0.1:80  closed, warming up  10.2% of 1          0   10.0ms     4.5%    158         2
//! http://10.0.0.2:80  closed                       1          0   10.0ms     0.0%    339         0
//! http://10.0.0.3:80  closed                       1          0   37.3ms     0.0%      5         0
//! ```

use std::time::Duration;

use dyno::balance::{Balancer, Tried};
use dyno::breaker::Settings;
use dyno::clock;

const MS: Duration = Duration::from_millis(1);

static PRICES: Balancer =
    Balancer::new("prices", &["http://10.0.0.1:80", "http://10.0.0.2:80", "http://10.0.0.3:80"])
        .breaker(Settings::new().fail_max(2).reset_timeout(Duration::from_secs(5)));

/// A call of two attempts at most: the second goes to another target.
fn price(broken: &str) -> Result<u32, dyno::Fault> {
    let tried = Tried::new();
    loop {
        let pick = PRICES.pick(&tried)?;
        let host = pick.target().host().to_owned();
        clock::sleep(if host == "10.0.0.3" { 40 * MS } else { 10 * MS });
        if host == broken && tried.count() < 2 {
            pick.failure();
        } else {
            pick.success();
            return Ok(995);
        }
    }
}

fn main() -> Result<(), dyno::Fault> {
    let frozen = clock::freeze();
    fastrand::seed(7);
    for _ in 0..300 {
        price("none")?;
    }
    println!("{}", PRICES.snapshot());

    for _ in 0..100 {
        price("10.0.0.1")?;
    }
    println!("\nafter it broke down:\n{}", PRICES.snapshot());

    frozen.advance(Duration::from_secs(5));
    for _ in 0..100 {
        price("none")?;
    }
    println!("\nand back:\n{}", PRICES.snapshot());
    Ok(())
}
