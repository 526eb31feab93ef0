//! One key, from the first zero to the last comparison.
//!
//! The order is the promise: whatever stops it, and wherever, the start of the
//! device is zero until everything behind it was read back right, and sector 0
//! comes last of all. So a key that is not done does not mount.

use std::io;

use super::capacity;
use super::halt::{Halt, Reporter};
use super::pipe::{self, HEAD_BYTES, PIECE, Wanted};
use crate::sys::disk::{AlignedBuffer, Ejected, Target};
use crate::write::event::Phase;
use crate::write::image::Image;
use crate::write::result::{Ended, Extent, Fault};

/// Bytes of the sector that comes last.
const SECTOR: usize = 512;

/// What is written, and what happens to the stick at the end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order<'a> {
    pub(super) image: &'a Image,
    pub(super) extent: Extent,
    pub(super) eject: bool,
}

/// What became of it.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) ended: Ended,
    pub(super) head_cleared: bool,
    pub(super) marks_left: bool,
    pub(super) ejected: Option<Ejected>,
}

impl Written {
    /// Of a target that was never begun, or that nothing comes back from;
    /// `reached` is the last step that it told of.
    pub(super) fn without_word(ended: Ended, reached: Phase) -> Self {
        let marks_left = (Phase::Capacity..Phase::Verify).contains(&reached);
        Self { ended, head_cleared: false, marks_left, ejected: None }
    }
}

/// Bytes of a device that are written and read back.
pub(super) fn end(image: u64, device: u64, extent: Extent) -> u64 {
    let sectors = |bytes: u64| bytes.div_ceil(SECTOR as u64) * SECTOR as u64;
    match extent {
        Extent::WholeMedium => device / SECTOR as u64 * SECTOR as u64,
        Extent::VolumeOnly => sectors(image),
    }
}

/// Writes one key. The target's identity was asked again before; it is ours
/// alone until the caller drops it.
pub(super) fn write(
    target: &mut dyn Target,
    order: Order<'_>,
    reporter: &mut dyn Reporter,
) -> Written {
    let mut key = Key {
        end: end(order.image.bytes, target.bytes(), order.extent),
        target,
        order,
        reporter,
        touched: false,
        head_cleared: false,
        marked: false,
        at: 0,
    };
    let halted = key.all_steps();
    let ended = match halted {
        Ok(()) => Ended::Done,
        Err(Halt::Cancelled) => Ended::Cancelled,
        Err(Halt::Fault(fault)) => Ended::Failed(key.removed_instead(fault)),
    };
    if ended != Ended::Done && key.touched && !key.head_cleared {
        // What was begun must not look like a key. If the stick does not take
        // even this, the result says so.
        key.head_cleared = key.clear_head().is_ok();
    }
    if key.marked && still_answers(&ended) {
        key.marked = key.clear_marks().is_err();
    }
    if ended != Ended::Done && key.touched {
        let _ = key.target.forget_partitions();
    }
    let mut ejected = None;
    if order.eject && key.touched {
        // Of one that failed the last step stays the one that failed.
        if ended == Ended::Done {
            key.reporter.phase(Phase::Eject);
        }
        ejected = Some(key.target.eject().unwrap_or(Ejected::NotPossible));
    }
    Written { ended, head_cleared: key.head_cleared, marks_left: key.marked, ejected }
}

/// False for a stick of which every further access may take minutes: it is put
/// aside as it is.
fn still_answers(ended: &Ended) -> bool {
    match ended {
        Ended::Failed(fault) => {
            matches!(fault, Fault::Differs { .. } | Fault::Capacity { .. } | Fault::Image { .. })
        }
        _ => true,
    }
}

struct Key<'a> {
    target: &'a mut dyn Target,
    order: Order<'a>,
    reporter: &'a mut dyn Reporter,
    /// Behind the last byte that is ours.
    end: u64,
    /// Something was written, or may have been.
    touched: bool,
    /// The first 2 MiB are zero, and were read back so.
    head_cleared: bool,
    /// Marks of the capacity test may be on it that were not written over.
    marked: bool,
    /// Where we are.
    at: u64,
}

