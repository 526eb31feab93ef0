//! The image: read, written and hashed at the same time.
//!
//! The files are read here, once; the image is hashed on another thread, that of who has
//! read them ahead if it is free, and its block map on one more. While the hash still goes over the free space at the end, the image is written, its
//! files are compared with what was sealed, and the whole is flushed and looked at: here,
//! one after the other, or on threads where that is too much to keep until then.

use std::fs::File;
use std::thread;

use super::block_map::BlockMap;
use super::pack::PackError;
use super::piece_digests::{PieceDigests, PieceHash};
use crate::medium::{
    Fan, FileDigests, FileSink, Files, HashSink, Plan, RenderError, Rendered, Sink, Worker,
};
use crate::seal::digest::Digest;

/// An image that was made.
pub struct Image {
    /// SHA-256 of all its bytes.
    pub sha256: Digest,
    /// What rendering found out.
    pub rendered: Rendered,
    /// The text of its block map, if one was asked for.
    pub block_map: Option<String>,
    /// The digests of its pieces, if they were asked for.
    pub pieces: Option<PieceDigests>,
}

/// Renders `plan` into the empty file `target` and flushes it. `look` sees the
/// whole file before it counts as made.
pub fn make(
    plan: &Plan,
    target: File,
    block_map: Option<BlockMap>,
    pieces: Option<PieceHash>,
    files: &mut dyn Files<'_>,
    progress: &mut dyn FnMut(u64),
    look: impl FnOnce(&File) -> Result<(), PackError>,
) -> Result<Image, PackError> {
    let at_the_end =
        |source| PackError::Render(RenderError::Write { offset: plan.bytes(), source });
    let file = FileSink::new(target).map_err(at_the_end)?;
    thread::scope(|scope| {
        let mut fan = Fan::new();
        let mut lend = |work| files.lend(work);
        let hasher = fan.add_on(scope, HashSink::default(), &mut lend);
        // Both have time until the hash has gone over the free space.
        let writer = fan.add_patient(scope, file);
        let digester = fan.add_patient(scope, FileDigests::new(plan));
        let mapper = block_map.map(|map| fan.add(scope, map));
        let cutter = pieces.map(|pieces| fan.add(scope, pieces));
        let streamed = match plan.stream(&mut fan, files, progress) {
            Ok(streamed) => streamed,
            Err(error) => {
                // What was gathered so far may hold the file that is the reason.
                let _ = fan.close();
                let refusal = digester.finish().ok().and_then(|digests| digests.refusal());
                let error = refusal.unwrap_or_else(|| reason(error, writer));
                return Err(PackError::Render(error));
            }
        };
        let closed = fan.close();
        // If the writer gave up, its own error says why.
        let file = writer.finish().and_then(FileSink::finish).map_err(at_the_end)?;
        closed.and_then(|()| file.sync_all()).map_err(at_the_end)?;
        let digests = digester.finish().map_err(at_the_end)?;
        let rendered = digests.rendered(streamed).map_err(PackError::Render)?;
        look(&file)?;
        let sha256 = Digest(hasher.finish().map_err(at_the_end)?.finish());
        let map = mapper.map(|mapper| mapper.finish().and_then(BlockMap::finish)).transpose();
        let block_map = map.map_err(at_the_end)?;
        let pieces = cutter.map(|cutter| cutter.finish().map(PieceHash::finish)).transpose();
        let pieces = pieces.map_err(at_the_end)?;
        Ok(Image { sha256, rendered, block_map, pieces })
    })
}

