use std::io::Cursor;

use ::msi::{Expr, Update};

use super::*;

/// The demonstration patch: a real package, made with `wixl`.
const DEMO: &[u8] = include_bytes!("../../tests/fixtures/demo.msi");

/// The demonstration patch with one value changed.
fn changed(table: &str, column: &str, value: Value, condition: Expr) -> Vec<u8> {
    let mut package = Package::open(Cursor::new(DEMO.to_vec())).unwrap();
    package.update_rows(Update::table(table).set(column, value).with(condition)).unwrap();
    package.into_inner().unwrap().into_inner()
}

fn property(name: &str, value: &str) -> Result<MsiFacts, MsiError> {
    let condition = Expr::col("Property").eq(Expr::string(name));
    facts(Cursor::new(changed("Property", "Value", Value::from(value), condition)))
}

fn media(column: &str, value: Value) -> Result<MsiFacts, MsiError> {
    let condition = Expr::col("DiskId").eq(Expr::integer(1));
    facts(Cursor::new(changed("Media", column, value, condition)))
}

fn attributes(value: i32) -> Result<MsiFacts, MsiError> {
    let condition = Expr::col("File").eq(Expr::string("DemoText"));
    facts(Cursor::new(changed("File", "Attributes", Value::from(value), condition)))
}

fn word_count(value: i32) -> Result<MsiFacts, MsiError> {
    let mut package = Package::open(Cursor::new(DEMO.to_vec())).unwrap();
    package.summary_info_mut().set_word_count(value);
    facts(package.into_inner().unwrap())
}

#[test]
fn demonstration_patch_says_what_its_source_says() {
    let facts = facts(Cursor::new(DEMO)).unwrap();
    assert_eq!(facts.product_name.as_str(), "mediaseal demonstration patch");
    assert_eq!(facts.product_version.as_str(), "1.0.0");
    assert_eq!(facts.product_code.to_string(), "{A3D5B5D6-41C0-4E0B-9C5A-6B2E9D1F7A01}");
    let upgrade = facts.upgrade_code.unwrap().to_string();
    assert_eq!(upgrade, "{5E0F6C2B-8C1D-4F57-8E63-2D7C0B9A4F10}");
    assert!(!facts.signature_present);
    let source = include_str!("../../tests/fixtures/demo.wxs");
    assert!(source.contains(&upgrade[1..37]) && DEMO.len() < 100_000);
}

#[test]
fn cabinet_outside_the_package_is_refused() {
    let error = media("Cabinet", Value::from("demo.cab")).unwrap_err();
    assert!(matches!(error, MsiError::ExternalCabinet(name) if name == "demo.cab"));
}

#[test]
fn cabinet_that_is_named_and_not_there_is_refused() {
    assert!(matches!(media("Cabinet", Value::from("#other.cab")), Err(MsiError::Broken(_))));
}

#[test]
fn file_without_a_cabinet_is_refused() {
    let loose =
        |result| matches!(result, Err(MsiError::LooseFile(name)) if name == "demo-readme.txt");
    assert!(loose(media("Cabinet", Value::Null)));
    assert!(loose(media("LastSequence", Value::from(0))));
    assert!(loose(attributes(0x2000)));
    assert!(loose(attributes(0x6000)));
    assert!(loose(word_count(0)));
    assert!(loose(word_count(6)));
}

#[test]
fn file_that_says_compressed_is_inside_whatever_the_default() {
    assert!(attributes(0x4000).is_ok());
    let mut package = Package::open(Cursor::new(DEMO.to_vec())).unwrap();
    package.summary_info_mut().set_word_count(0);
    let update = Update::table("File").set("Attributes", Value::from(0x4000));
    package.update_rows(update).unwrap();
    assert!(facts(package.into_inner().unwrap()).is_ok());
}

#[test]
fn name_with_control_or_bidirectional_characters_is_refused() {
    for name in ["a\u{1b}[31mb", "a\u{202e}b", "a\nb", &"x".repeat(201)] {
        let error = property("ProductName", name).unwrap_err();
        assert!(matches!(&error, MsiError::Property("ProductName", _)), "{name:?}: {error}");
        assert!(!error.to_string().contains(['\u{1b}', '\u{202e}', '\n']));
    }
    let markup = property("ProductName", "<script>alert(1)</script>").unwrap();
    assert_eq!(markup.product_name.as_str(), "<script>alert(1)</script>");
}

#[test]
fn versions_are_numbers_without_leading_zeros() {
    let version = |text| property("ProductVersion", text).map(|f| f.product_version.to_string());
    assert_eq!(version("1.00.0000").unwrap(), "1.0.0");
    assert_eq!(version("2.4.0.2385").unwrap(), "2.4.0.2385");
    for text in ["1.x", "1..2", "1.2.3.4.5", "v1", "1.99999999999"] {
        assert!(matches!(version(text), Err(MsiError::Property("ProductVersion", _))), "{text}");
    }
}

#[test]
fn codes_that_are_no_guids_are_refused() {
    for (name, code) in [
        ("ProductCode", "A3D5B5D6-41C0-4E0B-9C5A-6B2E9D1F7A01"),
        ("ProductCode", "{a3d5b5d6-41c0-4e0b-9c5a-6b2e9d1f7a01}"),
        ("UpgradeCode", "{x}"),
    ] {
        assert!(matches!(property(name, code), Err(MsiError::Property(..))), "{code}");
    }
}

#[test]
fn transform_is_not_an_installer() {
    let package = Package::create(PackageType::Transform, Cursor::new(Vec::new())).unwrap();
    let bytes = package.into_inner().unwrap();
    assert!(matches!(facts(bytes), Err(MsiError::NotAnInstaller)));
}

#[test]
fn package_without_properties_is_refused() {
    let package = Package::create(PackageType::Installer, Cursor::new(Vec::new())).unwrap();
    let bytes = package.into_inner().unwrap();
    assert!(matches!(facts(bytes), Err(MsiError::Property("ProductCode", _))));
}

#[test]
fn truncated_package_is_refused_without_panic() {
    for length in (0..DEMO.len()).step_by(64) {
        let result = facts(Cursor::new(&DEMO[..length]));
        assert!(length > DEMO.len() - 1024 || result.is_err(), "{length}");
    }
    for bytes in [&b"not a package at all"[..], &[0; 4096]] {
        assert!(facts(Cursor::new(bytes)).is_err());
    }
}

#[test]
fn flipped_package_never_panics_or_runs_on() {
    let mut refused = 0;
    for at in (0..DEMO.len()).step_by(5) {
        let mut bytes = DEMO.to_vec();
        bytes[at] ^= 0xff;
        refused += usize::from(facts(Cursor::new(bytes)).is_err());
    }
    // Most bytes are of tables and headers; the cabinet is not looked into.
    assert!(refused > 100, "{refused}");
}

#[test]
fn caught_panic_leaves_other_panics_alone() {
    assert_eq!(quietly(|| -> u8 { panic!("expected") }), None);
    assert_eq!(quietly(|| 7), Some(7));
    assert!(!QUIET.get());
}

#[test]
fn package_on_which_the_crate_panics_is_an_error() {
    // Empties a name in the table of tables, which the crate takes for granted.
    let mut bytes = DEMO.to_vec();
    bytes[5376..5378].fill(0);
    let error = facts(Cursor::new(bytes)).unwrap_err();
    assert!(matches!(error, MsiError::Broken(_)), "{error}");
}
