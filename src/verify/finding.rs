//! Findings: one numbered, stable result each.
//!
//! A number is never given twice and never changes its meaning: officers write
//! it down and support looks it up (docs/THREATS.md). What a finding does to
//! the verdict is its severity and follows from its kind alone.

use crate::seal::names::{Identifier, Number, Position, escape};
use crate::seal::signature::SignatureError;
use crate::seal::timestamp::Timestamp;
use crate::text::{Entry, Language, Table, fill};

use super::detail::Detail;
use super::place::{here, hex, stranger};

pub use super::place::{Place, Sectors, Spot};

/// What a finding does to the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing: worth knowing.
    Note,
    /// CANNOT TELL, because something could not be read.
    Unread,
    /// CANNOT TELL, because trust is not set up.
    Trust,
    /// Refused for safety.
    Refused,
    /// FAIL.
    Fail,
}

impl Severity {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Unread => "unread",
            Self::Trust => "trust",
            Self::Refused => "refused",
            Self::Fail => "fail",
        }
    }
}

/// Why a verifier has no anchor that it may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unpinned {
    /// Neither a state nor `--anchor`.
    NoAnchor,
    /// The anchor lies inside SOURCE.
    AnchorInsideSource,
    /// The anchor lies on the device, removable drive or share of SOURCE.
    AnchorOnSourceDevice,
    /// The state lies inside SOURCE.
    StateInsideSource,
    /// The state lies on the device, removable drive or share of SOURCE.
    StateOnSourceDevice,
    /// The verifier's program file lies inside SOURCE.
    StartedFromSource,
    /// The verifier's program file lies on a removable drive or a share.
    StartedFromRemovable,
}

impl Unpinned {
    /// Every reason, for tests.
    pub const ALL: [Self; 7] = [
        Self::NoAnchor,
        Self::AnchorInsideSource,
        Self::AnchorOnSourceDevice,
        Self::StateInsideSource,
        Self::StateOnSourceDevice,
        Self::StartedFromSource,
        Self::StartedFromRemovable,
    ];

    /// The words for it.
    pub fn words(self, table: &Table) -> &'static str {
        let reasons = &table.unpinned;
        match self {
            Self::NoAnchor => reasons.no_anchor,
            Self::AnchorInsideSource => reasons.anchor_inside_source,
            Self::AnchorOnSourceDevice => reasons.anchor_on_source_device,
            Self::StateInsideSource => reasons.state_inside_source,
            Self::StateOnSourceDevice => reasons.state_on_source_device,
            Self::StartedFromSource => reasons.started_from_source,
            Self::StartedFromRemovable => reasons.started_from_removable,
        }
    }
}

