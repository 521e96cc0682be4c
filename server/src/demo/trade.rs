//! What colleagues say about their work, spoken as [`super::talk`] tells.

use super::talk::Conversation;

/// Making bicycles.
pub(super) const WORKSHOP: &[Conversation] = &[
    &[
        "Are the {part} here yet?",
        "Half of them. The rest come {day}.",
        "Then I start with the {bike} frames and leave the others.",
        "Good. {n} are ready by the door.",
        "+And please sign the sheet this time 🙂",
    ],
    &[
        "Line two stands still, the jig is loose again",
        "On my way",
        "Second time this week",
        "It needs a new bolt, not more glue.",
        "Found one. Running again in ten minutes.",
        "👍",
    ],
    &[
        "Who took the torque wrench from bench 4?",
        "Not me",
        "It hangs in the frame lab, I saw it at {time}.",
        "Thanks. We really need a second one.",
    ],
    &[
        "{n} {bike} boxed and labelled",
        "Which pallet?",
        "The one next to the ramp. Labels face out.",
        "Picking them up at {time}.",
    ],
    &[
        "Wheel truing took longer today, the new {part} are a touch wider",
        "How much wider?",
        "0.4 mm, within tolerance but you feel it.",
        "I write to the supplier.",
        "+Keep two of them as samples, please.",
    ],
    &["Can we swap shifts {day}? Dentist.", "Sure, take mine.", "You are a hero"],
    &[
        "First {bike} in {colour} is out of the oven",
        "And?",
        "Beautiful. Two tiny runs under the bottom bracket, nobody will ever see them.",
        "I will see them.",
        "Then we spray that one again.",
    ],
    &[
        "The compressor is loud since this morning",
        "Bearing?",
        "Sounds like it. I switched to the small one.",
        "Service comes {day} at {time}.",
    ],
    &[
        "We are {n} frames ahead of plan",
        "Say that again?",
        "{n} frames ahead. I counted twice.",
        "Cake {day}, I am paying 🎂",
    ],
    &[
        "Order {order} wants the rack in black, the sheet says silver",
        "Black is right, the customer called.",
        "Then somebody change the sheet please.",
        "Done.",
    ],
    &[
        "Gloves size 9 are out",
        "Ordered, {day} at the latest.",
        "I have a spare box in my locker, take those.",
    ],
    &[
        "Test ride on the {bike}: front brake squeals when wet",
        "Pads or disc?",
        "Pads. The organic ones are quiet.",
        "Then organic for the whole batch.",
        "{name}, can you change the list?",
        "Changed.",
    ],
    &[
        "Stand-up in five",
        "Coming",
        "Two minutes, washing my hands",
        "Bench 3 is not finished, I stay there",
        "Fine, I tell you after.",
    ],
    &[
        "How many {part} do we need for {day}?",
        "{n} plus spares.",
        "We have {n}.",
        "Close enough, I make a list of what is missing.",
    ],
    &["The new apprentice built his first wheel alone", "Straight?", "Straighter than mine 😅", "Bravo!"],
    &[
        "Reminder: stocktaking {day} from {time}",
        "All of us?",
        "One from each bench is enough.",
        "I can do it.",
    ],
    &[
        "Somebody parked a pallet in front of the fire door",
        "Moved it.",
        "Thank you. Please, never again, they check that.",
    ],
    &[
        "Serial numbers of the last {n} {bike} are missing in the list",
        "I have them on paper, I type them in after lunch.",
        "Perfect.",
    ],
];

/// Shapes and colours.
pub(super) const DESIGN: &[Conversation] = &[
    &[
        "Here is {colour} next to the old one",
        "The left one is warmer",
        "It looks tired on the fork",
        "Matt or gloss?",
        "Satin. Matt shows every finger.",
    ],
    &[
        "The cable exit on the {bike} is 3 mm too low",
        "It touches the crown when you turn",
        "New drawing {day}",
        "Print one first, please, I want to hold it.",
    ],
    &["Logo on the down tube: 92 or 96 mm?", "92", "96", "We tried both, 92 sits calmer", "92 it is."],
    &[
        "Can we lose the second bolt on the seat clamp?",
        "Only if the tube grows a wall",
        "+40 g more",
        "Then two bolts, but smaller.",
    ],
    &[
        "I put the sketches on the wall",
        "The third one, by far",
        "It is the most expensive one",
        "It always is",
    ],
    &[
        "User test with {n} riders: nobody found the lock lever",
        "Nobody?",
        "One, by accident",
        "It needs a colour.",
        "{colour}!",
    ],
    &[
        "Does the {bike} still fit the small box?",
        "With the pedals off, yes",
        "And the bars turned",
        "Draw that for the manual, {name}?",
        "On it.",
    ],
    &["Headlight bracket v{n}", "You made {n} of those?", "Some were terrible", "This one is good. Ship it."],
    &[
        "Photos from {town} are sorted",
        "The rainy ones are the best",
        "Nobody sells bikes with rain",
        "We do. Mudguards. 🌧",
    ],
];

