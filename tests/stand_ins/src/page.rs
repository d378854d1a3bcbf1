//! The pages that people pay on. Cards are typed here: a provider is where their numbers go.

use crate::{Act, Asked, Books, server::now_s};
use actix_web::{HttpResponse, http::header};

/// Where a card's number is sent to, and where the answer to the bank's question is.
const CARD: &str = "/stand-in/card";
const BANK: &str = "/stand-in/bank";

/// What stands on a page.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// What is to be paid, as the provider counts it.
    pub amount: String,
    /// Where people are led when they are done.
    pub back: Back,
}

/// How people are led back to the shop.
#[derive(Clone, Debug)]
pub enum Back {
    /// They are sent there.
    Link(String),
    /// Their browser posts a form there.
    Form(String, Vec<(String, String)>),
}

/// Answers what a browser asks for; nothing if that is none of the pages.
pub(crate) fn answer<B: Books>(books: &mut B, asked: &Asked) -> Option<HttpResponse> {
    if matches!(asked.path.as_str(), CARD | BANK) && asked.method == "POST" {
        return Some(typed(books, asked));
    }
    let name = books.page(asked)?;
    Some(match books.sheet(&name) {
        Some(sheet) => html(200, &form::<B>(&name, &sheet, "")),
        None => over(),
    })
}

fn over() -> HttpResponse {
    html(404, &page("Over", "<p>This page can't be used any more.</p>"))
}

fn typed<B: Books>(books: &mut B, asked: &Asked) -> HttpResponse {
    let fields = asked.form();
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    let name = field("of");
    let Some(sheet) = books.sheet(name) else {
        return over();
    };
    if asked.path == CARD && !is_number(field("number")) {
        return html(422, &form::<B>(name, &sheet, "That isn't a card's number."));
    }
    let act = match (asked.path.as_str(), field("act")) {
        (CARD, "ask") => return html(200, &question::<B>(name)),
        (_, "pay") => Act::Pay,
        (_, "decline") => Act::Fail,
        _ => return html(422, &form::<B>(name, &sheet, "Choose one of the buttons.")),
    };
    books.done(name, act, now_s());
    leave(&sheet.back)
}

/// Whether it could be a card's: digits, in groups if need be.
fn is_number(typed: &str) -> bool {
    let digits = typed.bytes().filter(u8::is_ascii_digit).count();
    (12..=19).contains(&digits) && typed.bytes().all(|byte| byte.is_ascii_digit() || b" -".contains(&byte))
}

fn leave(back: &Back) -> HttpResponse {
    match back {
        Back::Link(url) => HttpResponse::SeeOther()
            .insert_header((header::LOCATION, url.as_str()))
            .finish(),
        Back::Form(url, fields) => {
            let hidden: String = fields.iter().map(|(name, value)| hidden(name, value)).collect();
            let form = format!(
                "<form method=\"post\" action=\"{}\">{hidden}<button>Go on</button></form>\
                 <script>document.forms[0].submit()</script>",
                escaped(url)
            );
            html(200, &page("Back to the shop", &form))
        }
    }
}

fn form<B: Books>(name: &str, sheet: &Sheet, wrong: &str) -> String {
    let form = format!(
        "<p>To be paid: {}</p><p role=\"alert\">{}</p><form method=\"post\" action=\"{CARD}\">{}\
         <p><label>Card number <input name=\"number\" inputmode=\"numeric\" autocomplete=\"off\"></label></p>\
         <p><button name=\"act\" value=\"pay\">Pay</button> <button name=\"act\" value=\"decline\">Decline</button> \
         <button name=\"act\" value=\"ask\">Ask the bank</button></p></form>",
        escaped(&sheet.amount),
        escaped(wrong),
        hidden("of", name),
    );
    page(B::NAME, &form)
}

/// The bank's own page, which knows the card already.
fn question<B: Books>(name: &str) -> String {
    let form = format!(
        "<p>Is it you who pays?</p><form method=\"post\" action=\"{BANK}\">{}\
         <p><button name=\"act\" value=\"pay\">It is me</button> \
         <button name=\"act\" value=\"decline\">It isn't me</button></p></form>",
        hidden("of", name),
    );
    page(&format!("Bank of {}", B::NAME), &form)
}

fn hidden(name: &str, value: &str) -> String {
    let (name, value) = (escaped(name), escaped(value));
    format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">")
}

fn page(title: &str, body: &str) -> String {
    let title = escaped(title);
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><link rel=\"icon\" href=\"data:,\">\
         <title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>"
    )
}

fn html(status: u16, page: &str) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(status).expect("a status");
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .body(page.to_owned())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
