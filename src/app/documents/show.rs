//! A person's own documents.

use crate::{
    app::{App, identity::Viewer},
    domain::{document::About, ids::DocumentId},
    error::{Error, Result},
    store::{
        TenantTx,
        documents::{self, Document},
    },
};

/// Pages beyond this one are never asked for by people.
pub const LAST_PAGE: u32 = 10_000;
/// Documents of a page.
const PAGE: usize = 25;

/// A page of documents.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Newest first.
    pub documents: Vec<Document>,
    /// There are older ones.
    pub more: bool,
}

/// The reader's documents, page by page from 1.
///
/// # Errors
/// The database is away.
pub async fn list(app: &App, viewer: &Viewer, page: u32) -> Result<Listed> {
    let (owner, skip) = (viewer.user.id, usize::try_from(page.max(1) - 1).unwrap_or(0) * PAGE);
    let read = move |tx: &mut TenantTx<'_>| documents::of_person(tx, owner, skip, PAGE + 1);
    let mut documents = app.db.read(&viewer.scope, read).await?;
    let more = documents.len() > PAGE;
    documents.truncate(PAGE);
    Ok(Listed { documents, more })
}

/// One of the reader's documents.
///
/// # Errors
/// It isn't theirs, or the database is away.
pub async fn find(app: &App, viewer: &Viewer, id: DocumentId) -> Result<Document> {
    let found = app.db.read(&viewer.scope, move |tx| documents::find(tx, id)).await?;
    if found.owner != viewer.user.id {
        return Err(Error::not_found());
    }
    Ok(found)
}

/// The reader's document of something, once it is numbered.
///
/// # Errors
/// The database is away.
pub async fn of(app: &App, viewer: &Viewer, about: About) -> Result<Option<DocumentId>> {
    let found = app.db.read(&viewer.scope, move |tx| documents::of(tx, about)).await?;
    let own = found.filter(|found| found.owner == viewer.user.id);
    Ok(own.map(|found| found.id))
}
