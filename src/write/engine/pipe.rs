//! The long way there and back. Pieces of the image go to the stick as plainly as
//! a copying tool sends them; on the way back one thread reads the stick while
//! another compares.
//!
//! What the stick gives back is compared with what was *rendered* (a digest of each
//! piece, taken when it was), not with the file that it was sent from: so a bit
//! that changed on the way, in that file, in memory or on the stick, makes no key.
//! The file is asked only when a piece is wrong, for the place and for whose fault
//! it is.
//!
//! Memory for a target: one stride on the way there, [`BUFFERS`] pieces and one of
//! zeros on the way back, and the head: 6 MiB at most.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::halt::{Halt, Reporter};
use crate::build::piece_digests::PIECE_BYTES;
use crate::sys::disk::{AlignedBuffer, Target};
use crate::write::image::Image;
use crate::write::result::Fault;

/// Bytes that are compared at once, and read in one access.
pub(super) const PIECE: usize = PIECE_BYTES;
/// Bytes that are written in one access: the system has a second request at hand
/// while the device is still busy with the first.
pub(super) const STRIDE: usize = 2 * PIECE;
/// Bytes at the start that come last: MBR, gap, boot sectors and the start of
/// the FATs.
pub(super) const HEAD_BYTES: usize = 2 << 20;
/// Pieces on their way.
const BUFFERS: usize = 3;
/// Bytes of a sector.
const SECTOR: usize = 512;
/// Bytes that are tried at once while a bad sector is looked for.
const COARSE: usize = 64 * 1024;

/// A range of the device and the image that belongs there, zeros behind it.
/// `from` is a multiple of a piece, `until` of a sector.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) image: &'a Image,
    pub(super) from: u64,
    pub(super) until: u64,
}

impl Wanted<'_> {
    /// Bytes from `offset` on, at most `most` of them; 0 at the end.
    fn length(&self, offset: u64, most: usize) -> usize {
        self.until.saturating_sub(offset).min(most as u64) as usize
    }

    /// True while there is anything of the image at `offset` or behind it.
    fn has_image(&self, offset: u64) -> bool {
        offset < self.until.min(self.image.bytes)
    }
}

struct Piece {
    buffer: AlignedBuffer,
    offset: u64,
    length: usize,
}

/// Buffers that wait to be filled.
fn buffers() -> (SyncSender<AlignedBuffer>, Receiver<AlignedBuffer>) {
    let (free, waiting) = sync_channel(BUFFERS);
    for _ in 0..BUFFERS {
        // The channel has room for all of them and its other end is here.
        let _ = free.send(AlignedBuffer::new(PIECE));
    }
    (free, waiting)
}

/// The start of the image, which is written last. Every piece of it is the rendered
/// one.
pub(super) fn head(image: &Image) -> Result<AlignedBuffer, Fault> {
    let mut head = AlignedBuffer::new(HEAD_BYTES);
    fill(image, &mut head, 0)?;
    is_head(image, &head)?;
    Ok(head)
}

/// `head` holds what was rendered for the image's start.
pub(super) fn is_head(image: &Image, head: &[u8]) -> Result<(), Fault> {
    let of_image = image.bytes.min(HEAD_BYTES as u64) as usize;
    for (index, piece) in head[..of_image].chunks(PIECE).enumerate() {
        is_rendered(image, piece, (index * PIECE) as u64)?;
    }
    Ok(())
}

/// The image is as long as it was rendered: no piece of it goes unseen, and none is
/// looked for that there never was.
pub(super) fn is_whole(image: &Image) -> Result<(), Fault> {
    match image.bytes.div_ceil(PIECE as u64) == image.pieces.count() as u64 {
        true => Ok(()),
        false => Err(lost(image.bytes, "it has another length than was rendered")),
    }
}

fn lost(offset: u64, detail: &str) -> Fault {
    Fault::Image { offset, detail: detail.to_string() }
}

/// Reads a piece of the image; how many of its bytes are of the image.
fn fill(image: &Image, buffer: &mut [u8], offset: u64) -> Result<usize, Fault> {
    image.fill(buffer, offset).map_err(|error| lost(offset, &error.to_string()))
}

/// The piece at `offset` is the one that was rendered.
fn is_rendered(image: &Image, bytes: &[u8], offset: u64) -> Result<(), Fault> {
    match image.pieces.is((offset / PIECE as u64) as usize, bytes) {
        true => Ok(()),
        false => Err(lost(offset, "it holds something else than was rendered")),
    }
}

/// Writes the range.
pub(super) fn write(
    target: &mut dyn Target,
    wanted: Wanted<'_>,
    reporter: &mut dyn Reporter,
) -> Result<(), Halt> {
    let mut buffer = AlignedBuffer::in_large_pages(STRIDE);
    let (mut at, mut is_zero) = (wanted.from, true);
    while at < wanted.until {
        let length = wanted.length(at, STRIDE);
        if wanted.has_image(at) || !is_zero {
            is_zero = fill(wanted.image, &mut buffer, at)? == 0;
        }
        put(target, &buffer[..length], at, reporter)?;
        at += length as u64;
    }
    Ok(())
}

