//! A domain of a tenant's own: which can be one, and how long the proof that it is theirs holds.

use crate::domain::time::Moment;
use serde::{Deserialize, Serialize};
use std::{fmt, net::IpAddr};
use unicode_security::{MixedScript, confusable_detection::skeleton};
use utoipa::ToSchema;

/// Most domains of one tenant: some with and without `www`.
pub const MOST_DOMAINS: usize = 5;

/// Where the record stands that proves a domain.
const LABEL: &str = "_tallyroom";
/// The longest name the DNS has.
const LONGEST_NAME: usize = 253;
/// Endings that no public domain has (RFC 2606, RFC 6761, RFC 8375 and names of home networks).
const RESERVED: [&str; 14] = [
    "localhost",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "onion",
    "arpa",
    "test",
    "example",
    "invalid",
    "alt",
];
/// Names for documentation; nobody can own them.
const DOCUMENTATION: [&str; 3] = ["example.com", "example.net", "example.org"];

/// A domain as the DNS spells it: lower case, other scripts in punycode, no port, no dot at the end.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OwnDomain(String);

/// Why a text is no domain that a tenant could have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoDomain {
    /// Not a domain's name, or with something around it.
    Malformed,
    /// An address of the network.
    Address,
    /// Only one label.
    Single,
    /// The platform's own, or below it.
    Platform,
    /// An ending that isn't public.
    Reserved,
    /// Letters of several scripts in one label, or such as look like Latin ones.
    Lookalike,
}

impl fmt::Display for NoDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => {
                "Enter a domain such as www.your-business.com, without https://, port or path, 242 characters at most."
            }
            Self::Address => "That is a network address. Enter a domain's name.",
            Self::Single => "Enter the whole domain, with its ending, such as your-business.com.",
            Self::Platform => {
                "Addresses below the platform's own domain can't be claimed. Your subdomain works already."
            }
            Self::Reserved => "That ending is reserved: no public domain has it.",
            Self::Lookalike => {
                "There are letters in this domain that look like others. Names that can be taken for another domain \
                 aren't served."
            }
        })
    }
}

impl OwnDomain {
    /// Checks a domain that somebody typed; `platform` is the platform's own host.
    ///
    /// # Errors
    /// [`NoDomain`].
    pub fn parse(typed: &str, platform: &str) -> Result<Self, NoDomain> {
        let typed = typed.trim();
        let typed = typed.strip_suffix('.').unwrap_or(typed);
        if typed.parse::<IpAddr>().is_ok() || typed.starts_with('[') {
            return Err(NoDomain::Address);
        }
        let name = idna::domain_to_ascii_strict(typed).map_err(|_| NoDomain::Malformed)?;
        let labels: Vec<&str> = name.split('.').collect();
        let last = labels.last().copied().unwrap_or_default();
        if name.is_empty() || name.len() + LABEL.len() + 1 > LONGEST_NAME {
            return Err(NoDomain::Malformed);
        }
        // Browsers read names that end in a number as addresses, whatever the number's spelling.
        if last.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(NoDomain::Address);
        }
        let within = |parent: &str| name == parent || name.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.'));
        if within(platform) {
            return Err(NoDomain::Platform);
        }
        if RESERVED.contains(&last) || DOCUMENTATION.into_iter().any(within) {
            return Err(NoDomain::Reserved);
        }
        if labels.len() < 2 {
            return Err(NoDomain::Single);
        }
        let (shown, _) = idna::domain_to_unicode(&name);
        if shown.split('.').any(is_lookalike) {
            return Err(NoDomain::Lookalike);
        }
        Ok(Self(name))
    }

    /// As the DNS spells it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A domain as people read it.
pub fn shown(domain: &str) -> String {
    idna::domain_to_unicode(domain).0
}

/// The name of the TXT record that proves a domain.
pub fn record_of(domain: &str) -> String {
    format!("{LABEL}.{domain}")
}

/// Slugs have no other scripts at all; a business's own domain may, but then nothing else than what it seems.
fn is_lookalike(label: &str) -> bool {
    !label.is_ascii() && (!label.is_single_script() || skeleton(label).all(|c| c.is_ascii()))
}

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProofState {
    /// The record wasn't seen yet.
    Waiting,
    /// It was; the domain is served.
    Proven,
    /// It was, and is gone: the domain isn't served any more.
    Lost,
}

