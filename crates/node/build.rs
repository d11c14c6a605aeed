//! Has the node built again when the page or the table of addresses that it takes in has changed.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // A debug build reads both from their folders while it runs; others take them in, new file names too.
    if std::env::var_os("PROFILE").is_some_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=../../web/dist");
        println!("cargo:rerun-if-changed=assets");
    }
}