/// Rendering learns only that nobody takes bytes any more; the writer knows why.
fn reason<S: Sink>(error: RenderError, writer: Worker<S>) -> RenderError {
    match (error, writer.finish()) {
        (RenderError::Write { offset, .. }, Err(source)) => RenderError::Write { offset, source },
        (error, _) => error,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read as _, Seek as _};
    use std::sync::Arc;

    use sha2::{Digest as _, Sha256};

    use super::*;
    use crate::medium::{FatTime, FileSpec, Shared, VolumeSpec, Work};

    const CONTENT: &[u8] = b"one file of the medium";

    fn plan() -> Plan {
        let volume = VolumeSpec {
            bytes: 35 << 20,
            label: "LAB".to_string(),
            issued: FatTime::new(2026, 11, 23, 12, 0, 0).unwrap(),
            identity: [7; 32],
        };
        let sha256 = Sha256::digest(CONTENT).into();
        let file = FileSpec::hashed("A.BIN", CONTENT.len() as u64, sha256);
        Plan::new(&volume, vec![file]).unwrap()
    }

    fn made(
        target: File,
        content: &'static [u8],
        look: impl FnOnce(&File) -> Result<(), PackError>,
    ) -> Result<Image, PackError> {
        let mut open =
            |_: usize, _: &FileSpec| -> io::Result<Box<dyn io::Read>> { Ok(Box::new(content)) };
        make(&plan(), target, None, Some(PieceHash::default()), &mut open, &mut |_| (), look)
    }

    #[test]
    fn digest_is_that_of_the_bytes_in_the_file() {
        let mut file = tempfile::tempfile().unwrap();
        let image = made(file.try_clone().unwrap(), CONTENT, |_| Ok(())).unwrap();
        let mut bytes = Vec::new();
        file.rewind().unwrap();
        file.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes.len(), 35 << 20);
        assert_eq!(image.sha256, Digest::of(&bytes));
        assert_eq!(image.rendered.bytes, 35 << 20);
        assert_eq!(image.pieces, Some(PieceDigests::of(&mut &bytes[..]).unwrap()));
    }

    /// A file that lies in memory, and no other way to its bytes.
    struct InMemory(&'static [u8]);

    impl Files<'_> for InMemory {
        fn open(&mut self, _: usize, _: &FileSpec) -> io::Result<Box<dyn io::Read>> {
            Err(io::ErrorKind::NotFound.into())
        }

        fn in_memory(&mut self, _: &FileSpec) -> Option<Shared> {
            let block = [b"before".as_slice(), self.0, b"behind"].concat();
            Some(Shared::new(Arc::new(block), 6..6 + self.0.len()))
        }
    }

    /// Files whose reader lends its thread.
    struct Lending(Option<std::thread::JoinHandle<()>>);

    impl Files<'_> for Lending {
        fn open(&mut self, _: usize, _: &FileSpec) -> io::Result<Box<dyn io::Read>> {
            Ok(Box::new(CONTENT))
        }

        fn lend(&mut self, work: Work<'static>) -> Option<Work<'static>> {
            self.0 = Some(std::thread::spawn(work));
            None
        }
    }

    #[test]
    fn a_lent_thread_comes_to_the_same() {
        let mut files = Lending(None);
        let target = tempfile::tempfile().unwrap();
        let lent = make(&plan(), target, None, None, &mut files, &mut |_| (), |_| Ok(())).unwrap();
        let own = made(tempfile::tempfile().unwrap(), CONTENT, |_| Ok(())).unwrap();
        assert_eq!((lent.sha256, lent.rendered), (own.sha256, own.rendered));
        files.0.unwrap().join().unwrap();
    }

    #[test]
    fn a_file_in_memory_is_held_to_the_same() {
        let in_memory = |content| {
            let target = tempfile::tempfile().unwrap();
            make(&plan(), target, None, None, &mut InMemory(content), &mut |_| (), |_| Ok(()))
        };
        let read = made(tempfile::tempfile().unwrap(), CONTENT, |_| Ok(())).unwrap();
        let shared = in_memory(CONTENT).unwrap();
        assert_eq!((shared.sha256, shared.rendered), (read.sha256, read.rendered));
        let error = |content| match in_memory(content) {
            Err(PackError::Render(error)) => error,
            _ => panic!("no image may come of {content:?}"),
        };
        assert!(matches!(error(b"one file of tHe medium"), RenderError::Hash { .. }));
        assert!(matches!(error(b"one file of the mediu"), RenderError::Size { found: 21, .. }));
        assert!(matches!(error(b"one file of the medium!!"), RenderError::Size { found: 23, .. }));
    }

    #[test]
    fn the_first_file_that_was_changed_is_the_reason_whatever_comes_behind_it() {
        let volume = VolumeSpec {
            bytes: 35 << 20,
            label: "LAB".to_string(),
            issued: FatTime::new(2026, 11, 23, 12, 0, 0).unwrap(),
            identity: [7; 32],
        };
        let file = |path| FileSpec::hashed(path, 4, Sha256::digest(b"good").into());
        let plan = Plan::new(&volume, vec![file("A"), file("B"), file("C")]).unwrap();
        let mut open = |_: usize, file: &FileSpec| -> io::Result<Box<dyn io::Read>> {
            match file.path.as_str() {
                "A" => Ok(Box::new(b"good".as_slice())),
                "B" => Ok(Box::new(b"evil".as_slice())),
                _ => Err(io::ErrorKind::PermissionDenied.into()),
            }
        };
        let target = tempfile::tempfile().unwrap();
        let made = make(&plan, target, None, None, &mut open, &mut |_| (), |_| Ok(()));
        let Err(PackError::Render(RenderError::Hash { path })) = made else {
            panic!("B was taken");
        };
        assert_eq!(path, "B");
    }

    #[test]
    fn the_whole_file_is_looked_at_before_it_counts() {
        let refused = made(tempfile::tempfile().unwrap(), CONTENT, |file| {
            assert_eq!(file.metadata().unwrap().len(), 35 << 20);
            Err(PackError::Verdict)
        });
        assert!(matches!(refused, Err(PackError::Verdict)));
    }

    #[test]
    fn a_file_that_is_not_as_sealed_makes_no_image() {
        let other = made(tempfile::tempfile().unwrap(), b"one file of tHe medium", |_| Ok(()));
        assert!(matches!(other, Err(PackError::Render(RenderError::Hash { .. }))));
    }

    #[test]
    fn a_file_that_cannot_be_written_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("image");
        File::create(&path).unwrap();
        let read_only = File::open(&path).unwrap();
        let error = made(read_only, CONTENT, |_| Ok(())).err();
        let Some(PackError::Render(RenderError::Write { source, .. })) = error else {
            panic!("{error:?}");
        };
        assert_ne!(source.kind(), io::ErrorKind::BrokenPipe);
    }
}
