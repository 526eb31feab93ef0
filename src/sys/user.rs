//! Who runs the program, on which computer, and in which language.

/// The languages of the texts, by their two letters.
const FRENCH: &str = "fr";
const ENGLISH: &str = "en";
/// Bytes of a name that are kept: names of people and computers are short.
const MAX_NAME_BYTES: usize = 255;

/// `fr` or `en`: what the person's Windows speaks.
#[cfg(windows)]
pub fn language() -> &'static str {
    if super::windows::system::speaks_french() { FRENCH } else { ENGLISH }
}

/// `fr` or `en`: what the environment asks for, in POSIX's order
/// (`LC_ALL`, `LC_MESSAGES`, `LANG`; the first that is set and not empty).
#[cfg(not(windows))]
pub fn language() -> &'static str {
    let variables = ["LC_ALL", "LC_MESSAGES", "LANG"].map(|name| std::env::var(name).ok());
    language_of(variables.iter().map(Option::as_deref))
}

#[cfg(any(test, not(windows)))]
fn language_of<'a>(variables: impl IntoIterator<Item = Option<&'a str>>) -> &'static str {
    let mut set = variables.into_iter().flatten().filter(|value| !value.is_empty());
    let value = set.next().unwrap_or_default();
    let language = value.split(['_', '.', '@', '-']).next().unwrap_or_default();
    if language.eq_ignore_ascii_case(FRENCH) { FRENCH } else { ENGLISH }
}

/// Where state is kept: the computer's `%ProgramData%\\mediaseal`, for a program
/// with an administrator's rights and wherever that folder is there already;
/// else the person's own `%LOCALAPPDATA%\\mediaseal`. Whether the folder is safe is
/// asked when it is opened.
#[cfg(windows)]
pub fn state_folder() -> std::path::PathBuf {
    use super::windows::{security, system};
    const NAME: &str = "mediaseal";
    let computer = system::program_data().unwrap_or_else(|_| r"C:\ProgramData".into()).join(NAME);
    // Where the token does not say, the computer's: a check with too little.
    if security::elevated().unwrap_or(true) || computer.exists() {
        return computer;
    }
    system::local_app_data().map_or(computer, |own| own.join(NAME))
}

/// Number of the effective user, whose rights count; `None` where the system
/// has no such numbers or does not tell.
#[cfg(not(windows))]
pub fn effective_user() -> Option<u32> {
    effective_of(&std::fs::read_to_string("/proc/self/status").ok()?)
}

/// Windows has no such numbers: owners are asked of the token.
#[cfg(windows)]
pub fn effective_user() -> Option<u32> {
    None
}

/// The second number of `Uid:` in `/proc/self/status` (proc(5)): real,
/// effective, saved, file system. The owner of `/proc/self` would be root for a
/// process that may not be traced.
#[cfg(any(test, not(windows)))]
fn effective_of(status: &str) -> Option<u32> {
    let line = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    line.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// The name of the computer; raw, so escape it where it is shown.
#[cfg(windows)]
pub fn computer_name() -> Option<String> {
    clean(super::windows::system::computer_name().ok()?)
}

/// The name of the computer; raw, so escape it where it is shown.
#[cfg(not(windows))]
pub fn computer_name() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    clean(name.or_else(|| std::env::var("COMPUTERNAME").ok())?)
}

/// What names the time since the system was started, where it tells (Linux,
/// random(4)): numbers that begin anew with each start are told apart by it.
pub fn running_system() -> Option<String> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    clean(text.chars().take(8).collect())
}

/// The name of the account that this program runs as; escape it where it is
/// shown.
#[cfg(windows)]
pub fn user_name() -> Option<String> {
    clean(super::windows::system::user_name().ok()?)
}

/// The name of the person's account: from `/etc/passwd` by the effective
/// number, else from the environment, which anyone can set. A help for people
/// who read a record, no proof; escape it where it is shown.
#[cfg(not(windows))]
pub fn user_name() -> Option<String> {
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let known = effective_user().and_then(|user| account(&passwd, user));
    let named = || ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
    clean(known.or_else(named)?)
}

/// The account with number `user` in the text of `/etc/passwd` (passwd(5)).
#[cfg(any(test, not(windows)))]
fn account(passwd: &str, user: u32) -> Option<String> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let number: u32 = fields.nth(1)?.parse().ok()?;
        (number == user).then(|| name.to_string())
    })
}

fn clean(name: String) -> Option<String> {
    let name = name.trim();
    (!name.is_empty() && name.len() <= MAX_NAME_BYTES).then(|| name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_follows_the_first_variable_that_is_set() {
        assert_eq!(language_of([None, None, Some("fr_FR.UTF-8")]), "fr");
        assert_eq!(language_of([Some("fr_CA"), None, Some("en_US")]), "fr");
        assert_eq!(language_of([Some("C"), Some("fr_FR"), Some("fr_FR")]), "en");
        assert_eq!(language_of([Some(""), Some("FR"), Some("en_GB")]), "fr");
        assert_eq!(language_of([Some("fra"), None, None]), "en");
        assert_eq!(language_of([None, None, None]), "en");
    }

    #[test]
    fn effective_user_is_the_second_number() {
        let status = "Name:\tcat\nUid:\t1000\t0\t1000\t1000\nGid:\t5\t6\t7\t8\n";
        assert_eq!(effective_of(status), Some(0));
        assert_eq!(effective_of("Name:\tcat\n"), None);
        assert_eq!(effective_of("Uid:\tx\ty\n"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn effective_user_owns_what_it_makes() {
        use std::os::unix::fs::MetadataExt as _;
        let file = tempfile::NamedTempFile::new().unwrap();
        let owner = file.as_file().metadata().unwrap().uid();
        assert_eq!(effective_user(), Some(owner));
        assert!(computer_name().is_some());
    }

    #[test]
    fn account_is_found_by_number() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\nbroken\nada:x:1000:1000::/home/ada:\n";
        assert_eq!(account(passwd, 1000).as_deref(), Some("ada"));
        assert_eq!(account(passwd, 7), None);
        assert_eq!(clean(" \n".to_string()), None);
        assert_eq!(clean("x".repeat(300)), None);
    }
}
