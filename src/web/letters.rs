//! Letters written out as mails, dressed by the tenant's theme.

use super::{
    Web,
    pages::{
        bill_lines,
        views::{
            AlertMail, Amount, InviteMail, MissedCallMail, ReceiptMail, RegisteredMail, ResetMail, SubscriptionMail,
            VerifyMail, WelcomeMail,
        },
    },
    theme::{Mail as Written, PageContext, Theme},
};
use crate::{
    app::{
        calls,
        identity::Task,
        letters::{Alert, Letter, Posted, SubscriptionEnds},
        ports::{Letters, Mail},
    },
    domain::{ids::CallId, notice, own_domain, tenant::Tenant, time::Moment},
    error::{Error, Result},
    store::{
        TenantScope,
        ledger::{self, AccountKind},
        tenants,
        users::{self, User},
    },
};
use async_trait::async_trait;

/// How long the links hold, as their makers have it.
const VERIFY_HOURS: u32 = 48;
const RESET_MINUTES: u32 = 60;

#[async_trait]
impl Letters for Web {
    async fn write(&self, scope: &TenantScope, posted: Posted) -> Result<Mail> {
        let to = posted.to;
        let (tenant, user) = self
            .app
            .db
            .tenant(scope, move |tx| Ok((tenants::own(tx)?, users::find(tx, to)?)))
            .await?;
        let theme = self.theme(&tenant, scope).await?;
        let page = PageContext {
            tenant_name: tenant.name.clone(),
            lang: user.language.clone(),
            tenant_lang: tenant.language.clone(),
            zone: user.time_zone.clone(),
            ..PageContext::default()
        };
        let from_name = match &posted.letter {
            Letter::SubscriptionEnds(end) => end.from.clone(),
            _ => tenant.name.clone(),
        };
        let written = self.words(scope, &tenant, &user, &theme, page, posted.letter).await?;
        let Written { subject, html, text } = written;
        Ok(Mail {
            from_name,
            to: user.email,
            subject,
            text,
            html,
        })
    }
}

impl Web {
    async fn words(
        &self,
        scope: &TenantScope,
        tenant: &Tenant,
        user: &User,
        theme: &Theme,
        mut page: PageContext,
        letter: Letter,
    ) -> Result<Written> {
        let name = user.name.clone();
        let link = match &letter {
            Letter::Verify { link }
            | Letter::AlreadyRegistered { link }
            | Letter::Reset { link }
            | Letter::Welcome { link }
            | Letter::Invite { link, .. }
            | Letter::Receipt { link, .. }
            | Letter::SubscriptionEnds(SubscriptionEnds { link, .. })
            | Letter::Alert { link, .. }
            | Letter::MissedCall { link, .. } => link.clone(),
        };
        page.origin = origin(&link);
        let written = match letter {
            Letter::Verify { link } => theme.mail(
                &VerifyMail {
                    name,
                    url: link,
                    hours: VERIFY_HOURS,
                },
                &page,
            ),
            Letter::Reset { link } => theme.mail(
                &ResetMail {
                    name,
                    url: link,
                    minutes: RESET_MINUTES,
                },
                &page,
            ),
            Letter::Invite { link, by, task } => theme.mail(
                &InviteMail {
                    name,
                    by,
                    sells: task == Task::Sell,
                    url: link,
                },
                &page,
            ),
            Letter::Welcome { link } => theme.mail(&WelcomeMail { name, url: link }, &page),
            Letter::AlreadyRegistered { link } => theme.mail(&RegisteredMail { name, url: link }, &page),
            Letter::Receipt { call, link } => theme.mail(&self.receipt(scope, tenant, user, call, link).await?, &page),
            Letter::Alert { alert, link } => theme.mail(&self::alert(name, alert, link), &page),
            Letter::SubscriptionEnds(end) => theme.mail(&subscription(name, theme, &page, end), &page),
            Letter::MissedCall { call, link } => {
                let call = calls::one(&self.app, scope, user.id, call).await?;
                let mail = MissedCallMail {
                    name,
                    other_name: call.buyer.name,
                    service_title: call.service_title,
                    at: call.rang_at.timestamp(),
                    url: link,
                };
                theme.mail(&mail, &page)
            }
        };
        written.map_err(Error::internal)
    }

    async fn receipt(
        &self,
        scope: &TenantScope,
        tenant: &Tenant,
        user: &User,
        call: CallId,
        url: String,
    ) -> Result<ReceiptMail> {
        let bill = calls::bill(&self.app, scope, user.id, call).await?;
        let (wallet, currency) = (AccountKind::Wallet(user.id), tenant.currency);
        let balance = self
            .app
            .db
            .tenant(scope, move |tx| ledger::balance(tx, wallet, currency))
            .await?;
        let started = bill.bill.billed.first().map_or(bill.call.rang_at, |span| span.from);
        Ok(ReceiptMail {
            name: user.name.clone(),
            other_name: bill.call.seller.name.clone(),
            service_title: bill.call.service_title.clone(),
            at: started.timestamp(),
            seconds: bill.bill.charged_s,
            lines: bill_lines(&bill),
            total: Amount::new(bill.bill.charged_minor, currency.code()),
            available: Amount::new(balance.available().minor, currency.code()),
            url,
        })
    }
}

fn alert(name: String, alert: Alert, url: String) -> AlertMail {
    let (what, domain_lost, template_fails, why) = match alert {
        Alert::DomainLost { domain } => (own_domain::shown(&domain), true, false, String::new()),
        Alert::TemplateFails { template, why } => (template, false, true, why),
    };
    AlertMail {
        name,
        what,
        domain_lost,
        template_fails,
        why,
        url,
    }
}

/// What the platform's owners wrote, filled in.
fn subscription(name: String, theme: &Theme, page: &PageContext, end: SubscriptionEnds) -> SubscriptionMail {
    let day = |at: Moment| {
        let params = [("at".to_owned(), at.timestamp().to_string().into())];
        let params = params.into_iter().collect();
        theme
            .say(&page.lang, "mails.subscription.day", &params, &page.zone)
            .unwrap_or_default()
    };
    let value = |variable: &str| match variable {
        "tenant" => page.tenant_name.clone(),
        "plan" => end.plan.clone().unwrap_or_else(|| "–".to_owned()),
        "days" => end.days.to_string(),
        "ends" => day(end.ends_at),
        "stops" => day(end.stops_at),
        _ => end.link.clone(),
    };
    let body = notice::fill(&end.body, value);
    SubscriptionMail {
        name,
        subject: notice::fill(&end.subject, value),
        paragraphs: body.split("\n\n").map(str::to_owned).collect(),
        url: end.link.clone(),
    }
}

/// Scheme and host of an absolute address.
fn origin(link: &str) -> String {
    url::Url::parse(link)
        .map(|url| url.origin().ascii_serialization())
        .unwrap_or_default()
}
