//! How 2Checkout is talked to: JSON with a header that is signed for its second.

use super::wire::{Failure, Listed, Order, RefundRequest};
use crate::{
    app::ports::{Answer, Clock, GatewayError, TwoCheckoutKeys},
    config::Secret,
    domain::{gateway::Mode, time::Moment},
    gateways::payment::{
        hmac::mac,
        http::{Http, Reply},
    },
};
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use reqwest::{Method, RequestBuilder, header::ACCEPT};
use serde_json::Value;
use sha2::Sha256;
use std::sync::Arc;
use url::{Url, form_urlencoded};

const ORDERS: &str = "rest/6.0/orders";
/// Orders of a number are looked for so long before its page closes.
const BEFORE_MS: i64 = 2 * 24 * 3_600_000;

/// A signature over values, each with its length in bytes before it.
pub(super) struct Signed(Hmac<Sha256>);

impl Signed {
    /// Of these values.
    pub(super) fn of<'a>(key: &Secret, values: impl IntoIterator<Item = &'a str>) -> Answer<Self> {
        let mut mac = mac(key, &[])?;
        for value in values {
            mac.update(value.len().to_string().as_bytes());
            mac.update(value.as_bytes());
        }
        Ok(Self(mac))
    }

    /// As it is written.
    pub(super) fn hex(self) -> String {
        hex::encode(self.0.finalize().into_bytes())
    }

    /// Whether it is this one.
    pub(super) fn is(self, other: &[u8]) -> bool {
        self.0.verify_slice(other).is_ok()
    }
}

/// A time as it is written somewhere, in UTC.
pub(super) fn time(moment: Moment, format: &str) -> Answer<String> {
    let time = Timestamp::from_millisecond(moment.0);
    let time = time.map_err(|error| GatewayError::Rejected(format!("{moment:?} is no time: {error}")))?;
    Ok(time.strftime(format).to_string())
}

/// The way to one account.
pub(super) struct Link {
    http: Http,
    mode: Mode,
    merchant_code: String,
    secret_key: Secret,
    clock: Arc<dyn Clock>,
}

impl Link {
    /// Opened by these keys.
    pub(super) fn new(http: Http, mode: Mode, keys: &TwoCheckoutKeys, clock: Arc<dyn Clock>) -> Self {
        Self {
            http,
            mode,
            merchant_code: keys.merchant_code.clone(),
            secret_key: keys.secret_key.clone(),
            clock,
        }
    }

    /// Where people see that page of its.
    pub(super) fn page(&self, own: &str) -> Answer<Url> {
        self.http.page(own)
    }

    /// An order, by its number there.
    pub(super) async fn order(&self, number: &str) -> Answer<Order> {
        let reply = self
            .send(self.request(Method::GET, &format!("{ORDERS}/{number}/"))?)
            .await?;
        reply.json()
    }

    /// The orders with a number of ours, of this mode only: anybody could make a link one for tests.
    pub(super) async fn orders(&self, number: &str, open_until: Moment) -> Answer<Vec<Order>> {
        let since = time(Moment(open_until.0 - BEFORE_MS), "%Y-%m-%d")?;
        let tests = if self.mode == Mode::Test { "ONLY" } else { "NO" };
        let query = [
            ("ExternalRefNo", number),
            ("StartDate", &since),
            ("IncludeTestOrders", tests),
        ];
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(query)
            .finish();
        let request = self.request(Method::GET, &format!("{ORDERS}/?{query}"))?;
        let listed: Listed = self.send(request).await?.json()?;
        Ok(listed.items)
    }

    /// Has the whole of an order given back.
    pub(super) async fn refund(&self, number: &str, amount: &str) -> Answer<()> {
        let told = RefundRequest::of(amount)?;
        let request = self.request(Method::POST, &format!("{ORDERS}/{number}/refund/"))?;
        let reply = self.send(request.json(&told)).await?;
        match reply.json::<Value>()? {
            Value::Bool(false) => Err(GatewayError::Rejected(reply.told())),
            _ => Ok(()),
        }
    }

    fn request(&self, method: Method, path: &str) -> Answer<RequestBuilder> {
        let date = time(self.clock.now(), "%Y-%m-%d %H:%M:%S")?;
        let code = &self.merchant_code;
        let hash = Signed::of(&self.secret_key, [code.as_str(), &date])?.hex();
        let header = format!("code=\"{code}\" date=\"{date}\" hash=\"{hash}\" algo=\"sha256\"");
        let request = self.http.request(method, path)?;
        Ok(request
            .header("x-avangate-authentication", header)
            .header(ACCEPT, "application/json"))
    }

    async fn send(&self, request: RequestBuilder) -> Answer<Reply> {
        let reply = self.http.send(request).await?;
        // A refusal can have status 200.
        match reply.json::<Failure>() {
            Ok(failure) => Err(GatewayError::Rejected(failure.told())),
            Err(_) if reply.status.is_success() => Ok(reply),
            Err(unread) => Err(unread),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Python's `hmac` makes of the values as 2Checkout's own plugins put them together.
    #[test]
    fn signatures_are_as_others_make_them() {
        let key = Secret::from("secret-of-the-tests".to_owned());
        for (values, hash) in [
            (
                &["AVLRNG", "2027-01-15 12:00:00"][..],
                "08c11e1b78f9401aa581ec48a0505ec8f958e676c635624f3563659730e72143",
            ),
            (
                &["EUR", "12.50", "Fünf Minuten", ""][..],
                "e8db3f7b53cb45703286149f935eb2d147d374b74dddcdbc3c2499434784a421",
            ),
        ] {
            let signed = Signed::of(&key, values.iter().copied()).map(Signed::hex);
            assert_eq!(signed, Ok(hash.to_owned()));
        }
    }
}
