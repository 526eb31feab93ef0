//! `manifest.json`: what is read has one spelling and a main file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mediaseal::seal::manifest::Manifest;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(manifest) = Manifest::parse(bytes) {
        assert_eq!(manifest.print().as_deref(), Ok(bytes));
        assert!(manifest.main_file().is_some());
    }
});
