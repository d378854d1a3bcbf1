//! The picture of a tenant that has chosen none: its initials on its colour.

use super::verdict::Verdict;

/// Where it is served, at the tenant's host.
pub const MARK: &str = "/mark.svg";

/// First letters of the first and the last word of a name, large.
pub fn initials(name: &str) -> String {
    let mut letters = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = letters.next();
    let both = first.into_iter().chain(letters.next_back());
    both.flat_map(char::to_uppercase).collect()
}

/// The picture as SVG. Letters and colours need no escaping.
pub fn mark(name: &str, colors: &Verdict) -> String {
    let Verdict { brand, on_brand, .. } = colors;
    let letters = initials(name);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><rect width=\"32\" height=\"32\" rx=\"9\" \
         fill=\"{brand}\"/><text x=\"16\" y=\"16.5\" fill=\"{on_brand}\" font-family=\"system-ui, sans-serif\" \
         font-size=\"14\" font-weight=\"700\" text-anchor=\"middle\" dominant-baseline=\"central\">{letters}</text></svg>"
    )
}
