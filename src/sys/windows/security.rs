//! Owners, access lists and this program's own rights.
//!
//! Security identifiers are kept as text (`S-1-5-18`): they are compared, and
//! shown. Whoever judges an access list is elsewhere; here it is read as it is,
//! and an entry of a kind that is not known is said to be one.

use std::io;
use std::mem::size_of;
use std::os::windows::io::{AsRawHandle as _, BorrowedHandle, FromRawHandle as _, OwnedHandle};
use std::ptr::{null_mut, read_unaligned};
use std::sync::atomic::{AtomicU32, Ordering};

use windows_sys::Win32::Foundation::{HANDLE, LocalFree};
use windows_sys::Win32::Security as security;
use windows_sys::Win32::Security::Authorization as authorization;
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use super::wide;

/// What an entry of an access list does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Gives rights.
    Allow,
    /// Takes rights away.
    Deny,
    /// Anything else: conditions, objects, kinds of later systems.
    Unknown,
}

/// An entry of an access list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// What it does.
    pub effect: Effect,
    /// Whose rights, as `S-1-...`; empty where the kind is not known.
    pub who: String,
    /// Which rights, as an access mask.
    pub rights: u32,
    /// It says nothing about the folder itself, only about what is made in it.
    pub inherit_only: bool,
}

/// Owner and access list of a file or folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protection {
    /// The owner, as `S-1-...`.
    pub owner: String,
    /// The list; `None` where there is none, which lets everybody do everything.
    pub grants: Option<Vec<Grant>>,
    /// Nothing is inherited from the folder above.
    pub protected: bool,
}

/// Memory that the system gave and `LocalFree` takes back.
struct Local(*mut core::ffi::c_void);

impl Drop for Local {
    fn drop(&mut self) {
        // SAFETY: the system said that this memory is freed in this way, once.
        unsafe { LocalFree(self.0) };
    }
}

fn last_error() -> io::Error {
    io::Error::last_os_error()
}

/// # Safety
/// `sid` must lead to a valid security identifier.
unsafe fn sid_text(sid: security::PSID) -> io::Result<String> {
    let mut text = null_mut();
    // SAFETY: the identifier is valid, the answer a local.
    if unsafe { authorization::ConvertSidToStringSidW(sid, &raw mut text) } == 0 {
        return Err(last_error());
    }
    let _freed = Local(text.cast());
    let mut units = Vec::new();
    // SAFETY: the text ends with a zero.
    unsafe {
        let mut at = text;
        while *at != 0 {
            units.push(*at);
            at = at.add(1);
        }
    }
    Ok(wide::text(&units).to_string_lossy().into_owned())
}

/// Owner and access list of what is open.
pub fn protection(handle: BorrowedHandle<'_>) -> io::Result<Protection> {
    let (mut owner, mut list, mut descriptor) = (null_mut(), null_mut(), null_mut());
    // SAFETY: the handle is borrowed, the answers are locals.
    let code = unsafe {
        authorization::GetSecurityInfo(
            handle.as_raw_handle(),
            authorization::SE_FILE_OBJECT,
            security::OWNER_SECURITY_INFORMATION | security::DACL_SECURITY_INFORMATION,
            &raw mut owner,
            null_mut(),
            &raw mut list,
            null_mut(),
            &raw mut descriptor,
        )
    };
    if code != 0 {
        return Err(io::Error::from_raw_os_error(code as i32));
    }
    let _freed = Local(descriptor);
    let (mut control, mut revision) = (0, 0);
    // SAFETY: the descriptor is the system's; owner and list lie in it.
    unsafe {
        if security::GetSecurityDescriptorControl(descriptor, &raw mut control, &raw mut revision)
            == 0
        {
            return Err(last_error());
        }
        Ok(Protection {
            owner: sid_text(owner)?,
            grants: if list.is_null() { None } else { Some(grants(list)?) },
            protected: control & security::SE_DACL_PROTECTED != 0,
        })
    }
}

/// # Safety
/// `list` must lead to a valid access list.
unsafe fn grants(list: *const security::ACL) -> io::Result<Vec<Grant>> {
    const ALLOW: u8 = 0;
    const DENY: u8 = 1;
    let mut grants = Vec::new();
    // SAFETY: the list is valid; entries of the two plain kinds have a mask and
    // an identifier at this place.
    unsafe {
        for index in 0..u32::from((*list).AceCount) {
            let mut entry = null_mut();
            if security::GetAce(list, index, &raw mut entry) == 0 {
                return Err(last_error());
            }
            let head: security::ACE_HEADER = read_unaligned(entry.cast());
            let effect = match head.AceType {
                ALLOW => Effect::Allow,
                DENY => Effect::Deny,
                _ => Effect::Unknown,
            };
            let entry = entry.cast::<security::ACCESS_ALLOWED_ACE>();
            let (who, rights) = match effect {
                Effect::Unknown => (String::new(), u32::MAX),
                _ => {
                    let sid = (&raw mut (*entry).SidStart).cast();
                    (sid_text(sid)?, read_unaligned(&raw const (*entry).Mask))
                }
            };
            let flags = u32::from(head.AceFlags);
            let inherit_only = flags & security::INHERIT_ONLY_ACE != 0;
            grants.push(Grant { effect, who, rights, inherit_only });
        }
    }
    Ok(grants)
}

/// A descriptor made from its text (SDDL), for what is about to be made.
pub(crate) struct Descriptor(Local);

