//! All themes, loaded at start and again when a file changes in development.

use super::{Theme, ThemeError, assets::Assets, source::Source};
use crate::domain::{brand::Brand, tenant::Tenant};
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

/// Most looks of tenants' own that are kept; one is computed again in well under a millisecond.
const KEPT_BRANDS: usize = 1_000;

struct Loaded {
    themes: HashMap<String, Arc<Theme>>,
    default: Arc<Theme>,
    branded: Mutex<HashMap<Brand, Arc<Theme>>>,
    state: State,
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

    /// What a tenant wears: the theme that is its folder, or the default one in its own colours.
    pub fn of(&self, tenant: &Tenant) -> Arc<Theme> {
        let theme = self.get(&tenant.theme);
        let Some(brand) = &tenant.brand else {
            return theme;
        };
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        if !Arc::ptr_eq(&theme, &loaded.default) {
            return theme;
        }
        let mut branded = loaded.branded.lock().unwrap_or_else(PoisonError::into_inner);
        if branded.len() >= KEPT_BRANDS {
            branded.clear();
        }
        let dressed = branded.entry(brand.clone());
        Arc::clone(dressed.or_insert_with(|| Arc::new(theme.branded(brand))))
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
        branded: Mutex::default(),
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
