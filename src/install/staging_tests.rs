use super::*;
use crate::store::faulty::{Fault, FaultyDisk, FaultyFolder, every_error, every_power_cut};
use crate::store::read_bounded;
use crate::store::temporary::is_temporary;

const NAME: &str = "lrm-security-patch_1.0.0_1.7";
const FILES: [(&str, &[u8]); 3] =
    [("PAYLOAD/patch.msi", b"the patch itself"), ("manifest.json", b"{}"), ("SHA256SUMS", b"sums")];

fn expected() -> Vec<ExpectedFile> {
    let file = |(path, bytes): &(&str, &[u8])| ExpectedFile {
        path: path.to_string(),
        bytes: bytes.len() as u64,
        sha256: Digest::of(bytes),
    };
    FILES.iter().map(file).collect()
}

fn destination(root: &FaultyFolder) -> Result<Destination<FaultyFolder>, DestinationFault> {
    Destination::walk(root.clone(), ["srv".into(), "Illumina".into()])
}

fn stage<'d>(
    destination: &'d Destination<FaultyFolder>,
) -> Result<Staging<'d, FaultyFolder>, StagingError> {
    let mut staging = Staging::begin(destination, NAME)?;
    for (path, bytes) in FILES {
        let mut file = staging.file(path, bytes.len() as u64)?;
        for part in bytes.chunks(5) {
            file.append(part)?;
        }
        file.finish()?;
    }
    Ok(staging)
}

fn copy(root: &FaultyFolder) -> Result<Outcome, StagingError> {
    let destination = destination(root).map_err(|_| StagingError::Exchanged(PathBuf::new()))?;
    stage(&destination)?.finish(&expected())
}

fn place(root: &FaultyFolder) -> Option<FaultyFolder> {
    root.open_folder("srv".as_ref()).ok()?.open_folder("Illumina".as_ref()).ok()
}

fn names(root: &FaultyFolder) -> Vec<std::ffi::OsString> {
    place(root).map(|place| place.list().unwrap()).unwrap_or_default()
}

fn ready() -> FaultyFolder {
    let root = FaultyDisk::new().root();
    root.make_folder("srv".as_ref(), Access::Everyone).unwrap();
    root
}

/// True if the copy is there; fails on anything but nothing or the whole.
fn whole(root: &FaultyFolder, label: &str) -> bool {
    let Some(folder) = place(root).and_then(|place| place.open_folder(NAME.as_ref()).ok()) else {
        return false;
    };
    let found = compare(&folder, &expected()).unwrap();
    assert_eq!(found.count, 0, "{label}: {:?}", found.differences);
    true
}

#[test]
fn a_copy_is_whole_and_a_second_one_is_a_rerun() {
    let root = ready();
    let copied = Outcome::Copied { reread: Reread::Direct };
    assert_eq!(copy(&root).unwrap(), copied);
    assert!(whole(&root, ""));
    assert_eq!(copy(&root).unwrap(), Outcome::AlreadyThere);
    assert_eq!(names(&root), [NAME]);
}

#[test]
fn every_power_cut_leaves_nothing_or_the_whole_and_a_rerun_completes() {
    let cuts = every_power_cut(
        |root| root.make_folder("srv".as_ref(), Access::Everyone).unwrap(),
        |root| copy(root).is_ok(),
        |root, done, cut| {
            let there = whole(root, cut);
            assert!(there || !done, "{cut}");
            let known = |name: &std::ffi::OsString| name == NAME || is_temporary(name, STAGING);
            assert!(names(root).iter().all(known), "{cut}: {:?}", names(root));
            assert!(copy(root).is_ok() && whole(root, cut), "{cut}");
            assert!(!done || names(root) == [NAME], "{cut}");
            // The next copy that stages anything removes what was left over.
            let destination = destination(root).unwrap();
            drop(Staging::begin(&destination, "other").unwrap());
            assert_eq!(names(root), [NAME], "{cut}");
        },
    );
    println!("staging: {cuts} cuts");
    assert!(cuts > 200);
}

#[test]
fn every_error_leaves_nothing_or_the_whole_and_nothing_hidden() {
    let errors = every_error(
        |root| root.make_folder("srv".as_ref(), Access::Everyone).unwrap(),
        |root| copy(root).is_ok(),
        |root, done, fault| {
            assert!(whole(root, fault) || !done, "{fault}");
            // Every failure cleans up after itself, but one of a removal.
            if !fault.ends_with("remove") {
                assert!(names(root).iter().all(|name| name == NAME), "{fault}");
            }
            assert!(copy(root).is_ok() && whole(root, fault), "{fault}");
            assert_eq!(names(root), [NAME], "{fault}");
        },
    );
    println!("staging: {errors} errors");
    assert!(errors > 40);
}

