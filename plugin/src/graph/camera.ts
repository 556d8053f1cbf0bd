import type { Point } from './model';

/** What of the world is seen: `centre` in the middle of the view, `zoom` CSS pixels per world unit. */
export interface Camera {
  x: number;
  y: number;
  zoom: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Bounds {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export const MIN_ZOOM = 0.005;
export const MAX_ZOOM = 4;
/** A map of three switches is not blown up to fill a wall. */
const MAX_FIT_ZOOM = 1.3;

const clampZoom = (zoom: number): number => Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, zoom));

export const toScreen = (camera: Camera, { width, height }: Size, point: Point): Point => ({
  x: (point.x - camera.x) * camera.zoom + width / 2,
  y: (point.y - camera.y) * camera.zoom + height / 2,
});

export const toWorld = (camera: Camera, { width, height }: Size, point: Point): Point => ({
  x: (point.x - width / 2) / camera.zoom + camera.x,
  y: (point.y - height / 2) / camera.zoom + camera.y,
});

export const panned = (camera: Camera, dx: number, dy: number): Camera => ({
  ...camera,
  x: camera.x - dx / camera.zoom,
  y: camera.y - dy / camera.zoom,
});

/** Zooms so that what lies under `at` stays there. */
export function zoomed(camera: Camera, size: Size, factor: number, at: Point): Camera {
  const zoom = clampZoom(camera.zoom * factor);
  const world = toWorld(camera, size, at);
  return {
    zoom,
    x: world.x - (at.x - size.width / 2) / zoom,
    y: world.y - (at.y - size.height / 2) / zoom,
  };
}

export function boundsOf(points: Iterable<Point>): Bounds | undefined {
  let bounds: Bounds | undefined;
  for (const { x, y } of points) {
    bounds ??= { left: x, right: x, top: y, bottom: y };
    bounds.left = Math.min(bounds.left, x);
    bounds.right = Math.max(bounds.right, x);
    bounds.top = Math.min(bounds.top, y);
    bounds.bottom = Math.max(bounds.bottom, y);
  }
  return bounds;
}

/** The camera that shows all of it; `inset` keeps room (in CSS pixels) for what lies over the map. */
export function fitted(bounds: Bounds | undefined, size: Size, inset: Inset = NO_INSET): Camera {
  if (!bounds || size.width <= 0 || size.height <= 0) return { x: 0, y: 0, zoom: 1 };
  const width = Math.max(40, size.width - inset.left - inset.right);
  const height = Math.max(40, size.height - inset.top - inset.bottom);
  const zoom = clampZoom(
    Math.min(
      width / Math.max(1, bounds.right - bounds.left),
      height / Math.max(1, bounds.bottom - bounds.top),
      MAX_FIT_ZOOM,
    ),
  );
  return {
    zoom,
    x: (bounds.left + bounds.right) / 2 - (inset.left - inset.right) / 2 / zoom,
    y: (bounds.top + bounds.bottom) / 2 - (inset.top - inset.bottom) / 2 / zoom,
  };
}

export interface Inset {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const NO_INSET: Inset = { left: 0, right: 0, top: 0, bottom: 0 };
