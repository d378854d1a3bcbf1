//! The wire of a stand-in.

use super::Mood;
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
};
use url::{Url, form_urlencoded};

/// A request, as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: BTreeMap<String, String>,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Asked {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The fields of a form.
    pub fn form(&self) -> BTreeMap<String, String> {
        fields(&self.body)
    }

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
    pub status: u16,
    pub body: String,
}

impl Said {
    pub fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            body: body.to_string(),
        }
    }

    pub fn ok(body: &Value) -> Self {
        Self::json(200, body)
    }
}

/// What a provider knows and does.
pub trait Books: Send + 'static {
    /// Does what it is asked for.
    fn answer(&mut self, asked: &Asked) -> Said;

    /// Whether this asks for something to be done, so that the mood matters.
    fn is_order(&self, asked: &Asked) -> bool {
        asked.method == "POST"
    }
}

/// A stand-in, running.
pub struct Server<B> {
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
    pub fn start(books: B) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let origin = format!("http://{}/", listener.local_addr().expect("an address"));
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
        Self {
            origin: origin.parse().expect("an address"),
            shared,
            handle,
        }
    }

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
