//! Authorize.net's doors: its API, its form, and what it tells by itself.

use super::{AuthorizeNet, CURRENCY, LOGIN_ID, MARK, SIGNATURE_KEY, TRANSACTION_KEY, fault, signature};
use crate::{Act, Asked, Back, Books, Message, Said, Sheet};
use serde_json::json;

impl Books for AuthorizeNet {
    const NAME: &'static str = "authorize_net";
    const KEYS: &'static [(&'static str, &'static str)] = &[
        ("currency", CURRENCY),
        ("login_id", LOGIN_ID),
        ("transaction_key", TRANSACTION_KEY),
        ("signature_key", SIGNATURE_KEY),
    ];

    fn page(&self, asked: &Asked) -> Option<String> {
        let posted = asked.method == "POST" && asked.path == "/payment/payment";
        posted.then(|| asked.form().remove("token"))?
    }

    fn sheet(&self, name: &str) -> Option<Sheet> {
        let form = self.forms.get(name)?;
        Some(Sheet {
            amount: format!("{} {CURRENCY}", form["amount"]),
            back: Back::Link(form["back"].as_str()?.to_owned()),
        })
    }

    fn done(&mut self, name: &str, act: Act, _: i64) {
        self.act(name, act);
    }

    fn told(&self, _: i64) -> Vec<Message> {
        let signed = self
            .sent
            .iter()
            .map(|body| Message::with("x-anet-signature", &signature(body, SIGNATURE_KEY), body));
        signed.collect()
    }

    fn answer(&mut self, asked: &Asked) -> Said {
        if asked.path != "/xml/v1/request.api" || asked.header("content-type") != "application/json" {
            return Said::json(404, &json!({}));
        }
        let body = asked.json();
        let request = body.as_object().and_then(|object| object.iter().next());
        let answer = match request {
            Some((name, told)) => self.perform(name, told),
            None => Err(fault("E00002", "The content-type specified is not supported.")),
        };
        let said = match answer {
            Ok(mut said) => {
                if said["messages"].is_null() {
                    said["messages"] =
                        json!({"resultCode": "Ok", "message": [{"code": "I00001", "text": "Successful."}]});
                }
                said
            }
            Err((code, text)) => {
                json!({"messages": {"resultCode": "Error", "message": [{"code": code, "text": text}]}})
            }
        };
        Said {
            status: 200,
            body: format!("{MARK}{said}"),
        }
    }

    fn is_order(&self, asked: &Asked) -> bool {
        ["getHostedPaymentPageRequest", "createTransactionRequest"]
            .iter()
            .any(|order| asked.body.starts_with(&format!("{{\"{order}\"")))
    }
}
