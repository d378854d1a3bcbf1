//! What is logged: what was asked for, and never what is in people's mails.

use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::{EnvFilter, filter::filter_fn, layer::SubscriberExt as _, registry::LookupSpan};

/// The crate that sends mails; below this level it tells all that is in them.
const MAILER: (&str, Level) = ("lettre", Level::INFO);

/// Where layers that write hear what `wanted` asks for.
pub fn registry(wanted: EnvFilter) -> impl Subscriber + for<'span> LookupSpan<'span> + Send + Sync {
    tracing_subscriber::registry().with(wanted).with(filter_fn(is_fit))
}

/// Whatever is asked for: whether it is nobody's private words.
fn is_fit(said: &Metadata<'_>) -> bool {
    let (mailer, most) = MAILER;
    !said.target().starts_with(mailer) || *said.level() <= most
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io,
        sync::{Arc, Mutex},
    };
    use tracing_subscriber::fmt;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("nobody panicked").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn no_mail_is_logged_whatever_is_asked_for() {
        let kept = Kept::default();
        let writer = kept.clone();
        let layer = fmt::layer().with_writer(move || writer.clone()).with_ansi(false);
        let all = registry(EnvFilter::new("trace,lettre::transport=trace")).with(layer);
        tracing::subscriber::with_default(all, || {
            tracing::debug!(target: "lettre::transport::smtp", "Dear Bea, your code is 123456");
            tracing::trace!(target: "lettre", "Dear Bea");
            tracing::info!(target: "lettre::transport::smtp", "connected");
            tracing::debug!(target: "tallyroom::jobs", "a job");
        });
        let told = String::from_utf8(kept.0.lock().expect("nobody panicked").clone()).expect("text");
        assert!(!told.contains("Dear Bea"), "{told}");
        assert!(told.contains("connected") && told.contains("a job"), "{told}");
    }
}
