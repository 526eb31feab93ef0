//! Rows 11 to 17 of docs/THREATS.md: the bytes, files and names of a medium, a
//! zip and a folder. Each test makes its bad key by its name in `drill`, or with
//! the honest tools of others (mtools), checks it with the real program, and
//! asserts findings, verdict and exit code.
#![cfg(feature = "builder")]

mod common;
#[path = "common/media.rs"]
mod media;
#[path = "common/world.rs"]
mod world;

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::symlink;
use std::process::Command;

use common::{sign_release, snapshot};
use media::{Media, PAYLOAD, mtools, opened, said, starts};
use mediaseal::build::payload::payload;
use mediaseal::drill::folder;
use mediaseal::drill::medium_faults::{BAD_NAMES, EXTRA_FILES};
use mediaseal::medium::fat::PARTITION_LBA;
use mediaseal::medium::{FatTime, FileSpec, Plan, VolumeSpec};
use mediaseal::seal::digest::Digest;
use mediaseal::seal::layout::{MANIFEST, SUMS};
use mediaseal::seal::manifest::PayloadKind;
use mediaseal::seal::sums::Sums;
use world::Checked;

/// Every finding of a flipped bit in the seal; one that is none of these has no
/// business here.
const SEAL_CODES: [&str; 14] = [
    "M-104", "M-106", "M-107", "M-118", "M-230", "M-236", "M-302", "M-303", "M-304", "M-401",
    "M-402", "M-404", "M-405", "M-306",
];

/// FAIL, by these findings and no others.
#[track_caller]
fn fails_by(checked: &Checked, allowed: &[&str]) {
    assert_eq!((checked.verdict(), checked.code), ("FAIL", 1), "{:#}", checked.json);
    let codes = checked.codes();
    assert!(codes.iter().all(|code| allowed.contains(code)), "{codes:?}\n{}", said(checked));
}

#[test]
fn row_11_bit_in_seal() {
    let media = Media::new();
    let release = media.world.path("flipped");
    folder::make(&media.world.good, &release, |_| Ok(())).unwrap();
    media.check(&release).passes(&[]);
    let mut flipped = 0;
    for (path, good) in snapshot(&release.join("SEAL")) {
        let last = good.len() - 1;
        for at in (0..last).step_by(last.div_ceil(16)).chain([last]) {
            let mut bad = good.clone();
            bad[at] ^= 1 << (flipped % 8);
            fs::write(&path, bad).unwrap();
            fails_by(&media.check(&release), &SEAL_CODES);
            flipped += 1;
        }
        fs::write(&path, &good).unwrap();
    }
    assert!(flipped > 100, "{flipped}");
    media.check(&release).passes(&[]);
}

#[test]
fn row_11_bit_in_structure() {
    let media = Media::new();
    let mut image = media.opened();
    let geometry = image.geometry();
    let payload = image.find(PAYLOAD).unwrap();
    let folder = image.find("PAYLOAD").unwrap();
    let slack = image.cluster(payload.cluster) + u64::from(payload.size);
    let free = image.free(1).unwrap()[0];
    let partition = PARTITION_LBA * 512;
    let mut places = vec![
        512,
        partition - 1,
        image.fat_offset(0, 3),
        image.fat_offset(0, free),
        image.fat_offset(1, 3),
        geometry.fat_lba(1) * 512 - 1,
        geometry.data_lba() * 512 - 1,
        image.cluster(folder.cluster),
        payload.entry + 28,
        payload.first,
        slack,
        image.cluster(free),
        geometry.bytes() - 1,
    ];
    // MBR, both boot sectors and FSInfos, sampled; the bits of `os-changes` are
    // met in the next loop.
    for sector in [0, partition, partition + 512, partition + 6 * 512, partition + 7 * 512] {
        places.extend((0..512).step_by(31).map(|at| sector + at));
    }
    let bad = media.world.path("flipped.img");
    fs::copy(&media.image, &bad).unwrap();
    let mut image = opened(&bad);
    for (index, place) in places.iter().enumerate() {
        let bit = (index % 8) as u8;
        image.flip(*place, bit).unwrap();
        let checked = media.check(&bad);
        let codes = ["M-101", "M-119", "M-120", "M-215", "M-217", "M-230", "M-231", "M-232"];
        let more = ["M-214", "M-218", "M-219", "M-233", "M-238", "M-701", "M-702"];
        fails_by(&checked, &[&codes[..], &more].concat());
        let os_changes = checked.json["os_changes"] == true;
        assert!(os_changes || starts(&checked).contains(place), "{place}: {}", said(&checked));
        image.flip(*place, bit).unwrap();
    }
    // What an operating system changes is FAIL as well, of its own class.
    let counters = partition + 512 + 488;
    for (place, bit) in [(0x1B8, 0), (partition + 0x41, 0), (counters, 0), (counters + 7, 7)] {
        image.flip(place, bit).unwrap();
        let checked = media.check(&bad);
        fails_by(&checked, &["M-701", "M-702", "M-703"]);
        assert_eq!(checked.json["os_changes"], true, "{place}");
        image.flip(place, bit).unwrap();
    }
    media.check(&bad).passes(&[]);
}

