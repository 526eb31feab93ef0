//! The card: the sheet that goes with one proved key, in English and French.
//!
//! A card exists only for a key that the log says is proved, and only for the
//! very release and image that the station's own state let pass. What a card
//! must never have are the publisher code and the tool code: whoever exchanges
//! the key exchanges the card, so they come by another road, and the card says
//! so.
//!
//! [`Card::sheet`] says what stands on it, in order; [`text`] and [`html`] print
//! the same sheet, each escaping for its own place.

use std::fmt;

use super::carried::Carried;
use super::production::entry::{Ending, KeyEntry, ProtectionFacts};
use super::show;
use crate::seal::digest::Digest;
use crate::seal::layout::{SUMS, sums_signature};
use crate::seal::manifest::ReferenceOrigin;
use crate::text::{Cards, Language, fill};

pub mod html;
mod sheet;
pub mod text;

use sheet::{Both, both};
pub use sheet::{Command, Sheet};

/// Lists what SHA256SUMS does not name, in every shell.
const NOTHING_ELSE: [&str; 2] =
    ["(cut -c67- SEAL/SHA256SUMS; find . ! -type d | cut -c3-) \\", "  | sort | uniq -u"];

/// Why there is no card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardError {
    /// The log does not say that this key was proved.
    NotProved,
    /// The key carries another release than the one that was decided upon.
    OtherRelease,
    /// The same release in another image: a signature or trust document more.
    OtherImage,
}

impl fmt::Display for CardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotProved => "this key was not proved after it was plugged in again",
            Self::OtherRelease => "the log says that this key carries another release",
            Self::OtherImage => "the log says that this key was made of another image",
        })
    }
}

impl std::error::Error for CardError {}

impl CardError {
    /// What a person can do.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::NotProved => "Plug it in and prove it: mediaseal confirm.",
            Self::OtherRelease => "Name the release that was written.",
            Self::OtherImage => {
                "Name the release as it was when the key was written: signatures and\n\
                 trust documents that were added since make another image."
            }
        }
    }
}

/// One card.
#[derive(Clone, Copy, Debug)]
pub struct Card<'a> {
    carried: &'a Carried,
    key: &'a KeyEntry,
    /// Keys of the order.
    keys: Option<u32>,
}

impl<'a> Card<'a> {
    /// The card of the key that `key`, a line of the log, proved; `keys` is how
    /// many its order has.
    pub fn new(
        carried: &'a Carried,
        key: &'a KeyEntry,
        keys: Option<u32>,
    ) -> Result<Self, CardError> {
        if key.result != Ending::Proved || key.ordinal.is_none() {
            return Err(CardError::NotProved);
        }
        if key.release.release_code != carried.facts.release_code {
            return Err(CardError::OtherRelease);
        }
        if key.release.image_sha256 != carried.facts.image_sha256 {
            return Err(CardError::OtherImage);
        }
        Ok(Self { carried, key, keys })
    }

    /// A file's name without its end, such as `4711-038`: safe everywhere.
    pub fn file_stem(&self) -> String {
        let order = self.key.order.as_deref().unwrap_or("key");
        let safe = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
        let order: String = order.chars().take(60).map(safe).collect();
        format!("{order}-{:03}", self.key.ordinal.unwrap_or_default())
    }

    /// What stands on it.
    pub fn sheet(&self) -> Sheet {
        let mut sheet = Sheet::new(both(|texts| texts.title.to_string()));
        if self.carried.demo {
            sheet.note(both(|texts| texts.demo.to_string()));
        }
        self.release(&mut sheet);
        self.stick(&mut sheet);
        self.codes(&mut sheet);
        for text in [
            both(|texts| texts.compare.to_string()),
            both(|texts| texts.other_road.to_string()),
            both(|texts| texts.protection_proves_nothing.to_string()),
            both(|texts| texts.found.to_string()),
        ] {
            sheet.note(text);
        }
        self.commands(&mut sheet);
        sheet
    }

