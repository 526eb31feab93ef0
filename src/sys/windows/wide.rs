//! Text as Windows wants it: UTF-16, with a zero at its end or with a count.

use std::ffi::{OsStr, OsString};
use std::os::windows::ffi::{OsStrExt as _, OsStringExt as _};

/// Units without an end mark.
pub(crate) fn units(text: &OsStr) -> Vec<u16> {
    text.encode_wide().collect()
}

/// Units with a zero at the end. A zero inside would cut the text: `None`.
pub(crate) fn terminated(text: impl AsRef<OsStr>) -> Option<Vec<u16>> {
    let mut units = units(text.as_ref());
    if units.contains(&0) {
        return None;
    }
    units.push(0);
    Some(units)
}

/// Text up to the first zero, or all of it.
pub(crate) fn text(units: &[u16]) -> OsString {
    let end = units.iter().position(|unit| *unit == 0).unwrap_or(units.len());
    OsString::from_wide(&units[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_goes_there_and_back_even_where_it_is_no_text() {
        let odd = OsString::from_wide(&[b'a'.into(), 0xD800, b'b'.into()]);
        assert_eq!(text(&terminated(&odd).unwrap()), odd);
        assert_eq!(terminated("a\0b"), None);
        assert_eq!(text(&[b'x'.into(), 0, b'y'.into()]), "x");
    }
}
