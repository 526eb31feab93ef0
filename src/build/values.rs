//! What fills the places of a recipe's texts.
//!
//! No digest is among them: what a key says about itself proves nothing, so the
//! values to compare with stand on card and letter only.
//!
//! | place | |
//! | --- | --- |
//! | `publisher`, `product`, `version`, `release` | as in the manifest; `release` is `epoch.sequence` |
//! | `title.en`, `title.fr` | |
//! | `issued`, `advise_after` | the day, `2026-11-23` |
//! | `instruments.en`, `.fr` | list: a name each |
//! | `applies_to.en`, `.fr` | list: name, software and versions each |
//! | `payload.file`, `payload.path`, `payload.windows` | file name; path on the medium with `/` and with `\` |
//! | `tools` | list: file names below `TOOLS`, `\` between parts |
//! | `destination`, `folder` | where it is copied to; the folder that appears there |
//! | `restart.install.en` and so on | `required`, `recommended`, `not needed` |
//! | `label` | the volume's |

use super::template::{Value, Values};
use crate::seal::layout::TOOLS_PREFIX;
use crate::seal::manifest::{AppliesTo, Bilingual, Manifest, Restart};

/// The values of one release. `names` are both names of each instrument of
/// `applies_to`, in its order. Only fields that do not follow from the
/// documents themselves are asked.
pub fn values(manifest: &Manifest, names: &[Bilingual], tools: &[String]) -> Values {
    let one = |text: &dyn ToString| Value::One(text.to_string());
    let day = |stamp: &dyn ToString| Value::One(stamp.to_string().chars().take(10).collect());
    let path = &manifest.payload.path;
    let rules = manifest.install.restart;
    let destination = manifest.install.destination.as_str();
    let rows = || manifest.applies_to.iter().zip(names);
    let english = |(rule, name): (&AppliesTo, &Bilingual)| {
        format!("{}: {} {} to {}", name.en, rule.software, rule.versions.from, rule.versions.to)
    };
    let french = |(rule, name): (&AppliesTo, &Bilingual)| {
        // A no-break space stands before a French colon.
        let (from, to) = (&rule.versions.from, &rule.versions.to);
        format!("{}\u{a0}: {} {from} à {to}", name.fr, rule.software)
    };
    let tools = tools.iter().map(|tool| tool.strip_prefix(TOOLS_PREFIX).unwrap_or(tool));
    Values::from([
        ("publisher", one(&manifest.publisher)),
        ("product", one(&manifest.product)),
        ("version", one(&manifest.version)),
        ("release", one(&manifest.position())),
        ("title.en", one(&manifest.title.en)),
        ("title.fr", one(&manifest.title.fr)),
        ("issued", day(&manifest.issued)),
        ("advise_after", day(&manifest.advise_after)),
        ("instruments.en", Value::Many(names.iter().map(|name| name.en.to_string()).collect())),
        ("instruments.fr", Value::Many(names.iter().map(|name| name.fr.to_string()).collect())),
        ("applies_to.en", Value::Many(rows().map(english).collect())),
        ("applies_to.fr", Value::Many(rows().map(french).collect())),
        ("payload.file", one(&path.rsplit('/').next().unwrap_or(path))),
        ("payload.path", one(path)),
        ("payload.windows", one(&path.replace('/', "\\"))),
        ("tools", Value::Many(tools.map(|tool| tool.replace('/', "\\")).collect())),
        ("destination", one(&destination)),
        ("folder", Value::One(format!("{destination}\\{}", manifest.folder_name()))),
        ("restart.install.en", one(&word(rules.install).0)),
        ("restart.install.fr", one(&word(rules.install).1)),
        ("restart.repair.en", one(&word(rules.repair).0)),
        ("restart.repair.fr", one(&word(rules.repair).1)),
        ("restart.remove.en", one(&word(rules.remove).0)),
        ("restart.remove.fr", one(&word(rules.remove).1)),
        ("label", one(&manifest.volume.label)),
    ])
}

/// English, and French for "un redémarrage est ...".
fn word(restart: Restart) -> (&'static str, &'static str) {
    match restart {
        Restart::Required => ("required", "obligatoire"),
        Restart::Recommended => ("recommended", "recommandé"),
        Restart::None => ("not needed", "inutile"),
    }
}
