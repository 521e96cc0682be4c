//! What a recent row shows for a message, rule by rule, and that no text can break or slow it down.

use super::*;

/// What stands for a message of which nothing remains.
const DELETED_TEXT: &str = "This message was deleted";

const RULE: &str = "------------------------------------------------------";

fn names(id: UserId) -> Option<String> {
    match id.0 {
        1 => Some("Alice Adams".to_owned()),
        2 => Some("Bob [b]Brown[/b]".to_owned()),
        3 => Some("Carol\r\nClark".to_owned()),
        _ => None,
    }
}

fn line(text: &str) -> String {
    preview(&Source { text, attach: Attach::None, file: false }, Language::En, &names)
}

fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(line(text), *expected, "{text:?}");
    }
}

#[test]
fn the_documented_sample_reads_as_documented() {
    let text = "Permission to update Bitrix24 received from";
    let source = Source { text, attach: Attach::Plain, file: false };
    assert_eq!(
        preview(&source, Language::En, &names),
        "Permission to update Bitrix24 received from [Attachment]"
    );
}

#[test]
fn each_line_break_becomes_one_space() {
    check(&[
        ("a\nb", "a b"),
        ("a\r\nb", "a b"),
        ("a\rb", "a b"),
        ("a\n\nb", "a  b"),
        ("a\n\r\n\rb", "a   b"),
        ("a[BR]b[br]c", "a b c"),
        ("a  \tb", "a  \tb"),
        ("\n a \r\n", "a"),
        ("[USER=3][/USER]", "Carol Clark"),
        ("[CODE]a\nb[/CODE]", "[CODE]a b[/CODE]"),
    ]);
}

#[test]
fn attachment_and_file_are_told_in_words() {
    for (text, attach, file, expected) in [
        ("hi", Attach::Plain, false, "hi [Attachment]"),
        ("hi", Attach::Described("3 invoices"), false, "hi 3 invoices"),
        ("hi", Attach::Described("[b]3[/b]\ninvoices"), false, "hi 3 invoices"),
        ("hi", Attach::Described(" \n"), false, "hi [Attachment]"),
        ("hi", Attach::None, true, "hi [File]"),
        ("hi", Attach::Plain, true, "hi [Attachment] [File]"),
        ("hi\n", Attach::Plain, false, "hi  [Attachment]"),
        ("", Attach::Plain, false, "[Attachment]"),
        ("", Attach::None, true, "[File]"),
        (" \n ", Attach::None, true, "[File]"),
        ("", Attach::Plain, true, "[Attachment] [File]"),
        ("[s]hi", Attach::Described("there[/s]"), false, "[s]hi there[/s]"),
        ("[code]hi", Attach::Plain, false, "[code]hi [Attachment]"),
    ] {
        assert_eq!(
            preview(&Source { text, attach, file }, Language::En, &names),
            expected,
            "{text:?} {attach:?} {file}"
        );
    }
}

#[test]
fn a_message_of_which_nothing_remains_counts_as_deleted() {
    check(&[
        ("", DELETED_TEXT),
        (" \r\n\t", DELETED_TEXT),
        ("[s]all of it[/s]", DELETED_TEXT),
        ("[b][/b]", DELETED_TEXT),
        (DELETED_TEXT, DELETED_TEXT),
    ]);
}

#[test]
fn words_are_those_of_the_language() {
    let quote = format!("{RULE}hello{RULE}yes");
    for (text, attach, file, expected) in [
        ("привет", Attach::Plain, true, "привет [Вложение] [Файл]"),
        ("", Attach::None, true, "[Файл]"),
        ("[s]все[/s]", Attach::None, false, "Это сообщение удалено"),
        (quote.as_str(), Attach::None, false, "[Цитата] yes"),
        (
            "[img]a[/img][RATING=1][ATTACH=1][disk=1]",
            Attach::None,
            false,
            "[Изображение] [Оценка]  [Вложение]  [Файл]",
        ),
        (
            "[icon=a] [USER=all][/USER] [USER=99][/USER]",
            Attach::None,
            false,
            "(иконка) Все участники Пользователь 99",
        ),
    ] {
        assert_eq!(preview(&Source { text, attach, file }, Language::Ru, &names), expected, "{text:?}");
    }
}

#[test]
fn struck_text_goes_with_its_content() {
    check(&[
        ("a [s]b[/s] c", "a  c"),
        ("a[S]b [b]c[/b] [USER=1][/USER] [RATING=1][/S]d", "ad"),
        ("a[s]b[s]c[/s]d[/s]e", "ae"),
        ("[b]a[s]b[/b]c[/s]d", "ad"),
        ("[s]a[b]b[/s]c[/b]", "c"),
        ("[s]a[code]b[/code][/s]c", "c"),
    ]);
}

