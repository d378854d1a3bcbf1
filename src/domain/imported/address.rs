//! Where a calendar may be. An address is what a stranger gives us to ask: nothing of our own network is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// Longest address.
pub const MOST_CHARS: usize = 2_000;

/// Why an address can't be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It isn't one.
    #[error("this isn't an address")]
    Unreadable,
    /// Others could read along.
    #[error("only https addresses are asked")]
    NotSecure,
    /// It names somebody, or a port of its own.
    #[error("an address has no name, password or port in it")]
    Particular,
    /// It is in a network that isn't open to everybody.
    #[error("the address leads into a network that isn't open to everybody")]
    Inside,
}

/// Reads an address. It is reached by TLS at the usual port; `webcal:` is another way to write that. An origin of
/// `trusted` (`http://127.0.0.1:9000`) is taken as it is.
///
/// # Errors
/// It can't be asked.
pub fn parse(text: &str, trusted: &[String]) -> Result<Url, AddressError> {
    let text = text.trim();
    if text.len() > MOST_CHARS {
        return Err(AddressError::Unreadable);
    }
    let secure = text.get(..9).filter(|start| start.eq_ignore_ascii_case("webcal://"));
    let text = match secure {
        Some(_) => format!("https://{}", &text[9..]),
        None => text.to_owned(),
    };
    let mut url = Url::parse(&text).map_err(|_| AddressError::Unreadable)?;
    url.set_fragment(None);
    if is_trusted(&url, trusted) {
        return Ok(url);
    }
    if url.scheme() != "https" {
        return Err(AddressError::NotSecure);
    }
    if !url.username().is_empty() || url.password().is_some() || url.port().is_some() {
        return Err(AddressError::Particular);
    }
    match url.host() {
        Some(Host::Ipv4(address)) if !is_public(address.into()) => Err(AddressError::Inside),
        Some(Host::Ipv6(address)) if !is_public(address.into()) => Err(AddressError::Inside),
        Some(_) => Ok(url),
        None => Err(AddressError::Unreadable),
    }
}

/// Whether an address is at one of these origins.
pub fn is_trusted(url: &Url, trusted: &[String]) -> bool {
    let same = |known: &String| Url::parse(known).is_ok_and(|known| known.origin() == url.origin());
    trusted.iter().any(same)
}

/// Whether an address is out in the open, and no part of a private, local, shared or special network.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224.., ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

/// Global unicast only, and of that none that stands for an IPv4 address or is meant for examples.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let global = a & 0xe000 == 0x2000;
    let special = match a {
        0x2001 => b < 0x0200 || b == 0x0db8,
        0x2002 => true,
        0x3fff => b < 0x1000,
        _ => false,
    };
    global && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_out_in_the_open_is_asked() {
        for good in [
            "1.1.1.1",
            "93.184.216.34",
            "172.15.0.1",
            "172.32.0.1",
            "100.63.0.1",
            "2606:4700::1111",
            "2a00::1",
        ] {
            assert!(is_public(good.parse().unwrap()), "{good}");
        }
        for bad in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:7f00:1::",
            "3fff::1",
            "fec0::1",
            "100::1",
        ] {
            assert!(!is_public(bad.parse().unwrap()), "{bad}");
        }
    }

    #[test]
    fn an_address_is_secure_and_plain() {
        let trusted = ["http://127.0.0.1:9000".to_owned()];
        for (good, read) in [
            (
                "https://calendar.example/a.ics?key=1#x",
                "https://calendar.example/a.ics?key=1",
            ),
            (" webcal://calendar.example/a ", "https://calendar.example/a"),
            ("https://calendar.example:443/", "https://calendar.example/"),
            ("http://127.0.0.1:9000/b", "http://127.0.0.1:9000/b"),
            ("https://1.1.1.1/", "https://1.1.1.1/"),
        ] {
            assert_eq!(parse(good, &trusted).map(String::from), Ok(read.to_owned()), "{good}");
        }
        for (bad, why) in [
            ("", AddressError::Unreadable),
            ("calendar.example", AddressError::Unreadable),
            ("http://calendar.example/", AddressError::NotSecure),
            ("http://127.0.0.1:9001/", AddressError::NotSecure),
            ("file:///etc/passwd", AddressError::NotSecure),
            ("ftp://calendar.example/", AddressError::NotSecure),
            ("https://me@calendar.example/", AddressError::Particular),
            ("https://calendar.example:8443/", AddressError::Particular),
            ("https://127.0.0.1/", AddressError::Inside),
            ("https://2130706433/", AddressError::Inside),
            ("https://0x7f.1/", AddressError::Inside),
            ("https://0177.0.0.1/", AddressError::Inside),
            ("https://[::1]/", AddressError::Inside),
            ("https://[::ffff:10.0.0.1]/", AddressError::Inside),
            ("https://169.254.169.254/latest", AddressError::Inside),
        ] {
            assert_eq!(parse(bad, &trusted), Err(why), "{bad}");
        }
        let long = format!("https://calendar.example/{}", "x".repeat(MOST_CHARS));
        assert_eq!(parse(&long, &trusted), Err(AddressError::Unreadable));
    }
}