#[test]
fn row_11_bit_in_payload() {
    let media = Media::new();
    let found = media.opened().find(PAYLOAD).unwrap();
    let bad = media.world.path("flipped.img");
    fs::copy(&media.image, &bad).unwrap();
    let mut image = opened(&bad);
    let start = image.cluster(found.cluster);
    for at in (0..u64::from(found.size)).step_by(997).chain([u64::from(found.size) - 1]) {
        image.flip(start + at, (at % 8) as u8).unwrap();
        let checked = media.check(&bad);
        checked.fails(&["M-118"]);
        let last = (start + u64::from(found.size) - 1) / 512;
        checked.says("M-118", &format!("{PAYLOAD}, sectors {}-{last}", start / 512));
        image.flip(start + at, (at % 8) as u8).unwrap();
    }
    let release = media.world.path("flipped");
    folder::make(&media.world.good, &release, |_| Ok(())).unwrap();
    let good = fs::read(release.join(PAYLOAD)).unwrap();
    for at in (0..good.len()).step_by(997).chain([good.len() - 1]) {
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (at % 8);
        fs::write(release.join(PAYLOAD), bytes).unwrap();
        let checked = media.check(&release);
        checked.fails(&["M-118"]);
        checked.says("M-118", PAYLOAD);
    }
}

#[test]
fn row_11_bit_in_bundle() {
    let media = Media::new();
    let good = fs::read(&media.zip).unwrap();
    let bad = media.world.path("flipped.zip");
    let mut flipped = 0;
    for at in (0..good.len()).step_by(37).chain(good.len() - 22..good.len()) {
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (flipped % 8);
        fs::write(&bad, bytes).unwrap();
        let checked = media.check(&bad);
        assert_eq!((checked.verdict(), checked.code), ("FAIL", 1), "{at}: {:#}", checked.json);
        // Zip or seal names the place, or the seal is not readable at all.
        let codes = checked.codes();
        let named = [
            "M-236", "M-118", "M-101", "M-302", "M-303", "M-404", "M-102", "M-104", "M-105",
            "M-106", "M-107", "M-402", "M-401",
        ];
        assert!(codes.iter().any(|code| named.contains(code)), "{at}: {codes:?}");
        flipped += 1;
    }
    assert!(flipped > 200, "{flipped}");
}

#[test]
fn row_12_missing() {
    let media = Media::new();
    media.folder("file-missing").fails(&["M-119"]);
    media.zip("file-missing").fails(&["M-119", "M-235", "M-236"]);
    let checked = media.image("file-missing");
    checked.fails(&["M-118", "M-119", "M-230"]);
    checked.says("M-119", PAYLOAD);
    // Deleted like anybody does it.
    let checked = media.changed_image("deleted.img", |bad| {
        mtools(bad, "mdel", &["::/PAYLOAD/patch.bin"]);
    });
    checked.fails(&["M-119", "M-230", "M-231"]);
    checked.says("M-119", PAYLOAD);
}

#[test]
fn row_12_truncated() {
    let media = Media::new();
    media.folder("file-truncated").fails(&["M-120"]);
    media.zip("file-truncated").fails(&["M-118", "M-120", "M-235", "M-236"]);
    let checked = media.image("file-truncated");
    checked.fails(&["M-120", "M-230"]);
    checked.says("M-120", "10,999 bytes where 11,000 are sealed");
}

