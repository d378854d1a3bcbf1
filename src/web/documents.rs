//! Invoices, receipts and credit notes as PDFs, in the reader's language and the tenant's colour.

use super::{
    Frame, Result,
    pages::{self, views::Amount},
    paper::{self, AMOUNTS, HALF, LARGE, LEADING, MARGIN, Paper, RIGHT, SMALL, Type},
    theme::{PageContext, Theme},
};
use crate::{
    app::identity::Viewer,
    domain::{
        document::{Content, What},
        tenant::Tenant,
    },
    store::documents::Document,
};
use actix_web::HttpResponse;
use anyhow::Context as _;
use serde_json::{Value, json};
use std::sync::Arc;

/// A document as a PDF to keep. Its times are in the tenant's zone, whoever reads it: its number is by that zone's year.
///
/// # Errors
/// A text is missing, or the PDF can't be written.
pub(super) async fn document_file(
    frame: &Frame,
    tenant: &Tenant,
    viewer: Option<&Viewer>,
    document: Document,
) -> Result<HttpResponse> {
    let sheet = Sheet {
        theme: Arc::clone(&frame.theme),
        page: pages::page_for(frame, viewer).into_owned(),
        tenant: tenant.name.clone(),
        zone: tenant.time_zone.clone(),
        document,
    };
    let name = format!("{}-{}", sheet.document.kind().name(), sheet.document.number);
    paper::file(&name, move || sheet.pdf()).await
}

/// Everything that is written on a sheet.
struct Sheet {
    theme: Arc<Theme>,
    page: PageContext,
    /// The tenant's name, as its site has it.
    tenant: String,
    zone: String,
    document: Document,
}

/// Height of the coloured bar at a sheet's head.
const BAR: f32 = 4.0;

impl Sheet {
    fn say(&self, key: &str, params: Value) -> anyhow::Result<String> {
        let params = params.as_object().cloned().unwrap_or_default();
        let said = self
            .theme
            .say(&self.page.lang, &format!("document.{key}"), &params, &self.zone);
        said.with_context(|| format!("no words for document.{key}"))
    }

    fn money(&self, minor: i64) -> anyhow::Result<String> {
        let amount = Amount::new(minor, self.document.total.currency.code());
        let written = self.theme.money(&self.page.lang, &amount);
        written.context("no language has words")
    }

    fn pdf(&self) -> anyhow::Result<Vec<u8>> {
        let kind = self.document.kind().name();
        let title = self.say(
            &format!("title.{kind}"),
            json!({"number": self.document.number.to_string()}),
        )?;
        paper::sheet((&title, &self.page.lang), |paper| {
            let row = self.head(paper, &title)?;
            let next = self.lines(paper, row)?;
            let note = self.say(&format!("note.{kind}"), json!({"tenant": self.tenant}))?;
            paper.left(&note, Type::FAINT, next + 40.0, RIGHT - MARGIN);
            Ok(())
        })
    }

    /// Who issues it, to whom, when; gives where the rest begins.
    fn head(&self, paper: &mut Paper<'_>, title: &str) -> anyhow::Result<f32> {
        let (ink, content) = (self.theme.brand_ink(), &self.document.content);
        paper.bar(MARGIN - 3.0 * BAR, BAR, ink)?;
        let name = Type::BOLD.sized(14.0).inked(ink);
        let left = paper.left(&self.tenant, name, MARGIN + LARGE, HALF);
        let right = paper.right(&self.issuer()?, Type::PLAIN, MARGIN + LARGE, HALF);
        let top = left.max(right) + 30.0;
        let mut top = paper.left(title, Type::BOLD.sized(LARGE), top, RIGHT - MARGIN) + 10.0;
        if self.document.number.is_play {
            top = paper.left(&self.say("play", Value::Null)?, Type::BOLD, top, RIGHT - MARGIN) + 10.0;
        }

        let second = top + SMALL * LEADING;
        paper.left(&self.say("to", Value::Null)?, Type::FAINT, top, HALF);
        let mut left = paper.left(&content.customer, Type::BOLD, second, HALF);
        if let Some(invoice) = &content.corrects {
            let words = self.say("corrects", json!({"number": invoice}))?;
            left = paper.left(&words, Type::PLAIN, left + 6.0, HALF);
        }
        paper.right(&self.say("issued", Value::Null)?, Type::FAINT, top, HALF);
        let issued = json!({"at": self.document.issued_at.timestamp()});
        let right = paper.right(&self.say("at", issued)?, Type::BOLD, second, HALF);
        let performed = format!("performed.{}", self.document.kind().name());
        let right = paper.right(&self.say(&performed, Value::Null)?, Type::FAINT, right + 6.0, HALF);
        let at = json!({"at": content.performed_at.timestamp()});
        let right = paper.right(&self.say("at", at)?, Type::PLAIN, right, HALF);
        Ok(left.max(right) + 30.0)
    }

