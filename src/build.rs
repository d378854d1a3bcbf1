//! Runs before the program is compiled: what is built into it is taken anew when a migration is added or changed, and it
//! knows which set of them it has.

use std::{
    collections::hash_map::DefaultHasher,
    env,
    error::Error,
    fs,
    hash::{Hash, Hasher},
    path::Path,
};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=migrations");
    let migrations = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("migrations");
    let mut scripts = Vec::new();
    for folder in fs::read_dir(migrations)? {
        let script = folder?.path().join("up.sql");
        if script.is_file() {
            scripts.push((script.clone(), fs::read(script)?));
        }
    }
    scripts.sort();
    let mut hash = DefaultHasher::new();
    for (_, sql) in scripts {
        sql.hash(&mut hash);
    }
    println!("cargo:rustc-env=MIGRATIONS={:016x}", hash.finish());
    Ok(())
}
