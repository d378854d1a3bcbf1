//! Mails written out to be read by people, as parsers that aren't ours understand them.

use calcard::icalendar::ICalendar;
use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders as _};
use std::fmt::Write as _;

/// A mail as a person's program would show it, and what it is made of.
pub fn shown_mail(raw: &[u8]) -> String {
    let mail = MessageParser::default().parse(raw).expect("a mail");
    let mut text = String::new();
    let heads = [("From", mail.from()), ("Reply-To", mail.reply_to()), ("To", mail.to())];
    for (name, address) in heads {
        writeln!(text, "{name}: {}", address.map_or_else(|| "–".to_owned(), addresses)).expect("written");
    }
    writeln!(text, "Subject: {}", mail.subject().expect("a subject")).expect("written");
    for part in &mail.parts {
        writeln!(text, "Part: {}", kind(part)).expect("written");
    }
    let [html] = mail.html_body.as_slice() else {
        panic!("one HTML part");
    };
    let [plain] = mail.text_body.as_slice() else {
        panic!("one plain part");
    };
    for (name, part) in [("text", plain), ("html", html)] {
        let part = mail.part(*part).and_then(MessagePart::text_contents).expect("a text");
        write!(text, "\n--- {name}\n{}\n", part.replace("\r\n", "\n").trim_end()).expect("written");
    }
    if let Some(file) = calendar(&mail) {
        write!(text, "\n--- calendar\n{file}").expect("written");
    }
    text
}

fn addresses(address: &Address<'_>) -> String {
    let one = |one: &mail_parser::Addr<'_>| match (one.name(), one.address()) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (None, Some(address)) => address.to_owned(),
        _ => panic!("an address: {one:?}"),
    };
    address.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A part's kind, and whether it is shown or attached.
fn kind(part: &MessagePart<'_>) -> String {
    let kind = part.content_type().expect("a kind");
    let mut told = format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default());
    for attribute in kind.attributes().unwrap_or_default() {
        // That is another one each time.
        if attribute.name != "boundary" {
            write!(told, "; {}={}", attribute.name, attribute.value).expect("written");
        }
    }
    match part.content_disposition() {
        Some(shown) => format!("{told} ({}, {})", shown.ctype(), part.attachment_name().unwrap_or("–")),
        None => told,
    }
}

/// The calendar file as a parser that isn't ours understands it and writes it again.
fn calendar(mail: &Message<'_>) -> Option<String> {
    let part = mail
        .parts
        .iter()
        .find(|part| part.is_content_type("text", "calendar"))?;
    let file = ICalendar::parse(part.text_contents().expect("a text")).expect("a calendar");
    let method = part.content_type().and_then(|kind| kind.attribute("method"));
    let file = file.to_string().replace("\r\n ", "").replace("\r\n", "\n");
    assert!(
        file.contains(&format!("METHOD:{}\n", method.expect("a method"))),
        "the mail says the same as the file: {file}"
    );
    Some(file)
}
