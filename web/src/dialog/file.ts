// Files as messages show them: their size in words, and how large a picture is drawn.

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

/** The largest that a picture is drawn in a message. */
const WIDEST = 320;
const HIGHEST = 260;

/** How large a picture is drawn, so that its place is known before it comes. */
export function shownSize(image: { width: number; height: number } | false): { width: number; height: number } {
  if (!image || image.width <= 0 || image.height <= 0) return { width: WIDEST, height: HIGHEST };
  const share = Math.min(1, WIDEST / image.width, HIGHEST / image.height);
  return { width: Math.max(1, Math.round(image.width * share)), height: Math.max(1, Math.round(image.height * share)) };
}

/** A file's bytes as base64; empty if the browser cannot read them. */
export function base64Of(file: File): Promise<string> {
  return new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result).split(',', 2)[1] ?? '');
    reader.onerror = () => done('');
    reader.readAsDataURL(file);
  });
}
