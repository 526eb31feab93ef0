//! Outside judges: what `mediaseal` makes, judged by tools that others wrote,
//! by the lines that README.TXT and DESIGN give to people. A tool that is
//! missing fails the test.
#![cfg(feature = "builder")]

#[path = "common/workshop.rs"]
mod workshop;

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};

use mediaseal::seal::digest::Digest;
use proptest::prelude::*;
use workshop::{Ran, Workshop};

/// Where the partition begins in an image.
const PARTITION: u64 = 1 << 20;
/// Step 4 of README.TXT, as it stands there.
const NOTHING_ELSE: &str =
    "(cut -c67- SEAL/SHA256SUMS; find . ! -type d | cut -c3-) | sort | uniq -u";

/// A shell line in a folder of the workshop, in the locale that README.TXT asks for.
fn shell(shop: &Workshop, folder: &str, line: &str) -> Ran {
    shop.run("sh", &["-c", &format!("export LC_ALL=C; cd {folder} && {line}")])
}

fn succeeds(shop: &Workshop, program: &str, arguments: &[&str]) -> Ran {
    let ran = shop.run(program, arguments);
    assert_eq!(ran.code, Some(0), "{program} {arguments:?}: {ran:#?}");
    ran
}

/// The image's files, taken out by mtools into the new folder `to`.
fn take_out(shop: &Workshop, image: &str, to: &str) {
    fs::create_dir(shop.path(to)).unwrap();
    // -n: no questions; -m is left out, times are not judged here.
    let image = format!("{image}@@1M");
    succeeds(shop, "mcopy", &["-s", "-n", "-i", &image, "::*", to]);
}

fn public_key(shop: &Workshop, name: &str) -> String {
    let text = fs::read_to_string(shop.path(&format!("{name}.pub"))).unwrap();
    text.lines().nth(1).expect("a public key has two lines").to_string()
}

/// Lines of step 4 that README.TXT does not explain.
fn strangers(shop: &Workshop, folder: &str) -> Vec<String> {
    let ran = shell(shop, folder, NOTHING_ELSE);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:#?}");
    let explained = |line: &str| {
        line == "SEAL/SHA256SUMS"
            || line.starts_with("SEAL/trust/")
            || (line.starts_with("SEAL/SHA256SUMS.") && line.ends_with(".minisig"))
    };
    assert!(ran.stdout.lines().any(|line| line == "SEAL/SHA256SUMS"), "{ran:#?}");
    ran.stdout.lines().filter(|line| !explained(line)).map(String::from).collect()
}

#[test]
fn minisign_verifies_each_signer_on_what_mcopy_takes_out_of_the_image() {
    let shop = Workshop::packed();
    take_out(&shop, "lab.img", "key");
    for name in ["alice", "bruno"] {
        let key = public_key(&shop, name);
        let id = fs::read_to_string(shop.path(&format!("{name}.pub"))).unwrap();
        let id = id.lines().next().unwrap().rsplit(' ').next().unwrap().to_string();
        let line = format!("minisign -Vm SEAL/SHA256SUMS -x SEAL/SHA256SUMS.{id}.minisig -P {key}");
        let ran = shell(&shop, "key", &line);
        assert_eq!(ran.code, Some(0), "{name}: {ran:#?}");
        assert!(ran.stdout.contains("Signature and comment signature verified"), "{ran:#?}");
        let comment = "mediaseal release example-support lab-patch 2.1 1.7";
        assert!(ran.stdout.contains(comment), "{ran:#?}");
        // Not by the key of somebody else.
        let other = public_key(&shop, "carla");
        assert_ne!(shell(&shop, "key", &line.replace(&key, &other)).code, Some(0));
    }
}

#[test]
fn sha256sum_finds_every_file_as_sealed() {
    let shop = Workshop::packed();
    take_out(&shop, "lab.img", "key");
    let ran = shell(&shop, "key", "sha256sum --strict -c SEAL/SHA256SUMS");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:#?}");
    assert_eq!(ran.stdout.lines().count(), 4);
    assert!(ran.stdout.lines().all(|line| line.ends_with(": OK")), "{ran:#?}");
    fs::write(shop.path("key/PAYLOAD/data/table.csv"), b"1;3\r\n").unwrap();
    let ran = shell(&shop, "key", "sha256sum --strict -c SEAL/SHA256SUMS");
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("PAYLOAD/data/table.csv: FAILED"), "{ran:#?}");
}

