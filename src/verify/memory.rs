//! What is remembered of products: the body of the floors' slots.
//!
//! Signed by nobody: it is protected by the folder that it lies in. It is read
//! as strictly as signed JSON, so that a damaged one is seen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::seal::digest::Digest;
use crate::seal::json::{self, JsonError};
use crate::seal::names::{Identifier, Number, Position};

use super::rollback::Remembered;

/// The format that this program reads and writes.
pub const FORMAT: u32 = 1;
/// Bytes of a memory: some thousand products.
pub const MAX_MEMORY_BYTES: usize = 1 << 20;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MemoryFile {
    format: u32,
    publisher: Identifier,
    products: BTreeMap<Identifier, ProductMemory>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProductMemory {
    epoch: Number,
    sequence: Number,
    release_code: Digest,
    floor_epoch: Number,
    floor_sequence: Number,
}

/// What is remembered of every product of one publisher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Whose products.
    pub publisher: Identifier,
    /// By product.
    pub products: BTreeMap<Identifier, Remembered>,
}

/// Why a memory cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemoryError {
    /// Not in its one spelling.
    Damaged(JsonError),
    /// Written by a newer program.
    Newer,
}

impl Memory {
    /// Nothing is remembered yet.
    pub fn new(publisher: Identifier) -> Self {
        Self { publisher, products: BTreeMap::new() }
    }

    /// Takes in another memory: positions and floors rise, none falls.
    pub fn raise(&mut self, other: &Self) {
        for (product, found) in &other.products {
            let known = self.products.entry(product.clone()).or_insert(*found);
            if found.position >= known.position {
                (known.position, known.release_code) = (found.position, found.release_code);
            }
            known.floor = known.floor.max(found.floor);
        }
    }

    /// The one spelling.
    pub fn print(&self) -> Result<Vec<u8>, JsonError> {
        let product = |remembered: &Remembered| ProductMemory {
            epoch: remembered.position.epoch,
            sequence: remembered.position.sequence,
            release_code: remembered.release_code,
            floor_epoch: remembered.floor.epoch,
            floor_sequence: remembered.floor.sequence,
        };
        let products = self.products.iter().map(|(name, r)| (name.clone(), product(r)));
        json::print(&MemoryFile {
            format: FORMAT,
            publisher: self.publisher.clone(),
            products: products.collect(),
        })
    }

    /// Reads the one spelling.
    pub fn parse(bytes: &[u8]) -> Result<Self, MemoryError> {
        let file: MemoryFile =
            json::parse(bytes, MAX_MEMORY_BYTES).map_err(MemoryError::Damaged)?;
        if file.format != FORMAT {
            return Err(MemoryError::Newer);
        }
        let remembered = |p: ProductMemory| Remembered {
            position: Position { epoch: p.epoch, sequence: p.sequence },
            release_code: p.release_code,
            floor: Position { epoch: p.floor_epoch, sequence: p.floor_sequence },
        };
        let products = file.products.into_iter().map(|(name, p)| (name, remembered(p)));
        Ok(Self { publisher: file.publisher, products: products.collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_floors_rise_and_none_falls() {
        let name = |text: &str| Identifier::parse(text).unwrap();
        let memory = |products: &[(&str, &str, &str)]| {
            let mut memory = Memory::new(name("example-support"));
            for (product, at, floor) in products {
                let (position, floor) =
                    (Position::parse(at).unwrap(), Position::parse(floor).unwrap());
                let release_code = Digest::of(at.as_bytes());
                memory.products.insert(name(product), Remembered { position, release_code, floor });
            }
            memory
        };
        let mut known = memory(&[("a", "1.7", "1.5"), ("b", "1.7", "1.5")]);
        known.raise(&memory(&[("a", "1.8", "1.4"), ("b", "1.6", "1.6"), ("c", "1.1", "1.1")]));
        let raised = memory(&[("a", "1.8", "1.5"), ("b", "1.7", "1.6"), ("c", "1.1", "1.1")]);
        assert_eq!(known, raised);
    }

    #[test]
    fn printed_and_read_again() {
        let name = |text: &str| Identifier::parse(text).unwrap();
        let mut memory = Memory::new(name("example-support"));
        assert_eq!(Memory::parse(&memory.print().unwrap()), Ok(memory.clone()));
        let position = |text| Position::parse(text).unwrap();
        let remembered = Remembered {
            position: position("1.7"),
            release_code: Digest::of(b"x"),
            floor: position("1.5"),
        };
        memory.products.insert(name("lrm"), remembered);
        let bytes = memory.print().unwrap();
        assert_eq!(Memory::parse(&bytes), Ok(memory));
        let newer = String::from_utf8(bytes.clone()).unwrap().replacen("1", "2", 1);
        assert_eq!(Memory::parse(newer.as_bytes()), Err(MemoryError::Newer));
        for bit in 0..bytes.len() * 8 {
            let mut bad = bytes.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let read = Memory::parse(&bad);
            assert_ne!(read, Memory::parse(&bytes), "bit {bit}");
        }
    }
}
