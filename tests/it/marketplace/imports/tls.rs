//! Calendars that are read by TLS, as all but trusted ones are: from whom they are addressed to, and nobody else.

use super::{Desk, calendar, event, spans};
use crate::support::{Page, WebServer};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::io::Write as _;
use tokio_rustls::rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

const NAME: &str = "calendar.example";
const MONDAY: &str = "DTSTART:20270118T080000Z\r\nDURATION:PT1H";

/// Who issues certificates.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("nothing wrong");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("a certificate"))
    }

    /// What a server shows that is called like that.
    fn identity(&self, name: &str) -> ServerConfig {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        let shown = params.signed_by(&key, &self.0).expect("a certificate");
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let tls = ServerConfig::builder().with_no_client_auth();
        tls.with_single_cert(vec![shown.der().clone()], key).expect("they fit")
    }
}

/// A desk that takes the authority's certificates, too; the name leads to this machine.
async fn desk(authority: &Authority, server: &WebServer) -> Desk {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(authority.0.pem().as_bytes()).expect("written");
    let desk = Desk::with(|calendars| {
        calendars.trusted.push(server.origin.clone());
        calendars.authorities = file.path().to_owned();
        // Both ends of each connection work in this process.
        calendars.timeout_ms = 5_000;
    })
    .await;
    desk.dns.point(NAME, &["127.0.0.1"]);
    server.put("/calendar.ics", Page::Text(calendar(&event("a", MONDAY))));
    desk
}

#[tokio::test]
async fn a_calendar_is_read_by_tls_where_its_name_leads() {
    let authority = Authority::new();
    let server = WebServer::start_tls(NAME, authority.identity(NAME)).await;
    let desk = desk(&authority, &server).await;
    let address = format!("{}/calendar.ics", server.origin);
    desk.import(&address).await;
    assert!(desk.is_well());
    assert_eq!(desk.busy().await, spans(&[("01-18T09:00", "01-18T10:00")]));
    // Nobody but the test's name server knows where that is, and the server was asked for by its name.
    assert_eq!((server.asked(), server.names()), (1, vec![NAME.to_owned()]));
    // It is looked up each time, and what was found is connected to: here nobody listens.
    desk.dns.point(NAME, &["127.0.0.2"]);
    desk.import(&address).await;
    assert!(desk.trouble("unreachable"));
    assert_eq!(server.asked(), 1);
}

#[tokio::test]
async fn whoever_cant_show_that_they_are_meant_is_asked_nothing() {
    let (known, unknown) = (Authority::new(), Authority::new());
    for (what, identity) in [
        ("another's name", known.identity("other.example")),
        ("a name below it", known.identity("www.calendar.example")),
        ("an issuer that nobody knows", unknown.identity(NAME)),
    ] {
        let server = WebServer::start_tls(NAME, identity).await;
        let desk = desk(&known, &server).await;
        desk.import(&format!("{}/calendar.ics", server.origin)).await;
        assert!(desk.trouble("untrusted"), "{what}");
        assert_eq!((server.asked(), server.names().len()), (0, 0), "{what}");
        let seller = desk.seller.renewed().await;
        let page = seller.get("/sell/calendar").await.expect(200).text;
        assert!(page.contains("Its certificate isn’t valid for this address"), "{what}");
    }
}
