//! What a signer sees of a release: everything that the signature will say.
//!
//! All texts are those of the sealed, parsed documents, whose types take no
//! character that could act on a terminal.

use super::lines::Lines;
use super::release::Release;
use super::review::ReviewError;
use crate::seal::layout::MANIFEST;
use crate::seal::manifest::{Manifest, PayloadKind, ReferenceOrigin, Restart, Role};
use crate::seal::signers::Signed;
use crate::text::Language;

/// What a signer compares, in at most 80 columns.
pub fn lines(release: &Release, previous: Option<&Release>) -> Result<Lines, ReviewError> {
    let manifest = &release.manifest;
    let mut lines = Lines::new();
    lines.fact("You sign for", manifest.publisher.as_str());
    lines.fact("Product", &format!("{} {}", manifest.product, manifest.version));
    lines.more(manifest.title.en.as_str());
    lines.more(manifest.title.fr.as_str());
    let position = manifest.position();
    lines.fact("Release", &format!("{position} (floor {})", manifest.floor));
    payload(&mut lines, release);
    for tool in manifest.files.iter().filter(|file| file.role == Role::Tool) {
        lines
            .fact("Tool", &format!("{}, {} bytes", tool.path, Language::English.number(tool.size)));
        if let Some(digest) = release.sums.digest(&tool.path) {
            lines.code("Tool code", &digest);
        }
    }
    if let Some(previous) = previous {
        differences(&mut lines, release, previous)?;
    }
    installation(&mut lines, manifest);
    files(&mut lines, release);
    signed_by(&mut lines, release);
    let trust = match (release.anchored, release.trust_step()) {
        (false, _) => "the release's own: compare its code".to_string(),
        (true, None) => "the same as in your anchor".to_string(),
        (true, Some((known, _))) => format!("follows document {known}, your anchor's last"),
    };
    lines.fact("Trust", &format!("trust document {}, {trust}", release.chain.length()));
    lines.more(&format!("publisher code of trust document {}:", release.chain.length()));
    lines.code("", &release.chain.newest().code);
    lines.code("Release code", &release.code());
    Ok(lines)
}

/// What will be done with it, where, and when it should be asked for again.
fn installation(lines: &mut Lines, manifest: &Manifest) {
    for applies in &manifest.applies_to {
        let (from, to) = (&applies.versions.from, &applies.versions.to);
        lines.fact("For", &format!("{}, {} {from} to {to}", applies.instrument, applies.software));
    }
    let restart = |restart: Restart| match restart {
        Restart::None => "not asked for",
        Restart::Recommended => "recommended",
        Restart::Required => "required",
    };
    let rules = &manifest.install.restart;
    lines.fact("Installed in", manifest.install.destination.as_str());
    lines.fact(
        "Restart",
        &format!(
            "after install {}, repair {}, remove {}",
            restart(rules.install),
            restart(rules.repair),
            restart(rules.remove)
        ),
    );
    lines.fact("Issued", &format!("{}; newer after {}", manifest.issued, manifest.advise_after));
    let mib = manifest.volume.bytes >> 20;
    lines.fact("Volume", &format!("{} ({mib} MiB)", manifest.volume.label));
}

/// Every file that the signature covers: one that is not expected here is seen
/// here, or by nobody.
fn files(lines: &mut Lines, release: &Release) {
    let files = &release.manifest.files;
    let count = files.len();
    lines.fact("Files", &format!("{count}, all read just now; none missing, none extra"));
    for file in files {
        lines.more(&format!("{} ({})", file.path, Language::English.number(file.size)));
    }
}

fn payload(lines: &mut Lines, release: &Release) {
    let payload = &release.manifest.payload;
    let size = release.manifest.main_file().map_or(0, |file| file.size);
    let kind = match payload.kind {
        PayloadKind::Msi => "a Windows Installer package",
        PayloadKind::Files => "copied, never started",
    };
    let size = Language::English.number(size);
    lines.fact("Payload", &format!("{}, {size} bytes", payload.path));
    lines.more(kind);
    let digest = release.sums.digest(&payload.path);
    if let Some(digest) = digest {
        lines.fact("its SHA-256", &digest.to_string());
    }
    let (equal, other): (Vec<_>, Vec<_>) =
        payload.reference_hashes.iter().partition(|reference| Some(reference.sha256) == digest);
    if equal.is_empty() {
        lines.fact("compared with", "no outside reference");
    }
    for reference in equal {
        let origin = match reference.origin {
            ReferenceOrigin::Published => "published in",
            ReferenceOrigin::TypedIn => "typed in by the builder, source:",
        };
        lines.fact("compared with", &format!("equal: {origin} {}", reference.source));
    }
    for reference in other {
        lines.fact("compared with", &format!("OTHER THAN in {}:", reference.source));
        lines.more(&reference.sha256.to_string());
    }
}

/// What changed since `previous`, file by file; equal files are counted.
fn differences(
    lines: &mut Lines,
    release: &Release,
    previous: &Release,
) -> Result<(), ReviewError> {
    let (new, old) = (&release.manifest, &previous.manifest);
    if (&new.publisher, &new.product) != (&old.publisher, &old.product) {
        return Err(ReviewError::OtherProduct(previous.root().to_path_buf()));
    }
    let label = format!("Since {}", old.position());
    let signed = names(previous.signers.counted.iter());
    lines.fact(&label, &format!("{} {}, signed by {signed}", old.product, old.version));
    if old.position() >= new.position() {
        lines.more("WARNING: that release is not older than this one");
    }
    for kind in previous.problems() {
        lines.more(&format!("WARNING: {} {}", kind.code(), kind.what(Language::English)));
    }
    if new.payload.path != old.payload.path {
        lines.more(&format!("payload was {}", old.payload.path));
    }
    let mut same = 0;
    // The manifest is another one in every release.
    for (path, digest) in release.sums.lines().iter().filter(|line| line.0 != MANIFEST) {
        match previous.sums.digest(path) {
            None => lines.more(&format!("added    {path}")),
            Some(before) if before != *digest => lines.more(&format!("changed  {path}")),
            Some(_) if *path == new.payload.path => lines.more(&format!("same     {path}")),
            Some(_) => same += 1,
        }
    }
    for (path, _) in previous.sums.lines() {
        if release.sums.digest(path).is_none() {
            lines.more(&format!("removed  {path}"));
        }
    }
    lines.more(&format!("same     {same} other files"));
    lines.more("release code of that one, for your own notes:");
    lines.code("", &previous.code());
    Ok(())
}

fn signed_by(lines: &mut Lines, release: &Release) {
    let count = &release.signers;
    let needed = count.needed;
    let signed = names(count.counted.iter());
    lines.fact("Signed by", &format!("{signed} ({} of {needed} needed)", count.counted.len()));
    if !count.no_longer.is_empty() {
        lines.more(&format!("no longer counting: {}", names(count.no_longer.iter())));
    }
}

fn names<'a>(signed: impl Iterator<Item = &'a Signed>) -> String {
    let mut names: Vec<String> =
        signed.map(|s| format!("{} {}", s.signer.name, s.signer.key.id())).collect();
    names.sort();
    match names.is_empty() {
        true => "nobody".to_string(),
        false => names.join(", "),
    }
}
