//! Reading the registry: values and names of keys, of the whole computer
//! (`HKEY_LOCAL_MACHINE`). Nothing is written.
//!
//! A 64-bit Windows has two views for some keys; each call says which. What is
//! not there is `None`, what cannot be read is an error.

use std::io;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{
    ERROR_FILE_NOT_FOUND, ERROR_MORE_DATA, ERROR_NO_MORE_ITEMS, ERROR_SUCCESS,
};
use windows_sys::Win32::System::Registry as registry;

use super::wide;
use crate::text::own::Own;

/// Bytes of a value that are read: a policy's rule or a program's name.
const MAX_VALUE_BYTES: usize = 1 << 20;
/// Names of keys that are listed.
const MAX_KEYS: u32 = 10_000;
/// Units of a key's name, and the zero (documented: 255).
const NAME_UNITS: usize = 256;

/// Which of the two views.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// What 64-bit programs see.
    Bits64,
    /// What 32-bit programs see.
    Bits32,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number.
    Number(u32),
    /// A text; variables in it are not expanded.
    Text(String),
    /// Several texts.
    Texts(Vec<String>),
    /// Of another type.
    Other,
}

/// An opened key.
#[derive(Debug)]
pub struct Key(registry::HKEY);

impl Drop for Key {
    fn drop(&mut self) {
        // SAFETY: the key is ours and closed once.
        unsafe { registry::RegCloseKey(self.0) };
    }
}

fn error_of(code: u32) -> io::Error {
    io::Error::from_raw_os_error(code as i32)
}

impl Key {
    /// Opens `path` below `HKEY_LOCAL_MACHINE` for reading.
    pub fn open(path: &str, view: View) -> io::Result<Option<Self>> {
        let path = wide::terminated(path).ok_or(io::ErrorKind::InvalidInput)?;
        let view = match view {
            View::Bits64 => registry::KEY_WOW64_64KEY,
            View::Bits32 => registry::KEY_WOW64_32KEY,
        };
        let mut key = null_mut();
        // SAFETY: the path ends with a zero; the answer is a local.
        let code = unsafe {
            registry::RegOpenKeyExW(
                registry::HKEY_LOCAL_MACHINE,
                path.as_ptr(),
                0,
                registry::KEY_READ | view,
                &raw mut key,
            )
        };
        match code {
            ERROR_SUCCESS => Ok(Some(Self(key))),
            ERROR_FILE_NOT_FOUND => Ok(None),
            code => Err(error_of(code)),
        }
    }

    /// The value `name`.
    pub fn value(&self, name: &str) -> io::Result<Option<Value>> {
        let name = wide::terminated(name).ok_or(io::ErrorKind::InvalidInput)?;
        let mut bytes = vec![0_u8; 1024];
        loop {
            let (mut kind, mut length) = (0, bytes.len() as u32);
            // SAFETY: the name ends with a zero; the answers are as long as said.
            let code = unsafe {
                registry::RegQueryValueExW(
                    self.0,
                    name.as_ptr(),
                    null(),
                    &raw mut kind,
                    bytes.as_mut_ptr(),
                    &raw mut length,
                )
            };
            match code {
                ERROR_SUCCESS => {
                    bytes.truncate(length as usize);
                    return Ok(Some(value_of(kind, &bytes)));
                }
                ERROR_FILE_NOT_FOUND => return Ok(None),
                ERROR_MORE_DATA if bytes.len() < MAX_VALUE_BYTES => {
                    bytes = vec![0; (bytes.len() * 4).min(MAX_VALUE_BYTES)];
                }
                code => return Err(error_of(code)),
            }
        }
    }

    /// Names of the keys in this one.
    pub fn keys(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for index in 0..MAX_KEYS {
            let mut name = [0; NAME_UNITS];
            let mut length = NAME_UNITS as u32;
            // SAFETY: the name is as long as said.
            let code = unsafe {
                registry::RegEnumKeyExW(
                    self.0,
                    index,
                    name.as_mut_ptr(),
                    &raw mut length,
                    null(),
                    null_mut(),
                    null_mut(),
                    null_mut(),
                )
            };
            match code {
                ERROR_SUCCESS => names.push(wide::text(&name).to_string_lossy().into_owned()),
                ERROR_NO_MORE_ITEMS => return Ok(names),
                code => return Err(error_of(code)),
            }
        }
        Err(Own::TooManyKeys.into())
    }
}

/// A value by its type and bytes.
fn value_of(kind: u32, bytes: &[u8]) -> Value {
    let units: Vec<u16> =
        bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    match kind {
        registry::REG_DWORD => match bytes.try_into() {
            Ok(bytes) => Value::Number(u32::from_le_bytes(bytes)),
            Err(_) => Value::Other,
        },
        registry::REG_SZ | registry::REG_EXPAND_SZ => {
            Value::Text(wide::text(&units).to_string_lossy().into_owned())
        }
        registry::REG_MULTI_SZ => {
            let texts = units.split(|unit| *unit == 0).filter(|text| !text.is_empty());
            Value::Texts(texts.map(String::from_utf16_lossy).collect())
        }
        _ => Value::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_by_their_type() {
        let text = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        assert_eq!(value_of(4, &[1, 0, 2, 0]), Value::Number(0x20001));
        assert_eq!(value_of(4, &[1]), Value::Other);
        assert_eq!(value_of(1, &text("ab\0")), Value::Text("ab".to_string()));
        assert_eq!(value_of(2, &text("%x%")), Value::Text("%x%".to_string()));
        let texts = value_of(7, &text("a\0b\0\0"));
        assert_eq!(texts, Value::Texts(vec!["a".to_string(), "b".to_string()]));
        assert_eq!(value_of(3, &[1, 2]), Value::Other);
    }

    #[test]
    fn the_version_key_is_there_and_nonsense_is_not() {
        let path = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
        let key = Key::open(path, View::Bits64).unwrap().unwrap();
        assert!(matches!(key.value("CurrentVersion").unwrap(), Some(Value::Text(_))));
        assert_eq!(key.value("mediaseal: none").unwrap(), None);
        let above = Key::open(r"SOFTWARE\Microsoft", View::Bits64).unwrap().unwrap();
        assert!(above.keys().unwrap().iter().any(|name| name == "Windows NT"));
        assert!(Key::open(r"SOFTWARE\mediaseal: none", View::Bits64).unwrap().is_none());
    }
}
