//! The list of fixtures about the seal: what was signed, by whom, for what.
//!
//! Names are for people who order an exercise, and for tests; a name is never
//! given to another attack.

use std::path::Path;

use super::seal_draft::Draft;
use super::seal_fields::{self as fields, after, past_the_end};
use super::seal_json as json;
use super::seal_signatures as signatures;
use super::trust_documents as documents;
use super::trust_history as history;
use super::{DrillError, Keys};
use crate::seal::layout::{MANIFEST, SUMS, sums_signature, trust_signature};
use crate::seal::signature::trust_comment;

type Make = fn(&mut Draft, &Keys<'_>) -> Result<(), DrillError>;

/// One attack.
pub struct Fixture {
    /// Its name on the command line.
    pub name: &'static str,
    /// The row of docs/THREATS.md.
    pub row: u8,
    /// What is bad.
    pub what: &'static str,
    make: Make,
}

impl Fixture {
    /// Makes the bad one of the good release folder `good`, in the folder
    /// `out`, which must not be there.
    pub fn write(&self, good: &Path, keys: &Keys<'_>, out: &Path) -> Result<(), DrillError> {
        let mut draft = Draft::read(good)?;
        (self.make)(&mut draft, keys)?;
        draft.write(out)
    }
}

/// The fixture called `name`.
pub fn fixture(name: &str) -> Option<&'static Fixture> {
    FIXTURES.iter().find(|fixture| fixture.name == name)
}

/// The seal of the release in `seal` over the files of the one in `files`.
pub fn mixed(seal: &Path, files: &Path, out: &Path) -> Result<(), DrillError> {
    let mut draft = Draft::read(seal)?;
    let other = Draft::read(files)?;
    for name in draft.names().iter().filter(|name| !name.starts_with("SEAL/")) {
        draft.take(name, &other)?;
    }
    draft.write(out)
}

/// `SHA256SUMS` and signatures of the release in `seal`, and the manifest of
/// the one in `manifest`.
pub fn mixed_manifest(seal: &Path, manifest: &Path, out: &Path) -> Result<(), DrillError> {
    let mut draft = Draft::read(seal)?;
    draft.take(MANIFEST, &Draft::read(manifest)?)?;
    draft.write(out)
}

/// A legacy signature (`minisign -l`) that says it is a new one, in the place
/// of the first signer's.
pub fn legacy_turned_new(
    good: &Path,
    keys: &Keys<'_>,
    legacy: &[u8],
    out: &Path,
) -> Result<(), DrillError> {
    let mut draft = Draft::read(good)?;
    let bad = signatures::legacy_turned_new(legacy)?;
    draft.change(&sums_signature(keys.release[0].public().id()), |_| bad)?;
    draft.write(out)
}

/// Signs again with another release's comment: `change` gets publisher,
/// product, version, epoch and sequence as they stand in a comment.
fn comment_of(
    draft: &mut Draft,
    keys: &Keys<'_>,
    change: impl FnOnce(&mut [String; 5]),
) -> Result<(), DrillError> {
    let manifest = draft.manifest()?;
    let mut parts = [
        manifest.publisher.to_string(),
        manifest.product.to_string(),
        manifest.version.to_string(),
        manifest.epoch.to_string(),
        manifest.sequence.to_string(),
    ];
    change(&mut parts);
    let [publisher, product, version, epoch, sequence] = parts;
    let comment = format!("mediaseal release {publisher} {product} {version} {epoch}.{sequence}");
    draft.sign_again(keys, &comment)
}

/// A release signature in a second file, by `key`.
fn also_signed(
    draft: &mut Draft,
    key: &crate::sign::keyfile::SigningKey,
) -> Result<(), DrillError> {
    let comment = draft.comment()?;
    draft.sign(key, &comment)
}

macro_rules! fixtures {
    ($($row:literal $name:literal $what:literal => $make:expr;)*) => {
        /// Every fixture, in the order of the rows.
        pub const FIXTURES: &[Fixture] = &[
            $(Fixture { name: $name, row: $row, what: $what, make: $make },)*
        ];
    };
}

