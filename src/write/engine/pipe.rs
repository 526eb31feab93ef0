//! The long way there and back: the image is read and compared with what was
//! rendered on one thread while the stick is written by another, and what the
//! stick holds is compared on one while it is read by another. So neither costs
//! time beside a stick, nor beside a fast disk.
//!
//! A piece that is not the rendered one goes to no stick: its digest is looked at
//! before it is handed on.
//!
//! Memory: [`BUFFERS`] pieces on their way, one of zeros or of the image, and
//! the head: 6 MiB for a target.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::halt::{Halt, Reporter};
use crate::build::piece_digests::PIECE_BYTES;
use crate::sys::disk::{AlignedBuffer, Target};
use crate::write::image::Image;
use crate::write::result::Fault;

/// Bytes of one access: sticks write at full speed from this size on.
pub(super) const PIECE: usize = PIECE_BYTES;
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
    /// Bytes of the piece at `offset`; 0 at the end.
    fn length(&self, offset: u64) -> usize {
        self.until.saturating_sub(offset).min(PIECE as u64) as usize
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

/// Writes the range, and reads `head` from the image's start. Every piece of the
/// image that this target gets, the head's included, is the rendered one, or it
/// ends before that piece.
pub(super) fn write(
    target: &mut dyn Target,
    wanted: Wanted<'_>,
    head: &mut AlignedBuffer,
    reporter: &mut dyn Reporter,
) -> Result<(), Halt> {
    let (free, waiting) = buffers();
    let (sender, pieces) = sync_channel(BUFFERS);
    thread::scope(|scope| {
        let feeder = scope.spawn(move || feed(wanted, head, &waiting, &sender));
        let written = drain(target, wanted, &pieces, &free, reporter);
        // The feeder waits for these; without them it ends.
        drop((pieces, free));
        let fed = feeder.join().unwrap_or_else(|_| Err(lost(0, "a thread ended early")));
        // What the stick did comes first: a feeder that lost its reader has
        // nothing to say.
        let at = written?;
        let pieces = fed?;
        if pieces != wanted.image.pieces.count() {
            return Err(lost(at, "it was not read to its end").into());
        }
        zeros(target, wanted, at, reporter)
    })
}

fn lost(offset: u64, detail: &str) -> Fault {
    Fault::Image { offset, detail: detail.to_string() }
}

/// Reads the image and compares each piece with what was rendered. Returns how
/// many there were.
fn feed(
    wanted: Wanted<'_>,
    head: &mut AlignedBuffer,
    waiting: &Receiver<AlignedBuffer>,
    pieces: &SyncSender<Piece>,
) -> Result<usize, Fault> {
    let mut rendered = 0;
    let mut fill = |buffer: &mut [u8], offset| {
        let filled = wanted.image.fill(buffer, offset);
        let count = filled.map_err(|error| lost(offset, &error.to_string()))?;
        // An image that ends in the head has no piece there.
        if count > 0 {
            let index = (offset / PIECE as u64) as usize;
            if !wanted.image.pieces.is(index, &buffer[..count]) {
                return Err(lost(offset, "it holds something else than was rendered"));
            }
            rendered += 1;
        }
        Ok(())
    };
    for (index, piece) in head.chunks_mut(PIECE).enumerate() {
        fill(piece, (index * PIECE) as u64)?;
    }
    let mut offset = wanted.from;
    while wanted.has_image(offset) {
        // The writer has stopped; it knows why.
        let Ok(mut buffer) = waiting.recv() else { break };
        let length = wanted.length(offset);
        fill(&mut buffer[..length], offset)?;
        if pieces.send(Piece { buffer, offset, length }).is_err() {
            break;
        }
        offset += length as u64;
    }
    Ok(rendered)
}

/// Writes what comes; returns where it ended.
fn drain(
    target: &mut dyn Target,
    wanted: Wanted<'_>,
    pieces: &Receiver<Piece>,
    free: &SyncSender<AlignedBuffer>,
    reporter: &mut dyn Reporter,
) -> Result<u64, Halt> {
    let mut at = wanted.from;
    for Piece { buffer, offset, length } in pieces {
        put(target, &buffer[..length], offset, reporter)?;
        at = offset + length as u64;
        // The feeder may be done already.
        let _ = free.send(buffer);
    }
    Ok(at)
}

/// Zeros from `at` to the end of the range.
fn zeros(
    target: &mut dyn Target,
    wanted: Wanted<'_>,
    mut at: u64,
    reporter: &mut dyn Reporter,
) -> Result<(), Halt> {
    let zeros = AlignedBuffer::new(PIECE);
    while at < wanted.until {
        let length = wanted.length(at);
        put(target, &zeros[..length], at, reporter)?;
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

/// Reads the range and compares it.
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
        let length = wanted.length(offset);
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
    let mut expected = AlignedBuffer::new(PIECE);
    let mut is_zero = true;
    for Piece { buffer, offset, length } in pieces {
        let expected = &mut expected[..];
        if wanted.has_image(offset) || !is_zero {
            let filled = wanted.image.fill(expected, offset);
            let count = filled.map_err(|error| lost(offset, &error.to_string()))?;
            is_zero = count == 0;
        }
        if let Some(bad) = first_difference(&buffer[..length], &expected[..length]) {
            return Err(Fault::Differs { offset: offset + bad as u64 });
        }
        // The reader may be done already.
        let _ = free.send(buffer);
    }
    Ok(())
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
