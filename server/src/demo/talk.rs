//! What people of the demo portal say: conversations by topic, in the order in which they are spoken.
//!
//! A line that begins with `+` is by whoever spoke before, with `<` by the one who asks and `>` by those who answer;
//! any other by somebody else than before. Words in braces are filled in by [`fill`].

use super::chance::Chance;

/// One conversation, line after line.
pub(super) type Conversation = &'static [&'static str];

/// What a chat is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    /// Making bicycles.
    Workshop,
    /// Life in the building.
    Office,
    /// Shapes and colours.
    Design,
    /// Dealers, deals and fairs.
    Sales,
    /// Computers.
    Machines,
    /// Money and contracts.
    Money,
    /// Two colleagues who like each other.
    Friends,
    /// Russian.
    Russian,
    /// Japanese and Chinese.
    Japanese,
    /// A task's own chat.
    Task,
    /// Posts for everybody.
    News,
    /// A customer and those who help.
    Customer,
    /// A colleague and the assistant.
    Assistant,
    /// A bot that tells things.
    Bot,
    /// Notes to oneself.
    Notes,
    /// What the portal notifies of.
    Notices,
}

impl Topic {
    /// Its conversations.
    pub fn conversations(self) -> &'static [Conversation] {
        match self {
            Self::Workshop => WORKSHOP,
            Self::Office => OFFICE,
            Self::Design => DESIGN,
            Self::Sales => SALES,
            Self::Machines => MACHINES,
            Self::Money => MONEY,
            Self::Friends => FRIENDS,
            Self::Russian => RUSSIAN,
            Self::Japanese => JAPANESE,
            Self::Task => TASK,
            Self::News => NEWS,
            Self::Customer => super::errand::CUSTOMER,
            Self::Assistant => super::errand::ASSISTANT,
            Self::Bot => super::errand::BOT,
            Self::Notes => NOTES,
            Self::Notices => super::errand::NOTICES,
        }
    }
}

/// Words for the braces.
const WORDS: [(&str, &[&str]); 7] = [
    ("{part}", &["rear hubs", "brake levers", "fork crowns", "saddles", "chain guards", "spokes", "bottom brackets",
        "mudguards", "dynamo lights", "pedals", "rims", "cable ties"]),
    ("{bike}", &["Heron", "Wren", "Magpie Cargo", "Swift 3", "Kingfisher", "Wren Junior", "Heron Step-through"]),
    ("{day}", &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "tomorrow", "next week"]),
    ("{town}", &["Wexley", "Harrow Mill", "Stonebridge", "Portside", "Velora", "Lower Ashby", "Tern Bay"]),
    ("{colour}", &["moss green", "signal red", "oyster", "night blue", "mustard", "the new grey", "raw steel"]),
    ("{shop}", &["Wheel & Barrow", "Cogsworthy", "the Portside shop", "Spoke & Sons", "Velo Tern", "Mill Lane Cycles"]),
    ("{time}", &["9:30", "10:00", "11:15", "13:00", "14:30", "15:45", "16:00", "17:20"]),
];

/// Fills the braces of a line; `{name}` becomes `name`.
pub(super) fn fill(line: &str, name: &str, chance: &mut Chance) -> String {
    let mut text = line.to_owned();
    if !text.contains('{') {
        return text;
    }
    for (slot, words) in WORDS {
        if text.contains(slot) {
            text = text.replace(slot, chance.word(words));
        }
    }
    if text.contains("{n}") {
        text = text.replace("{n}", &chance.between(3, 48).to_string());
    }
    if text.contains("{order}") {
        text = text.replace("{order}", &format!("HB-{}", chance.between(20_100, 28_900)));
    }
    text.replace("{name}", name)
}

