use proptest::prelude::*;

use super::super::testing::{bundle, bundle_source, content, files, paths, remarks};
use super::*;

/// An entry of a zip made by somebody else.
#[derive(Clone)]
struct Made {
    name: &'static [u8],
    local_name: Option<&'static [u8]>,
    data: &'static [u8],
    flags: u16,
    method: u16,
    made_by: u16,
    external: u32,
    size: u32,
    extra: &'static [u8],
}

fn made(name: &'static [u8], data: &'static [u8]) -> Made {
    let size = data.len() as u32;
    let (flags, method, made_by, external) = (0, 0, 45, 0x20);
    Made { name, local_name: None, data, flags, method, made_by, external, size, extra: b"" }
}

/// A zip of these entries.
fn zip_of(entries: &[Made]) -> Vec<u8> {
    let mut zip = Vec::new();
    let mut central = Vec::new();
    for entry in entries {
        let start = zip.len() as u32;
        let crc32 = crc32fast::hash(entry.data);
        let name = entry.local_name.unwrap_or(entry.name);
        let common = |name: &[u8], extra: &[u8]| {
            let mut fields = Vec::new();
            for field in [10, entry.flags, entry.method, 0, 0x21] {
                fields.extend(field.to_le_bytes());
            }
            fields.extend(crc32.to_le_bytes());
            fields.extend((entry.data.len() as u32).to_le_bytes());
            fields.extend(entry.size.to_le_bytes());
            fields.extend((name.len() as u16).to_le_bytes());
            fields.extend((extra.len() as u16).to_le_bytes());
            fields
        };
        zip.extend(b"PK\x03\x04");
        zip.extend(common(name, b""));
        zip.extend(name);
        zip.extend(entry.data);
        central.extend(b"PK\x01\x02");
        central.extend(entry.made_by.to_le_bytes());
        central.extend(common(entry.name, entry.extra));
        central.extend([0; 6]);
        central.extend(entry.external.to_le_bytes());
        central.extend(start.to_le_bytes());
        central.extend(entry.name);
        central.extend(entry.extra);
    }
    let start = zip.len() as u32;
    zip.extend(&central);
    zip.extend(b"PK\x05\x06\0\0\0\0");
    zip.extend((entries.len() as u16).to_le_bytes());
    zip.extend((entries.len() as u16).to_le_bytes());
    zip.extend((central.len() as u32).to_le_bytes());
    zip.extend(start.to_le_bytes());
    zip.extend([0; 2]);
    zip
}

fn listed(zip: Vec<u8>) -> (Vec<String>, Vec<String>) {
    let listing = bundle_source(zip).listing().unwrap();
    (paths(&listing).iter().map(ToString::to_string).collect(), remarks(&listing))
}

/// The remarks of a zip with one good entry and this one.
fn words(entry: Made) -> Vec<String> {
    listed(zip_of(&[made(b"a", b"good"), entry])).1
}

#[test]
fn what_we_wrote_is_listed_without_remarks_and_read() {
    let source = bundle_source(bundle(files()));
    let listing = source.listing().unwrap();
    assert_eq!(remarks(&listing), [""; 0]);
    assert_eq!(
        paths(&listing),
        [
            "EMPTY.TXT",
            "GUIDE/EN.HTM",
            "PAYLOAD/LocalRunManagerSecurityPatch.msi",
            "README.TXT",
            "SEAL/SHA256SUMS",
            "SEAL/manifest.json",
            "SEAL/trust/1.json",
        ]
    );
    assert_eq!(source.read("SEAL/manifest.json", 2).unwrap(), b"{}");
    assert!(source.read("SEAL/manifest.json", 1).unwrap_err().is_too_long());
    assert_eq!(source.read("README.TXT", 700).unwrap(), content("README.TXT", 700));
    assert!(matches!(source.read("SEAL", 9), Err(SourceError::NotFound { .. })));
}

