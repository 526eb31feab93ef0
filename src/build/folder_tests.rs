use super::super::testing::{Bench, DEMO, names};
use super::*;
use crate::seal::digest::Digest;
use crate::seal::layout::MANIFEST;
use crate::store::StoreError;
use std::fs;

fn build(bench: &Bench, existing: Existing) -> Result<Assembly, BuildError> {
    write_release(&bench.inputs(), &bench.path("release"), existing, &mut |_| ())
}

#[test]
fn release_folder_holds_the_medium_s_files_and_nothing_else() {
    let bench = Bench::new();
    let mut read = 0;
    let out = bench.path("release");
    let count = &mut |bytes| read += bytes;
    let assembly = write_release(&bench.inputs(), &out, Existing::Refuse, count).unwrap();
    assert_eq!(names(&out), ["GUIDE", "PAYLOAD", "README.TXT", "SEAL", "TOOLS"]);
    assert_eq!(names(&out.join("SEAL")), ["SHA256SUMS", "manifest.json", "trust"]);
    for (path, digest) in assembly.sums.lines() {
        assert_eq!(Digest::of(&fs::read(out.join(path)).unwrap()), *digest, "{path}");
    }
    let payload = out.join("PAYLOAD/LocalRunManagerSecurityPatch.msi");
    assert_eq!(fs::read(payload).unwrap(), DEMO);
    assert_eq!(read, DEMO.len() as u64 + 13);
    assert_eq!(names(bench.folder.path()), ["demo.msi", "mediaseal-verify.exe", "release"]);
}

#[test]
fn nothing_is_left_behind_after_an_error() {
    let mut bench = Bench::new();
    fs::write(&bench.payload, b"no package").unwrap();
    assert!(build(&bench, Existing::Refuse).is_err());
    assert_eq!(names(bench.folder.path()), ["demo.msi", "mediaseal-verify.exe"]);
    fs::write(&bench.payload, DEMO).unwrap();
    bench.recipe.documents[0].bytes = b"{{hole}}".to_vec();
    assert!(build(&bench, Existing::Refuse).is_err());
    assert_eq!(names(bench.folder.path()), ["demo.msi", "mediaseal-verify.exe"]);
}

#[test]
fn existing_release_is_kept_unless_replacing_was_asked_for() {
    let mut bench = Bench::new();
    let first = build(&bench, Existing::Refuse).unwrap();
    assert!(matches!(
        build(&bench, Existing::Refuse),
        Err(BuildError::Store(StoreError::Exists(_)))
    ));
    bench.settings.sequence = crate::seal::names::Number::new(8).unwrap();
    let second = build(&bench, Existing::Replace).unwrap();
    assert_ne!(first.release_code, second.release_code);
    let sums = fs::read(bench.path("release").join(SUMS)).unwrap();
    assert_eq!(Digest::of(&sums), second.release_code);
    assert_eq!(names(bench.folder.path()), ["demo.msi", "mediaseal-verify.exe", "release"]);
    // What went wrong on the way leaves the old one as it was.
    bench.recipe.documents[0].bytes = b"{{hole}}".to_vec();
    assert!(build(&bench, Existing::Replace).is_err());
    assert!(bench.path("release").join(MANIFEST).is_file());
}

#[test]
fn folder_that_is_no_release_is_never_replaced() {
    let bench = Bench::new();
    let out = bench.path("release");
    fs::create_dir(&out).unwrap();
    assert!(matches!(
        build(&bench, Existing::Refuse),
        Err(BuildError::Store(StoreError::Exists(_)))
    ));
    build(&bench, Existing::Replace).unwrap();
    fs::remove_dir_all(&out).unwrap();
    fs::create_dir(&out).unwrap();
    fs::write(out.join("thesis.doc"), "years").unwrap();
    assert!(matches!(build(&bench, Existing::Replace), Err(BuildError::NotARelease(_))));
    assert_eq!(fs::read(out.join("thesis.doc")).unwrap(), b"years");
    fs::remove_dir_all(&out).unwrap();
    fs::write(&out, "a file").unwrap();
    assert!(matches!(build(&bench, Existing::Replace), Err(BuildError::NotARelease(_))));
    assert_eq!(fs::read(&out).unwrap(), b"a file");
}

#[cfg(unix)]
#[test]
fn link_at_the_destination_is_never_followed() {
    let bench = Bench::new();
    let target = bench.path("target");
    let inputs = bench.inputs();
    write_release(&inputs, &target, Existing::Refuse, &mut |_| ()).unwrap();
    std::os::unix::fs::symlink(&target, bench.path("release")).unwrap();
    assert!(matches!(
        build(&bench, Existing::Refuse),
        Err(BuildError::Store(StoreError::Exists(_)))
    ));
    assert!(matches!(build(&bench, Existing::Replace), Err(BuildError::NotARelease(_))));
    assert!(target.join(SUMS).is_file());
}

#[test]
fn destination_without_a_name_is_refused() {
    let bench = Bench::new();
    for path in ["/", ".."] {
        let result = write_release(&bench.inputs(), Path::new(path), Existing::Refuse, &mut |_| ());
        assert!(matches!(result, Err(BuildError::Store(_))), "{path}");
    }
}
