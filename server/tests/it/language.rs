//! What the portal writes itself comes in its language: the same acts, read in English and in Russian.

use lately_model::Language;
use lately_testkit::TestPortal;
use serde_json::{Value, json};

use crate::file::{base64, picture};
use crate::notification::answer::invited_by;
use crate::stage::{Stage, chat};

/// A portal that speaks `language`, where alice is a woman.
async fn speaking(language: Language) -> Stage {
    let stage = Stage::of(TestPortal::with(|config| config.portal.language = language).await).await;
    stage.alice.ok("user.update", json!({ "ID": 1, "PERSONAL_GENDER": "F" })).await;
    stage
}

/// The texts of a chat's messages that the system wrote, oldest first.
async fn told(stage: &Stage, id: i64) -> Vec<String> {
    let params = json!({ "DIALOG_ID": chat(id), "FIRST_ID": 0, "LIMIT": 50 });
    let page = stage.alice.ok("im.dialog.messages.get", params).await;
    let messages = page["messages"].as_array().unwrap();
    messages.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect()
}

/// Everything that happens to one chat, as its members are told of it.
async fn of_one_chat(language: Language) -> Vec<String> {
    let stage = speaking(language).await;
    let id = stage.alice.ok("im.chat.add", json!({ "USERS": [2], "TYPE": "OPEN" })).await.as_i64().unwrap();
    let group = stage.group(&stage.alice, &[2]).await;
    stage.carol.ok("im.chat.user.add", json!({ "CHAT_ID": id, "USERS": [3] })).await;
    stage.alice.ok("im.chat.user.add", json!({ "CHAT_ID": group, "USERS": [3, 4] })).await;
    stage.alice.ok("im.chat.updateTitle", json!({ "CHAT_ID": group, "TITLE": "Next {actor}" })).await;
    stage.bob.ok("im.chat.updateColor", json!({ "CHAT_ID": group, "COLOR": "MINT" })).await;
    let avatar = base64(picture::png(64, 64));
    stage.alice.ok("im.chat.updateAvatar", json!({ "CHAT_ID": group, "AVATAR": avatar })).await;
    stage.alice.ok("im.chat.user.delete", json!({ "CHAT_ID": group, "USER_ID": 4 })).await;
    stage.bob.ok("im.chat.leave", json!({ "CHAT_ID": group })).await;
    let said = stage.alice.say(chat(group), "never mind").await;
    stage.alice.ok("im.message.delete", json!({ "MESSAGE_ID": said })).await;
    let mut texts = told(&stage, id).await;
    texts.extend(told(&stage, group).await);
    stage.check().await;
    texts.iter().map(|text| names_only(text)).collect()
}

/// A text with the names of people instead of their tags.
fn names_only(text: &str) -> String {
    ["Alice Adams", "Bob Brown", "Carol Clark", "Dave Dixon"].iter().zip(1..).fold(
        text.replace("[/USER]", ""),
        |text, (name, id)| {
            text.replace(&format!("[USER={id} REPLACE]{name}"), name.split(' ').next().unwrap())
        },
    )
}

#[tokio::test]
async fn members_are_told_in_english() {
    assert_eq!(
        of_one_chat(Language::En).await,
        [
            "Alice created the chat",
            "Welcome to the new chat!",
            "Alice invited Bob to the chat",
            "Carol joined the chat",
            "Alice created the chat",
            "Welcome to the new chat!",
            "Alice invited Bob to the chat",
            "Alice invited Carol, Dave to the chat",
            "Alice changed the chat title to \"Next {actor}\"",
            "Bob changed the chat color to Mint",
            "Alice changed the chat picture",
            "Alice removed Dave from the chat",
            "Bob left the chat",
            "This message was deleted",
        ]
    );
}

#[tokio::test]
async fn members_are_told_in_russian_by_the_gender_of_whoever_acts() {
    assert_eq!(
        of_one_chat(Language::Ru).await,
        [
            "Alice создала чат",
            "Добро пожаловать в новый чат!",
            "Alice пригласила в чат: Bob",
            "Carol присоединился к чату",
            "Alice создала чат",
            "Добро пожаловать в новый чат!",
            "Alice пригласила в чат: Bob",
            "Alice пригласила в чат: Carol, Dave",
            "Alice изменила название чата на «Next {actor}»",
            "Bob изменил цвет чата на «Мятный»",
            "Alice изменила изображение чата",
            "Alice исключила из чата: Dave",
            "Bob покинул чат",
            "Это сообщение удалено",
        ]
    );
}