const WORKSHOP: &[Conversation] = &[
    &["Are the {part} here yet?", "Half of them. The rest come {day}.", "Then I start with the {bike} frames and leave the others.",
        "Good. {n} are ready by the door.", "+And please sign the sheet this time 🙂"],
    &["Line two stands still, the jig is loose again", "On my way", "Second time this week", "It needs a new bolt, not more glue.",
        "Found one. Running again in ten minutes.", "👍"],
    &["Who took the torque wrench from bench 4?", "Not me", "It hangs in the frame lab, I saw it at {time}.",
        "Thanks. We really need a second one."],
    &["{n} {bike} boxed and labelled", "Which pallet?", "The one next to the ramp. Labels face out.", "Picking them up at {time}."],
    &["Wheel truing took longer today, the new {part} are a touch wider", "How much wider?", "0.4 mm, within tolerance but you feel it.",
        "I write to the supplier.", "+Keep two of them as samples, please."],
    &["Can we swap shifts {day}? Dentist.", "Sure, take mine.", "You are a hero"],
    &["First {bike} in {colour} is out of the oven", "And?", "Beautiful. Two tiny runs under the bottom bracket, nobody will ever see them.",
        "I will see them.", "Then we spray that one again."],
    &["The compressor is loud since this morning", "Bearing?", "Sounds like it. I switched to the small one.", "Service comes {day} at {time}."],
    &["We are {n} frames ahead of plan", "Say that again?", "{n} frames ahead. I counted twice.", "Cake {day}, I am paying 🎂"],
    &["Order {order} wants the rack in black, the sheet says silver", "Black is right, the customer called.", "Then somebody change the sheet please.",
        "Done."],
    &["Gloves size 9 are out", "Ordered, {day} at the latest.", "I have a spare box in my locker, take those."],
    &["Test ride on the {bike}: front brake squeals when wet", "Pads or disc?", "Pads. The organic ones are quiet.",
        "Then organic for the whole batch.", "{name}, can you change the list?", "Changed."],
    &["Stand-up in five", "Coming", "Two minutes, washing my hands", "Bench 3 is not finished, I stay there", "Fine, I tell you after."],
    &["How many {part} do we need for {day}?", "{n} plus spares.", "We have {n}.", "Close enough, I make a list of what is missing."],
    &["The new apprentice built his first wheel alone", "Straight?", "Straighter than mine 😅", "Bravo!"],
    &["Reminder: stocktaking {day} from {time}", "All of us?", "One from each bench is enough.", "I can do it."],
    &["Somebody parked a pallet in front of the fire door", "Moved it.", "Thank you. Please, never again, they check that."],
    &["Serial numbers of the last {n} {bike} are missing in the list", "I have them on paper, I type them in after lunch.", "Perfect."],
];

const OFFICE: &[Conversation] = &[
    &["The lift is stuck between two and three", "Anybody inside?", "Only the post.", "Technician is here at {time}."],
    &["Who is in {day}?", "Me", "Me too", "Home, but reachable", "In the office from {time}."],
    &["There is cake in the kitchen", "What is the occasion?", "None. There is just cake.", "Best kind 🍰", "Gone. Thank you all."],
    &["Lost: grey umbrella with a wooden handle", "There is one at reception", "That is the one, thanks!"],
    &["Heating on the first floor is off", "Again?", "They replace the valve {day}.", "I work in my coat then."],
    &["Please book the big meeting room in the calendar, do not just walk in", "That was me, sorry", "No harm done."],
    &["Printer by the stairs prints everything in pink", "Ink is ordered", "I rather like it", "+Invoices look friendly for once"],
    &["Anyone driving to {town} {day}?", "I am, leaving at {time}", "Room for a folding bike and me?", "For both."],
    &["Fire drill {day} at {time}", "Meeting point is the bicycle shed as always?", "Yes. And no, you cannot stay at your desk."],
    &["The window cleaners come {day}, please clear the sills", "Even the plants?", "Especially the plants. 🌵"],
    &["Visitors from {town} at {time}, twelve people", "Coffee for twelve then", "And helmets, they want to ride", "Helmets are in the showroom."],
    &["New door code from {day} on, you find it in your mail", "The old one was easier", "That was the problem."],
    &["First-aid course has {n} places left", "I am in", "Me too", "Is it in English?", "Yes, and there are sandwiches."],
    &["The bike shed is full", "A luxury problem for us", "Two of them have not moved since winter", "Then they become parts 😈"],
];

const DESIGN: &[Conversation] = &[
    &["Here is {colour} next to the old one", "The left one is warmer", "It looks tired on the fork", "Matt or gloss?", "Satin. Matt shows every finger."],
    &["The cable exit on the {bike} is 3 mm too low", "It touches the crown when you turn", "New drawing {day}", "Print one first, please, I want to hold it."],
    &["Logo on the down tube: 92 or 96 mm?", "92", "96", "We tried both, 92 sits calmer", "92 it is."],
    &["Can we lose the second bolt on the seat clamp?", "Only if the tube grows a wall", "+40 g more", "Then two bolts, but smaller."],
    &["I put the sketches on the wall", "The third one, by far", "It is the most expensive one", "It always is"],
    &["User test with {n} riders: nobody found the lock lever", "Nobody?", "One, by accident", "It needs a colour.", "{colour}!"],
    &["Does the {bike} still fit the small box?", "With the pedals off, yes", "And the bars turned", "Draw that for the manual, {name}?", "On it."],
    &["Headlight bracket v{n}", "You made {n} of those?", "Some were terrible", "This one is good. Ship it."],
    &["Photos from {town} are sorted", "The rainy ones are the best", "Nobody sells bikes with rain", "We do. Mudguards. 🌧"],
];

