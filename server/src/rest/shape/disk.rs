//! Storages, folders and files as the `disk` methods write them: numbers as texts, unset ones as null or `"0"`.

use lately_messenger::disk::Thing;
use lately_messenger::link::{Links, Signer};
use lately_model::{File, Folder, FolderId, Owner};
use serde_json::{Value, json};

use super::file::{addresses, updated, updater};
use super::{NUMBER, Wire};
use crate::rest::schema::Shape::{self, Date, Either, Named, Object, OrNull, Text};

/// What [`storage`] gives.
pub const STORAGE: Shape = Named(
    "Storage",
    &Object(&[
        ("ID", Text),
        ("NAME", Text),
        ("CODE", OrNull(&Text)),
        ("MODULE_ID", Text),
        ("ENTITY_TYPE", Text),
        ("ENTITY_ID", Text),
        ("ROOT_OBJECT_ID", Text),
    ]),
);

/// What [`folder`] gives.
pub const FOLDER: Shape = Named(
    "Folder",
    &Object(&[
        ("ID", Text),
        ("NAME", Text),
        ("CODE", OrNull(&Text)),
        ("STORAGE_ID", Text),
        ("TYPE", Text),
        ("REAL_OBJECT_ID", Text),
        ("PARENT_ID", OrNull(&Text)),
        ("DELETED_TYPE", Text),
        ("CREATE_TIME", Date),
        ("UPDATE_TIME", Date),
        ("DELETE_TIME", OrNull(&Date)),
        ("CREATED_BY", Text),
        ("UPDATED_BY", Text),
        ("DELETED_BY", Text),
        ("DETAIL_URL", Text),
    ]),
);

/// What [`file`] gives, and [`new_file`] and [`new_version`], where some numbers are numbers.
pub const DISK_FILE: Shape = Named(
    "DiskFile",
    &Object(&[
        ("ID", NUMBER),
        ("NAME", Text),
        ("CODE", OrNull(&Text)),
        ("STORAGE_ID", Text),
        ("TYPE", Text),
        ("PARENT_ID", Text),
        ("DELETED_TYPE", NUMBER),
        ("GLOBAL_CONTENT_VERSION", NUMBER),
        ("FILE_ID", NUMBER),
        ("SIZE", Text),
        ("CREATE_TIME", Date),
        ("UPDATE_TIME", Date),
        ("DELETE_TIME", OrNull(&Date)),
        ("CREATED_BY", Text),
        ("UPDATED_BY", Text),
        ("DELETED_BY", OrNull(&Text)),
        ("DOWNLOAD_URL", Text),
        ("DETAIL_URL", Text),
    ]),
);

/// What [`thing`] gives.
pub const THING: Shape = Either(&[FOLDER, DISK_FILE]);

/// What [`attached`] gives.
pub const ATTACHED: Shape = Object(&[
    ("ID", Text),
    ("OBJECT_ID", Text),
    ("MODULE_ID", Text),
    ("ENTITY_TYPE", Text),
    ("ENTITY_ID", Text),
    ("CREATE_TIME", Date),
    ("CREATED_BY", Text),
    ("DOWNLOAD_URL", Text),
    ("NAME", Text),
    ("SIZE", Text),
]);

/// A storage.
pub fn storage(folder: &Folder) -> Value {
    let (word, id) = folder.owner.parts();
    let entity = match folder.owner {
        Owner::Company => "shared_files_s1".to_owned(),
        _ => id.to_string(),
    };
    json!({
        "ID": folder.id.to_string(),
        "NAME": folder.name,
        "CODE": null,
        "MODULE_ID": if folder.owner == Owner::Chats { "im" } else { "disk" },
        "ENTITY_TYPE": word,
        "ENTITY_ID": entity,
        "ROOT_OBJECT_ID": folder.id.to_string(),
    })
}

