//! Conversations (see [`super::talk`]) in which one side asks and the other answers, and what bots and the portal tell by themselves.

use super::talk::Conversation;

/// A customer in an open line.
pub(super) const CUSTOMER: &[Conversation] = &[
    &[
        "<Hello, my order {order} has not arrived",
        ">Hello! Let me look, one moment please.",
        ">It left us on {day}, the carrier has it in {town}.",
        "<Ah, good. Thank you!",
        ">You are welcome. Have a good ride 🚲",
    ],
    &[
        "<Does the {bike} fit somebody of 1.58 m?",
        ">Yes, in size S. The saddle goes down to 74 cm.",
        "<And can I try it?",
        ">Gladly, the showroom is open until {time}.",
    ],
    &[
        "<The bell broke after a week :(",
        ">I am sorry! We send you a new one today.",
        "<That was quick",
        ">It should ring for years, really.",
    ],
    &[
        "<hi",
        ">Hello, how can we help?",
        "<do you ship to {town}?",
        ">We do, in three to five days.",
        "<great",
    ],
    &[
        "<I need {n} bikes for our couriers. Whom do I talk to?",
        ">To wholesale, I connect you.",
        ">Hello, wholesale here. Heron or Magpie?",
        "<Cargo, if the box holds 80 kg",
        ">It holds a hundred.",
        "<Send me an offer then, please.",
    ],
    &[
        "<The light flickers when I brake",
        ">That sounds like a loose cable behind the fork. Could you send a picture?",
        "<Here",
        ">Yes, exactly. The small clip must click.",
        "<It clicks! It works!",
        ">Wonderful.",
    ],
    &[
        "<Can I still change the colour of {order}?",
        ">Until tomorrow noon. Which one would you like?",
        "<{colour}",
        ">Changed. You get a mail.",
    ],
    &[
        "<What does a yearly service cost?",
        ">Included in the first year, then 79.",
        "<Fair. I come {day}.",
        ">At {time} there is a free place, shall I take it?",
        "<Yes please",
    ],
];

/// A customer who writes Russian.
pub(super) const RUSSIAN_CUSTOMER: &[Conversation] = &[
    &[
        "<Здравствуйте! Есть ли модель {bike} в зелёном?",
        ">Здравствуйте! Да, осталось две.",
        "<Отложите одну, пожалуйста",
        ">Готово, номер {order}.",
    ],
    &[
        "<Когда приедет мой заказ {order}?",
        ">В четверг, курьер позвонит.",
        "<Отлично, жду",
        ">Хорошей поездки! 🚲",
    ],
    &["<Какой срок гарантии на раму?", ">Десять лет.", "<А на фару?", ">Два года."],
    &["<Можно ли приехать на осмотр без записи?", ">Можно до {time}, потом мы закрыты.", "<Спасибо!"],
];

/// A customer who writes Chinese.
pub(super) const CHINESE_CUSTOMER: &[Conversation] = &[
    &["<請問可以寄到台灣嗎？", ">可以，運費請看網站。", "<謝謝！"],
    &["<訂單 {order} 什麼時候到？", ">大約五天。", "<好的，沒問題"],
    &["<這個顏色還有嗎？", ">還有三輛。", "<我要一輛 😊", ">已經幫您保留了。"],
    &["<鈴鐺壞了怎麼辦？", ">很抱歉，我們寄一個新的給您。", "<太好了，謝謝"],
];

/// A colleague and the assistant.
pub(super) const ASSISTANT: &[Conversation] = &[
    &[
        "<Write a short reminder about the stocktaking {day}",
        ">Here you are:\n[I]Dear all, stocktaking is {day} at {time}. One person from each bench is enough. Thank you![/I]",
        "<Friendlier please",
        ">[I]Hello everybody! {day} at {time} we count what we have. One of each bench helps, cake helps all.[/I]",
        "<Perfect",
    ],
    &[
        "<How many spokes has a {bike}?",
        ">A wheel of the {bike} has 32 spokes, so a bicycle has 64.",
        "<And weight of one?",
        ">About 7 grams for stainless steel of 2 mm and 280 mm length.",
    ],
    &[
        "<Translate: The rack holds 25 kg",
        ">Der Gepäckträger trägt 25 kg.\nLe porte-bagages supporte 25 kg.\nКрепление выдерживает 25 кг.",
        "<Thanks",
    ],
    &[
        "<Summarise the chat with {shop}",
        ">[B]In short[/B]\n- they want {n} bicycles\n- delivery before {day}\n- the price is agreed, the shipping is not",
        "<What is open?",
        ">Who pays for the pallets, and whether the manuals come in two languages.",
    ],
    &[
        "<Which formula gives me the gear ratio in a sheet?",
        ">[CODE]=A2/B2*PI()*C2[/CODE]\nA2 is the chainring, B2 the sprocket, C2 the diameter of the wheel.",
        "<You saved my evening",
    ],
];

/// A bot that tells things.
pub(super) const BOT: &[Conversation] = &[
    &[">Lunch {day}: pea soup, {n} portions left. Who is in?", "<me", ">Noted 🥣"],
    &[">Stock is low: {part}, {n} left.", "<order 200", ">Sent to purchasing as {order}."],
    &[
        ">Today: curry with rice, or salad with goat cheese.",
        "<curry",
        ">Curry it is. {time} at the counter.",
    ],
    &[
        "<help",
        ">I know [SEND=lunch]lunch[/SEND], [SEND=stock]stock[/SEND] and [PUT=remind me ]remind me[/PUT].",
    ],
    &[">Reminder: {part} for {order} are due {day}."],
];

/// What the portal notifies of.
pub(super) const NOTICES: &[Conversation] = &[
    &[">{name} liked your message"],
    &[">{name} mentioned you in a chat"],
    &[">The task \"Check the {part}\" is due {day}"],
    &[">{name} invites you to a meeting {day} at {time}"],
];
