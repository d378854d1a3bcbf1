//! The wire of a stand-in.

use crate::{Act, Mood, Sheet, page};
use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    dev::ServerHandle,
    http::StatusCode,
    web::{self, Bytes, Data},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    net::TcpListener,
    sync::{Arc, Mutex},
    time::{SystemTime, UNIX_EPOCH},
};
use url::{Url, form_urlencoded};

/// A request, as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    /// In capitals.
    pub method: String,
    /// Without its query.
    pub path: String,
    /// By name.
    pub query: BTreeMap<String, String>,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    /// As text.
    pub body: String,
}

impl Asked {
    /// A header's value; empty if it isn't there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The fields of a form.
    pub fn form(&self) -> BTreeMap<String, String> {
        fields(&self.body)
    }

    /// The body read as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }
}

/// The fields of a form or a query.
pub fn fields(text: &str) -> BTreeMap<String, String> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Said {
    /// The status.
    pub status: u16,
    /// JSON, as a rule.
    pub body: String,
}

impl Said {
    /// With that status.
    pub fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            body: body.to_string(),
        }
    }

    /// With status 200.
    pub fn ok(body: &Value) -> Self {
        Self::json(200, body)
    }
}

/// Something that a provider tells a shop by itself.
#[derive(Clone, Debug)]
pub struct Message {
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// As it is sent, to the byte.
    pub body: String,
}

impl Message {
    /// With one header.
    pub fn with(name: &str, value: &str, body: &str) -> Self {
        Self {
            headers: vec![(name.to_owned(), value.to_owned())],
            body: body.to_owned(),
        }
    }

    /// A form.
    pub fn form(body: &str) -> Self {
        Self::with("content-type", "application/x-www-form-urlencoded", body)
    }
}

/// What a provider knows and does.
pub trait Books: Send + 'static {
    /// What it is called in our settings.
    const NAME: &'static str;
    /// What staff type who have an account here, by our names of the fields.
    const KEYS: &'static [(&'static str, &'static str)];

    /// Is told where it is, before anybody asks.
    fn open_at(&mut self, _origin: &Url) {}

    /// The payment that people see who open this page, by a name that `sheet` and `done` take.
    fn page(&self, asked: &Asked) -> Option<String>;

    /// What stands on it.
    fn sheet(&self, name: &str) -> Option<Sheet>;

    /// Takes note of what they did there, at that second.
    fn done(&mut self, name: &str, act: Act, now_s: i64);

    /// All that it has told or would have by now, in order, signed at that second.
    fn told(&self, now_s: i64) -> Vec<Message>;

    /// Does what it is asked for.
    fn answer(&mut self, asked: &Asked) -> Said;

    /// Whether this asks for something to be done, so that the mood matters.
    fn is_order(&self, asked: &Asked) -> bool {
        asked.method == "POST"
    }
}

/// A stand-in, running.
pub struct Server<B> {
    /// Where it is.
    pub origin: Url,
    shared: Arc<Shared<B>>,
    handle: ServerHandle,
}

struct Shared<B> {
    books: Mutex<B>,
    mood: Mutex<Mood>,
    asked: Mutex<Vec<Asked>>,
}

impl<B: Books> Server<B> {
    /// Serves these books on a free port until it is dropped.
    pub fn start(mut books: B) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let origin = format!("http://{}/", listener.local_addr().expect("an address"));
        let origin: Url = origin.parse().expect("an address");
        books.open_at(&origin);
        let shared = Arc::new(Shared {
            books: Mutex::new(books),
            mood: Mutex::new(Mood::Well),
            asked: Mutex::default(),
        });
        let data = Data::from(shared.clone());
        let server = HttpServer::new(move || App::new().app_data(data.clone()).default_service(web::to(serve::<B>)));
        let server = server
            .workers(1)
            .disable_signals()
            .listen(listener)
            .expect("a server")
            .run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { origin, shared, handle }
    }

    /// Looks into the books.
    pub fn books<T>(&self, look: impl FnOnce(&mut B) -> T) -> T {
        look(&mut self.shared.books.lock().expect("the books"))
    }

    /// For the next order.
    pub fn set(&self, mood: Mood) {
        *self.shared.mood.lock().expect("the mood") = mood;
    }

    /// All that ever came.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().expect("the requests").clone()
    }
}

