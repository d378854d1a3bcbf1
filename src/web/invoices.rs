//! Invoices of the platform: as a page to print, and as a PDF for the books.

use super::{
    Frame, Result,
    pages::{
        self,
        views::{Amount, InvoicePage},
    },
    paper::{self, AMOUNTS, HALF, LARGE, LEADING, MARGIN, RIGHT, SMALL, Type},
    theme::{PageContext, Theme},
};
use crate::{app::identity::Viewer, store::subscriptions::Invoice};
use actix_web::HttpResponse;
use anyhow::Context as _;
use serde_json::{Value, json};
use std::sync::Arc;

/// An invoice as a page.
pub(super) fn invoice_page(invoice: Invoice) -> InvoicePage {
    InvoicePage {
        number: invoice.invoice_no,
        at: invoice.at.timestamp(),
        issuer: invoice.issuer,
        customer: invoice.customer,
        plan: invoice.plan,
        months: invoice.interval_months,
        starts: invoice.starts.timestamp(),
        until: invoice.until.timestamp(),
        amount: Amount::new(invoice.amount_minor, invoice.currency),
    }
}

/// The same as a PDF to keep, in the reader's language.
///
/// # Errors
/// A text is missing, or the PDF can't be written.
pub(super) async fn invoice_file(frame: &Frame, viewer: Option<&Viewer>, invoice: Invoice) -> Result<HttpResponse> {
    let (invoice, theme) = (invoice_page(invoice), Arc::clone(&frame.theme));
    let page = pages::page_for(frame, viewer).into_owned();
    let name = format!("invoice-{}", invoice.number);
    paper::file(&name, move || pdf(&theme, &page, &invoice)).await
}

fn pdf(theme: &Theme, page: &PageContext, invoice: &InvoicePage) -> anyhow::Result<Vec<u8>> {
    let say = |key: &str, params: Value| {
        let params = params.as_object().cloned().unwrap_or_default();
        let said = theme.say(&page.lang, &format!("invoice.{key}"), &params, &page.zone);
        said.with_context(|| format!("no words for invoice.{key}"))
    };
    let title = say("title", json!({"number": invoice.number}))?;
    let amount = theme
        .money(&page.lang, &invoice.amount)
        .context("no language has words")?;
    paper::sheet((&title, &page.lang), |paper| {
        let head = paper.left(&title, Type::BOLD.sized(LARGE), MARGIN + LARGE, HALF);
        let issuer = paper.right(&invoice.issuer, Type::PLAIN, MARGIN + LARGE, HALF);
        let top = head.max(issuer) + 30.0;

        paper.left(&say("to", Value::Null)?, Type::FAINT, top, HALF);
        let to = paper.left(&invoice.customer, Type::BOLD, top + SMALL * LEADING, HALF);
        paper.right(&say("paid", Value::Null)?, Type::FAINT, top, HALF);
        paper.right(
            &say("day", json!({"at": invoice.at}))?,
            Type::BOLD,
            top + SMALL * LEADING,
            HALF,
        );

        let row = to + 30.0;
        paper.left(&say("for", Value::Null)?, Type::FAINT, row, HALF);
        paper.right(&say("amount", Value::Null)?, Type::FAINT, row, HALF);
        paper.line(row + 8.0, 0.5)?;
        let wide = AMOUNTS - MARGIN;
        let what = say("line", json!({"plan": invoice.plan, "count": invoice.months}))?;
        paper.right(&amount, Type::PLAIN, row + 26.0, HALF);
        let next = paper.left(&what, Type::PLAIN, row + 26.0, wide);
        let span = say("span", json!({"from": invoice.starts, "until": invoice.until}))?;
        let next = paper.left(&span, Type::FAINT, next, wide);
        paper.line(next, 1.0)?;
        paper.left(&say("total", Value::Null)?, Type::BOLD, next + 18.0, wide);
        paper.right(&amount, Type::BOLD, next + 18.0, HALF);
        paper.left(&say("note", Value::Null)?, Type::FAINT, next + 58.0, RIGHT - MARGIN);
        Ok(())
    })
}