#[test]
fn zip_made_by_hand_is_listed_without_remarks() {
    let entries = [made(b"a", b"good"), made(b"b/c", b""), made(b"b/d", b"x")];
    assert_eq!(listed(zip_of(&entries)), (vec!["a".into(), "b/c".into(), "b/d".into()], vec![]));
}

#[test]
fn names_that_lead_out_are_listed_as_they_are() {
    for name in ["../x", "/etc/x", "C:x", "a:b", "..\\x", "CON.msi"] {
        let zip = zip_of(&[made(name.as_bytes(), b"x")]);
        assert_eq!(listed(zip), (vec![name.to_string()], vec![]), "{name}");
    }
}

#[test]
fn packed_entry_is_remarked_and_never_unpacked() {
    // "Size" 4 GiB - 2: a bomb, if anybody unpacked it.
    let bomb = Made { method: 8, size: u32::MAX - 1, ..made(b"SEAL/SHA256SUMS", b"\x63\0") };
    let source = bundle_source(zip_of(&[bomb]));
    assert_eq!(remarks(&source.listing().unwrap()), ["packed: SEAL/SHA256SUMS"]);
    let error = source.read("SEAL/SHA256SUMS", 9).unwrap_err();
    assert!(matches!(error, SourceError::Malformed { .. }));
}

#[test]
fn encrypted_entry_is_remarked_and_not_read() {
    let entry = Made { flags: 1, ..made(b"b", b"xxxxxxxxxxxxxxxx") };
    assert_eq!(words(entry.clone()), ["encrypted: b"]);
    assert!(bundle_source(zip_of(&[entry])).read("b", 99).is_err());
}

#[test]
fn links_folders_and_devices_are_remarked_and_not_read() {
    let unix = |mode: u32| Made { made_by: 0x0314, external: mode << 16, ..made(b"b", b"/etc") };
    assert_eq!(words(unix(0o120_777)), ["entry for a symbolic link: b"]);
    assert_eq!(words(unix(0o020_777)), ["entry for something that is no file: b"]);
    assert_eq!(words(unix(0o040_755)), ["entry for a folder: b"]);
    assert_eq!(words(unix(0o100_644)), [""; 0]);
    assert_eq!(words(made(b"b/", b"")), ["entry for a folder: b"]);
    let source = bundle_source(zip_of(&[unix(0o120_777)]));
    assert_eq!(source.listing().unwrap().entries[0].kind, EntryKind::SymbolicLink);
    assert!(source.read("b", 9).is_err());
}

#[test]
fn double_name_is_remarked_and_not_read() {
    let source = bundle_source(zip_of(&[made(b"a", b"good"), made(b"a", b"evil")]));
    let listing = source.listing().unwrap();
    assert_eq!(paths(&listing), ["a", "a"]);
    assert!(remarks(&listing).contains(&"one name twice: a and a".to_string()));
    assert!(matches!(source.read("a", 9), Err(SourceError::Malformed { .. })));
    let words = listed(zip_of(&[made(b"A", b"good"), made(b"a", b"evil")])).1;
    assert_eq!(words, ["one name twice: A and a"]);
}

#[test]
fn local_header_that_disagrees_is_remarked() {
    let what = "header that does not agree with the directory: b";
    assert_eq!(words(Made { local_name: Some(b"c"), ..made(b"b", b"x") }), [what]);
    let other = zip_of(&[made(b"a", b"good"), made(b"b", b"x")]);
    let local = other.windows(4).rposition(|four| four == b"PK\x03\x04").unwrap();
    for at in [6, 8, 14, 18, 22, 26] {
        let mut zip = other.clone();
        zip[local + at] ^= 1;
        let words = listed(zip).1;
        assert!(words.iter().any(|word| word == what), "{at}: {words:?}");
    }
    let mut zip = other;
    zip[local] = b'X';
    assert!(listed(zip).1.contains(&"no header where the directory says: b".to_string()));
}

