//! `mediaseal sign`: read everything again, show it, sign it.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use mediaseal::seal::anchor;
use mediaseal::seal::chain::Chain;
use mediaseal::seal::limits::MAX_ANCHOR_BYTES;
use mediaseal::sign::files::{self, shown};
use mediaseal::sign::release::Release;
use mediaseal::sign::{review, review_lines};
use mediaseal::text::Language;
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::progress::Meter;

use crate::{key_option, screen};

const EXAMPLE: &str = "\
Example:
  mediaseal sign out/release --key bruno.key --previous old/release
  mediaseal sign out/release --key bruno.key --yes-release 1.7
  mediaseal sign out/release --print

Every file is read again and compared with the seal before anything is signed.
--print shows the line by which minisign itself signs, on a computer without
mediaseal; give the file that it writes to: mediaseal attach.";

/// The definition.
pub fn command() -> Command {
    let path = |name: &'static str, value: &'static str| {
        Arg::new(name).long(name).value_name(value).value_parser(value_parser!(PathBuf))
    };
    let command = Command::new("sign").about("Shows a release and signs it").arg(
        Arg::new("release")
            .value_name("RELEASE")
            .required(true)
            .value_parser(value_parser!(PathBuf))
            .help("The release folder"),
    );
    key_option::key_or_print(command)
        .arg(path("previous", "RELEASE").help("Show the differences from this release"))
        .arg(path("anchor", "FILE").help("Compare trust with your anchor"))
        .arg(
            Arg::new("yes-release")
                .long("yes-release")
                .value_name("EPOCH.SEQUENCE")
                .help("Confirm without a terminal"),
        )
        .after_help(EXAMPLE)
}

/// Shows and signs.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let Some(root) = matches.get_one::<PathBuf>("release") else {
        return Ok(Outcome::Usage);
    };
    let key = matches.get_one("key").map(PathBuf::as_path).map(key_option::read).transpose()?;
    let anchor = matches.get_one("anchor").map(PathBuf::as_path).map(read_anchor).transpose()?;
    let previous = match matches.get_one::<PathBuf>("previous") {
        Some(path) => Some(Release::read_seal(path, anchor.as_ref())?),
        None => None,
    };
    files::tidy_release(root)?;
    let mut meter = Meter::start(Language::English);
    let release = Release::read(root, anchor.as_ref(), &mut |done, all| meter.step(done, all))?;
    drop(meter);
    review::judge(&release)?;
    let lines = review_lines::lines(&release, previous.as_ref())?;
    screen::talk(&lines.to_string());
    let Some(key) = key else {
        return print(&release);
    };
    let key = key_option::unlock(key, matches)?;
    let name = review::may_sign(&release, &key.public())?;
    if review::is_signed_by(&release, &key.public()) {
        screen::talk(&format!("  Already signed by {name}; nothing to do."));
        return Ok(Outcome::Done);
    }
    let typed = screen::confirm(
        &format!("Type the release to sign it as {name}:"),
        matches.get_one("yes-release"),
        "--yes-release EPOCH.SEQUENCE",
    )?;
    let path = review::sign(&release, &key, &typed)?;
    screen::data(&shown(&path))?;
    let signed = release.signers.counted.len() + 1;
    screen::talk(&format!("  Signed: {signed} of {} needed.", release.signers.needed));
    Ok(Outcome::Done)
}

/// The two lines, run by the person in the release folder and beside it.
fn print(release: &Release) -> Result<Outcome, Failure> {
    let [sign, attach] = review::stock_commands(release, None);
    screen::talk(
        "  In the release folder (or beside a copy of SEAL), with the 16 digits of\n  \
         your key id in place of <key-id>; compare the SHA-256 of SEAL/SHA256SUMS\n  \
         with the release code before. Then take the new file over.\n",
    );
    screen::data(&format!("{sign}\n{attach}"))?;
    Ok(Outcome::Done)
}

/// The chain in an anchor file that the signer named.
fn read_anchor(path: &Path) -> Result<Chain, Failure> {
    let bytes = files::read(path, MAX_ANCHOR_BYTES)?;
    anchor::parse(&bytes).map_err(|error| {
        let what = format!("{}: {error}", shown(path));
        Failure::new(Outcome::TrustSetUp, what, "Take the anchor that you were given.")
    })
}
