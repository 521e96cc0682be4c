//! What the shapes of a chat look like, declared.
//!
//! Must hold: each is what the code beside it writes; it writes nothing itself.

use crate::rest::schema::Shape::{self, Bool, Date, Int, List, Named, Object, OrNull, Sometimes, Text};
use crate::rest::shape::NUMBER;
use crate::rest::shape::entity::{ENTITY_LINK, RESTRICTIONS};

/// [`RecentChat`](super::RecentChat).
pub const ROW_CHAT: Shape = Named(
    "RowChat",
    &Object(&[
        ("id", NUMBER),
        ("parent_chat_id", Int),
        ("parent_message_id", Int),
        ("title", Sometimes(&Text)),
        ("name", Text),
        ("owner", NUMBER),
        ("extranet", Bool),
        ("contains_collaber", Bool),
        ("avatar", Text),
        ("color", Text),
        ("type", Text),
        ("entity_type", Text),
        ("entity_id", Text),
        ("entity_data_1", Text),
        ("entity_data_2", Text),
        ("entity_data_3", Text),
        ("mute_list", Shape::Map(&Bool)),
        ("manager_list", List(&Int)),
        ("date_create", Date),
        ("message_type", Text),
        ("user_counter", Int),
        ("restrictions", RESTRICTIONS),
        ("role", Text),
        ("text_field_enabled", Bool),
        ("background_id", OrNull(&Text)),
        ("entity_link", ENTITY_LINK),
        ("permissions", PERMISSIONS),
        ("public", Text),
    ]),
);

/// [`ChatStub`](super::ChatStub).
pub const CHAT_STUB: Shape = Named(
    "ChatStub",
    &Object(&[
        ("text_field_enabled", Bool),
        ("background_id", OrNull(&Text)),
        ("mute_list", Shape::Map(&Bool)),
    ]),
);

/// [`Permissions`](super::Permissions).
const PERMISSIONS: Shape = Named(
    "Permissions",
    &Object(&[
        ("manage_users_add", Text),
        ("manage_users_delete", Text),
        ("manage_ui", Text),
        ("manage_settings", Text),
        ("manage_messages", Text),
        ("can_post", Text),
    ]),
);

/// What [`chat_view`](super::chat_view) gives.
pub const CHAT: Shape = Named(
    "Chat",
    &Object(&[
        ("id", Int),
        ("parent_chat_id", Int),
        ("parent_message_id", Int),
        ("name", OrNull(&Text)),
        ("description", OrNull(&Text)),
        ("owner", Int),
        ("extranet", Bool),
        ("avatar", Text),
        ("color", Text),
        ("type", Text),
        ("counter", Int),
        ("user_counter", Int),
        ("message_count", Int),
        ("unread_id", Int),
        ("restrictions", RESTRICTIONS),
        ("last_message_id", Int),
        ("last_id", Int),
        ("marked_id", Int),
        ("disk_folder_id", Int),
        ("entity_type", Text),
        ("entity_id", Text),
        ("entity_data_1", Text),
        ("entity_data_2", Text),
        ("entity_data_3", Text),
        ("mute_list", List(&Int)),
        ("date_create", Date),
        ("message_type", Text),
        ("public", Text),
        ("role", Text),
        ("entity_link", ENTITY_LINK),
        ("text_field_enabled", Bool),
        ("background_id", OrNull(&Text)),
        ("permissions", PERMISSIONS),
        ("is_new", Bool),
    ]),
);

/// What [`dialog_page`](super::dialog_page) gives: a [`CHAT`] with more.
pub const DIALOG: Shape = Named(
    "Dialog",
    &Object(&[
        ("id", Int),
        ("parent_chat_id", Int),
        ("parent_message_id", Int),
        ("name", OrNull(&Text)),
        ("description", OrNull(&Text)),
        ("owner", Int),
        ("extranet", Bool),
        ("avatar", Text),
        ("color", Text),
        ("type", Text),
        ("counter", Int),
        ("user_counter", Int),
        ("message_count", Int),
        ("unread_id", Int),
        ("restrictions", RESTRICTIONS),
        ("last_message_id", Int),
        ("last_id", Int),
        ("marked_id", Int),
        ("disk_folder_id", Int),
        ("entity_type", Text),
        ("entity_id", Text),
        ("entity_data_1", Text),
        ("entity_data_2", Text),
        ("entity_data_3", Text),
        ("mute_list", List(&Int)),
        ("date_create", Date),
        ("message_type", Text),
        ("public", Text),
        ("role", Text),
        ("entity_link", ENTITY_LINK),
        ("text_field_enabled", Bool),
        ("background_id", OrNull(&Text)),
        ("permissions", PERMISSIONS),
        ("is_new", Bool),
        ("readed_list", List(&READER)),
        ("manager_list", List(&Int)),
        (
            "last_message_views",
            Object(&[("message_id", Int), ("first_viewers", List(&VIEWER)), ("count_of_viewers", Int)]),
        ),
        ("dialog_id", Text),
    ]),
);

const READER: Shape =
    Object(&[("user_id", Int), ("user_name", Text), ("message_id", Int), ("date", OrNull(&Date))]);

const VIEWER: Shape = Object(&[("user_id", Int), ("user_name", Text), ("date", Date)]);

/// What [`found_chat`](super::found_chat) gives.
pub const FOUND_CHAT: Shape = Named(
    "FoundChat",
    &Object(&[
        ("id", Int),
        ("name", Text),
        ("owner", Int),
        ("extranet", Bool),
        ("avatar", Text),
        ("color", Text),
        ("type", Text),
        ("entity_type", Text),
        ("entity_id", Text),
        ("entity_data_1", Text),
        ("entity_data_2", Text),
        ("entity_data_3", Text),
        ("mute_list", Shape::Map(&Bool)),
        ("date_create", Date),
        ("message_type", Text),
    ]),
);
