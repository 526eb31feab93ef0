//! Renders a plan to a sink: one pass, front to back.
//!
//! Every file must have the planned size and, by the digest of the bytes that
//! the sink got ([`FileDigests`]), the planned hash; what was written up to then
//! is not a medium, and the caller throws it away. So a file that changes between
//! planning and rendering, grows, shrinks, or is exchanged cannot reach a key.

use std::io::{self, Read};

use super::fan::Work;
use super::file_digests::FileDigests;
use super::plan::Plan;
use super::render_error::RenderError;
use super::segment::{Fill, Part, Segment};
use super::sink::{PIECE, Shared, Sink, Tee};
use super::tree::{Content, FileSpec};

/// What rendering found out about one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenderedFile {
    /// CRC-32 as zip has it.
    pub crc32: u32,
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
}

/// A medium that was rendered, every file as sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// One for each file of the plan, in canonical order.
    pub files: Vec<RenderedFile>,
    /// Bytes given to the sink: those of the plan.
    pub bytes: u64,
}

/// All bytes of a medium went to a sink, every file in its planned size. Whether
/// they are those that were sealed is [`FileDigests::rendered`]'s to say.
#[derive(Debug)]
#[must_use = "the files have not been compared with what was sealed"]
pub struct Streamed {
    /// Bytes given to the sink.
    pub(super) bytes: u64,
}

/// Opens a sealed file by its index in [`Plan::files`].
pub type OpenFile<'a> = dyn FnMut(usize, &FileSpec) -> io::Result<Box<dyn Read + 'a>> + 'a;

/// Where the bytes of sealed files come from.
pub trait Files<'a> {
    /// As [`OpenFile`].
    fn open(&mut self, index: usize, file: &FileSpec) -> io::Result<Box<dyn Read + 'a>>;

    /// All bytes of a file, if they lie in memory or are read into it with its
    /// neighbours; it is not opened then.
    fn in_memory(&mut self, _file: &FileSpec) -> Option<Shared> {
        None
    }

    /// Who has read files ahead on a thread may have no need for it any more: begins the
    /// work there without waiting for who asks, drops it, or gives it back.
    fn lend(&mut self, work: Work<'static>) -> Option<Work<'static>> {
        Some(work)
    }
}

impl<'a, F> Files<'a> for F
where
    F: FnMut(usize, &FileSpec) -> io::Result<Box<dyn Read + 'a>>,
{
    fn open(&mut self, index: usize, file: &FileSpec) -> io::Result<Box<dyn Read + 'a>> {
        self(index, file)
    }
}

impl Plan {
    /// Renders the medium. `open` is called once for each file whose hash is
    /// known, in order, empty ones too; `progress` with the bytes done so far.
    pub fn render(
        &self,
        sink: &mut dyn Sink,
        mut open: &mut OpenFile<'_>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Rendered, RenderError> {
        let mut digests = FileDigests::new(self);
        let streamed = self.stream(&mut Tee(&mut digests, sink), &mut open, progress);
        // A file that was changed is the reason, whatever went wrong behind it.
        match digests.refusal() {
            Some(refusal) => Err(refusal),
            None => digests.rendered(streamed?),
        }
    }

    /// The pass alone: whoever calls this gives the same bytes to
    /// [`FileDigests`] as well. Each file is asked for as in [`Plan::render`].
    pub fn stream<'a>(
        &self,
        sink: &mut dyn Sink,
        files: &mut dyn Files<'a>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Streamed, RenderError> {
        let mut pass = Pass { plan: self, sink, progress, done: 0, buffer: vec![0; PIECE] };
        // An empty file has no segment; it is opened in its turn.
        let mut next = 0;
        for segment in self.segments() {
            match segment.part {
                Part::File(index) => {
                    (next..=index).try_for_each(|index| pass.file(index, files))?;
                    next = index + 1;
                }
                _ => pass.other(&segment)?,
            }
        }
        (next..self.files().len()).try_for_each(|index| pass.file(index, files))?;
        Ok(Streamed { bytes: pass.done })
    }
}

/// One pass over a plan.
struct Pass<'a> {
    plan: &'a Plan,
    sink: &'a mut dyn Sink,
    progress: &'a mut dyn FnMut(u64),
    done: u64,
    buffer: Vec<u8>,
}

