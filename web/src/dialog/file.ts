// Sizes of files in words.

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

export function sizeOf(bytes: number, locale: string): string {
  let size = Math.max(0, bytes);
  let place = 0;
  while (size >= 1000 && place < UNITS.length - 1) {
    size /= 1000;
    place += 1;
  }
  const options = { style: 'unit', unit: UNITS[place], unitDisplay: 'short', maximumFractionDigits: size < 10 && place ? 1 : 0 } as const;
  return new Intl.NumberFormat(locale, options).format(size);
}
