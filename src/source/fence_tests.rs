use fatfs::{FileSystem, FsOptions};

use super::super::testing::{SMALL, files, image, plan};
use super::*;

fn fence(image: Vec<u8>, operations: u64) -> (Fence, Rc<Cell<u64>>) {
    let left = Rc::new(Cell::new(operations));
    let blocks = Rc::new(RefCell::new(Blocks::new(Rc::new(image))));
    let geometry = Geometry::for_volume(SMALL).unwrap();
    (Fence::new(blocks, geometry, left.clone()), left)
}

#[test]
fn boot_sectors_are_those_of_the_geometry_and_never_the_mediums() {
    let (mut fence, _) = fence(vec![0xA5; SMALL as usize], 100_000);
    let geometry = Geometry::for_volume(SMALL).unwrap();
    let mut sector = [0; 512];
    for lba in 0..u64::from(geometry.reserved_sectors()) {
        fence.read_exact(&mut sector).unwrap();
        let expected = geometry.boot_area_sector(&BootArea::neutral(), PARTITION_LBA + lba);
        assert_eq!(Some(sector), expected, "{lba}");
    }
    fence.read_exact(&mut sector).unwrap();
    assert_eq!(sector, [0xA5; 512]);
}

#[test]
fn writing_is_refused() {
    let (mut fence, _) = fence(vec![0; 512], 10);
    let error = fence.write(b"x").unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ReadOnlyFilesystem);
}

#[test]
fn offsets_outside_the_volume_are_errors() {
    let (mut fence, _) = fence(vec![0; SMALL as usize], 100);
    let end = SMALL - (1 << 20);
    assert!(fence.seek(SeekFrom::Start(end + 1)).is_err());
    assert!(fence.seek(SeekFrom::Current(-1)).is_err());
    assert!(fence.seek(SeekFrom::End(1)).is_err());
    assert_eq!(fence.seek(SeekFrom::End(0)).unwrap(), end);
    assert!(fence.read(&mut [0]).is_err());
    fence.seek(SeekFrom::Start(end - 1)).unwrap();
    assert_eq!(fence.read(&mut [0; 9]).unwrap(), 1);
}

#[test]
fn operations_end() {
    let (mut fence, left) = fence(vec![0; SMALL as usize], 3);
    for _ in 0..3 {
        fence.read_exact(&mut [0]).unwrap();
    }
    assert_eq!(left.get(), 0);
    let error = fence.read(&mut [0]).unwrap_err();
    assert!(error.get_ref().unwrap().is::<Spent>());
    assert!(fence.seek(SeekFrom::Start(0)).is_err());
}

#[test]
fn fatfs_on_a_root_without_an_end_is_ended_by_the_budget() {
    let plan = plan(files());
    let mut image = image(&plan);
    // The root's cluster is all deleted entries and follows itself: the
    // iterator of fatfs would never come back.
    let root = plan.geometry().cluster_lba(2) as usize * 512;
    image[root..root + 512].fill(0xE5);
    let fat = plan.geometry().fat_lba(0) as usize * 512;
    image[fat + 8..fat + 12].copy_from_slice(&2_u32.to_le_bytes());
    let (fence, left) = fence(image, 200_000);
    let file_system = FileSystem::new(fence, FsOptions::new()).unwrap();
    let error = file_system.root_dir().iter().next().unwrap().err().unwrap();
    assert!(error.get_ref().unwrap().is::<Spent>());
    assert_eq!(left.get(), 0);
}

#[test]
fn dropped_file_system_writes_nothing_and_does_not_panic() {
    let (fence, _) = fence(image(&plan(files())), 1_000_000);
    let file_system = FileSystem::new(fence, FsOptions::new()).unwrap();
    // Counting free clusters makes it want to write FSInfo when it goes.
    assert!(file_system.stats().unwrap().free_clusters() > 0);
    assert!(file_system.unmount().is_err());
}

#[test]
fn blocks_read_across_their_edges_and_forget_the_oldest() {
    let bytes: Vec<u8> = (0..4 << 20).map(|n: u32| (n % 251) as u8).collect();
    let mut blocks = Blocks::new(Rc::new(bytes.clone()));
    let mut random = 1_u32;
    for _ in 0..2_000 {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let at = (random >> 10) as usize;
        let mut found = vec![0; 700.min(bytes.len() - at)];
        blocks.exact(&mut found, at as u64).unwrap();
        assert!(found == bytes[at..at + found.len()]);
    }
    assert_eq!(blocks.kept.len(), BLOCKS);
    assert!(blocks.exact(&mut [0; 2], (4 << 20) - 1).is_err());
    assert!(blocks.exact(&mut [0; 2], u64::MAX).is_err());
}
