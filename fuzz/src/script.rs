//! Inputs of the medium and bundle targets: patches of a good one.
//!
//! A whole image would be 35 MiB for each input, nearly all of it zeros, and a
//! fuzzer would never come past its first check. So an input is a list of
//! records, each of which spoils something; [`encode_image`] and
//! [`encode_bundle`] write what lies between two files as such a list, which is
//! how drills become seeds.

use mediaseal::medium::Geometry;
use mediaseal::medium::fat::{PARTITION_LBA, ROOT_CLUSTER, SECTOR};

/// Records of one input; more are not looked at.
const MAX_RECORDS: usize = 64;
/// Bytes of a FAT and of the data area that short offsets reach.
const NEAR: u64 = 64 << 10;

/// What one record of an image does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Patch {
    /// Writes bytes at an offset; they end with the image.
    Write { offset: u64, bytes: Vec<u8> },
    /// Changes bits of bytes that are there.
    Flip { offset: u64, mask: Vec<u8> },
    /// Lets the image end elsewhere; what is more is filled with `fill`.
    Length { bytes: u64, fill: u8 },
}

/// Where a record's offset counts from, and how far it reaches.
fn area(kind: u8, geometry: &Geometry) -> (u64, u64) {
    let partition = PARTITION_LBA * SECTOR;
    let fat = |copy| geometry.fat_lba(copy) * SECTOR;
    match kind {
        0 => (0, geometry.bytes()),
        1 => (0, SECTOR),
        2 => (partition, u64::from(geometry.reserved_sectors()) * SECTOR),
        3 => (fat(0), NEAR.min(fat(1) - fat(0))),
        4 => (fat(1), NEAR.min(fat(1) - fat(0))),
        _ => (geometry.cluster_lba(ROOT_CLUSTER) * SECTOR, NEAR),
    }
}

/// Reads an input as patches of an image.
pub fn image_patches(mut input: &[u8], geometry: &Geometry) -> Vec<Patch> {
    let mut patches = Vec::new();
    while patches.len() < MAX_RECORDS {
        let Some((head, rest)) = input.split_first_chunk::<6>() else {
            return patches;
        };
        let [kind, a, b, c, d, length] = *head;
        let (bytes, after) = rest.split_at(rest.len().min(usize::from(length)));
        input = after;
        let number = u64::from(u32::from_le_bytes([a, b, c, d]));
        let (start, reach) = area(kind % 8, geometry);
        let offset = start + number % reach;
        let room = bytes.len().min((geometry.bytes() - offset) as usize);
        let bytes = bytes[..room].to_vec();
        match kind {
            // Both FATs alike, as an operating system writes them.
            0x20.. if kind % 8 == 3 => {
                let second = area(4, geometry).0 + number % reach;
                patches.push(Patch::Write { offset: second, bytes: bytes.clone() });
                patches.push(Patch::Write { offset, bytes });
            }
            _ if kind % 8 == 7 => {
                let most = geometry.bytes() + (1 << 20);
                patches.push(Patch::Length { bytes: number % most, fill: length });
            }
            0x10..0x20 => patches.push(Patch::Flip { offset, mask: bytes }),
            _ => patches.push(Patch::Write { offset, bytes }),
        }
    }
    patches
}

/// The records that lead from `good` to `bad`; none where they would be longer
/// than a seed may be.
pub fn encode_image(good: &[u8], bad: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut input = Vec::new();
    let common = good.len().min(bad.len());
    let mut at = 0;
    while at < common {
        // Whole equal pieces first: an image is mostly equal.
        let piece = (common - at).min(4096);
        if good[at..at + piece] == bad[at..at + piece] {
            at += piece;
            continue;
        }
        if good[at] == bad[at] {
            at += 1;
            continue;
        }
        let rest = &bad[at..common.min(at + 255)];
        let last = (0..rest.len()).rev().find(|n| rest[*n] != good[at + n])?;
        record(&mut input, 0, at as u64, &rest[..=last]);
        at += last + 1;
        if input.len() > most {
            return None;
        }
    }
    if bad.len() != good.len() {
        let fill = bad.last().copied().unwrap_or(0);
        input.push(7);
        input.extend_from_slice(&(bad.len() as u32).to_le_bytes());
        input.push(fill);
    }
    (!input.is_empty() && input.len() <= most).then_some(input)
}

fn record(input: &mut Vec<u8>, kind: u8, offset: u64, bytes: &[u8]) {
    input.push(kind);
    input.extend_from_slice(&(offset as u32).to_le_bytes());
    input.push(bytes.len() as u8);
    input.extend_from_slice(bytes);
}

/// Applies an input to a bundle.
pub fn patched_bundle(mut input: &[u8], good: &[u8]) -> Vec<u8> {
    let mut bundle = good.to_vec();
    for _ in 0..MAX_RECORDS {
        let Some((head, rest)) = input.split_first_chunk::<4>() else {
            break;
        };
        let [kind, low, high, length] = *head;
        let at = (usize::from(u16::from_le_bytes([low, high]))).min(bundle.len());
        let carried = if kind % 4 == 2 { 0 } else { usize::from(length).min(rest.len()) };
        let (bytes, after) = rest.split_at(carried);
        input = after;
        let end = (at + usize::from(length)).min(bundle.len());
        match kind % 4 {
            0 => bundle[at..end].iter_mut().zip(bytes).for_each(|(old, byte)| *old = *byte),
            1 => drop(bundle.splice(at..at, bytes.iter().copied())),
            2 => drop(bundle.drain(at..end)),
            _ => bundle[at..end].iter_mut().zip(bytes).for_each(|(old, byte)| *old ^= byte),
        }
    }
    bundle
}

/// The records that lead from `good` to `bad`: what lies between the common
/// beginning and the common end is taken out and put in.
pub fn encode_bundle(good: &[u8], bad: &[u8], most: usize) -> Option<Vec<u8>> {
    let front = good.iter().zip(bad).take_while(|(a, b)| a == b).count();
    let behind = good[front..].iter().rev().zip(bad[front..].iter().rev());
    let back = behind.take_while(|(a, b)| a == b).count();
    let (out, put) = (&good[front..good.len() - back], &bad[front..bad.len() - back]);
    if front > usize::from(u16::MAX) || put.len() + out.len() > most {
        return None;
    }
    let mut input = Vec::new();
    let at = (front as u16).to_le_bytes();
    for piece in out.chunks(255) {
        input.extend_from_slice(&[2, at[0], at[1], piece.len() as u8]);
    }
    // From behind, each before the last one.
    for piece in put.rchunks(255) {
        input.extend_from_slice(&[1, at[0], at[1], piece.len() as u8]);
        input.extend_from_slice(piece);
    }
    (!input.is_empty()).then_some(input)
}
