//! Where browsers' push services are. An endpoint is an address that a stranger gives us to send to: only services that
//! the platform knows are sent anything.

use url::Url;

/// Longest endpoint.
pub const MOST_CHARS: usize = 1_000;

/// Whether an endpoint is at one of `services`: a host (`push.example.com`, or `*.example.com` for all below it), which
/// is then reached by TLS at its usual port; or a whole origin (`http://127.0.0.1:9000`), which must be the same.
pub fn is_known(endpoint: &str, services: &[String]) -> bool {
    let Ok(url) = Url::parse(endpoint) else { return false };
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    plain && endpoint.len() <= MOST_CHARS && services.iter().any(|service| is_at(&url, service))
}

fn is_at(url: &Url, service: &str) -> bool {
    if service.contains("://") {
        return Url::parse(service).is_ok_and(|known| known.origin() == url.origin());
    }
    let Some(host) = url
        .host_str()
        .filter(|_| url.scheme() == "https" && url.port().is_none())
    else {
        return false;
    };
    match service.strip_prefix('*') {
        // What stands for the star is at least one character.
        Some(below) => below.starts_with('.') && host.len() > below.len() && host.ends_with(below),
        None => host == service,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_services_are_sent_to() {
        let services = ["push.example.com", "*.notify.example", "http://127.0.0.1:9000"].map(str::to_owned);
        for good in [
            "https://push.example.com/send/1",
            "https://db5.notify.example/w/?token=1",
            "http://127.0.0.1:9000/x",
        ] {
            assert!(is_known(good, &services), "{good}");
        }
        for bad in [
            "http://push.example.com/send/1",
            "https://push.example.com:8443/",
            "https://push.example.com.evil.example/",
            "https://push.example.com@evil.example/",
            "https://me@push.example.com/",
            "https://notify.example/",
            "https://evilnotify.example/",
            "https://.notify.example/",
            "http://127.0.0.1:9001/x",
            "https://127.0.0.1:9000/x",
            "http://[::1]:9000/",
            "https://169.254.169.254/",
            "file:///etc/passwd",
            "push.example.com",
            "",
        ] {
            assert!(!is_known(bad, &services), "{bad}");
        }
        let long = format!("https://push.example.com/{}", "x".repeat(MOST_CHARS));
        assert!(!is_known(&long, &services));
    }
}
