//! Files of a dialog on the wire.

use lately_model::{File, FileKind};
use serde_json::{Value, json};

use super::Wire;

/// A file with its author's name.
pub fn file(file: &File, author: &str, wire: &Wire<'_>) -> Value {
    let image = file.kind == FileKind::Image && file.width > 0;
    json!({
        "id": file.id.0,
        "chatId": file.chat_id.0,
        "date": wire.date(file.date),
        "type": file.kind.word(),
        "name": file.name,
        "extension": file.extension(),
        "size": file.size,
        "image": if image { json!({ "height": file.height, "width": file.width }) } else { json!(false) },
        "status": "done",
        "progress": 100,
        "authorId": file.author_id.0,
        "authorName": author,
        "urlPreview": "",
        "urlShow": "",
        "urlDownload": "",
        "viewerAttrs": null,
        "mediaUrl": { "preview": [] },
        "isTranscribable": false,
        "isVideoNote": false,
        "isVoiceNote": false,
    })
}
