//! How busy the process is.

use tokio::time::Instant;

/// Linux counts processor time for programs in hundredths of a second, on every architecture.
const TICKS_PER_SECOND: f64 = 100.0;

/// Share of one core used between two readings.
pub(crate) struct LoadMeter {
    ticks: u64,
    at: Instant,
}

impl LoadMeter {
    pub(crate) fn new() -> Self {
        Self {
            ticks: used_ticks(),
            at: Instant::now(),
        }
    }

    /// Thousandths of one core used since the last reading; 0 where the system doesn't tell.
    pub(crate) fn read(&mut self) -> u32 {
        let (ticks, now) = (used_ticks(), Instant::now());
        let seconds = now.duration_since(self.at).as_secs_f64();
        let used = ticks.saturating_sub(self.ticks) as f64 / TICKS_PER_SECOND;
        (self.ticks, self.at) = (ticks, now);
        if seconds > 0.0 {
            (used / seconds * 1000.0).round() as u32
        } else {
            0
        }
    }
}

fn used_ticks() -> u64 {
    std::fs::read_to_string("/proc/self/stat")
        .ok()
        .and_then(|stat| parse_stat(&stat))
        .unwrap_or(0)
}

/// User plus system time of `/proc/<pid>/stat`. The second field is the program's name and may hold spaces.
fn parse_stat(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut times = after_name.split_whitespace().skip(11);
    let user: u64 = times.next()?.parse().ok()?;
    let system: u64 = times.next()?.parse().ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_user_and_system_time() {
        let stat = "42 (media (1) node) S 1 42 42 0 -1 4194560 100 0 0 0 250 31 0 0 20 0 8 0 100 1 1";
        assert_eq!(parse_stat(stat), Some(281));
        assert_eq!(parse_stat("42 (x) S 1"), None);
    }
}
