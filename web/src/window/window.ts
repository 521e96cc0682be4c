// Which rows of a long list are drawn. All rows have one height.

export interface Window {
  /** The first row that is drawn, and the one after the last. */
  first: number;
  last: number;
  /** How far below the top the first one stands, in px. */
  offset: number;
  /** How high the whole list is, in px. */
  height: number;
}

/** The rows in sight, and `spare` above and below. */
export function windowOf(scroll: number, sight: number, row: number, count: number, spare: number): Window {
  const height = count * row;
  const top = Math.max(0, Math.min(scroll, height - sight));
  const first = Math.max(0, Math.floor(top / row) - spare);
  const last = Math.min(count, Math.ceil((top + sight) / row) + spare);
  return { first, last, offset: first * row, height };
}

/** Where to scroll so that a row is in sight, moving no further than needed. */
export function scrollTo(place: number, scroll: number, sight: number, row: number): number {
  const top = place * row;
  if (top < scroll) return top;
  return top + row > scroll + sight ? top + row - sight : scroll;
}