#[test]
fn wrapping_tags_are_taken_off_at_any_depth() {
    check(&[
        ("[b]a[/b] [I]b[/i] [u]c[/U]", "a b c"),
        ("[b][b][i]a[/i][/b][/b]", "a"),
        ("[b][i]a[/b]b[/i]", "ab"),
        ("[url]https://a.example/[/url]", "https://a.example/"),
        ("[URL=https://a.example/?a=1&b=2]the site[/URL]", "the site"),
        ("[url=https://a.example/][b]the[/b] site[/url]", "the site"),
        ("[url=https://a.example/][/url]a", "a"),
        ("[dialog=chat5 message=3]a[/dialog]", "a"),
        ("[context=chat123/456]a[/context]", "a"),
        ("[CHAT=5]a[/CHAT] [chat=imol|789]b[/chat]", "a b"),
        ("[SEND=/help me]Help[/SEND] [SEND]/help[/SEND]", "Help /help"),
        ("[PUT=/find]Find[/PUT] [put]/find[/put]", "Find /find"),
        ("[CALL=+79991234567]Call[/CALL] [call]+7[/call]", "Call +7"),
        ("[PCH=12]a[/PCH][size=20]b[/size][color=#ff0000]c[/color]", "abc"),
        ("[[b]a[/b]]", "[a]"),
    ]);
}

#[test]
fn a_mention_reads_as_its_words_or_the_name() {
    check(&[
        ("[USER=1][/USER], hi", "Alice Adams, hi"),
        ("[user=1 REPLACE][/user], hi", "Alice Adams, hi"),
        ("[USER=1]Ally[/USER], hi", "Ally, hi"),
        ("[USER=1 replace][b]Ally[/b][/USER]", "Ally"),
        ("[USER=99]Ally[/USER]", "Ally"),
        ("[USER=99][/USER] left", "User 99 left"),
        ("[USER=2][/USER]", "Bob [b]Brown[/b]"),
        ("[USER=all][/USER]: hi", "All members: hi"),
        ("[user=ALL]Everyone[/user]: hi", "Everyone: hi"),
        ("[b][USER=1][/USER][/b]", "Alice Adams"),
    ]);
}

#[test]
fn single_tags_become_words() {
    check(&[
        ("a[RATING=5]b", "a [Rating] b"),
        ("a [ATTACH=12] b", "a  [Attachment]  b"),
        ("[disk=123]", "[File]"),
        ("[ICON=https://a.example/u.png size=30 title=Big unicorn]", "(Big unicorn)"),
        ("[icon=https://a.example/u.png TITLE=Unicorn height=3]!", "(Unicorn)!"),
        ("[icon=https://a.example/u.png size=30]", "(icon)"),
        ("[icon=https://a.example/u.png title=]", "(icon)"),
        ("a[IMG SIZE=small]https://a.example/u.png [/IMG]b", "a [Image]b"),
        ("[img]https://a.example/u.png[/img]", "[Image]"),
        ("[img size=large][s]a[/img]b[/s]c", "[Image]c"),
    ]);
}

#[test]
fn a_point_in_time_is_given_in_utc() {
    check(&[
        ("at [TIMESTAMP=1645844720]", "at 2022-02-26 03:05"),
        ("[timestamp=1645844720 format=SHORT_TIME_FORMAT]", "03:05"),
        ("[TIMESTAMP=1645844720 FORMAT=LONG_DATE_FORMAT]", "2022-02-26"),
        ("[TIMESTAMP=1645844720 FORMAT=FORMAT_DATETIME]", "2022-02-26 03:05"),
        ("[TIMESTAMP=1645844720 FORMAT=H:i]", "2022-02-26 03:05"),
        ("[TIMESTAMP=0]", "1970-01-01 00:00"),
        ("[TIMESTAMP=-60]", "1969-12-31 23:59"),
        ("[TIMESTAMP=soon]", "[TIMESTAMP=soon]"),
        ("[TIMESTAMP=]", "[TIMESTAMP=]"),
        ("[TIMESTAMP=9223372036854775807]", "[TIMESTAMP=9223372036854775807]"),
        ("[TIMESTAMP=92233720368547758070]", "[TIMESTAMP=92233720368547758070]"),
    ]);
}

