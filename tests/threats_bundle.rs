//! Threats to zips and to copies (docs/THREATS.md, rows 18, 22 and 25): every
//! bad zip of the drill, destinations that are refused, a package with bytes
//! appended. The good one passes beside each.

mod common;
#[path = "common/media.rs"]
mod media;
#[path = "common/world.rs"]
mod world;

use std::fs;

use media::Media;
use mediaseal::drill::bundle_faults::FAULTS;

const PAYLOAD: &str = "PAYLOAD/patch.bin";

#[test]
fn row_18_every_bad_zip_of_the_drill() {
    let media = Media::new();
    media.check(&media.zip).passes(&[]);
    let mut tried = 0;
    for fault in &FAULTS {
        let checked = media.zip(fault.name);
        assert_eq!(
            (checked.verdict(), checked.code),
            ("FAIL", 1),
            "{}: {:#}",
            fault.name,
            checked.json
        );
        tried += 1;
    }
    assert_eq!(tried, FAULTS.len());
    assert!(!media.world.path("evil.exe").exists(), "nothing was written");
}

#[test]
fn row_25_bytes_appended_to_msi() {
    let media = Media::new();
    let checked = media.zip("file-longer");
    assert_eq!(checked.verdict(), "FAIL");
    let good = media.world.path("copy-of-good");
    copy_tree(&media.world.good, &good);
    media.check(&good).passes(&[]);
    let mut bytes = fs::read(good.join(PAYLOAD)).unwrap();
    bytes.extend(b"appended");
    fs::write(good.join(PAYLOAD), bytes).unwrap();
    media.check(&good).fails(&["M-120"]);
}

#[test]
fn row_22_destination_refused() {
    let media = Media::new();
    let state = media.world.enrol("state");
    let source = media.world.good.to_str().unwrap();
    let state = state.to_str().unwrap();
    let copy = |to: &str| {
        let to = media.world.path(to);
        media.world.verify(&["copy", source, "--to", to.to_str().unwrap(), "--state", state]).code
    };
    let place = |name: &str| media.world.path(name);
    fs::create_dir_all(place("real/below")).unwrap();
    #[cfg(unix)]
    for (link, to) in [("link", "link"), ("above", "above/below")] {
        std::os::unix::fs::symlink(place("real"), place(link)).unwrap();
        assert_eq!(copy(to), 5, "{to}");
    }
    fs::write(place("file"), "x").unwrap();
    assert_eq!(copy("file"), 5);
    assert_eq!(copy("real/missing/deeper"), 5);
    assert_eq!(fs::read_dir(place("real")).unwrap().count(), 1, "nothing is left behind");
    // Another content under the final name is never overwritten.
    assert_eq!(copy("real"), 0);
    assert_eq!(copy("real"), 0, "a rerun finds it there");
    let made = fs::read_dir(place("real")).unwrap().map(|entry| entry.unwrap().path());
    let made = made.filter(|path| path.join(PAYLOAD).exists()).collect::<Vec<_>>();
    assert_eq!(made.len(), 1);
    fs::write(made[0].join(PAYLOAD), "something else").unwrap();
    assert_eq!(copy("real"), 5);
    assert_eq!(fs::read(made[0].join(PAYLOAD)).unwrap(), b"something else");
    assert_eq!(fs::read_dir(place("real")).unwrap().count(), 2, "no staging stays");
}

fn copy_tree(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy_tree(&entry.path(), &target),
            false => _ = fs::copy(entry.path(), target).unwrap(),
        }
    }
}
