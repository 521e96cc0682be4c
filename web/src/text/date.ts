// Moments in words. `now` is handed in.

const DAY = 86_400_000;

function midnight(of: number): number {
  return new Date(of).setHours(0, 0, 0, 0);
}

/** As short as a list takes it: the hour of today, the day of this week, else the date. */
export function shortDate(at: number, now: number, locale: string): string {
  const days = Math.round((midnight(now) - midnight(at)) / DAY);
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options).format(at);
  if (days <= 0) return format({ hour: '2-digit', minute: '2-digit' });
  if (days < 7) return format({ weekday: 'short' });
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return format(sameYear ? { day: 'numeric', month: 'short' } : { day: 'numeric', month: 'short', year: 'numeric' });
}

/** The hour. */
export function hour(at: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' }).format(at);
}

/** The day, as it stands between messages. */
export function dayName(at: number, now: number, locale: string): string {
  const days = Math.round((midnight(now) - midnight(at)) / DAY);
  if (days === 0 || days === 1) {
    const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(-days, 'day');
    return words.charAt(0).toLocaleUpperCase(locale) + words.slice(1);
  }
  return new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', year: days > 300 ? 'numeric' : undefined }).format(at);
}

/** Whether two moments are on one day. */
export function sameDay(one: number, other: number): boolean {
  return midnight(one) === midnight(other);
}

/** A moment in full, for tooltips. */
export function fullDate(at: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' }).format(at);
}
