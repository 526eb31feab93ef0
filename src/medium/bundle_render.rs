//! Writes a bundle: one pass, front to back.
//!
//! A local header stands before its data and holds their CRC-32, so the CRCs
//! come in from an earlier reading (that of the image, or
//! [`BundlePlan::checksums`]). Every file is hashed again while it passes and
//! must have the planned size, SHA-256 and CRC; until the end of the pass what
//! the sink has is not a bundle, and after an error it never will be.

use std::fmt;
use std::io;

use sha2::{Digest, Sha256};

use super::bundle::BundlePlan;
use super::bundle_format as format;
use super::render::OpenFile;
use super::render_error::RenderError;
use super::sink::{PIECE, Sink};
use super::tree::Content;
use crate::seal::names::escape;

/// Why a bundle was not written. What the sink has is not a bundle.
#[derive(Debug)]
pub enum BundleError {
    /// A file could not be read, was not as planned, or the sink refused.
    Render(RenderError),
    /// A file has the planned SHA-256 and not the CRC-32 that was given.
    Checksum {
        /// Its path.
        path: String,
    },
    /// Another number of CRCs than files.
    ChecksumCount {
        /// Files of the plan.
        expected: usize,
        /// CRCs given.
        found: usize,
    },
}

impl BundleError {
    /// What a person can do about it.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Render(error) => error.advice(),
            Self::Checksum { .. } | Self::ChecksumCount { .. } => {
                "Run the command again; if it happens again, report it."
            }
        }
    }
}

impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Render(error) => error.fmt(f),
            Self::Checksum { path } => {
                write!(f, "{} was read twice with two checksums", escape(path))
            }
            Self::ChecksumCount { expected, found } => {
                write!(f, "{found} checksums for {expected} files")
            }
        }
    }
}

impl std::error::Error for BundleError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Render(error) => error.source(),
            Self::Checksum { .. } | Self::ChecksumCount { .. } => None,
        }
    }
}

impl From<RenderError> for BundleError {
    fn from(error: RenderError) -> Self {
        Self::Render(error)
    }
}

/// Takes what a bundle does not need.
struct Nowhere;

impl Sink for Nowhere {
    fn write(&mut self, _bytes: &[u8]) -> io::Result<()> {
        Ok(())
    }
}

impl BundlePlan {
    /// Reads every file once and returns its CRC-32, in the order of
    /// [`BundlePlan::files`]. Not needed where an image was rendered from the
    /// same files: its result has them.
    pub fn checksums(
        &self,
        open: &mut OpenFile<'_>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Vec<u32>, BundleError> {
        let mut nowhere = Nowhere;
        let mut pass = Pass::new(self, &mut nowhere, progress);
        (0..self.files().len()).map(|index| Ok(pass.file(index, open)?)).collect()
    }

    /// Writes the bundle. `crc32` has one value for each file; `open` is called
    /// once, in order, for each file whose hash is known; `progress` is told
    /// the bytes written so far.
    pub fn render(
        &self,
        sink: &mut dyn Sink,
        open: &mut OpenFile<'_>,
        crc32: &[u32],
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), BundleError> {
        if crc32.len() != self.files().len() {
            return Err(BundleError::ChecksumCount {
                expected: self.files().len(),
                found: crc32.len(),
            });
        }
        let mut pass = Pass::new(self, sink, progress);
        for (index, crc32) in crc32.iter().enumerate() {
            pass.write(&format::local_header(&self.entry(index, *crc32)))?;
            if pass.file(index, open)? != *crc32 {
                let path = self.files()[index].path.clone();
                return Err(BundleError::Checksum { path });
            }
        }
        for (index, crc32) in crc32.iter().enumerate() {
            pass.write(&format::central_entry(&self.entry(index, *crc32)))?;
        }
        pass.write(&self.end())?;
        Ok(())
    }
}

/// One pass over the files.
struct Pass<'a> {
    plan: &'a BundlePlan,
    sink: &'a mut dyn Sink,
    progress: &'a mut dyn FnMut(u64),
    done: u64,
    buffer: Vec<u8>,
}

impl<'a> Pass<'a> {
    fn new(plan: &'a BundlePlan, sink: &'a mut dyn Sink, progress: &'a mut dyn FnMut(u64)) -> Self {
        let buffer = vec![0; PIECE];
        Self { plan, sink, progress, done: 0, buffer }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), RenderError> {
        let offset = self.done;
        self.sink.write(bytes).map_err(|source| RenderError::Write { offset, source })?;
        self.done += bytes.len() as u64;
        (self.progress)(self.done);
        Ok(())
    }