#[test]
fn sizes_that_lie_are_remarked_and_not_read() {
    let what = "stored with two sizes: b";
    let lie = Made { size: 1 << 30, ..made(b"b", b"x") };
    assert_eq!(words(lie.clone()), [what]);
    assert!(bundle_source(zip_of(&[lie])).read("b", 9).is_err());
    // zip64 sizes far outside the file, in the directory alone.
    let extra = b"\x01\0\x10\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F";
    let mut zip = zip_of(&[Made { extra, ..made(b"b", b"x") }]);
    let central = zip.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    zip[central + 20..central + 28].fill(0xFF);
    let source = bundle_source(zip);
    assert!(remarks(&source.listing().unwrap()).contains(&"data outside the file: b".to_string()));
    assert!(source.read("b", 9).is_err());
}

/// Refuses offsets as a system does that counts them with a sign.
struct Signed(Vec<u8>);

impl ReadAt for Signed {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match i64::try_from(offset) {
            Ok(_) => self.0.read_at(buffer, offset),
            Err(_) => Err(io::ErrorKind::InvalidInput.into()),
        }
    }
}

#[test]
fn offset_that_no_file_has_is_the_zips_fault_and_not_the_disks() {
    // zip64, in the directory alone: the local header at 2^63.
    let extra = b"\x01\0\x08\0\0\0\0\0\0\0\0\x80";
    let mut zip = zip_of(&[made(b"a", b"good"), Made { extra, ..made(b"b", b"x") }]);
    let central = zip.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    zip[central + 42..central + 46].fill(0xFF);
    let length = zip.len() as u64;
    let source = BundleSource::of(Rc::new(Signed(zip)), None, "x.zip", length);
    let listing = source.listing().unwrap();
    assert_eq!(paths(&listing), ["a", "b"]);
    assert!(remarks(&listing).contains(&"no header where the directory says: b".to_string()));
    assert!(matches!(source.read("b", 9), Err(SourceError::Malformed { .. })));
}

#[test]
fn fields_of_others_are_remarked() {
    let what = "entry with fields of others: b";
    // A second name in a field that some readers believe.
    let unicode_path = b"\x75\x70\x06\0\x01\0\0\0\0x";
    assert_eq!(words(Made { extra: unicode_path, ..made(b"b", b"x") }), [what]);
    assert_eq!(words(Made { extra: b"\x01\0\x08\0\0\0\0\0\0\0\0\0", ..made(b"b", b"x") }), [what]);
    assert_eq!(words(Made { extra: b"\x01\0\xFF", ..made(b"b", b"x") }), [what]);
}

#[test]
fn bytes_before_between_and_after_are_remarked() {
    let zip = zip_of(&[made(b"a", b"good"), made(b"b", b"x")]);
    let before = [b"MZ\x90\0stub".as_slice(), &zip].concat();
    let source = bundle_source(before);
    assert_eq!(
        remarks(&source.listing().unwrap()),
        [
            "bytes before the first file, or before the directory at byte 0",
            "bytes that belong to no entry at byte 0"
        ]
    );
    assert_eq!(source.read("b", 1).unwrap(), b"x");
    let after = [zip.as_slice(), b"more"].concat();
    let end = zip.len();
    assert_eq!(listed(after).1, [format!("bytes after the end record at byte {end}")]);
    // Between the last file and the directory: only the offset is changed.
    let central = zip.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    let mut between = [&zip[..central], b"hidden", &zip[central..]].concat();
    let at = between.len() - 6;
    let start = (central as u32 + 6).to_le_bytes();
    between[at..at + 4].copy_from_slice(&start);
    assert_eq!(listed(between).1, [format!("bytes that belong to no entry at byte {central}")]);
}