#[test]
fn a_quote_block_becomes_one_word() {
    let quote = format!("{RULE}\nAlice [10.10.2025]\n[b]hello[/b]\n{RULE}");
    let stray = "-".repeat(53);
    let longer = "-".repeat(60);
    for (text, expected) in [
        (format!("{quote}\nyes"), "[Quote]  yes".to_owned()),
        (format!("{RULE}hello{RULE}yes"), "[Quote] yes".to_owned()),
        (format!("a\n{quote}\nb\n{quote}"), "a  [Quote]  b  [Quote]".to_owned()),
        (quote.clone(), "[Quote]".to_owned()),
        (format!("{longer}hello{longer}"), "[Quote]".to_owned()),
        (format!("{RULE} hello"), format!("{RULE} hello")),
        (format!("{quote} {RULE}"), format!("[Quote]  {RULE}")),
        (format!("{stray}hello{stray}"), format!("{stray}hello{stray}")),
        (format!("{RULE}[s]a{RULE}b[/s]c"), format!("{RULE}c")),
        (format!("[s]{RULE}[/s]a{RULE}b{RULE}"), "a [Quote]".to_owned()),
        (format!("[b]{RULE}a[/b]b{RULE}"), "[Quote]".to_owned()),
        (format!("{RULE}[s]a{RULE}b"), "[Quote] b".to_owned()),
        (format!("{RULE}[code]{RULE}[/code]"), format!("{RULE}[code]{RULE}[/code]")),
    ] {
        assert_eq!(line(&text), expected, "{text:?}");
    }
}

#[test]
fn what_is_no_markup_stays() {
    let code = "[CODE]if a[b] { [s]x[/s] } [USER=1][/USER][/CODE]";
    for text in [
        ">>quoted line",
        ":) :-D 📈 é",
        "[Attachment]",
        "[b]open",
        "close[/b]",
        "[/b]a[b]",
        "[b=1]a[/b]",
        "[bold]a[/bold]",
        "[ b]a[/ b]",
        "a[i] = b[u]",
        "[USER=bob]a[/USER]",
        "[USER=5 NOW]a[/USER]",
        "[USER=]a[/USER]",
        "[USER=99999999999999999999][/USER]",
        "[USER=-1][/USER]",
        "[USER=1]",
        "[url=a",
        "[url=a[/url]",
        "[rating=high]",
        "[rating]",
        "[img size=small]a",
        "[code]open [Code",
        "[]",
        "[=]",
        "[",
        "-- - [-]",
        code,
    ] {
        assert_eq!(line(text), text);
    }
    check(&[("[code]a[b][/code]c[b]d[/b]", "[code]a[b][/code]cd"), ("[code]a[b]b[/b]", "[code]ab")]);
}

#[test]
fn mentioned_users_are_those_without_words_of_their_own() {
    let ids = |text: &str| mentioned_users(text).into_iter().map(|id| id.0).collect::<Vec<_>>();
    assert_eq!(ids("[USER=3][/USER] [user=1][/user] [USER=3 REPLACE][/USER] [USER=2]Bob[/USER]"), [1, 3]);
    assert_eq!(ids(&format!("{RULE}[USER=4][/USER]{RULE} [s][USER=5][/USER][/s]")), [4, 5]);
    assert_eq!(
        ids("[code][USER=3][/USER][/code] [USER=all][/USER] [USER=6] [USER=7][b][/b][/USER]"),
        [0_i64; 0]
    );
    assert_eq!(ids(""), [0_i64; 0]);
}

#[test]
fn stored_text_is_given_with_people_named_and_else_untouched() {
    for (text, expected) in [
        ("[USER=1][/USER] left", "[USER=1 REPLACE]Alice Adams[/USER] left"),
        ("[user=1 REPLACE][/user]", "[USER=1 REPLACE]Alice Adams[/user]"),
        ("[USER=1]Ally[/USER]", "[USER=1]Ally[/USER]"),
        ("[USER=99][/USER]", "[USER=99][/USER]"),
        ("[USER=all][/USER]", "[USER=all][/USER]"),
        ("[CODE][USER=1][/USER][/CODE]", "[CODE][USER=1][/USER][/CODE]"),
        ("[s][USER=1][/USER][/s]", "[s][USER=1 REPLACE]Alice Adams[/USER][/s]"),
        ("a\r\n[b]https://a.example/[/b]\n -- [", "a\r\n[b]https://a.example/[/b]\n -- ["),
        ("", ""),
    ] {
        assert_eq!(expand_user_names(text, &names), expected);
    }
}