#[test]
fn the_line_of_the_readme_names_what_is_not_sealed_and_nothing_else() {
    let readme = include_str!("../templates/lrm-security-patch/README.TXT");
    assert_eq!(readme.matches(NOTHING_ELSE).count(), 2, "in both languages");
    let shop = Workshop::packed();
    take_out(&shop, "lab.img", "key");
    assert_eq!(strangers(&shop, "key"), [""; 0]);
    shop.file("key/PAYLOAD/data/.hidden.dll", b"MZ");
    shop.file("key/AUTORUN.INF", b"[autorun]");
    assert_eq!(strangers(&shop, "key"), ["AUTORUN.INF", "PAYLOAD/data/.hidden.dll"]);
}

#[test]
fn fsck_fat_has_no_complaint_about_the_partition() {
    let shop = Workshop::packed();
    let mut image = File::open(shop.path("lab.img")).unwrap();
    image.seek(SeekFrom::Start(PARTITION)).unwrap();
    std::io::copy(&mut image, &mut File::create(shop.path("partition")).unwrap()).unwrap();
    let ran = succeeds(&shop, "fsck.fat", &["-n", "-v", "partition"]);
    let all = format!("{}{}", ran.stdout, ran.stderr);
    for complaint in
        ["differ", "dirty", "orphan", "Bad", "wrong", "corrupt", "Free cluster summary"]
    {
        assert!(!all.contains(complaint), "{complaint}:\n{all}");
    }
    // It did see them all: 9 files, 4 folders and the root.
    assert!(all.contains("partition: 14 files"), "{all}");
}

#[test]
fn image_zip_and_folder_hold_the_same_files() {
    let shop = Workshop::packed();
    take_out(&shop, "lab.img", "key");
    succeeds(&shop, "diff", &["-r", "release", "key"]);
    succeeds(&shop, "unzip", &["-tqq", "lab.zip"]);
    succeeds(&shop, "unzip", &["-qq", "lab.zip", "-d", "unzipped"]);
    succeeds(&shop, "diff", &["-r", "release", "unzipped"]);
    let python = "import sys, zipfile\n\
                  z = zipfile.ZipFile('lab.zip')\n\
                  assert z.testzip() is None\n\
                  assert len(z.namelist()) == len(set(z.namelist()))\n\
                  assert all(i.compress_type == zipfile.ZIP_STORED for i in z.infolist())\n\
                  print(len(z.namelist()))";
    let files = succeeds(&shop, "python3", &["-c", python]).stdout;
    let release = shop.tree("release");
    let count = release.iter().filter(|path| shop.path("release").join(path).is_file()).count();
    assert_eq!(files.trim(), count.to_string());
}

#[test]
fn head_and_sha256sum_find_the_digest_that_pack_printed() {
    let shop = Workshop::packed();
    succeeds(&shop, "sha256sum", &["--strict", "-c", "lab.img.sha256"]);
    let bytes = fs::metadata(shop.path("lab.img")).unwrap().len();
    // A device is longer than its image.
    succeeds(&shop, "sh", &["-c", "cat lab.img /dev/urandom | head -c 64M > device"]);
    let found = shell(&shop, ".", &format!("head -c {bytes} device | sha256sum"));
    let digest = found.stdout.split(' ').next().unwrap();
    let beside = fs::read_to_string(shop.path("lab.img.sha256")).unwrap();
    assert_eq!(beside, format!("{digest}  lab.img\n"));
    let again = shop.builder(&[
        "pack",
        "release",
        "--anchor",
        "example.anchor",
        "--state",
        "nobody",
        "--image",
        "again.img",
    ]);
    assert_eq!(again.stdout, format!("{digest}  again.img\n"), "what pack prints");
}

#[test]
fn bmaptool_copies_the_image() {
    let shop = Workshop::packed();
    succeeds(&shop, "bmaptool", &["create", "-o", "lab.bmap", "lab.img"]);
    succeeds(&shop, "bmaptool", &["copy", "--bmap", "lab.bmap", "lab.img", "written.img"]);
    succeeds(&shop, "cmp", &["lab.img", "written.img"]);
}

/// A file `name` of the image's size, full of bytes that are not zero.
fn used_key(shop: &Workshop, name: &str) {
    let bytes = fs::metadata(shop.path("lab.img")).unwrap().len();
    let line = format!("tr '\\000' '\\001' < /dev/urandom | head -c {bytes} > {name}");
    succeeds(shop, "sh", &["-c", &line]);
}

