//! All themes, loaded at start and again when a file changes in development.

use super::{Own, Teller, Theme, ThemeError, assets::Assets, source::Source};
use crate::domain::{ids::TenantId, tenant::Tenant};
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::SystemTime,
};

/// The theme every other one builds on, and the platform's own.
const DEFAULT: &str = "default";

/// All themes.
pub struct Themes {
    folder: PathBuf,
    watching: bool,
    loaded: RwLock<Loaded>,
}

/// Most themes that are kept as tenants wear them; one is made again in a few milliseconds.
const KEPT: usize = 1_000;

struct Loaded {
    themes: HashMap<String, Arc<Theme>>,
    default: Arc<Theme>,
    worn: Mutex<HashMap<TenantId, Worn>>,
    state: State,
}

/// A theme as a tenant wears it, and what it was made of.
struct Worn {
    revision: i64,
    of: Arc<Theme>,
    theme: Arc<Theme>,
}

/// What is noticed of a change: how many files there are, and when the last one was written.
type State = (usize, Option<SystemTime>);

impl Themes {
    /// Loads every theme below `folder`, and what Vite built into `folder/dist`. A broken theme is an error.
    pub fn load(folder: &Path) -> Result<Self, ThemeError> {
        Ok(Self {
            folder: folder.to_owned(),
            watching: false,
            loaded: RwLock::new(load(folder)?),
        })
    }

    /// The same, but looks for changed files at every [`get`](Self::get): for development. A change that doesn't load
    /// is logged and what was loaded before stays.
    #[must_use]
    pub fn watching(mut self) -> Self {
        self.watching = true;
        self
    }

    /// The theme of this key; the default one if there is none.
    pub fn get(&self, key: &str) -> Arc<Theme> {
        if self.watching {
            self.reload();
        }
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(loaded.themes.get(key).unwrap_or(&loaded.default))
    }

    /// What a tenant wears, if it needn't be made first.
    pub fn worn(&self, tenant: &Tenant) -> Option<Arc<Theme>> {
        let theme = self.get(&tenant.theme);
        if tenant.brand.is_none() && tenant.look_revision == 0 {
            return Some(theme);
        }
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        let worn = loaded.worn.lock().unwrap_or_else(PoisonError::into_inner);
        let worn = worn.get(&tenant.id)?;
        (worn.revision == tenant.look_revision && Arc::ptr_eq(&worn.of, &theme)).then(|| Arc::clone(&worn.theme))
    }

    /// Makes what a tenant wears, and keeps it until the tenant changes it. What was published and can't be taken any more
    /// is left out and told of: a page is served in any case.
    ///
    /// # Errors
    /// The theme itself can't be worn.
    pub fn tailor(&self, tenant: &Tenant, own: &Own, teller: Teller) -> Result<Arc<Theme>, ThemeError> {
        let of = self.get(&tenant.theme);
        let brand = tenant.brand.as_ref();
        let theme = of.tailored(brand, own).or_else(|error| {
            teller.tell("", error.to_string());
            of.tailored(brand, &own.without_files())
        })?;
        let theme = Arc::new(theme.forgiving(teller));
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        let mut worn = loaded.worn.lock().unwrap_or_else(PoisonError::into_inner);
        if worn.len() >= KEPT {
            worn.clear();
        }
        let made = Worn {
            revision: tenant.look_revision,
            of,
            theme: Arc::clone(&theme),
        };
        worn.insert(tenant.id, made);
        Ok(theme)
    }

    fn reload(&self) {
        let now = state(&self.folder);
        if self.loaded.read().unwrap_or_else(PoisonError::into_inner).state == now {
            return;
        }
        let mut loaded = self.loaded.write().unwrap_or_else(PoisonError::into_inner);
        if loaded.state == now {
            return;
        }
        match load(&self.folder) {
            Ok(new) => *loaded = new,
            Err(error) => tracing::error!(%error, "a theme doesn't load; the last good one stays"),
        }
        loaded.state = now;
    }
}

fn load(folder: &Path) -> Result<Loaded, ThemeError> {
    let state = state(folder);
    let assets = Arc::new(Assets::load(&folder.join("dist"))?);
    let default_source = Source::read(&folder.join(DEFAULT))?;
    let default = Arc::new(Theme::build(DEFAULT, &default_source, &default_source, &assets)?);
    let mut themes = HashMap::from([(DEFAULT.to_owned(), Arc::clone(&default))]);
    for entry in fs::read_dir(folder).map_err(|error| ThemeError::file(folder, error))? {
        let path = entry.map_err(|error| ThemeError::file(folder, error))?.path();
        let key = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if key != DEFAULT && path.join("theme.toml").is_file() {
            let theme = Theme::build(&key, &Source::read(&path)?, &default_source, &assets)?;
            themes.insert(key, Arc::new(theme));
        }
    }
    Ok(Loaded {
        themes,
        default,
        worn: Mutex::default(),
        state,
    })
}

fn state(folder: &Path) -> State {
    let mut state = (0, None);
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                if entry.file_name() != "node_modules" {
                    folders.push(path);
                }
            } else {
                state.0 += 1;
                state.1 = state.1.max(entry.metadata().and_then(|meta| meta.modified()).ok());
            }
        }
    }
    state
}