#[test]
fn hostile_texts_cost_no_more_than_long_ones() {
    let size = 100_000;
    for part in [
        "[",
        "]",
        "-",
        "[b",
        "[b]",
        "[/b]",
        "[s]",
        "[/s]",
        "[url=",
        "[USER=",
        "[USER=1",
        "[USER=1]",
        "[code]",
        "[/code]",
        "[icon=",
        "[icon= title=",
        "[img ",
        "[img size=s]",
        "[TIMESTAMP=1 ",
        "[[b]",
        "[url=a title=",
        " title=",
        "\r",
    ] {
        let text = part.repeat(size / part.len());
        assert!(!line(&text).is_empty());
        assert_eq!(expand_user_names(&text, &names), text);
        assert!(mentioned_users(&text).is_empty());
    }
    let icon = format!("[icon={}]", " title=size= ".repeat(size / 13));
    assert!(line(&icon).starts_with('('));
    let rules = format!("{RULE} ").repeat(size / 55);
    assert!(line(&rules).starts_with("[Quote]"));
}

#[test]
fn deep_nesting_is_taken_off_whole() {
    for (open, close) in
        [("[b]", "[/b]"), ("[url=x]", "[/url]"), ("[USER=1]", "[/USER]"), ("[b][i]", "[/b][/i]")]
    {
        let text = format!("{}alice{}", open.repeat(10_000), close.repeat(10_000));
        assert_eq!(line(&text), "alice");
    }
    let struck = format!("bob{}alice{}", "[s]".repeat(10_000), "[/s]".repeat(10_000));
    assert_eq!(line(&struck), "bob");
}

#[test]
fn any_mixture_of_pieces_keeps_the_promises() {
    let pieces = [
        "[b]",
        "[/b]",
        "[s]",
        "[/S]",
        "[USER=1]",
        "[USER=all]",
        "[/USER]",
        "[code]",
        "[/code]",
        "[img size=s]",
        "[/img]",
        "[url=",
        "[icon=a title=",
        "[RATING=1]",
        "[TIMESTAMP=1]",
        "[br]",
        RULE,
        "-",
        "[",
        "]",
        "=",
        " ",
        "\n",
        "\r",
        "é",
        "📈",
        "\u{0}",
        "a",
    ];
    let mut state = 7_u64;
    for _ in 0..10_000 {
        let mut text = String::new();
        for _ in 0..12 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
        }
        let raw: String = markup::parse(&text).iter().map(|token| token.raw).collect();
        assert_eq!(raw, text);
        assert_eq!(expand_user_names(&text, &|_| None), text);
        let line = line(&text);
        assert!(!line.is_empty() && line.trim() == line && !line.contains(['\n', '\r']), "{text:?} {line:?}");
    }
}

#[test]
fn people_whom_an_author_may_not_see_become_plain_text() {
    let text =
        "[USER=7]Dave[/USER] [b][user=8 REPLACE]Bob[/user][/b] [USER=7][/USER][USER=7] [USER=all]x[/USER]";
    assert_eq!(named_users(text), [UserId(7), UserId(8)]);
    assert_eq!(
        unwrap_users(text, &[UserId(7)]),
        "Dave [b][user=8 REPLACE]Bob[/user][/b] [USER=7] [USER=all]x[/USER]"
    );
    assert_eq!(unwrap_users(text, &[]), text);
    let crossed = "[USER=7]a[USER=8]b[/USER]c[/USER]d[/USER]";
    assert_eq!(unwrap_users(crossed, &[UserId(8)]), "[USER=7]abc[/USER]d[/USER]");
    assert_eq!(unwrap_users("[code][USER=7]a[/USER][/code]", &[UserId(7)]), "[code][USER=7]a[/USER][/code]");
}

#[test]
fn what_is_said_to_somebody_is_left_without_their_name() {
    let said = |text: &str| without_mentions(text, UserId(7));
    assert_eq!(said("[USER=7]Marta[/USER], how are [b]you[/b]?"), ", how are [b]you[/b]?");
    assert_eq!(said("a [user=7 REPLACE][i]M[/i][/user] b [USER=8]Nina[/USER]"), "a  b [USER=8]Nina[/USER]");
    assert_eq!(said("[CODE][USER=7]Marta[/USER][/CODE]"), "[CODE][USER=7]Marta[/USER][/CODE]");
    for text in ["", "nobody", "[USER=7]Marta", "Marta[/USER]", "[USER=8]Nina[/USER]"] {
        assert_eq!(said(text), text);
    }
}
