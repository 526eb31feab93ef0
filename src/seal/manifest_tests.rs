use super::*;

/// A small release that keeps every rule.
pub(crate) fn sample() -> Manifest {
    let text = |text: &str| Text::parse(text).unwrap();
    let file = |path: &str, size| FileEntry { path: path.into(), size, role: Role::of(path) };
    Manifest {
        format: FORMAT,
        publisher: Identifier::parse("example-support").unwrap(),
        product: Identifier::parse("lrm-security-patch").unwrap(),
        version: VersionText::parse("1.0.0").unwrap(),
        epoch: Number::ONE,
        sequence: Number::new(7).unwrap(),
        floor: Number::new(5).unwrap(),
        title: Bilingual { en: text("Security Patch"), fr: text("Correctif de sécurité") },
        issued: Timestamp::parse("2026-11-23T10:00:00Z").unwrap(),
        advise_after: Timestamp::parse("2027-11-23T10:00:00Z").unwrap(),
        applies_to: vec![AppliesTo {
            instrument: text("MiSeq"),
            software: text("Local Run Manager"),
            versions: VersionRange {
                from: DottedVersion::parse("1.3").unwrap(),
                to: DottedVersion::parse("3.1").unwrap(),
            },
        }],
        payload: Payload {
            path: "PAYLOAD/a.msi".into(),
            kind: PayloadKind::Msi,
            product_code: Guid::parse("{01234567-89AB-CDEF-0123-456789ABCDEF}"),
            upgrade_code: None,
            product_name: None,
            product_version: None,
            reference_hashes: vec![],
        },
        install: Install {
            destination: WindowsFolder::parse("C:\\Illumina").unwrap(),
            restart: RestartRules {
                install: Restart::Required,
                repair: Restart::Required,
                remove: Restart::Recommended,
            },
        },
        volume: Volume { label: VolumeLabel::parse("LRM-PATCH").unwrap(), bytes: 64 << 20 },
        files: vec![file("PAYLOAD/a.msi", 10), file("README.TXT", 3), file("TOOLS/v.exe", 9)],
    }
}

fn refused(change: impl FnOnce(&mut Manifest)) -> ManifestError {
    let mut manifest = sample();
    change(&mut manifest);
    let bytes = json::print(&manifest).unwrap();
    let parsed = Manifest::parse(&bytes).expect_err("must be refused");
    assert_eq!(manifest.print().expect_err("the builder refuses it too"), parsed);
    parsed
}

#[test]
fn printed_and_read_again() {
    let bytes = sample().print().unwrap();
    assert_eq!(Manifest::parse(&bytes), Ok(sample()));
    assert!(bytes.starts_with(b"{\n  \"format\": 1,\n  \"publisher\": \"example-support\",\n"));
    assert_eq!(sample().folder_name(), "lrm-security-patch_1.0.0_1.7");
}

#[test]
fn rules_between_fields() {
    assert_eq!(refused(|m| m.format = 2), ManifestError::Format(2));
    refused(|m| m.floor = Number::new(8).unwrap());
    refused(|m| m.advise_after = Timestamp::parse("2025-01-01T00:00:00Z").unwrap());
    refused(|m| m.applies_to.clear());
    refused(|m| m.volume.bytes += 512);
    refused(|m| m.volume.bytes = 34 << 20);
    refused(|m| m.volume.bytes = 65 << 30);
    refused(|m| m.files.swap(0, 1));
    refused(|m| m.files[0].role = Role::Document);
    refused(|m| m.files[1].size = 1 << 32);
    refused(|m| m.files[0].size = 0);
    refused(|m| m.files.truncate(0));
    refused(|m| m.payload.path = "README.TXT".into());
    refused(|m| m.payload.path = "PAYLOAD/b.msi".into());
    refused(|m| m.payload.product_code = None);
    refused(|m| m.files[1].path = "PAYLOAD/b.msi".into());
    refused(|m| m.files[2].path = "Tools/v.exe".into());
    refused(|m| m.files[1].path = "Seal/x".into());
    refused(|m| m.files[1].path = "PAYLOAD/../x".into());
    refused(|m| m.files.insert(1, m.files[0].clone()));
    refused(|m| {
        let second = FileEntry { path: "PAYLOAD/b.msi".into(), ..m.files[0].clone() };
        m.files.insert(1, second);
    });
}

#[test]
fn what_just_keeps_the_rules_is_read() {
    let read = |change: &dyn Fn(&mut Manifest)| {
        let mut manifest = sample();
        change(&mut manifest);
        assert!(Manifest::parse(&super::super::json::print(&manifest).unwrap()).is_ok());
    };
    read(&|m| m.advise_after = m.issued);
    read(&|m| m.files[1].size = MAX_FILE_BYTES);
    // Two files are two payloads where nothing is installed.
    read(&|m| {
        m.payload.kind = PayloadKind::Files;
        m.files.insert(1, FileEntry { path: "PAYLOAD/b.msi".into(), ..m.files[0].clone() });
    });
}

#[test]
fn every_flipped_bit_is_refused_or_another_manifest() {
    let good = sample().print().unwrap();
    for bit in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        assert_ne!(Manifest::parse(&bad), Ok(sample()));
    }
}

#[test]
fn sums_and_manifest_name_the_same_files() {
    let digest = Digest::of(b"");
    let sums = |paths: &[&str]| {
        Sums::new(paths.iter().map(|p| (p.to_string(), digest)).collect()).unwrap()
    };
    let all = [MANIFEST, "PAYLOAD/a.msi", "README.TXT", "TOOLS/v.exe"];
    assert_eq!(sample().differs_from(&sums(&all)), None);
    assert_eq!(sample().differs_from(&sums(&all[..3])), Some("TOOLS/v.exe".into()));
    let more = [MANIFEST, "A", "PAYLOAD/a.msi", "README.TXT", "TOOLS/v.exe"];
    assert_eq!(sample().differs_from(&sums(&more)), Some("A".into()));
}

#[test]
fn guids_have_one_spelling() {
    assert!(Guid::parse("{01234567-89AB-CDEF-0123-456789ABCDEF}").is_some());
    for bad in [
        "01234567-89AB-CDEF-0123-456789ABCDEF",
        "{01234567-89ab-cdef-0123-456789abcdef}",
        "{0123456-789AB-CDEF-0123-456789ABCDEF}",
        "{}",
    ] {
        assert!(Guid::parse(bad).is_none(), "{bad}");
    }
}

#[test]
fn versions_are_compared_number_by_number() {
    let version = |text: &str| DottedVersion::parse(text).unwrap();
    let range = VersionRange { from: version("1.3"), to: version("3.1") };
    for inside in ["1.3", "1.3.0.0", "1.10", "2.4.0.2385", "3", "3.1", "3.1.0.500", "3.1.99"] {
        assert!(range.contains(&version(inside)), "{inside}");
    }
    for outside in ["1", "1.2.9.9", "0.9", "3.2", "3.10", "4", "31.0"] {
        assert!(!range.contains(&version(outside)), "{outside}");
    }
    let exact = VersionRange { from: version("2.4.0.10"), to: version("2.4.0.10") };
    assert!(exact.contains(&version("2.4.0.10")));
    assert!(!exact.contains(&version("2.4.0.9")) && !exact.contains(&version("2.4")));
}
