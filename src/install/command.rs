//! The exact command line of the vendor's installer.
//!
//! `/i FILE`, `/i FILE REINSTALL=ALL REINSTALLMODE=vomus` or `/x {CODE}`, each
//! with `/l*v LOG /norestart`. Repair is spelled as properties: with `v` the
//! package that is held is used, and not the copy that Windows keeps of it.
//! Paths stand in quotation marks; one that has such a mark itself is refused.

use std::path::Path;

use crate::seal::manifest::Guid;

use super::installer::InstallerCommand;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Install, or install again.
    Install,
    /// Put back what is damaged.
    Repair,
    /// Remove.
    Remove,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 3] = [Self::Install, Self::Repair, Self::Remove];

    /// The word in records and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Repair => "repair",
            Self::Remove => "remove",
        }
    }

    /// Reads that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.word() == word)
    }
}

/// Whether the vendor's installer shows its windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// As the vendor documents it.
    Wizard,
    /// `/qn`: nobody is there. The vendor does not document this.
    None,
}

/// What the installer works on.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// A package, to install.
    Install(&'a Path),
    /// A package, to repair from.
    Repair(&'a Path),
    /// An installed program.
    Remove(&'a Guid),
}

/// The command; `None` where a path cannot be passed.
pub fn command(
    system_folder: &Path,
    target: Target<'_>,
    window: Window,
    log: &Path,
) -> Option<InstallerCommand> {
    let mut arguments = match target {
        Target::Install(package) => format!("/i {}", quoted(package)?),
        Target::Repair(package) => {
            format!("/i {} REINSTALL=ALL REINSTALLMODE=vomus", quoted(package)?)
        }
        Target::Remove(code) => format!("/x {code}"),
    };
    arguments.push_str(&format!(" /l*v {} /norestart", quoted(log)?));
    if window == Window::None {
        arguments.push_str(" /qn");
    }
    Some(InstallerCommand {
        program: system_folder.join("msiexec.exe"),
        working_folder: system_folder.to_path_buf(),
        arguments,
        log: log.to_path_buf(),
    })
}

/// A whole path in quotation marks. The installer does not know the prefix
/// `\\?\` of long paths.
fn quoted(path: &Path) -> Option<String> {
    let text = path.to_str()?;
    let text = text.strip_prefix(r"\\?\").filter(|rest| !rest.starts_with("UNC\\")).unwrap_or(text);
    let whole = text.starts_with(['/', '\\']) || text.get(1..3) == Some(":\\");
    let plain = !text.contains('"') && !text.chars().any(char::is_control);
    (whole && plain && !text.ends_with('\\')).then(|| format!("\"{text}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKAGE: &str = r"C:\Illumina\lrm-security-patch_1.0.0_1.7\PAYLOAD\patch.msi";
    const LOG: &str = r"C:\ProgramData\mediaseal\logs\000001-install.log";

    fn line(target: Target<'_>, window: Window) -> String {
        let system = Path::new(r"C:\Windows\system32");
        let command = command(system, target, window, Path::new(LOG)).unwrap();
        assert_eq!(command.program, system.join("msiexec.exe"));
        assert_eq!(
            (command.working_folder.as_path(), command.log.as_path()),
            (system, Path::new(LOG))
        );
        command.arguments
    }

    #[test]
    fn every_command_line_to_the_last_character() {
        let package = Path::new(PACKAGE);
        let code = Guid::parse("{12345678-1234-1234-1234-123456789ABC}").unwrap();
        let end = format!("/l*v \"{LOG}\" /norestart");
        let install = format!("/i \"{PACKAGE}\" {end}");
        assert_eq!(line(Target::Install(package), Window::Wizard), install);
        assert_eq!(line(Target::Install(package), Window::None), format!("{install} /qn"));
        assert_eq!(
            line(Target::Repair(package), Window::Wizard),
            format!("/i \"{PACKAGE}\" REINSTALL=ALL REINSTALLMODE=vomus {end}")
        );
        assert_eq!(line(Target::Remove(&code), Window::Wizard), format!("/x {code} {end}"));
        let long = format!(r"\\?\{PACKAGE}");
        assert_eq!(line(Target::Install(Path::new(&long)), Window::Wizard), install);
    }

    #[test]
    fn paths_that_would_end_their_quotation_are_refused() {
        for path in ["C:\\a\" TRANSFORMS=x", "patch.msi", "C:patch.msi", "C:\\a\n", "C:\\a\\"] {
            let target = Target::Install(Path::new(path));
            let made = command(Path::new(r"C:\W"), target, Window::Wizard, Path::new(LOG));
            assert_eq!(made, None, "{path:?}");
        }
    }
}
