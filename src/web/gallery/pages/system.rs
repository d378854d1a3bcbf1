//! Terms, errors, the platform's own pages, mails.

use super::calls::bill;
use crate::{
    web::gallery::{Gallery, cast::now},
    web::pages::views::*,
    web::theme::PageContext,
};

/// Terms and errors.
pub fn system(g: &Gallery<'_>) -> anyhow::Result<()> {
    let terms = TermsPage {
        version: "2026-01".to_owned(),
        since: now(),
        minimum_age: 18,
    };
    g.page("terms", &terms, &g.visitor("/terms"))?;
    for status in [403, 404, 429, 500, 418] {
        let retry_seconds = (status == 429).then_some(30);
        g.page(
            &format!("error-{status}"),
            &ErrorPage {
                status,
                message: None,
                retry_seconds,
            },
            &g.visitor("/x"),
        )?;
    }
    Ok(())
}

/// What a tenant paid the platform.
pub fn invoice(g: &Gallery<'_>) -> anyhow::Result<()> {
    let invoice = InvoicePage {
        number: 1_042,
        at: now(),
        issuer: "Tallyroom Ltd\n1 Example Street\nBerlin\nVAT DE000000000".to_owned(),
        customer: g.cast.tenant.to_owned(),
        plan: "Studio".to_owned(),
        months: 12,
        starts: now(),
        until: now(),
        amount: g.cast.amount(49_900),
    };
    g.page("invoice", &invoice, &g.visitor("/api/v1/admin/subscription/invoices/1"))
}

/// The platform's home, the mailbox, and what stands at hosts nobody has.
pub fn platform(g: &Gallery<'_>) -> anyhow::Result<()> {
    g.page(
        "unknown-host",
        &UnknownHostPage {
            host: "nobody.localhost:8080".to_owned(),
        },
        &g.visitor("/"),
    )?;
    let login = |role: &str, email: &str| DemoLogin {
        role: role.to_owned(),
        email: email.to_owned(),
        password: "correct horse".to_owned(),
    };
    let tenant = |name: &str, theme: &str, tagline: &str| DemoTenant {
        name: name.to_owned(),
        url: format!("http://{theme}.localhost:8080"),
        theme: theme.to_owned(),
        tagline: tagline.to_owned(),
        logins: vec![login("Buyer", "jonas@example.com"), login("Seller", "mira@example.com")],
    };
    let platform = PlatformHomePage {
        tenants: vec![
            tenant("Lumen", "lumen", "Advisers, in euro"),
            tenant("Velvet", "velvet", "Performers, in dollars"),
        ],
    };
    let page = PageContext {
        platform: true,
        mailbox_url: Some("/dev/mailbox".to_owned()),
        ..g.visitor("/")
    };
    g.page("platform-home", &platform, &page)?;
    let row = MailRow {
        url: "/dev/mailbox/1".to_owned(),
        from: "Lumen <hello@lumen.example>".to_owned(),
        to: "jonas@example.com".to_owned(),
        subject: "Confirm your mail address for Lumen".to_owned(),
        at: now(),
    };
    g.page(
        "mailbox",
        &MailboxPage {
            mails: vec![row.clone(), row.clone()],
        },
        &page,
    )?;
    let mail = MailPage {
        mail: row,
        text: "Hello Jonas,\n\nconfirm your mail address.".to_owned(),
        html_url: "/dev/mailbox/1/html".to_owned(),
        action_url: Some("http://lumen.localhost:8080/verify?token=t".to_owned()),
    };
    g.page("mailbox-mail", &mail, &page)
}