fn put(
    target: &mut dyn Target,
    bytes: &[u8],
    offset: u64,
    reporter: &mut dyn Reporter,
) -> Result<(), Halt> {
    if reporter.stop() {
        return Err(Halt::Cancelled);
    }
    let began = reporter.elapsed();
    if let Err(error) = target.write_at(bytes, offset) {
        let offset = first_bad_write(target, bytes, offset);
        return Err(Fault::Write { offset, detail: error.to_string() }.into());
    }
    let time = reporter.elapsed().saturating_sub(began);
    reporter.wrote(bytes.len() as u64, offset + bytes.len() as u64, time);
    Ok(())
}

/// Reads the range and compares it with what was rendered.
pub(super) fn compare(
    target: &mut dyn Target,
    wanted: Wanted<'_>,
    reporter: &mut dyn Reporter,
) -> Result<(), Halt> {
    let (free, waiting) = buffers();
    let (sender, pieces) = sync_channel(BUFFERS);
    thread::scope(|scope| {
        let comparer = scope.spawn(move || same(wanted, &pieces, &free));
        let read = fetch(target, wanted, &waiting, &sender, reporter);
        drop((sender, waiting));
        let compared =
            comparer.join().unwrap_or_else(|_| Err(lost(wanted.from, "a thread ended early")));
        // A difference lies before whatever was read last.
        compared?;
        read
    })
}

fn fetch(
    target: &mut dyn Target,
    wanted: Wanted<'_>,
    waiting: &Receiver<AlignedBuffer>,
    pieces: &SyncSender<Piece>,
    reporter: &mut dyn Reporter,
) -> Result<(), Halt> {
    let mut offset = wanted.from;
    while offset < wanted.until {
        if reporter.stop() {
            return Err(Halt::Cancelled);
        }
        let length = wanted.length(offset, PIECE);
        // The comparer has stopped; it knows why.
        let Ok(mut buffer) = waiting.recv() else { break };
        let began = reporter.elapsed();
        if let Err(error) = target.read_at(&mut buffer[..length], offset) {
            let offset = first_bad_read(target, length, offset);
            return Err(Fault::Read { offset, detail: error.to_string() }.into());
        }
        let time = reporter.elapsed().saturating_sub(began);
        reporter.read(length as u64, offset + length as u64, time);
        if pieces.send(Piece { buffer, offset, length }).is_err() {
            break;
        }
        offset += length as u64;
    }
    Ok(())
}

/// Compares what comes, in order, so that the first difference is the first.
/// Ends well only where everything came.
fn same(
    wanted: Wanted<'_>,
    pieces: &Receiver<Piece>,
    free: &SyncSender<AlignedBuffer>,
) -> Result<(), Fault> {
    let zeros = vec![0; PIECE];
    for Piece { buffer, offset, length } in pieces {
        let of_image = wanted.image.bytes.saturating_sub(offset).min(length as u64) as usize;
        let (image, rest) = buffer[..length].split_at(of_image);
        if of_image > 0 && is_rendered(wanted.image, image, offset).is_err() {
            return Err(to_blame(wanted.image, image, offset));
        }
        if let Some(bad) = first_difference(rest, &zeros[..rest.len()]) {
            return Err(Fault::Differs { offset: offset + (of_image + bad) as u64 });
        }
        // The reader may be done already.
        let _ = free.send(buffer);
    }
    Ok(())
}

/// Why `found` is not the piece of the image at `offset` that was rendered: the
/// file that it was sent from is not that either, or the stick holds something else.
fn to_blame(image: &Image, found: &[u8], offset: u64) -> Fault {
    let mut sent = vec![0; found.len()];
    let read = fill(image, &mut sent, offset).and_then(|_| is_rendered(image, &sent, offset));
    match read {
        Err(fault) => fault,
        Ok(()) => {
            let bad = first_difference(found, &sent).unwrap_or_default();
            Fault::Differs { offset: offset + bad as u64 }
        }
    }
}

/// Where two pieces of one length differ first.
pub(super) fn first_difference(found: &[u8], expected: &[u8]) -> Option<usize> {
    if found == expected {
        return None;
    }
    let pairs = found.iter().zip(expected);
    pairs.enumerate().find(|(_, (found, expected))| found != expected).map(|(index, _)| index)
}

/// The first sector of a piece that cannot be written; the piece's start where
/// it can be when it is tried again. A stick that failed once stays failed.
pub(super) fn first_bad_write(target: &mut dyn Target, bytes: &[u8], offset: u64) -> u64 {
    let mut sector = AlignedBuffer::new(SECTOR);
    let mut at = offset;
    for coarse in bytes.chunks(COARSE) {
        if target.write_at(coarse, at).is_err() {
            for fine in coarse.chunks(SECTOR) {
                sector[..fine.len()].copy_from_slice(fine);
                if target.write_at(&sector[..fine.len()], at).is_err() {
                    return at;
                }
                at += fine.len() as u64;
            }
            return at - coarse.len() as u64;
        }
        at += coarse.len() as u64;
    }
    offset
}

/// The first sector of a piece that cannot be read, likewise.
pub(super) fn first_bad_read(target: &mut dyn Target, length: usize, offset: u64) -> u64 {
    let mut buffer = AlignedBuffer::new(COARSE);
    let end = offset + length as u64;
    let mut at = offset;
    while at < end {
        let coarse = (end - at).min(COARSE as u64) as usize;
        if target.read_at(&mut buffer[..coarse], at).is_err() {
            let stop = at + coarse as u64;
            for sector in (at..stop).step_by(SECTOR) {
                if target.read_at(&mut buffer[..SECTOR], sector).is_err() {
                    return sector;
                }
            }
            return at;
        }
        at += coarse as u64;
    }
    offset
}