/// A stand-in, whichever it is.
pub trait Standing: Send + Sync {
    /// What it is called in our settings.
    fn name(&self) -> &'static str;
    /// What staff type who have an account there.
    fn keys(&self) -> &'static [(&'static str, &'static str)];
    /// Where it is.
    fn origin(&self) -> &Url;
    /// All that it has told or would have by now, signed now.
    fn told(&self) -> Vec<Message>;
    /// All that ever came.
    fn asked(&self) -> Vec<Asked>;
}

impl<B: Books> Standing for Server<B> {
    fn name(&self) -> &'static str {
        B::NAME
    }

    fn keys(&self) -> &'static [(&'static str, &'static str)] {
        B::KEYS
    }

    fn origin(&self) -> &Url {
        &self.origin
    }

    fn told(&self) -> Vec<Message> {
        self.books(|books| books.told(now_s()))
    }

    fn asked(&self) -> Vec<Asked> {
        Self::asked(self)
    }
}

/// This second.
pub(crate) fn now_s() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

impl<B> Drop for Server<B> {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

async fn serve<B: Books>(request: HttpRequest, shared: Data<Shared<B>>, body: Bytes) -> HttpResponse {
    let headers = request.headers().iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        (name.as_str().to_lowercase(), value.into_owned())
    });
    let asked = Asked {
        method: request.method().to_string(),
        path: request.path().to_owned(),
        query: fields(request.query_string()),
        headers: headers.collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    shared.asked.lock().expect("the requests").push(asked.clone());
    if let Some(page) = page::answer(&mut *shared.books.lock().expect("the books"), &asked) {
        return page;
    }
    let (mood, said) = {
        let mut books = shared.books.lock().expect("the books");
        let mood = if books.is_order(&asked) {
            std::mem::replace(&mut *shared.mood.lock().expect("the mood"), Mood::Well)
        } else {
            Mood::Well
        };
        let done = !matches!(mood, Mood::LostBefore | Mood::Trouble | Mood::Elsewhere);
        (mood, done.then(|| books.answer(&asked)))
    };
    match (mood, said) {
        (Mood::LostBefore | Mood::LostAfter, _) => std::future::pending().await,
        (Mood::Elsewhere, _) => HttpResponse::TemporaryRedirect()
            .append_header(("location", "/elsewhere"))
            .finish(),
        (Mood::Trouble | Mood::TroubleAfter, _) | (_, None) => HttpResponse::InternalServerError().body("trouble"),
        (Mood::CutShort, Some(said)) => {
            let half = said.body[..said.body.len() / 2].to_owned();
            reply(&said, half)
        }
        (Mood::Endless, Some(said)) => {
            let long = format!("{}{}", said.body, " ".repeat(1_000_001));
            reply(&said, long)
        }
        (Mood::Chatty, Some(said)) => {
            let more = chatty(&said.body);
            reply(&said, more)
        }
        (Mood::Well, Some(said)) => {
            let body = said.body.clone();
            reply(&said, body)
        }
    }
}

fn reply(said: &Said, body: String) -> HttpResponse {
    let status = StatusCode::from_u16(said.status).expect("a status");
    let mut reply = HttpResponse::build(status);
    if status == StatusCode::FOUND {
        reply.append_header(("location", "/elsewhere"));
    }
    reply.content_type("application/json").body(body)
}

/// The same object with more in it.
fn chatty(body: &str) -> String {
    match serde_json::from_str(body) {
        Ok(Value::Object(mut object)) => {
            object.insert("news_of_next_year".to_owned(), json!({"deep": [1, {"deeper": null}]}));
            Value::Object(object).to_string()
        }
        _ => body.to_owned(),
    }
}