impl ProofState {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Proven => "proven",
            Self::Lost => "lost",
        }
    }

    /// Reads [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Waiting, Self::Proven, Self::Lost]
            .into_iter()
            .find(|known| known.name() == name)
    }
}

/// What looking for the record brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// The record.
    Record,
    /// Records of that name that say something else.
    Other,
    /// There is none.
    Nothing,
    /// Nobody who knows could be asked.
    NoAnswer,
    /// The record, but another tenant has proved the domain.
    Taken,
}

impl Found {
    const ALL: [Self; 5] = [Self::Record, Self::Other, Self::Nothing, Self::NoAnswer, Self::Taken];

    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Other => "other",
            Self::Nothing => "nothing",
            Self::NoAnswer => "no_answer",
            Self::Taken => "taken",
        }
    }

    /// Reads [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }
}

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
/// The longest pause between two looks for a record that wasn't seen yet.
const LONGEST_WAIT_MS: i64 = 6 * HOUR_MS;
/// How long is looked for a record that never comes, and for one that is gone.
const GIVEN_UP_MS: i64 = 30 * DAY_MS;
/// How long a record may be missing before the proof is lost.
pub const FORGIVEN_MS: i64 = 3 * DAY_MS;

/// The proof of a claim over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    /// What became of it.
    pub state: ProofState,
    /// Since when.
    pub since: Moment,
    /// Looked for in vain since then, while it was proven.
    pub failing_since: Option<Moment>,
    /// How often was looked.
    pub checks: i32,
}

impl Proof {
    /// How it is after a look. Where nobody could be asked nothing is known, and nothing is lost.
    #[must_use]
    pub fn after(self, found: Found, now: Moment) -> Self {
        let checks = self.checks.saturating_add(1);
        let same = Self { checks, ..self };
        let new = |state| Self {
            state,
            since: now,
            failing_since: None,
            checks: 0,
        };
        match (self.state, found) {
            (ProofState::Proven, Found::Record) => Self {
                failing_since: None,
                ..same
            },
            (_, Found::Record) => new(ProofState::Proven),
            (_, Found::NoAnswer) => same,
            (ProofState::Proven, _) => match self.failing_since {
                Some(since) if now - since >= FORGIVEN_MS => new(ProofState::Lost),
                since => Self {
                    failing_since: since.or(Some(now)),
                    ..same
                },
            },
            (ProofState::Waiting | ProofState::Lost, _) => same,
        }
    }