fn failure(fault: Fault) -> (FaultyFolder, StagingError) {
    let root = ready();
    drop(destination(&root).unwrap());
    root.make_folder("x".as_ref(), Access::Everyone).unwrap();
    let srv = root.open_folder("srv".as_ref()).unwrap();
    srv.make_folder("Illumina".as_ref(), Access::Everyone).unwrap();
    root.disk().set_fault(fault);
    let error = copy(&root).unwrap_err();
    root.disk().set_fault(Fault::None);
    (root, error)
}

#[test]
fn full_read_only_and_forbidden_are_told_apart_and_leave_nothing() {
    let refused = |kind| failure(Fault::Refused { kind });
    for (cause, (root, error)) in [
        (Cause::Full, failure(Fault::Full { at: 5 })),
        (Cause::ReadOnly, refused(io::ErrorKind::ReadOnlyFilesystem)),
        (Cause::NoPermission, refused(io::ErrorKind::PermissionDenied)),
    ] {
        assert_eq!(error.cause(), Some(cause), "{error}");
        assert!(names(&root).is_empty(), "{cause:?}");
    }
}

#[test]
fn a_medium_that_loses_flushed_bytes_is_found_by_reading_back() {
    let (root, error) = failure(Fault::LyingFlush);
    assert!(matches!(error, StagingError::ReadBack { count: 3, .. }), "{error}");
    assert!(names(&root).is_empty());
}

#[test]
fn something_different_under_the_final_name_is_refused_and_kept() {
    for (at, change) in ["extra", "changed", "missing", "folder", "link"].iter().enumerate() {
        let root = ready();
        copy(&root).unwrap();
        let folder = place(&root).unwrap().open_folder(NAME.as_ref()).unwrap();
        let sums = OsStr::new("SHA256SUMS");
        match at {
            0 => drop(folder.create_new("autorun.inf".as_ref(), Access::Everyone).unwrap()),
            1 => {
                folder.remove_file(sums).unwrap();
                let mut file = folder.create_new(sums, Access::Everyone).unwrap();
                file.write_all(b"smus").unwrap();
            }
            2 => folder.remove_file(sums).unwrap(),
            3 => folder.make_folder("empty".as_ref(), Access::Everyone).unwrap(),
            _ => {
                folder.remove_file(sums).unwrap();
                folder.plant_link("SHA256SUMS");
            }
        }
        let before = folder.list().unwrap();
        let error = copy(&root).unwrap_err();
        assert!(matches!(error, StagingError::Exists { count: 1, .. }), "{change}: {error}");
        assert_eq!(folder.list().unwrap(), before, "{change}");
        assert_eq!(names(&root), [NAME], "{change}");
    }
}

#[test]
fn a_file_or_link_under_the_final_name_is_refused() {
    for link in [true, false] {
        let root = ready();
        let destination = destination(&root).unwrap();
        let folder = destination.folder();
        if link {
            folder.plant_link(NAME);
        } else {
            drop(folder.create_new(NAME.as_ref(), Access::Everyone).unwrap());
        }
        let error = stage(&destination).unwrap().finish(&expected()).unwrap_err();
        assert!(matches!(error, StagingError::Exists { .. }), "{error}");
        assert_eq!(names(&root), [NAME]);
    }
}

#[test]
fn a_destination_exchanged_meanwhile_is_noticed_and_cleaned() {
    let root = ready();
    let destination = destination(&root).unwrap();
    let staging = stage(&destination).unwrap();
    let srv = root.open_folder("srv".as_ref()).unwrap();
    srv.rename_over("Illumina".as_ref(), "elsewhere".as_ref()).unwrap();
    srv.make_folder("Illumina".as_ref(), Access::Everyone).unwrap();
    let error = staging.finish(&expected()).unwrap_err();
    assert!(matches!(error, StagingError::Exchanged(_)), "{error}");
    assert!(names(&root).is_empty());
    assert!(srv.open_folder("elsewhere".as_ref()).unwrap().list().unwrap().is_empty());
}

