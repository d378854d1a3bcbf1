//! An account is added, or its keys are changed.

use super::{name, refuse_while_paying_out, there};
use crate::{
    app::{
        App,
        console::StaffMember,
        ports::{GatewayAccount, GatewayKeys, KeyField},
        sealing::{seal, unseal},
    },
    domain::{
        audit::{Action, Entry},
        gateway::{Mode, Provider},
        ids::GatewayAccountId,
        money::Currency,
    },
    error::{Error, Result},
    store::{
        audit,
        gateway_accounts::{self as stored, Account},
    },
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Accounts that a tenant can have.
const MOST_ACCOUNTS: usize = 20;
/// What is shown of a secret key: its end, if enough stays hidden.
const SHOWN_CHARS: usize = 4;
const LEAST_SECRET_CHARS: usize = 12;

/// An account as staff want it.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Which; a new one without.
    pub id: Option<GatewayAccountId>,
    /// At which provider; stays what it was.
    pub provider: Provider,
    /// Whether its money is real; stays what it was.
    pub mode: Mode,
    /// What was typed, by the key's name. An empty one stays what it was.
    pub keys: BTreeMap<String, String>,
    /// Codes of the currencies it is for; all that it can take, if empty.
    pub currencies: Vec<String>,
}

/// Adds an account, switched off, or changes what opens it and what it is for. Other keys switch it off until they are
/// tested. Nothing of a key is ever given back but
/// what [`Account::shown`] has.
///
/// # Errors
/// A key that is missing, isn't one, or is of the other mode; other keys while payouts go through it; a currency that isn't one; too many accounts; it isn't
/// there; or the database is away.
pub async fn save(app: &App, by: &StaffMember, wanted: Wanted) -> Result<Account> {
    by.account()?;
    let fields = GatewayKeys::fields(wanted.provider);
    if fields.is_empty() {
        return Err(Error::field(
            "provider",
            "This gateway is built in. Choose another provider.",
        ));
    }
    if let Some(strange) = wanted
        .keys
        .keys()
        .find(|key| fields.iter().all(|field| field.name != **key))
    {
        return Err(Error::invalid(format!("This provider has no key {strange:?}.")));
    }
    let currencies = currencies(&wanted.currencies)?;
    let (handle, actor, now) = (app.clone(), by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let before = match wanted.id {
                Some(id) => Some(there(stored::lock(tx, id)?)?),
                None => None,
            };
            if before.is_none() && stored::list(tx)?.len() >= MOST_ACCOUNTS {
                let words = "There are 20 accounts already. Remove one that isn't needed.";
                return Err(Error::conflict("too_many_accounts", words));
            }
            let (provider, mode) = before.as_ref().map_or((wanted.provider, wanted.mode), |account| {
                (account.provider, account.mode)
            });
            if provider != wanted.provider {
                return Err(Error::field(
                    "provider",
                    "An account stays with its provider. Add another one.",
                ));
            }
            let known = before.as_ref().and_then(|account| account.sealed_keys.as_deref());
            let secret = handle.config.secrets.jwt.expose();
            // What was sealed with another key can't be kept: it is entered anew.
            let known = known.and_then(|known| unseal(secret, known).ok());
            let keys = merged(provider, known.as_deref(), &wanted.keys)?;
            checked(mode, &keys)?;
            let bytes = serde_json::to_vec(&keys).map_err(Error::internal)?;
            // Keys that nobody has tried take no payments.
            let tried = before.as_ref().filter(|_| known.as_ref() == Some(&bytes));
            if let (Some(account), None) = (&before, tried) {
                // Others would be asked about what they never knew.
                refuse_while_paying_out(tx, account.id)?;
            }
            let account = Account {
                id: wanted.id.unwrap_or_default(),
                provider,
                mode,
                sealed_keys: Some(seal(secret, &bytes)?),
                shown: fields
                    .iter()
                    .map(|field| (field.name.to_owned(), shown(field, &keys)))
                    .collect(),
                currencies,
                enabled: tried.is_some_and(|account| account.enabled),
                check: tried.and_then(|account| account.check.clone()),
                created_at: before.as_ref().map_or(now, |account| account.created_at),
                removed_at: None,
            };
            stored::put(tx, &account)?;
            let seen = |account: &Account| {
                json!({"keys": account.shown, "currencies": account.currencies, "enabled": account.enabled})
            };
            let action = if before.is_some() {
                Action::GatewayChanged
            } else {
                Action::GatewayAdded
            };
            let entry = Entry::new(action, name(&account));
            let entry = entry.changed(before.as_ref().map_or(Value::Null, seen), seen(&account));
            audit::write(tx, &actor, &entry, now)?;
            Ok(account)
        })
        .await
}

fn currencies(codes: &[String]) -> Result<Vec<Currency>> {
    let mut currencies = Vec::new();
    for code in codes {
        let words = || format!("{code:?} isn't a currency; write codes such as EUR.");
        let currency = Currency::parse(code).ok_or_else(|| Error::field("currencies", words()))?;
        if !currencies.contains(&currency) {
            currencies.push(currency);
        }
    }
    Ok(currencies)
}

/// What was stored, with what was typed in its place.
fn merged(provider: Provider, known: Option<&[u8]>, typed: &BTreeMap<String, String>) -> Result<Map<String, Value>> {
    let mut keys: Map<String, Value> = match known {
        Some(known) => serde_json::from_slice(known).map_err(Error::internal)?,
        None => Map::from_iter([("provider".to_owned(), json!(provider.name()))]),
    };
    for field in GatewayKeys::fields(provider) {
        match typed
            .get(field.name)
            .map(|text| text.trim())
            .filter(|text| !text.is_empty())
        {
            Some(text) => {
                keys.insert(field.name.to_owned(), json!(text));
            }
            None if keys.contains_key(field.name) => {}
            None => {
                let words = "Enter this key; the provider's own console shows it.";
                return Err(Error::field(field.name, words));
            }
        }
    }
    Ok(keys)
}

/// Whether the keys are some, and of that mode.
fn checked(mode: Mode, keys: &Map<String, Value>) -> Result<()> {
    let currency = keys.get("currency").and_then(Value::as_str);
    if currency.is_some_and(|code| Currency::parse(code).is_none()) {
        return Err(Error::field(
            "currency",
            "Enter the account's currency as a code, such as USD.",
        ));
    }
    let keys = serde_json::from_value(Value::Object(keys.clone())).map_err(Error::internal)?;
    GatewayAccount { mode, keys }.check()
}

fn shown(field: &KeyField, keys: &Map<String, Value>) -> String {
    let key = keys.get(field.name).and_then(Value::as_str).unwrap_or_default();
    let chars = key.chars().count();
    if !field.secret {
        key.to_owned()
    } else if chars < LEAST_SECRET_CHARS {
        String::new()
    } else {
        key.chars().skip(chars - SHOWN_CHARS).collect()
    }
}
