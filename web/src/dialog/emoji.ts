// The emoji that are offered.

export const EMOJI = [
  ...'😀😄😁😂🙂😉😊😍😘😎🤔🤨😐🙄😏😴😢😭😡😱🤯🥳🤝👍👎👌🙏👏💪👋🤞✌️❤️💔🔥✨⭐🎉🎂🎁☕🍕🍺🚲🚗✈️🏠💡📌📎📅✅❌❗❓⏰🔧🔔💬🚀'.match(/\p{Extended_Pictographic}\uFE0F?/gu) ?? [],
];