#[tokio::test]
async fn a_chat_without_a_title_is_named_and_numbered_in_the_language() {
    for (language, titles) in [
        (Language::En, ["Red chat No. 1", "Green chat No. 1", "Green chat No. 2"]),
        (Language::Ru, ["Красный чат №1", "Зелёный чат №1", "Зелёный чат №2"]),
    ] {
        let stage = speaking(language).await;
        for (color, title) in ["", "", "GREEN"].iter().zip(titles) {
            let id = stage.alice.ok("im.chat.add", json!({ "COLOR": color })).await;
            let row = stage.alice.row(chat(id.as_i64().unwrap())).await.unwrap();
            assert_eq!(row["title"], title, "{language:?}");
        }
        stage.check().await;
    }
}

/// What bob's rows say of messages that cannot be shown whole, in both lists.
async fn previews(stage: &Stage) -> Vec<String> {
    let mut seen = Vec::new();
    for id in [301, 302, 303, 304] {
        let row = stage.bob.row(chat(id)).await.unwrap();
        let page = stage.bob.ok("im.recent.list", json!({ "LIMIT": 200 })).await;
        let items = page["items"].as_array().unwrap();
        let item = items.iter().find(|item| item["chat_id"] == id).unwrap();
        assert_eq!(row["message"]["text"], item["message"]["text"]);
        seen.push(row["message"]["text"].as_str().unwrap().to_owned());
    }
    seen
}

/// Four chats whose newest messages need words.
async fn import_wordless(stage: &Stage) {
    let rule = "-".repeat(54);
    let texts = [
        ("[b][/b]".to_owned(), json!({})),
        (format!("{rule}\nhello\n{rule}\nyes [USER=all][/USER] [USER=99][/USER]"), json!({})),
        ("Look [img]a[/img] [icon=a]".to_owned(), json!({ "ATTACH": [{ "BLOCKS": [] }] })),
        (String::new(), json!({ "FILE_ID": [5] })),
    ];
    let mut lines = Vec::new();
    for ((text, params), id) in texts.iter().zip(301..) {
        stage.import_chat(id, "C", json!({})).await;
        if params.get("FILE_ID").is_some() {
            let file = json!({
                "type": "file", "id": 5, "chat": id, "author": 1, "date": "2026-03-02T09:00:00Z", "name": "a.pdf",
                "kind": "file", "size": 3,
            });
            lines.push(file.to_string());
        }
        let message = json!({
            "type": "message", "id": 1000 + id, "chat": id, "author": 1, "date": "2026-03-02T09:00:00Z", "text": text,
            "params": params,
        });
        lines.push(message.to_string());
    }
    stage.portal.import(&lines.join("\n")).await;
}

#[tokio::test]
async fn previews_follow_the_language() {
    for (language, expected) in [
        (
            Language::En,
            [
                "This message was deleted",
                "[Quote]  yes All members User 99",
                "Look  [Image] (icon) [Attachment]",
                "[File]",
            ],
        ),
        (
            Language::Ru,
            [
                "Это сообщение удалено",
                "[Цитата]  yes Все участники Пользователь 99",
                "Look  [Изображение] (иконка) [Вложение]",
                "[Файл]",
            ],
        ),
    ] {
        let stage = speaking(language).await;
        import_wordless(&stage).await;
        assert_eq!(previews(&stage).await, expected);
    }
}

