//! Time stamps of signed documents: UTC, even second, 1980 to 2107.
//!
//! The range and the even second are FAT's, so that the time in the manifest
//! and the time in a directory entry are the same time.

use std::fmt;

use serde::{Deserialize, Serialize};

/// `YYYY-MM-DDTHH:MM:SSZ` (RFC 3339 section 5.6, this one spelling).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
}

/// Seconds of a day.
const DAY: i64 = 86_400;

impl Timestamp {
    /// Reads the one spelling; odd seconds and days that do not exist are refused.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 20 {
            return None;
        }
        for (at, mark) in [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'Z')] {
            if bytes[at] != mark {
                return None;
            }
        }
        let number = |from: usize, to: usize| -> Option<u16> {
            bytes[from..to].iter().try_fold(0u16, |sum, byte| {
                byte.is_ascii_digit().then(|| sum * 10 + u16::from(byte - b'0'))
            })
        };
        let stamp = Self {
            year: number(0, 4)?,
            month: number(5, 7)? as u8,
            day: number(8, 10)? as u8,
            hour: number(11, 13)? as u8,
            minute: number(14, 16)? as u8,
            second: number(17, 19)? as u8,
        };
        stamp.exists().then_some(stamp)
    }

    /// The even second at or before `seconds` since 1970-01-01T00:00:00Z, if
    /// it lies in FAT's range.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        let (year, month, day) = civil_from_days(seconds.div_euclid(DAY))?;
        let rest = seconds.rem_euclid(DAY);
        let stamp = Self {
            year,
            month,
            day,
            hour: (rest / 3600) as u8,
            minute: (rest / 60 % 60) as u8,
            second: (rest % 60 / 2 * 2) as u8,
        };
        stamp.exists().then_some(stamp)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn unix(&self) -> i64 {
        let clock = i64::from(self.hour) * 3600 + i64::from(self.minute) * 60;
        days_from_civil(self.year, self.month, self.day) * DAY + clock + i64::from(self.second)
    }

    /// Year, month, day, hour, minute, second.
    pub fn fields(&self) -> (u16, u8, u8, u8, u8, u8) {
        (self.year, self.month, self.day, self.hour, self.minute, self.second)
    }

    fn exists(&self) -> bool {
        let leap = self.year.is_multiple_of(4)
            && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        let days = match self.month {
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => 31,
        };
        (1980..=2107).contains(&self.year)
            && (1..=12).contains(&self.month)
            && (1..=days).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second < 60
            && self.second.is_multiple_of(2)
    }
}

/// Days from 1970-01-01 of a date of the proleptic Gregorian calendar, counted
/// in years that begin on 1 March so that the leap day is the last one.
fn days_from_civil(year: u16, month: u8, day: u8) -> i64 {
    let march_year = i64::from(year) - i64::from(month <= 2);
    let march_month = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * march_month + 2) / 5 + i64::from(day) - 1;
    let leap_days =
        march_year.div_euclid(4) - march_year.div_euclid(100) + march_year.div_euclid(400);
    march_year * 365 + leap_days + day_of_year - 719_468
}

/// The date that lies `days` after 1970-01-01; `None` outside 1970 to 2199.
fn civil_from_days(days: i64) -> Option<(u16, u8, u8)> {
    if !(0..84_006).contains(&days) {
        return None;
    }
    // At most one step of correction: the guess is never late by a year.
    let mut year = 1970 + (days / 366) as u16;
    while days_from_civil(year + 1, 1, 1) <= days {
        year += 1;
    }
    let month = (1..=12u8).rev().find(|&m| days_from_civil(year, m, 1) <= days)?;
    let day = (days - days_from_civil(year, month, 1) + 1) as u8;
    Some((year, month, day))
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day, hour, minute, second) = self.fields();
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

impl TryFrom<String> for Timestamp {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| {
            "not a time like 2026-11-23T10:00:00Z (UTC, even second, 1980 to 2107)".to_string()
        })
    }
}

impl From<Timestamp> for String {
    fn from(stamp: Timestamp) -> Self {
        stamp.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_seconds() {
        for (text, seconds) in [
            ("1980-01-01T00:00:00Z", 315_532_800),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("2026-11-23T10:00:00Z", 1_795_428_000),
            ("2107-12-31T23:59:58Z", 4_354_819_198),
        ] {
            let stamp = Timestamp::parse(text).unwrap();
            assert_eq!(stamp.unix(), seconds, "{text}");
            assert_eq!(Timestamp::from_unix(seconds).unwrap(), stamp);
            assert_eq!(Timestamp::from_unix(seconds + 1).unwrap(), stamp);
            assert_eq!(stamp.to_string(), text);
        }
    }

    #[test]
    fn every_day_goes_there_and_back() {
        for day in 3652..50_000 {
            let stamp = Timestamp::from_unix(day * DAY).unwrap();
            assert_eq!(stamp.unix(), day * DAY);
            assert_eq!(Timestamp::parse(&stamp.to_string()), Some(stamp));
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in [
            "1979-12-31T23:59:58Z",
            "2108-01-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2100-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-06-31T00:00:00Z",
            "2026-09-31T00:00:00Z",
            "2026-11-31T00:00:00Z",
            "2026-12-32T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:01Z",
            "2026-01-01T00:00:60Z",
            "2026-01-01t00:00:00Z",
            "2026-01-01T00:00:00z",
            "2026-01-01T00:00:00+00:00",
            "2026-01-01 00:00:00Z",
            "2026-1-01T00:00:000Z",
            "+026-01-01T00:00:00Z",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
        assert_eq!(Timestamp::from_unix(-1), None);
        assert_eq!(Timestamp::from_unix(i64::MAX), None);
    }
}