#[test]
fn second_directory_and_second_end_are_remarked() {
    let zip = zip_of(&[made(b"a", b"good")]);
    let two = [zip.as_slice(), &zip_of(&[made(b"a", b"evil")])].concat();
    let words = listed(two).1;
    let other = format!("another end record at byte {}", zip.len() - 22);
    assert!(words.contains(&other), "{words:?}");
    let mut comment = zip.clone();
    let at = comment.len() - 2;
    comment[at] = 22;
    comment.extend(&zip[zip.len() - 22..]);
    let words = listed(comment).1;
    assert!(words.iter().any(|word| word.starts_with("another end record")), "{words:?}");
    // An entry that the end record does not count.
    let mut uncounted = zip_of(&[made(b"a", b"good"), made(b"b", b"x")]);
    let at = uncounted.len() - 12;
    uncounted[at - 2] = 1;
    uncounted[at] = 1;
    let words = listed(uncounted).1;
    assert!(words[0].starts_with("end record that counts other entries"), "{words:?}");
}

#[test]
fn overlapping_entries_are_remarked() {
    let mut zip = zip_of(&[made(b"a", b"good"), made(b"a", b"evil")]);
    let second = zip.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    zip[second + 42..second + 46].fill(0);
    let words = listed(zip).1;
    assert!(words.contains(&"data that another entry has, too: a".to_string()), "{words:?}");
}

#[test]
fn what_has_no_directory_is_empty_and_says_so() {
    for zip in [b"PK".to_vec(), b"PK\x03\x04 and nothing else".to_vec(), vec![0; 100_000]] {
        let source = bundle_source(zip);
        let listing = source.listing().unwrap();
        assert_eq!(listing.entries, []);
        assert!(matches!(&listing.remarks[..], [Remark::NoDirectory { .. }]));
        assert!(source.read("a", 9).is_err());
    }
    let mut zip = zip_of(&[made(b"a", b"x")]);
    let at = zip.len() - 10;
    zip[at..at + 4].fill(0xF0);
    assert_eq!(listed(zip).1, ["an end record that leads outside the file"]);
}

#[test]
fn names_that_are_no_text_keep_their_bytes() {
    let (paths, words) = listed(zip_of(&[made(b"a\xFF", b"x"), made(b"b\0c", b"x")]));
    assert_eq!(paths, ["a\\xff", "b\\x00c"]);
    assert_eq!(words, ["name that is no text: a\\\\xff", "name that is no text: b\\\\x00c"]);
}

#[test]
fn seal_of_many_entries_is_listed() {
    let names: Vec<String> = (0..10_000).map(|n| format!("PAYLOAD/{n}")).collect();
    let files = names
        .iter()
        .map(|name| crate::medium::FileSpec::known(name.as_str(), Vec::new()))
        .collect();
    let (paths, words) = listed(bundle(files));
    assert_eq!(paths.len(), 10_000);
    assert_eq!(words, [""; 0]);
}

#[test]
fn window_ends_after_its_budget() {
    let blocks = Blocks::new(Rc::new(vec![0; 100]));
    let mut window = Window { blocks, length: 100, position: 0, left: 50 };
    let mut bytes = Vec::new();
    let error = window.read_to_end(&mut bytes).unwrap_err();
    assert!(error.get_ref().unwrap().is::<Spent>());
    assert_eq!(bytes.len(), 50);
    assert!(window.seek(SeekFrom::Start(0)).is_err());
}

proptest! {
    #[test]
    fn any_change_of_a_bundle_ends_without_panic(
        changes in proptest::collection::vec((any::<u16>(), any::<u8>()), 1..20),
        cut in 0..200_usize,
    ) {
        let mut zip = bundle(files());
        // Mostly in the directory: the last bytes.
        let from = zip.len() - 600;
        for (at, byte) in changes {
            let at = from + usize::from(at) % 600;
            zip[at] = byte;
        }
        zip.truncate(zip.len() - cut / 10);
        let source = bundle_source(zip);
        let listing = source.listing().unwrap();
        for entry in &listing.entries {
            let _ = source.read(&entry.path, 10_000);
        }
    }
}
