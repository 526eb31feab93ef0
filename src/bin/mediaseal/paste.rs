//! Commands that are printed for a person to paste into a shell.
//!
//! A path may hold `;`, and the serial of a stranger's stick `&calc`: pasted as
//! it is, the shell would run it. Invariant: whatever stands in such a command
//! is one argument to sh, cmd.exe and PowerShell alike. What cannot be made that
//! is not quoted cleverly: a placeholder stands for it, and the person types it.

use std::path::Path;

/// True where every shell takes it as one argument as it stands, and no program
/// takes it for an option.
fn is_plain(text: &str, also: &[char]) -> bool {
    let plain = |symbol: char| symbol.is_ascii_alphanumeric() || "._-".contains(symbol);
    !text.is_empty()
        && !text.starts_with('-')
        && text.chars().all(|symbol| plain(symbol) || also.contains(&symbol))
}

/// True where double quotes make one argument of it in every shell: no quotes of
/// any alphabet (PowerShell knows typographic ones), nothing that is filled in.
fn can_be_quoted(text: &str) -> bool {
    let harmless = |symbol: char| {
        symbol.is_alphanumeric()
            || " ._/:-,;&()[]{}+=@#~'^<>|*?".contains(symbol)
            // sh takes it for itself; a last one would take the quote along.
            || (cfg!(windows) && symbol == '\\')
    };
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('\\')
        && text.chars().all(harmless)
}

/// What a device says of itself: as it is, or `placeholder`.
pub fn strangers(text: &str, placeholder: &str) -> String {
    if is_plain(text, &[]) { text.to_string() } else { placeholder.to_string() }
}

/// What the person gave: as it is, in double quotes, or `placeholder`.
pub fn argument(text: &str, placeholder: &str) -> String {
    let also: &[char] = if cfg!(windows) { &['/', ':', '\\'] } else { &['/', ':'] };
    if is_plain(text, also) {
        text.to_string()
    } else if can_be_quoted(text) {
        format!("\"{text}\"")
    } else {
        placeholder.to_string()
    }
}

/// A path, likewise.
pub fn path(path: &Path, placeholder: &str) -> String {
    // A path that is no text cannot be shown as it is.
    path.to_str().map_or_else(|| placeholder.to_string(), |text| argument(text, placeholder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_text_is_plain_or_not_shown() {
        for plain in ["0019E06B9F12", "AB_1.2-3"] {
            assert_eq!(strangers(plain, "SERIAL"), plain);
        }
        let hostile = ["X&calc", "a b", "$(id)", "`id`", "a;b", "%PATH%", "--yes", "a\nb", "", "é"];
        for text in hostile {
            assert_eq!(strangers(text, "SERIAL"), "SERIAL", "{text:?}");
        }
    }

    #[test]
    fn a_path_is_one_argument_or_not_shown() {
        for plain in ["out/release", "/srv/a-b_c.d", "C:/x"] {
            assert_eq!(path(Path::new(plain), "FOLDER"), plain);
        }
        for text in ["a;b", "my release", "a&calc", "été 2026", "it's", "a|b", "*"] {
            assert_eq!(path(Path::new(text), "FOLDER"), format!("\"{text}\""));
        }
        let hostile =
            ["a\"b", "$HOME", "a`id`", "%PATH%", "hey!", "a\u{201d}b", "a\nb", "-x", "a b\\", ""];
        for text in hostile {
            assert_eq!(path(Path::new(text), "FOLDER"), "FOLDER", "{text:?}");
        }
    }

    #[test]
    fn a_backslash_is_part_of_a_path_on_windows_alone() {
        let shown = argument(r"C:\release", "FOLDER");
        assert_eq!(shown, if cfg!(windows) { r"C:\release" } else { "FOLDER" });
    }
}
