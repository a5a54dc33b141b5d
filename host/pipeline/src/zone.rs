//! `zone`: a name of the IANA's database, and what people mean who write something else.
//!
//! An offset such as `GMT+8` and an abbreviation such as `CST` are no zones: the one forgets summer
//! time, the other is shared by countries far from each other. So they are refused, each with the
//! zone that is probably meant.

use chrono_tz::{TZ_VARIANTS, Tz};

use super::reader::{Problem, Read, Value};
use super::values::line;

const EXAMPLES: &str = "write a name such as \"Asia/Shanghai\", \"Europe/Berlin\" or \"UTC\"";

/// Other names and abbreviations, each with the zones that it may stand for, the likeliest first.
const NAMES: [(&str, &[&str]); 31] = [
    ("z", &["UTC"]),
    ("asia/beijing", &["Asia/Shanghai"]),
    ("beijing", &["Asia/Shanghai"]),
    ("beijing time", &["Asia/Shanghai"]),
    ("china", &["Asia/Shanghai"]),
    ("china standard time", &["Asia/Shanghai"]),
    ("北京", &["Asia/Shanghai"]),
    ("北京时间", &["Asia/Shanghai"]),
    ("上海", &["Asia/Shanghai"]),
    ("中国", &["Asia/Shanghai"]),
    ("cst", &["Asia/Shanghai", "America/Chicago", "America/Havana"]),
    ("cdt", &["America/Chicago", "America/Havana"]),
    ("edt", &["America/New_York"]),
    ("mdt", &["America/Denver"]),
    ("pst", &["America/Los_Angeles", "Asia/Manila"]),
    ("pdt", &["America/Los_Angeles"]),
    ("akst", &["America/Anchorage"]),
    ("bst", &["Europe/London", "Asia/Dhaka"]),
    ("ist", &["Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"]),
    ("cest", &["Europe/Berlin", "Europe/Paris"]),
    ("eest", &["Europe/Kyiv", "Europe/Athens"]),
    ("msk", &["Europe/Moscow"]),
    ("jst", &["Asia/Tokyo"]),
    ("kst", &["Asia/Seoul"]),
    ("hkt", &["Asia/Hong_Kong"]),
    ("sgt", &["Asia/Singapore"]),
    ("ict", &["Asia/Bangkok", "Asia/Ho_Chi_Minh"]),
    ("wib", &["Asia/Jakarta"]),
    ("aest", &["Australia/Sydney", "Australia/Brisbane"]),
    ("aedt", &["Australia/Sydney"]),
    ("nzst", &["Pacific/Auckland"]),
];

/// Zones at offsets that are no whole hours, in minutes east of UTC.
const NOT_WHOLE: [(i32, &str); 8] = [
    (210, "Asia/Tehran"),
    (270, "Asia/Kabul"),
    (330, "Asia/Kolkata"),
    (345, "Asia/Kathmandu"),
    (390, "Asia/Yangon"),
    (570, "Australia/Darwin"),
    (-210, "America/St_Johns"),
    (-570, "Pacific/Marquesas"),
];

/// The offset of China, in minutes east of UTC.
const OF_CHINA: i32 = 480;

/// The shortest text that a slip of the pen can be told from another word in.
const SLIP_CHARS_MIN: usize = 5;

/// Reads the name of a zone.
pub(super) fn zone(value: &Value<'_>) -> Read<Tz> {
    let text = line(value)?;
    let Ok(zone) = text.parse() else { return Err(refusal(text)) };
    if let Some(hours) = text.strip_prefix("Etc/GMT+").filter(|hours| *hours != "0") {
        let problem = Problem::new(format!("is {hours} h behind UTC, not ahead"));
        value.warn_key(problem.label("the sign counts the other way round here").hint(format!(
            "for {hours} h ahead of UTC, write \"{}\"",
            offset(&format!("+{hours}")).and_then(at_offset).unwrap_or_default()
        )));
    }
    Ok(zone)
}