/// The real `bmaptool copy`, to a file that keeps what it had where nothing is
/// written, as a device does: bmaptool empties a file first. (Debian's own Python
/// has its modules, whatever else is on the PATH.)
const BMAPTOOL: &str = "\
import builtins, sys
try: import bmaptools.CLI as tool
except ImportError: import bmaptool.CLI as tool
tool.open = lambda path, mode: builtins.open(path, 'rb+' if mode == 'wb+' else mode)
sys.exit(tool.main())
";

#[test]
fn bmaptool_writes_a_used_key_by_the_map_of_pack_so_that_the_check_passes() {
    let shop = Workshop::packed();
    let pack = |map: &str, more: &[&str]| {
        let arguments = ["pack", "release", "--anchor", "example.anchor", "--state", "nobody"];
        shop.mediaseal(&[&arguments[..], &["--bmap", map], more].concat())
    };
    let ran = pack("map.bmap", &["--image", "map.img"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stdout.ends_with("map.bmap\n"), "{ran:#?}");
    succeeds(&shop, "cmp", &["lab.img", "map.img"]);
    used_key(&shop, "key");
    let copy = |map: &str, key: &str| {
        succeeds(
            &shop,
            "/usr/bin/python3",
            &["-c", BMAPTOOL, "copy", "--bmap", map, "map.img", key],
        );
    };
    copy("map.bmap", "key");
    succeeds(&shop, "cmp", &["map.img", "key"]);
    let ran = shop.check("key");
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stdout.contains("\nPASS  "), "{ran:#?}");
    // What a map of the file's holes leaves on a used key is no release any more:
    // this is why the map of pack leaves nothing out.
    used_key(&shop, "holes");
    succeeds(&shop, "bmaptool", &["create", "-o", "holes.bmap", "map.img"]);
    copy("holes.bmap", "holes");
    let ran = shop.check("holes");
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    // An image that is not the map's is refused by bmaptool itself.
    let mut other = fs::read(shop.path("map.img")).unwrap();
    other[(2 << 20) + 5] ^= 1;
    fs::write(shop.path("other.img"), other).unwrap();
    let ran = shop.run("bmaptool", &["copy", "--bmap", "map.bmap", "other.img", "other"]);
    assert_ne!(ran.code, Some(0), "{ran:#?}");
    // A map belongs to an image, and needs a name of its own.
    assert_eq!(pack("a.bmap", &["--zip", "a.zip"]).code, Some(2));
    assert_eq!(pack("a.img", &["--image", "a.img"]).code, Some(2));
    assert_eq!(pack("map.bmap", &["--image", "a.img"]).code, Some(5), "it is there already");
    assert!(!shop.path("a.img").exists() && !shop.path("a.zip").exists());
}

#[test]
fn rebuild_says_same_and_names_what_is_not() {
    let shop = Workshop::packed();
    let rebuild = |shop: &Workshop| {
        shop.mediaseal(&[
            "rebuild",
            "release",
            "lab.toml",
            "--payload",
            "payload",
            "--no-reference",
            "--trust",
            "trust",
        ])
    };
    let same = rebuild(&shop);
    assert_eq!(same.code, Some(0), "{same:#?}");
    assert!(same.stdout.starts_with("SAME  "), "{same:#?}");
    shop.file("payload/data/table.csv", b"1;3\r\n");
    let other = rebuild(&shop);
    assert_eq!(other.code, Some(1), "{other:#?}");
    assert!(other.stdout.contains("PAYLOAD/data/table.csv"), "{other:#?}");
    assert!(other.stdout.lines().last().unwrap().starts_with("FAIL  "), "{other:#?}");
}

#[test]
fn the_same_inputs_make_the_same_release_and_the_same_release_the_same_image_and_zip() {
    let shop = Workshop::packed();
    shop.build("second", 7);
    // Signers add randomness, so two signatures of one person differ.
    succeeds(&shop, "diff", &["-r", "-x", "SHA256SUMS.*.minisig", "release", "second"]);
    // Copied back from the zip, in another order and with other times.
    succeeds(&shop, "unzip", &["-qq", "lab.zip", "-d", "third"]);
    for release in ["release", "third"] {
        shop.pack(release, "again");
        succeeds(&shop, "cmp", &["lab.img", "again.img"]);
        succeeds(&shop, "cmp", &["lab.zip", "again.zip"]);
        for name in ["again.img", "again.img.sha256", "again.zip"] {
            fs::remove_file(shop.path(name)).unwrap();
        }
    }
}

