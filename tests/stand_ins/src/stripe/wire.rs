//! How Stripe's API reads forms and refuses.

use super::{Answer, Form, LEAST};
use crate::{Asked, Said};
use serde_json::{Value, json};

pub(super) fn said(answer: Answer) -> Said {
    answer.map_or_else(|refused| refused, |object| Said::ok(&object))
}

pub(super) fn failure(status: u16, kind: &str, code: &str, message: &str) -> Said {
    let code = (!code.is_empty()).then_some(code);
    Said::json(
        status,
        &json!({"error": {"type": kind, "code": code, "message": message}}),
    )
}

pub(super) fn invalid(message: &str) -> Said {
    failure(400, "invalid_request_error", "", message)
}

pub(super) fn state(payment: &Value, done: &str) -> Said {
    let message = format!(
        "This PaymentIntent could not be {done} because it has a status of {}.",
        payment["status"]
    );
    failure(
        400,
        "invalid_request_error",
        "payment_intent_unexpected_state",
        &message,
    )
}

pub(super) fn unrecognised(asked: &Asked) -> Said {
    let message = format!("Unrecognized request URL ({}: {})", asked.method, asked.path);
    failure(404, "invalid_request_error", "", &message)
}

pub(super) fn known(form: &Form, fields: &[&str]) -> Result<(), Said> {
    match form.keys().find(|name| !fields.contains(&name.as_str())) {
        Some(name) => Err(failure(
            400,
            "invalid_request_error",
            "parameter_unknown",
            &format!("Received unknown parameter: {name}"),
        )),
        None => Ok(()),
    }
}

pub(super) fn required<'a>(form: &'a Form, name: &str) -> Result<&'a str, Said> {
    let value = form.get(name).filter(|value| !value.is_empty());
    value.map(String::as_str).ok_or_else(|| {
        failure(
            400,
            "invalid_request_error",
            "parameter_missing",
            &format!("Missing required param: {name}."),
        )
    })
}

pub(super) fn one_of(form: &Form, name: &str, values: &[&str]) -> Result<(), Said> {
    let value = required(form, name)?;
    if values.contains(&value) {
        Ok(())
    } else {
        Err(invalid(&format!("Invalid {name}: must be one of {values:?}")))
    }
}

pub(super) fn amount(form: &Form, name: &str) -> Result<i64, Said> {
    let amount: i64 = required(form, name)?
        .parse()
        .map_err(|_| invalid(&format!("Invalid integer: {name}")))?;
    if (LEAST..=99_999_999).contains(&amount) {
        Ok(amount)
    } else {
        Err(failure(
            400,
            "invalid_request_error",
            "amount_too_small",
            "Amount must be at least €0.50 eur",
        ))
    }
}

pub(super) fn currency(form: &Form, name: &str) -> Result<String, Said> {
    let currency = required(form, name)?;
    if currency.len() == 3 && currency.chars().all(|char| char.is_ascii_lowercase()) {
        Ok(currency.to_owned())
    } else {
        Err(invalid(&format!("Invalid currency: {currency}")))
    }
}
