//! Everything that a record says of an action before it was done, gathered in
//! one place. Lists are cut to what one line of the journal can hold, and say so.

use std::path::Path;

use crate::instrument::preflight::Preflight;
use crate::seal::manifest::{Guid, Restart, Role};
use crate::text::Language;
use crate::verify::decide::Accepted;
use crate::verify::finding::Kind;

use super::command::Action;
use super::exit_code::restart_word;
use super::installer::InstallerCommand;
use super::journal_line::{AnswerLine, Begun, FileLine, FindingLine, ReleaseLine};
use super::world::World;

/// Entries of a list in a record; a line of the journal holds them.
const MAX_LISTED: usize = 200;
/// The question of a record that is the word typed, or the option given, before a
/// removal.
pub(super) const CONFIRMED: &str = "confirmed";

/// What is known of an action before it is done.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    /// Which action.
    pub action: Action,
    /// The release that was judged just before.
    pub release: Option<&'a Accepted>,
    /// Where none was judged: the release as an earlier record has it.
    pub recorded: Option<&'a ReleaseLine>,
    /// What was looked at and asked.
    pub preflight: Option<&'a Preflight>,
    /// The folder of the copy.
    pub copy: Option<&'a Path>,
    /// The program that is removed.
    pub product_code: Option<&'a Guid>,
    /// How a removal was confirmed.
    pub confirmed: Option<&'a str>,
    /// The release's rule for a restart after this action.
    pub rule: Restart,
}

impl<'a> Evidence<'a> {
    /// Nothing but the action.
    pub fn of(action: Action) -> Self {
        Self {
            action,
            release: None,
            recorded: None,
            preflight: None,
            copy: None,
            product_code: None,
            confirmed: None,
            rule: Restart::None,
        }
    }

    /// The line of the journal.
    pub fn begun(&self, world: &World<'_>, command: Option<&InstallerCommand>) -> Begun {
        let identity = self.preflight.and_then(|preflight| preflight.identity.as_ref());
        let release = self.release.map(release_line);
        let sealed =
            self.release.and_then(|release| release.manifest.payload.product_code.as_ref());
        let product_code = self.product_code.or(sealed);
        Begun {
            action: self.action.word().to_string(),
            program: format!("mediaseal-verify {}", env!("CARGO_PKG_VERSION")),
            computer: world.computer.name().ok(),
            signed_in: world.computer.signed_in().ok(),
            boot: world.computer.boot().ok(),
            instrument: identity.map(|identity| identity.model.to_string()),
            serial: identity.and_then(|identity| Some(identity.serial.as_ref()?.to_string())),
            mode: self.preflight.and_then(|p| Some(p.mode?.name().to_string())),
            two_modes: self.preflight.is_some_and(|preflight| preflight.two_modes),
            release: release.or_else(|| self.recorded.cloned()),
            product_code: product_code.map(ToString::to_string),
            copy: self.copy.map(|path| path.display().to_string()),
            signers: self.release.map(signers).unwrap_or_default(),
            files: self.release.map(files).unwrap_or_default(),
            findings: self.preflight.map(|p| findings(&p.findings)).unwrap_or_default(),
            answers: self.answers(),
            command: command.map(ToString::to_string),
            log: command.map(|command| command.log.display().to_string()),
            restart_rule: restart_word(self.rule).to_string(),
        }
    }

    fn answers(&self) -> Vec<AnswerLine> {
        let line = |question: &str, answer: &str, by: &str| AnswerLine {
            question: question.to_string(),
            answer: answer.to_string(),
            by: by.to_string(),
        };
        let asked =
            self.preflight.map(|preflight| preflight.answers.as_slice()).unwrap_or_default();
        let mut answers: Vec<AnswerLine> =
            asked.iter().map(|a| line(a.question.key(), &a.answer, a.by.word())).collect();
        if let Some(word) = self.confirmed {
            let by = if word.starts_with("--") { "option" } else { "person" };
            answers.push(line(CONFIRMED, word, by));
        }
        answers
    }
}

fn release_line(release: &Accepted) -> ReleaseLine {
    let manifest = &release.manifest;
    ReleaseLine {
        publisher: manifest.publisher.to_string(),
        product: manifest.product.to_string(),
        version: manifest.version.to_string(),
        position: manifest.position().to_string(),
        release_code: release.release_code.to_string(),
        title_en: manifest.title.en.to_string(),
        title_fr: manifest.title.fr.to_string(),
        product_name: manifest.payload.product_name.as_ref().map(ToString::to_string),
        product_version: manifest.payload.product_version.as_ref().map(ToString::to_string),
        remove_restart: restart_word(manifest.install.restart.remove).to_string(),
    }
}

fn signers(release: &Accepted) -> Vec<String> {
    let received = release.seal.sums.as_deref().unwrap_or_default();
    let files = release.seal.signatures.iter().map(|file| (file.key_id, file.bytes.as_slice()));
    let count = crate::seal::signers::count(&release.chain, received, files);
    let one = |signed: &crate::seal::signers::Signed| {
        format!("{} {}", signed.signer.name, signed.signer.key.id())
    };
    count.counted.iter().take(MAX_LISTED).map(one).collect()
}

fn files(release: &Accepted) -> Vec<FileLine> {
    let payload = release.manifest.files.iter().filter(|file| file.role == Role::Payload);
    let all = payload.clone().count();
    let line = |path: &str, sha256: String| FileLine { path: path.to_string(), sha256 };
    let mut lines: Vec<FileLine> = payload
        .take(MAX_LISTED)
        .filter_map(|file| Some(line(&file.path, release.sums.digest(&file.path)?.to_string())))
        .collect();
    if all > MAX_LISTED {
        lines.push(line("...", format!("{} more, in SHA256SUMS", all - MAX_LISTED)));
    }
    lines
}

/// Findings with their words in both languages.
pub fn findings(kinds: &[Kind]) -> Vec<FindingLine> {
    let line = |kind: &Kind| FindingLine {
        code: kind.code(),
        severity: kind.severity().word().to_string(),
        en: kind.what(Language::English),
        fr: kind.what(Language::French),
    };
    kinds.iter().take(MAX_LISTED).map(line).collect()
}