/// What was found. Texts from a medium are kept as found and escaped where
/// they are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // `facts` and the text tables say what each one means.
pub enum Kind {
    NothingToCompare,
    NoSums,
    EmptySums,
    SumsRefused { detail: Detail },
    NoManifest,
    ManifestRefused { detail: Detail },
    ManifestChanged,
    SumsAndManifestDiffer { path: String },
    OtherPublisherInManifest { found: Identifier, expected: Identifier },
    SealFileTooLong { path: String, limit: usize },
    NotRendered { detail: Detail },
    FileChanged { path: String, sectors: Sectors },
    FileMissing { path: String },
    FileSize { path: String, expected: u64, found: u64 },
    NotAFile { path: String },
    LevelTooLow { required: &'static str, reached: &'static str },
    UnexpectedFile { path: String, size: u64, sectors: Sectors },
    UnexpectedFolder { path: String },
    NotAPlainFile { path: String },
    NameNotAllowed { path: String },
    DoubleName { path: String },
    HiddenAttribute { path: String },
    UnexpectedStream { path: String, size: u64 },
    StructureChanged { region: Place, start: u64, length: u64, expected: Vec<u8>, found: Vec<u8> },
    DeletedEntry { folder: String, name: String, sector: u64, byte: u64 },
    FreeSpaceUsed { first: u64, last: u64, start: u64, found: Vec<u8> },
    SlackUsed { path: String, start: u64, found: Vec<u8> },
    AfterTheEnd { start: u64, found: Vec<u8> },
    TooShort { expected: u64, found: u64 },
    BundleChanged { region: Place, start: u64, length: u64, expected: Vec<u8>, found: Vec<u8> },
    MoreDifferences { count: u64 },
    ReaderRemark { detail: Detail },
    ListingGivenUp { detail: Detail },
    NoSignature,
    TooFewSigners { counted: u32, needed: u32 },
    SignatureRefused { path: String, reason: SignatureError },
    SignatureOfOtherRelease { path: String, comment: String },
    NoLongerCounts { name: Identifier },
    SignatureMissing { name: Identifier },
    NoTrustDocument,
    Fork { version: u32 },
    OtherPublisher { found: Identifier, expected: Identifier },
    TrustDocumentRefused { version: u32, detail: Detail },
    TrustSignatureRefused { path: String, reason: SignatureError },
    Withdrawn,
    TrustGap { version: u32 },
    KeyInBothRoles { name: Identifier },
    OlderTrustOnMedium { known: u32, brought: u32 },
    NewerTrustOnMedium { known: u32, brought: u32 },
    Unpinned { reason: Unpinned },
    StateLost { detail: Detail },
    StateNewer,
    StateOfOtherPublisher { found: Identifier, expected: Identifier },
    StateUnsafe { path: String, detail: Detail },
    AnchorDiffers { version: u32, detail: Detail },
    BelowFloor { position: Position, floor: Position },
    OlderThanStored { position: Position, stored: Position },
    Conflict { position: Position },
    OtherEpoch { found: Number, expected: Number },
    OtherProduct { found: Identifier, expected: Identifier },
    OlderAccepted { position: Position, stored: Position },
    Rerun,
    RollbackNotChecked,
    ClockBeforeIssued { clock: Timestamp, issued: Timestamp },
    AdviceDue { date: Timestamp },
    ReadError { place: Spot, detail: Detail },
    NotKept { detail: Detail },
    SourceError { detail: Detail },
    OsChanges,
    OsChange { detail: Detail },
    OsDiskSignature,
    OwnDriveFolder { path: String },
    ForeignDriveFolder { path: String },
    ZoneIdentifier { path: String },
    NotAdministrator { detail: Detail },
    WrongInstrument { found: String, wanted: String },
    WrongSoftware { software: String, found: String, wanted: String },
    RunInProgress { detail: Detail },
    RestartPending { detail: Detail },
    OtherInstaller { detail: Detail },
    TooLittleSpace { path: String, free: u64, needed: u64 },
    Unanswered { question: String, option: &'static str },
    NoPackage,
    SoftwareAtLastRun { software: String, version: String, folder: String },
    UnfinishedRun { folder: String },
    RestartPendingAccepted { detail: Detail },
    FactUnread { fact: Detail, detail: Detail },
    PolicyActive { detail: Detail },
    PolicyForbids { path: String },
    UnusualFolder { path: String },
    DemoPublisher,
    WriteProtected,
    NotWriteProtected,
    ProtectionUnknown,
}

/// The words for why a signature does not count.
pub fn signature_reason(reason: SignatureError, table: &Table) -> &'static str {
    let reasons = &table.signatures;
    match reason {
        SignatureError::Empty => reasons.empty,
        SignatureError::Format => reasons.format,
        SignatureError::Algorithm => reasons.algorithm,
        SignatureError::KeyId => reasons.key_id,
        SignatureError::UnknownKey => reasons.unknown_key,
        SignatureError::Content => reasons.content,
        SignatureError::Comment => reasons.comment,
        SignatureError::OtherDocument => reasons.other_document,
    }
}

/// What follows from a kind alone.
pub struct Facts {
    /// The stable number; shown as `M-118`.
    pub number: u16,
    /// What it does to the verdict.
    pub severity: Severity,
    /// Its words in a language.
    pub entry: fn(&Table) -> Entry,
    /// The values of the places in the words, in one language.
    pub values: Vec<(&'static str, String)>,
}

impl Kind {
    /// Shown as `M-118`.
    pub fn code(&self) -> String {
        format!("M-{}", self.facts(Language::English).number)
    }

