//! What the kernel knows of a process.

use anyhow::{Context, Result};
use std::fs;

/// Of `/proc/PID/stat`; the same on every Linux.
const TICKS_A_SECOND: f64 = 100.0;

/// Resident memory in KB.
pub fn resident_kb(pid: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("the process is gone")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let size = line.and_then(|line| line.split_whitespace().next());
    size.context("no VmRSS")?.parse().context("VmRSS")
}

/// Seconds of CPU, in the program and in the kernel for it.
pub fn cpu_s(pid: u32) -> Result<f64> {
    ticks_s(pid, [14, 15])
}

/// The same of all processes that it started and that have ended.
pub fn children_cpu_s(pid: u32) -> Result<f64> {
    ticks_s(pid, [16, 17])
}

/// The sum of two fields of `/proc/PID/stat`, counted from 1.
fn ticks_s(pid: u32, places: [usize; 2]) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("the process is gone")?;
    // The program's name may contain anything; the third field comes after it.
    let (_, fields) = stat.rsplit_once(") ").context("no name")?;
    let ticks = |place: usize| -> Result<f64> {
        let field = fields.split(' ').nth(place - 3);
        field.context("too few fields")?.parse().context("ticks")
    };
    Ok((ticks(places[0])? + ticks(places[1])?) / TICKS_A_SECOND)
}

/// The processes that one of this process's threads started.
pub fn children(pid: u32) -> Result<Vec<u32>> {
    let mut children = Vec::new();
    for thread in fs::read_dir(format!("/proc/{pid}/task")).context("the process is gone")? {
        let list = fs::read_to_string(thread?.path().join("children")).unwrap_or_default();
        children.extend(list.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
    }
    Ok(children)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_and_used_the_processor() {
        let me = std::process::id();
        assert!(resident_kb(me).expect("memory") > 100.0);
        let before = cpu_s(me).expect("ticks");
        while cpu_s(me).expect("ticks") <= before {}
    }
}