#[test]
fn row_12_longer() {
    let media = Media::new();
    media.folder("file-longer").fails(&["M-120"]);
    media.zip("file-longer").fails(&["M-118", "M-120", "M-234", "M-236"]);
    let checked = media.image("file-longer");
    checked.fails(&["M-120", "M-230"]);
    checked.says("M-120", "11,001 bytes where 11,000 are sealed");
    // Copied over it like anybody does it.
    let longer = media.world.path("longer.bin");
    fs::write(&longer, [fs::read(media.world.good.join(PAYLOAD)).unwrap(), vec![1]].concat())
        .unwrap();
    let checked = media.changed_image("overwritten.img", |bad| {
        mtools(bad, "mcopy", &["-o", longer.to_str().unwrap(), "::/PAYLOAD/patch.bin"]);
    });
    assert_eq!((checked.verdict(), checked.code), ("FAIL", 1), "{:#}", checked.json);
    checked.says("M-120", PAYLOAD);
}

#[test]
fn row_12_replaced() {
    let media = Media::new();
    media.folder("file-replaced").fails(&["M-118"]);
    media.zip("file-replaced").fails(&["M-118"]);
    let checked = media.image("file-replaced");
    checked.fails(&["M-118"]);
    checked.says("M-118", &format!("{PAYLOAD}, sectors "));
}

#[test]
fn row_12_folder_in_place() {
    let media = Media::new();
    media.folder("folder-in-place").fails(&["M-121"]);
    media.zip("folder-in-place").fails(&["M-121", "M-235", "M-236", "M-238"]);
    let checked = media.image("folder-in-place");
    assert_eq!((checked.verdict(), checked.code), ("FAIL", 1), "{:#}", checked.json);
    checked.says("M-121", PAYLOAD);
    checked.says("M-230", "folder PAYLOAD");
}

#[test]
fn row_13_extra_files_all_named() {
    let media = Media::new();
    let folder = media.folder("extra-files");
    folder.fails(&["M-214"]);
    let image = media.image("extra-files");
    image.fails(&["M-214", "M-230", "M-232"]);
    for name in EXTRA_FILES {
        assert!(said(&folder).contains(name), "{name}: {}", said(&folder));
        assert!(said(&image).contains(name), "{name}: {}", said(&image));
    }
    let zip = media.zip("extra-file");
    zip.fails(&["M-214", "M-234", "M-236"]);
    zip.says("M-214", "autorun.inf");
    // Copied there like anybody does it.
    let extra = media.world.path("extra");
    fs::write(&extra, b"MZ").unwrap();
    let checked = media.changed_image("copied.img", |bad| {
        for name in EXTRA_FILES {
            mtools(bad, "mcopy", &[extra.to_str().unwrap(), &format!("::/PAYLOAD/{name}")]);
        }
    });
    checked.fails(&["M-214", "M-230", "M-232"]);
    for name in EXTRA_FILES {
        assert!(said(&checked).contains(&format!("M-214 Unexpected file: PAYLOAD/{name}")));
    }
}

#[test]
fn row_13_extra_folder() {
    let media = Media::new();
    media.folder("extra-folder").fails(&["M-215"]);
    let checked = media.image("extra-folder");
    checked.fails(&["M-215", "M-230", "M-232"]);
    checked.says("M-215", "Update");
}

#[cfg(unix)]
#[test]
fn row_13_link() {
    let media = Media::new();
    let release = media.world.path("linked");
    folder::make(&media.world.good, &release, |_| Ok(())).unwrap();
    symlink("/etc", release.join("PAYLOAD/more")).unwrap();
    media.check(&release).fails(&["M-216"]);
    // A sealed file that is a link to its own content is no file, either.
    fs::remove_file(release.join("PAYLOAD/more")).unwrap();
    fs::remove_file(release.join(PAYLOAD)).unwrap();
    symlink(media.world.good.join(PAYLOAD), release.join(PAYLOAD)).unwrap();
    media.check(&release).fails(&["M-121"]);
    media.zip("link").fails(&["M-216", "M-234", "M-236", "M-238"]);
}

#[test]
fn row_13_hidden_attribute() {
    let media = Media::new();
    let checked = media.image("hidden-attribute");
    checked.fails(&["M-219", "M-230"]);
    checked.says("M-219", PAYLOAD);
    for mark in ["+h", "+s"] {
        let checked = media.changed_image(&format!("marked{mark}.img"), |bad| {
            mtools(bad, "mattrib", &[mark, "::/README.TXT"]);
        });
        checked.fails(&["M-219", "M-230"]);
    }
    // Read-only is no mark that hides; it is a difference all the same.
    let checked = media.changed_image("marked+r.img", |bad| {
        mtools(bad, "mattrib", &["+r", "::/README.TXT"]);
    });
    checked.fails(&["M-230", "M-238"]);
}

