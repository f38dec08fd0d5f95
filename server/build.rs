//! Makes cargo notice when the page that the binary embeds has changed.

fn main() {
    println!("cargo:rerun-if-changed=../target/page");
    println!("cargo:rerun-if-changed=build.rs");
}
