use std::os::unix::fs::symlink;

use super::super::facts::Usage;
use super::*;
use crate::sys::storage::test_tree;

/// The tree of the room's other tests, with `/sys/block` and tables.
fn computer(mounts: &str) -> (tempfile::TempDir, Roots) {
    let (place, kernel) = test_tree();
    let root = fs::canonicalize(place.path()).unwrap();
    let usb = root.join("devices/pci0/usb2/2-1");
    let stick = usb.join("2-1:1.0/host6/target6:0:0/6:0:0:0/block/sdb");
    fs::write(usb.join("idProduct"), "1666\n").unwrap();
    fs::write(usb.join("speed"), "480\n").unwrap();
    fs::write(stick.join("diskseq"), "42\n").unwrap();
    fs::create_dir_all(stick.join("queue")).unwrap();
    fs::write(stick.join("queue/logical_block_size"), "512\n").unwrap();
    fs::create_dir_all(root.join("block")).unwrap();
    for (name, folder) in [
        ("sdb", stick.as_path()),
        ("sda", &root.join("devices/pci0/ata1/block/sda")),
        ("dm-0", &root.join("devices/virtual/block/dm-0")),
        ("loop0", &root.join("devices/virtual/block/loop0")),
        ("mmcblk0", &root.join("devices/pci0/mmc_host/mmc0/block/mmcblk0")),
    ] {
        if !folder.join("size").exists() {
            fs::write(folder.join("size"), "2048\n").unwrap();
        }
        symlink(folder, root.join("block").join(name)).unwrap();
    }
    fs::create_dir_all(root.join("devices/virtual/block/dm-0/dm")).unwrap();
    fs::create_dir_all(root.join("proc/self")).unwrap();
    fs::write(root.join("proc/self/mountinfo"), mounts).unwrap();
    fs::write(root.join("proc/swaps"), "Filename Type Size Used Priority\n").unwrap();
    fs::create_dir_all(root.join("udev")).unwrap();
    fs::write(root.join("udev/b8:17"), "E:ID_FS_TYPE=vfat\nE:ID_FS_LABEL_ENC=KEY\n").unwrap();
    let roots = Roots {
        sysfs: root.clone(),
        kernel,
        proc: root.join("proc"),
        udev: root.join("udev"),
        dev: root.join("dev-nodes"),
        system: BTreeSet::new(),
    };
    (place, roots)
}

fn found(roots: &Roots, name: &str) -> Disk {
    let disks = list(roots, Loops::Show).unwrap();
    disks.into_iter().find(|disk| disk.name == name).unwrap()
}

#[test]
fn a_stick_has_all_its_facts() {
    let (_place, roots) = computer("");
    let stick = found(&roots, "sdb");
    assert_eq!(stick.node, roots.dev.join("sdb"));
    assert_eq!((stick.number, stick.sequence), ((8, 16), Some(42)));
    assert_eq!(stick.bus, Bus::Usb);
    assert_eq!(stick.serial.as_deref(), Some(b"0019E06B".as_slice()));
    assert_eq!(stick.usb, Some(UsbIds { vendor: 0x0951, product: 0x1666 }));
    assert_eq!((stick.bytes, stick.sector_bytes), (Some(8_000_000 * 512), Some(512)));
    assert_eq!((stick.port.as_deref(), stick.usb_megabits), (Some("2-1"), Some(480)));
    assert_eq!(stick.removable, Some(true));
    assert_eq!(stick.protection.reported, Some(true));
    assert_eq!((stick.protection.forced, stick.protection.answered), (None, None));
    assert_eq!(stick.volumes.len(), 1);
    assert_eq!(stick.volumes[0].name, "sdb1");
    assert_eq!(stick.volumes[0].label.as_deref(), Some(b"KEY".as_slice()));
    assert_eq!(stick.usage, Some(vec![]));
}

