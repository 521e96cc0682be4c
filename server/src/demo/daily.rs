//! What colleagues say beside their work, in several languages, spoken as [`super::talk`] tells.

use super::talk::Conversation;

/// Life in the building.
pub(super) const OFFICE: &[Conversation] = &[
    &[
        "The lift is stuck between two and three",
        "Anybody inside?",
        "Only the post.",
        "Technician is here at {time}.",
    ],
    &["Who is in {day}?", "Me", "Me too", "Home, but reachable", "In the office from {time}."],
    &[
        "There is cake in the kitchen",
        "What is the occasion?",
        "None. There is just cake.",
        "Best kind 🍰",
        "Gone. Thank you all.",
    ],
    &["Lost: grey umbrella with a wooden handle", "There is one at reception", "That is the one, thanks!"],
    &[
        "Heating on the first floor is off",
        "Again?",
        "They replace the valve {day}.",
        "I work in my coat then.",
    ],
    &[
        "Please book the big meeting room in the calendar, do not just walk in",
        "That was me, sorry",
        "No harm done.",
    ],
    &[
        "Printer by the stairs prints everything in pink",
        "Ink is ordered",
        "I rather like it",
        "+Invoices look friendly for once",
    ],
    &[
        "Anyone driving to {town} {day}?",
        "I am, leaving at {time}",
        "Room for a folding bike and me?",
        "For both.",
    ],
    &[
        "Fire drill {day} at {time}",
        "Meeting point is the bicycle shed as always?",
        "Yes. And no, you cannot stay at your desk.",
    ],
    &[
        "The window cleaners come {day}, please clear the sills",
        "Even the plants?",
        "Especially the plants. 🌵",
    ],
    &[
        "Visitors from {town} at {time}, twelve people",
        "Coffee for twelve then",
        "And helmets, they want to ride",
        "Helmets are in the showroom.",
    ],
    &[
        "New door code from {day} on, you find it in your mail",
        "The old one was easier",
        "That was the problem.",
    ],
    &[
        "First-aid course has {n} places left",
        "I am in",
        "Me too",
        "Is it in English?",
        "Yes, and there are sandwiches.",
    ],
    &[
        "The bike shed is full",
        "A luxury problem for us",
        "Two of them have not moved since winter",
        "Then they become parts 😈",
    ],
];

/// Two colleagues who like each other.
pub(super) const FRIENDS: &[Conversation] = &[
    &["Lunch?", "12:15?", "+Or are you at {town} today?", "I am here. Downstairs in ten."],
    &[
        "Do you have a minute?",
        "For you two",
        "Can you look at the note before I send it?",
        "Reads well. I would drop the last sentence.",
        "Dropped, thanks!",
    ],
    &["Thanks for yesterday", "Any time", "I mean it, that saved the whole week"],
    &["Are you coming {day}?", "If the trains run", "They never do", "Then by bike 🚲"],
    &[
        "How was the trip?",
        "Long. But {town} is lovely.",
        "Pictures?",
        "{n} of the same bridge",
        "Exactly what I hoped for",
    ],
    &["Did you see the message from {shop}?", "Not yet", "Read it before {time}", "Oh no.", "Exactly."],
    &["I owe you a coffee", "Two, actually", "+I keep a list", "Of course you do"],
    &["Is {name} in today?", "From home, call instead", "Will do"],
    &["Happy birthday! 🎉", "Thank you!!", "Big plans?", "A nap and a pie"],
    &[
        "Could you cover the call at {time}?",
        "Which one?",
        "{shop}, ten minutes, they just want to hear a voice",
        "I have a voice. Done.",
        "You are the best",
    ],
    &[
        "Did the parcel arrive?",
        "This morning, all {n} pieces",
        "And nothing broken?",
        "One box looks like it swam. Inside all dry.",
    ],
    &[
        "Short question about {order}",
        "Shoot",
        "Who approved the discount?",
        "I did, it is in the note",
        "Then all is well.",
    ],
    &["I am five minutes late", "No hurry, the room is taken anyway"],
    &[
        "Can you send me the drawing again?",
        "Sent",
        "+Wait, that was the old one",
        "+Now the right one",
        "Got it 👌",
    ],
    &["Good morning ☀️", "Morning! Ready for {day}?", "Never", "Me neither. It will be great."],
];

/// Russian.
pub(super) const RUSSIAN: &[Conversation] = &[
    &[
        "Доброе утро! Кто сегодня на сварке?",
        "Я, до шести.",
        "Тогда рамы отдаём тебе, их {n} штук.",
        "Справлюсь 💪",
    ],
    &[
        "Привезли трубы, но не тот диаметр",
        "Опять?",
        "Накладная правильная, а трубы нет.",
        "Звоню поставщику.",
    ],
    &["Во сколько автобус?", "В 17:40, как обычно", "Спасибо, тогда успеваю"],
    &["Проверил партию, брака нет", "Совсем?", "Одна царапина, уже закрасили.", "Отлично!"],
    &["Кто забыл перчатки у станка?", "Мои! Сейчас заберу", "Они в красном ящике"],
    &["С праздником всех!", "Спасибо, и тебя!", "Пирог в комнате отдыха 🥧"],
];

/// Japanese and Chinese.
pub(super) const JAPANESE: &[Conversation] = &[
    &[
        "おはようございます。ホテルの予約が取れました",
        "ありがとうございます！駅から近いですか",
        "歩いて五分です",
        "+朝食つきです 🍙",
    ],
    &["会議の資料を送りました", "確認します", "三ページ目の写真を差し替えました", "きれいですね"],
    &["工場見学は何時からですか", "午後一時からです", "英語の通訳もいます", "助かります"],
    &["样品什么时候到？", "星期四上午", "好的，我在仓库等", "辛苦了！"],
    &[
        "I found the noodle place again 🍜",
        "The one behind the station?",
        "Yes. The owner remembers our bikes.",
        "すごい",
    ],
];

/// Posts for everybody.
pub(super) const NEWS: &[Conversation] = &[
    &[
        "[B]{n} {bike} for {town}[/B]\nOur biggest fleet this year is on its way. Thank you, workshop, wholesale and everybody who carried boxes.",
    ],
    &["The showroom opens an hour later {day}, at {time}. Dealers have been told."],
    &["[B]New on the shelf:[/B] the {bike} in {colour}. Come down and touch it."],
    &["Welcome to the three colleagues who start {day}! Say hello when you meet them on the stairs."],
    &["We were in the [URL=https://hollowbrook.example/press]local paper[/URL]. Page {n}, with picture."],
    &["Holiday plan for the summer is open until {day}. First come, first served, families first of all."],
    &[
        "Results of the survey: {n} answers, most of you want quieter drills and better tea. We start with the tea.",
    ],
];

/// Notes to oneself.
pub(super) const NOTES: &[Conversation] = &[
    &["Call {shop} back {day}"],
    &["Ideas for the fair: a wall of bells, one from each year"],
    &["Order {order}: ask about the rack"],
    &["Read: [URL]https://hollowbrook.example/handbook/paint[/URL]"],
    &["Gift for {name}"],
    &["{time} dentist, {day}"],
];
