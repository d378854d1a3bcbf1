//! The built-in test gateway: behaves like a provider with a hosted payment page, moves no real money.
//!
//! It keeps books of its own and is reached by the product through [`PaymentGateway`] only. Its page lives on the
//! tenant's host (`/gateway/test/{reference}`) and can play what real ones do: take the money, decline, ask the bank,
//! or take the money and not answer for a while. A card that it keeps does what was chosen there when it is charged next.

use crate::{
    app::ports::{
        Answer, Begun, Capture, Checkout, Clock, GatewayError, Outcome, PaymentGateway, SavedCharge, SavedMethod,
        Sought, Standing, Step, Void,
    },
    domain::{
        gateway::{Caps, Provider, Refunds},
        time::Moment,
    },
    error::{Error, Kind, Result},
    store::{
        Db, TenantScope,
        test_gateway::{self, Payment},
    },
};
use async_trait::async_trait;
use std::sync::Arc;
use url::Url;

/// How long a payment page can be used.
const OPEN_MS: i64 = 3_600_000;
/// How long it doesn't answer after a time-out.
pub const SILENT_MS: i64 = 20_000;
/// What people recognise its cards by.
const LABEL: &str = "visa ···· 4242";

/// A tenant's account at the gateway.
pub(super) struct TestGateway {
    db: Db,
    clock: Arc<dyn Clock>,
    scope: TenantScope,
}

/// What a person can do on the payment page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Pay (or confirm, on the bank's page).
    Succeed,
    /// The card is declined (or refuse, on the bank's page).
    Decline,
    /// The bank wants to know.
    Authenticate,
    /// Pay, but the answer gets lost.
    Timeout,
}

/// What a card that is kept does when it is charged without the person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    /// It pays.
    #[default]
    Pays,
    /// The bank wants to ask the person.
    Asks,
    /// It is declined.
    Declines,
    /// It pays, but the answer gets lost.
    GetsLost,
}

impl Next {
    fn name(self) -> &'static str {
        match self {
            Self::Pays => "pays",
            Self::Asks => "asks",
            Self::Declines => "declines",
            Self::GetsLost => "gets_lost",
        }
    }
}

impl TestGateway {
    /// With books in `db`.
    pub(super) fn new(db: Db, clock: Arc<dyn Clock>, scope: TenantScope) -> Self {
        Self { db, clock, scope }
    }

    /// Changes a payment, unless that is refused.
    async fn change(
        &self,
        reference: &str,
        change: impl FnOnce(&mut Payment) -> Answer<()> + Send + 'static,
    ) -> Answer<Payment> {
        let reference = reference.to_owned();
        let changed = self.db.tenant(&self.scope, move |tx| {
            let mut payment = test_gateway::lock(tx, &reference)?;
            Ok(match change(&mut payment) {
                Ok(()) => test_gateway::update(tx, &payment).map(|()| Ok(payment))?,
                Err(refused) => Err(refused),
            })
        });
        changed.await.map_err(|error| match error.kind {
            Kind::NotFound => rejected("there is no such payment"),
            _ => GatewayError::Unknown(error.to_string()),
        })?
    }
}

#[async_trait]
impl PaymentGateway for TestGateway {
    fn provider(&self) -> Provider {
        Provider::Test
    }

    fn caps(&self) -> Caps {
        Caps {
            saved_methods: true,
            holds: true,
            refunds: Refunds::None,
            webhooks: false,
            idempotent: true,
            currencies: Vec::new(),
        }
    }

    async fn begin_checkout(&self, checkout: &Checkout) -> Answer<Begun> {
        self.check_caps(checkout)?;
        if checkout.amount.minor <= 0 {
            return Err(self.cannot(format!("take {}", checkout.amount)));
        }
        let rejected = |error: url::ParseError| GatewayError::Rejected(format!("the return address is bad: {error}"));
        let base = Url::parse(&checkout.return_url).map_err(rejected)?;
        let payment = Payment {
            reference: hex::encode(rand::random::<[u8; 16]>()),
            idempotency_key: checkout.intent.to_string(),
            amount: checkout.amount,
            return_url: checkout.return_url.clone(),
            state: "open".to_owned(),
            reason: None,
            silent_until: None,
            created_at: self.clock.now(),
            merchant: checkout.merchant.clone(),
            keeps: checkout.save_method.then(|| Next::Pays.name().to_owned()),
            token: None,
            holds: checkout.hold,
            captured: None,
        };
        let opened = self
            .db
            .tenant(&self.scope, move |tx| test_gateway::open(tx, &payment))
            .await;
        let payment = opened.map_err(|error| GatewayError::Unknown(error.to_string()))?;
        let page = base
            .join(&format!("/gateway/test/{}", payment.reference))
            .map_err(rejected)?;
        Ok(Begun {
            reference: payment.reference,
            step: Step::Redirect(page.into()),
        })
    }