#[test]
fn row_13_second_label() {
    let media = Media::new();
    let checked = media.image("second-label");
    checked.fails(&["M-230", "M-238"]);
    checked.says("M-238", "second volume label");
    // Another label in the place of the first.
    let checked = media.changed_image("relabelled.img", |bad| {
        mtools(bad, "mlabel", &["::GOODKEY"]);
    });
    fails_by(&checked, &["M-230", "M-238"]);
}

#[test]
fn row_14_deleted_entry() {
    let media = Media::new();
    let checked = media.image("deleted-entry");
    checked.fails(&["M-230", "M-231"]);
    checked.says("M-231", "?ECRET.TXT");
    // Copied there and deleted again, like anybody does it.
    let secret = media.world.path("secret");
    fs::write(&secret, b"secret").unwrap();
    let checked = media.changed_image("undone.img", |bad| {
        mtools(bad, "mcopy", &[secret.to_str().unwrap(), "::/SECRET.TXT"]);
        mtools(bad, "mdel", &["::/SECRET.TXT"]);
    });
    checked.fails(&["M-230", "M-231", "M-232"]);
}

/// The image `name` fails by `codes` and says where: at byte `place`.
#[track_caller]
fn found_at(media: &Media, name: &str, codes: &[&str], place: u64) {
    let checked = media.image(name);
    checked.fails(codes);
    assert!(starts(&checked).contains(&place), "{place}: {}", said(&checked));
    let sector = (place / 512).to_string();
    assert!(said(&checked).contains(&sector) || name == "after-the-end", "{}", said(&checked));
}

#[test]
fn row_14_slack() {
    let media = Media::new();
    let mut image = media.opened();
    let found = image.find(PAYLOAD).unwrap();
    let place = image.cluster(found.cluster) + u64::from(found.size);
    found_at(&media, "slack", &["M-233"], place);
}

#[test]
fn row_14_free_cluster() {
    let media = Media::new();
    let image = media.opened();
    let last = image.geometry().clusters();
    found_at(&media, "free-cluster", &["M-232"], image.cluster(last));
}

#[test]
fn row_14_gap() {
    found_at(&Media::new(), "gap", &["M-230"], 100 * 512);
}

#[test]
fn row_14_after_the_end() {
    let media = Media::new();
    let end = media.opened().geometry().bytes();
    found_at(&media, "after-the-end", &["M-234", "M-238"], end);
}

#[test]
fn row_14_boot_code() {
    let media = Media::new();
    found_at(&media, "boot-code", &["M-230"], 0);
    found_at(&media, "boot-sector-code", &["M-230"], PARTITION_LBA * 512 + 0x5A);
}

#[test]
fn row_14_second_partition() {
    found_at(&Media::new(), "second-partition", &["M-230"], 0x1CE + 4);
}

#[test]
fn row_14_stale_gpt() {
    let media = Media::new();
    found_at(&media, "stale-gpt", &["M-230", "M-232"], 512);
    let end = media.opened().geometry().bytes();
    assert!(starts(&media.check(&media.world.path("stale-gpt.img"))).contains(&(end - 512)));
}

#[test]
fn row_15_os_changes() {
    let media = Media::new();
    let checked = media.image("os-changes");
    checked.fails(&["M-701", "M-702", "M-703"]);
    assert_eq!(checked.json["os_changes"], true);
    for name in ["WPSettings.dat", "IndexerVolumeGuid", "0c0000000102"] {
        assert!(said(&checked).contains(name), "{name}: {}", said(&checked));
    }
    // The same folder and files, made by another writer of FAT.
    let (settings, volume) = (media.world.path("settings"), media.world.path("volume"));
    fs::write(&settings, [7; 12]).unwrap();
    fs::write(&volume, [8; 76]).unwrap();
    let checked = media.changed_image("mounted.img", |bad| {
        let folder = "::/System Volume Information";
        mtools(bad, "mmd", &[folder]);
        for (file, name) in [(&settings, "WPSettings.dat"), (&volume, "IndexerVolumeGuid")] {
            mtools(bad, "mcopy", &[file.to_str().unwrap(), &format!("{folder}/{name}")]);
        }
        mtools(bad, "mattrib", &["+h", "+s", folder]);
    });
    checked.fails(&["M-701", "M-702"]);
    assert_eq!(checked.json["os_changes"], true);
    // As a drive that is mounted somewhere (here one of memory, which has no
    // serial, so it is not the release's own): a note.
    let script = "mount -t tmpfs tmpfs drive && cp -r good/. drive/ \
        && mkdir 'drive/System Volume Information' 'drive/$RECYCLE.BIN' \
        && echo x > 'drive/System Volume Information/tracking.log' \
        && exec \"$0\" check drive --anchor \"$1\" --state nowhere --json";
    fs::create_dir(media.world.path("drive")).unwrap();
    let output = Command::new("unshare")
        .args(["-rm", "sh", "-c", script, world::VERIFY])
        .arg(&media.world.anchor)
        .current_dir(media.world.team.path())
        .output()
        .unwrap();
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e} {output:?}"));
    let checked = Checked { code: output.status.code().unwrap(), json };
    checked.passes(&["M-705"]);
    // The same in a folder that is no drive's root is not excused.
    let release = media.world.path("copied-off");
    folder::make(&media.world.good, &release, |_| Ok(())).unwrap();
    fs::create_dir(release.join("System Volume Information")).unwrap();
    media.check(&release).fails(&["M-217"]);
}

