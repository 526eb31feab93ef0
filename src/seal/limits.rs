//! Every limit of the format. Past one of them is an error, never a cut.

/// Files in a release; more is not a patch, and every list stays small.
pub const MAX_FILES: usize = 10_000;
/// Folders above a file plus the file itself.
pub const MAX_DEPTH: usize = 8;
/// Bytes of a path: with the longest folder name that `copy` makes under
/// `C:\Illumina` (100 characters) it stays below Windows' 259.
pub const MAX_PATH_BYTES: usize = 150;
/// Bytes of a file: the largest that FAT32 holds, 2^32 - 1.
pub const MAX_FILE_BYTES: u64 = u32::MAX as u64;
/// Bytes of `SHA256SUMS`: 10,001 lines of 64 + 2 + 150 + 1, rounded up.
pub const MAX_SUMS_BYTES: usize = 4 << 20;
/// Bytes of `manifest.json`: 10,000 entries of at most 250 bytes, and the head.
pub const MAX_MANIFEST_BYTES: usize = 4 << 20;
/// Bytes of a trust document.
pub const MAX_TRUST_BYTES: usize = 64 << 10;
/// Trust documents in a chain.
pub const MAX_TRUST_DOCUMENTS: usize = 64;
/// Keys in one role: a threshold is counted over people who know each other.
pub const MAX_ROLE_KEYS: usize = 16;
/// Bytes of a `.minisig` file: two fixed lines of 100 and 88, two comments.
pub const MAX_SIGNATURE_BYTES: usize = 1024;
/// Signature files beside one signed file: one for each key of a full chain.
pub const MAX_SIGNATURE_FILES: usize = MAX_TRUST_DOCUMENTS * MAX_ROLE_KEYS;
/// Bytes of an anchor: a full chain with its signatures, as JSON text.
pub const MAX_ANCHOR_BYTES: usize = 16 << 20;
/// Characters of a text that people read.
pub const MAX_TEXT_CHARACTERS: usize = 200;
/// The largest number of ours, 2^31 - 1: it fits every language's integer.
pub const MAX_NUMBER: u32 = (1 << 31) - 1;
/// Bytes of the smallest volume: 65,600 clusters of 512 bytes, both FATs and
/// the two whole MiB before the data area.
pub const MIN_VOLUME_BYTES: u64 = 35 << 20;
/// Bytes of the largest volume.
pub const MAX_VOLUME_BYTES: u64 = 64 << 30;
/// Volumes are whole multiples of this, 1 MiB.
pub const VOLUME_STEP: u64 = 1 << 20;
