//! What a thread used of the processor and of memory while a span ran on it.

use std::ops::{AddAssign, Sub};
use std::time::Duration;

/// What a span used, on Unix; of a span that moves between threads, while it ran on each.
///
/// Processor time is that of `CLOCK_THREAD_CPUTIME_ID`. The rest is `getrusage(RUSAGE_THREAD)`, which
/// Linux, FreeBSD and OpenBSD have; elsewhere it is zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Usage {
    /// Processor time, to the nanosecond.
    pub cpu: Duration,
    /// Of that in the program, to the kernel's tick.
    pub user: Duration,
    /// And in the kernel.
    pub system: Duration,
    /// Pages that had to be found in memory.
    pub minor_faults: u64,
    /// Pages that had to be read from a disk.
    pub major_faults: u64,
    /// How often the thread waited.
    pub voluntary_switches: u64,
    /// How often others took the processor from it.
    pub involuntary_switches: u64,
}

impl Usage {
    /// What this thread has used since it began.
    #[cfg(all(feature = "rusage", unix))]
    pub(super) fn here() -> Option<Self> {
        use nix::time::{ClockId, clock_gettime};

        let cpu = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).ok()?;
        Some(Self { cpu: cpu.into(), ..Self::counted().unwrap_or_default() })
    }

    #[cfg(not(all(feature = "rusage", unix)))]
    pub(super) fn here() -> Option<Self> {
        None
    }

    #[cfg(all(
        feature = "rusage",
        any(target_os = "linux", target_os = "freebsd", target_os = "openbsd")
    ))]
    fn counted() -> Option<Self> {
        use nix::sys::resource::{UsageWho, getrusage};
        use nix::sys::time::{TimeVal, TimeValLike};

        let usage = getrusage(UsageWho::RUSAGE_THREAD).ok()?;
        let count = |count: std::ffi::c_long| u64::try_from(count).unwrap_or(0);
        let time = |time: TimeVal| {
            Duration::from_micros(u64::try_from(time.num_microseconds()).unwrap_or(0))
        };
        Some(Self {
            cpu: Duration::ZERO,
            user: time(usage.user_time()),
            system: time(usage.system_time()),
            minor_faults: count(usage.minor_page_faults()),
            major_faults: count(usage.major_page_faults()),
            voluntary_switches: count(usage.voluntary_context_switches()),
            involuntary_switches: count(usage.involuntary_context_switches()),
        })
    }

    #[cfg(all(
        feature = "rusage",
        unix,
        not(any(target_os = "linux", target_os = "freebsd", target_os = "openbsd"))
    ))]
    fn counted() -> Option<Self> {
        None
    }
}

impl Sub for Usage {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self {
            cpu: self.cpu.saturating_sub(earlier.cpu),
            user: self.user.saturating_sub(earlier.user),
            system: self.system.saturating_sub(earlier.system),
            minor_faults: self.minor_faults.saturating_sub(earlier.minor_faults),
            major_faults: self.major_faults.saturating_sub(earlier.major_faults),
            voluntary_switches: self.voluntary_switches.saturating_sub(earlier.voluntary_switches),
            involuntary_switches: self
                .involuntary_switches
                .saturating_sub(earlier.involuntary_switches),
        }
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, more: Self) {
        self.cpu += more.cpu;
        self.user += more.user;
        self.system += more.system;
        self.minor_faults += more.minor_faults;
        self.major_faults += more.major_faults;
        self.voluntary_switches += more.voluntary_switches;
        self.involuntary_switches += more.involuntary_switches;
    }
}