    async fn confirm(&self, reference: &str) -> Answer<Standing> {
        let (now, reference) = (self.clock.now(), reference.to_owned());
        let found = self
            .db
            .tenant(&self.scope, move |tx| test_gateway::find(tx, &reference))
            .await;
        let payment = found.map_err(|error| GatewayError::Unknown(error.to_string()))?;
        standing(payment, now)
    }

    async fn look_up(&self, sought: &Sought) -> Answer<Option<Standing>> {
        let (now, key) = (self.clock.now(), sought.intent.to_string());
        let found = self
            .db
            .tenant(&self.scope, move |tx| test_gateway::by_key(tx, &key))
            .await;
        let payment = found.map_err(|error| GatewayError::Unknown(error.to_string()))?;
        // Nobody was sent to a page whose address never came.
        let made = payment.filter(|payment| !is_open(payment));
        made.map(|payment| standing(payment, now)).transpose()
    }

    async fn charge_saved(&self, charge: &SavedCharge) -> Answer<Standing> {
        if charge.amount.minor <= 0 {
            return Err(self.cannot(format!("take {}", charge.amount)));
        }
        let (now, token) = (self.clock.now(), charge.method.token.clone());
        let read = self
            .db
            .tenant(&self.scope, move |tx| test_gateway::kept(tx, &token))
            .await;
        let next = read.map_err(|error| match error.kind {
            Kind::NotFound => GatewayError::Rejected("no such card is kept".to_owned()),
            _ => GatewayError::Unknown(error.to_string()),
        })?;
        let declined = |reason: &str, requires_action| GatewayError::Declined {
            reason: reason.to_owned(),
            requires_action,
        };
        match next.as_str() {
            "asks" => return Err(declined("The bank wants to ask the card's holder.", true)),
            "declines" => return Err(declined("The card was refused.", false)),
            _ => {}
        }
        let payment = Payment {
            reference: hex::encode(rand::random::<[u8; 16]>()),
            idempotency_key: charge.intent.to_string(),
            amount: charge.amount,
            return_url: String::new(),
            state: paid(charge.hold).to_owned(),
            reason: None,
            silent_until: (next == Next::GetsLost.name()).then_some(now + SILENT_MS),
            created_at: now,
            merchant: None,
            keeps: None,
            token: None,
            holds: charge.hold,
            captured: None,
        };
        let made = self
            .db
            .tenant(&self.scope, move |tx| test_gateway::open(tx, &payment))
            .await;
        standing(made.map_err(|error| GatewayError::Unknown(error.to_string()))?, now)
    }

    async fn capture(&self, capture: &Capture) -> Answer<Standing> {
        let (now, order) = (self.clock.now(), capture.clone());
        let change = move |payment: &mut Payment| {
            let key = order.key.to_string();
            match &payment.captured {
                Some((_, known)) if *known == key => return Ok(()),
                Some(_) => return Err(rejected("it was taken already")),
                None if payment.state != "held" => return Err(rejected("nothing is held")),
                None => {}
            }
            let most = payment.amount;
            if order.amount.currency != most.currency || !(1..=most.minor).contains(&order.amount.minor) {
                return Err(rejected("that isn't held"));
            }
            payment.captured = Some((order.amount.minor, key));
            "charged".clone_into(&mut payment.state);
            Ok(())
        };
        standing(self.change(&capture.charge, change).await?, now)
    }

    async fn void(&self, void: &Void) -> Answer<()> {
        let change = |payment: &mut Payment| match payment.state.as_str() {
            "released" => Ok(()),
            "held" => {
                "released".clone_into(&mut payment.state);
                Ok(())
            }
            _ => Err(rejected("nothing is held")),
        };
        self.change(&void.charge, change).await.map(|_| ())
    }

