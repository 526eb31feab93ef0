//! A spoiled medium that costs what its patches cost.
//!
//! 35 MiB that are copied, spoiled and restored for each input are most of what a
//! run takes, though nearly all of it are zeros that nobody touched. So a medium
//! is the good one with pieces laid over it; its bytes are made while they are
//! read. It can end behind the last byte that the good one uses, which is a
//! twentieth of it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::ops::Range;

use crate::script::Patch;

/// What a piece of the medium is.
#[derive(Clone, Debug)]
enum Piece {
    /// As the good one there.
    Good,
    Fill(u8),
    Bytes(Vec<u8>),
}

/// A medium: pieces that follow each other without a gap, by their start, each
/// with its end.
#[derive(Clone, Debug)]
pub struct Medium<'a> {
    good: &'a [u8],
    /// Behind this byte the good one is zero.
    front: u64,
    pieces: BTreeMap<u64, (u64, Piece)>,
}

impl<'a> Medium<'a> {
    /// The good medium, of which all is zero from byte `front` on.
    pub fn new(good: &'a [u8], front: u64) -> Self {
        let whole = (good.len() as u64, Piece::Good);
        Self { good, front, pieces: BTreeMap::from([(0, whole)]) }
    }

    /// Bytes in all.
    pub fn length(&self) -> u64 {
        self.pieces.last_key_value().map_or(0, |(_, (end, _))| *end)
    }

    /// Spoils it.
    pub fn apply(&mut self, patch: &Patch) {
        match patch {
            Patch::Write { offset, bytes } => self.write(*offset, bytes, |_, new| new),
            Patch::Flip { offset, mask } => self.write(*offset, mask, |old, bits| old ^ bits),
            Patch::Length { bytes, fill } => self.end_at(*bytes, *fill),
        }
    }

    /// Lets it end elsewhere; what is more is filled.
    pub fn end_at(&mut self, length: u64, fill: u8) {
        self.cut(length);
        drop(self.pieces.split_off(&length));
        let end = self.length();
        if end < length {
            self.pieces.insert(end, (length, Piece::Fill(fill)));
        }
    }

    /// What is written never makes it longer.
    fn write(&mut self, offset: u64, new: &[u8], mix: fn(u8, u8) -> u8) {
        let room = self.length().saturating_sub(offset);
        let new = &new[..new.len().min(room as usize)];
        if new.is_empty() {
            return;
        }
        let mut bytes = vec![0; new.len()];
        self.copy(offset, &mut bytes);
        bytes.iter_mut().zip(new).for_each(|(old, byte)| *old = mix(*old, *byte));
        let end = offset + new.len() as u64;
        self.cut(offset);
        self.cut(end);
        self.pieces.retain(|start, _| !(offset..end).contains(start));
        self.pieces.insert(offset, (end, Piece::Bytes(bytes)));
    }

    /// Lets a piece begin at `at`, if there is one that goes on there.
    fn cut(&mut self, at: u64) {
        let Some((start, (end, piece))) = self.pieces.range_mut(..at).next_back() else {
            return;
        };
        if *end <= at {
            return;
        }
        let behind = match piece {
            Piece::Bytes(bytes) => Piece::Bytes(bytes.split_off((at - start) as usize)),
            other => other.clone(),
        };
        let old_end = std::mem::replace(end, at);
        self.pieces.insert(at, (old_end, behind));
    }

    /// Copies what stands at `offset`; `buffer` ends with the medium.
    fn copy(&self, offset: u64, buffer: &mut [u8]) {
        let wanted = offset..offset + buffer.len() as u64;
        let first = self.pieces.range(..=offset).next_back().map_or(offset, |(start, _)| *start);
        for (start, (end, piece)) in self.pieces.range(first..wanted.end) {
            let here = (*start).max(wanted.start)..(*end).min(wanted.end);
            if here.is_empty() {
                continue;
            }
            let out = &mut buffer[at(here.start - offset)..at(here.end - offset)];
            match piece {
                Piece::Good if here.start >= self.front => out.fill(0),
                Piece::Good => out.copy_from_slice(&self.good[at(here.start)..at(here.end)]),
                Piece::Fill(byte) => out.fill(*byte),
                Piece::Bytes(bytes) => {
                    out.copy_from_slice(&bytes[at(here.start - start)..at(here.end - start)]);
                }
            }
        }
    }

    /// Offsets within both media where it is not the good one, in rising order, at
    /// most `most`.
    pub fn differing(&self, most: usize) -> BTreeSet<u64> {
        let mut found = BTreeSet::new();
        for (start, (end, piece)) in &self.pieces {
            let end = (*end).min(self.good.len() as u64);
            let byte = |n: u64| match piece {
                Piece::Bytes(bytes) => bytes[at(n - start)],
                Piece::Fill(byte) => *byte,
                Piece::Good => self.good[at(n)],
            };
            let looked_at: Range<u64> = match piece {
                Piece::Good => continue,
                // Zeros over zeros.
                Piece::Fill(0) => *start..end.min(self.front),
                _ => *start..end,
            };
            let others = looked_at.filter(|n| byte(*n) != self.good[at(*n)]);
            found.extend(others.take(most - found.len()));
        }
        found
    }

    /// True where nothing but zeros stands behind the good one's end.
    pub fn is_zero_behind(&self) -> bool {
        let length = self.good.len() as u64;
        self.pieces.iter().filter(|(_, (end, _))| *end > length).all(|(start, (_, piece))| {
            match piece {
                Piece::Good => false,
                Piece::Fill(byte) => *byte == 0,
                Piece::Bytes(bytes) => {
                    let behind = bytes.iter().skip(at(length.saturating_sub(*start)));
                    behind.copied().all(|byte| byte == 0)
                }
            }
        })
    }

    /// Its bytes, from the first.
    pub fn reader(&self) -> MediumReader<'_> {
        MediumReader { medium: self, at: 0 }
    }
}

fn at(offset: u64) -> usize {
    usize::try_from(offset).expect("a medium fits into memory")
}

/// Reads a [`Medium`].
pub struct MediumReader<'a> {
    medium: &'a Medium<'a>,
    at: u64,
}

impl Read for MediumReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.medium.length() - self.at;
        let length = (buffer.len() as u64).min(left);
        self.medium.copy(self.at, &mut buffer[..at(length)]);
        self.at += length;
        Ok(at(length))
    }
}

/// Makes the same medium the slow way, and says whether all answers are the same:
/// `replay` asks it for every seed.
pub fn is_true_to(patches: &[Patch], good: &[u8], front: u64) -> bool {
    let mut medium = Medium::new(good, front);
    let mut plain = good.to_vec();
    for patch in patches {
        medium.apply(patch);
        match patch {
            Patch::Write { offset, bytes: new } | Patch::Flip { offset, mask: new } => {
                let old = plain.iter_mut().skip(at(*offset)).zip(new);
                let flips = matches!(patch, Patch::Flip { .. });
                old.for_each(|(old, new)| *old = if flips { *old ^ new } else { *new });
            }
            Patch::Length { bytes, fill } => plain.resize(at(*bytes), *fill),
        }
    }
    let mut read = Vec::new();
    let whole = medium.reader().read_to_end(&mut read).is_ok() && read == plain;
    let unequal = plain.iter().zip(good).enumerate().filter(|(_, (one, other))| one != other);
    let differing: BTreeSet<u64> = unequal.map(|(n, _)| n as u64).take(100).collect();
    let zeros = plain.iter().skip(good.len()).all(|byte| *byte == 0);
    whole && medium.differing(100) == differing && medium.is_zero_behind() == zeros
}
