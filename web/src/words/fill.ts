// Filling words: `{name}` by a value, `{count: one|few|many}` by the number and the form that goes with it.

/** The order in which forms are written. */
const FORMS: Intl.LDMLPluralRule[] = ['one', 'few', 'many', 'other'];

export function fill(words: string, values: Record<string, string | number>, locale: string): string {
  return words.replace(/\{(\w+)(?:: ([^}]*))?\}/g, (whole, name: string, forms: string | undefined) => {
    const value = values[name];
    if (value === undefined) return whole;
    if (!forms) return String(value);
    const written = forms.split('|');
    const rule = new Intl.PluralRules(locale).select(Number(value));
    const place = written.length === 2 ? Number(rule !== 'one') : Math.min(FORMS.indexOf(rule), written.length - 1);
    return `${new Intl.NumberFormat(locale).format(Number(value))} ${written[place] ?? ''}`;
  });
}
