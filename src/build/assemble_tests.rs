use super::super::intake::HashOnly;
use super::super::testing::{Bench, DEMO, rule, trust};
use super::*;
use crate::seal::testing::{TestKey, next_document, signed};

fn make(bench: &Bench) -> Result<Assembly, BuildError> {
    assemble(&bench.inputs(), &mut HashOnly { progress: &mut |_| () })
}

#[test]
fn manifest_and_sums_name_the_same_files() {
    let assembly = make(&Bench::new()).unwrap();
    assert_eq!(assembly.manifest.differs_from(&assembly.sums), None);
    let paths: Vec<&str> = assembly.manifest.files.iter().map(|f| f.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "GUIDE/EN.HTM",
            "GUIDE/FR.HTM",
            "PAYLOAD/LocalRunManagerSecurityPatch.msi",
            "README.TXT",
            "TOOLS/mediaseal-verify.exe",
        ]
    );
    let made = |path: &str| &assembly.made.iter().find(|(known, _)| known == path).unwrap().1;
    assert_eq!(Manifest::parse(made(MANIFEST)).as_ref(), Ok(&assembly.manifest));
    assert_eq!(Sums::parse(made(SUMS)).as_ref(), Ok(&assembly.sums));
    assert_eq!(Digest::of(made(SUMS)), assembly.release_code);
    let main = assembly.sums.digest("PAYLOAD/LocalRunManagerSecurityPatch.msi");
    assert_eq!(main, Some(Digest::of(DEMO)));
}

#[test]
fn manifest_says_what_recipe_trust_settings_and_package_say() {
    let mut bench = Bench::new();
    bench.chain = rule(3, 5);
    let manifest = make(&bench).unwrap().manifest;
    assert_eq!(manifest.publisher.as_str(), "example-support");
    assert_eq!(manifest.position().to_string(), "3.7");
    assert_eq!(manifest.floor, Number::ONE);
    assert_eq!(manifest.advise_after.to_string(), "2027-11-23T10:00:00Z");
    assert_eq!(manifest.payload.product_name.unwrap().as_str(), "mediaseal demonstration patch");
    assert_eq!(manifest.payload.product_version.unwrap().as_str(), "1.0.0");
    assert!(manifest.payload.product_code.is_some() && manifest.payload.upgrade_code.is_some());
}

#[test]
fn same_inputs_same_bytes() {
    let (one, two) = (Bench::new(), Bench::new());
    let assembly = make(&one).unwrap();
    assert_eq!(assembly.made, make(&two).unwrap().made);
    let tree = |files: &[&str]| make(&Bench::tree(files, "a.bin")).unwrap().made;
    assert_eq!(tree(&["a.bin", "b/c.txt"]), tree(&["b/c.txt", "a.bin"]));
    let mut later = Bench::new();
    later.settings.issued = Timestamp::parse("2026-11-24T10:00:00Z").unwrap();
    assert_ne!(make(&later).unwrap().release_code, assembly.release_code);
}

#[test]
fn longer_chain_makes_the_same_release() {
    let mut bench = Bench::new();
    let before = make(&bench).unwrap();
    let next = next_document(&bench.chain, |_| ());
    bench.chain.extend(signed(&next, &[&TestKey::new(1)])).unwrap();
    let after = make(&bench).unwrap();
    assert_eq!(before.release_code, after.release_code);
    assert!(after.made.len() > before.made.len());
}

#[test]
fn reference_hash_must_match_unless_nobody_asks() {
    let mut bench = Bench::new();
    bench.settings.reference = ReferenceRule::Published;
    let error = make(&bench).unwrap_err();
    assert!(matches!(error, BuildError::Reference { typed_in: false, .. }));
    assert!(error.to_string().contains(&Digest::of(DEMO).to_string()));
    bench.recipe.payload.references[0].sha256 = Digest::of(DEMO);
    let published = make(&bench).unwrap();
    let source = bench.recipe.payload.references[0].source.clone();
    assert_eq!(published.reference, ReferenceMatch::Published { source });
    bench.recipe.payload.references.clear();
    assert!(matches!(make(&bench), Err(BuildError::NoReference(_))));
    bench.settings.reference = ReferenceRule::NotAsked;
    assert_eq!(make(&bench).unwrap().reference, ReferenceMatch::None);
}