#[test]
fn a_link_in_each_component_is_refused_with_its_number() {
    for (component, name) in [(1, "srv"), (2, "Illumina")] {
        let root = FaultyDisk::new().root();
        let mut folder = root.clone();
        if component == 2 {
            root.make_folder("srv".as_ref(), Access::Everyone).unwrap();
            folder = root.open_folder("srv".as_ref()).unwrap();
        }
        folder.plant_link(name);
        let fault = destination(&root).unwrap_err();
        let seen = matches!(fault, DestinationFault::Link { component: at, .. } if at == component);
        assert!(seen, "{fault}");
    }
}

#[test]
fn a_destination_is_made_one_level_deep_and_removed_when_left_empty() {
    let root = FaultyDisk::new().root();
    assert!(matches!(destination(&root), Err(DestinationFault::Missing(_))));
    let root = ready();
    let made = destination(&root).unwrap();
    assert!(place(&root).is_some());
    drop(made);
    assert!(place(&root).is_none());
}

#[test]
fn a_source_that_is_longer_or_shorter_than_declared_is_refused() {
    let root = ready();
    let destination = destination(&root).unwrap();
    let mut staging = Staging::begin(&destination, NAME).unwrap();
    let mut long = staging.file("a", 3).unwrap();
    long.append(b"abc").unwrap();
    let error = long.append(b"d").unwrap_err();
    assert!(matches!(error, StagingError::Length { declared: 3, received: 4, .. }));
    assert_eq!(long.write(b"d").unwrap_err().kind(), io::ErrorKind::InvalidData);
    let mut short = staging.file("b", 3).unwrap();
    short.append(b"ab").unwrap();
    let error = short.finish().unwrap_err();
    assert!(matches!(error, StagingError::Length { declared: 3, received: 2, .. }));
}

#[test]
fn what_came_must_be_the_signed_set_and_the_signed_bytes() {
    let root = ready();
    let destination = destination(&root).unwrap();
    let finish = |expected: &[ExpectedFile]| stage(&destination).unwrap().finish(expected);
    let mut fewer = expected();
    let removed = fewer.pop().unwrap();
    assert!(matches!(finish(&fewer), Err(StagingError::Set(path)) if path == removed.path));
    let mut more = expected();
    more.push(ExpectedFile { path: "more".to_string(), ..removed.clone() });
    assert!(matches!(finish(&more), Err(StagingError::Set(path)) if path == "more"));
    let mut other = expected();
    other[0].sha256 = Digest::of(b"another patch");
    assert!(matches!(finish(&other), Err(StagingError::Contents(_))));
    let mut length = expected();
    length[0].bytes += 1;
    assert!(matches!(finish(&length), Err(StagingError::Length { .. })));
    let mut twice = expected();
    twice[1] = twice[0].clone();
    assert!(matches!(finish(&twice), Err(StagingError::Name { .. })));
    assert!(names(&root).is_empty());
}

#[test]
fn a_file_that_was_not_finished_does_not_count() {
    let root = ready();
    let destination = destination(&root).unwrap();
    let mut staging = stage(&destination).unwrap();
    drop(staging.file("half", 1).unwrap());
    let mut more = expected();
    more.push(ExpectedFile { path: "half".to_string(), bytes: 0, sha256: Digest::of(b"") });
    assert!(matches!(staging.finish(&more), Err(StagingError::Set(path)) if path == "half"));
}

#[test]
fn names_that_leave_the_folder_are_refused() {
    let root = ready();
    let destination = destination(&root).unwrap();
    for name in ["..", ".hidden", "a/b", "", "CON", "a:b"] {
        let refused = Staging::begin(&destination, name);
        assert!(matches!(refused, Err(StagingError::Name { .. })), "{name}");
    }
    let mut staging = Staging::begin(&destination, NAME).unwrap();
    for path in ["../x", "/x", "a//b", "con.msi", "a\\b"] {
        let refused = staging.file(path, 0);
        assert!(matches!(refused, Err(StagingError::Name { .. })), "{path}");
    }
}

#[test]
fn staging_of_the_dead_is_removed_and_of_the_living_kept() {
    let root = ready();
    let destination = destination(&root).unwrap();
    let living = stage(&destination).unwrap();
    let second = Staging::begin(&destination, "other").unwrap();
    assert_eq!(names(&root).len(), 2);
    drop(second);
    assert!(living.finish(&expected()).is_ok());
    let folder = place(&root).unwrap().open_folder(NAME.as_ref()).unwrap();
    let read = read_bounded(&folder, "SHA256SUMS".as_ref(), 100).unwrap();
    assert_eq!(read.as_deref(), Some(b"sums".as_slice()));
}