    fn release(&self, sheet: &mut Sheet) {
        let manifest = &self.carried.manifest;
        let (title, version) = (&manifest.title, &manifest.version);
        let titles = [format!("{} {version}", title.en), format!("{} {version}", title.fr)];
        let mut lines: Vec<String> = titles.to_vec();
        lines.dedup();
        let (product, publisher) = (&manifest.product, &manifest.publisher);
        lines.push(format!("{product}, {}, {publisher}", manifest.position()));
        sheet.row(both(|texts| texts.release.to_string()), lines);
        sheet.row(both(|texts| texts.applies_to.to_string()), self.applies_to());
        sheet.row(both(|texts| texts.reference.to_string()), self.reference());
    }

    /// A line for each software and its versions, with all its instruments: what
    /// must be read before the key is used stays on the first sheet.
    fn applies_to(&self) -> Vec<String> {
        let mut lines: Vec<(String, Vec<String>)> = Vec::new();
        for applies in &self.carried.manifest.applies_to {
            let versions = &applies.versions;
            let software = format!("{} {} - {}", applies.software, versions.from, versions.to);
            let instrument = applies.instrument.to_string();
            match lines.iter_mut().find(|(known, _)| *known == software) {
                Some((_, instruments)) => instruments.push(instrument),
                None => lines.push((software, vec![instrument])),
            }
        }
        let line = |(software, instruments): (String, Vec<String>)| {
            format!("{} ({software})", instruments.join(", "))
        };
        lines.into_iter().map(line).collect()
    }

    /// Whether somebody outside says what the payload must be.
    fn reference(&self) -> Vec<String> {
        let equal = |sha256: Digest| Some(sha256) == self.carried.payload;
        let hashes = self.carried.manifest.payload.reference_hashes.iter();
        let mut lines: Vec<String> = Vec::new();
        for reference in hashes.filter(|reference| equal(reference.sha256)) {
            let values = [("source", reference.source.to_string())];
            lines.extend(joined(both(|texts| {
                let text = match reference.origin {
                    ReferenceOrigin::Published => texts.reference_published,
                    ReferenceOrigin::TypedIn => texts.reference_typed,
                };
                fill(text, &values)
            })));
        }
        match lines.is_empty() {
            true => joined(both(|texts| texts.reference_none.to_string())),
            false => lines,
        }
    }

    fn stick(&self, sheet: &mut Sheet) {
        let key = self.key;
        let ordinal = key.ordinal.unwrap_or_default().to_string();
        let number = both(|texts| match (&key.order, self.keys) {
            (Some(order), Some(keys)) => fill(
                texts.number_in_order,
                &[
                    ("ordinal", ordinal.clone()),
                    ("keys", keys.to_string()),
                    ("order", order.clone()),
                ],
            ),
            _ => fill(texts.number_alone, &[("ordinal", ordinal.clone())]),
        });
        sheet.row(both(|texts| texts.number.to_string()), joined(number));
        if let Some(recipient) = &key.recipient {
            sheet.row(both(|texts| texts.recipient.to_string()), vec![recipient.clone()]);
        }
        let stick = &key.stick;
        let mut parts: Vec<String> =
            [&stick.vendor, &stick.model].into_iter().flatten().cloned().collect();
        if let (Some(vendor), Some(product)) = (&stick.vendor_id, &stick.product_id) {
            parts.push(format!("{vendor}:{product}"));
        }
        if let Some(bytes) = stick.bytes {
            parts.push(show::size(Some(bytes)));
        }
        sheet.row(both(|texts| texts.stick.to_string()), vec![parts.join(", ")]);
        let serial = match &stick.serial {
            Some(serial) => vec![serial.clone()],
            None => joined(both(|texts| texts.no_serial.to_string())),
        };
        sheet.row(both(|texts| texts.serial.to_string()), serial);
        let proved = both(|texts| match key.ended {
            Some(time) => fill(texts.by_clock, &[("time", time.to_string())]),
            None => texts.unknown.to_string(),
        });
        sheet.row(both(|texts| texts.proved.to_string()), joined(proved));
        sheet.row(both(|texts| texts.protection.to_string()), protection(key.protection));
        let level = |language: Language| {
            let labels = &language.table().labels;
            match key.extent.as_str() {
                "whole-medium" => labels.level_whole_medium.to_string(),
                _ => labels.level_volume.to_string(),
            }
        };
        let levels = Both { en: level(Language::English), fr: level(Language::French) };
        sheet.row(both(|texts| texts.level.to_string()), joined(levels));
    }

