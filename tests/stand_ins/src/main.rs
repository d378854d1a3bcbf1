//! All stand-ins at once, for a product that is a process of its own. Prints one line of JSON: each provider's address and
//! the keys that staff type for it, and the address of the desk, which stands for what a shop sets in its providers' own
//! consoles. Ends when its standard input does.

use actix_web::{
    App, HttpResponse, HttpServer, Responder, get, put,
    web::{Data, Path},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::Read,
    net::TcpListener,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tallyroom_stand_ins::{
    Message, Server, Standing, authorize_net::AuthorizeNet, iyzico::Iyzico, paypal::Paypal, paytr::Paytr, payu::Payu,
    stripe::Stripe, two_checkout::TwoCheckout,
};
use url::Url;

/// Between looks whether there is something to tell, or somebody to tell it to.
const PAUSE: Duration = Duration::from_millis(50);

/// A stand-in, and where it tells what happens.
struct Stand {
    provider: Box<dyn Standing>,
    told_to: Mutex<Option<Url>>,
}

type Stands = BTreeMap<&'static str, Arc<Stand>>;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    rustls::crypto::ring::default_provider().install_default().ok();
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let providers: [Box<dyn Standing>; 7] = [
        Box::new(Server::start(Stripe::new(i64::try_from(now)?))),
        Box::new(Server::start(Paypal::default())),
        Box::new(Server::start(AuthorizeNet::default())),
        Box::new(Server::start(Paytr::default())),
        Box::new(Server::start(Iyzico::default())),
        Box::new(Server::start(Payu::default())),
        Box::new(Server::start(TwoCheckout::default())),
    ];
    let stand = |provider: Box<dyn Standing>| {
        let told_to = Mutex::new(None);
        (provider.name(), Arc::new(Stand { provider, told_to }))
    };
    let stands: Stands = providers.into_iter().map(stand).collect();
    for stand in stands.values() {
        tokio::spawn(tell(Arc::clone(stand)));
    }
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let told = |stand: &Stand| {
        let keys: BTreeMap<_, _> = stand.provider.keys().iter().copied().collect();
        json!({"address": stand.provider.origin(), "keys": keys})
    };
    let shown: BTreeMap<_, Value> = stands.iter().map(|(name, stand)| (*name, told(stand))).collect();
    let desk = format!("http://{}/", listener.local_addr()?);
    println!("{}", json!({"desk": desk, "providers": shown}));
    let stands = Data::new(stands);
    let desk = HttpServer::new(move || App::new().app_data(stands.clone()).service(set_webhooks).service(asked));
    tokio::spawn(desk.workers(1).disable_signals().listen(listener)?.run());
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    // Whoever still tells something isn't waited for.
    std::process::exit(0)
}

/// Where a provider tells what happens from now on.
#[put("/{provider}/webhooks")]
async fn set_webhooks(stands: Data<Stands>, provider: Path<String>, address: String) -> impl Responder {
    match (stands.get(provider.as_str()), Url::parse(&address)) {
        (Some(stand), Ok(url)) => {
            *stand.told_to.lock().expect("the address") = Some(url);
            HttpResponse::NoContent().finish()
        }
        _ => HttpResponse::NotFound().finish(),
    }
}

/// All that a provider was ever sent, by the shop and by people.
#[get("/{provider}/asked")]
async fn asked(stands: Data<Stands>, provider: Path<String>) -> impl Responder {
    let Some(stand) = stands.get(provider.as_str()) else {
        return HttpResponse::NotFound().finish();
    };
    let asked = stand.provider.asked();
    let lines: Vec<Value> = asked
        .iter()
        .map(|asked| json!({"method": asked.method, "path": asked.path, "body": asked.body}))
        .collect();
    HttpResponse::Ok().json(lines)
}

/// Tells what happens, in order, each until it is heard.
async fn tell(stand: Arc<Stand>) {
    let client = reqwest::Client::new();
    let mut heard = 0;
    loop {
        let url = stand.told_to.lock().expect("the address").clone();
        if let Some(url) = url {
            for message in stand.provider.told().into_iter().skip(heard) {
                if !is_heard(&client, &url, message).await {
                    break;
                }
                heard += 1;
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Names below localhost are this machine, whatever its resolver says.
async fn is_heard(client: &reqwest::Client, url: &Url, message: Message) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let port = url.port_or_known_default().unwrap_or(80);
    let there = format!("http://127.0.0.1:{port}{}", url.path());
    let request = client.post(there).header("host", format!("{host}:{port}"));
    let headers = message.headers.iter();
    let request = headers.fold(request, |request, (name, value)| request.header(name, value));
    let sent = request.body(message.body).send().await;
    sent.is_ok_and(|answer| answer.status().is_success())
}
