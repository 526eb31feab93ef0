//! From the text of a recipe to a [`Recipe`], with all mistakes at once.
//!
//! | field | |
//! | --- | --- |
//! | `product`, `version` | identifier and version of the manifest |
//! | `title` | table with `en`, `fr` |
//! | `issued`, `advise_after` | times, both optional |
//! | `floor` | number, optional, 1 |
//! | `instruments` | file beside the recipe with other instruments, optional |
//! | `[[applies_to]]` | `instrument`, `software`, `versions` with `from`, `to` |
//! | `payload` | `kind` (`msi`, `files`), `name` (optional), `[[payload.reference]]` with `sha256`, `source` |
//! | `install` | `destination`, `restart` with `install`, `repair`, `remove` (`required`, `recommended`, `none`) |
//! | `volume` | `label`, `size_mib` (optional) |
//! | `[[document]]` | `path` on the medium, `template` beside the recipe |

use super::fields::{Fields, MAX_TOML_BYTES, Reading};
use super::instruments::Instruments;
use super::mistake::{Mistakes, quoted, suggestion};
use super::recipe::{Beside, Document, MAX_DOCUMENT_BYTES, PayloadRule, Recipe, VolumeRule};
use crate::seal::digest::Digest;
use crate::seal::layout::{PAYLOAD_PREFIX, SEAL_FOLDER, TOOLS_PREFIX};
use crate::seal::limits::{MAX_NUMBER, MAX_VOLUME_BYTES, MIN_VOLUME_BYTES, VOLUME_STEP};
use crate::seal::manifest::{
    AppliesTo, Bilingual, Install, PayloadKind, ReferenceHash, ReferenceOrigin, Restart,
    RestartRules, VersionRange,
};
use crate::seal::names::{
    DottedVersion, Identifier, Number, Text, VersionText, VolumeLabel, WindowsFolder, check_path,
};
use crate::seal::paths::check_paths;
use crate::seal::timestamp::Timestamp;

/// Kinds of computers in one recipe; a manifest with more would not be read.
const MAX_APPLIES_TO: usize = 256;
/// Reference hashes of one payload.
const MAX_REFERENCES: usize = 16;
/// Documents of one release.
const MAX_DOCUMENTS: usize = 64;

/// Reads the text of a recipe. `known` are the instruments unless the recipe
/// brings its own list.
pub fn read(
    file: &str,
    text: &str,
    beside: &dyn Beside,
    known: Instruments,
) -> Result<Recipe, Mistakes> {
    let reading = Reading::new(file, text);
    let Some(table) = reading.parse() else { return reading.finish(None) };
    let fields = reading.fields(&table);
    let known = match own_instruments(&fields, beside) {
        Some(own) => own?,
        None => known,
    };
    // Each part notes its mistakes; only then is any of them missed.
    let product = fields.text("product", Identifier::parse);
    let version = fields.text("version", VersionText::parse);
    let title = title(&fields);
    let issued = fields.optional_text("issued", time);
    let advise_after = fields.optional_text("advise_after", time);
    if let (Some(issued), Some(advise)) = (issued, advise_after)
        && advise < issued
    {
        fields.mistake("advise_after", "is before issued", "Leave it out for 365 days later.");
    }
    let floor = number(&fields, "floor");
    let applies = applies_to(&fields, &known);
    let payload = payload(&fields);
    let install = install(&fields);
    let volume = volume(&fields);
    let documents = documents(&fields, beside);
    fields.finish();
    let recipe = || {
        let (applies_to, instrument_names) = applies.into_iter().unzip();
        Some(Recipe {
            product: product?,
            version: version?,
            title: title?,
            issued,
            advise_after,
            floor,
            applies_to,
            instrument_names,
            payload: payload?,
            install: install?,
            volume: volume?,
            documents,
        })
    };
    let recipe = recipe();
    reading.finish(recipe)
}

fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::try_from(text.to_string()).map_err(|rule| format!("{} is {rule}", quoted(text)))
}

