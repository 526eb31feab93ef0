//! Which disks a person means. There is no default: a disk is named by its
//! serial number or its port, or appears after the person said "now"
//! ([`super::arm`]).

use std::fmt;

use super::show;
use crate::sys::disk::Disk;

/// How a person names one disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// By its whole serial number, as `devices` prints it.
    Serial(String),
    /// By the port that it is plugged into.
    Port(String),
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Serial(serial) => write!(f, "serial {}", crate::seal::names::escape(serial)),
            Self::Port(port) => write!(f, "port {}", crate::seal::names::escape(port)),
        }
    }
}

/// Why it is not clear which disks are meant. Nothing is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChooseError {
    /// No disk is like that.
    NotFound(Choice),
    /// Several are: where they are plugged in.
    Ambiguous {
        /// What was asked for.
        choice: Choice,
        /// Ports, or names where there is none.
        ports: Vec<String>,
    },
    /// One disk was named twice.
    Twice(String),
}

impl ChooseError {
    /// What a person can do.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "See `mediaseal devices`; is it plugged in?",
            Self::Ambiguous { .. } => "Choose by port: --port, as `mediaseal devices` shows it.",
            Self::Twice(_) => "Name each key once.",
        }
    }
}

impl fmt::Display for ChooseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound(choice) => write!(f, "there is no disk with {choice}"),
            Self::Ambiguous { choice, ports } => {
                let count = ports.len();
                write!(f, "{count} disks have {choice}: at {}", ports.join(", "))
            }
            Self::Twice(name) => write!(f, "{name} is named twice"),
        }
    }
}

impl std::error::Error for ChooseError {}

/// The disks that are meant, in the order in which they were named.
pub fn choose(disks: &[Disk], choices: &[Choice]) -> Result<Vec<Disk>, ChooseError> {
    let mut chosen: Vec<Disk> = Vec::new();
    for choice in choices {
        let found: Vec<&Disk> = disks.iter().filter(|disk| is_meant(disk, choice)).collect();
        let disk = match found[..] {
            [] => return Err(ChooseError::NotFound(choice.clone())),
            [disk] => disk,
            _ => {
                let ports = found.iter().map(|disk| show::place(disk)).collect();
                return Err(ChooseError::Ambiguous { choice: choice.clone(), ports });
            }
        };
        if chosen.iter().any(|other| other.node == disk.node) {
            return Err(ChooseError::Twice(show::place(disk)));
        }
        chosen.push(disk.clone());
    }
    Ok(chosen)
}

/// True where `choice` names this disk.
pub(super) fn is_meant(disk: &Disk, choice: &Choice) -> bool {
    match choice {
        // No serial number is never meant, not by an empty one either.
        Choice::Serial(serial) => {
            !serial.is_empty() && disk.serial.as_deref() == Some(serial.as_bytes())
        }
        Choice::Port(port) => !port.is_empty() && disk.port.as_deref() == Some(port.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::disk::fake::stick;

    fn serial(serial: &str) -> Choice {
        Choice::Serial(serial.to_string())
    }

    fn port(port: &str) -> Choice {
        Choice::Port(port.to_string())
    }

    fn disks() -> Vec<Disk> {
        vec![
            stick("1-1", "AAAA9F12", 64 << 20),
            stick("1-2", "00000000", 64 << 20),
            stick("1-3", "00000000", 64 << 20),
            stick("1-4", "", 64 << 20),
        ]
    }

    fn ports(choices: &[Choice]) -> Result<Vec<String>, ChooseError> {
        let chosen = choose(&disks(), choices)?;
        Ok(chosen.into_iter().filter_map(|disk| disk.port).collect())
    }

    #[test]
    fn disks_are_meant_by_serial_and_by_port_in_the_order_named() {
        assert_eq!(ports(&[port("1-3"), serial("AAAA9F12")]).unwrap(), ["1-3", "1-1"]);
        assert_eq!(ports(&[]).unwrap(), [""; 0]);
    }

    #[test]
    fn a_part_of_a_serial_or_none_at_all_means_nothing() {
        for choice in [serial("9F12"), serial("aaaa9f12"), serial(""), port("1"), port("")] {
            let named = std::slice::from_ref(&choice);
            assert_eq!(ports(named), Err(ChooseError::NotFound(choice.clone())));
        }
    }

    #[test]
    fn equal_serials_are_refused_with_their_ports() {
        let error = ports(&[serial("00000000")]).unwrap_err();
        assert_eq!(error.to_string(), "2 disks have serial 00000000: at port 1-2, port 1-3");
        assert!(error.advice().contains("--port"));
        assert_eq!(ports(&[port("1-2"), port("1-3")]).unwrap(), ["1-2", "1-3"]);
    }

    #[test]
    fn one_disk_named_twice_is_refused() {
        for choices in [[port("1-1"), serial("AAAA9F12")], [port("1-1"), port("1-1")]] {
            assert_eq!(ports(&choices), Err(ChooseError::Twice("port 1-1".to_string())));
        }
    }
}