    /// Who issues it, unless that is said already by the marketplace's name.
    fn issuer(&self) -> anyhow::Result<String> {
        let issuer = &self.document.content.issuer;
        if issuer.name == self.tenant && issuer.address.is_empty() && issuer.tax_number.is_empty() {
            return Ok(String::new());
        }
        let number = match issuer.tax_number.as_str() {
            "" => String::new(),
            number => self.say("tax_number", json!({"number": number}))?,
        };
        Ok([&issuer.name, &issuer.address, &number]
            .into_iter()
            .filter(|part| !part.is_empty())
            .cloned()
            .collect::<Vec<_>>()
            .join("\n"))
    }

    /// What it is for, and the sum; gives where the rest begins.
    fn lines(&self, paper: &mut Paper<'_>, row: f32) -> anyhow::Result<f32> {
        let wide = AMOUNTS - MARGIN;
        paper.left(&self.say("for", Value::Null)?, Type::FAINT, row, wide);
        paper.right(&self.say("amount", Value::Null)?, Type::FAINT, row, HALF);
        paper.line(row + 8.0, 0.5)?;
        let mut next = row + 26.0;
        let content = &self.document.content;
        if let Some(seller) = &content.seller {
            let words = self.say("work", json!({"title": content.title, "name": seller}))?;
            next = paper.left(&words, Type::BOLD, next, wide) + 4.0;
        }
        for line in &content.lines {
            paper.right(&self.money(line.amount_minor)?, Type::PLAIN, next, HALF);
            next = paper.left(&self.what(&line.what, content)?, Type::PLAIN, next, wide) + 4.0;
        }
        paper.line(next, 1.0)?;
        let total = self.say(&format!("total.{}", self.document.kind().name()), Value::Null)?;
        paper.right(&self.money(self.document.total.minor)?, Type::BOLD, next + 18.0, HALF);
        let next = paper.left(&total, Type::BOLD, next + 18.0, wide);
        self.tax(paper, next + 4.0)
    }

    /// The tax that is in the sum, and the sum without it; gives where the rest begins.
    fn tax(&self, paper: &mut Paper<'_>, mut next: f32) -> anyhow::Result<f32> {
        let Some(tax) = self.document.content.tax else {
            return Ok(next);
        };
        let wide = AMOUNTS - MARGIN;
        for (words, minor) in [
            (self.say("net", Value::Null)?, self.document.total.minor - tax.minor),
            (self.say("tax", json!({"rate": tax.bp}))?, tax.minor),
        ] {
            paper.right(&self.money(minor)?, Type::FAINT, next, HALF);
            next = paper.left(&words, Type::FAINT, next, wide);
        }
        Ok(next)
    }

    fn what(&self, what: &What, content: &Content) -> anyhow::Result<String> {
        let amount = |minor: i64| json!({"minor": minor, "currency": self.document.total.currency.code()});
        match what {
            What::Time { seconds, rate_minor } => {
                self.say("line.time", json!({"length": seconds, "rate": amount(*rate_minor)}))
            }
            What::Talk => self.say("line.talk", Value::Null),
            What::Delivery => self.say("line.delivery", Value::Null),
            What::Addon { title } => self.say("line.addon", json!({"title": title})),
            What::AddonsPart => self.say("line.addons_part", Value::Null),
            What::LateCancel => self.say("line.late_cancel", Value::Null),
            What::NoShow => self.say("line.no_show", Value::Null),
            What::ServiceFee => self.say("line.service_fee", Value::Null),
            What::Tax { bp } => self.say("line.tax", json!({"rate": bp})),
            What::Credit => self.say("line.credit", json!({"tenant": self.tenant})),
            What::GivenBack => self.say("line.given_back", json!({"number": content.corrects})),
        }
    }
}
