use super::*;
use crate::store::faulty::{FaultyDisk, FaultyFolder, every_error, every_power_cut};
use crate::store::read_bounded;
use crate::store::temporary::is_temporary;

const NAME: &str = "release";

fn write(parent: &FaultyFolder, bytes: &[u8], existing: Existing) -> bool {
    let made = || {
        let folder = AtomicFolder::create(parent, NAME.as_ref(), Access::Everyone, existing)?;
        folder.write_file("README.TXT", bytes)?;
        folder.write_file("SEAL/trust/1.json", bytes)?;
        folder.commit()
    };
    made().is_ok()
}

/// The bytes of both files, if the folder is there; panics on half a folder.
fn value(parent: &FaultyFolder, label: &str) -> Option<Vec<u8>> {
    let folder = parent.open_folder(NAME.as_ref()).ok()?;
    assert_eq!(folder.list().unwrap(), ["README.TXT", "SEAL"], "{label}");
    let trust = folder.open_folder("SEAL".as_ref()).unwrap();
    let trust = trust.open_folder("trust".as_ref()).unwrap();
    let one = read_bounded(&folder, "README.TXT".as_ref(), 100).unwrap();
    assert_eq!(one, read_bounded(&trust, "1.json".as_ref(), 100).unwrap(), "{label}");
    one
}

fn replaced_over_every_cut(exchange: bool) -> usize {
    let setting = move |parent: &FaultyFolder| {
        if !exchange {
            parent.disk().forbid_exchange();
        }
        assert!(write(parent, b"old", Existing::Refuse));
    };
    every_power_cut(
        setting,
        |parent| write(parent, b"new", Existing::Replace),
        |parent, done, cut| {
            if exchange {
                assert!(value(parent, cut).is_some(), "{cut}: neither folder");
            }
            recover(parent, NAME.as_ref()).unwrap();
            let value = value(parent, cut).unwrap();
            assert!(value == b"new" || (!done && value == b"old"), "{cut}: {value:?}");
            assert!(write(parent, b"next", Existing::Replace), "{cut}");
            assert_eq!(parent.list().unwrap(), [NAME], "{cut}");
        },
    )
}

#[test]
fn every_power_cut_of_a_replacement_leaves_the_old_folder_or_the_new_one() {
    let cuts = replaced_over_every_cut(true);
    println!("folder replaced by exchange: {cuts} cuts");
    assert!(cuts > 50);
}

#[test]
fn every_power_cut_without_exchange_is_recovered() {
    let cuts = replaced_over_every_cut(false);
    println!("folder replaced by stepping aside: {cuts} cuts");
    assert!(cuts > 50);
}

#[test]
fn every_power_cut_of_a_first_folder_leaves_nothing_or_the_whole() {
    let cuts = every_power_cut(
        |_| {},
        |parent| write(parent, b"new", Existing::Refuse),
        |parent, done, cut| {
            let value = value(parent, cut);
            let whole = value.as_deref() == Some(b"new");
            assert!(whole || (!done && value.is_none()), "{cut}: {value:?}");
        },
    );
    println!("first folder: {cuts} cuts");
    assert!(cuts > 50);
}

#[test]
fn every_error_leaves_the_old_folder_or_the_new_one() {
    for exchange in [true, false] {
        let errors = every_error(
            |parent| {
                if !exchange {
                    parent.disk().forbid_exchange();
                }
                assert!(write(parent, b"old", Existing::Refuse));
            },
            |parent| write(parent, b"new", Existing::Replace),
            |parent, done, fault| {
                let value = value(parent, fault).unwrap();
                assert!(value == b"new" || (!done && value == b"old"), "{fault}: {value:?}");
                // What could not be removed is recognised, and goes next time.
                let known = |name: &OsString| {
                    name == NAME || is_temporary(name, TEMPORARY) || name.len() == 24
                };
                assert!(parent.list().unwrap().iter().all(known), "{fault}");
                assert!(write(parent, b"next", Existing::Replace), "{fault}");
                assert_eq!(parent.list().unwrap(), [NAME], "{fault}");
            },
        );
        println!("folder replaced (exchange {exchange}): {errors} errors");
        assert!(errors > 30);
    }
}

#[test]
fn a_name_that_is_taken_is_refused_and_nothing_is_left() {
    let parent = FaultyDisk::new().root();
    assert!(write(&parent, b"old", Existing::Refuse));
    assert!(!write(&parent, b"new", Existing::Refuse));
    drop(parent.create_new("file".as_ref(), Access::Everyone).unwrap());
    let over_file =
        AtomicFolder::create(&parent, "file".as_ref(), Access::Everyone, Existing::Replace);
    assert!(matches!(over_file, Err(StoreError::OtherKind(_))));
    assert_eq!(value(&parent, "").unwrap(), b"old");
    assert_eq!(parent.list().unwrap(), ["file", NAME]);
}

#[test]
fn removing_a_tree_neither_follows_links_nor_goes_on_for_ever() {
    let parent = FaultyDisk::new().root();
    let mut folder = parent.clone();
    for _ in 0..=MAX_TREE_DEPTH {
        folder.make_folder("deep".as_ref(), Access::Owner).unwrap();
        folder = folder.open_folder("deep".as_ref()).unwrap();
    }
    assert!(matches!(remove_tree(&parent, "deep".as_ref()), Err(StoreError::TooDeep(_))));
    parent.make_folder("top".as_ref(), Access::Owner).unwrap();
    parent.open_folder("top".as_ref()).unwrap().plant_link("link");
    remove_tree(&parent, "top".as_ref()).unwrap();
    remove_tree(&parent, "none".as_ref()).unwrap();
    assert_eq!(parent.list().unwrap(), ["deep"]);
}

#[test]
fn a_tree_that_is_too_deep_is_not_flushed_for_ever() {
    let deep = |levels: usize| {
        let parent = FaultyDisk::new().root();
        let tree = AtomicFolder::create(&parent, NAME.as_ref(), Access::Everyone, Existing::Refuse)
            .unwrap();
        tree.write_file(&format!("{}file", "d/".repeat(levels)), b"x").unwrap();
        tree.commit()
    };
    // The folder itself is the first of them.
    assert!(deep(MAX_TREE_DEPTH - 1).is_ok());
    assert!(matches!(deep(MAX_TREE_DEPTH), Err(StoreError::TooDeep(_))));
}
