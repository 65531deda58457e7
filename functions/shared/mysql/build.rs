//! Makes cargo notice a new migration: the macro that embeds them is not run again for it otherwise.

fn main() {
    println!("cargo:rerun-if-changed=../../../infra/migrations");
}