    /// When to look again: ever more slowly for what was never there, daily for what is there, more often for what
    /// went missing. Never for what was given up.
    pub fn next_check(self, now: Moment) -> Option<Moment> {
        match self.state {
            ProofState::Proven if self.failing_since.is_some() => Some(now + 6 * HOUR_MS),
            ProofState::Proven => Some(now + DAY_MS),
            _ if now - self.since >= GIVEN_UP_MS => None,
            ProofState::Waiting => {
                let pause = MINUTE_MS.saturating_mul(1 << self.checks.clamp(0, 20));
                Some(now + pause.min(LONGEST_WAIT_MS))
            }
            ProofState::Lost => Some(now + DAY_MS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_spelled_as_the_dns_does() {
        for (typed, name) in [
            ("salon-lumen.com", "salon-lumen.com"),
            (" WWW.Salon-Lumen.COM. ", "www.salon-lumen.com"),
            ("müller.de", "xn--mller-kva.de"),
            ("XN--MLLER-KVA.de", "xn--mller-kva.de"),
            ("привет-мир.com", "xn----ctbjkdxqigq.com"),
            ("例え.jp", "xn--r8jz45g.jp"),
            ("mylocalhost.com", "mylocalhost.com"),
            ("nottallyroom.io", "nottallyroom.io"),
        ] {
            let parsed = OwnDomain::parse(typed, "tallyroom.io").expect(typed);
            assert_eq!(parsed.as_str(), name);
        }
    }

    #[test]
    fn what_nobody_can_own_is_refused_with_the_reason() {
        let long = format!(
            "{}.com",
            ["a".repeat(60), "b".repeat(60), "c".repeat(60), "d".repeat(60)].join(".")
        );
        for (typed, why) in [
            ("", NoDomain::Malformed),
            ("https://salon.com", NoDomain::Malformed),
            ("salon.com:8080", NoDomain::Malformed),
            ("salon.com/path", NoDomain::Malformed),
            ("sal on.com", NoDomain::Malformed),
            ("-salon.com", NoDomain::Malformed),
            ("sal_on.com", NoDomain::Malformed),
            ("salon..com", NoDomain::Malformed),
            ("*.salon.com", NoDomain::Malformed),
            ("a@salon.com", NoDomain::Malformed),
            ("salon.com\0", NoDomain::Malformed),
            (&long, NoDomain::Malformed),
            (&format!("{}.com", "a".repeat(64)), NoDomain::Malformed),
            ("192.0.2.1", NoDomain::Address),
            ("2001:db8::1", NoDomain::Address),
            ("[::1]", NoDomain::Address),
            ("salon.0x7f", NoDomain::Address),
            ("１９２.0.2.1", NoDomain::Address),
            ("salon", NoDomain::Single),
            ("com", NoDomain::Single),
            ("localhost", NoDomain::Reserved),
            ("shop.local", NoDomain::Reserved),
            ("shop.INTERNAL", NoDomain::Reserved),
            ("shop.onion", NoDomain::Reserved),
            ("shop.test", NoDomain::Reserved),
            ("www.example.org", NoDomain::Reserved),
            ("tallyroom.io", NoDomain::Platform),
            ("lumen.Tallyroom.io", NoDomain::Platform),
            ("ｌumen.tallyroom.io", NoDomain::Platform),
            ("аррӏе.com", NoDomain::Lookalike),
            ("pаypal.com", NoDomain::Lookalike),
            ("xn--pypal-4ve.com", NoDomain::Lookalike),
        ] {
            assert_eq!(OwnDomain::parse(typed, "tallyroom.io"), Err(why), "{typed}");
        }
    }

    #[test]
    fn a_proof_is_lost_after_days_without_its_record_and_not_where_nobody_answers() {
        let start = Moment(1_800_000_000_000);
        let waiting = Proof {
            state: ProofState::Waiting,
            since: start,
            failing_since: None,
            checks: 0,
        };
        let proven = waiting
            .after(Found::Nothing, start)
            .after(Found::Record, start + DAY_MS);
        assert_eq!((proven.state, proven.since), (ProofState::Proven, start + DAY_MS));
        let later = |days: i64| start + days * DAY_MS;
        let silent = proven
            .after(Found::NoAnswer, later(5))
            .after(Found::NoAnswer, later(50));
        assert_eq!((silent.state, silent.failing_since), (ProofState::Proven, None));
        let failing = proven
            .after(Found::Nothing, later(5))
            .after(Found::Other, later(8) + -1);
        assert_eq!(
            (failing.state, failing.failing_since),
            (ProofState::Proven, Some(later(5)))
        );
        assert_eq!(failing.after(Found::Record, later(8)).failing_since, None);
        let lost = failing.after(Found::Nothing, later(8));
        assert_eq!((lost.state, lost.since), (ProofState::Lost, later(8)));
        assert_eq!(lost.next_check(later(8)), Some(later(9)));
        assert_eq!(lost.next_check(later(38)), None);
        assert_eq!(lost.after(Found::Record, later(9)).state, ProofState::Proven);
    }

    #[test]
    fn one_looks_ever_more_slowly_and_then_no_more() {
        let start = Moment(1_800_000_000_000);
        let mut proof = Proof {
            state: ProofState::Waiting,
            since: start,
            failing_since: None,
            checks: 0,
        };
        let (mut now, mut pauses) = (start, Vec::new());
        while let Some(next) = proof.next_check(now) {
            pauses.push(next - now);
            now = next;
            proof = proof.after(Found::Nothing, now);
        }
        assert_eq!(pauses[..3], [MINUTE_MS, 2 * MINUTE_MS, 4 * MINUTE_MS]);
        assert_eq!(pauses.last(), Some(&LONGEST_WAIT_MS));
        assert!(pauses.len() < 140, "{}", pauses.len());
    }
}