/// A number of ours that is 1 where it is not given.
fn number(fields: &Fields<'_, '_>, name: &'static str) -> Number {
    let value = fields.optional_number(name, 1..u64::from(MAX_NUMBER) + 1);
    value.and_then(|value| Number::new(value as u32)).unwrap_or(Number::ONE)
}

fn own_instruments(
    fields: &Fields<'_, '_>,
    beside: &dyn Beside,
) -> Option<Result<Instruments, Mistakes>> {
    let name = fields.optional_text("instruments", path)?;
    let (file, bytes) = match beside.open(&name, MAX_TOML_BYTES) {
        Ok(found) => found,
        Err((what, next)) => {
            fields.mistake("instruments", what, next);
            return None;
        }
    };
    match String::from_utf8(bytes) {
        Ok(text) => Some(Instruments::parse(&file, &text)),
        Err(_) => {
            fields.mistake("instruments", "names a file that is not UTF-8", "Save it as UTF-8.");
            None
        }
    }
}

fn title(fields: &Fields<'_, '_>) -> Option<Bilingual> {
    let title = fields.table("title")?;
    let (en, fr) = (title.text("en", Text::parse), title.text("fr", Text::parse));
    title.finish();
    Some(Bilingual { en: en?, fr: fr? })
}

fn applies_to(fields: &Fields<'_, '_>, known: &Instruments) -> Vec<(AppliesTo, Bilingual)> {
    let tables = fields.tables("applies_to");
    if tables.is_empty() {
        fields.mistake("applies_to", "names no instrument", "Write [[applies_to]] for each.");
    }
    if tables.len() > MAX_APPLIES_TO {
        let what = format!("has over {MAX_APPLIES_TO} entries");
        fields.mistake("applies_to", what, "Split the release.");
    }
    let mut list: Vec<(AppliesTo, Bilingual)> = Vec::new();
    for entry in tables.into_iter().take(MAX_APPLIES_TO) {
        let instrument = entry.text("instrument", Text::parse);
        let software = entry.text("software", Text::parse);
        let versions = versions(&entry);
        if let Some(name) = &instrument
            && known.find(name.as_str()).is_none()
        {
            let what = format!("unknown instrument {}", quoted(name.as_str()));
            entry.mistake("instrument", what, suggestion(name.as_str(), &known.names()));
        }
        if let (Some(instrument), Some(software), Some(versions)) = (instrument, software, versions)
            && let Some(names) = known.find(instrument.as_str())
        {
            let same = |(other, _): &(AppliesTo, Bilingual)| {
                other.instrument == instrument && other.software == software
            };
            if list.iter().any(same) {
                entry.mistake("instrument", "stands here twice", "Remove one of them.");
            }
            list.push((AppliesTo { instrument, software, versions }, names.clone()));
        }
        entry.finish();
    }
    list
}

fn versions(entry: &Fields<'_, '_>) -> Option<VersionRange> {
    let range = entry.table("versions")?;
    let from = range.text("from", DottedVersion::parse);
    let to = range.text("to", DottedVersion::parse);
    if let (Some(from), Some(to)) = (&from, &to)
        && numbers(from) > numbers(to)
    {
        range.mistake("to", format!("{to} is before {from}"), "Exchange the two.");
    }
    range.finish();
    Some(VersionRange { from: from?, to: to? })
}

/// The parts of a version; missing ones count as the lowest.
fn numbers(version: &DottedVersion) -> Vec<u32> {
    version.as_str().split('.').filter_map(|part| part.parse().ok()).collect()
}

