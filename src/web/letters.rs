//! Letters written out as mails, dressed by the tenant's theme.

use super::{
    Web, booking_letter, calendar_file, notices,
    pages::{
        bill_lines, notification_words,
        views::{
            Amount, DomainLostMail, InviteMail, Message, MissedCallMail, NewsMail, PayoutMail, ReceiptMail,
            RegisteredMail, ResetMail, SecondFactorMail, SubscriptionMail, VerifyMail, WelcomeMail,
        },
    },
    theme::{Mail as Written, PageContext, Theme},
};
use crate::{
    app::{
        calls,
        identity::Task,
        letters::{FactorNews, Letter, NewsLetter, PayoutNews, Posted, SubscriptionEnds},
        notifications::Told,
        ports::{CalendarFile, Letters, Mail, Slip},
    },
    domain::{
        ids::{BookingId, CallId},
        notice,
        notification::Event,
        own_domain,
        tenant::Tenant,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx, bookings,
        ledger::{self, AccountKind},
        notifications, tenants,
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
            .read(scope, move |tx| Ok((tenants::own(tx)?, users::find(tx, to)?)))
            .await?;
        let theme = self.theme(&tenant, scope).await?;
        let page = PageContext {
            tenant_name: tenant.name.clone(),
            lang: user.language.clone(),
            tenant_lang: tenant.language.clone(),
            zone: user.time_zone.clone(),
            ..PageContext::default()
        };
        // The platform's own mails to a tenant's people are answered to the platform.
        let (from_name, reply_to) = match &posted.letter {
            Letter::SubscriptionEnds(end) => (end.from.clone(), None),
            _ => (tenant.name.clone(), tenant.reply_to.clone()),
        };
        let calendar = self.calendar(scope, &tenant, &user, &posted.letter).await?;
        let written = self.words(scope, &tenant, &user, &theme, page, posted.letter).await?;
        let Written { subject, html, text } = written;
        Ok(Mail {
            from_name,
            reply_to,
            to: user.email,
            subject,
            text,
            html,
            calendar,
        })
    }

    async fn slip(&self, scope: &TenantScope, told: Told) -> Result<Slip> {
        notices::slip(self, scope, told).await
    }
}