const SALES: &[Conversation] = &[
    &["{shop} wants {n} {bike} before the summer", "Do we have them?", "If the workshop keeps its pace", "I ask.", "They say yes, end of the month."],
    &["Price list for {town} is out", "With the new shipping?", "With the new shipping, valid from {day}.", "Thanks, sending it on."],
    &["Call with {shop} moved to {time}", "Who joins?", "You, me and wholesale", "Fine."],
    &["They ask for 60 days again", "We give 30", "And for the second order 45?", "45 if they take the cargo bikes too."],
    &["Window at {shop} looks great", "Picture?", "Wait, the tram is in it", "+Now."],
    &["Returns this month: {n}", "Fewer than last month", "Mostly wrong size", "Then the size guide needs a second look."],
    &["Newsletter goes out {day}", "Subject line?", "\"Your next commute has two wheels\"", "Good. Short. I like it."],
    &["We won {town}!", "The whole fleet?", "All {n} of them, with service", "🎉🎉🎉", "Wonderful, congratulations!"],
    &["Can I promise delivery for {day}?", "For {order}? Yes", "And for the one after?", "Promise the week, not the day."],
    &["Competitor has a folding bike now", "Seen it. 17 kg.", "Ouch", "Nothing to fear then."],
];

const MACHINES: &[Conversation] = &[
    &["The scanner in the warehouse does not find the network", "Switch it off and on", "Did that. Twice.", "Then it is the access point, give me ten minutes",
        "Works again, thanks"],
    &["Backup of last night: fine, 214 GB", "And the restore test?", "Also fine. {n} minutes."],
    &["I cannot open the drawing from {day}", "Which program?", "The viewer says the file is too new", "Update waits in the menu, click it", "That was easy."],
    &["Certificate of the shop expires {day}", "Renewed. Please look once.", "Green lock, good until next year"],
    &["Who needs the second monitor at desk {n}?", "Me!", "Take it, the cable is in the drawer."],
    &["Short maintenance at {time}, five minutes", "Can it wait until I sent the offers?", "Of course, tell me when.", "Now.", "And done."],
    &["Deployed 2.{n} to the shop", "Cart looks right", "Search feels faster", "It is. The index is half the size."],
    &["Strange mail about a parcel, do not click it", "Too late?", "Change your password now and call me", "Changed. Calling."],
];

const MONEY: &[Conversation] = &[
    &["Invoice {order} is paid", "At last", "Only {n} days late", "They did send flowers once."],
    &["Travel receipts until {day}, please", "Mine are in the folder", "The one from {town} has no date", "It is on the back."],
    &["Budget for the fair: do we stay under?", "By a hair", "With or without the van?", "Without. The van is ours."],
    &["The bank asks for the contract with {shop}", "Legal has the signed one", "Sent it, page 4 is the interesting one"],
    &["Steel goes up {n} per cent", "From when?", "{day}, but our contract runs until autumn", "Good that we signed."],
    &["Closing the month {day} at {time}", "Everything from sales is in", "Wholesale too", "Then I press the button 🟢"],
];

const FRIENDS: &[Conversation] = &[
    &["Lunch?", "12:15?", "+Or are you at {town} today?", "I am here. Downstairs in ten."],
    &["Do you have a minute?", "For you two", "Can you look at the note before I send it?", "Reads well. I would drop the last sentence.", "Dropped, thanks!"],
    &["Thanks for yesterday", "Any time", "I mean it, that saved the whole week"],
    &["Are you coming {day}?", "If the trains run", "They never do", "Then by bike 🚲"],
    &["How was the trip?", "Long. But {town} is lovely.", "Pictures?", "{n} of the same bridge", "Exactly what I hoped for"],
    &["Did you see the message from {shop}?", "Not yet", "Read it before {time}", "Oh no.", "Exactly."],
    &["I owe you a coffee", "Two, actually", "+I keep a list", "Of course you do"],
    &["Is {name} in today?", "From home, call instead", "Will do"],
    &["Happy birthday! 🎉", "Thank you!!", "Big plans?", "A nap and a pie"],
    &["Could you cover the call at {time}?", "Which one?", "{shop}, ten minutes, they just want to hear a voice", "I have a voice. Done.", "You are the best"],
    &["Did the parcel arrive?", "This morning, all {n} pieces", "And nothing broken?", "One box looks like it swam. Inside all dry."],
    &["Short question about {order}", "Shoot", "Who approved the discount?", "I did, it is in the note", "Then all is well."],
    &["I am five minutes late", "No hurry, the room is taken anyway"],
    &["Can you send me the drawing again?", "Sent", "+Wait, that was the old one", "+Now the right one", "Got it 👌"],
    &["Good morning ☀️", "Morning! Ready for {day}?", "Never", "Me neither. It will be great."],
];

