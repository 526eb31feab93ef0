//! An anchor: what is read is a whole chain that ends with the code beside it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mediaseal::seal::anchor;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(chain) = anchor::parse(bytes) {
        assert!(chain.length() >= 1);
        assert_eq!(anchor::print(&chain).as_deref(), Ok(bytes));
    }
});
