//! The long way there and back: a piece of the image is compared with what was
//! rendered on one thread while another reads the next and writes the one before,
//! and what the stick holds is compared on one while it is read by another. So
//! neither costs time beside a stick, nor beside a fast disk.
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

/// A piece on its way to the judge, and how many of its bytes are of the image;
/// zeros follow.
type Unjudged = (Piece, usize);

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
    let mut rendered = 0;
    for (index, piece) in head.chunks_mut(PIECE).enumerate() {
        let offset = (index * PIECE) as u64;
        let count = fill(wanted.image, piece, offset)?;
        // An image that ends in the head has no piece there.
        if count > 0 {
            is_rendered(wanted.image, &piece[..count], offset)?;
            rendered += 1;
        }
    }
    let (to_judge, waiting) = sync_channel(BUFFERS);
    let (answer, verdicts) = sync_channel(BUFFERS);
    let (at, count) = thread::scope(|scope| {
        scope.spawn(move || judge(wanted.image, &waiting, &answer));
        // Once this returns, nothing comes any more, and the judge ends.
        send(target, wanted, to_judge, &verdicts, reporter)
    })?;
    if rendered + count != wanted.image.pieces.count() {
        return Err(lost(at, "it was not read to its end").into());
    }
    zeros(target, wanted, at, reporter)
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

/// Gives every piece back that is the rendered one.
fn judge(image: &Image, waiting: &Receiver<Unjudged>, answer: &SyncSender<Result<Piece, Fault>>) {
    for (piece, of_image) in waiting {
        let judged = is_rendered(image, &piece.buffer[..of_image], piece.offset);
        if answer.send(judged.map(|()| piece)).is_err() {
            break;
        }
    }
}

/// Reads one piece and writes the one that was judged meanwhile: as fast as a
/// plain copy, as long as judging is faster than reading and writing together.
/// Returns where it ended, and how many pieces there were.
fn send(
    target: &mut dyn Target,
    wanted: Wanted<'_>,
    to_judge: SyncSender<Unjudged>,
    verdicts: &Receiver<Result<Piece, Fault>>,
    reporter: &mut dyn Reporter,
) -> Result<(u64, usize), Halt> {
    let ended = |offset| lost(offset, "a thread ended early");
    let mut free: Vec<AlignedBuffer> = (0..BUFFERS).map(|_| AlignedBuffer::new(PIECE)).collect();
    let (mut ahead, mut at, mut count) = (wanted.from, wanted.from, 0);
    loop {
        while wanted.has_image(ahead)
            && let Some(mut buffer) = free.pop()
        {
            let length = wanted.length(ahead);
            let of_image = fill(wanted.image, &mut buffer[..length], ahead)?;
            let piece = Piece { buffer, offset: ahead, length };
            to_judge.send((piece, of_image)).map_err(|_| ended(ahead))?;
            ahead += length as u64;
        }
        if at == ahead {
            return Ok((at, count));
        }
        let Piece { buffer, offset, length } = verdicts.recv().map_err(|_| ended(at))??;
        put(target, &buffer[..length], offset, reporter)?;
        free.push(buffer);
        at = offset + length as u64;
        count += 1;
    }
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
