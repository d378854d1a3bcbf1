//! How good one side's connection was over a call.

/// Two reports further apart than this say nothing of the time between them.
const GAP_MS: i64 = 2_000;
/// From this score on, of 10, a connection is good; from the other on it is fair.
const GOOD: u8 = 7;
const FAIR: u8 = 4;

/// Time by how good the connection was, and its worst moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quality {
    /// Picture and sound came clearly.
    pub good_ms: i64,
    /// They had flaws.
    pub fair_ms: i64,
    /// They broke off.
    pub poor_ms: i64,
    /// The lowest score, 0 to 10; none if there was none.
    pub worst: Option<u8>,
    /// Sound came without any picture: the line carried none, or none was sent, or looked at.
    pub sound_only_ms: i64,
}

impl Quality {
    /// The connection has had that score for so long.
    pub fn add(&mut self, score: u8, ms: i64) {
        let ms = ms.clamp(0, GAP_MS);
        match score {
            GOOD.. => self.good_ms += ms,
            FAIR.. => self.fair_ms += ms,
            _ => self.poor_ms += ms,
        }
        self.worst = Some(self.worst.map_or(score, |worst| worst.min(score)));
    }

    /// For so long sound came without a picture.
    pub fn add_sound_only(&mut self, ms: i64) {
        self.sound_only_ms += ms.clamp(0, GAP_MS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_counts_by_its_score_and_gaps_do_not() {
        let mut quality = Quality::default();
        quality.add(10, 500);
        quality.add(7, 500);
        quality.add(5, 500);
        quality.add(2, 500);
        quality.add(9, 60_000);
        quality.add_sound_only(500);
        quality.add_sound_only(60_000);
        let expected = Quality {
            good_ms: 3_000,
            fair_ms: 500,
            poor_ms: 500,
            worst: Some(2),
            sound_only_ms: 2_500,
        };
        assert_eq!(quality, expected);
    }
}
