//! Whether a stick has the room that it says.
//!
//! Counterfeit sticks report many times their real size: what is written
//! behind it is dropped, or lands on what was written before. The long write
//! and its comparison would find that too, after an hour. So before it, one
//! sector at 0, at every power of two and at the very end gets a mark of its
//! own, and all are read again. Everything that is marked is written over
//! afterwards.

use std::collections::BTreeSet;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;

use sha2::{Digest as _, Sha256};

use crate::sys::disk::{AlignedBuffer, Target};

/// Bytes of a mark: one sector.
const MARK: usize = 512;
/// The first power of two: what comes before is read back anyway, and soon.
const FIRST_POWER: u32 = 22;

/// Where the marks stand on a device of so many bytes, ascending.
pub(super) fn places(bytes: u64) -> Vec<u64> {
    let last = (bytes / MARK as u64).saturating_sub(1) * MARK as u64;
    let powers = (FIRST_POWER..u64::BITS - 1).map(|power| 1u64 << power);
    let mut places: Vec<u64> = std::iter::once(0)
        .chain(powers.take_while(|place| *place < last))
        .chain(std::iter::once(last))
        .collect();
    places.dedup();
    places
}

/// Why the size was not found to be right.
#[derive(Debug)]
pub(super) enum Shortfall {
    /// This place does not keep what is written to it.
    NotKept(u64),
    /// Writing a mark failed.
    Write(u64, io::Error),
    /// Reading a mark failed.
    Read(u64, io::Error),
    /// Flushing failed.
    Flush(io::Error),
}

/// Marks and looks. `step` is called before each access and may stop.
pub(super) fn check<E: From<Shortfall>>(
    target: &mut dyn Target,
    bytes: u64,
    mut step: impl FnMut() -> Result<(), E>,
) -> Result<(), E> {
    // Other marks in every run: those of an earlier run prove nothing.
    let nonce = RandomState::new().build_hasher().finish();
    let places = places(bytes);
    let mut sector = AlignedBuffer::new(MARK);
    for place in &places {
        step()?;
        sector.copy_from_slice(&mark(nonce, *place));
        let wrote = target.write_at(&sector, *place);
        wrote.map_err(|error| Shortfall::Write(*place, error))?;
    }
    target.flush().map_err(Shortfall::Flush)?;
    // Places that read the same mark are one sector: the first of them in
    // truth, the others by the stick's word only.
    let mut seen = BTreeSet::new();
    let mut odd = None;
    for place in &places {
        step()?;
        let read = target.read_at(&mut sector, *place);
        read.map_err(|error| Shortfall::Read(*place, error))?;
        match places.iter().find(|owner| sector[..] == mark(nonce, **owner)) {
            Some(owner) if seen.insert(*owner) => {
                odd = odd.or((owner != place).then(|| *owner.max(place)));
            }
            _ => return Err(Shortfall::NotKept(*place).into()),
        }
    }
    match odd {
        None => Ok(()),
        Some(place) => Err(Shortfall::NotKept(place).into()),
    }
}

/// A sector that stands at `place` and nowhere else.
fn mark(nonce: u64, place: u64) -> [u8; MARK] {
    let digest = Sha256::new().chain_update(nonce.to_le_bytes()).chain_update(place.to_le_bytes());
    let digest: [u8; 32] = digest.finalize().into();
    let mut mark = [0; MARK];
    mark.chunks_exact_mut(digest.len()).for_each(|chunk| chunk.copy_from_slice(&digest));
    mark
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::disk::fake::{FakeDevices, Fault, stick};
    use crate::sys::disk::{Devices as _, Intent};

    const MIB: u64 = 1 << 20;
    const GIB: u64 = 1 << 30;

    impl From<Shortfall> for String {
        fn from(shortfall: Shortfall) -> Self {
            match shortfall {
                Shortfall::NotKept(place) => format!("not kept {place}"),
                other => format!("{other:?}"),
            }
        }
    }

    fn checked(bytes: u64, faults: &[Fault]) -> Result<(), String> {
        let devices = FakeDevices::new();
        let disk = stick("1-2", "9F12", bytes);
        devices.plug(disk.clone(), 0xAA, faults);
        let mut target = devices.open(&disk, Intent::Write).unwrap();
        check(&mut *target, bytes, || Ok(()))
    }

    #[test]
    fn marks_stand_at_powers_of_two_and_at_the_end() {
        assert_eq!(places(16 * MIB), [0, 4 * MIB, 8 * MIB, 16 * MIB - 512]);
        assert_eq!(places(16 * MIB + 512), [0, 4 * MIB, 8 * MIB, 16 * MIB]);
        assert_eq!(places(16 * MIB + 1024), [0, 4 * MIB, 8 * MIB, 16 * MIB, 16 * MIB + 512]);
        assert_eq!(places(512), [0]);
        assert_eq!(places(0), [0]);
        assert_eq!(places(64 * GIB).len(), 1 + 14 + 1);
        assert!(places(u64::MAX).len() < 64);
    }

    #[test]
    fn an_honest_stick_of_any_size_passes() {
        for bytes in [35 * MIB, 64 * MIB + 512, 7_803_174_912, 64 * GIB] {
            assert_eq!(checked(bytes, &[]), Ok(()));
        }
    }

    #[test]
    fn a_stick_that_drops_what_it_has_no_room_for_is_found() {
        for (real, first_bad) in
            [(8 * GIB, 8 * GIB), (7 * GIB, 8 * GIB), (33 * GIB, 64 * GIB - 512)]
        {
            let found = checked(64 * GIB, &[Fault::DropsFrom { at: real }]);
            assert_eq!(found, Err(format!("not kept {first_bad}")));
        }
    }

    #[test]
    fn a_stick_whose_end_comes_round_to_its_start_is_found() {
        for (claimed, real) in [(16 * GIB, 8 * GIB), (64 * GIB, 8 * GIB), (64 * GIB, GIB)] {
            let found = checked(claimed, &[Fault::WrapsAt { bytes: real }]);
            assert_eq!(found, Err(format!("not kept {real}")), "{claimed} {real}");
        }
    }

    #[test]
    fn a_stick_that_keeps_nothing_is_found() {
        assert_eq!(checked(GIB, &[Fault::ReturnsOldData]), Err("not kept 0".to_string()));
        assert_eq!(checked(GIB, &[Fault::DropsFrom { at: 0 }]), Err("not kept 0".to_string()));
    }
}
