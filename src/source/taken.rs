//! The clusters that a listed file or folder takes while a volume is walked.
//!
//! Invariants: those of `walk`: every cluster is taken once, by whoever comes
//! first; a chain is followed no further than the size of the file says.

use std::io;

use super::chain::Next;
use super::listing::{MAX_DEPTH, Remark};
use super::oddity::Oddity;
use super::remark::Limit;
use super::walk::{Pending, Start, Walk};

impl Walk<'_> {
    /// Puts a folder on the list of those to read; its first cluster's sectors.
    pub(super) fn subfolder(
        &mut self,
        above: &Pending,
        path: &str,
        cluster: u32,
        dot: Option<usize>,
    ) -> Option<(u64, u64)> {
        if let Err(what) = self.chains.is_free(cluster) {
            self.chain_remark(path, what);
            return None;
        }
        let first = self.geometry.cluster_lba(cluster);
        let sectors = (first, first + u64::from(self.geometry.sectors_per_cluster()) - 1);
        // A second entry for this folder or the one above is listed, not read.
        if dot.is_none() {
            if above.depth < MAX_DEPTH {
                let depth = above.depth + 1;
                self.queue.push_back(Pending { path: path.to_string(), cluster, depth });
            } else {
                let limit = Limit::TooDeep { path: path.to_string() };
                self.gatherer.remark(Remark::GivenUp { limit });
            }
        }
        Some(sectors)
    }

    /// Takes a file's clusters; the sectors of its first piece.
    pub(super) fn file(
        &mut self,
        path: &str,
        first: u32,
        size: u32,
    ) -> io::Result<Option<(u64, u64)>> {
        let start = Start { cluster: first, size };
        self.found.files.entry(path.to_string()).or_insert(start);
        let clusters = u64::from(size).div_ceil(self.geometry.cluster_bytes());
        if clusters == 0 {
            if first != 0 {
                self.chain_remark(path, Oddity::EmptyWithClusters);
            }
            return Ok(None);
        }
        let mut piece: Option<(u32, u32)> = None;
        let mut whole = true;
        let mut cluster = first;
        for taken in 1..=clusters {
            if let Err(what) = self.chains.take(cluster) {
                self.chain_remark(path, what);
                break;
            }
            match &mut piece {
                None => piece = Some((cluster, cluster)),
                Some((_, last)) if whole && *last + 1 == cluster => *last = cluster,
                Some(_) => whole = false,
            }
            match self.chains.next(cluster)? {
                Next::Cluster(next) if taken < clusters => cluster = next,
                Next::Cluster(_) => self.chain_remark(path, Oddity::TooManyClusters),
                Next::End if taken == clusters => {}
                Next::End => {
                    self.chain_remark(path, Oddity::TooFewClusters);
                    break;
                }
                Next::Nowhere(what) => {
                    self.chain_remark(path, what);
                    break;
                }
            }
        }
        if !whole {
            self.chain_remark(path, Oddity::InPieces);
        }
        let geometry = self.geometry;
        let last_sector = u64::from(geometry.sectors_per_cluster()) - 1;
        Ok(piece.map(|(first, last)| {
            (geometry.cluster_lba(first), geometry.cluster_lba(last) + last_sector)
        }))
    }
}
