//! A signature file: what is read has one spelling, and no key accepts it that
//! did not make it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mediaseal::seal::signature::Signature;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(signature) = Signature::parse(bytes) {
        assert_eq!(signature.print(), bytes);
    }
});
