//! Two calls of block devices that `rustix` does not have, and one about memory
//! that it does not call safe.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;

use rustix::ioctl::{Getter, NoArg, ioctl};
use rustix::mm::{Advice, madvise};

/// `BLKRRPART` of `linux/fs.h`: `_IO(0x12, 95)`.
const BLKRRPART: rustix::ioctl::Opcode = rustix::ioctl::opcode::none(0x12, 95);
/// `BLKGETDISKSEQ` of `linux/fs.h`: `_IOR(0x12, 128, __u64)`.
const BLKGETDISKSEQ: rustix::ioctl::Opcode = rustix::ioctl::opcode::read::<u64>(0x12, 128);

/// Makes the kernel read the partition table again.
pub(super) fn read_partitions_again(file: &File) -> io::Result<()> {
    // SAFETY: BLKRRPART takes no argument and writes to no memory of ours.
    unsafe { Ok(ioctl(file, NoArg::<BLKRRPART>::new())?) }
}

/// The number that counts up with every disk that appears (Linux 5.15).
pub(super) fn disk_sequence(file: &File) -> io::Result<u64> {
    // SAFETY: BLKGETDISKSEQ writes one u64, which is the type given here.
    unsafe { Ok(ioctl(file, Getter::<BLKGETDISKSEQ, u64>::new())?) }
}

/// Asks for large pages under `memory`, whose first byte begins one: a direct access
/// then has one place to look up instead of 512. An error means ordinary pages.
pub(in crate::sys) fn prefer_large_pages(memory: &mut [u8]) -> io::Result<()> {
    // SAFETY: this advice changes neither what memory holds nor whether it is there;
    // the range is that of a slice, rounded up to whole pages.
    unsafe { Ok(madvise(memory.as_mut_ptr().cast(), memory.len(), Advice::LinuxHugepage)?) }
}