    async fn test_connection(&self) -> Answer<()> {
        check(&self.db).await
    }
}

/// Whether the gateway is there at all.
///
/// # Errors
/// Its books can't be read.
pub(super) async fn check(db: &Db) -> Answer<()> {
    let answered = db.system_read(test_gateway::check).await;
    answered.map_err(|error| GatewayError::Unknown(error.to_string()))
}

fn rejected(why: &str) -> GatewayError {
    GatewayError::Rejected(why.to_owned())
}

/// How a payment stands once it is paid.
fn paid(holds: bool) -> &'static str {
    if holds { "held" } else { "charged" }
}

fn standing(payment: Payment, now: Moment) -> Answer<Standing> {
    if payment.silent_until.is_some_and(|until| now < until) {
        return Err(GatewayError::Unknown("no answer in time".to_owned()));
    }
    let mut amount = payment.amount;
    amount.minor = payment.captured.as_ref().map_or(amount.minor, |(minor, _)| *minor);
    Ok(match payment.state.as_str() {
        "held" | "charged" => Standing {
            outcome: match payment.state.as_str() {
                "held" => Outcome::Held(amount),
                _ => Outcome::Settled(amount),
            },
            charge: Some(payment.reference),
            saved: payment.token.map(|token| SavedMethod {
                token,
                label: LABEL.to_owned(),
            }),
        },
        "released" => Outcome::Declined("It was let go.".to_owned()).into(),
        "declined" => Outcome::Declined(payment.reason.unwrap_or_default()).into(),
        _ if is_over(&payment, now) => Outcome::Declined("The payment page has run out.".to_owned()).into(),
        _ => Outcome::Pending.into(),
    })
}

/// What the payment page shows.
///
/// # Errors
/// There is no such payment, or it can't be paid any more.
pub async fn page(db: &Db, scope: &TenantScope, reference: &str, now: Moment) -> Result<Payment> {
    let reference = reference.to_owned();
    let payment = db.tenant(scope, move |tx| test_gateway::find(tx, &reference)).await?;
    if is_open(&payment) && is_over(&payment, now) {
        return Err(Error::conflict(
            "payment_page_over",
            "This payment page has run out. Nothing was charged.",
        ));
    }
    Ok(payment)
}

/// Does what the person chose: with the payment, and with the card when it is charged next, if it is to be kept. A payment
/// that has its outcome keeps it.
///
/// # Errors
/// As [`page`].
pub async fn choose(
    db: &Db,
    scope: &TenantScope,
    reference: &str,
    (choice, next): (Choice, Option<Next>),
    now: Moment,
) -> Result<Payment> {
    page(db, scope, reference, now).await?;
    let reference = reference.to_owned();
    db.tenant(scope, move |tx| {
        let mut payment = test_gateway::lock(tx, &reference)?;
        if is_open(&payment) {
            apply(&mut payment, choice, now);
            if let (Some(keeps), Some(next)) = (&mut payment.keeps, next) {
                next.name().clone_into(keeps);
            }
            if let ("charged" | "held", Some(keeps)) = (payment.state.as_str(), &payment.keeps) {
                let token = hex::encode(rand::random::<[u8; 16]>());
                test_gateway::keep(tx, &token, keeps, now)?;
                payment.token = Some(token);
            }
            test_gateway::update(tx, &payment)?;
        }
        Ok(payment)
    })
    .await
}

/// Whether it has no outcome yet.
pub fn is_open(payment: &Payment) -> bool {
    matches!(payment.state.as_str(), "open" | "needs_authentication")
}

fn is_over(payment: &Payment, now: Moment) -> bool {
    now - payment.created_at >= OPEN_MS
}

fn apply(payment: &mut Payment, choice: Choice, now: Moment) {
    let refused = if payment.state == "open" {
        "The card was refused."
    } else {
        "The bank didn't confirm the payment."
    };
    let state = match choice {
        Choice::Succeed | Choice::Timeout => paid(payment.holds),
        Choice::Decline => "declined",
        Choice::Authenticate => "needs_authentication",
    };
    payment.state = state.to_owned();
    payment.reason = (choice == Choice::Decline).then(|| refused.to_owned());
    payment.silent_until = (choice == Choice::Timeout).then_some(now + SILENT_MS);
}