fixtures! {
    1 "empty-key" "nothing at all" => |draft, _| { draft.clear(); Ok(()) };
    1 "empty-sums" "SHA256SUMS is empty" => |draft, _| draft.change(SUMS, |_| Vec::new());
    1 "empty-sums-signed" "SHA256SUMS is empty, and signed" => |draft, keys| {
        let comment = draft.comment()?;
        draft.change(SUMS, |_| Vec::new())?;
        draft.sign_again(keys, &comment)
    };
    1 "no-sums" "no SHA256SUMS" => |draft, _| draft.remove(SUMS).map(drop);
    1 "no-manifest" "no manifest" => |draft, _| draft.remove(MANIFEST).map(drop);
    1 "no-signatures" "no signature" => |draft, _| { draft.unsign(); Ok(()) };
    1 "empty-signature" "a signature file without a byte" =>
        |draft, keys| signatures::of_release(draft, keys, signatures::empty);
    1 "empty-signatures" "no signature file has a byte" => |draft, keys| {
        for key in keys.release {
            draft.change(&sums_signature(key.public().id()), |_| Vec::new())?;
        }
        Ok(())
    };

    2 "threshold-zero" "nobody must sign releases" => documents::threshold_zero;
    2 "root-threshold-zero" "nobody must sign trust documents" => documents::root_threshold_zero;
    2 "threshold-above-keys" "more must sign than there are" => documents::threshold_above_keys;
    2 "key-twice-in-role" "one key counts as two" => documents::key_twice_in_role;
    2 "two-keys-one-id" "two keys answer to one id" => documents::two_keys_one_id;

    3 "one-key-signs-twice" "two files, one key" => documents::one_key_signs_twice;
    3 "signer-left-the-role" "a signer may no longer sign" => documents::signer_left_the_role;
    3 "key-on-the-medium-only" "a signer whom the medium alone knows" =>
        documents::key_on_the_medium_only;

    4 "rogue-signature" "a stranger's signature beside enough good ones" =>
        |draft, keys| also_signed(draft, keys.stranger);
    4 "broken-signature" "a broken file beside enough good signatures" => |draft, keys| {
        also_signed(draft, keys.stranger)?;
        let path = sums_signature(keys.stranger.public().id());
        draft.change(&path, |_| b"not a signature\n".to_vec())
    };
    4 "rogue-trust-signature" "a stranger's signature on a trust document" => |draft, keys| {
        let document = draft.newest()?;
        let path = crate::seal::layout::trust_document(document.version);
        let comment = trust_comment(&document.publisher, document.version);
        let file = keys.stranger.sign(draft.bytes(&path)?, &comment)?;
        draft.put(trust_signature(document.version, keys.stranger.public().id()), file);
        Ok(())
    };

    5 "legacy" "a signature of the legacy algorithm" =>
        |draft, keys| signatures::of_release(draft, keys, signatures::legacy);
    5 "legacy-trust" "the same on a trust document" =>
        |draft, keys| signatures::of_trust(draft, keys, signatures::legacy);
    5 "malleable-s" "the same signature in another number" =>
        |draft, keys| signatures::of_release(draft, keys, signatures::malleable_s);
    5 "malleable-s-trust" "the same on a trust document" =>
        |draft, keys| signatures::of_trust(draft, keys, signatures::malleable_s);
    5 "small-order-key" "a key that signs everything" => documents::small_order_key;
    5 "longer-blob" "more bytes in the base64" =>
        |draft, keys| signatures::of_release(draft, keys, signatures::longer_blob);
    5 "bytes-after-base64" "bytes behind the base64" =>
        |draft, keys| signatures::of_release(draft, keys, signatures::bytes_after_base64);
    5 "bytes-after-base64-trust" "the same on a trust document" =>
        |draft, keys| signatures::of_trust(draft, keys, signatures::bytes_after_base64);
    5 "base64-padded-twice" "the same signature in another base64" =>
        |draft, keys| signatures::of_release(draft, keys, signatures::padded_twice);
    5 "base64-padded-twice-trust" "the same on a trust document" =>
        |draft, keys| signatures::of_trust(draft, keys, signatures::padded_twice);
    5 "cr-lf" "lines that end as on Windows" =>
        |draft, keys| signatures::of_release(draft, keys, signatures::cr_lf);
    5 "cr-lf-trust" "the same on a trust document" =>
        |draft, keys| signatures::of_trust(draft, keys, signatures::cr_lf);
    5 "fifth-line" "a line more" =>
        |draft, keys| signatures::of_release(draft, keys, signatures::fifth_line);
    5 "fifth-line-trust" "the same on a trust document" =>
        |draft, keys| signatures::of_trust(draft, keys, signatures::fifth_line);
    5 "untrusted-comment" "another untrusted comment" =>
        |draft, keys| signatures::of_release(draft, keys, signatures::untrusted_comment);
    5 "untrusted-comment-trust" "the same on a trust document" =>
        |draft, keys| signatures::of_trust(draft, keys, signatures::untrusted_comment);
    5 "trusted-comment" "a trusted comment without its own signature" =>
        |draft, keys| signatures::of_release(draft, keys, signatures::trusted_comment);
    5 "trusted-comment-trust" "the same on a trust document" =>
        |draft, keys| signatures::of_trust(draft, keys, signatures::trusted_comment);

    6 "comment-publisher" "signed for another publisher" =>
        |draft, keys| comment_of(draft, keys, |parts| parts[0].push('x'));
    6 "comment-product" "signed for another product" =>
        |draft, keys| comment_of(draft, keys, |parts| parts[1].push('x'));
    6 "comment-version" "signed for another version" =>
        |draft, keys| comment_of(draft, keys, |parts| parts[2].push('x'));
    6 "comment-epoch" "signed for another epoch" =>
        |draft, keys| comment_of(draft, keys, |parts| parts[3].push('0'));
    6 "comment-sequence" "signed for another sequence" =>
        |draft, keys| comment_of(draft, keys, |parts| parts[4].push('0'));
    6 "comment-of-trust" "the comment of a trust document" => |draft, keys| {
        let document = draft.newest()?;
        let comment = trust_comment(&document.publisher, document.version);
        draft.sign_again(keys, &comment)
    };
    6 "trust-signature-on-release" "a trust document's signature beside SHA256SUMS" =>
        |draft, keys| {
            let (version, id) = (draft.newest()?.version, keys.root[0].public().id());
            let file = draft.bytes(&trust_signature(version, id))?.to_vec();
            draft.put(sums_signature(id), file);
            Ok(())
        };
    6 "root-signs-release" "a root holder signs the release" =>
        |draft, keys| also_signed(draft, keys.root[0]);
    6 "release-signature-on-trust" "a release's signature beside a trust document" =>
        |draft, keys| {
            let (version, id) = (draft.newest()?.version, keys.release[0].public().id());
            let file = draft.bytes(&sums_signature(id))?.to_vec();
            draft.put(trust_signature(version, id), file);
            Ok(())
        };
    6 "release-comment-on-trust" "a root holder's signature with a release's comment" =>
        |draft, keys| {
            let version = draft.newest()?.version;
            let path = crate::seal::layout::trust_document(version);
            let file = keys.root[0].sign(draft.bytes(&path)?, &draft.comment()?)?;
            draft.change(&trust_signature(version, keys.root[0].public().id()), |_| file)
        };

    7 "below-floor" "a trust document says that this release is too old" => history::floor_raised;

    8 "sequence-past-the-end" "a sequence of 2^31" =>
        |draft, keys| fields::number(draft, keys, "sequence", &past_the_end());
    8 "sequence-zero" "sequence 0" => |draft, keys| fields::number(draft, keys, "sequence", "0");
    8 "sequence-wraps" "a sequence of 2^32 + 1" =>
        |draft, keys| fields::number(draft, keys, "sequence", "4294967297");
    8 "epoch-past-the-end" "an epoch of 2^31" =>
        |draft, keys| fields::number(draft, keys, "epoch", &past_the_end());
    8 "trust-floor-past-the-end" "a floor of 2^31 in a trust document" =>
        history::floor_past_the_end;
    8 "other-epoch" "an epoch that no trust document names" =>
        |draft, keys| fields::changed(draft, keys, |manifest| manifest.epoch = after(manifest.epoch));
    8 "floor-above-sequence" "a floor above the release itself" =>
        |draft, keys| fields::changed(draft, keys, |m| m.floor = after(m.sequence));
    8 "floor-lowered" "a trust document lowers a floor" => history::floor_lowered;
    8 "product-dropped" "a trust document forgets a product" => history::product_dropped;
    8 "withdrawn-dropped" "a trust document forgets a withdrawal" => history::withdrawn_dropped;
    8 "version-gap" "a trust document is left out" => history::version_gap;
    8 "version-in-name" "a trust document under another number" => history::version_in_name;
    8 "signed-by-old-side" "new roots did not sign" => history::signed_by_old_side;
    8 "signed-by-new-side" "old roots did not sign" => history::signed_by_new_side;
    8 "wrong-previous" "a trust document follows another one" => history::wrong_previous;
    8 "fork" "another document with the number of the newest" => history::fork;
    8 "old-root-keys" "stolen root keys begin another history" => history::old_root_keys;

    19 "json-double-key" "a key twice in the manifest" =>
        |draft, keys| json::of_manifest(draft, keys, json::double_key);
    19 "json-unknown-field" "a field that nobody knows" =>
        |draft, keys| json::of_manifest(draft, keys, json::unknown_field);
    19 "json-depth" "arrays without end" =>
        |draft, keys| json::of_manifest(draft, keys, json::depth);
    19 "json-beyond-numbers" "1e999" =>
        |draft, keys| json::of_manifest(draft, keys, json::beyond_numbers);
    19 "json-minus-zero" "-0" => |draft, keys| json::of_manifest(draft, keys, json::minus_zero);
    19 "json-fraction" "1.0" => |draft, keys| json::of_manifest(draft, keys, json::fraction);
    19 "json-byte-order-mark" "a byte-order mark" =>
        |draft, keys| json::of_manifest(draft, keys, json::byte_order_mark);
    19 "json-trailing-byte" "a byte behind the end" =>
        |draft, keys| json::of_manifest(draft, keys, json::trailing_byte);
    19 "json-second-document" "a second document behind the first" =>
        |draft, keys| json::of_manifest(draft, keys, json::second_document);
    19 "json-escaped-letter" "a letter as an escape" =>
        |draft, keys| json::of_manifest(draft, keys, json::escaped_letter);
    19 "json-one-line" "without white space" =>
        |draft, keys| json::of_manifest(draft, keys, json::one_line);
    19 "json-cr-lf" "lines that end as on Windows" =>
        |draft, keys| json::of_manifest(draft, keys, json::cr_lf);
    19 "trust-json-double-key" "a key twice in a trust document" =>
        |draft, keys| json::of_trust(draft, keys, json::double_key);
    19 "trust-json-unknown-field" "a field that nobody knows" =>
        |draft, keys| json::of_trust(draft, keys, json::unknown_field);
    19 "trust-json-depth" "arrays without end" =>
        |draft, keys| json::of_trust(draft, keys, json::depth);
    19 "trust-json-beyond-numbers" "1e999" =>
        |draft, keys| json::of_trust(draft, keys, json::beyond_numbers);
    19 "trust-json-minus-zero" "-0" =>
        |draft, keys| json::of_trust(draft, keys, json::minus_zero);
    19 "trust-json-fraction" "1.0" => |draft, keys| json::of_trust(draft, keys, json::fraction);
    19 "trust-json-byte-order-mark" "a byte-order mark" =>
        |draft, keys| json::of_trust(draft, keys, json::byte_order_mark);
    19 "trust-json-trailing-byte" "a byte behind the end" =>
        |draft, keys| json::of_trust(draft, keys, json::trailing_byte);
    19 "trust-json-second-document" "a second document behind the first" =>
        |draft, keys| json::of_trust(draft, keys, json::second_document);
    19 "trust-json-escaped-letter" "a letter as an escape" =>
        |draft, keys| json::of_trust(draft, keys, json::escaped_letter);
    19 "trust-json-one-line" "without white space" =>
        |draft, keys| json::of_trust(draft, keys, json::one_line);
    19 "trust-json-cr-lf" "lines that end as on Windows" =>
        |draft, keys| json::of_trust(draft, keys, json::cr_lf);

    27 "title-escape" "an escape for terminals in the title" =>
        |draft, keys| fields::title(draft, keys, "\\u001b[2J");
    27 "title-right-to-left" "a right-to-left mark in the title" =>
        |draft, keys| fields::title(draft, keys, "\u{202e}");
    27 "title-new-line" "a line break in the title" =>
        |draft, keys| fields::title(draft, keys, "PASS\\n");
    27 "title-zero-byte" "a zero byte in the title" =>
        |draft, keys| fields::title(draft, keys, "\\u0000");
    27 "path-escape" "an escape for terminals in a path" =>
        |draft, keys| fields::payload_path(draft, keys, "PAYLOAD/\\u001b[2J.bin");
    27 "deceiving-comment" "an escape for terminals in a signature's comment" =>
        |draft, keys| signatures::of_release(draft, keys, signatures::deceiving_comment);
    27 "deceiving-names" "file names that a terminal or a page would obey" => |draft, _| {
        for name in ["\u{1b}[2Jcleared.txt", "\u{202e}txt.exe", "<script>alert(1)<.htm", "a\nPASS"]
        {
            draft.put(name, *b"x");
        }
        Ok(())
    };

    31 "counterfeit" "the same publisher's name, another one's keys" =>
        |draft, keys| documents::counterfeit(draft, keys, None);
    31 "counterfeit-publisher" "another publisher, whole in itself" =>
        |draft, keys| documents::counterfeit(draft, keys, Some("helpful-support"));
}
