//! The reviewed table.

use super::{
    cast::{Place, Role},
    routes::pattern,
};
use std::collections::BTreeSet;

/// `verdicts.txt`, read.
pub struct Table {
    pub rows: Vec<Row>,
}

/// One route's verdicts.
#[derive(Clone)]
pub struct Row {
    pub place: Place,
    /// "METHOD /path" with the names of the things that are asked for, as in `/calls/{call}`.
    asked: String,
    /// The same as the product knows it, as in `/calls/{id}`.
    pub route: String,
    /// One a role, in the order of [`Role::of`].
    pub verdicts: Vec<String>,
    /// What is sent: JSON if it begins with a brace, else a form's fields.
    pub body: Option<String>,
}

impl Table {
    pub fn read() -> Self {
        let mut place = Place::Anywhere;
        let mut rows = Vec::new();
        for line in include_str!("verdicts.txt").lines().map(str::trim) {
            match line {
                "" => {}
                _ if line.starts_with('#') => {}
                "[anywhere]" => place = Place::Anywhere,
                "[platform]" => place = Place::Platform,
                "[tenant]" => place = Place::Tenant,
                _ => rows.push(Row::read(place, line)),
            }
        }
        Self { rows }
    }

    pub fn routes(&self) -> BTreeSet<String> {
        self.rows.iter().map(|row| row.route.clone()).collect()
    }
}

impl Row {
    fn read(place: Place, line: &str) -> Self {
        let (columns, body) = match line.split_once(" | ") {
            Some((columns, body)) => (columns, Some(body.trim().to_owned())),
            None => (line, None),
        };
        let mut words = columns.split_whitespace().map(str::to_owned);
        let (method, path) = (words.next().expect("a method"), words.next().expect("a path"));
        let verdicts: Vec<String> = words.collect();
        assert_eq!(verdicts.len(), Role::of(place).len(), "a verdict a role: {line}");
        Self {
            place,
            asked: format!("{method} {path}"),
            route: format!("{method} {}", pattern(&path)),
            verdicts,
            body,
        }
    }

    pub fn method(&self) -> &str {
        self.asked.split_once(' ').expect("method and path").0
    }

    /// With names of things.
    pub fn path(&self) -> &str {
        self.asked.split_once(' ').expect("method and path").1
    }

    /// Whether path or body name something that belongs to somebody.
    pub fn names_something(&self) -> bool {
        self.path().contains('{') || self.body.as_deref().is_some_and(|body| body.contains("<"))
    }
}
