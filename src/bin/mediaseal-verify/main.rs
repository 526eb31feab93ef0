//! Stands until the commands are there.
fn main() {}
