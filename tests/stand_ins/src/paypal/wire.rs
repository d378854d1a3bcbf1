//! How PayPal's API counts and refuses.

use super::{Answer, WHOLE};
use crate::Said;
use serde_json::{Value, json};

pub(super) fn said(answer: Answer) -> Said {
    answer.map_or_else(|refused| refused, |object| Said::ok(&object))
}

pub(super) fn failure(status: u16, name: &str, issue: &str) -> Said {
    let failure = json!({
        "name": name,
        "message": "The requested action could not be performed.",
        "debug_id": "90957fca61718",
        "details": [{"issue": issue, "description": "See the issue."}],
        "links": [],
    });
    Said::json(status, &failure)
}

pub(super) fn unprocessable(issue: &str) -> Said {
    failure(422, "UNPROCESSABLE_ENTITY", issue)
}

pub(super) fn malformed(field: &str) -> Said {
    failure(400, "INVALID_REQUEST", &format!("INVALID_PARAMETER {field}"))
}

pub(super) fn not_found() -> Said {
    failure(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID")
}

pub(super) fn amount(amount: &Value) -> Result<(), Said> {
    let code = amount["currency_code"].as_str().unwrap_or_default();
    let value = amount["value"].as_str().unwrap_or_default();
    let (whole, part) = value.split_once('.').unwrap_or((value, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let decimals = if WHOLE.contains(&code) { 0 } else { 2 };
    if code.len() != 3 || whole.is_empty() || !digits(whole) || !digits(part) || hundredths(amount) == 0 {
        return Err(unprocessable("INVALID_PARAMETER_VALUE"));
    }
    if part.len() > decimals {
        return Err(unprocessable("DECIMAL_PRECISION"));
    }
    Ok(())
}

pub(super) fn hundredths(amount: &Value) -> i64 {
    let value = amount["value"].as_str().unwrap_or_default();
    let (whole, part) = value.split_once('.').unwrap_or((value, ""));
    format!("{whole}{part:0<2}").parse().unwrap_or_default()
}