/// A folder.
pub fn folder(folder: &Folder, wire: &Wire<'_>) -> Value {
    json!({
        "ID": folder.id.to_string(),
        "NAME": folder.name,
        "CODE": if matches!(folder.owner, Owner::Saved(_)) { json!("FOR_SAVED_FILES") } else { Value::Null },
        "STORAGE_ID": folder.storage_id.to_string(),
        "TYPE": "folder",
        "REAL_OBJECT_ID": folder.id.to_string(),
        "PARENT_ID": if folder.parent_id.is_none() { Value::Null } else { json!(folder.parent_id.to_string()) },
        "DELETED_TYPE": "0",
        "CREATE_TIME": wire.date(folder.created_at),
        "UPDATE_TIME": wire.date(folder.created_at),
        "DELETE_TIME": null,
        "CREATED_BY": folder.created_by.to_string(),
        "UPDATED_BY": folder.created_by.to_string(),
        "DELETED_BY": "0",
        "DETAIL_URL": "",
    })
}

/// A file.
pub fn file(file: &File, storage: FolderId, links: &Links, wire: &Wire<'_>) -> Value {
    let [whole, ..] = addresses(links, wire);
    json!({
        "ID": file.id.to_string(),
        "NAME": file.name,
        "CODE": null,
        "STORAGE_ID": storage.to_string(),
        "TYPE": "file",
        "PARENT_ID": file.folder_id.to_string(),
        "DELETED_TYPE": "0",
        "GLOBAL_CONTENT_VERSION": file.version.to_string(),
        "FILE_ID": file.blob_id.to_string(),
        "SIZE": file.size.to_string(),
        "CREATE_TIME": wire.date(file.date),
        "UPDATE_TIME": wire.date(updated(file)),
        "DELETE_TIME": null,
        "CREATED_BY": file.author_id.to_string(),
        "UPDATED_BY": updater(file).to_string(),
        "DELETED_BY": "0",
        "DOWNLOAD_URL": whole,
        "DETAIL_URL": "",
    })
}

/// A file that was just made: some numbers are numbers.
pub fn new_file(made: &File, storage: FolderId, links: &Links, wire: &Wire<'_>) -> Value {
    let mut shown = file(made, storage, links, wire);
    if let Value::Object(map) = &mut shown {
        for (key, value) in [
            ("ID", json!(made.id.0)),
            ("DELETED_TYPE", json!(0)),
            ("GLOBAL_CONTENT_VERSION", json!(made.version)),
            ("FILE_ID", json!(made.blob_id.0)),
            ("DELETED_BY", Value::Null),
        ] {
            map.insert(key.to_owned(), value);
        }
    }
    shown
}

/// A file whose bytes were just replaced: its version is a number.
pub fn new_version(made: &File, storage: FolderId, links: &Links, wire: &Wire<'_>) -> Value {
    let mut shown = file(made, storage, links, wire);
    if let Value::Object(map) = &mut shown {
        map.insert("GLOBAL_CONTENT_VERSION".to_owned(), json!(made.version));
    }
    shown
}

/// What is in a folder.
pub fn thing(thing: &Thing, signer: &Signer, wire: &Wire<'_>) -> Value {
    match thing {
        Thing::Folder(one) => folder(one, wire),
        Thing::File(one, storage) => file(one, *storage, &signer.links(one), wire),
    }
}

/// A file as it hangs on its message.
pub fn attached(file: &File, links: &Links, wire: &Wire<'_>) -> Value {
    let [whole, ..] = addresses(links, wire);
    json!({
        "ID": file.id.to_string(),
        "OBJECT_ID": file.id.to_string(),
        "MODULE_ID": "im",
        "ENTITY_TYPE": "im_message",
        "ENTITY_ID": file.message_id.to_string(),
        "CREATE_TIME": wire.date(file.date),
        "CREATED_BY": file.author_id.to_string(),
        "DOWNLOAD_URL": whole,
        "NAME": file.name,
        "SIZE": file.size.to_string(),
    })
}
