//! A trust document: what is read has one spelling and thresholds that can be
//! met and cannot be zero; alone and unsigned it begins no chain.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mediaseal::seal::chain::{Chain, SignedDocument};
use mediaseal::seal::trust::TrustDocument;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(document) = TrustDocument::parse(bytes) {
        assert_eq!(document.print().as_deref(), Ok(bytes));
        for role in [&document.roles.root, &document.roles.release] {
            assert!((1..=role.keys.len()).contains(&(role.threshold as usize)));
        }
        let unsigned = SignedDocument { bytes: bytes.to_vec(), signatures: Vec::new() };
        assert!(Chain::self_signed(unsigned).is_err());
    }
});
