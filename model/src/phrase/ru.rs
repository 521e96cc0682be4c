//! What the portal says in Russian. People are named in the nominative, since a name is put in as it is.

use super::{Phrase, Tongue, Words, all};

/// Russian.
pub(super) const TONGUE: Tongue = Tongue { words, colors: &COLORS, titles: &TITLES };

/// A text whose verb follows the gender of whoever acts.
const fn by(he: &'static str, she: &'static str) -> Words {
    Words { he, she }
}

fn words(phrase: &Phrase<'_>) -> Words {
    match phrase {
        Phrase::ChatCreated { .. } => by("{actor} создал чат", "{actor} создала чат"),
        Phrase::ChatWelcome => all("Добро пожаловать в новый чат!"),
        Phrase::ChatJoined { .. } => by("{actor} присоединился к чату", "{actor} присоединилась к чату"),
        Phrase::ChatInvited { .. } => {
            by("{actor} пригласил в чат: {people}", "{actor} пригласила в чат: {people}")
        }
        Phrase::ChatLeft { .. } => by("{actor} покинул чат", "{actor} покинула чат"),
        Phrase::ChatKicked { .. } => {
            by("{actor} исключил из чата: {whom}", "{actor} исключила из чата: {whom}")
        }
        Phrase::ChatRenamed { .. } => {
            by("{actor} изменил название чата на «{title}»", "{actor} изменила название чата на «{title}»")
        }
        Phrase::ChatRecolored { .. } => {
            by("{actor} изменил цвет чата на «{color}»", "{actor} изменила цвет чата на «{color}»")
        }
        Phrase::ChatPictured { .. } => {
            by("{actor} изменил изображение чата", "{actor} изменила изображение чата")
        }
        Phrase::RemovedYou { .. } => {
            by("{actor} исключил вас из чата «{title}»", "{actor} исключила вас из чата «{title}»")
        }
        Phrase::ChatTitle { .. } => all("{color} чат №{number}"),
        Phrase::Notifications | Phrase::PlainNotifications => all("Уведомления"),
        Phrase::MessageDeleted => all("Это сообщение удалено"),
        Phrase::File => all("[Файл]"),
        Phrase::Attachment => all("[Вложение]"),
        Phrase::Image => all("[Изображение]"),
        Phrase::Quote => all("[Цитата]"),
        Phrase::Rating => all("[Оценка]"),
        Phrase::Icon => all("(иконка)"),
        Phrase::Everyone => all("Все участники"),
        Phrase::SomeUser { .. } | Phrase::UserDrive { .. } => all("Пользователь {id}"),
        Phrase::System => all("Система"),
        Phrase::Messenger => all("Мессенджер"),
        Phrase::Applications => all("Приложения"),
        Phrase::AnswerNotifications => all("Ответы на ваши уведомления"),
        Phrase::ChoiceNotifications => all("Выбор в ваших уведомлениях"),
        Phrase::RemovalNotifications => all("Исключение из чата"),
        Phrase::ApplicationNotifications => all("Уведомления приложений"),
        Phrase::AnswerSent => all("Ваш ответ отправлен."),
        Phrase::Chosen { .. } => all("Ваш выбор: {title}"),
        Phrase::AllAuthorized => all("Все авторизованные пользователи"),
        Phrase::AllVisitors => all("Все посетители"),
        Phrase::SavedFiles => all("Сохранённые файлы"),
        Phrase::CompanyDrive => all("Общий диск"),
        Phrase::ChatsDrive => all("Чаты"),
        Phrase::ChatFolder { .. } => all("Чат {id}"),
        Phrase::AppDrive { .. } => all("Приложение {id}"),
        Phrase::GoToGroup => all("Перейти в группу"),
    }
}

const COLORS: [(&str, &str); 18] = [
    ("RED", "Красный"),
    ("GREEN", "Зелёный"),
    ("MINT", "Мятный"),
    ("LIGHT_BLUE", "Голубой"),
    ("DARK_BLUE", "Синий"),
    ("PURPLE", "Фиолетовый"),
    ("AQUA", "Бирюзовый"),
    ("PINK", "Розовый"),
    ("LIME", "Лаймовый"),
    ("BROWN", "Коричневый"),
    ("AZURE", "Лазурный"),
    ("KHAKI", "Болотный"),
    ("SAND", "Песочный"),
    ("ORANGE", "Оранжевый"),
    ("MARENGO", "Маренго"),
    ("GRAY", "Серый"),
    ("GRAPHITE", "Графитовый"),
    ("COPILOT", "Сиреневый"),
];

const TITLES: [(&str, &str); 50] = [
    ("XML_ID", "Внешний код"),
    ("ACTIVE", "Активность"),
    ("NAME", "Имя"),
    ("LAST_NAME", "Фамилия"),
    ("SECOND_NAME", "Отчество"),
    ("TITLE", "Список пользователей"),
    ("EMAIL", "E-Mail"),
    ("LAST_LOGIN", "Последняя авторизация"),
    ("DATE_REGISTER", "Дата регистрации"),
    ("PERSONAL_GENDER", "Пол"),
    ("PERSONAL_PROFESSION", "Профессия"),
    ("PERSONAL_WWW", "Личная страница"),
    ("PERSONAL_BIRTHDAY", "Дата рождения"),
    ("PERSONAL_PHOTO", "Фотография"),
    ("PERSONAL_ICQ", "ICQ"),
    ("PERSONAL_PHONE", "Личный телефон"),
    ("PERSONAL_FAX", "Факс"),
    ("PERSONAL_MOBILE", "Мобильный телефон"),
    ("PERSONAL_PAGER", "Пейджер"),
    ("PERSONAL_STREET", "Улица"),
    ("PERSONAL_CITY", "Город"),
    ("PERSONAL_STATE", "Область / край"),
    ("PERSONAL_ZIP", "Почтовый индекс"),
    ("PERSONAL_COUNTRY", "Страна"),
    ("PERSONAL_MAILBOX", "Почтовый ящик"),
    ("PERSONAL_NOTES", "Дополнительные заметки"),
    ("WORK_PHONE", "Рабочий телефон"),
    ("WORK_COMPANY", "Компания"),
    ("WORK_POSITION", "Должность"),
    ("WORK_DEPARTMENT", "Отдел"),
    ("WORK_WWW", "Сайт компании"),
    ("WORK_CITY", "Город работы"),
    ("UF_SKYPE_LINK", "Ссылка на чат в Skype"),
    ("UF_ZOOM", "Zoom"),
    ("UF_EMPLOYMENT_DATE", "Дата приёма на работу"),
    ("UF_TIMEMAN", "Учёт рабочего времени"),
    ("UF_DEPARTMENT", "Подразделения"),
    ("UF_INTERESTS", "Интересы"),
    ("UF_SKILLS", "Навыки"),
    ("UF_WEB_SITES", "Другие сайты"),
    ("UF_XING", "Xing"),
    ("UF_LINKEDIN", "LinkedIn"),
    ("UF_TWITTER", "Twitter"),
    ("UF_SKYPE", "Skype"),
    ("UF_DISTRICT", "Район"),
    ("UF_PHONE_INNER", "Внутренний номер"),
    ("department.NAME", "Название подразделения"),
    ("department.SORT", "Сортировка"),
    ("department.PARENT", "Вышестоящее подразделение"),
    ("department.UF_HEAD", "Руководитель"),
];