#[tokio::test]
async fn a_setting_that_changed_changes_what_is_computed_and_nothing_that_is_stored() {
    let stage = speaking(Language::En).await;
    import_wordless(&stage).await;
    let id = stage.group(&stage.alice, &[2]).await;
    let (before, stored) = (previews(&stage).await, told(&stage, id).await);
    let stage = Stage::of(stage.portal.restart(|config| config.portal.language = Language::Ru).await).await;
    let after = previews(&stage).await;
    assert_eq!((before[3].as_str(), after[3].as_str()), ("[File]", "[Файл]"));
    assert_eq!(told(&stage, id).await, stored);
    stage.alice.ok("im.chat.updateTitle", json!({ "CHAT_ID": id, "TITLE": "Next" })).await;
    assert_eq!(names_only(told(&stage, id).await.last().unwrap()), "Alice изменила название чата на «Next»");
}

#[tokio::test]
async fn notifications_their_schema_and_answers_follow_the_language() {
    for (language, removed, schema, answers) in [
        (
            Language::En,
            "Alice removed you from the chat \"Plan\"",
            ["Messenger", "Notifications", "Applications", "Notifications of applications"],
            ["Your response has been successfully sent.", "Your choice: Accept"],
        ),
        (
            Language::Ru,
            "Alice исключила вас из чата «Plan»",
            ["Мессенджер", "Уведомления", "Приложения", "Уведомления приложений"],
            ["Ваш ответ отправлен.", "Ваш выбор: Accept"],
        ),
    ] {
        let stage = invited_by(speaking(language).await).await;
        let told = stage.bob.ok("im.notify.answer", json!({ "NOTIFY_ID": 402, "ANSWER_TEXT": "yes" })).await;
        assert_eq!(told["result_message"], Value::Bool(false), "nobody sent that one");
        let told = stage.bob.ok("im.notify.answer", json!({ "NOTIFY_ID": 401, "ANSWER_TEXT": "yes" })).await;
        assert_eq!(told["result_message"], json!([answers[0]]));
        let told = stage.bob.ok("im.notify.confirm", json!({ "NOTIFY_ID": 401, "NOTIFY_VALUE": "Y" })).await;
        assert_eq!(told["result_message"], json!([answers[1]]));
        let id = stage.group(&stage.alice, &[2]).await;
        stage.alice.ok("im.chat.user.delete", json!({ "CHAT_ID": id, "USER_ID": 2 })).await;
        let page = stage.bob.ok("im.notify.get", json!({})).await;
        assert_eq!(names_only(page["notifications"][0]["text"].as_str().unwrap()), removed);
        let found = stage.bob.ok("im.notify.schema.get", json!({})).await;
        let names = [
            &found["im"]["NAME"],
            &found["im"]["LIST"][0]["NAME"],
            &found["rest"]["NAME"],
            &found["rest"]["LIST"][0]["NAME"],
        ];
        assert_eq!(names, schema);
        stage.check().await;
    }
}

#[tokio::test]
async fn titles_of_fields_names_of_codes_and_drives_follow_the_language() {
    for (language, expected) in [
        (
            Language::En,
            [
                "First Name",
                "TIME_ZONE",
                "Department Name",
                "ID",
                "All authorized users",
                "Company Drive",
                "Saved Files",
            ],
        ),
        (
            Language::Ru,
            [
                "Имя",
                "TIME_ZONE",
                "Название подразделения",
                "ID",
                "Все авторизованные пользователи",
                "Общий диск",
                "Сохранённые файлы",
            ],
        ),
    ] {
        let stage = speaking(language).await;
        let user = stage.alice.ok("user.fields", json!({})).await;
        let department = stage.alice.ok("department.fields", json!({})).await;
        let codes = stage.alice.ok("access.name", json!({ "ACCESS": ["AU"] })).await;
        let drives = stage.alice.ok("disk.storage.getList", json!({})).await;
        let company =
            drives.as_array().unwrap().iter().find(|drive| drive["ENTITY_TYPE"] == "common").unwrap();
        let file = crate::file::bring(&stage.alice, "2", "a.txt", "a").await;
        let saved = stage.alice.ok("im.disk.file.save", json!({ "FILE_ID": file })).await;
        let seen = [
            &user["NAME"],
            &user["TIME_ZONE"],
            &department["NAME"],
            &department["ID"],
            &codes["AU"]["name"],
            &company["NAME"],
            &saved["folder"]["name"],
        ];
        assert_eq!(seen, expected);
        assert_eq!(user.as_object().unwrap().len(), 62);
    }
}