#[test]
fn typed_in_reference_must_match_too_and_is_named_so() {
    let mut bench = Bench::new();
    bench.settings.reference = ReferenceRule::TypedIn(Digest::of(b"other"));
    assert!(matches!(make(&bench), Err(BuildError::Reference { typed_in: true, .. })));
    bench.settings.reference = ReferenceRule::TypedIn(Digest::of(DEMO));
    let assembly = make(&bench).unwrap();
    assert_eq!(assembly.reference, ReferenceMatch::TypedIn);
    // The published one stays beside it, so that the difference can be seen.
    let origins: Vec<_> =
        assembly.manifest.payload.reference_hashes.iter().map(|claim| claim.origin).collect();
    assert_eq!(origins, [ReferenceOrigin::Published, ReferenceOrigin::TypedIn]);
}

#[test]
fn release_below_a_floor_is_not_built() {
    let mut bench = Bench::new();
    bench.chain = rule(1, 8);
    assert!(matches!(make(&bench), Err(BuildError::BelowFloor { trust: true, .. })));
    bench.chain = trust(|_| ());
    bench.settings.floor = Number::new(8);
    assert!(matches!(make(&bench), Err(BuildError::BelowFloor { trust: false, .. })));
    bench.settings.floor = Number::new(7);
    assert_eq!(make(&bench).unwrap().manifest.floor, bench.settings.sequence);
}

#[test]
fn volume_is_the_smallest_that_leaves_room_for_a_full_seal() {
    let mut bench = Bench::new();
    let bytes = make(&bench).unwrap().manifest.volume.bytes;
    assert_eq!(bytes, 35 << 20);
    let large = bench.path("large.msi");
    std::fs::write(&large, vec![7; 30 << 20]).unwrap();
    bench.payload = large;
    bench.recipe.payload.kind = PayloadKind::Files;
    let needed = make(&bench).unwrap().manifest.volume.bytes;
    assert!(needed >= (30 << 20) + FREE_BYTES + SEAL_BYTES, "{needed}");
    assert!(needed <= (30 << 20) + FREE_BYTES + SEAL_BYTES + (5 << 20), "{needed}");
    bench.recipe.volume.bytes = Some(needed - (1 << 20));
    let error = make(&bench).unwrap_err();
    assert!(error.to_string().contains(&(needed >> 20).to_string()), "{error}");
    bench.recipe.volume.bytes = Some(64 << 20);
    assert_eq!(make(&bench).unwrap().manifest.volume.bytes, 64 << 20);
}

#[test]
fn advice_before_the_time_of_issue_is_refused() {
    let mut bench = Bench::new();
    bench.recipe.advise_after = Timestamp::parse("2026-01-01T00:00:00Z");
    assert!(matches!(make(&bench), Err(BuildError::Manifest(_))));
    bench.recipe.advise_after = None;
    bench.settings.issued = Timestamp::parse("2107-12-31T00:00:00Z").unwrap();
    assert!(matches!(make(&bench), Err(BuildError::Issued(_))));
}

#[test]
fn tree_becomes_payload_files_without_code_or_name() {
    let bench = Bench::tree(&["setup/run.exe", "setup/data/a.cab", "notes.txt"], "setup/run.exe");
    let manifest = make(&bench).unwrap().manifest;
    let payload: Vec<&str> = (manifest.files.iter())
        .filter(|file| file.role == Role::Payload)
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(payload, ["PAYLOAD/notes.txt", "PAYLOAD/setup/data/a.cab", "PAYLOAD/setup/run.exe"]);
    assert_eq!(manifest.payload.path, "PAYLOAD/setup/run.exe");
    assert_eq!(manifest.payload.product_code, None);
}

