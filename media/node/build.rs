//! Links the system libraries that the C++ worker leaves open (see ../worker/README.md).

fn main() {
    for library in ["uv", "srtp2", "ssl", "crypto"] {
        println!("cargo:rustc-link-arg=-l{library}");
    }
    println!("cargo:rerun-if-changed=build.rs");
}
