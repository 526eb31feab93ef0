//! A plan: where things lie, and what is refused before anything is written.

use super::*;

const MIB: u64 = 1 << 20;

fn volume(bytes: u64) -> VolumeSpec {
    VolumeSpec {
        bytes,
        label: "TEST".to_string(),
        issued: FatTime::new(2026, 11, 23, 12, 0, 0).unwrap(),
        identity: [0; 32],
    }
}

#[test]
fn folders_come_before_files_and_all_are_contiguous() {
    let files = vec![
        FileSpec::hashed("B/c", 513, [0; 32]),
        FileSpec::known("A/empty", Vec::new()),
        FileSpec::known("SEAL/SHA256SUMS", vec![1; 512]),
    ];
    let plan = Plan::new(&volume(35 * MIB), files).unwrap();
    let folders: Vec<_> = plan.folder_extents.iter().map(|e| e.cluster).collect();
    assert_eq!(folders, [2, 3, 4, 5]);
    let files: Vec<_> = plan.file_extents.iter().map(|e| (e.cluster, e.clusters)).collect();
    assert_eq!(files, [(6, 1), (0, 0), (7, 2)]);
    assert_eq!(plan.free_clusters(), plan.geometry().clusters() - 7);
    assert_eq!(plan.boot_area().next_free, 9);
    assert_eq!(plan.file_sectors(1), None);
    assert_eq!(plan.file_sectors(9), None);
    let first = plan.geometry().data_lba() + 5;
    let last = first + 1;
    assert_eq!(plan.file_sectors(2), Some(SectorRange { first, last }));
}

#[test]
fn zero_identity_becomes_one_on_disk_01_00_00_00() {
    let plan = Plan::new(&volume(35 * MIB), Vec::new()).unwrap();
    let mbr = plan.geometry().mbr(plan.boot_area().disk_signature);
    assert_eq!(mbr[0x1B8..0x1BC], [1, 0, 0, 0]);
    let boot = plan.geometry().boot_sector(plan.boot_area());
    assert_eq!(boot[0x43..0x47], [1, 0, 0, 0]);
}

#[test]
fn identity_bytes_stand_on_disk_in_their_order() {
    let mut spec = volume(35 * MIB);
    spec.identity[..8].copy_from_slice(&[1, 2, 3, 4, 5, 6, 7, 8]);
    let plan = Plan::new(&spec, Vec::new()).unwrap();
    let mbr = plan.geometry().mbr(plan.boot_area().disk_signature);
    assert_eq!(mbr[0x1B8..0x1BC], [5, 6, 7, 8]);
    let boot = plan.geometry().boot_sector(plan.boot_area());
    assert_eq!(boot[0x43..0x47], [1, 2, 3, 4]);
}

#[test]
fn the_root_always_has_eight_free_entries() {
    for names in 0..20 {
        let files = (0..names).map(|n| FileSpec::known(format!("F{n}"), Vec::new())).collect();
        let plan = Plan::new(&volume(35 * MIB), files).unwrap();
        let room = u64::from(plan.folder_extents[0].clusters) * 512 / 32;
        assert!(room >= 1 + names + 8, "{names} files");
    }
}

#[test]
fn a_full_volume_is_refused_with_its_figures() {
    let geometry = Geometry::for_volume(35 * MIB).unwrap();
    let room = u64::from(geometry.clusters() - 1) * 512;
    let exact = vec![FileSpec::hashed("F", room, [0; 32])];
    let plan = Plan::new(&volume(35 * MIB), exact).unwrap();
    assert_eq!(plan.free_clusters(), 0);
    assert_eq!(plan.boot_area().next_free, UNKNOWN_COUNT);
    let over = vec![FileSpec::hashed("F", room + 1, [0; 32])];
    assert_eq!(
        Plan::new(&volume(35 * MIB), over).unwrap_err(),
        PlanError::VolumeFull { needed: room + 1024, available: room + 512 }
    );
}

#[test]
fn an_empty_file_with_another_hash_is_refused() {
    let nothing = Sha256::digest([]).into();
    let file = |hash| vec![FileSpec::hashed("F", 0, hash)];
    assert!(Plan::new(&volume(35 * MIB), file(nothing)).is_ok());
    assert!(matches!(
        Plan::new(&volume(35 * MIB), file([0; 32])),
        Err(PlanError::EmptyHash { .. })
    ));
}

#[test]
fn labels_outside_the_rule_are_refused() {
    for label in ["", "abc", "A B", "ABCDEFGHIJKL", "A.B", "\u{c9}"] {
        let mut spec = volume(35 * MIB);
        spec.label = label.to_string();
        assert!(matches!(Plan::new(&spec, Vec::new()), Err(PlanError::Label { .. })));
    }
}

#[test]
fn smallest_volume_is_one_mib_above_the_largest_that_is_too_small() {
    let free = |plan: &Plan| plan.free_bytes() >= 4 * MIB && plan.free_clusters() >= 512;
    for size in [1, 20 * MIB, 31 * MIB, 250 * MIB, 300 * MIB, 3 << 30] {
        let files = vec![FileSpec::hashed("PAYLOAD/x.msi", size, [0; 32])];
        let bytes = Plan::smallest_volume(&files, 4 * MIB, 512).unwrap();
        let plan = Plan::new(&volume(bytes), files.clone()).unwrap();
        assert!(free(&plan), "{size}");
        if bytes > 35 * MIB {
            let less = Plan::new(&volume(bytes - MIB), files);
            assert!(!less.is_ok_and(|plan| free(&plan)), "{size}");
        }
    }
    let huge = (0..17)
        .map(|n| FileSpec::hashed(n.to_string(), u64::from(u32::MAX), [0; 32]))
        .collect::<Vec<_>>();
    assert!(matches!(Plan::smallest_volume(&huge, 0, 0), Err(PlanError::VolumeFull { .. })));
}
