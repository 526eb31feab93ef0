//! `SHA256SUMS`: what is read has one spelling, and the manifest is named.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mediaseal::seal::layout::MANIFEST;
use mediaseal::seal::sums::Sums;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(sums) = Sums::parse(bytes) {
        assert_eq!(sums.print(), bytes);
        assert!(sums.digest(MANIFEST).is_some());
    }
});