fn payload(fields: &Fields<'_, '_>) -> Option<PayloadRule> {
    let payload = fields.table("payload")?;
    let kinds = [("msi", PayloadKind::Msi), ("files", PayloadKind::Files)];
    let kind = payload.word("kind", &kinds);
    let name = payload.optional_text("name", |text| {
        // The folder above it counts towards the length and the depth.
        path(&format!("{PAYLOAD_PREFIX}{text}")).map(|_| text.to_string())
    });
    let tables = payload.tables("reference");
    if tables.len() > MAX_REFERENCES {
        let what = format!("has over {MAX_REFERENCES} entries");
        payload.mistake("reference", what, "Keep those that people can look up.");
    }
    let mut references: Vec<ReferenceHash> = Vec::new();
    for entry in tables.into_iter().take(MAX_REFERENCES) {
        let sha256 = entry.text("sha256", |text| {
            Digest::parse_code(text).ok_or_else(|| format!("{} is not 64 hex digits", quoted(text)))
        });
        let source = entry.text("source", Text::parse);
        if let (Some(sha256), Some(source)) = (sha256, source) {
            let origin = ReferenceOrigin::Published;
            references.push(ReferenceHash { sha256, origin, source });
        }
        entry.finish();
    }
    payload.finish();
    Some(PayloadRule { kind: kind?, name, references })
}

fn install(fields: &Fields<'_, '_>) -> Option<Install> {
    let install = fields.table("install")?;
    let destination = install.text("destination", WindowsFolder::parse);
    let restart = install.table("restart").and_then(|restart| {
        let words = [
            ("required", Restart::Required),
            ("recommended", Restart::Recommended),
            ("none", Restart::None),
        ];
        let install = restart.word("install", &words);
        let repair = restart.word("repair", &words);
        let remove = restart.word("remove", &words);
        restart.finish();
        Some(RestartRules { install: install?, repair: repair?, remove: remove? })
    });
    install.finish();
    Some(Install { destination: destination?, restart: restart? })
}

fn volume(fields: &Fields<'_, '_>) -> Option<VolumeRule> {
    let volume = fields.table("volume")?;
    let label = volume.text("label", VolumeLabel::parse);
    let range = MIN_VOLUME_BYTES / VOLUME_STEP..MAX_VOLUME_BYTES / VOLUME_STEP + 1;
    let size = volume.optional_number("size_mib", range);
    volume.finish();
    Some(VolumeRule { label: label?, bytes: size.map(|mib| mib * VOLUME_STEP) })
}

fn path(text: &str) -> Result<String, String> {
    match check_path(text) {
        Ok(()) => Ok(text.to_string()),
        Err(fault) => Err(format!("{}: {fault}", quoted(text))),
    }
}

fn documents(fields: &Fields<'_, '_>, beside: &dyn Beside) -> Vec<Document> {
    let tables = fields.tables("document");
    if tables.len() > MAX_DOCUMENTS {
        let what = format!("has over {MAX_DOCUMENTS} entries");
        fields.mistake("document", what, "Put what belongs together into one.");
    }
    let mut documents: Vec<Document> = Vec::new();
    for entry in tables.into_iter().take(MAX_DOCUMENTS) {
        let place = entry.text("path", document_path);
        let template = entry.text("template", path);
        if let (Some(place), Some(template)) = (place, template) {
            let paths = documents.iter().map(|document| document.path.as_str());
            if let Err((_, fault)) = check_paths(paths.chain([place.as_str()])) {
                entry.mistake("path", format!("{}: {fault}", quoted(&place)), "Choose another.");
            }
            match beside.open(&template, MAX_DOCUMENT_BYTES) {
                Ok((file, bytes)) => documents.push(Document { path: place, file, bytes }),
                Err((what, next)) => entry.mistake("template", what, next),
            }
        }
        entry.finish();
    }
    documents
}

/// Documents stand outside the three folders that have a meaning.
fn document_path(text: &str) -> Result<String, String> {
    let top = text.split('/').next().unwrap_or("");
    let taken = [SEAL_FOLDER, PAYLOAD_PREFIX, TOOLS_PREFIX].map(|name| name.trim_end_matches('/'));
    match taken.iter().find(|name| top.eq_ignore_ascii_case(name)) {
        Some(name) => Err(format!("{} stands in the folder {name}", quoted(text))),
        None => path(text),
    }
}