fn refusal(text: &str) -> Problem {
    let refused = |what: &str| Problem::new(format!("{what}: `{text}`"));
    let plain = text.trim().to_lowercase();
    if let Some((_, zones)) = NAMES.iter().find(|(name, _)| *name == plain) {
        let problem = refused("is not the name of a time zone").label(meant(zones[0]));
        let zones: Vec<String> = zones.iter().map(|zone| format!("\"{zone}\"")).collect();
        return match zones.as_slice() {
            [_] => problem.hint(EXAMPLES),
            several => problem.hint(format!("it may mean any of {}", several.join(", "))),
        };
    }
    if let Some(minutes) = offset(&plain) {
        let problem = refused("is an offset from UTC, not a time zone");
        let problem = match at_offset(minutes) {
            Some(zone) => problem.label(meant(&zone)),
            None => problem,
        };
        let fixed = whole_hours(minutes).filter(|_| minutes != 0);
        return problem.hint(fixed.map_or(EXAMPLES.to_owned(), |fixed| {
            format!(
                "write the name of the place, which knows of summer time too, such as \
                 \"Europe/Berlin\"; the bare offset is \"{fixed}\", whose sign counts the other way \
                 round"
            )
        }));
    }
    let problem = refused("is not a time zone known to the IANA").hint(EXAMPLES);
    let names = || TZ_VARIANTS.iter().map(|zone| zone.name());
    if let Some(name) = names().find(|name| name.eq_ignore_ascii_case(text)) {
        problem.label(meant(name))
    } else if text.chars().count() >= SLIP_CHARS_MIN {
        problem.meant(text, names())
    } else {
        problem
    }
}

fn meant(zone: &str) -> String {
    format!("did you mean `{zone}`?")
}

/// The minutes east of UTC that a text such as `GMT+8`, `utc 5:30` or `-03:00` names.
fn offset(text: &str) -> Option<i32> {
    let text = text.trim();
    let bare = ["utc", "gmt"].into_iter().find_map(|prefix| text.strip_prefix(prefix));
    let is_named = bare.is_some();
    let rest = bare.unwrap_or(text).trim();
    let (sign, digits) = match rest.strip_prefix(['-', '\u{2212}']) {
        Some(digits) => (-1, digits),
        None => (1, rest.strip_prefix('+').unwrap_or(rest)),
    };
    // A number alone is no offset.
    if !is_named && digits == rest {
        return None;
    }
    let digits = digits.trim();
    let (hours, minutes) = match digits.split_once(':') {
        Some(both) => both,
        None if digits.len() == 4 && digits.is_ascii() => digits.split_at(2),
        None => (digits, "0"),
    };
    let number = |text: &str| text.parse::<u8>().ok().map(i32::from);
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

/// The zone that is probably meant by an offset.
fn at_offset(minutes: i32) -> Option<String> {
    match minutes {
        0 => Some("UTC".to_owned()),
        OF_CHINA => Some("Asia/Shanghai".to_owned()),
        _ => whole_hours(minutes).or_else(|| {
            let found = NOT_WHOLE.iter().find(|(at, _)| *at == minutes);
            found.map(|(_, zone)| (*zone).to_owned())
        }),
    }
}

/// The zone of a bare offset of whole hours. Its sign is that of POSIX: west of UTC is positive.
fn whole_hours(minutes: i32) -> Option<String> {
    let name = format!("Etc/GMT{:+}", -minutes / 60);
    (minutes % 60 == 0 && name.parse::<Tz>().is_ok()).then_some(name)
}

#[cfg(test)]
mod tests {
    use chrono::{Offset, TimeZone};

    use super::*;

    #[test]
    fn every_zone_that_is_suggested_exists() {
        let names = NAMES.iter().flat_map(|(_, zones)| zones.iter());
        for zone in names.chain(NOT_WHOLE.iter().map(|(_, zone)| zone)) {
            assert!(zone.parse::<Tz>().is_ok(), "{zone}");
        }
    }

    #[test]
    fn an_offset_is_understood_and_its_zone_is_at_that_offset() {
        for (text, minutes) in [
            ("gmt+8", 480),
            ("utc+08:00", 480),
            ("+08:00", 480),
            ("+0800", 480),
            ("gmt8", 480),
            ("utc +8", 480),
            ("utc-5", -300),
            ("\u{2212}3", -180),
            ("gmt+5:30", 330),
            ("utc+0", 0),
            ("-03:30", -210),
        ] {
            assert_eq!(offset(text), Some(minutes), "{text}");
            let zone: Tz = at_offset(minutes).expect("there is one").parse().expect("it exists");
            let winter = chrono::NaiveDate::from_ymd_opt(2024, 1, 15).expect("a day");
            let found = zone.offset_from_utc_date(&winter).fix().local_minus_utc();
            assert_eq!(found, minutes * 60, "{text}: {zone}");
        }
        for text in ["8", "2015", "gmt+", "utc+99", "cst", "etc/gmt+8", "+8:99", "gmt+8h"] {
            assert_eq!(offset(text), None, "{text}");
        }
    }
}