/// Dealers, deals and fairs.
pub(super) const SALES: &[Conversation] = &[
    &[
        "{shop} wants {n} {bike} before the summer",
        "Do we have them?",
        "If the workshop keeps its pace",
        "I ask.",
        "They say yes, end of the month.",
    ],
    &[
        "Price list for {town} is out",
        "With the new shipping?",
        "With the new shipping, valid from {day}.",
        "Thanks, sending it on.",
    ],
    &["Call with {shop} moved to {time}", "Who joins?", "You, me and wholesale", "Fine."],
    &[
        "They ask for 60 days again",
        "We give 30",
        "And for the second order 45?",
        "45 if they take the cargo bikes too.",
    ],
    &["Window at {shop} looks great", "Picture?", "Wait, the tram is in it", "+Now."],
    &[
        "Returns this month: {n}",
        "Fewer than last month",
        "Mostly wrong size",
        "Then the size guide needs a second look.",
    ],
    &[
        "Newsletter goes out {day}",
        "Subject line?",
        "\"Your next commute has two wheels\"",
        "Good. Short. I like it.",
    ],
    &[
        "We won {town}!",
        "The whole fleet?",
        "All {n} of them, with service",
        "🎉🎉🎉",
        "Wonderful, congratulations!",
    ],
    &[
        "Can I promise delivery for {day}?",
        "For {order}? Yes",
        "And for the one after?",
        "Promise the week, not the day.",
    ],
    &["Competitor has a folding bike now", "Seen it. 17 kg.", "Ouch", "Nothing to fear then."],
];

/// Computers.
pub(super) const MACHINES: &[Conversation] = &[
    &[
        "The scanner in the warehouse does not find the network",
        "Switch it off and on",
        "Did that. Twice.",
        "Then it is the access point, give me ten minutes",
        "Works again, thanks",
    ],
    &["Backup of last night: fine, 214 GB", "And the restore test?", "Also fine. {n} minutes."],
    &[
        "I cannot open the drawing from {day}",
        "Which program?",
        "The viewer says the file is too new",
        "Update waits in the menu, click it",
        "That was easy.",
    ],
    &[
        "Certificate of the shop expires {day}",
        "Renewed. Please look once.",
        "Green lock, good until next year",
    ],
    &["Who needs the second monitor at desk {n}?", "Me!", "Take it, the cable is in the drawer."],
    &[
        "Short maintenance at {time}, five minutes",
        "Can it wait until I sent the offers?",
        "Of course, tell me when.",
        "Now.",
        "And done.",
    ],
    &[
        "Deployed 2.{n} to the shop",
        "Cart looks right",
        "Search feels faster",
        "It is. The index is half the size.",
    ],
    &[
        "Strange mail about a parcel, do not click it",
        "Too late?",
        "Change your password now and call me",
        "Changed. Calling.",
    ],
];

/// Money and contracts.
pub(super) const MONEY: &[Conversation] = &[
    &["Invoice {order} is paid", "At last", "Only {n} days late", "They did send flowers once."],
    &[
        "Travel receipts until {day}, please",
        "Mine are in the folder",
        "The one from {town} has no date",
        "It is on the back.",
    ],
    &[
        "Budget for the fair: do we stay under?",
        "By a hair",
        "With or without the van?",
        "Without. The van is ours.",
    ],
    &[
        "The bank asks for the contract with {shop}",
        "Legal has the signed one",
        "Sent it, page 4 is the interesting one",
    ],
    &[
        "Steel goes up {n} per cent",
        "From when?",
        "{day}, but our contract runs until autumn",
        "Good that we signed.",
    ],
    &[
        "Closing the month {day} at {time}",
        "Everything from sales is in",
        "Wholesale too",
        "Then I press the button 🟢",
    ],
];

/// A task's own chat.
pub(super) const TASK: &[Conversation] = &[
    &[
        "Started. First part done by {day}.",
        "Great, write here when something blocks you.",
        "Nothing so far.",
    ],
    &["Do we have the numbers for {town}?", "In the attachment above", "Found them."],
    &["I moved the deadline to {day}", "Fine by me", "Then I plan the rest of the week around it"],
    &["Checked. Two small remarks, otherwise ready.", "Fixed both.", "Then close it, please."],
    &["Who accepts the result?", "{name} does", "I look at it at {time}."],
];
