import { type KeyboardEvent, type PointerEvent, useState } from 'react';
import type { Box } from './plot';
import type { Range } from './series';

const MIN_DRAG_PX = 6;
/** Deeper than this a plot shows nothing but one value. */
const MIN_STEPS_SHOWN = 8;

export interface AxisView {
  /** What of the axis is shown. */
  readonly range: Range;
  readonly isZoomed: boolean;
  readonly cursor: number | undefined;
  /** Pixels of a zoom being dragged. */
  readonly selection: { from: number; to: number } | undefined;
  showAll(): void;
  readonly pointer: {
    onPointerDown(event: PointerEvent): void;
    onPointerMove(event: PointerEvent): void;
    onPointerUp(event: PointerEvent): void;
    onPointerLeave(): void;
    onDoubleClick(): void;
  };
  /** Whether the key was one of ours. */
  onKey(event: KeyboardEvent): boolean;
}

/**
 * Cursor and zoom on a horizontal axis, by pointer (drag, double click) and by keyboard (arrows, plus, minus, 0). Both
 * are drawn above the canvas, so that moving them redraws nothing.
 */
export function useAxisView(whole: Range, box: Box, step: number): AxisView {
  const [zoom, setZoom] = useState<Range>();
  const [cursor, setCursor] = useState<number>();
  const [drag, setDrag] = useState<{ from: number; to: number }>();
  // a zoom of other data may lie beside these
  const range = zoom && zoom.from < whole.to && zoom.to > whole.from ? zoom : whole;
  const span = range.to - range.from;
  const at = (x: number) => range.from + (Math.min(Math.max(x - box.left, 0), box.width) / box.width) * span;
  const offset = (event: PointerEvent) => event.clientX - event.currentTarget.getBoundingClientRect().left;
  const isDragged = drag !== undefined && Math.abs(drag.to - drag.from) > MIN_DRAG_PX;
  const zoomTo = (from: number, to: number) => {
    if (to - from < MIN_STEPS_SHOWN * step) return;
    setZoom(
      from <= whole.from && to >= whole.to
        ? undefined
        : { from: Math.max(whole.from, from), to: Math.min(whole.to, to) },
    );
  };

  const onKey = (event: KeyboardEvent): boolean => {
    const middle = cursor ?? range.from + span / 2;
    const scaled = (factor: number) =>
      zoomTo(middle - (middle - range.from) * factor, middle + (range.to - middle) * factor);
    const move = Math.max(span / 200, step);
    const actions: Record<string, () => void> = {
      ArrowLeft: () => setCursor(Math.max(range.from, middle - move)),
      ArrowRight: () => setCursor(Math.min(range.to, middle + move)),
      '+': () => scaled(0.5),
      '-': () => scaled(2),
      '0': () => setZoom(undefined),
      Escape: () => setCursor(undefined),
    };
    const action = actions[event.key];
    if (!action) return false;
    event.preventDefault();
    action();
    return true;
  };

  return {
    range,
    isZoomed: range !== whole,
    cursor,
    selection: isDragged ? { from: Math.min(drag.from, drag.to), to: Math.max(drag.from, drag.to) } : undefined,
    showAll: () => setZoom(undefined),
    onKey,
    pointer: {
      onPointerDown: (event) => setDrag({ from: offset(event), to: offset(event) }),
      onPointerMove: (event) => {
        const x = offset(event);
        setCursor(at(x));
        if (drag) setDrag({ ...drag, to: x });
      },
      onPointerUp: () => {
        if (isDragged) zoomTo(at(Math.min(drag.from, drag.to)), at(Math.max(drag.from, drag.to)));
        setDrag(undefined);
      },
      onPointerLeave: () => {
        setCursor(undefined);
        setDrag(undefined);
      },
      onDoubleClick: () => setZoom(undefined),
    },
  };
}