const RUSSIAN: &[Conversation] = &[
    &["Доброе утро! Кто сегодня на сварке?", "Я, до шести.", "Тогда рамы отдаём тебе, их {n} штук.", "Справлюсь 💪"],
    &["Привезли трубы, но не тот диаметр", "Опять?", "Накладная правильная, а трубы нет.", "Звоню поставщику."],
    &["Во сколько автобус?", "В 17:40, как обычно", "Спасибо, тогда успеваю"],
    &["Проверил партию, брака нет", "Совсем?", "Одна царапина, уже закрасили.", "Отлично!"],
    &["Кто забыл перчатки у станка?", "Мои! Сейчас заберу", "Они в красном ящике"],
    &["С праздником всех!", "Спасибо, и тебя!", "Пирог в комнате отдыха 🥧"],
];

const JAPANESE: &[Conversation] = &[
    &["おはようございます。ホテルの予約が取れました", "ありがとうございます！駅から近いですか", "歩いて五分です", "+朝食つきです 🍙"],
    &["会議の資料を送りました", "確認します", "三ページ目の写真を差し替えました", "きれいですね"],
    &["工場見学は何時からですか", "午後一時からです", "英語の通訳もいます", "助かります"],
    &["样品什么时候到？", "星期四上午", "好的，我在仓库等", "辛苦了！"],
    &["I found the noodle place again 🍜", "The one behind the station?", "Yes. The owner remembers our bikes.", "すごい"],
];

const TASK: &[Conversation] = &[
    &["Started. First part done by {day}.", "Great, write here when something blocks you.", "Nothing so far."],
    &["Do we have the numbers for {town}?", "In the attachment above", "Found them."],
    &["I moved the deadline to {day}", "Fine by me", "Then I plan the rest of the week around it"],
    &["Checked. Two small remarks, otherwise ready.", "Fixed both.", "Then close it, please."],
    &["Who accepts the result?", "{name} does", "I look at it at {time}."],
];

const NEWS: &[Conversation] = &[
    &["[B]{n} {bike} for {town}[/B]\nOur biggest fleet this year is on its way. Thank you, workshop, wholesale and everybody who carried boxes."],
    &["The showroom opens an hour later {day}, at {time}. Dealers have been told."],
    &["[B]New on the shelf:[/B] the {bike} in {colour}. Come down and touch it."],
    &["Welcome to the three colleagues who start {day}! Say hello when you meet them on the stairs."],
    &["We were in the [URL=https://hollowbrook.example/press]local paper[/URL]. Page {n}, with picture."],
    &["Holiday plan for the summer is open until {day}. First come, first served, families first of all."],
    &["Results of the survey: {n} answers, most of you want quieter drills and better tea. We start with the tea."],
];

const NOTES: &[Conversation] = &[
    &["Call {shop} back {day}"],
    &["Ideas for the fair: a wall of bells, one from each year"],
    &["Order {order}: ask about the rack"],
    &["Read: [URL]https://hollowbrook.example/handbook/paint[/URL]"],
    &["Gift for {name}"],
    &["{time} dentist, {day}"],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_brace_is_filled() {
        let topics = [
            Topic::Workshop,
            Topic::Office,
            Topic::Design,
            Topic::Sales,
            Topic::Machines,
            Topic::Money,
            Topic::Friends,
            Topic::Russian,
            Topic::Japanese,
            Topic::Task,
            Topic::News,
            Topic::Customer,
            Topic::Assistant,
            Topic::Bot,
            Topic::Notes,
            Topic::Notices,
        ];
        let mut chance = Chance::of(1);
        for line in topics.iter().flat_map(|topic| topic.conversations()).copied().flatten() {
            let text = fill(line, "Carol", &mut chance);
            assert!(!text.contains(['{', '}']), "{text}");
        }
    }
}
