//! The file allocation table, made from chain ends without a table in memory.
//!
//! All chains are contiguous and follow one another from cluster 2, so a list
//! of last clusters says everything: an entry points to the next cluster, or
//! it ends a chain, or it is free.

use super::fat::{END_OF_CHAIN, FAT_ENTRY_0, FAT_ENTRY_1, FAT_ENTRY_BYTES, ROOT_CLUSTER};

/// Chains of a volume, by their last clusters in rising order.
#[derive(Clone, Debug, Default)]
pub(super) struct AllocationTable {
    ends: Vec<u32>,
}

impl AllocationTable {
    /// Adds a chain of `clusters` after the last one; none where that is 0.
    pub fn push(&mut self, clusters: u32) {
        if clusters > 0 {
            self.ends.push(self.next_cluster() + clusters - 1);
        }
    }

    /// The first cluster after all chains.
    pub fn next_cluster(&self) -> u32 {
        self.ends.last().map_or(ROOT_CLUSTER, |last| last + 1)
    }

    /// Bytes of the table up to its last entry in use.
    pub fn used_bytes(&self) -> u64 {
        u64::from(self.next_cluster()) * FAT_ENTRY_BYTES
    }

    /// Writes the table's bytes from entry `first` on over `target`, whose
    /// length is a multiple of four.
    pub fn fill(&self, first: u32, target: &mut [u8]) {
        let mut ends = self.ends[self.ends.partition_point(|end| *end < first)..].iter();
        let mut end = ends.next();
        for (entry, bytes) in (first..).zip(target.chunks_exact_mut(FAT_ENTRY_BYTES as usize)) {
            let value = match (entry, end) {
                (0, _) => FAT_ENTRY_0,
                (1, _) => FAT_ENTRY_1,
                (_, None) => 0,
                (_, Some(last)) if entry == *last => {
                    end = ends.next();
                    END_OF_CHAIN
                }
                (_, Some(_)) => entry + 1,
            };
            bytes.copy_from_slice(&value.to_le_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_point_on_end_or_are_free_wherever_filling_starts() {
        let mut table = AllocationTable::default();
        for clusters in [1, 3, 0, 2] {
            table.push(clusters);
        }
        assert_eq!(table.next_cluster(), 8);
        assert_eq!(table.used_bytes(), 32);
        let end = END_OF_CHAIN;
        let expected = [FAT_ENTRY_0, FAT_ENTRY_1, end, 4, 5, end, 7, end, 0, 0];
        for first in 0..expected.len() {
            let mut bytes = vec![0xAA; (expected.len() - first) * 4];
            table.fill(first as u32, &mut bytes);
            let entries: Vec<u32> =
                bytes.chunks(4).map(|b| u32::from_le_bytes(b.try_into().unwrap())).collect();
            assert_eq!(entries, expected[first..]);
        }
    }
}