impl Key<'_> {
    fn all_steps(&mut self) -> Result<(), Halt> {
        if self.end < self.order.image.bytes || self.end < HEAD_BYTES as u64 {
            // The size was judged before; this is the last line of defence
            // against writing part of an image.
            return Err(Fault::Write { offset: self.end, detail: "too small".into() }.into());
        }
        pipe::is_whole(self.order.image)?;
        if self.reporter.stop() {
            return Err(Halt::Cancelled);
        }
        self.touched = true;
        self.reporter.phase(Phase::Clear);
        self.clear_head()?;
        self.head_cleared = true;
        // Old partitions must not be mounted by what comes after us.
        let _ = self.target.forget_partitions();
        self.reporter.phase(Phase::Capacity);
        self.capacity()?;
        let head = self.body()?;
        self.boot(&head)?;
        Ok(())
    }

    /// Zeroes the first 2 MiB and sees that they are zero.
    fn clear_head(&mut self) -> Result<(), Halt> {
        let zeros = AlignedBuffer::new(PIECE);
        let mut offset = 0;
        while offset < HEAD_BYTES {
            let length = PIECE.min(HEAD_BYTES - offset);
            self.put(&zeros[..length], offset as u64)?;
            offset += length;
        }
        self.flush()?;
        self.same_as(&[], 0, HEAD_BYTES)
    }

    fn capacity(&mut self) -> Result<(), Halt> {
        let reporter = &self.reporter;
        let step = || match reporter.stop() {
            true => Err(Halt::Cancelled),
            false => Ok(()),
        };
        let claimed = self.target.bytes();
        self.marked = true;
        let checked = capacity::check(self.target, self.end, step);
        // The mark at 0 goes at once, whatever came of it.
        let mut cleared = self.clear_mark();
        self.head_cleared = cleared.is_ok();
        if let Err(Halt::Fault(Fault::Differs { .. })) = cleared {
            // A mark came round to the start, between the places that were read.
            let offset = self.end - SECTOR as u64;
            cleared = Err(Fault::Capacity { offset, claimed }.into());
        }
        checked.map_err(|halt| match halt {
            Halt::Fault(Fault::Capacity { offset, .. }) => {
                Fault::Capacity { offset, claimed }.into()
            }
            other => other,
        })?;
        cleared
    }

    /// The whole head is read again: a stick that lacks less than 2 MiB has its
    /// last mark there, and what is written to the start later would come round
    /// to an end that was found right.
    fn clear_mark(&mut self) -> Result<(), Halt> {
        self.put(&AlignedBuffer::new(SECTOR), 0)?;
        self.flush()?;
        // The last mark stands in the head where there is nothing else.
        let last = self.end - SECTOR as u64;
        self.same_as(&[], 0, if last < HEAD_BYTES as u64 { SECTOR } else { HEAD_BYTES })
    }

    /// Zeroes what the capacity test marked and nothing wrote over, and sees that
    /// it is zero. The mark at 0 went before.
    fn clear_marks(&mut self) -> Result<(), Halt> {
        let behind_the_head = |place: &u64| *place >= HEAD_BYTES as u64;
        let places: Vec<u64> =
            capacity::places(self.end).into_iter().filter(behind_the_head).collect();
        let zeros = AlignedBuffer::new(SECTOR);
        for place in &places {
            self.put(&zeros, *place)?;
        }
        self.flush()?;
        places.iter().try_for_each(|place| self.same_as(&[], *place, SECTOR))
    }

    /// Everything behind the first 2 MiB, written and read back. Returns the
    /// head, as it was rendered.
    fn body(&mut self) -> Result<AlignedBuffer, Halt> {
        let wanted = Wanted { image: self.order.image, from: HEAD_BYTES as u64, until: self.end };
        self.reporter.phase(Phase::Write);
        // Before the long way: where the start is not right, all of it is vain.
        let head = pipe::head(self.order.image)?;
        pipe::write(self.target, wanted, &mut *self.reporter)?;
        self.marked = false;
        self.at = self.end;
        self.flush()?;
        self.reporter.phase(Phase::Verify);
        pipe::compare(self.target, wanted, &mut *self.reporter)?;
        Ok(head)
    }

    /// The first 2 MiB, sector 0 last, read back.
    fn boot(&mut self, head: &AlignedBuffer) -> Result<(), Halt> {
        if self.reporter.stop() {
            return Err(Halt::Cancelled);
        }
        self.reporter.phase(Phase::Boot);
        self.head_cleared = false;
        // All but sector 0 in pieces whose memory stays aligned: the piece
        // with sector 0 is written with that sector still zero.
        let mut first = AlignedBuffer::new(PIECE);
        first.copy_from_slice(&head[..PIECE]);
        first[..SECTOR].fill(0);
        self.put(&first, 0)?;
        self.put(&head[PIECE..], PIECE as u64)?;
        self.flush()?;
        self.put(&head[..SECTOR], 0)?;
        self.flush()?;
        self.same_as(head, 0, HEAD_BYTES)?;
        // It lay in memory all the while, and the stick has what is there now.
        pipe::is_head(self.order.image, head)?;
        Ok(())
    }

    fn put(&mut self, bytes: &[u8], offset: u64) -> Result<(), Halt> {
        self.at = offset;
        let began = self.reporter.elapsed();
        if let Err(error) = self.target.write_at(bytes, offset) {
            let offset = pipe::first_bad_write(self.target, bytes, offset);
            return Err(Fault::Write { offset, detail: error.to_string() }.into());
        }
        let time = self.reporter.elapsed().saturating_sub(began);
        self.reporter.wrote(bytes.len() as u64, offset + bytes.len() as u64, time);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Halt> {
        let flushed = self.target.flush();
        flushed.map_err(|error| Fault::Flush { detail: error.to_string() }.into())
    }

    /// Reads `count` bytes and compares them with `expected`, zeros where that
    /// is empty.
    fn same_as(&mut self, expected: &[u8], offset: u64, count: usize) -> Result<(), Halt> {
        let mut buffer = AlignedBuffer::new(PIECE);
        let zeros = AlignedBuffer::new(if expected.is_empty() { PIECE } else { 0 });
        let mut done = 0;
        while done < count {
            let length = PIECE.min(count - done);
            let at = offset + done as u64;
            self.at = at;
            let began = self.reporter.elapsed();
            let piece = &mut buffer[..length];
            if let Err(error) = self.target.read_at(piece, at) {
                let offset = pipe::first_bad_read(self.target, length, at);
                return Err(Fault::Read { offset, detail: error.to_string() }.into());
            }
            let time = self.reporter.elapsed().saturating_sub(began);
            self.reporter.read(length as u64, at + length as u64, time);
            let expected = match expected {
                [] => &zeros[..length],
                bytes => &bytes[done..done + length],
            };
            if let Some(bad) = pipe::first_difference(&buffer[..length], expected) {
                return Err(Fault::Differs { offset: at + bad as u64 }.into());
            }
            done += length;
        }
        Ok(())
    }

    /// A stick that is gone says "input/output error" for everything.
    fn removed_instead(&mut self, fault: Fault) -> Fault {
        let device =
            matches!(fault, Fault::Write { .. } | Fault::Read { .. } | Fault::Flush { .. });
        match device && self.target.disk().is_err_and(|error| is_gone(&error)) {
            true => Fault::Removed { offset: fault.offset().unwrap_or(self.at) },
            false => fault,
        }
    }
}

/// The disk has no place in the system's list any more.
fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

#[cfg(all(test, unix))]
#[path = "key_image_tests.rs"]
mod image_tests;
#[cfg(test)]
#[path = "key_tests.rs"]
mod tests;
