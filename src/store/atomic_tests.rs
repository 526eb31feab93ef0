use std::io::Read as _;

use super::*;
use crate::store::faulty::{FaultyDisk, FaultyFolder, every_error, every_power_cut};
use crate::store::read_bounded;
use crate::store::temporary::is_temporary;

const NAME: &str = "value";
const LIMIT: usize = 1 << 20;

fn write(folder: &FaultyFolder, bytes: &[u8], existing: Existing) -> bool {
    write_atomic(folder, NAME.as_ref(), bytes, Access::Owner, existing).is_ok()
}

fn value(folder: &FaultyFolder) -> Option<Vec<u8>> {
    read_bounded(folder, NAME.as_ref(), LIMIT).unwrap()
}

fn foreign_names(folder: &FaultyFolder) -> usize {
    let known = |name: &OsStr| name == NAME || is_temporary(name, TEMPORARY);
    folder.list().unwrap().iter().filter(|name| !known(name)).count()
}

#[test]
fn every_power_cut_leaves_the_old_file_or_the_new_one() {
    let cuts = every_power_cut(
        |folder| assert!(write(folder, b"old old old", Existing::Replace)),
        |folder| write(folder, b"new", Existing::Replace),
        |folder, done, cut| {
            let value = value(folder).unwrap();
            assert!(value == b"new" || (!done && value == b"old old old"), "{cut}: {value:?}");
            assert_eq!(foreign_names(folder), 0, "{cut}");
            // The next writer removes what is left over.
            assert!(write(folder, b"next", Existing::Replace));
            assert_eq!(folder.list().unwrap(), [NAME], "{cut}");
        },
    );
    println!("write_atomic over an old file: {cuts} cuts");
    assert!(cuts > 20);
}

#[test]
fn every_power_cut_of_a_first_write_leaves_nothing_or_the_whole() {
    let cuts = every_power_cut(
        |_| {},
        |folder| write(folder, b"new", Existing::Refuse),
        |folder, done, cut| {
            let value = value(folder);
            let whole = value.as_deref() == Some(b"new");
            assert!(whole || (!done && value.is_none()), "{cut}: {value:?}");
        },
    );
    println!("write_atomic of a first file: {cuts} cuts");
    assert!(cuts > 20);
}

#[test]
fn every_error_leaves_the_old_file_or_the_new_one_and_no_leftover() {
    let errors = every_error(
        |folder| assert!(write(folder, b"old", Existing::Replace)),
        |folder| write(folder, b"new", Existing::Replace),
        |folder, done, fault| {
            let value = value(folder).unwrap();
            assert!(value == b"new" || (!done && value == b"old"), "{fault}: {value:?}");
            // A disk that refuses everything refuses the removal, too; there was
            // nothing to remove then.
            assert_eq!(folder.list().unwrap(), [NAME], "{fault}");
        },
    );
    println!("write_atomic: {errors} errors");
    // Five operations, each failing and each full; two refusals.
    assert_eq!(errors, 12);
}

#[test]
fn a_name_that_is_taken_is_refused_at_the_beginning_and_at_the_end() {
    let folder = FaultyDisk::new().root();
    let mut early =
        AtomicFile::create(&folder, NAME.as_ref(), Access::Owner, Existing::Refuse).unwrap();
    early.write_all(b"late").unwrap();
    assert!(write(&folder, b"first", Existing::Refuse));
    assert!(matches!(early.commit(), Err(StoreError::Exists(_))));
    let again = AtomicFile::create(&folder, NAME.as_ref(), Access::Owner, Existing::Refuse);
    assert!(matches!(again, Err(StoreError::Exists(_))));
    assert_eq!(value(&folder).unwrap(), b"first");
    assert_eq!(folder.list().unwrap(), [NAME]);
}

#[test]
fn a_folder_is_never_replaced_by_a_file() {
    let folder = FaultyDisk::new().root();
    folder.make_folder(NAME.as_ref(), Access::Owner).unwrap();
    let refused = write_atomic(&folder, NAME.as_ref(), b"", Access::Owner, Existing::Replace);
    assert!(matches!(refused, Err(StoreError::OtherKind(_))));
}

#[test]
fn dropped_without_commit_it_leaves_nothing() {
    let folder = FaultyDisk::new().root();
    let mut file =
        AtomicFile::create(&folder, NAME.as_ref(), Access::Owner, Existing::Refuse).unwrap();
    file.write_all(b"some").unwrap();
    let mut seen = String::new();
    file.reader().unwrap().read_to_string(&mut seen).unwrap();
    assert_eq!(seen, "some");
    assert_eq!(folder.list().unwrap().len(), 1);
    drop(file);
    assert!(folder.list().unwrap().is_empty());
}

#[test]
fn a_long_file_is_refused_and_not_cut() {
    let folder = FaultyDisk::new().root();
    assert!(write(&folder, b"12345", Existing::Refuse));
    assert!(read_bounded(&folder, NAME.as_ref(), 4).is_err());
    assert_eq!(read_bounded(&folder, NAME.as_ref(), 5).unwrap().unwrap(), b"12345");
    assert_eq!(read_bounded(&folder, "none".as_ref(), 5).unwrap(), None);
}
