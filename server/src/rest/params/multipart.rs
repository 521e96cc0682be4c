//! `multipart/form-data` bodies: part names in bracket style, values as text.
//!
//! A part with a file name is read like any other: files reach the classic methods as base64 text, and raw
//! bytes have an address of their own that does not come through here. The body is in memory, so nothing here
//! waits.

use super::DecodeError;
use super::bracket::Fields;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::stream::once;
use multer::Multipart;
use serde_json::{Map, Value};
use std::convert::Infallible;
use std::future::ready;

/// Decodes a body whose `content_type` names the boundary. Parts without a name are skipped, parts that are
/// not UTF-8 refused.
pub fn parse(content_type: &str, body: Bytes) -> Result<Map<String, Value>, DecodeError> {
    let boundary = multer::parse_boundary(content_type).map_err(broken)?;
    let mut multipart = Multipart::new(once(ready(Ok::<_, Infallible>(body))), boundary);
    read(&mut multipart)
        .now_or_never()
        .unwrap_or_else(|| Err(DecodeError::Multipart("incomplete multipart stream".to_owned())))
}

async fn read(multipart: &mut Multipart<'_>) -> Result<Map<String, Value>, DecodeError> {
    let mut fields = Fields::default();
    while let Some(field) = multipart.next_field().await.map_err(broken)? {
        let name = field.name().map(str::to_owned).unwrap_or_default();
        let bytes = field.bytes().await.map_err(broken)?;
        let text = String::from_utf8(bytes.into()).map_err(|_| DecodeError::Utf8)?;
        fields.add(&name, text)?;
    }
    Ok(fields.into_map())
}

fn broken(error: multer::Error) -> DecodeError {
    DecodeError::Multipart(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const TYPE: &str = "multipart/form-data; boundary=\"b0\"";

    fn part(disposition: &str, value: &str) -> String {
        format!("--b0\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{value}\r\n")
    }

    fn parse_parts(parts: &[String]) -> Result<Value, DecodeError> {
        let body = format!("{}--b0--\r\n", parts.concat());
        parse(TYPE, Bytes::from(body)).map(Value::Object)
    }

    #[test]
    fn part_names_follow_the_bracket_style() {
        let parts = [
            part("name=\"USERS[]\"", "1"),
            part("name=\"USERS[]\"", "2"),
            part("name=\"F[TITLE]\"", "a+b%20&\r\nc"),
        ];
        assert_eq!(parse_parts(&parts), Ok(json!({"USERS": ["1", "2"], "F": {"TITLE": "a+b%20&\r\nc"}})));
    }

    #[test]
    fn a_file_part_is_text_and_a_nameless_part_is_skipped() {
        let parts = [
            part("name=\"A\"; filename=\"a.txt\"", "hello"),
            part("filename=\"b\"", "lost"),
            part("", "lost"),
        ];
        assert_eq!(parse_parts(&parts), Ok(json!({"A": "hello"})));
    }

    #[test]
    fn a_body_without_parts_is_no_parameters() {
        assert_eq!(parse_parts(&[]), Ok(json!({})));
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        let body = b"--b0\r\nContent-Disposition: form-data; name=\"A\"\r\n\r\n\xff\xd8\r\n--b0--\r\n";
        assert_eq!(parse(TYPE, Bytes::from_static(body)), Err(DecodeError::Utf8));
    }

    #[test]
    fn a_cut_body_or_a_missing_boundary_is_refused() {
        let whole = format!("{}--b0--", part("name=\"A\"", "1"));
        for end in 0..whole.len() {
            let cut = Bytes::copy_from_slice(&whole.as_bytes()[..end]);
            assert!(matches!(parse(TYPE, cut), Err(DecodeError::Multipart(_))), "cut at {end}");
        }
        assert!(matches!(parse("multipart/form-data", Bytes::from(whole)), Err(DecodeError::Multipart(_))));
    }

    #[test]
    fn the_number_of_parts_is_limited() {
        let parts = vec![part("name=\"A[]\"", "1"); super::super::MAX_PARAMETERS + 1];
        assert_eq!(parse_parts(&parts), Err(DecodeError::TooMany));
    }

    proptest! {
        #[test]
        fn every_body_is_decoded_or_refused(pieces in prop::collection::vec(
            prop_oneof!["--b0", "--b0--", "\r\n", "Content-Disposition: form-data; name=\"a\"", "\\PC{0,6}"], 0..20)
        ) {
            let _ = parse(TYPE, Bytes::from(pieces.concat()));
        }
    }
}
