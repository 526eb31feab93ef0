use proptest::prelude::*;

use super::super::listing::{Attributes, MAX_DEPTH};
use super::super::testing::{content, files, image, image_source, paths, plan, remarks};
use super::*;
use crate::medium::Plan;

const SECTOR_LENGTH: usize = SECTOR as usize;

/// The sample medium and its bytes.
fn sample() -> (Plan, Vec<u8>) {
    let plan = plan(files());
    let image = image(&plan);
    (plan, image)
}

/// Offset of a cluster's first byte.
fn cluster(plan: &Plan, cluster: u32) -> usize {
    plan.geometry().cluster_lba(cluster) as usize * SECTOR_LENGTH
}

/// Sets the first FAT's entry of a cluster.
fn chain(plan: &Plan, image: &mut [u8], cluster: u32, value: u32) {
    let at = plan.geometry().fat_lba(0) as usize * SECTOR_LENGTH + cluster as usize * 4;
    image[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

/// The directory entries of the root folder that are in use.
fn root_slots(plan: &Plan, image: &[u8]) -> Vec<(usize, [u8; 32])> {
    let start = cluster(plan, 2);
    (start..)
        .step_by(32)
        .map(|at| (at, image[at..at + 32].try_into().unwrap()))
        .take_while(|(_, slot): &(usize, [u8; 32])| slot[0] != 0)
        .collect()
}

/// Offset of the short entry of a name in the root folder.
fn root_entry(plan: &Plan, image: &[u8], name: &[u8; 11]) -> usize {
    root_slots(plan, image)
        .into_iter()
        .find(|(_, slot)| slot[..11] == *name && slot[11] != 0x0F)
        .unwrap()
        .0
}

/// The cluster that a directory entry names.
fn first_cluster(image: &[u8], entry: usize) -> u32 {
    let number = |at: usize| u32::from(u16::from_le_bytes([image[at], image[at + 1]]));
    number(entry + 20) << 16 | number(entry + 26)
}

fn set_cluster(image: &mut [u8], entry: usize, cluster: u32) {
    image[entry + 20..entry + 22].copy_from_slice(&((cluster >> 16) as u16).to_le_bytes());
    image[entry + 26..entry + 28].copy_from_slice(&(cluster as u16).to_le_bytes());
}

/// Appends a directory entry to the root folder.
fn append(plan: &Plan, image: &mut [u8], slot: [u8; 32]) -> usize {
    let at = root_slots(plan, image).last().unwrap().0 + 32;
    image[at..at + 32].copy_from_slice(&slot);
    at
}

/// A directory entry.
fn slot(name: &[u8; 11], attributes: u8, cluster: u32, size: u32) -> [u8; 32] {
    let mut slot = [0; 32];
    slot[..11].copy_from_slice(name);
    slot[11] = attributes;
    slot[20..22].copy_from_slice(&((cluster >> 16) as u16).to_le_bytes());
    slot[26..28].copy_from_slice(&(cluster as u16).to_le_bytes());
    slot[28..].copy_from_slice(&size.to_le_bytes());
    slot
}

fn listing(image: Vec<u8>) -> Listing {
    image_source(image).listing().unwrap()
}

#[test]
fn what_we_wrote_is_listed_without_remarks() {
    let (plan, image) = sample();
    let listing = listing(image);
    assert_eq!(remarks(&listing), [""; 0]);
    assert_eq!(
        paths(&listing),
        [
            "EMPTY.TXT",
            "GUIDE",
            "GUIDE/EN.HTM",
            "PAYLOAD",
            "PAYLOAD/LocalRunManagerSecurityPatch.msi",
            "README.TXT",
            "SEAL",
            "SEAL/SHA256SUMS",
            "SEAL/manifest.json",
            "SEAL/trust",
            "SEAL/trust/1.json",
        ]
    );
    for (index, file) in plan.files().iter().enumerate() {
        let entry = listing.entries.iter().find(|entry| entry.path == file.path).unwrap();
        assert_eq!(entry.kind, EntryKind::File { size: file.size });
        let sectors = plan.file_sectors(index).map(|range| (range.first, range.last));
        assert_eq!(entry.sectors, sectors, "{}", file.path);
    }
}

#[test]
fn many_files_with_long_names_are_listed() {
    let names: Vec<String> =
        (0..2_000).map(|n| format!("PAYLOAD/d{}/a long name, {n}.bin", n % 7)).collect();
    let names: Vec<String> = names.iter().map(|n| n.replace([' ', ','], "-")).collect();
    let files = names
        .iter()
        .map(|name| crate::medium::FileSpec::known(name.as_str(), vec![1; 9]))
        .collect();
    let listing = listing(image(&plan(files)));
    assert_eq!(remarks(&listing), [""; 0]);
    assert_eq!(listing.entries.iter().filter(|entry| entry.is_file()).count(), 2_000);
    assert_eq!(listing.entries.len(), 2_000 + 7 + 1);
}

#[test]
fn files_are_read_by_their_paths() {
    let (_, image) = sample();
    let source = image_source(image);
    assert_eq!(source.read("SEAL/manifest.json", 2).unwrap(), b"{}");
    assert!(source.read("SEAL/manifest.json", 1).unwrap_err().is_too_long());
    let payload = "PAYLOAD/LocalRunManagerSecurityPatch.msi";
    assert_eq!(source.read(payload, 10_000).unwrap(), content(payload, 9_001));
    assert_eq!(source.read("EMPTY.TXT", 0).unwrap(), b"");
    for path in ["nothing", "", "SEAL", "seal/manifest.json", "PAYLOAD/LOCALR~1.MSI"] {
        assert!(matches!(source.read(path, 9), Err(SourceError::NotFound { .. })), "{path}");
    }
}

#[test]
fn raw_bytes_are_the_image() {
    let (_, image) = sample();
    let source = image_source(image.clone());
    let (mut reader, length) = source.raw().unwrap();
    assert_eq!(length, Some(image.len() as u64));
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).unwrap();
    assert!(bytes == image);
}

#[test]
fn foreign_file_is_named_with_its_sectors() {
    let (plan, mut image) = sample();
    let free = plan.geometry().clusters();
    append(&plan, &mut image, slot(b"AUTORUN INF", 0x22, free, 45));
    chain(&plan, &mut image, free, 0x0FFF_FFFF);
    let listing = listing(image);
    let entry = listing.entries.iter().find(|entry| entry.path == "AUTORUN.INF").unwrap();
    let first = plan.geometry().cluster_lba(free);
    let last = first + u64::from(plan.geometry().sectors_per_cluster()) - 1;
    assert_eq!(entry.sectors, Some((first, last)));
    assert_eq!(entry.attributes, Some(Attributes { hidden: true, ..Attributes::default() }));
    assert_eq!(remarks(&listing), ["marked as hidden: AUTORUN.INF"]);
}

#[test]
fn deleted_entry_is_named_with_its_sector_and_byte() {
    let (plan, mut image) = sample();
    let at = append(&plan, &mut image, slot(b"\xE5ONE    TXT", 0x20, 0, 0));
    let listing = listing(image);
    let expected = Remark::DeletedEntry {
        folder: String::new(),
        name: "?ONE.TXT".to_string(),
        sector: (at / 512) as u64,
        byte: (at % 512) as u64,
    };
    assert_eq!(listing.remarks, [expected]);
    assert_eq!(
        listing.remarks[0].to_string(),
        format!("deleted entry in /: \"?ONE.TXT\", sector {}, byte {}", at / 512, at % 512)
    );
}

#[test]
fn second_label_and_other_label_are_remarked() {
    let (plan, mut image) = sample();
    append(&plan, &mut image, slot(b"SECOND     ", 0x08, 0, 0));
    let found = listing(image.clone());
    assert_eq!(found.remarks.len(), 1);
    assert!(remarks(&found)[0].starts_with("second volume label, or one in a wrong place in /"));
    let label = cluster(&plan, 2);
    let (_, mut image) = sample();
    image[label] = b'X';
    let words = remarks(&listing(image));
    let expected =
        "the label is \"XEDIASEAL\" in the root folder and \"MEDIASEAL\" in the boot sector";
    assert_eq!(words, [expected]);
}

#[test]
fn root_that_loops_ends_and_keeps_its_entries() {
    let (plan, mut image) = sample();
    // No end mark in the cluster, and the cluster follows itself.
    while root_slots(&plan, &image).len() < 16 {
        append(&plan, &mut image, slot(b"FILL    BIN", 0x20, 0, 0));
    }
    chain(&plan, &mut image, 2, 2);
    let listing = listing(image);
    assert!(paths(&listing).contains(&"SEAL/manifest.json"));
    let words = remarks(&listing);
    assert!(words.contains(&"cluster that another file or folder has, or a loop: /".to_string()));
}

#[test]
fn file_whose_chain_loops_is_remarked_and_its_reading_ends() {
    let (plan, mut image) = sample();
    let readme = root_entry(&plan, &image, b"README  TXT");
    let first = first_cluster(&image, readme);
    chain(&plan, &mut image, first, first);
    image[readme + 28..readme + 32].copy_from_slice(&u32::MAX.to_le_bytes());
    let source = image_source(image);
    let words = remarks(&source.listing().unwrap());
    let expected = "cluster that another file or folder has, or a loop: /README.TXT";
    assert_eq!(words, [expected]);
    assert!(source.read("README.TXT", 1 << 20).unwrap_err().is_too_long());
}

#[test]
fn cross_linked_files_are_remarked() {
    let (plan, mut image) = sample();
    let readme = root_entry(&plan, &image, b"README  TXT");
    let other = first_cluster(&image, root_entry(&plan, &image, b"PAYLOAD    "));
    set_cluster(&mut image, readme, other);
    let words = remarks(&listing(image));
    let expected = "cluster that another file or folder has, or a loop: /";
    assert!(words.iter().any(|remark| remark.starts_with(expected)), "{words:?}");
}

#[test]
fn chains_that_are_too_short_too_long_or_lead_out_are_remarked() {
    let cases = [
        (0x0FFF_FFFF, "fewer clusters than its size needs"),
        (0x0FFF_FFF6, "chain that leaves the volume"),
        (0, "chain that goes on with a free cluster"),
        (1, "chain that leaves the volume"),
    ];
    for (value, what) in cases {
        let (plan, mut image) = sample();
        let readme = root_entry(&plan, &image, b"README  TXT");
        let first = first_cluster(&image, readme);
        chain(&plan, &mut image, first, value);
        let source = image_source(image);
        assert_eq!(remarks(&source.listing().unwrap()), [format!("{what}: /README.TXT")]);
        assert!(matches!(source.read("README.TXT", 700), Err(SourceError::Malformed { .. })));
    }
    let (plan, mut image) = sample();
    let readme = root_entry(&plan, &image, b"README  TXT");
    image[readme + 28..readme + 32].copy_from_slice(&1_u32.to_le_bytes());
    let words = remarks(&listing(image));
    assert_eq!(words, ["more clusters than its size needs: /README.TXT"]);
}

#[test]
fn file_in_pieces_is_remarked() {
    let (plan, mut image) = sample();
    let readme = root_entry(&plan, &image, b"README  TXT");
    let first = first_cluster(&image, readme);
    let far = plan.geometry().clusters();
    chain(&plan, &mut image, first, far);
    chain(&plan, &mut image, far, 0x0FFF_FFFF);
    let listing = listing(image);
    assert_eq!(remarks(&listing), ["in several pieces: /README.TXT"]);
    let entry = listing.entries.iter().find(|entry| entry.path == "README.TXT").unwrap();
    let sector = plan.geometry().cluster_lba(first);
    assert_eq!(entry.sectors, Some((sector, sector)));
}

#[test]
fn cluster_outside_the_volume_is_remarked() {
    for wrong in [1, 0x0FFF_FFFF, u32::MAX] {
        let (plan, mut image) = sample();
        let seal = root_entry(&plan, &image, b"SEAL       ");
        set_cluster(&mut image, seal, wrong);
        let source = image_source(image);
        let listing = source.listing().unwrap();
        assert_eq!(remarks(&listing), ["cluster outside the volume: /SEAL"]);
        assert!(!paths(&listing).contains(&"SEAL/manifest.json"));
        assert!(source.read("SEAL/manifest.json", 9).is_err());
    }
}

#[test]
fn folder_that_is_the_root_again_is_not_entered() {
    let (plan, mut image) = sample();
    append(&plan, &mut image, slot(b"LOOP       ", 0x10, 2, 0));
    let listing = listing(image);
    assert_eq!(listing.entries.len(), 12);
    let words = remarks(&listing);
    assert_eq!(words, ["cluster that another file or folder has, or a loop: /LOOP"]);
}

#[test]
fn long_name_with_a_wrong_checksum_is_remarked_and_not_believed() {
    let (plan, mut image) = sample();
    // Of the sample's folders, PAYLOAD has the one file with a long name.
    let folder = cluster(&plan, first_cluster(&image, root_entry(&plan, &image, b"PAYLOAD    ")));
    let at = folder + 64;
    assert_eq!(image[at + 11], 0x0F);
    for part in [at, at + 32, at + 64] {
        image[part + 13] ^= 1;
    }
    let listing = listing(image);
    assert!(paths(&listing).iter().any(|path| path.starts_with("PAYLOAD/") && path.contains('~')));
    let words = remarks(&listing);
    assert_eq!(words.len(), 1);
    assert!(words[0].starts_with("part of a long name that belongs to no file in /PAYLOAD"));
}

#[test]
fn names_that_could_be_taken_for_paths_are_escaped() {
    let (plan, mut image) = sample();
    append(&plan, &mut image, slot(b"SEAL/X  TXT", 0x20, 0, 0));
    append(&plan, &mut image, slot(b"NUL\0\xE9   TXT", 0x20, 0, 0));
    append(&plan, &mut image, slot(b"           ", 0x20, 0, 0));
    append(&plan, &mut image, slot(b".          ", 0x20, 0, 0));
    let listing = listing(image);
    let found = paths(&listing);
    for path in ["SEAL\\x2fX.TXT", "NUL\\x00\\xe9.TXT", "\\x20", "."] {
        assert!(found.contains(&path), "{path}");
    }
    assert!(!found.contains(&"SEAL/X.TXT"));
}

#[test]
fn sizes_that_disagree_are_outvoted_and_remarked() {
    for at in [2048 * 512 + 0x20, 2054 * 512 + 0x20, 0x1BE + 12] {
        for bit in 0..32 {
            let (_, mut image) = sample();
            image[at + bit / 8] ^= 1 << (bit % 8);
            let listing = listing(image);
            assert_eq!(listing.entries.len(), 11);
            assert!(matches!(&listing.remarks[..], [Remark::Sizes { .. }]));
        }
    }
}

#[test]
fn what_is_no_volume_of_ours_is_empty_and_says_so() {
    let (_, mut no_sizes) = sample();
    for sector in [0, 2048, 2054] {
        no_sizes[sector * 512..(sector + 1) * 512].fill(0xFF);
    }
    let truncated = sample().1[..20 << 20].to_vec();
    for image in [Vec::new(), vec![0; 100], vec![0; 36 << 20], no_sizes, truncated] {
        let source = image_source(image);
        let listing = source.listing().unwrap();
        assert_eq!(listing.entries, []);
        assert!(matches!(&listing.remarks[..], [Remark::NoVolume { .. }]));
        assert!(matches!(source.read("SEAL/SHA256SUMS", 9), Err(SourceError::NotFound { .. })));
    }
}

#[test]
fn the_mediums_own_boot_sectors_are_not_believed() {
    // Sector size 4096, root at cluster 0, no FATs, dirty: nothing changes.
    let (_, image) = sample();
    let honest = listing(image.clone());
    let mut hostile = image;
    for at in (0x0B..0x20).chain(0x24..0x47) {
        hostile[2048 * 512 + at] = 0xA5;
    }
    hostile[2049 * 512..2050 * 512].fill(0x5A);
    assert_eq!(listing(hostile), honest);
}

#[test]
fn folders_deeper_than_the_limit_are_given_up() {
    let (plan, mut image) = sample();
    let last = plan.geometry().clusters();
    let mut above = append(&plan, &mut image, slot(b"D          ", 0x10, 0, 0));
    for depth in 0..30 {
        let at = last - depth;
        set_cluster(&mut image, above, at);
        chain(&plan, &mut image, at, 0x0FFF_FFFF);
        let start = cluster(&plan, at);
        let dots = [slot(b".          ", 0x10, at, 0), slot(b"..         ", 0x10, 0, 0)];
        image[start..start + 64].copy_from_slice(&dots.concat());
        above = start + 64;
        image[above..above + 32].copy_from_slice(&slot(b"D          ", 0x10, 0, 0));
    }
    set_cluster(&mut image, above, 0);
    let listing = listing(image);
    let deepest = listing.entries.iter().map(|entry| entry.path.split('/').count()).max();
    assert_eq!(deepest, Some(MAX_DEPTH));
    assert!(matches!(&listing.remarks[..], [Remark::GivenUp { .. }]));
}

#[test]
fn medium_that_ends_inside_its_volume_is_an_error_and_no_panic() {
    let (_, mut image) = sample();
    image.truncate(2 << 20);
    let length = Some(35 << 20);
    let source = VolumeSource::new(Rc::new(image), None, Shape::Device, "x", length).unwrap();
    assert!(matches!(source.listing(), Err(SourceError::Malformed { .. })));
}

#[test]
fn readers_that_do_not_see_the_same_are_remarked() {
    let (plan, image) = sample();
    let disagree = |change: &dyn Fn(&mut Vec<Shown>)| {
        let source = image_source(image.clone());
        let mut gatherer = Gatherer::default();
        let mut blocks = Blocks::new(source.source.clone());
        let mut fat = Fat::new(*plan.geometry(), source.source.clone());
        let chains = Chains::new(&mut fat);
        let mut found =
            Walk::new(plan.geometry(), &mut blocks, chains, &mut gatherer).run().unwrap();
        change(&mut found.folders[0].1);
        let blocks = Rc::new(RefCell::new(blocks));
        second_reading(blocks, plan.geometry(), &found, &mut gatherer).unwrap();
        gatherer.finish()
    };
    assert_eq!(remarks(&disagree(&|_| {})), [""; 0]);
    let readme =
        |shown: &mut Vec<Shown>| shown.iter().position(|entry| entry.name == "README.TXT").unwrap();
    let two = ["two readers do not see the same in /"];
    // One that only fatfs sees is listed as well.
    let more = disagree(&|shown| {
        let at = readme(shown);
        shown.remove(at);
    });
    assert_eq!(paths(&more).iter().filter(|path| **path == "README.TXT").count(), 2);
    assert!(remarks(&more).contains(&two[0].to_string()));
    let renamed = disagree(&|shown| {
        let at = readme(shown);
        shown[at].size += 1;
    });
    assert_eq!(remarks(&renamed), two);
    let less = disagree(&|shown| shown.push(shown[0].clone()));
    assert_eq!(remarks(&less), two);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_bytes_over_the_metadata_end_without_panic(
        seed in any::<u64>(),
        writes in proptest::collection::vec((0..5_usize, 0..8_192_usize, 1..600_usize), 1..12),
    ) {
        let (plan, mut image) = sample();
        let geometry = plan.geometry();
        let places = [
            0,
            2048 * SECTOR_LENGTH,
            geometry.fat_lba(0) as usize * SECTOR_LENGTH,
            geometry.data_lba() as usize * SECTOR_LENGTH,
            geometry.data_lba() as usize * SECTOR_LENGTH,
        ];
        let mut random = seed | 1;
        for (place, offset, length) in writes {
            for byte in &mut image[places[place] + offset..][..length] {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                *byte = random as u8;
            }
        }
        let source = image_source(image);
        let listing = source.listing();
        if let Ok(listing) = listing {
            // Both readers put names together in the same way, garbage or not.
            let two = listing.remarks.iter().any(|r| matches!(r, Remark::TwoReaders { .. }));
            prop_assert!(!two);
            for entry in listing.entries.iter().take(50) {
                let _ = source.read(&entry.path, 1 << 16);
            }
        }
    }
}
