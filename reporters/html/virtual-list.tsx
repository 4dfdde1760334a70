/** A list of rows of which only the visible ones exist; the arrow keys move the selection, Enter opens it. */
import type { ComponentChild } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';

interface Props<T> {
  readonly label: string;
  readonly items: readonly T[];
  /** Distinguishes the item from all others. */
  readonly keyOf: (item: T) => string | number;
  /** Pixels of a row. */
  readonly heightOf: (item: T) => number;
  /** The item that is open. */
  readonly chosen: T | undefined;
  readonly onChoose: (item: T) => void;
  readonly row: (item: T) => ComponentChild;
}

/** Rows beyond the edges, so that scrolling shows no gaps. */
const MARGIN = 8;

export function VirtualList<T>({ label, items, keyOf, heightOf, chosen, onChoose, row }: Props<T>) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, size: 800 });
  const [at, setAt] = useState(0);
  const look = () => {
    const { current } = box;
    if (current) setView({ top: current.scrollTop, size: current.clientHeight });
  };
  useLayoutEffect(look, []);
  // Where the window is narrow an open case hides the list, which then has no height.
  useEffect(() => {
    const observer = new ResizeObserver(look);
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => setAt(Math.max(0, chosen === undefined ? 0 : items.indexOf(chosen))), [items, chosen]);
  const tops = useMemo(() => addHeights(items.map(heightOf)), [items]);
  const first = Math.max(0, findRow(tops, view.top) - MARGIN);
  const last = Math.min(items.length, findRow(tops, view.top + view.size) + 1 + MARGIN);
  const move = (next: number) => {
    const to = Math.min(items.length - 1, Math.max(0, next));
    setAt(to);
    reveal(box.current, tops[to]!, tops[to + 1]!);
  };
  /** The row that is a window further. */
  const turn = (by: number) => findRow(tops, tops[at]! + by * view.size);
  const keys: Readonly<Record<string, () => void>> = {
    ArrowDown: () => move(at + 1),
    ArrowUp: () => move(at - 1),
    PageDown: () => move(Math.max(at + 1, turn(1) - 1)),
    PageUp: () => move(Math.min(at - 1, turn(-1) + 1)),
    Home: () => move(0),
    End: () => move(items.length - 1),
    Enter: () => items[at] !== undefined && onChoose(items[at]),
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  return (
    <div
      ref={box}
      class="list"
      role="listbox"
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={items[at] === undefined ? undefined : `item-${keyOf(items[at])}`}
      onScroll={look}
      onKeyDown={onKeyDown}
    >
      <div style={{ height: `${tops[items.length]}px`, position: 'relative' }}>
        {items.slice(first, last).map((item, i) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus, aria-activedescendant says where
          // biome-ignore lint/a11y/useKeyWithClickEvents: the list handles keys
          <div
            key={keyOf(item)}
            id={`item-${keyOf(item)}`}
            role="option"
            aria-selected={item === chosen}
            aria-posinset={first + i + 1}
            aria-setsize={items.length}
            class={`item ${first + i === at ? 'at' : ''}`}
            style={{
              position: 'absolute',
              top: `${tops[first + i]}px`,
              height: `${heightOf(item)}px`,
              left: 0,
              right: 0,
            }}
            onClick={() => onChoose(item)}
          >
            {row(item)}
          </div>
        ))}
      </div>
    </div>
  );
}

/** Where each row begins, and at last where all end. */
function addHeights(heights: readonly number[]): Float64Array {
  const tops = new Float64Array(heights.length + 1);
  for (const [i, height] of heights.entries()) tops[i + 1] = tops[i]! + height;
  return tops;
}

/** The row at this pixel, by bisection; the last one for pixels below. */
function findRow(tops: Float64Array, pixel: number): number {
  let [low, high] = [0, Math.max(0, tops.length - 2)];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tops[middle]! <= pixel) low = middle;
    else high = middle - 1;
  }
  return low;
}

function reveal(box: HTMLElement | null, top: number, bottom: number): void {
  if (!box) return;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
}
