//! What the software restriction policy says of a folder. It is read and
//! reported. It protects the instrument, so it is never changed here, and nobody
//! is told to switch it off.

use std::path::Path;

use super::computer::RestrictionPolicy;

/// `DefaultLevel` of "unrestricted".
const UNRESTRICTED: u32 = 0x40000;
/// What path rules name by variable or by a place in the registry, in lower
/// case, and the folder that it stands for on the instruments' Windows.
const NAMED: [(&str, &str); 6] = [
    ("%programfiles%", r"c:\program files"),
    ("%programfilesdir%", r"c:\program files"),
    ("%programfiles(x86)%", r"c:\program files (x86)"),
    ("%systemroot%", r"c:\windows"),
    ("%windir%", r"c:\windows"),
    ("%systemdrive%", "c:"),
];

/// What the policy says of a program in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is not enforced, or allows everything.
    NotInForce,
    /// A path rule allows it.
    Allowed,
    /// No rule that is understood here allows it.
    NotAllowed,
}

/// What `policy` says of programs in `folder`.
pub fn says(policy: &RestrictionPolicy, folder: &Path) -> Said {
    if policy.enforcement == 0 || policy.default_level == UNRESTRICTED {
        return Said::NotInForce;
    }
    let folder = folder.display().to_string().to_lowercase();
    match policy.allowed_paths.iter().any(|rule| covers(rule, &folder)) {
        true => Said::Allowed,
        false => Said::NotAllowed,
    }
}

/// True where a path rule covers `folder`, which is in lower case.
fn covers(rule: &str, folder: &str) -> bool {
    let mut rule = expand(&rule.to_lowercase());
    while let Some(shorter) = rule.strip_suffix('*').or_else(|| rule.strip_suffix('\\')) {
        rule = shorter.to_string();
    }
    // A rule with a variable or a pattern that is not understood covers nothing.
    if rule.is_empty() || rule.contains(['%', '*', '?']) {
        return false;
    }
    folder.strip_prefix(&rule).is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'))
}

fn expand(rule: &str) -> String {
    // `%HKEY_LOCAL_MACHINE\...\ProgramFilesDir%` names a value in the registry.
    if let Some(rest) = rule.strip_prefix("%hkey_local_machine\\")
        && let Some((key, rest)) = rest.split_once('%')
    {
        let name = key.rsplit('\\').next().unwrap_or_default();
        return expand(&format!("%{name}%{rest}"));
    }
    let named = NAMED
        .iter()
        .find_map(|(name, folder)| rule.strip_prefix(name).map(|rest| format!("{folder}{rest}")));
    named.unwrap_or_else(|| rule.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_under_a_policy() {
        let policy = |level, enforcement, paths: &[&str]| RestrictionPolicy {
            default_level: level,
            enforcement,
            allowed_paths: paths.iter().map(ToString::to_string).collect(),
        };
        let rules = [
            r"C:\Illumina\*",
            r"%HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\ProgramFilesDir%",
            r"%SystemRoot%",
            r"%Odd%\x",
        ];
        let strict = policy(0, 1, &rules);
        let on = |folder: &str| says(&strict, Path::new(folder));
        assert_eq!(on(r"C:\Illumina"), Said::Allowed);
        assert_eq!(on(r"c:\illumina\tools"), Said::Allowed);
        assert_eq!(on(r"C:\Program Files\mediaseal"), Said::Allowed);
        assert_eq!(on(r"C:\Windows\System32"), Said::Allowed);
        assert_eq!(on(r"C:\Illuminations"), Said::NotAllowed);
        assert_eq!(on(r"E:\TOOLS"), Said::NotAllowed);
        assert_eq!(says(&policy(0, 0, &[]), Path::new("E:\\")), Said::NotInForce);
        assert_eq!(says(&policy(0x40000, 1, &[]), Path::new("E:\\")), Said::NotInForce);
        assert_eq!(says(&policy(0, 1, &["*", "%Odd%"]), Path::new("E:\\")), Said::NotAllowed);
    }
}
