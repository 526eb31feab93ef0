use super::*;
use crate::install::journal::{Journal, read};
use crate::install::journal_line::{AnswerLine, FileLine, FindingLine, ReleaseLine};
use crate::store::faulty::{FaultyDisk, FaultyFolder};
use crate::store::read_bounded;

fn begun() -> Begun {
    let text = |text: &str| Some(text.to_string());
    Begun {
        action: "install".to_string(),
        program: "mediaseal-verify 0.1.0".to_string(),
        computer: text("INSTRUMENT-7"),
        signed_in: text(r"LAB\sbsadmin"),
        boot: text("boot-1"),
        instrument: text("NextSeq 550Dx"),
        serial: text("NDX\u{1b}[2J\u{202e}1"),
        mode: text("dx"),
        two_modes: true,
        release: Some(ReleaseLine {
            publisher: "example-support".to_string(),
            product: "lrm-security-patch".to_string(),
            version: "1.0.0".to_string(),
            position: "1.7".to_string(),
            release_code: "8c".repeat(32),
            title_en: "Security patch".to_string(),
            title_fr: "Correctif de sécurité".to_string(),
            ..ReleaseLine::default()
        }),
        product_code: text("{12345678-1234-1234-1234-123456789ABC}"),
        copy: text(r"C:\Illumina\x"),
        signers: vec!["alice 0E8A8DC400000001".to_string()],
        files: vec![FileLine { path: "PAYLOAD/patch.msi".to_string(), sha256: "ab".repeat(32) }],
        findings: vec![FindingLine {
            code: "M-821".to_string(),
            severity: "note".to_string(),
            en: "A run folder has no end marker.".to_string(),
            fr: "Un dossier n'a pas de marque.".to_string(),
        }],
        answers: vec![AnswerLine {
            question: "run-in-progress".to_string(),
            answer: "no".to_string(),
            by: "person".to_string(),
        }],
        command: text("\"C:\\Windows\\System32\\msiexec.exe\" /i \"C:\\Illumina\\x\\p.msi\""),
        log: text(r"C:\ProgramData\mediaseal\logs\000001-install.log"),
        restart_rule: "required".to_string(),
    }
}

fn recorded(ended: Option<Ended>) -> (FaultyFolder, Recorded) {
    let root = FaultyDisk::new().root();
    let journal = Journal::open(&root).unwrap();
    let clock = crate::seal::timestamp::Timestamp::parse("2026-11-25T10:00:00Z");
    let id = journal.begin(begun(), clock).unwrap();
    if let Some(ended) = ended {
        journal.end(&id, ended, clock).unwrap();
    }
    let action = read(&root).unwrap().actions.remove(0);
    (root, action)
}

fn failed() -> Ended {
    Ended {
        exit_code: Some(1603),
        outcome: "installer-failed".to_string(),
        restart: "none".to_string(),
        log_lines: vec!["Action ended 10:00:02: Fail. Return value 3.".to_string()],
        ..Ended::default()
    }
}

#[test]
fn a_page_says_everything_in_both_languages_and_acts_on_no_terminal() {
    for ended in [
        None,
        Some(failed()),
        Some(Ended { exit_code: Some(0), restart: "required".into(), ..Ended::default() }),
    ] {
        let (_, action) = recorded(ended.clone());
        for language in Language::ALL {
            let page = text(&action, language);
            for part in [
                "INSTRUMENT-7",
                "NextSeq 550Dx",
                r"LAB\sbsadmin",
                "alice 0E8A8DC400000001",
                "PAYLOAD/patch.msi",
                "8c8c 8c8c",
                "M-821",
                match language {
                    Language::English => "a run in progress: no (",
                    Language::French => "une analyse en cours\u{a0}: non (",
                },
                r"C:\ProgramData\mediaseal\logs\000001-install.log",
                "{12345678-1234-1234-1234-123456789ABC}",
            ] {
                assert!(page.contains(part), "{part}: {page}");
            }
            assert!(!page.contains(['\u{1b}', '\u{202e}']) && !page.contains("{a"), "{page}");
            assert!(page.lines().all(|line| line.chars().count() <= WIDTH), "{page}");
            let labels = &language.table().procedure;
            match &ended {
                None => assert!(page.contains(labels.begun_only)),
                Some(ended) if ended.exit_code == Some(1603) => {
                    assert!(page.contains("1603") && page.contains("Return value 3"), "{page}");
                }
                Some(_) => assert!(page.contains(labels.restart_not_seen), "{page}"),
            }
        }
    }
}

#[test]
fn pages_lie_under_a_name_that_follows_from_the_action() {
    let (root, action) = recorded(Some(failed()));
    assert_eq!(stem(&action), "000001-install-lrm-security-patch-1.7");
    let path = file(&root, &action).unwrap();
    let again = file(&root, &action).unwrap();
    assert_eq!(path, again);
    let folder = root.open_folder("records".as_ref()).unwrap();
    assert_eq!(folder.list().unwrap().len(), 2);
    let name = path.file_name().unwrap();
    let bytes = read_bounded(&folder, name, 1 << 20).unwrap().unwrap();
    let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(value["begun"]["computer"], "INSTRUMENT-7");
    assert_eq!(value["ended"]["exit_code"], 1603);
    assert_eq!(value["refused"], false);
    assert_eq!(value["id"].as_str().unwrap().len(), 32);
    assert_eq!(value["chain_head"], action.head.to_string());
}

#[test]
fn a_name_of_a_page_has_nothing_of_a_path() {
    let (_, mut action) = recorded(None);
    action.begun.action = "../x".to_string();
    if let Some(release) = &mut action.begun.release {
        release.product = "a/b\\c:d".to_string();
    }
    let stem = stem(&action);
    assert!(!stem.contains(['/', '\\', ':']), "{stem}");
}