    /// Passes the bytes of file `index` on; returns their CRC-32.
    fn file(&mut self, index: usize, open: &mut OpenFile<'_>) -> Result<u32, RenderError> {
        let plan = self.plan;
        let spec = &plan.files()[index];
        let expected = match &spec.content {
            Content::Known(bytes) => {
                self.write(bytes)?;
                return Ok(crc32fast::hash(bytes));
            }
            Content::Hashed(expected) => expected,
        };
        let path = || spec.path.clone();
        let mut reader =
            open(index, spec).map_err(|source| RenderError::Open { path: path(), source })?;
        let mut hash = Sha256::new();
        let mut crc32 = crc32fast::Hasher::new();
        let mut read = 0_u64;
        let mut buffer = std::mem::take(&mut self.buffer);
        loop {
            // One byte more than planned is asked for: a file that grew shows.
            let wanted = (spec.size - read).saturating_add(1).min(PIECE as u64) as usize;
            let length = match reader.read(&mut buffer[..wanted]) {
                Ok(0) => break,
                Ok(length) => length.min(wanted),
                Err(source) if source.kind() == io::ErrorKind::Interrupted => continue,
                Err(source) => {
                    return Err(RenderError::Read { path: path(), offset: read, source });
                }
            };
            read += length as u64;
            if read > spec.size {
                break;
            }
            let bytes = &buffer[..length];
            hash.update(bytes);
            crc32.update(bytes);
            self.write(bytes)?;
        }
        self.buffer = buffer;
        if read != spec.size {
            return Err(RenderError::Size { path: path(), expected: spec.size, found: read });
        }
        let found: [u8; 32] = hash.finalize().into();
        if found != *expected {
            return Err(RenderError::Hash { path: path() });
        }
        Ok(crc32.finalize())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::super::sink::StreamSink;
    use super::super::testing::{content, open, sample_files, sealed};
    use super::super::time::FatTime;
    use super::super::tree::FileSpec;
    use super::*;

    fn plan(files: Vec<FileSpec>) -> BundlePlan {
        BundlePlan::new(FatTime::new(2026, 11, 23, 12, 0, 0).unwrap(), files).unwrap()
    }

    fn render(
        plan: &BundlePlan,
        open: &mut OpenFile<'_>,
        crc32: &[u32],
    ) -> Result<Vec<u8>, BundleError> {
        let mut sink = StreamSink(Vec::new());
        plan.render(&mut sink, open, crc32, &mut |_| {})?;
        Ok(sink.0)
    }

    #[test]
    fn the_format_does_not_drift() {
        // SHA-256 of the sample bundle. A change here is a change of format:
        // every bundle that was handed out would differ.
        let plan = plan(sample_files());
        let crc32 = plan.checksums(&mut open, &mut |_| {}).unwrap();
        let bundle = render(&plan, &mut open, &crc32).unwrap();
        assert_eq!(bundle.len() as u64, plan.bytes());
        let digest = crate::seal::digest::Digest::of(&bundle).to_string();
        assert_eq!(digest, GOLDEN_SAMPLE);
    }

    const GOLDEN_SAMPLE: &str = "944a161718074200e8d16027fe152994771347dc42868be7134a10f7e5e96868";

    #[test]
    fn progress_ends_at_the_plans_bytes() {
        let plan = plan(sample_files());
        let crc32 = plan.checksums(&mut open, &mut |_| {}).unwrap();
        let mut last = 0;
        let mut sink = StreamSink(Vec::new());
        plan.render(&mut sink, &mut open, &crc32, &mut |done| {
            assert!(done >= last);
            last = done;
        })
        .unwrap();
        assert_eq!(last, plan.bytes());
    }

    #[test]
    fn file_that_grew_shrank_or_changed_is_refused() {
        let plan = plan(vec![sealed("a", 1_000)]);
        let crc32 = plan.checksums(&mut open, &mut |_| {}).unwrap();
        let with = |bytes: Vec<u8>| {
            render(
                &plan,
                &mut |_, _| Ok(Box::new(Cursor::new(bytes.clone())) as Box<dyn Read>),
                &crc32,
            )
        };
        assert!(with(content("a", 1_000)).is_ok());
        assert!(matches!(
            with(content("a", 1_001)),
            Err(BundleError::Render(RenderError::Size { expected: 1_000, found: 1_001, .. }))
        ));
        assert!(matches!(
            with(content("a", 999)),
            Err(BundleError::Render(RenderError::Size { expected: 1_000, found: 999, .. }))
        ));
        assert!(matches!(
            with(content("b", 1_000)),
            Err(BundleError::Render(RenderError::Hash { .. }))
        ));
    }

    #[test]
    fn endless_file_is_refused_at_its_planned_size() {
        let plan = plan(vec![sealed("a", 10)]);
        let result = render(&plan, &mut |_, _| Ok(Box::new(io::repeat(1))), &[0]);
        assert!(matches!(
            result,
            Err(BundleError::Render(RenderError::Size { expected: 10, found: 11, .. }))
        ));
    }

    #[test]
    fn wrong_checksums_are_refused() {
        let plan = plan(vec![sealed("a", 10)]);
        let crc32 = plan.checksums(&mut open, &mut |_| {}).unwrap();
        assert!(matches!(
            render(&plan, &mut open, &[crc32[0] ^ 1]),
            Err(BundleError::Checksum { path }) if path == "a"
        ));
        assert!(matches!(
            render(&plan, &mut open, &[]),
            Err(BundleError::ChecksumCount { expected: 1, found: 0 })
        ));
    }

    #[test]
    fn refusing_sink_is_reported_with_its_offset() {
        struct Full(u64);
        impl Sink for Full {
            fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
                self.0 =
                    self.0.checked_sub(bytes.len() as u64).ok_or(io::ErrorKind::StorageFull)?;
                Ok(())
            }
        }
        let plan = plan(vec![sealed("a", 10)]);
        let crc32 = plan.checksums(&mut open, &mut |_| {}).unwrap();
        let error = plan.render(&mut Full(31), &mut open, &crc32, &mut |_| {});
        assert!(matches!(error, Err(BundleError::Render(RenderError::Write { offset: 31, .. }))));
    }
}