impl Pass<'_> {
    /// Renders a segment that is no file.
    fn other(&mut self, segment: &Segment) -> Result<(), RenderError> {
        let mut left = segment.length;
        match segment.fill {
            Fill::Structure => {
                let mut structure = self.plan.structure(segment.part);
                while left > 0 {
                    let length = left.min(PIECE as u64) as usize;
                    let bytes = structure.next(length);
                    write(self.sink, &mut self.done, bytes)?;
                    left -= length as u64;
                }
            }
            Fill::Zeros => {
                self.sink
                    .zeros(left)
                    .map_err(|source| RenderError::Write { offset: self.done, source })?;
                self.done += left;
            }
            // Files go through `file`.
            Fill::Known | Fill::Hashed => {}
        }
        (self.progress)(self.done);
        Ok(())
    }

    /// Renders the bytes of file `index`, without its slack.
    fn file<'a>(&mut self, index: usize, files: &mut dyn Files<'a>) -> Result<(), RenderError> {
        let spec = &self.plan.files()[index];
        match &spec.content {
            Content::Known(bytes) => {
                write(self.sink, &mut self.done, bytes)?;
                (self.progress)(self.done);
                Ok(())
            }
            Content::Hashed(_) => {
                if let Some(bytes) = files.in_memory(spec) {
                    return self.share(spec, &bytes);
                }
                let mut reader = files
                    .open(index, spec)
                    .map_err(|source| RenderError::Open { path: spec.path.clone(), source })?;
                self.copy(spec, &mut *reader)
            }
        }
    }

    /// Hands on a sealed file that lies in memory.
    fn share(&mut self, spec: &FileSpec, bytes: &Shared) -> Result<(), RenderError> {
        let found = bytes.as_ref().len() as u64;
        if found != spec.size {
            return Err(RenderError::Size {
                path: spec.path.clone(),
                expected: spec.size,
                found: found.min(spec.size.saturating_add(1)),
            });
        }
        self.sink
            .share(bytes)
            .map_err(|source| RenderError::Write { offset: self.done, source })?;
        self.done += found;
        (self.progress)(self.done);
        Ok(())
    }

    /// Streams a sealed file from its reader to the sink.
    fn copy(&mut self, spec: &FileSpec, reader: &mut dyn Read) -> Result<(), RenderError> {
        let mut read = 0_u64;
        let size_error =
            |found| RenderError::Size { path: spec.path.clone(), expected: spec.size, found };
        loop {
            // Ask for one byte too many at the end: a file that grew shows.
            let wanted = (spec.size - read).saturating_add(1).min(PIECE as u64) as usize;
            let length = match reader.read(&mut self.buffer[..wanted]) {
                Ok(length) => length,
                Err(source) if source.kind() == io::ErrorKind::Interrupted => continue,
                Err(source) => {
                    return Err(RenderError::Read {
                        path: spec.path.clone(),
                        offset: read,
                        source,
                    });
                }
            };
            if length == 0 {
                break;
            }
            if read + length as u64 > spec.size {
                return Err(size_error(spec.size + 1));
            }
            // A reader that claims more than it was given room for is broken;
            // `get` keeps that from being a panic.
            let bytes = self.buffer.get(..length).unwrap_or_default();
            write(self.sink, &mut self.done, bytes)?;
            read += bytes.len() as u64;
            (self.progress)(self.done);
        }
        match read == spec.size {
            true => Ok(()),
            false => Err(size_error(read)),
        }
    }
}

