//! What a bench prints: one JSON line a case.

use anyhow::{Result, ensure};
use serde::Serialize;

/// What a case promises.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// The value is at least so many times the baseline.
    RatioAtLeast(f64),
    /// The value is at most so many times the baseline.
    RatioAtMost(f64),
    /// The value itself is at most so much.
    ValueAtMost(f64),
}

/// Interleaved rounds of one case.
#[derive(Debug, Default)]
pub struct Rounds {
    value: Vec<f64>,
    baseline: Vec<f64>,
}

/// What is measured.
#[derive(Clone, Debug)]
pub struct Case {
    /// The bench.
    pub bench: &'static str,
    /// Which of its cases.
    pub case: String,
    /// Of value and baseline.
    pub unit: &'static str,
    /// What it promises.
    pub bound: Bound,
}

/// Lowest and highest of the rounds.
type Range = [f64; 2];

#[derive(Serialize)]
struct Spread {
    value: Range,
    baseline: Range,
}

#[derive(Serialize)]
struct Line {
    bench: &'static str,
    case: String,
    value: f64,
    unit: &'static str,
    baseline: f64,
    ratio: f64,
    bound: String,
    holds: bool,
    spread: Spread,
}

impl Rounds {
    /// One round: the product, and the baseline right after or before it.
    pub fn add(&mut self, value: f64, baseline: f64) {
        self.value.push(value);
        self.baseline.push(baseline);
    }

    /// Prints the medians.
    pub fn print(self, case: Case) -> Result<()> {
        println!("{}", serde_json::to_string(&self.line(case)?)?);
        Ok(())
    }

    fn line(self, case: Case) -> Result<Line> {
        let (value, values) = summary(self.value)?;
        let (baseline, baselines) = summary(self.baseline)?;
        ensure!(
            baseline > 0.0,
            "{} {}: the baseline is {baseline}",
            case.bench,
            case.case
        );
        let ratio = value / baseline;
        let (bound, holds) = match case.bound {
            Bound::RatioAtLeast(least) => (format!("ratio >= {least}"), ratio >= least),
            Bound::RatioAtMost(most) => (format!("ratio <= {most}"), ratio <= most),
            Bound::ValueAtMost(most) => (format!("value <= {most}"), value <= most),
        };
        Ok(Line {
            bench: case.bench,
            case: case.case,
            value: rounded(value),
            unit: case.unit,
            baseline: rounded(baseline),
            ratio: rounded(ratio),
            bound,
            holds,
            spread: Spread {
                value: values,
                baseline: baselines,
            },
        })
    }
}

/// Median and range.
fn summary(mut rounds: Vec<f64>) -> Result<(f64, Range)> {
    ensure!(!rounds.is_empty(), "no round was measured");
    rounds.sort_by(f64::total_cmp);
    let middle = rounds.len() / 2;
    let median = match rounds.len() % 2 {
        0 => f64::midpoint(rounds[middle - 1], rounds[middle]),
        _ => rounds[middle],
    };
    Ok((median, [rounded(rounds[0]), rounded(rounds[rounds.len() - 1])]))
}

/// Three decimals: nothing here is known better.
fn rounded(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn line(rounds: &[(f64, f64)], bound: Bound) -> Value {
        let mut all = Rounds::default();
        for (value, baseline) in rounds {
            all.add(*value, *baseline);
        }
        let case = Case {
            bench: "join",
            case: "one".to_owned(),
            unit: "ms",
            bound,
        };
        serde_json::to_value(all.line(case).expect("a line")).expect("JSON")
    }

    #[test]
    fn a_line_has_the_promised_fields() {
        let line = line(&[(30.0, 20.0), (10.0, 40.0), (20.0, 10.0)], Bound::RatioAtMost(1.5));
        let expected = json!({
            "bench": "join", "case": "one", "value": 20.0, "unit": "ms", "baseline": 20.0, "ratio": 1.0,
            "bound": "ratio <= 1.5", "holds": true, "spread": {"value": [10.0, 30.0], "baseline": [10.0, 40.0]},
        });
        assert_eq!(line, expected);
    }

    #[test]
    fn a_bound_that_does_not_hold_says_so() {
        let rounds = [(30.0, 20.0), (32.0, 20.0)];
        for (bound, holds) in [
            (Bound::RatioAtLeast(1.6), false),
            (Bound::RatioAtLeast(1.5), true),
            (Bound::RatioAtMost(1.5), false),
            (Bound::ValueAtMost(30.9), false),
            (Bound::ValueAtMost(31.0), true),
        ] {
            assert_eq!(line(&rounds, bound)["holds"], holds, "{bound:?}");
        }
    }

    #[test]
    fn without_rounds_or_a_baseline_there_is_no_line() {
        let case = || Case {
            bench: "join",
            case: String::new(),
            unit: "ms",
            bound: Bound::RatioAtMost(1.0),
        };
        assert!(Rounds::default().line(case()).is_err());
        let mut rounds = Rounds::default();
        rounds.add(1.0, 0.0);
        assert!(rounds.line(case()).is_err());
    }
}
