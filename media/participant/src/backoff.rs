//! How long to wait before trying again.

use std::time::Duration;

const SHORTEST: Duration = Duration::from_millis(100);

/// Waits that double up to a limit, each shortened by a random part so that many don't come back at once.
#[derive(Debug)]
pub struct Backoff {
    next: Duration,
    longest: Duration,
}

impl Backoff {
    /// Never waits longer than `longest`.
    pub fn new(longest: Duration) -> Self {
        Self {
            next: SHORTEST,
            longest,
        }
    }

    /// The next wait: between half of it and all of it.
    pub fn next(&mut self) -> Duration {
        let full = self.next.min(self.longest);
        self.next = full * 2;
        full.mul_f64(rand::random_range(0.5..1.0))
    }

    /// Things went well: begins anew.
    pub fn reset(&mut self) {
        self.next = SHORTEST;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_limit_and_begin_anew() {
        let longest = Duration::from_secs(2);
        let mut backoff = Backoff::new(longest);
        assert!(backoff.next() <= SHORTEST);
        for _ in 0..20 {
            assert!(backoff.next() <= longest);
        }
        assert!(backoff.next() >= longest / 2);
        backoff.reset();
        assert!(backoff.next() <= SHORTEST);
    }
}