/// All mails.
pub fn mails(g: &Gallery<'_>) -> anyhow::Result<()> {
    let name = || g.cast.buyer.to_owned();
    let url = |path: &str| format!("http://{}.localhost:8080{path}", g.cast.theme);
    g.mail(
        "verify",
        &VerifyMail {
            name: name(),
            url: url("/verify?token=t0k3n"),
            hours: 24,
        },
    )?;
    g.mail(
        "reset",
        &ResetMail {
            name: name(),
            url: url("/reset?token=t0k3n"),
            minutes: 60,
        },
    )?;
    g.mail(
        "invite",
        &InviteMail {
            name: name(),
            by: "Olivia Owner".to_owned(),
            sells: false,
            manages: false,
            url: url("/invite?token=t0k3n"),
        },
    )?;
    g.mail(
        "subscription",
        &SubscriptionMail {
            name: name(),
            subject: "The subscription of Lumen ends on 8 December 2026".to_owned(),
            paragraphs: vec![
                "Your plan Studio is paid until 8 December 2026. Nothing renews by itself.".to_owned(),
                "After that calls can be begun until 15 December 2026.".to_owned(),
            ],
            url: url("/admin/subscription"),
        },
    )?;
    g.mail(
        "welcome",
        &WelcomeMail {
            name: name(),
            url: url("/"),
        },
    )?;
    g.mail(
        "registered",
        &RegisteredMail {
            name: name(),
            url: url("/login"),
        },
    )?;
    g.mail(
        "second_factor",
        &SecondFactorMail {
            name: name(),
            subject: format!("Your second factor at {} is on", g.cast.tenant),
            news: Message::new("mails.second_factor.on_text").with("tenant", g.cast.tenant),
            url: url("/account"),
        },
    )?;
    g.mail(
        "payout",
        &PayoutMail {
            name: name(),
            subject: format!("Where your earnings at {} go was changed", g.cast.tenant),
            news: Message::new("mails.payout.goes_text")
                .with("tenant", g.cast.tenant)
                .with("to", "DE89 •••• 3000"),
            url: url("/sell/earnings"),
        },
    )?;
    let bill = bill(g);
    let receipt = ReceiptMail {
        name: name(),
        other_name: bill.other.name,
        service_title: bill.service_title,
        at: now(),
        seconds: bill.charged_seconds,
        lines: bill.lines,
        total: bill.total,
        available: g.cast.amount(2_350),
        url: url("/calls/1/bill"),
    };
    g.mail("receipt", &receipt)?;
    let missed = MissedCallMail {
        name: g.cast.person(0).name,
        other_name: name(),
        service_title: g.cast.services[0].0.to_owned(),
        at: now(),
        url: url("/conversations/1"),
    };
    g.mail("missed-call", &missed)?;
    let said = |by: &str, text: &str, file: Option<&str>| ChatMailLine {
        at: now(),
        by: by.to_owned(),
        text: text.to_owned(),
        file: file.map(str::to_owned),
        file_url: file.map(|_| url("/conversations/1/files/1")),
    };
    let chat = ChatMail {
        name: name(),
        other_name: g.cast.person(0).name,
        service_title: g.cast.services[0].0.to_owned(),
        at: now(),
        lines: vec![
            said(g.cast.buyer, "Shall I send you the plan?", None),
            said(&g.cast.person(0).name, "Yes, please.\nI look at it now.", None),
            said(g.cast.buyer, "", Some("Plan.pdf")),
        ],
        url: url("/conversations/1"),
    };
    g.mail("chat", &chat)?;
    let message = Message::new("notify.said.review")
        .with("name", g.cast.buyer)
        .with("count", 5);
    let news = NewsMail {
        name: g.cast.person(0).name,
        subject: format!("{} rated your call with 5 stars", g.cast.buyer),
        news: message,
        facts: Vec::new(),
        button: Message::new("mails.news.button"),
        url: url("/calls/1/bill"),
    };
    g.mail("news", &news)?;
    let proposed = Message::new("notify.said.booking.proposed")
        .with("name", g.cast.buyer)
        .with("title", g.cast.services[0].0)
        .with("at", now().to_string());
    let fact = |key: &str| Message::new(format!("mails.booking.{key}")).with("name", g.cast.buyer);
    let booking = NewsMail {
        name: g.cast.person(0).name,
        subject: format!("{} proposes another time", g.cast.buyer),
        news: proposed,
        facts: vec![
            fact("there").with("at", "09:00, Tokyo"),
            fact("until.proposed").with("until", now().to_string()),
        ],
        button: Message::new("mails.booking.button"),
        url: url("/conferences/1"),
    };
    g.mail("booking", &booking)?;
    let lost = DomainLostMail {
        name: name(),
        domain: "advice.example".to_owned(),
        url: url("/admin/settings"),
    };
    g.mail("domain-lost", &lost)
}