    fn codes(&self, sheet: &mut Sheet) {
        let carried = self.carried;
        let code = &carried.facts.release_code;
        sheet.code(both(|texts| texts.code.to_string()), code.code_lines().to_vec());
        let bytes = |language: Language| {
            let (texts, bytes) = (&language.table().cards, carried.facts.image_bytes);
            let bytes = fill(texts.image_bytes, &[("bytes", language.number(bytes))]);
            format!("{}, {bytes}", texts.image)
        };
        let bytes = Both { en: bytes(Language::English), fr: bytes(Language::French) };
        sheet.code(bytes, vec![carried.facts.image_sha256.to_string()]);
        if let Some(payload) = &carried.payload {
            sheet.code(both(|texts| texts.payload.to_string()), vec![payload.to_string()]);
        }
        let mut signers = Vec::new();
        for signer in &carried.signers {
            let id = [("id", signer.key.id().to_string())];
            let named = both(|texts| fill(texts.key_id, &id));
            signers.push(format!("{}: {} · {}", signer.name, named.en, named.fr));
            signers.push(signer.key.to_string());
        }
        let counted = both(|texts| {
            let values = [
                ("counted", carried.signers.len().to_string()),
                ("needed", carried.needed.to_string()),
            ];
            format!("{} ({})", texts.signers, fill(texts.signers_needed, &values))
        });
        sheet.code(counted, signers);
    }

    fn commands(&self, sheet: &mut Sheet) {
        let carried = self.carried;
        sheet.heading = both(|texts| texts.tools.to_string());
        sheet.place = both(|texts| texts.tools_where.to_string());
        let is = |value: String| both(|texts| texts.must_be.to_string()).with(value);
        for signer in &carried.signers {
            let name = [("name", signer.name.to_string())];
            let lines = vec![
                format!("minisign -Vm {SUMS} \\"),
                format!("  -x {} \\", sums_signature(signer.key.id())),
                format!("  -P {}", signer.key),
            ];
            let caption = both(|texts| fill(texts.tool_signer, &name));
            sheet.command(caption, lines, both(|texts| texts.must_verify.to_string()).into());
        }
        let caption = |pick: fn(&Cards) -> &'static str| both(|texts| pick(texts).to_string());
        let code = carried.facts.release_code.to_string();
        sheet.command(caption(|t| t.tool_code), vec![format!("sha256sum {SUMS}")], is(code));
        let sums = vec![format!("sha256sum --strict -c {SUMS}")];
        sheet.command(caption(|t| t.tool_files), sums, caption(|t| t.must_end_ok).into());
        let nothing = NOTHING_ELSE.map(String::from).to_vec();
        sheet.command(
            caption(|t| t.tool_nothing_else),
            nothing,
            caption(|t| t.must_explain).into(),
        );
        let bytes = carried.facts.image_bytes;
        let head = vec![format!("head -c {bytes} /dev/sdX | sha256sum")];
        sheet.command(caption(|t| t.tool_image), head, is(carried.facts.image_sha256.to_string()));
        if let Some(payload) = &carried.payload {
            let path = carried.manifest.payload.path.replace('/', "\\");
            let line = vec![format!("certutil -hashfile {path} SHA256")];
            sheet.command(caption(|t| t.tool_windows), line, is(payload.to_string()));
        }
    }
}

/// The facts about protection, one a line, never mixed.
fn protection(seen: ProtectionFacts) -> Vec<String> {
    let mut lines = joined(both(|texts| {
        match seen.reported {
            Some(true) => texts.protection_seen,
            Some(false) => texts.protection_not_seen,
            None => texts.protection_unknown,
        }
        .to_string()
    }));
    if seen.forced == Some(true) {
        lines.extend(joined(both(|texts| texts.protection_forced.to_string())));
    }
    lines
}

/// Both languages, one a line; once where they are equal.
fn joined(text: Both) -> Vec<String> {
    match text.en == text.fr {
        true => vec![text.en],
        false => vec![text.en, text.fr],
    }
}

#[cfg(test)]
#[path = "tests.rs"]
pub(crate) mod tests;
