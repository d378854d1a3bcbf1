//! A tenant's look: templates, words, tokens and assets, loaded from `tenant_themes/`.

mod page;

pub use page::{Flash, PageContext, PageUser, Scheme, Tone};
