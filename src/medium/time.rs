//! Times as FAT keeps them: 1980 to 2107, two seconds apart, no time zone.
//!
//! Every time on our media is the release's `issued`, read as UTC, so the
//! same release has the same bytes wherever and whenever it is packed.

/// A FAT date and time (Microsoft FAT specification 1.03, section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FatTime {
    /// Bits 0-4 day, 5-8 month, 9-15 years since 1980.
    pub date: u16,
    /// Bits 0-4 seconds / 2, 5-10 minute, 11-15 hour.
    pub time: u16,
}

impl FatTime {
    /// The time of civil fields; an odd second becomes the even one before it.
    /// `None` outside 1980..=2107 or where a field is out of its range.
    pub fn new(year: u16, month: u8, day: u8, hour: u8, minute: u8, second: u8) -> Option<Self> {
        let leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        let fits = (1980..=2107).contains(&year)
            && (1..=days).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        fits.then(|| Self {
            date: (year - 1980) << 9 | u16::from(month) << 5 | u16::from(day),
            time: u16::from(hour) << 11 | u16::from(minute) << 5 | u16::from(second / 2),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_packed_as_the_specification_says() {
        let time = FatTime::new(2026, 11, 23, 12, 34, 57).unwrap();
        assert_eq!(time.date, (46 << 9) | (11 << 5) | 23);
        assert_eq!(time.time, (12 << 11) | (34 << 5) | 28);
        let first = FatTime::new(1980, 1, 1, 0, 0, 0).unwrap();
        assert_eq!((first.date, first.time), (0x21, 0));
        let last = FatTime::new(2107, 12, 31, 23, 59, 58).unwrap();
        assert_eq!((last.date, last.time), (0xFF9F, 0xBF7D));
    }

    #[test]
    fn fields_out_of_range_are_refused() {
        assert!(FatTime::new(1979, 12, 31, 23, 59, 59).is_none());
        assert!(FatTime::new(2108, 1, 1, 0, 0, 0).is_none());
        assert!(FatTime::new(2026, 2, 29, 0, 0, 0).is_none());
        assert!(FatTime::new(2100, 2, 29, 0, 0, 0).is_none());
        assert!(FatTime::new(2024, 2, 29, 0, 0, 0).is_some());
        assert!(FatTime::new(2026, 13, 1, 0, 0, 0).is_none());
        assert!(FatTime::new(2026, 0, 1, 0, 0, 0).is_none());
        assert!(FatTime::new(2026, 1, 0, 0, 0, 0).is_none());
        assert!(FatTime::new(2026, 4, 31, 0, 0, 0).is_none());
        assert!(FatTime::new(2026, 1, 1, 24, 0, 0).is_none());
        assert!(FatTime::new(2026, 1, 1, 0, 60, 0).is_none());
        assert!(FatTime::new(2026, 1, 1, 0, 0, 60).is_none());
    }
}
