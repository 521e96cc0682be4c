//! The palette of users and chats (behaviour.md E).
//!
//! Colours are stored either as a palette code (`RED`) or as `#rrggbb`; an empty one is derived from the id.

/// Palette codes and their hex values. The first ten are the automatic ones, picked by a decimal digit.
pub const PALETTE: [(&str, &str); 18] = [
    ("RED", "#df532d"),
    ("GREEN", "#64a513"),
    ("MINT", "#4ba984"),
    ("LIGHT_BLUE", "#4ba5c3"),
    ("DARK_BLUE", "#3e99ce"),
    ("PURPLE", "#8474c8"),
    ("AQUA", "#1eb4aa"),
    ("PINK", "#f76187"),
    ("LIME", "#58cc47"),
    ("BROWN", "#ab7761"),
    ("AZURE", "#29619b"),
    ("KHAKI", "#728f7a"),
    ("SAND", "#ba9c7b"),
    ("ORANGE", "#e8a441"),
    ("MARENGO", "#556574"),
    ("GRAY", "#909090"),
    ("GRAPHITE", "#5e5f5e"),
    ("COPILOT", "#8d51eb"),
];

/// The hex value of a palette code.
pub fn hex(code: &str) -> Option<&'static str> {
    PALETTE.iter().find(|(name, _)| *name == code).map(|(_, hex)| *hex)
}

/// The automatic colour for `number`: 1 is `RED`, 9 is `LIME`, 0 is `BROWN`.
pub fn automatic(number: i64) -> &'static str {
    let place = usize::try_from((number - 1).rem_euclid(10)).unwrap_or(0);
    PALETTE.get(place).map_or("RED", |(code, _)| code)
}

/// Whether a caller may choose this code for a chat: upper case, and not `ORANGE` or `COPILOT`.
pub fn choosable(code: &str) -> bool {
    code != "ORANGE" && code != "COPILOT" && hex(code).is_some()
}

/// The code that newer methods write in camel case, `lightBlue` for `LIGHT_BLUE`, if a caller may choose it.
pub fn from_camels(name: &str) -> Option<&'static str> {
    let same = |code: &str| {
        let mut words = code.split('_').map(str::to_ascii_lowercase);
        let mut camels = words.next().unwrap_or_default();
        for word in words {
            let (first, rest) = word.split_at(1);
            camels.push_str(&first.to_ascii_uppercase());
            camels.push_str(rest);
        }
        camels == name
    };
    PALETTE.iter().map(|(code, _)| *code).find(|code| choosable(code) && same(code))
}

/// What a client sees of a stored colour: codes become hex, `#rrggbb` stays, empty is derived from `id`.
pub fn shown(stored: &str, id: i64) -> String {
    if let Some(hex) = hex(stored) {
        return hex.to_owned();
    }
    if stored.starts_with('#') {
        return stored.to_owned();
    }
    hex(automatic(id)).unwrap_or("#df532d").to_owned()
}

/// A user's derived colour; the palette has darker forms for people whose gender is set to male.
pub fn of_user(stored: &str, id: i64, male: bool) -> String {
    if !stored.is_empty() || !male {
        return shown(stored, id);
    }
    let code = match automatic(id) {
        "LIGHT_BLUE" => "AZURE",
        "AQUA" => "SAND",
        "PINK" => "KHAKI",
        other => other,
    };
    shown(code, id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_methods_write_codes_in_camel_case() {
        let read = ["red", "lightBlue", "graphite"].map(from_camels);
        assert_eq!(read, [Some("RED"), Some("LIGHT_BLUE"), Some("GRAPHITE")]);
        for name in ["", "RED", "lightblue", "light_blue", "orange", "copilot", "#df532d"] {
            assert_eq!(from_camels(name), None, "{name}");
        }
    }

    #[test]
    fn the_last_digit_picks_the_colour() {
        assert_eq!(automatic(1), "RED");
        assert_eq!(automatic(9), "LIME");
        assert_eq!(automatic(10), "BROWN");
        assert_eq!(of_user("", 547, false), "#1eb4aa");
        assert_eq!(of_user("", 547, true), "#ba9c7b");
        assert_eq!(of_user("#df532d", 547, true), "#df532d");
    }
}
