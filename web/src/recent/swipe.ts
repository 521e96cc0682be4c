// A finger that pushes a row aside. While it is held, the row shows what it will do.

/** How far, in px, before it means something, and how far a row goes. */
const FAR = 90;
const FARTHEST = 140;

export function useSwipe(done: (id: string, to: 'left' | 'right') => void) {
  let row: HTMLElement | null = null;
  let from = { x: 0, y: 0 };
  let moved = 0;

  function show(across: number) {
    const face = row?.querySelector<HTMLElement>('.open');
    if (!row || !face) return;
    face.style.transform = across ? `translateX(${Math.max(-FARTHEST, Math.min(FARTHEST, across))}px)` : '';
    if (across) row.dataset.swipe = across < 0 ? 'left' : 'right';
    else delete row.dataset.swipe;
    row.toggleAttribute('data-far', Math.abs(across) > FAR);
  }

  function reset() {
    show(0);
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
      show(across);
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
