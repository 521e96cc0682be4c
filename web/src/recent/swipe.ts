// A finger that pushes a row aside.

/** How far, in px, before it means something. */
const FAR = 90;

export function useSwipe(done: (id: string, to: 'left' | 'right') => void) {
  let row: HTMLElement | null = null;
  let from = { x: 0, y: 0 };
  let moved = 0;

  function reset() {
    if (row) row.style.transform = '';
    row = null;
    moved = 0;
  }

  return {
    pointerdown: (event: PointerEvent) => {
      if (event.pointerType === 'mouse') return;
      row = (event.target as Element).closest<HTMLElement>('li[data-id]');
      from = { x: event.clientX, y: event.clientY };
      moved = 0;
    },
    pointermove: (event: PointerEvent) => {
      if (!row) return;
      const across = event.clientX - from.x;
      if (moved === 0 && Math.abs(event.clientY - from.y) > 12) return reset();
      if (Math.abs(across) < 12) return;
      moved = across;
      row.style.transform = `translateX(${Math.max(-140, Math.min(140, across))}px)`;
    },
    pointerup: () => {
      const id = row?.dataset.id;
      const far = moved;
      reset();
      if (id && Math.abs(far) > FAR) done(id, far < 0 ? 'left' : 'right');
    },
    pointercancel: reset,
  };
}
