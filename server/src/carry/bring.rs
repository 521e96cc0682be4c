//! A file that comes by a signed link: as a part of a form, or as the body itself.

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use futures_util::StreamExt;
use lately_messenger::Refusal;
use lately_messenger::disk::not_kept;
use lately_store::Received;
use multer::{Constraints, Multipart, SizeLimit};

use crate::rest::Portal;
use crate::rest::answer::Answer;
use crate::rest::call::Failure;
use crate::rest::params::DecodeError;
use crate::rest::refusal::SystemError;
use crate::rest::shape::Wire;
use crate::rest::shape::disk;

/// The name of the form's part that holds the file, as `disk.folder.uploadFile` announces it.
pub const FIELD: &str = "file";

/// How many bytes a form may have beside its file.
const AROUND: u64 = 64 * 1024;

/// Receives the file, puts it into the folder that the link names, and answers as `disk.folder.uploadFile` does.
pub(super) async fn bring(
    portal: &Arc<Portal>,
    headers: &HeaderMap,
    body: Body,
    token: &str,
    name: Option<String>,
) -> Result<Answer, Failure> {
    let messenger = &portal.messenger;
    messenger.may_bring(token).await?;
    let most = messenger.largest_file().await?;
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > most.saturating_add(AROUND)) {
        return Err(not_kept(lately_messenger::upload::Unkept::TooLarge(most)).into());
    }
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let (name, received) = if kind.to_ascii_lowercase().starts_with("multipart/form-data") {
        let (part, received) = from_form(portal, kind, body, most).await?;
        (name.or(part).unwrap_or_default(), received)
    } else {
        (name.unwrap_or_default(), whole(portal, body).await?)
    };
    let (file, storage, signer) = messenger.bring(token, &name, received).await?;
    let wire = Wire {
        zone: &portal.zone,
        base_url: &portal.base_url,
        revision: lately_model::Revision::default(),
        language: portal.messenger.language(),
    };
    Ok(Answer::tree(disk::new_file(&file, storage, &signer.links(&file), &wire)))
}

/// The first part that is called as announced, or has a file's name; the others are passed over.
async fn from_form(
    portal: &Portal,
    kind: &str,
    body: Body,
    most: u64,
) -> Result<(Option<String>, Received), Failure> {
    let boundary = multer::parse_boundary(kind).map_err(unreadable)?;
    let limit = SizeLimit::new().whole_stream(most.saturating_add(AROUND));
    let constraints = Constraints::new().size_limit(limit);
    let mut form = Multipart::with_constraints(body.into_data_stream(), boundary, constraints);
    while let Some(mut field) = form.next_field().await.map_err(|error| broken(error, most))? {
        let name = field.file_name().map(str::to_owned);
        if field.name() != Some(FIELD) && name.is_none() {
            continue;
        }
        let mut upload = portal.messenger.begin_upload().await.map_err(not_kept)?;
        while let Some(chunk) = field.chunk().await.map_err(|error| broken(error, most))? {
            upload.write(&chunk).await.map_err(not_kept)?;
        }
        return Ok((name, upload.finish().await.map_err(not_kept)?));
    }
    Err(Refusal::ObjectNotKept(format!("The form has no part {FIELD}")).into())
}

async fn whole(portal: &Portal, body: Body) -> Result<Received, Failure> {
    let mut upload = portal.messenger.begin_upload().await.map_err(not_kept)?;
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| SystemError::BodyLost)?;
        upload.write(&chunk).await.map_err(not_kept)?;
    }
    Ok(upload.finish().await.map_err(not_kept)?)
}

fn broken(error: multer::Error, most: u64) -> Failure {
    match error {
        multer::Error::StreamSizeExceeded { .. } => {
            not_kept(lately_messenger::upload::Unkept::TooLarge(most)).into()
        }
        multer::Error::StreamReadFailed(_) => SystemError::BodyLost.into(),
        other => unreadable(other),
    }
}

fn unreadable(error: multer::Error) -> Failure {
    SystemError::Unreadable(DecodeError::Multipart(error.to_string())).into()
}
