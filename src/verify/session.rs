//! A check as a program asks for it: opens the source, finds whose chain it
//! rests on, decides. Every command of both programs that needs a verdict
//! comes through here.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::seal::anchor;
use crate::seal::chain::Chain;
use crate::seal::limits::MAX_ANCHOR_BYTES;
use crate::seal::names::{Identifier, escape, escape_path};
use crate::seal::timestamp::Timestamp;
use crate::source::{self, Shape, Source, SourceError};
use crate::sys::device::{DeviceFacts, device_facts};
use crate::text::{Entry, Language, fill};

use super::decide::{self, Decision, FileSet, Held, Request, Scope, Taker, Threshold};
use super::detail::Detail;
use super::finding::{Kind, Unpinned};
use super::level::Level;
use super::outcome::{Failure, Outcome};
use super::pinning::{self, GivenAnchor, Standing, Surroundings};
use super::progress::Meter;
use super::report::Report;
use super::rollback::{History, Older};
use super::state::{self, State, StateRead};

/// What a person asks to be checked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Device, image, zip or folder.
    pub source: PathBuf,
    /// `--anchor`
    pub anchor: Option<PathBuf>,
    /// `--state`, or the system's default.
    pub state: PathBuf,
    /// `--volume-only`
    pub scope: Scope,
    /// `--accept-older`
    pub older: Older,
    /// `--product`
    pub product: Option<Identifier>,
    /// `--require-level`
    pub required_level: Option<Level>,
}

impl Asked {
    /// The plain question about `source`.
    pub fn about(source: impl Into<PathBuf>, state: impl Into<PathBuf>) -> Self {
        Self {
            source: source.into(),
            anchor: None,
            state: state.into(),
            scope: Scope::WholeMedium,
            older: Older::Refuse,
            product: None,
            required_level: None,
        }
    }
}

/// A question with everything opened for its answer.
pub struct Session<'a> {
    /// The question.
    pub asked: &'a Asked,
    /// The opened source.
    pub source: Box<dyn Source>,
    /// Whose chain it rests on.
    pub held: Held,
    /// The state, where it may be used.
    pub state: Option<State>,
    /// What the device says of itself.
    pub device: Option<DeviceFacts>,
}

/// A failure from an entry of the table.
pub fn failure(outcome: Outcome, entry: Entry, values: &[(&str, String)]) -> Failure {
    Failure::new(outcome, fill(entry.what, values), fill(entry.next, values))
}

/// Opens the source and finds whose chain the check rests on.
///
/// `Err` of a report: the source cannot be opened; the report says so.
pub fn open<'a>(
    asked: &'a Asked,
    around: &dyn Surroundings,
    language: Language,
) -> Result<Result<Session<'a>, Box<Report>>, Failure> {
    let given = match &asked.anchor {
        None => None,
        Some(path) => Some(read_anchor(path, language)?),
    };
    let read = state::read(&asked.state);
    // Opened first: what is judged to lie somewhere is what will be read.
    let source = match source::open(&asked.source) {
        Ok(source) => source,
        Err(error) => {
            let given = given.as_ref().map(|anchor| &anchor.chain);
            return Ok(Err(Box::new(unopened(asked, &read, given, &error))));
        }
    };
    let Standing { held, state } = pinning::stand(&asked.source, read, &asked.state, given, around);
    let device = match source.shape() {
        Shape::Device => device_facts(&asked.source).ok(),
        _ => None,
    };
    Ok(Ok(Session { asked, source, held, state, device }))
}

/// The report about a source that cannot be opened. Where it lies is not known,
/// so only what is wrong with trust itself is said beside it.
fn unopened(asked: &Asked, read: &StateRead, given: Option<&Chain>, error: &SourceError) -> Report {
    let held = match (read, given) {
        (StateRead::Unusable(kind), _) => Held::Broken(kind.clone()),
        (StateRead::Ready(state), _) => Held::Chain(state.chain().clone()),
        (StateRead::NotEnrolled, Some(chain)) => Held::Chain(chain.clone()),
        (StateRead::NotEnrolled, None) => Held::Unpinned(Unpinned::NoAnchor),
    };
    let name = asked.source.display().to_string();
    let mut report = Report::new(name, Level::FilesOnly, held.pin());
    report.demo_held = held.is_demo();
    report.findings.extend(held.finding());
    report.findings.push(Kind::SourceError { detail: Detail::unreadable(error) });
    report.note_demo();
    report
}

