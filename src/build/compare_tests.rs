use std::fs;
use std::path::PathBuf;

use super::super::assemble::assemble;
use super::super::folder::write_release;
use super::super::intake::HashOnly;
use super::super::testing::{Bench, rule};
use super::*;
use crate::seal::layout::{SUMS, trust_document};
use crate::seal::names::Number;
use crate::seal::testing::{TestKey, next_document, signed};
use crate::store::Existing;

fn built() -> (Bench, PathBuf) {
    let bench = Bench::new();
    let out = bench.path("release");
    write_release(&bench.inputs(), &out, Existing::Refuse, &mut |_| ()).unwrap();
    (bench, out)
}

fn differences(bench: &Bench, out: &Path) -> Vec<Difference> {
    let fresh = assemble(&bench.inputs(), &mut HashOnly { progress: &mut |_| () }).unwrap();
    compare_release(out, &fresh, &mut |_| ()).unwrap()
}

#[test]
fn release_made_again_has_no_difference() {
    let (mut bench, out) = built();
    assert_eq!(differences(&bench, &out), []);
    bench.settings = settings_of(&out, ReferenceRule::NotAsked).unwrap();
    assert_eq!(bench.settings.sequence, Number::new(7).unwrap());
    assert_eq!(differences(&bench, &out), []);
}

#[test]
fn signatures_and_later_trust_documents_are_no_difference() {
    let (mut bench, out) = built();
    fs::write(out.join(format!("{SUMS}.00FF00FF00FF00FF.minisig")), "x").unwrap();
    let next = next_document(&bench.chain, |_| ());
    let next = signed(&next, &[&TestKey::new(1)]);
    fs::write(out.join(trust_document(2)), &next.bytes).unwrap();
    assert_eq!(differences(&bench, &out), []);
    fs::remove_file(out.join(trust_document(2))).unwrap();
    bench.chain.extend(next).unwrap();
    assert_eq!(differences(&bench, &out), []);
}

#[test]
fn every_difference_is_named_not_only_the_first() {
    let (bench, out) = built();
    let payload = "PAYLOAD/LocalRunManagerSecurityPatch.msi";
    fs::write(out.join(payload), "swapped").unwrap();
    fs::write(out.join("autorun.inf"), "x").unwrap();
    fs::create_dir(out.join("EMPTY")).unwrap();
    fs::remove_file(out.join("README.TXT")).unwrap();
    fs::remove_file(out.join("TOOLS/mediaseal-verify.exe")).unwrap();
    fs::create_dir(out.join("TOOLS/mediaseal-verify.exe")).unwrap();
    let found = differences(&bench, &out);
    let changed = |d: &Difference| matches!(d, Difference::Changed { path, .. } if path == payload);
    assert!(found.iter().any(changed), "{found:?}");
    for expected in [
        Difference::Extra("autorun.inf".into()),
        Difference::Extra("EMPTY/".into()),
        Difference::Extra("TOOLS/mediaseal-verify.exe/".into()),
        Difference::Missing("README.TXT".into()),
        Difference::Missing("TOOLS/mediaseal-verify.exe".into()),
    ] {
        assert!(found.contains(&expected), "{expected}: {found:?}");
    }
    assert_eq!(found.len(), 6);
}

#[test]
fn swapped_tool_or_payload_of_one_builder_is_found_by_the_other() {
    let (bench, out) = built();
    fs::write(bench.tool.as_ref().unwrap(), b"MZ another").unwrap();
    let found = differences(&bench, &out);
    let paths: Vec<&str> = (found.iter())
        .filter_map(|d| match d {
            Difference::Changed { path, .. } => Some(path.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(paths, [SUMS, MANIFEST, "TOOLS/mediaseal-verify.exe"]);
    assert!(found.contains(&Difference::Field("files".into())), "{found:?}");
}

#[test]
fn differing_fields_of_the_manifest_are_named() {
    let (mut bench, out) = built();
    bench.settings.sequence = Number::new(8).unwrap();
    bench.chain = rule(2, 1);
    let found = differences(&bench, &out);
    for name in ["epoch", "sequence"] {
        assert!(found.contains(&Difference::Field(name.into())), "{found:?}");
    }
    assert!(!found.contains(&Difference::Field("product".into())));
    let trust = |d: &Difference| matches!(d, Difference::Changed { path, .. } if *path == trust_document(1));
    assert!(found.iter().any(trust), "{found:?}");
}

#[cfg(unix)]
#[test]
fn link_in_the_release_is_never_followed() {
    let (bench, out) = built();
    let copy = bench.path("copy.txt");
    fs::rename(out.join("README.TXT"), &copy).unwrap();
    std::os::unix::fs::symlink(&copy, out.join("README.TXT")).unwrap();
    assert_eq!(differences(&bench, &out), [Difference::NotAFile("README.TXT".into())]);
}

#[test]
fn settings_come_from_a_release_only() {
    let bench = Bench::new();
    assert!(settings_of(&bench.path("none"), ReferenceRule::NotAsked).is_err());
    let (_bench, out) = built();
    fs::write(out.join(MANIFEST), "{}").unwrap();
    let error = settings_of(&out, ReferenceRule::NotAsked).unwrap_err();
    assert!(matches!(error, BuildError::Manifest(_)));
}
