//! A moment: whole seconds since 1970 in UTC, the resolution of every date on the wire.
//!
//! Must hold: comparisons of stored moments equal comparisons of what clients see, which is why nothing finer than a
//! second is kept. Never asks what time it is.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Seconds since the Unix epoch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

/// Written down as RFC 3339 in UTC.
impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.atom(&TimeZone::UTC))
    }
}

/// Read from RFC 3339 with any offset, or from a bare date.
impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || format!("{text:?} is not a date such as 2017-10-17T11:12:56+02:00");
        Self::parse(&text, &TimeZone::UTC).ok_or_else(|| serde::de::Error::custom(wrong()))
    }
}

/// Seconds in a day.
pub const DAY: i64 = 86_400;

impl Moment {
    /// Drops what is finer than a second.
    pub fn from_timestamp(timestamp: Timestamp) -> Self {
        Self(timestamp.as_second())
    }

    /// Reads RFC 3339 with a numeric offset or `Z` (`2019-07-11T10:45:31+02:00`), which the reference calls ATOM.
    /// A bare date (`2021-10-30`) is midnight in `zone`, as the oldest page of `im.recent.list` writes it.
    /// Anything else, and any year beyond 9999, is `None`.
    pub fn parse(text: &str, zone: &TimeZone) -> Option<Self> {
        let text = text.trim();
        if let Ok(timestamp) = text.parse::<Timestamp>() {
            return Some(Self::from_timestamp(timestamp));
        }
        if text.len() != "2021-10-30".len() {
            return None;
        }
        let zoned = text.parse::<Date>().ok()?.to_zoned(zone.clone()).ok()?;
        Some(Self::from_timestamp(zoned.timestamp()))
    }

    /// `YYYY-MM-DDThh:mm:ss±hh:mm` in the portal's zone (core.md 3). Written digit by digit, because a row of the
    /// recent list has a dozen dates.
    pub fn atom(self, zone: &TimeZone) -> String {
        let timestamp = Timestamp::from_second(self.0).unwrap_or(Timestamp::UNIX_EPOCH);
        let offset = zone.to_offset(timestamp);
        let at = offset.to_datetime(timestamp);
        let minutes = offset.seconds().unsigned_abs() / 60;
        let mut text = String::with_capacity("2017-10-17T11:12:56+02:00".len());
        push_padded(&mut text, at.year().unsigned_abs().into(), 4);
        for (mark, number) in
            [('-', at.month()), ('-', at.day()), ('T', at.hour()), (':', at.minute()), (':', at.second())]
        {
            text.push(mark);
            push_padded(&mut text, number.unsigned_abs().into(), 2);
        }
        text.push(if offset.is_negative() { '-' } else { '+' });
        push_padded(&mut text, minutes / 60, 2);
        text.push(':');
        push_padded(&mut text, minutes % 60, 2);
        text
    }

    /// Its day in `zone`.
    pub fn date(self, zone: &TimeZone) -> Date {
        Timestamp::from_second(self.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.clone()).date()
    }

    /// The first and the last moment of its day in `zone`.
    pub fn day(self, zone: &TimeZone) -> (Self, Self) {
        let day = || {
            let at = Timestamp::from_second(self.0).ok()?.to_zoned(zone.clone());
            let first = at.start_of_day().ok()?;
            let next = at.tomorrow().ok()?.start_of_day().ok()?;
            Some((Self::from_timestamp(first.timestamp()), Self::from_timestamp(next.timestamp()).plus(-1)))
        };
        day().unwrap_or((self, self))
    }

    /// This moment moved by `seconds`, clipped instead of overflowing.
    pub fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }
}

fn push_padded(text: &mut String, number: u32, width: u32) {
    for place in (0..width).rev() {
        let digit = number / 10_u32.pow(place) % 10;
        text.push(char::from_digit(digit, 10).unwrap_or('0'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn atom_dates_come_back_as_they_were_sent() {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let moment = Moment::parse("2017-10-17T11:12:56+02:00", &zone).unwrap();
        assert_eq!(moment.atom(&zone), "2017-10-17T11:12:56+02:00");
        assert_eq!(Moment::parse("2017-10-17T09:12:56Z", &zone), Some(moment));
        assert_eq!(Moment::parse("2017-10-17", &zone).unwrap().atom(&zone), "2017-10-17T00:00:00+02:00");
    }

    #[test]
    fn every_zone_and_moment_is_written_as_the_library_writes_it() {
        let zones = ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Auckland"];
        for zone in zones.map(|name| TimeZone::get(name).unwrap()) {
            for moment in (0..4_000_000_000).step_by(123_456_789).map(Moment) {
                let zoned = Timestamp::from_second(moment.0).unwrap().to_zoned(zone.clone());
                assert_eq!(moment.atom(&zone), zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string());
            }
        }
    }

    #[test]
    fn unreadable_dates_are_none() {
        for text in
            ["", "yesterday", "99999-01-01T00:00:00+00:00", "2017-13-41", "2017-10-17T11:12:56", "1e9"]
        {
            assert_eq!(Moment::parse(text, &TimeZone::UTC), None, "{text}");
        }
    }
}
