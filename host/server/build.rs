//! Makes cargo notice a page that was built after the program: the folder that is embedded must
//! exist to be watched.

fn main() -> std::io::Result<()> {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../dashboard/dist");
    std::fs::create_dir_all(page)?;
    println!("cargo:rerun-if-changed={page}");
    Ok(())
}