impl Web {
    /// What a letter puts into the reader's calendar: how the order that it is about stands by now.
    async fn calendar(
        &self,
        scope: &TenantScope,
        tenant: &Tenant,
        user: &User,
        letter: &Letter,
    ) -> Result<Option<CalendarFile>> {
        let Letter::News(NewsLetter {
            event: Event::Booking,
            params,
            link,
            ..
        }) = letter
        else {
            return Ok(None);
        };
        let text = |name: &str| params.get(name).and_then(|value| value.as_str()).unwrap_or_default();
        let Ok(order) = text("order").parse::<BookingId>() else {
            return Ok(None);
        };
        // A mail that changes nothing in a calendar doesn't have people's programs ask them again.
        if !booking_letter::is_for_calendars(text("what")) {
            return Ok(None);
        }
        let person = user.id;
        let read = move |tx: &mut TenantTx<'_>| {
            let changes = bookings::history(tx, order)?.len();
            Ok((bookings::find_of(tx, order, person)?, changes))
        };
        let (order, changes) = self.app.db.read(scope, read).await?;
        let other = if order.buyer.id == user.id {
            &order.seller
        } else {
            &order.buyer
        };
        let reader = calendar_file::Reader {
            email: &user.email,
            other: &other.name,
            sender: (&tenant.name, &self.app.config.mail.sender),
            link,
        };
        Ok(calendar_file::of(&order, changes, &reader, self.app.now()))
    }

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
            | Letter::News(NewsLetter { link, .. })
            | Letter::SecondFactor { link, .. }
            | Letter::Payout { link, .. }
            | Letter::DomainLost { link, .. }
            | Letter::Chat { link, .. }
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
                    manages: task == Task::Manage,
                    url: link,
                },
                &page,
            ),
            Letter::Welcome { link } => theme.mail(&WelcomeMail { name, url: link }, &page),
            Letter::AlreadyRegistered { link } => theme.mail(&RegisteredMail { name, url: link }, &page),
            Letter::Receipt { call, link } => theme.mail(&self.receipt(scope, tenant, user, call, link).await?, &page),
            Letter::SecondFactor { news, link } => theme.mail(&second_factor(name, theme, &page, news, link), &page),
            Letter::Payout { news, link } => theme.mail(&payout(name, theme, &page, news, link), &page),
            Letter::DomainLost { domain, link } => theme.mail(
                &DomainLostMail {
                    name,
                    domain: own_domain::shown(&domain),
                    url: link,
                },
                &page,
            ),
            Letter::SubscriptionEnds(end) => theme.mail(&subscription(name, theme, &page, end), &page),
            Letter::Chat { call, link } => {
                let mail = self.chat_letter(scope, user, call, (&page.origin, link)).await?;
                theme.mail(&mail, &page)
            }
            Letter::News(news) => theme.mail(&self.news(scope, name, theme, &page, news).await?, &page),
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

    async fn news(
        &self,
        scope: &TenantScope,
        name: String,
        theme: &Theme,
        page: &PageContext,
        news: NewsLetter,
    ) -> Result<NewsMail> {
        let about = match news.about {
            Some(who) => Some(self.app.db.read(scope, move |tx| users::find(tx, who)).await?),
            None => None,
        };
        let facts = match (news.event, &about) {
            (Event::Booking, Some(other)) => booking_letter::facts(theme, page, &news.params, other),
            _ => Vec::new(),
        };
        let button = match news.event {
            Event::Booking => booking_letter::button(&news.params),
            _ => "mails.news.button",
        };
        let about = about.map(|other| other.name);
        let message = notification_words(news.event, notifications::named(news.params.into(), about));
        Ok(NewsMail {
            name,
            subject: notices::said(theme, &page.lang, &page.zone, &message),
            news: message,
            facts,
            button: Message::new(button),
            url: news.link,
        })
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
            .read(scope, move |tx| ledger::balance(tx, wallet, currency))
            .await?;
        let started = bill.bill.billed.first().map_or(bill.call.rang_at, |span| span.from);
        Ok(ReceiptMail {
            name: user.name.clone(),
            other_name: bill.call.seller.name.clone(),
            service_title: bill.call.service_title.clone(),
            at: started.timestamp(),
            seconds: bill.bill.charged_s,
            lines: bill_lines(&bill),
            total: Amount::new(bill.total_minor(), currency.code()),
            available: Amount::new(balance.available().minor, currency.code()),
            url,
        })
    }
}

fn second_factor(name: String, theme: &Theme, page: &PageContext, news: FactorNews, url: String) -> SecondFactorMail {
    let (subject, text) = match news {
        FactorNews::On => ("mails.second_factor.on", "mails.second_factor.on_text"),
        FactorNews::Off => ("mails.second_factor.off", "mails.second_factor.off_text"),
        FactorNews::CodesRenewed => ("mails.second_factor.renewed", "mails.second_factor.renewed_text"),
        FactorNews::CodeUsed => ("mails.second_factor.used", "mails.second_factor.used_text"),
        FactorNews::Reset => ("mails.second_factor.reset", "mails.second_factor.reset_text"),
    };
    let subject = Message::new(subject).with("tenant", &page.tenant_name);
    SecondFactorMail {
        name,
        subject: notices::said(theme, &page.lang, &page.zone, &subject),
        news: Message::new(text).with("tenant", &page.tenant_name),
        url,
    }
}

fn payout(name: String, theme: &Theme, page: &PageContext, news: PayoutNews, url: String) -> PayoutMail {
    let (subject, text) = match news {
        PayoutNews::Goes { to } => (
            Message::new("mails.payout.goes"),
            Message::new("mails.payout.goes_text").with("to", to),
        ),
        PayoutNews::Asked { minor, currency, to } => {
            let amount = Amount::new(minor, &currency);
            let text = Message::new("mails.payout.asked_text").with("amount", amount.clone());
            (
                Message::new("mails.payout.asked").with("amount", amount),
                text.with("to", to),
            )
        }
    };
    let subject = subject.with("tenant", &page.tenant_name);
    PayoutMail {
        name,
        subject: notices::said(theme, &page.lang, &page.zone, &subject),
        news: text.with("tenant", &page.tenant_name),
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
