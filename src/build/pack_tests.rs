use std::fs;

use super::*;

/// Gives image and bundle their names in `folder`, where that of the bundle is taken by a
/// folder at the last moment.
fn stopped_at_the_bundle(folder: &Path, existing: Existing) -> PackError {
    let (image, bundle) = (folder.join("a.img"), folder.join("b.zip"));
    let begin = |path: &Path| {
        let mut file = AtomicFile::create_at(path, Access::Everyone, existing).unwrap();
        file.write_all(b"new").unwrap();
        file
    };
    let outputs = Outputs { image: Some(&image), block_map: None, bundle: Some(&bundle), existing };
    let made = (begin(&image), Digest::of(b"new"));
    let (beside, zip) = (begin(&sha256_path(&image)), begin(&bundle));
    fs::create_dir(&bundle).unwrap();
    let mut shown = Vec::new();
    let named = show(Some(made), [None, Some(zip)], Some(beside), &outputs, &mut shown);
    taken_back(named.unwrap_err(), shown)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn outputs_get_their_names_all_of_them_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let error = stopped_at_the_bundle(folder.path(), Existing::Refuse);
    assert!(matches!(error, PackError::Store(_)), "{error}");
    assert_eq!(names(folder.path()), ["b.zip"]);
}

#[test]
fn what_has_replaced_an_older_file_is_not_taken_away_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("a.img");
    fs::write(&image, "old").unwrap();
    let error = stopped_at_the_bundle(folder.path(), Existing::Replace);
    let PackError::Partly(_, replaced) = &error else { panic!("{error}") };
    assert_eq!(*replaced, std::slice::from_ref(&image));
    assert!(error.to_string().contains("already replaced: ") && error.outcome() == Outcome::Io);
    assert_eq!(fs::read(&image).unwrap(), b"new");
    // Its digest had no older file: it is taken back, and no digest is of another image.
    assert_eq!(names(folder.path()), ["a.img", "b.zip"]);
}