    /// What it does to the verdict.
    pub fn severity(&self) -> Severity {
        self.facts(Language::English).severity
    }

    /// What happened, in a sentence.
    pub fn what(&self, language: Language) -> String {
        let facts = self.facts(language);
        fill((facts.entry)(language.table()).what, &facts.values)
    }

    /// What to do; may be empty.
    pub fn next(&self, language: Language) -> String {
        let facts = self.facts(language);
        fill((facts.entry)(language.table()).next, &facts.values)
    }

    /// True for every kind that stands or falls with the compared bytes.
    pub fn is_integrity(&self) -> bool {
        let number = self.facts(Language::English).number;
        (100..300).contains(&number) || (600..800).contains(&number)
    }
}

impl Kind {
    /// The one table from kinds to numbers, severities, words and values.
    #[rustfmt::skip] // One line a kind: it is read as a table.
    pub fn facts(&self, language: Language) -> Facts {
        use Severity::{Fail, Note, Refused, Trust, Unread};
        let n = |value: u64| language.number(value);
        let at = |sectors: &Sectors| sectors.map_or(String::new(), |(first, last)| {
            let labels = &language.table().labels;
            let label = if first == last { labels.sector } else { labels.sectors };
            fill(label, &[("first", first.to_string()), ("last", last.to_string())])
        });
        macro_rules! fact {
            ($number:literal, $severity:ident, $entry:ident $(, $name:ident = $value:expr)*) => {
                Facts {
                    number: $number,
                    severity: $severity,
                    entry: |table| table.findings.$entry,
                    values: vec![$((stringify!($name), $value.to_string())),*],
                }
            };
        }
        match self {
            Self::NothingToCompare => fact!(101, Fail, nothing_to_compare),
            Self::NoSums => fact!(102, Fail, no_sums),
            Self::EmptySums => fact!(103, Fail, empty_sums),
            Self::SumsRefused { detail } => fact!(104, Fail, sums_refused, detail = detail.words(language)),
            Self::NoManifest => fact!(105, Fail, no_manifest),
            Self::ManifestRefused { detail } => fact!(106, Fail, manifest_refused, detail = detail.words(language)),
            Self::ManifestChanged => fact!(107, Fail, manifest_changed),
            Self::SumsAndManifestDiffer { path } => fact!(108, Fail, sums_and_manifest_differ, path = stranger(path)),
            Self::OtherPublisherInManifest { found, expected } => fact!(109, Fail, other_publisher_in_manifest, found = found, expected = expected),
            Self::SealFileTooLong { path, limit } => fact!(110, Fail, seal_file_too_long, path = stranger(path), limit = n(*limit as u64)),
            Self::NotRendered { detail } => fact!(111, Fail, not_rendered, detail = detail.words(language)),
            Self::FileChanged { path, sectors } => fact!(118, Fail, file_changed, path = stranger(path), where = at(sectors)),
            Self::FileMissing { path } => fact!(119, Fail, file_missing, path = stranger(path)),
            Self::FileSize { path, expected, found } => fact!(120, Fail, file_size, path = stranger(path), expected = n(*expected), found = n(*found)),
            Self::NotAFile { path } => fact!(121, Fail, not_a_file, path = stranger(path)),
            Self::LevelTooLow { required, reached } => fact!(122, Fail, level_too_low, required = required, reached = reached),

            Self::UnexpectedFile { path, size, sectors } => fact!(214, Fail, unexpected_file, path = stranger(path), size = n(*size), where = at(sectors)),
            Self::UnexpectedFolder { path } => fact!(215, Fail, unexpected_folder, path = stranger(path)),
            Self::NotAPlainFile { path } => fact!(216, Fail, not_a_plain_file, path = stranger(path)),
            Self::NameNotAllowed { path } => fact!(217, Fail, name_not_allowed, path = stranger(path)),
            Self::DoubleName { path } => fact!(218, Fail, double_name, path = stranger(path)),
            Self::HiddenAttribute { path } => fact!(219, Fail, hidden_attribute, path = stranger(path)),
            Self::UnexpectedStream { path, size } => fact!(220, Fail, unexpected_stream, path = stranger(path), size = n(*size)),
            Self::StructureChanged { region, start, length, expected, found } => fact!(230, Fail, structure_changed, region = region.words(language.table()), start = n(*start), length = n(*length), sector = start / 512, expected = hex(expected), found = hex(found)),
            Self::DeletedEntry { folder, name, sector, byte } => fact!(231, Fail, deleted_entry, folder = stranger(&format!("/{folder}")), name = stranger(name), sector = sector, byte = byte),
            Self::FreeSpaceUsed { first, last, start, found } => fact!(232, Fail, free_space_used, where = at(&Some((*first, *last))), start = n(*start), found = hex(found)),
            Self::SlackUsed { path, start, found } => fact!(233, Fail, slack_used, path = stranger(path), sector = start / 512, start = n(*start), found = hex(found)),
            Self::AfterTheEnd { start, found } => fact!(234, Fail, after_the_end, start = n(*start), found = hex(found)),
            Self::TooShort { expected, found } => fact!(235, Fail, too_short, expected = n(*expected), found = n(*found)),
            Self::BundleChanged { region, start, length, expected, found } => fact!(236, Fail, bundle_changed, region = region.words(language.table()), start = n(*start), length = n(*length), expected = hex(expected), found = hex(found)),
            Self::MoreDifferences { count } => fact!(237, Fail, more_differences, count = n(*count)),
            Self::ReaderRemark { detail } => fact!(238, Fail, reader_remark, detail = detail.words(language)),
            Self::ListingGivenUp { detail } => fact!(239, Fail, listing_given_up, detail = detail.words(language)),

            Self::NoSignature => fact!(301, Fail, no_signature),
            Self::TooFewSigners { counted, needed } => fact!(302, Fail, too_few_signers, counted = counted, needed = needed),
            Self::SignatureRefused { path, reason } => fact!(303, Fail, signature_refused, path = stranger(path), reason = signature_reason(*reason, language.table())),
            Self::SignatureOfOtherRelease { path, comment } => fact!(304, Fail, signature_of_other_release, path = stranger(path), comment = escape(comment)),
            Self::NoLongerCounts { name } => fact!(305, Note, no_longer_counts, name = name),
            Self::SignatureMissing { name } => fact!(306, Note, signature_missing, name = name),

            Self::NoTrustDocument => fact!(401, Fail, no_trust_document),
            Self::Fork { version } => fact!(402, Fail, fork, version = version),
            Self::OtherPublisher { found, expected } => fact!(403, Fail, other_publisher, found = found, expected = expected),
            Self::TrustDocumentRefused { version, detail } => fact!(404, Fail, trust_document_refused, version = version, detail = detail.words(language)),
            Self::TrustSignatureRefused { path, reason } => fact!(405, Fail, trust_signature_refused, path = stranger(path), reason = signature_reason(*reason, language.table())),
            Self::Withdrawn => fact!(406, Fail, withdrawn),
            Self::TrustGap { version } => fact!(407, Fail, trust_gap, version = version),
            Self::KeyInBothRoles { name } => fact!(408, Note, key_in_both_roles, name = name),
            Self::OlderTrustOnMedium { known, brought } => fact!(409, Note, older_trust_on_medium, known = known, brought = brought),
            Self::NewerTrustOnMedium { known, brought } => fact!(410, Note, newer_trust_on_medium, known = known, brought = brought),
            Self::Unpinned { reason } => fact!(420, Trust, unpinned, reason = reason.words(language.table())),
            Self::StateLost { detail } => fact!(421, Trust, state_lost, detail = detail.words(language)),
            Self::StateNewer => fact!(422, Trust, state_newer),
            Self::StateOfOtherPublisher { found, expected } => fact!(423, Trust, state_of_other_publisher, found = found, expected = expected),

            Self::AnchorDiffers { version, detail } => fact!(425, Trust, anchor_differs, version = version, detail = detail.words(language)),
            Self::StateUnsafe { path, detail } => fact!(424, Refused, state_unsafe, path = here(path), detail = detail.words(language)),

            Self::BelowFloor { position, floor } => fact!(501, Fail, below_floor, position = position, floor = floor),
            Self::OlderThanStored { position, stored } => fact!(502, Fail, older_than_stored, position = position, stored = stored),
            Self::Conflict { position } => fact!(503, Fail, conflict, position = position),
            Self::OtherEpoch { found, expected } => fact!(504, Fail, other_epoch, found = found, expected = expected),
            Self::OtherProduct { found, expected } => fact!(505, Fail, other_product, found = found, expected = expected),
            Self::OlderAccepted { position, stored } => fact!(506, Note, older_accepted, position = position, stored = stored),
            Self::Rerun => fact!(507, Note, rerun),
            Self::RollbackNotChecked => fact!(508, Note, rollback_not_checked),
            Self::ClockBeforeIssued { clock, issued } => fact!(510, Note, clock_before_issued, clock = clock, issued = issued),
            Self::AdviceDue { date } => fact!(511, Note, advice_due, date = date),

            Self::ReadError { place, detail } => fact!(601, Unread, read_error, place = place.words(language), detail = detail.words(language)),
            Self::NotKept { detail } => fact!(603, Unread, not_kept, detail = detail.words(language)),
            Self::SourceError { detail } => fact!(602, Unread, source_error, detail = detail.words(language)),

            Self::OsChanges => fact!(701, Fail, os_changes),
            Self::OsChange { detail } => fact!(702, Fail, os_change, detail = detail.words(language)),
            Self::OsDiskSignature => fact!(703, Fail, os_disk_signature),
            Self::OwnDriveFolder { path } => fact!(704, Fail, own_drive_folder, path = stranger(path)),
            Self::ForeignDriveFolder { path } => fact!(705, Note, foreign_drive_folder, path = stranger(path)),
            Self::ZoneIdentifier { path } => fact!(706, Note, zone_identifier, path = stranger(path)),

            Self::NotAdministrator { detail } => fact!(801, Refused, not_administrator, detail = detail.words(language)),
            Self::WrongInstrument { found, wanted } => fact!(802, Refused, wrong_instrument, found = escape(found), wanted = wanted),
            Self::WrongSoftware { software, found, wanted } => fact!(803, Refused, wrong_software, software = software, found = escape(found), wanted = wanted),
            Self::RunInProgress { detail } => fact!(804, Refused, run_in_progress, detail = detail.words(language)),
            Self::RestartPending { detail } => fact!(805, Refused, restart_pending, detail = detail.words(language)),
            Self::OtherInstaller { detail } => fact!(806, Refused, other_installer, detail = detail.words(language)),
            Self::TooLittleSpace { path, free, needed } => fact!(807, Refused, too_little_space, path = here(path), free = n(*free), needed = n(*needed)),
            Self::Unanswered { question, option } => fact!(808, Refused, unanswered, question = question, option = option),
            Self::NoPackage => fact!(809, Refused, no_package),
            Self::SoftwareAtLastRun { software, version, folder } => fact!(820, Note, software_at_last_run, software = software, version = escape(version), folder = here(folder)),
            Self::UnfinishedRun { folder } => fact!(821, Note, unfinished_run, folder = here(folder)),
            Self::RestartPendingAccepted { detail } => fact!(822, Note, restart_pending_accepted, detail = detail.words(language)),
            Self::FactUnread { fact, detail } => fact!(823, Note, fact_unread, fact = fact.words(language), detail = detail.words(language)),
            Self::PolicyActive { detail } => fact!(824, Note, policy_active, detail = detail.words(language)),
            Self::PolicyForbids { path } => fact!(825, Note, policy_forbids, path = here(path)),
            Self::UnusualFolder { path } => fact!(826, Note, unusual_folder, path = here(path)),

            Self::DemoPublisher => fact!(900, Note, demo_publisher),
            Self::WriteProtected => fact!(901, Note, write_protected),
            Self::NotWriteProtected => fact!(902, Note, not_write_protected),
            Self::ProtectionUnknown => fact!(903, Note, protection_unknown),
        }
    }
}

#[cfg(test)]
#[path = "finding_tests.rs"]
pub(super) mod tests;