/// More than the operating system's changes: no word of that class.
fn tampered(name: &str) {
    let media = Media::new();
    let checked = media.image(name);
    checked.fails(&["M-217", "M-219", "M-230", "M-232"]);
    assert_eq!(checked.json["os_changes"], false);
}

#[test]
fn row_15_os_changes_and_a_dll() {
    tampered("os-changes-and-a-dll");
}

#[test]
fn row_15_os_changes_and_a_cluster_tail() {
    tampered("os-changes-and-a-cluster-tail");
    tampered("os-changes-and-a-longer-file");
}

#[test]
fn row_15_os_changes_and_unequal_fats() {
    tampered("os-changes-and-unequal-fats");
}

#[test]
fn row_16_cluster_loop() {
    Media::new().image("cluster-loop").fails(&["M-230", "M-238"]);
}

#[test]
fn row_16_endless_root() {
    let media = Media::new();
    media.image("endless-root").fails(&["M-230", "M-231", "M-238"]);
    media.image("full-root").fails(&["M-230", "M-231", "M-232", "M-239"]);
}

#[test]
fn row_16_cross_linked() {
    let checked = Media::new().image("cross-linked");
    checked.fails(&["M-214", "M-230", "M-238"]);
    checked.says("M-214", "TWIN.TXT");
}

#[test]
fn row_16_unequal_fats() {
    let checked = Media::new().image("unequal-fats");
    checked.fails(&["M-230"]);
    checked.says("M-230", "second FAT");
}

#[test]
fn row_16_entry_past_the_end() {
    let checked = Media::new().image("entry-past-the-end");
    checked.fails(&["M-230", "M-238"]);
    checked.says("M-238", "cluster outside the volume");
}

#[test]
fn row_16_root_at_zero() {
    Media::new().image("root-at-zero").fails(&["M-230"]);
}

#[test]
fn row_16_sector_size_4096() {
    Media::new().image("sector-size-4096").fails(&["M-230"]);
}

#[test]
fn row_16_absurd_sectors() {
    let checked = Media::new().image("absurd-sectors");
    checked.fails(&["M-101", "M-238"]);
    checked.says("M-238", "2,199,024,303,616");
}

#[test]
fn row_16_long_name_checksum() {
    let checked = Media::new().image("long-name-checksum");
    checked.fails(&["M-119", "M-217", "M-230", "M-238"]);
}

/// Lines of `SHA256SUMS` with a name that no release may have.
const BAD_PATHS: [&str; 12] = [
    "../evil.exe",
    "PAYLOAD/../evil.exe",
    "PAYLOAD\\..\\evil.exe",
    "/etc/passwd",
    "C:x",
    "a:b",
    "CON.msi",
    "lpt1",
    "dot.",
    "space ",
    "A~1.TXT",
    "\u{e9}t\u{e9}.txt",
];

