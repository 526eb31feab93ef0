//! The image that is written: one file that nobody else can open, made once,
//! open until the last key is done.
//!
//! It is rendered here from sealed files that were decided upon, also where
//! the source is an image: what is written never depends on a file that others
//! can change meanwhile.

use std::fs::File;
use std::io;

use crate::build::piece_digests::PieceDigests;
use crate::seal::digest::Digest;

/// An image in an open file. Reading has no position: every target has a
/// cursor of its own.
#[derive(Debug)]
pub struct Image {
    file: File,
    /// Bytes in all.
    pub bytes: u64,
    /// SHA-256 of all of them.
    pub sha256: Digest,
    /// Digests of their pieces, taken of the rendered bytes and not of the file.
    pub pieces: PieceDigests,
}

impl Image {
    /// The image in `file`, whose length and digests were found out while it
    /// was made.
    pub fn new(file: File, bytes: u64, sha256: Digest, pieces: PieceDigests) -> Self {
        Self { file, bytes, sha256, pieces }
    }

    /// Fills `buffer` from `offset`; what is behind the image is zero. Returns
    /// how many bytes are of the image.
    pub fn fill(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let length = self.bytes.saturating_sub(offset).min(buffer.len() as u64) as usize;
        read_exact_at(&self.file, &mut buffer[..length], offset)?;
        buffer[length..].fill(0);
        Ok(length)
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    use std::os::windows::fs::FileExt as _;
    while !buffer.is_empty() {
        match file.seek_read(buffer, offset) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                buffer = &mut buffer[count..];
                offset += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod testing {
    use std::io::Write as _;
    use std::sync::OnceLock;

    use super::*;

    /// `bytes` bytes without a zero among them, other ones at every place.
    pub(crate) fn content(bytes: usize) -> Vec<u8> {
        // Made once: it is much work without optimisation.
        static CONTENT: OnceLock<Vec<u8>> = OnceLock::new();
        let content = CONTENT.get_or_init(|| make(5 << 20));
        content[..bytes].to_vec()
    }

    fn make(bytes: usize) -> Vec<u8> {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut content = Vec::with_capacity(bytes + 8);
        while content.len() < bytes {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            content.extend(state.to_le_bytes().map(|byte| byte | 1));
        }
        content.truncate(bytes);
        content
    }

    /// An image of these bytes.
    pub(crate) fn image(content: &[u8]) -> Image {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        let pieces = PieceDigests::of(&mut &*content).unwrap();
        Image::new(file, content.len() as u64, Digest::of(content), pieces)
    }

    #[test]
    fn what_is_behind_the_image_is_zero() {
        let image = image(&content(1000));
        let mut buffer = [7; 600];
        assert_eq!(image.fill(&mut buffer, 0).unwrap(), 600);
        assert!(buffer[..] == content(1000)[..600]);
        assert_eq!(image.fill(&mut buffer, 600).unwrap(), 400);
        assert!(buffer[..400] == content(1000)[600..] && buffer[400..] == [0; 200]);
        assert_eq!(image.fill(&mut buffer, 5000).unwrap(), 0);
        assert!(buffer == [0; 600]);
    }

    #[test]
    fn an_image_that_became_shorter_is_an_error() {
        let pieces = PieceDigests::of(&mut &b""[..]).unwrap();
        let image = Image::new(tempfile::tempfile().unwrap(), 1000, Digest::of(b""), pieces);
        assert!(image.fill(&mut [0; 100], 0).is_err());
    }
}
