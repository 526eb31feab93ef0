use std::io;

use super::super::target::{Devices, Intent, OpenError, Target};
use super::*;
use crate::sys::buffer::AlignedBuffer;

const MIB: u64 = 1 << 20;

fn opened(faults: &[Fault]) -> (FakeDevices, Box<dyn Target>) {
    let devices = FakeDevices::new();
    devices.plug(stick("1-2", "9F12", 8 * MIB), 0xAA, faults);
    let disk = devices.list().unwrap().remove(0);
    let target = devices.open(&disk, Intent::Write).unwrap();
    (devices, target)
}

fn piece(filling: u8, length: usize) -> AlignedBuffer {
    let mut piece = AlignedBuffer::new(length);
    piece.fill(filling);
    piece
}

#[test]
fn what_is_written_is_read_and_the_rest_stays() {
    let (devices, mut target) = opened(&[]);
    target.write_at(&piece(7, 1024), 3584).unwrap();
    let mut read = AlignedBuffer::new(8192);
    target.read_at(&mut read, 0).unwrap();
    let expected: Vec<u8> = [vec![0xAA; 3584], vec![7; 1024], vec![0xAA; 8192 - 4608]].concat();
    assert!(read[..] == expected[..]);
    target.flush().unwrap();
    drop(target);
    let name = &devices.list().unwrap()[0].name;
    assert_eq!(devices.calls(name).first(), Some(&Call::Open(Intent::Write)));
    assert_eq!(devices.calls(name).last(), Some(&Call::Close));
    assert!(devices.content(name, 3584, 1024) == [7; 1024]);
}

#[test]
fn it_is_as_strict_as_a_disk() {
    let (devices, mut target) = opened(&[]);
    let disk = devices.list().unwrap().remove(0);
    assert!(matches!(devices.open(&disk, Intent::Read), Err(OpenError::Busy)));
    let whole = piece(1, 1024);
    for (bytes, offset) in [
        (&whole[1..513], 0),
        (&whole[..511], 0),
        (&whole[..512], 1),
        (&whole[..1024], 8 * MIB - 512),
        (&whole[..0], 0),
    ] {
        let error = target.write_at(bytes, offset).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }
    drop(target);
    let mut reader = devices.open(&disk, Intent::Read).unwrap();
    assert!(reader.write_at(&whole, 0).is_err());
}

#[test]
fn each_fault_does_what_it_says() {
    let mut read = AlignedBuffer::new(512);
    let (_, mut target) = opened(&[Fault::WrapsAt { bytes: MIB }]);
    target.write_at(&piece(9, 512), MIB + 4096).unwrap();
    target.read_at(&mut read, 4096).unwrap();
    assert!(read[..] == [9; 512]);

    let (_, mut target) = opened(&[Fault::DropsFrom { at: MIB }]);
    target.write_at(&piece(9, 512), MIB).unwrap();
    target.read_at(&mut read, MIB).unwrap();
    assert!(read[..] == [0xAA; 512]);

    let (_, mut target) = opened(&[Fault::ReturnsOldData, Fault::FlipsBit { at: 1 }]);
    target.write_at(&piece(9, 512), 0).unwrap();
    target.read_at(&mut read, 0).unwrap();
    assert!(read[..3] == [0xAA, 0xAB, 0xAA]);

    let faults = [Fault::WriteError { at: 600 }, Fault::ReadError { at: 1024 }];
    let (_, mut target) = opened(&faults);
    assert!(target.write_at(&piece(9, 512), 0).is_ok());
    assert!(target.write_at(&piece(9, 512), 512).is_err());
    assert!(target.read_at(&mut read, 512).is_ok());
    assert!(target.read_at(&mut read, 1024).is_err());

    let (devices, mut target) = opened(&[Fault::RemovedAfter { bytes: 1024 }]);
    assert!(target.write_at(&piece(9, 1024), 0).is_ok());
    assert!(target.write_at(&piece(9, 512), 0).is_err());
    assert!(target.flush().is_err() && target.disk().is_err());
    assert!(devices.list().unwrap().is_empty());

    let (_, mut target) = opened(&[Fault::FlushError { nth: 1 }, Fault::EjectError]);
    assert!(target.flush().is_ok() && target.flush().is_err() && target.eject().is_err());
    let (_, mut target) = opened(&[Fault::RefusesWrites]);
    let error = target.write_at(&piece(9, 512), 0).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ReadOnlyFilesystem);
}

#[test]
fn another_disk_answers_after_a_swap() {
    let devices = FakeDevices::new();
    let disk = stick("1-2", "9F12", 8 * MIB);
    devices.plug(disk.clone(), 0, &[]);
    devices.swap(&disk.name, stick("1-2", "0000", 8 * MIB));
    let mut target = devices.open(&disk, Intent::Write).unwrap();
    assert_eq!(target.disk().unwrap().first_difference(&disk), Some("serial"));
}
