//! See the property of this name in the library.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mediaseal_fuzz::properties::trust(bytes));