#[test]
fn row_17_names_in_sums() {
    let media = Media::new();
    let world = &media.world;
    let good = fs::read_to_string(world.good.join(SUMS)).unwrap();
    let long = "n".repeat(255);
    let equal = PAYLOAD.to_ascii_lowercase();
    for (index, path) in BAD_PATHS.iter().copied().chain([&*long, &*equal]).enumerate() {
        let release = world.path(&format!("sums-{index}"));
        folder::make(&world.good, &release, |_| Ok(())).unwrap();
        let mut lines: Vec<String> = good.lines().map(String::from).collect();
        lines.push(format!("{}  {path}", Digest::of(b"evil")));
        lines.sort_by_key(|line| line.split_at(66).1.as_bytes().to_vec());
        fs::write(release.join(SUMS), lines.join("\n") + "\n").unwrap();
        for signer in [&world.team.alice, &world.team.bruno] {
            sign_release(&release, signer);
        }
        let checked = media.check(&release);
        checked.fails(&["M-104"]);
        for source in world.media(&release) {
            media.check(&source).fails(&["M-104"]);
        }
    }
    // The same names in a manifest that SHA256SUMS seals.
    let manifest = fs::read_to_string(world.good.join(MANIFEST)).unwrap();
    for (index, path) in ["../evil.exe", "CON.msi", "a:b", "dot."].into_iter().enumerate() {
        let release = world.path(&format!("manifest-{index}"));
        folder::make(&world.good, &release, |_| Ok(())).unwrap();
        let bad = manifest.replace("GUIDE/EN.HTM", path);
        assert_ne!(bad, manifest);
        let digest = |text: &str| Digest::of(text.as_bytes()).to_string();
        let sums = good.replace(&digest(&manifest), &digest(&bad));
        assert_ne!(sums, good);
        fs::write(release.join(SUMS), sums).unwrap();
        for signer in [&world.team.alice, &world.team.bruno] {
            sign_release(&release, signer);
        }
        fs::write(release.join(MANIFEST), bad).unwrap();
        media.check(&release).fails(&["M-106"]);
    }
}

#[test]
fn row_17_names_on_medium() {
    let media = Media::new();
    let image = media.image("bad-names");
    image.fails(&["M-217", "M-230", "M-232"]);
    // Windows makes no such folder; what one would be is seen on Linux.
    let folder = (!cfg!(windows)).then(|| media.folder("bad-names"));
    folder.iter().for_each(|folder| folder.fails(&["M-217"]));
    let both: Vec<&Checked> = std::iter::once(&image).chain(&folder).collect();
    for name in BAD_NAMES.map(|name| name.replace('\\', "\\\\")) {
        let line = format!("M-217 A name that no release may have: {name}");
        for checked in &both {
            assert!(said(checked).lines().any(|said| said == line), "{line}\n{}", said(checked));
        }
    }
    for checked in &both {
        assert!(said(checked).contains(&"n".repeat(255)));
    }
    let checked = media.image("short-name-only");
    checked.fails(&["M-217", "M-230"]);
    checked.says("M-217", "A~1.TXT");
    for name in ["drive-path", "parent-path", "parent-path-windows", "absolute-path"] {
        media.zip(name).fails(&["M-217", "M-234", "M-236"]);
    }
}

#[test]
fn row_17_names_equal_without_case() {
    let media = Media::new();
    if !cfg!(windows) {
        media.folder("names-equal-without-case").fails(&["M-214", "M-218"]);
    }
    media.image("names-equal-without-case").fails(&["M-214", "M-218", "M-230"]);
    media.zip("double-name-without-case").fails(&["M-214", "M-218", "M-234", "M-236"]);
}

#[test]
fn row_17_names_in_builder() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("payload");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("main.bin"), b"main").unwrap();
    let build = || payload(&folder, PayloadKind::Files, Some("main.bin"));
    assert!(build().is_ok());
    let long = "n".repeat(255);
    let of_linux = BAD_NAMES.into_iter().chain([&*long, "MAIN.bin"]);
    for name in of_linux.filter(|_| !cfg!(windows)).chain(["A~1.TXT"]) {
        fs::write(folder.join(name), b"").unwrap();
        let files = build().map(|(files, _)| {
            files.into_iter().map(|file| (file.path, Digest::of(b""))).collect::<Vec<_>>()
        });
        // Names that are equal without case meet in the list of a release.
        let refused = files.map_or(true, |files| Sums::new(files).is_err());
        assert!(refused, "{name}");
        fs::remove_file(folder.join(name)).unwrap();
    }
    let volume = VolumeSpec {
        bytes: 35 << 20,
        label: "TEST".to_string(),
        issued: FatTime::new(2026, 11, 23, 10, 0, 0).unwrap(),
        identity: [7; 32],
    };
    let plan = |paths: &[&str]| {
        Plan::new(&volume, paths.iter().map(|path| FileSpec::known(*path, vec![1])).collect())
    };
    assert!(plan(&["a/b"]).is_ok());
    for path in BAD_PATHS {
        assert!(plan(&[path]).is_err(), "{path}");
    }
    assert!(plan(&["a/b", "A/B"]).is_err());
}