impl Session<'_> {
    /// Decides; the bytes pass `taker` on the way.
    pub fn check(&mut self, taker: &mut dyn Taker, language: Language) -> Decision {
        let mut meter = Meter::start(language);
        let mut progress = |done, all| meter.step(done, all);
        let mut decision = self
            .with_request(|source, request| decide::check(source, request, taker, &mut progress));
        if let Some(device) = &self.device {
            decision.report.findings.push(match device.write_protected {
                Some(true) => Kind::WriteProtected,
                Some(false) => Kind::NotWriteProtected,
                None => Kind::ProtectionUnknown,
            });
        }
        decision
    }

    /// Hands the opened source and the question to another engine that decides.
    pub fn with_request<T>(&mut self, work: impl FnOnce(&mut dyn Source, &Request<'_>) -> T) -> T {
        let history = |product: &Identifier| match &self.state {
            None => History::NotChecked,
            Some(state) => state.history(product),
        };
        let request = request(self.asked, &self.held, &self.device, &history);
        work(&mut *self.source, &request)
    }

    /// Stores the chain that the check came to, where it says more than the
    /// state; returns the newest document's number if so. Whether the release
    /// passed does not matter: withdrawal spreads by every key.
    pub fn learn(&mut self, report: &Report, language: Language) -> Result<Option<u32>, Failure> {
        let (Some(state), Some(chain), Held::Chain(_)) =
            (&mut self.state, &report.chain, &self.held)
        else {
            return Ok(None);
        };
        let stored = state.learn(chain).map_err(|error| {
            let values =
                [("path", escape_path(&self.asked.state)), ("detail", error.words(language))];
            failure(Outcome::Io, language.table().failures.state_unwritable, &values)
        })?;
        Ok(stored.then(|| chain.length()))
    }
}

fn request<'a>(
    asked: &Asked,
    held: &Held,
    device: &Option<DeviceFacts>,
    history: &'a dyn Fn(&Identifier) -> History,
) -> Request<'a> {
    Request {
        name: asked.source.display().to_string(),
        device: device.as_ref().map(describe),
        scope: asked.scope,
        threshold: Threshold::Enforce,
        expected: FileSet::Release,
        held: held.clone(),
        history,
        older: asked.older,
        product: asked.product.clone(),
        required_level: asked.required_level,
        clock: clock(),
    }
}

/// Maker, model, serial and size, as the device tells them.
fn describe(device: &DeviceFacts) -> String {
    let text = |bytes: &Option<Vec<u8>>| {
        let bytes = bytes.as_deref().unwrap_or_default();
        String::from_utf8_lossy(bytes).trim().to_string()
    };
    let mut parts = vec![text(&device.vendor), text(&device.model)];
    parts.retain(|part| !part.is_empty());
    let mut line = parts.join(" ");
    let serial = text(&device.serial);
    if !serial.is_empty() {
        line.push_str(&format!(", S/N {serial}"));
    }
    if let Some(bytes) = device.bytes {
        line.push_str(&match bytes {
            0..1_000_000_000 => format!(", {:.1} MB", bytes as f64 / 1e6),
            _ => format!(", {:.1} GB", bytes as f64 / 1e9),
        });
    }
    escape(line.trim_start_matches(", "))
}

/// This computer's clock, if it is within the range that can be written down.
pub fn clock() -> Option<Timestamp> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Timestamp::from_unix(i64::try_from(since.as_secs()).ok()?)
}

/// Reads an anchor file; bounded.
pub fn read_anchor(path: &Path, language: Language) -> Result<GivenAnchor, Failure> {
    let failures = &language.table().failures;
    let name = || ("path", escape_path(path));
    let bytes = read_anchor_bytes(path, language)?;
    let chain = anchor::parse(&bytes).map_err(|error| {
        let values = [name(), ("detail", error.words(language))];
        failure(Outcome::TrustSetUp, failures.anchor_refused, &values)
    })?;
    Ok(GivenAnchor { path: path.to_path_buf(), chain })
}

/// The bytes of an anchor file, at most as many as an anchor may have.
pub fn read_anchor_bytes(path: &Path, language: Language) -> Result<Vec<u8>, Failure> {
    use std::io::Read as _;
    let entry = language.table().failures.anchor_unreadable;
    let refuse = |detail: Detail| {
        let detail = detail.words(language).to_string();
        failure(Outcome::Io, entry, &[("path", escape_path(path)), ("detail", detail)])
    };
    let unread = |error: std::io::Error| refuse(Detail::failed(&error));
    // A pipe would make us wait for a writer.
    let metadata = std::fs::metadata(path).map_err(unread)?;
    if !metadata.is_file() {
        return Err(refuse(Detail::with(|details| details.not_a_file, &[])));
    }
    let file = std::fs::File::open(path).map_err(unread)?;
    let mut bytes = Vec::new();
    let limit_said = ("limit", MAX_ANCHOR_BYTES.to_string());
    let limit = MAX_ANCHOR_BYTES as u64 + 1;
    file.take(limit).read_to_end(&mut bytes).map_err(unread)?;
    match bytes.len() > MAX_ANCHOR_BYTES {
        true => Err(refuse(Detail::fact(|facts| facts.anchor_too_long, &[limit_said]))),
        false => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_read_up_to_its_limit_and_not_one_byte_more() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("anchor");
        std::fs::write(&path, vec![b' '; MAX_ANCHOR_BYTES]).unwrap();
        let bytes = read_anchor_bytes(&path, Language::English).unwrap();
        assert_eq!(bytes.len(), MAX_ANCHOR_BYTES);
        std::fs::write(&path, vec![b' '; MAX_ANCHOR_BYTES + 1]).unwrap();
        let refused = read_anchor_bytes(&path, Language::English).unwrap_err();
        assert_eq!(refused.outcome, Outcome::Io);
    }
}
