//! Forms: what was typed and what is wrong with it.

use serde::Serialize;
use std::collections::BTreeMap;

/// A text from the words file with what goes into it; `say` in a template writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Key in the words file, such as `error.too_short`. A key that no words file has is shown as it stands, so a
    /// sentence from the domain can be passed on.
    pub key: String,
    /// What `{name}` stands for. Whole numbers choose plural forms by the name `count`.
    pub params: BTreeMap<String, serde_json::Value>,
}

impl Message {
    /// The text of `key`.
    pub fn new(key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            params: BTreeMap::new(),
        }
    }

    /// The same with `{name}` filled in. An [`super::Amount`] or a timestamp is written in the reader's way.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or_default();
        self.params.insert(name.to_owned(), value);
        self
    }
}

/// One field of a form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Field {
    /// As typed (or as stored, when the form is fresh). Never filled for passwords.
    pub value: String,
    /// What is wrong with it.
    pub error: Option<Message>,
}

impl Field {
    /// A field with nothing wrong.
    pub fn of(value: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            error: None,
        }
    }

    /// The same with an error beside it.
    #[must_use]
    pub fn wrong(mut self, error: Message) -> Self {
        self.error = Some(error);
        self
    }
}