#[test]
fn payload_that_a_release_cannot_carry_is_refused_by_name() {
    let refused = |bench: &Bench, name: &str| {
        let error = make(bench).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
        assert!(!error.advice().is_empty());
    };
    refused(&Bench::tree(&["a.bin"], "b.bin"), "no file b.bin");
    refused(&Bench::tree(&["a.bin", "bad name.txt"], "a.bin"), "bad name.txt");
    refused(&Bench::tree(&["a.bin", "1/2/3/4/5/6/7/8"], "a.bin"), "8 levels deep");
    // Names that Windows itself does not make.
    if cfg!(unix) {
        refused(&Bench::tree(&["a.bin", "nul.txt"], "a.bin"), "nul.txt");
        refused(&Bench::tree(&["a.bin", "b/x", "B/x"], "a.bin"), "without case");
    }
    let empty = Bench::tree(&["a.bin"], "a.bin");
    std::fs::create_dir(empty.payload.join("void")).unwrap();
    refused(&empty, "void is an empty folder");
    let mut folder_as_package = Bench::tree(&["a.msi"], "a.msi");
    folder_as_package.recipe.payload.kind = PayloadKind::Msi;
    refused(&folder_as_package, "one file");
    let mut absent = Bench::new();
    absent.payload = absent.path("absent.msi");
    refused(&absent, "absent.msi");
    let no_package = Bench::new();
    std::fs::write(&no_package.payload, b"no package").unwrap();
    refused(&no_package, "not a whole Windows Installer package");
}

#[cfg(unix)]
#[test]
fn symbolic_links_and_pipes_are_refused_in_payload_and_tool() {
    let refused = |bench: &Bench, what: &str| {
        let error = make(bench).unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    };
    let link = "is a symbolic link";
    for target in ["a.bin", "/etc", "nowhere"] {
        let bench = Bench::tree(&["a.bin"], "a.bin");
        std::os::unix::fs::symlink(target, bench.payload.join("link")).unwrap();
        refused(&bench, link);
    }
    let mut bench = Bench::new();
    let path = bench.path("link.msi");
    std::os::unix::fs::symlink(&bench.payload, &path).unwrap();
    bench.payload = path.clone();
    refused(&bench, link);
    let mut bench = Bench::new();
    bench.tool = Some(path);
    // The link's target went with the first folder: a link all the same.
    std::os::unix::fs::symlink("x", bench.path("t.exe")).unwrap();
    bench.tool = Some(bench.path("t.exe"));
    refused(&bench, link);
    let bench = Bench::tree(&["a.bin"], "a.bin");
    let _socket = std::os::unix::net::UnixListener::bind(bench.payload.join("s")).unwrap();
    refused(&bench, "is not a plain file");
}

#[test]
fn file_that_grows_or_shrinks_while_it_is_read_is_an_error() {
    struct Meddler(i64);
    impl Intake for Meddler {
        fn take(&mut self, file: &SourceFile) -> Result<Taken, BuildError> {
            let mut file = file.clone();
            file.size = file.size.saturating_add_signed(self.0);
            HashOnly { progress: &mut |_| () }.take(&file)
        }
    }
    for difference in [-1, 1] {
        let result = assemble(&Bench::new().inputs(), &mut Meddler(difference));
        assert!(matches!(result, Err(BuildError::Changed(_))));
    }
}

#[test]
fn unknown_place_in_a_document_names_file_and_line() {
    let mut bench = Bench::new();
    bench.recipe.documents[0].bytes = b"a\n{{titel.en}}\n".to_vec();
    let error = make(&bench).unwrap_err().to_string();
    assert!(error.contains("README.TXT, line 2: nothing fills the place \"titel.en\""), "{error}");
}
