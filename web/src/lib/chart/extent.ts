export interface Extent {
  left: number;
  right: number;
  bottom: number;
  top: number;
}

/** The box around all points; undefined when there are none. */
export function extent(points: Iterable<{ x: number; y: number }>): Extent | undefined {
  const box: Extent = { left: Infinity, right: -Infinity, bottom: Infinity, top: -Infinity };
  for (const { x, y } of points) {
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.bottom = Math.min(box.bottom, y);
    box.top = Math.max(box.top, y);
  }
  return box.left > box.right ? undefined : box;
}
