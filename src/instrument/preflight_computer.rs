//! What the computer tells by itself before anything is changed: rights, another
//! installation, a restart that Windows waits for, space, policy.
//!
//! What is seen decides; what cannot be read is asked, and only that can an option
//! answer, but for the restart, which a person may know better.

use std::path::Path;

use crate::verify::detail::Detail;
use crate::verify::finding::Kind;

use super::computer::Unread;
use super::policy::{self, Said};
use super::preflight::{Look, named};
use super::question::{AnsweredBy, Question};

/// Bytes beside the payload's: the installer keeps a copy of the package and
/// unpacks it; its log has some hundred kilobytes.
pub const SPARE_BYTES: u64 = 64 << 20;

impl Look<'_, '_> {
    /// What the computer tells without anybody.
    pub(super) fn by_itself(&mut self) {
        match self.computer.elevated() {
            Ok(true) => {}
            Ok(false) => self.find(Kind::NotAdministrator {
                detail: Detail::fact(|facts| facts.not_administrator, &[]),
            }),
            Err(Unread(detail)) => self.find(Kind::NotAdministrator { detail }),
        }
        self.policy();
        if !self.came.may_go_on() {
            return;
        }
        let given = self.subject.given;
        let other = |detail| Kind::OtherInstaller { detail };
        match self.computer.installer_busy() {
            Ok(false) => {}
            Ok(true) => self.find(other(Detail::said("_MSIExecute"))),
            // Yes: another one is at work.
            Err(unread) => {
                let no = given.no_other_installer;
                if let Some(true) = self.unread(Question::OtherInstaller, &unread, no, false) {
                    self.find(other(unread.0));
                }
            }
        }
        self.restart();
        self.space();
    }

    /// A yes-or-no question about a fact that could not be read: `option` says
    /// whether an option answers it, with `as_if`.
    fn unread(
        &mut self,
        question: Question,
        unread: &Unread,
        option: bool,
        as_if: bool,
    ) -> Option<bool> {
        let language = self.language;
        let answer = match option {
            true => {
                self.answered(question, if as_if { "yes" } else { "no" }, AnsweredBy::Option);
                as_if
            }
            false => self.yes_no(question, &[("detail", unread.words(language).to_string())])?,
        };
        self.find(Kind::FactUnread { fact: named(question), detail: unread.0.clone() });
        Some(answer)
    }

    fn restart(&mut self) {
        let option = self.subject.given.despite_restart;
        match self.computer.restart_pending() {
            Ok(None) => {}
            Ok(Some(detail)) => {
                let go_on = match option {
                    true => {
                        self.answered(Question::Restart, "yes", AnsweredBy::Option);
                        true
                    }
                    false if self.person.is_none() => false,
                    false => {
                        let values = [("detail", detail.words(self.language).to_string())];
                        self.yes_no(Question::Restart, &values).unwrap_or(false)
                    }
                };
                self.find(match go_on {
                    true => Kind::RestartPendingAccepted { detail },
                    false => Kind::RestartPending { detail },
                });
            }
            Err(unread) => {
                if let Some(false) = self.unread(Question::Restart, &unread, option, true) {
                    self.find(Kind::RestartPending { detail: unread.0 });
                }
            }
        }
    }

    fn space(&mut self) {
        let Some(destination) = self.subject.destination else { return };
        let path = destination.display().to_string();
        // The copy, and the installer's own copy of the package.
        let needed = self.subject.bytes.saturating_mul(2).saturating_add(SPARE_BYTES);
        match self.computer.free_bytes(destination) {
            Ok(free) if free < needed => self.find(Kind::TooLittleSpace { path, free, needed }),
            Ok(_) => {}
            Err(unread) => {
                let option = self.subject.given.enough_space;
                if let Some(false) = self.unread(Question::Space, &unread, option, true) {
                    self.find(Kind::TooLittleSpace { path, free: 0, needed });
                }
            }
        }
    }

    /// Reported, whatever it says: nothing here starts programs from the copy.
    fn policy(&mut self) {
        let folders = [
            self.computer.places().ok().map(|places| places.program),
            self.computer.program().ok().and_then(|path| path.parent().map(Path::to_path_buf)),
        ];
        if let (Some(usual), Some(real)) = (&folders[0], &folders[1])
            && usual != real
        {
            self.find(Kind::UnusualFolder { path: real.display().to_string() });
        }
        let Ok(Some(policy)) = self.computer.restriction_policy() else { return };
        let folder = folders[1].clone().unwrap_or_default();
        let detail = Detail::fact(
            |facts| facts.policy,
            &[
                ("level", format!("{:#x}", policy.default_level)),
                ("enforcement", policy.enforcement.to_string()),
                ("count", policy.allowed_paths.len().to_string()),
            ],
        );
        match policy::says(&policy, &folder) {
            Said::NotInForce => {}
            Said::Allowed => self.find(Kind::PolicyActive { detail }),
            Said::NotAllowed => {
                self.find(Kind::PolicyActive { detail });
                self.find(Kind::PolicyForbids { path: folder.display().to_string() });
            }
        }
    }
}