#[test]
fn one_more_signature_makes_another_image_of_the_same_release() {
    let shop = Workshop::new();
    // One of the two is enough.
    shop.builder(&[
        "trust",
        "new",
        "--publisher",
        "example-support",
        "--out",
        "either",
        "--root",
        "carla.pub",
        "--root-threshold",
        "1",
        "--release",
        "alice.pub",
        "bruno.pub",
        "--release-threshold",
        "1",
    ]);
    shop.builder(&["trust", "sign", "either", "--key", "carla.key", "--yes-version", "1"]);
    fs::remove_dir_all(shop.path("trust")).unwrap();
    fs::rename(shop.path("either"), shop.path("trust")).unwrap();
    fs::remove_file(shop.path("example.anchor")).unwrap();
    shop.builder(&["trust", "export", "trust", "--out", "example.anchor"]);
    shop.file("payload/setup.bin", b"setup");
    shop.build("release", 7);
    shop.sign("release", &["alice"]);
    shop.pack("release", "one");
    shop.sign("release", &["bruno"]);
    shop.pack("release", "two");
    let bytes = |name: &str| fs::read(shop.path(name)).unwrap();
    assert!(bytes("one.img") != bytes("two.img"));
    assert!(bytes("one.zip") != bytes("two.zip"));
    assert_eq!(bytes("one.img").len(), bytes("two.img").len());
    let code = Digest::of(&bytes("release/SEAL/SHA256SUMS"));
    for (image, signers) in [("one.img", "1 of 1 needed: alice"), ("two.img", "2 of 1 needed")] {
        let ran = shop.check(image);
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        assert!(ran.stdout.contains(&code.code_lines()[0]), "{ran:#?}");
        assert!(ran.stdout.contains(signers), "{ran:#?}");
    }
}

/// Any name of a file or folder that a release may have, and no device.
fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9_][a-zA-Z0-9._-]{0,20}[a-zA-Z0-9_-]"
        .prop_filter("a reserved name", |name| mediaseal::seal::names::check_path(name).is_ok())
}

/// Payload trees: path below the payload, content. Two equal names, or a file
/// where another one needs a folder, are dropped.
fn tree() -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
    let size = prop_oneof![Just(0), Just(1), 500..520_usize, 1000..1030_usize, 0..70_000_usize];
    let content = (size, any::<u8>()).prop_map(|(size, seed)| {
        (0..size).map(|at| (at as u8).wrapping_mul(31) ^ seed).collect::<Vec<u8>>()
    });
    let path = proptest::collection::vec(name(), 1..6).prop_map(|parts| parts.join("/"));
    proptest::collection::vec((path, content), 0..40).prop_map(|files| {
        let mut kept: Vec<(String, Vec<u8>)> = vec![("setup.bin".to_string(), b"main".to_vec())];
        let mut spelled: Vec<String> = vec!["setup.bin".to_string()];
        'next: for (path, content) in files {
            let parts: Vec<&str> = path.split('/').collect();
            for length in 1..=parts.len() {
                let part = parts[..length].join("/");
                let is_file = length == parts.len();
                let in_the_way = spelled.iter().any(|other| {
                    let equal = other.eq_ignore_ascii_case(&part);
                    // The same folder may be used again, in the same spelling.
                    equal
                        && (is_file || *other != part || kept.iter().any(|(file, _)| file == other))
                });
                if in_the_way {
                    continue 'next;
                }
            }
            for length in 1..=parts.len() {
                spelled.push(parts[..length].join("/"));
            }
            kept.push((path, content));
        }
        kept
    })
}

proptest! {
    // Each case builds, signs twice, packs and checks three times.
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn any_tree_is_built_signed_packed_checked_and_taken_out_equal(files in tree()) {
        let shop = Workshop::new();
        for (path, content) in &files {
            shop.file(&format!("payload/{path}"), content);
        }
        shop.build("release", 7);
        shop.sign("release", &["alice", "bruno"]);
        shop.pack("release", "lab");
        succeeds(&shop, "diff", &["-r", "payload", "release/PAYLOAD"]);
        for source in ["lab.img", "lab.zip", "release"] {
            let ran = shop.check(source);
            prop_assert_eq!(ran.code, Some(0), "{}: {:#?}", source, ran);
            prop_assert!(ran.stdout.contains("\nPASS  "), "{:#?}", ran);
        }
        take_out(&shop, "lab.img", "key");
        succeeds(&shop, "diff", &["-r", "release", "key"]);
        succeeds(&shop, "unzip", &["-qq", "lab.zip", "-d", "unzipped"]);
        succeeds(&shop, "diff", &["-r", "release", "unzipped"]);
        let mut found = Vec::new();
        File::open(shop.path("key/PAYLOAD/setup.bin")).unwrap().read_to_end(&mut found).unwrap();
        prop_assert_eq!(found, b"main");
    }
}
