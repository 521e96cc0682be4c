//! Progress bars for long work: on standard error, and only when a person looks at it.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar for work of a known length; `what` is done to so many `unit`s.
pub(super) fn bar(what: &'static str, unit: &str, length: u64) -> ProgressBar {
    let template = format!("{{msg}} [{{bar:40}}] {{human_pos}}/{{human_len}} {unit}, {{eta}} left");
    styled(ProgressBar::new(length), &template, what)
}

/// A bar for bytes out of `length`.
pub(super) fn bytes(what: &'static str, length: u64) -> ProgressBar {
    let template = "{msg} [{bar:40}] {bytes}/{total_bytes}, {eta} left";
    styled(ProgressBar::new(length), template, what)
}

/// A count for work of unknown length.
pub(super) fn count(what: &'static str, unit: &str) -> ProgressBar {
    styled(ProgressBar::new_spinner(), &format!("{{msg}} {{spinner}} {{human_pos}} {unit}"), what)
}

fn styled(bar: ProgressBar, template: &str, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).map(|style| style.progress_chars("=> "));
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())).with_message(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_sound() {
        for template in
            ["{msg} [{bar:40}] {human_pos}/{human_len} rows, {eta} left", "{msg} {spinner} {human_pos} x"]
        {
            assert!(ProgressStyle::with_template(template).is_ok());
        }
        assert_eq!(bytes("reading", 10).length(), Some(10));
        assert_eq!(bar("recounting", "chats", 3).length(), Some(3));
        assert_eq!(count("reading", "lines").length(), None);
    }
}