impl Descriptor {
    /// Reads the text.
    pub fn from_text(text: &str) -> io::Result<Self> {
        let text = wide::terminated(text).ok_or(io::ErrorKind::InvalidInput)?;
        let mut descriptor = null_mut();
        // SAFETY: the text ends with a zero, the answer is a local.
        let done = unsafe {
            authorization::ConvertStringSecurityDescriptorToSecurityDescriptorW(
                text.as_ptr(),
                authorization::SDDL_REVISION_1,
                &raw mut descriptor,
                null_mut(),
            )
        };
        if done == 0 { Err(last_error()) } else { Ok(Self(Local(descriptor))) }
    }

    /// For a call that only reads it.
    pub fn pointer(&self) -> *const security::SECURITY_DESCRIPTOR {
        self.0.0.cast()
    }
}

fn token() -> io::Result<OwnedHandle> {
    let mut token: HANDLE = null_mut();
    // SAFETY: the answer is a local, and ours where the call succeeds.
    unsafe {
        if OpenProcessToken(GetCurrentProcess(), security::TOKEN_QUERY, &raw mut token) == 0 {
            return Err(last_error());
        }
        Ok(OwnedHandle::from_raw_handle(token))
    }
}

/// Asks this program's token; the answer is aligned for every structure of it.
fn token_facts(class: security::TOKEN_INFORMATION_CLASS) -> io::Result<Vec<u64>> {
    /// Longer than an identifier with its structure.
    const ANSWER_WORDS: usize = 32;
    let token = token()?;
    let mut answer = vec![0_u64; ANSWER_WORDS];
    let mut length = 0;
    // SAFETY: the answer is as long as said.
    let done = unsafe {
        security::GetTokenInformation(
            token.as_raw_handle(),
            class,
            answer.as_mut_ptr().cast(),
            (ANSWER_WORDS * size_of::<u64>()) as u32,
            &raw mut length,
        )
    };
    if done == 0 { Err(last_error()) } else { Ok(answer) }
}

/// Whether this program has an administrator's rights.
pub fn elevated() -> io::Result<bool> {
    let answer = token_facts(security::TokenElevation)?;
    // SAFETY: the answer is that structure, and longer.
    let elevation: security::TOKEN_ELEVATION = unsafe { read_unaligned(answer.as_ptr().cast()) };
    Ok(elevation.TokenIsElevated != 0)
}

/// To whom belongs what this program makes: the person, or the administrators
/// where it has their rights. The token says it, and a file that is made in the
/// system's own folder shows it: systems that know no owner but the person
/// (Wine) are told apart in this way, and nobody can make one look like it.
pub fn own_owner() -> io::Result<String> {
    let (said, person) = (token_owner()?, own_user()?);
    match made_owner() {
        Ok(shown) if said != person && shown == person => Ok(person),
        _ => Ok(said),
    }
}

/// The owner of a file that was made just now and is gone again.
fn made_owner() -> io::Result<String> {
    use std::os::windows::fs::OpenOptionsExt as _;
    use windows_sys::Win32::Storage::FileSystem as storage;
    let folder = super::system::windows_folder()?.join("Temp");
    // Two threads may ask at once: each has a name of its own.
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let (process, count) = (std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
    let name = format!("mediaseal-{process:08x}{count:08x}.tmp");
    let file = std::fs::OpenOptions::new()
        .access_mode(storage::READ_CONTROL | storage::FILE_WRITE_DATA | storage::DELETE)
        .write(true)
        .create_new(true)
        .custom_flags(storage::FILE_FLAG_DELETE_ON_CLOSE)
        .open(folder.join(name))?;
    Ok(protection(std::os::windows::io::AsHandle::as_handle(&file))?.owner)
}

fn token_owner() -> io::Result<String> {
    let answer = token_facts(security::TokenOwner)?;
    // SAFETY: the answer is that structure, and the identifier lies behind it.
    unsafe {
        let owner: security::TOKEN_OWNER = read_unaligned(answer.as_ptr().cast());
        sid_text(owner.Owner)
    }
}

/// The person's own identifier.
pub fn own_user() -> io::Result<String> {
    let answer = token_facts(security::TokenUser)?;
    // SAFETY: the answer is that structure, and the identifier lies behind it.
    unsafe {
        let user: security::TOKEN_USER = read_unaligned(answer.as_ptr().cast());
        sid_text(user.User.Sid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::windows::io::AsHandle as _;

    #[test]
    fn own_identifiers_are_text_and_a_new_file_has_an_owner() {
        assert!(own_user().unwrap().starts_with("S-1-5-"));
        assert!(own_owner().unwrap().starts_with("S-1-5-"));
        assert!(elevated().is_ok());
        let file = tempfile::NamedTempFile::new().unwrap();
        let protection = protection(file.as_file().as_handle()).unwrap();
        assert!(protection.owner.starts_with("S-1-"));
        assert!(protection.grants.is_some_and(|grants| !grants.is_empty()));
    }

    #[test]
    fn whose_a_new_file_is_does_not_depend_on_who_asks_at_the_same_time() {
        let alone = own_owner().unwrap();
        let asked = std::thread::scope(|scope| {
            let threads = [(); 8].map(|()| scope.spawn(|| [(); 20].map(|()| own_owner().unwrap())));
            threads.map(|thread| thread.join().unwrap())
        });
        assert!(asked.iter().flatten().all(|owner| *owner == alone), "{asked:?}");
    }

    #[test]
    fn a_descriptor_is_read_and_nonsense_refused() {
        assert!(Descriptor::from_text("O:BAD:P(A;OICI;FA;;;SY)").is_ok());
        assert!(Descriptor::from_text("nonsense").is_err());
    }
}
