//! The answer sheet of a set of exercises, and the notice beside each: plain
//! text, English and French, at most 80 columns.
//!
//! The sheet belongs on paper of its own: who practises must not have it.

use std::fmt::Write as _;

use super::registry::Drill;
use crate::seal::digest::Digest;
use crate::text::{Language, wrap};

/// Says what a file or folder is that was made for practice.
pub const NOTICE: &str = "\
EXERCISE. Made by mediaseal drill, to practise with. It is not a release: never
use it, never hand it on, and delete it afterwards.

EXERCICE. Fait par mediaseal drill, pour s'exercer. Ce n'est pas une livraison\u{a0}:
ne l'utilisez jamais, ne la transmettez pas, et supprimez-la ensuite.
";

const HEAD: &str = "\
ANSWERS to the exercises of mediaseal drill. Keep this sheet apart from them.
RÉPONSES aux exercices de mediaseal drill. Gardez cette feuille à part.

Each exercise is checked by the command under its name; OUT stands for where it
lies, TRUST for your own --state DIR or --anchor FILE (nothing: your own state).
The notes M-306, M-409, M-410, M-507, M-508, M-510 and M-511 may come besides.
In images and zips it depends on where files lie which further numbers come,
such as M-118, M-215, M-218 or M-231; the verdict is the same.

Chaque exercice se contrôle par la commande sous son nom\u{a0}; OUT est l'endroit
où il se trouve, TRUST votre propre --state DIR ou --anchor FILE (rien\u{a0}: votre
état). Les notes M-306, M-409, M-410, M-507, M-508, M-510 et M-511 peuvent
s'ajouter. Dans les images et les zips, d'autres numéros, comme M-118, M-215,
M-218 ou M-231, dépendent de la place des fichiers\u{a0}; le verdict est le même.
";

/// The exercises in the order in which a set numbers them: it tells nothing.
pub fn shuffled(mut drills: Vec<Drill>) -> Vec<Drill> {
    drills.sort_by_key(|drill| Digest::of(drill.name().as_bytes()));
    drills
}

/// The file name of exercise `number`, from 1, in a set.
pub fn file_name(number: usize, drill: &Drill) -> String {
    format!("EXERCISE-{number:03}{}", drill.output().extension())
}

/// The exercises with their numbers, from 1.
pub fn numbered(drills: &[Drill]) -> Vec<(usize, &Drill)> {
    (1..).zip(drills).collect()
}

/// The sheet of these exercises.
pub fn sheet(drills: &[(usize, &Drill)]) -> String {
    let mut sheet = HEAD.to_string();
    for (number, drill) in drills {
        let row = match drill.row() {
            0 => "good / bonne".to_string(),
            row => format!("row {row}, docs/THREATS.md"),
        };
        let name = file_name(*number, drill);
        let _ = write!(sheet, "\n{name}  {} ({row})\n", drill.name());
        for (label, language) in [("en", Language::English), ("fr", Language::French)] {
            let _ = writeln!(sheet, "{}", entry(label, drill.attack(language)));
        }
        let arguments = drill.check_arguments("OUT", &["TRUST"]).join(" ");
        let _ = writeln!(sheet, "{}", entry("run", &format!("mediaseal-verify {arguments}")));
        let comes = drill.comes();
        let exit = comes.outcome().exit_code();
        let mut answer = format!("{}, exit code {exit}", comes.verdict());
        if !drill.findings().is_empty() {
            answer.push_str(&format!(": {}", drill.findings().join(" ")));
        }
        let _ = writeln!(sheet, "{}", entry("is", &answer));
    }
    sheet
}

/// A labelled text under an exercise.
fn entry(label: &str, text: &str) -> String {
    let indent = " ".repeat(6);
    let wrapped = wrap(text, &indent, 80);
    format!("  {label:<4}{}", wrapped.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drill::registry::drills;

    #[test]
    fn sheet_has_every_exercise_in_80_columns() {
        let drills = shuffled(drills().unwrap());
        let sheet = sheet(&numbered(&drills));
        for drill in &drills {
            assert!(sheet.contains(&format!("  {} (", drill.name())), "{}", drill.name());
            assert!(!drill.attack(Language::French).is_empty());
            assert_ne!(drill.attack(Language::French), drill.attack(Language::English));
        }
        for line in sheet.lines().chain(NOTICE.lines()) {
            assert!(line.chars().count() <= 80, "{line}");
        }
        assert_eq!(sheet.matches("\n  is  ").count(), drills.len());
    }

    #[test]
    fn order_tells_nothing_of_the_rows() {
        let rows: Vec<u8> = shuffled(drills().unwrap()).iter().map(Drill::row).collect();
        assert!(!rows.is_sorted());
        assert!(rows.windows(2).filter(|pair| pair[0] == pair[1]).count() < rows.len() / 2);
    }
}