/// Gives `bytes` to the sink and counts them.
fn write(sink: &mut dyn Sink, done: &mut u64, bytes: &[u8]) -> Result<(), RenderError> {
    sink.write(bytes).map_err(|source| RenderError::Write { offset: *done, source })?;
    *done += bytes.len() as u64;
    Ok(())
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::super::sink::{FileSink, HashSink, StreamSink, Tee};
    use super::super::testing::{content, image, open, sample, sealed, volume};
    use super::*;

    #[test]
    fn the_format_does_not_drift() {
        // SHA-256 of the sample medium. A change here is a change of format:
        // every image and every key in the field would differ.
        let mut sink = HashSink::default();
        let rendered = sample().render(&mut sink, &mut open, &mut |_| {}).unwrap();
        assert_eq!(rendered.bytes, 35 << 20);
        assert_eq!(sink.length(), 35 << 20);
        assert_eq!(data_encoding::HEXLOWER.encode(&sink.finish()), GOLDEN_SAMPLE);
    }

    const GOLDEN_SAMPLE: &str = "7911621d64cbc42f35b78d3f32840f88aec70cb7acf47aeaf8470652296be6f5";

    #[test]
    fn file_sink_and_stream_sink_hold_the_same_bytes() {
        use std::io::Seek;
        let plan = sample();
        let file = FileSink::new(tempfile::tempfile().unwrap()).unwrap();
        let mut sink = Tee(file, StreamSink(Vec::new()));
        plan.render(&mut sink, &mut open, &mut |_| {}).unwrap();
        let mut file = sink.0.finish().unwrap();
        let mut bytes = Vec::new();
        file.rewind().unwrap();
        file.read_to_end(&mut bytes).unwrap();
        assert!(bytes == sink.1.0);
    }

    #[test]
    fn every_file_comes_with_crc_and_hash_and_empty_ones_are_opened_too() {
        let plan = sample();
        let mut opened = Vec::new();
        let mut done = 0;
        let rendered = plan
            .render(
                &mut HashSink::default(),
                &mut |index, file| {
                    opened.push(index);
                    open(index, file)
                },
                &mut |bytes| {
                    assert!(bytes >= done);
                    done = bytes;
                },
            )
            .unwrap();
        assert_eq!(done, plan.bytes());
        assert_eq!(opened, [3, 4, 5, 6]);
        for (file, result) in plan.files().iter().zip(&rendered.files) {
            let bytes = match &file.content {
                Content::Known(bytes) => bytes.clone(),
                Content::Hashed(_) => content(&file.path, file.size),
            };
            assert_eq!(result.crc32, crc32fast::hash(&bytes), "{}", file.path);
            let sha256: [u8; 32] = Sha256::digest(&bytes).into();
            assert_eq!(result.sha256, sha256, "{}", file.path);
        }
    }

    #[test]
    fn files_lie_where_the_plan_says() {
        let plan = sample();
        let image = image(&plan);
        for (index, file) in plan.files().iter().enumerate() {
            let Some(sectors) = plan.file_sectors(index) else {
                continue;
            };
            let first = sectors.first as usize * 512;
            let found = &image[first..first + file.size as usize];
            match &file.content {
                Content::Known(bytes) => assert_eq!(found, bytes),
                Content::Hashed(_) => assert_eq!(found, content(&file.path, file.size)),
            }
        }
    }

    fn error_for(size: u64, bytes: Vec<u8>) -> RenderError {
        let plan = Plan::new(&volume(35 << 20), vec![sealed("F", size)]).unwrap();
        plan.render(
            &mut HashSink::default(),
            &mut |_, _| Ok(Box::new(io::Cursor::new(bytes.clone()))),
            &mut |_| {},
        )
        .unwrap_err()
    }

    #[test]
    fn file_that_shrank_is_refused() {
        let error = error_for(9, content("F", 8));
        assert!(matches!(error, RenderError::Size { expected: 9, found: 8, .. }));
    }

    #[test]
    fn file_that_grew_is_refused() {
        for size in [0, 9, PIECE as u64 - 1, PIECE as u64, PIECE as u64 + 1] {
            let error = error_for(size, content("F", size + 1));
            assert!(matches!(error, RenderError::Size { found, .. } if found == size + 1));
        }
    }

    #[test]
    fn file_with_one_changed_byte_is_refused() {
        let mut bytes = content("F", 9);
        bytes[8] ^= 1;
        assert!(matches!(error_for(9, bytes), RenderError::Hash { .. }));
    }

    #[test]
    fn endless_file_is_refused_at_its_size() {
        let plan = Plan::new(&volume(35 << 20), vec![sealed("F", 9)]).unwrap();
        let result = plan.render(
            &mut HashSink::default(),
            &mut |_, _| Ok(Box::new(io::repeat(7))),
            &mut |_| {},
        );
        assert!(matches!(result, Err(RenderError::Size { found: 10, .. })));
    }

    #[test]
    fn a_sink_that_is_full_says_where() {
        struct Full(u64);
        impl Sink for Full {
            fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
                self.0 =
                    self.0.checked_sub(bytes.len() as u64).ok_or(io::ErrorKind::StorageFull)?;
                Ok(())
            }
        }
        let result = sample().render(&mut Full(3 << 20), &mut open, &mut |_| {});
        let Err(RenderError::Write { offset, .. }) = result else {
            panic!("{result:?}");
        };
        assert!(offset > 2 << 20 && offset <= 3 << 20);
    }
}