#[test]
fn every_disk_is_listed_and_loops_only_when_asked() {
    let (_place, roots) = computer("");
    let names = |loops| {
        let disks = list(&roots, loops).unwrap();
        disks.into_iter().map(|disk| (disk.name, disk.bus)).collect::<Vec<_>>()
    };
    let all = [
        ("sda", Bus::Internal),
        ("sdb", Bus::Usb),
        ("dm-0", Bus::Composed),
        ("loop0", Bus::Loop),
        ("mmcblk0", Bus::Card),
    ];
    let all = all.map(|(name, bus)| (name.to_string(), bus)).to_vec();
    assert_eq!(names(Loops::Show), all);
    let without: Vec<_> = all.into_iter().filter(|(name, _)| name != "loop0").collect();
    assert_eq!(names(Loops::Hide), without);
    assert_eq!(found(&roots, "mmcblk0").port.as_deref(), Some("mmc0"));
    assert_eq!(found(&roots, "loop0").port.as_deref(), Some("loop0"));
    assert_eq!(found(&roots, "sda").port, None);
}

#[test]
fn mounts_of_the_disk_and_of_its_partitions_are_seen() {
    let (_place, roots) = computer("40 27 8:17 / /media/a\\040b rw - vfat /dev/x rw\n");
    let mounted = Some(vec![Usage::Mounted("/media/a b".into())]);
    assert_eq!(found(&roots, "sdb").usage, mounted);
    assert_eq!(found(&roots, "sda").usage, Some(vec![]));
}

#[test]
fn the_disk_of_the_running_system_is_named() {
    let (_place, mut roots) = computer("27 1 8:0 / / rw - ext4 /dev/x rw\n");
    roots.system = [DeviceNumber { major: 8, minor: 0 }].into();
    let usage = vec![Usage::System, Usage::Mounted("/".into())];
    assert_eq!(found(&roots, "sda").usage, Some(usage));
}

#[test]
fn holders_are_named_by_their_kind() {
    let (_place, roots) = computer("");
    let holders = roots.sysfs.join("block/sdb/sdb1/holders");
    fs::create_dir_all(&holders).unwrap();
    fs::write(holders.join("dm-0"), "").unwrap();
    assert_eq!(found(&roots, "sdb").usage, Some(vec![Usage::Mapped]));
    let whole = roots.sysfs.join("block/sdb/holders");
    fs::create_dir_all(&whole).unwrap();
    fs::write(whole.join("bcache0"), "").unwrap();
    fs::create_dir_all(roots.sysfs.join("block/md7/md")).unwrap();
    fs::write(whole.join("md7"), "").unwrap();
    let usage = found(&roots, "sdb").usage.unwrap();
    assert_eq!(usage.len(), 3);
    assert!(usage.contains(&Usage::Raid) && usage.contains(&Usage::Held("bcache0".into())));
}

#[test]
fn tables_that_cannot_be_read_are_not_taken_for_empty() {
    let (_place, roots) = computer("");
    fs::remove_file(roots.proc.join("self/mountinfo")).unwrap();
    assert_eq!(found(&roots, "sdb").usage, None);
}

#[test]
fn further_units_of_a_card_reader_have_ports_of_their_own() {
    let unit = |address: &str| {
        let folder = format!("/sys/devices/usb2/2-1/2-1:1.0/host6/{address}/block/sdc");
        port(Path::new(&folder), Some(Path::new("/sys/devices/usb2/2-1")), Bus::Usb).unwrap()
    };
    assert_eq!(unit("6:0:0:0"), "2-1");
    assert_eq!(unit("6:0:0:2"), "2-1/lun2");
}

#[test]
fn the_disks_of_this_computer_are_listed_and_its_system_is_known() {
    let disks = list(&Roots::system(), Loops::Hide).unwrap();
    assert!(disks.iter().all(|disk| disk.usage.is_some()), "{disks:?}");
    for disk in &disks {
        let seen = disk.usage.as_deref().unwrap_or_default();
        let root = seen.contains(&Usage::Mounted("/".into()));
        assert!(!root || seen.contains(&Usage::System), "{disk:?}");
    }
}
