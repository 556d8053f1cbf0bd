import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import {
  type KeyboardEvent,
  type Ref,
  type RefObject,
  useEffect,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
} from 'react';
import { testIds } from '../lib/testIds';
import { colorsOf } from '../lib/theme';
import { type Camera, fitted, type Inset, panned, type Size, toScreen, toWorld, zoomed } from './camera';
import type { Point } from './model';
import type { Palette } from './palette';
import { draw, type DrawOptions, prepare } from './renderer';
import { hitTest, readingOrder, type Scene, type Target } from './scene';
import { edgeSentence, nodeSentence } from './words';

/** What the toolbar does to the map. */
export interface MapControls {
  fit(): void;
  zoom(factor: number): void;
}

export interface GraphCanvasProps {
  scene: Scene;
  palette: Palette;
  width: number;
  height: number;
  /** Room that other things take over the map. */
  inset: Inset;
  badges: DrawOptions['badges'];
  /** `focused`: the wheel scrolls the page until the map was clicked. */
  wheel: 'always' | 'focused';
  selected: Target | undefined;
  onSelect: (target: Target | undefined) => void;
  onToggleGroup: (carrier: string) => void;
  /** Brought into the middle, near enough to be read, each time it is another object. */
  shown: { id: string } | undefined;
  controls: Ref<MapControls>;
}

const PAN_STEP_PX = 80;
const ZOOM_STEP = 1.3;
const CLICK_SLACK_PX = 7;
const DRAG_PX = 4;
const READABLE_ZOOM = 0.9;
export const DETAILS_PX = 360;

export function GraphCanvas(props: GraphCanvasProps) {
  const { scene, palette, width, height, inset, badges, selected } = props;
  const styles = useStyles2(getStyles);
  const canvas = useRef<HTMLCanvasElement>(null);
  const surface = useRef<HTMLDivElement>(null);
  const camera = useRef<Camera | undefined>(undefined);
  /** Nobody has moved the map yet: it may follow the size and the data. */
  const isUntouched = useRef(true);
  const [hover, setHover] = useState<{ target: Target; at: Point }>();
  const [focused, setFocused] = useState<string>();

  const size = useMemo<Size>(() => ({ width, height }), [width, height]);
  const list = useMemo(() => prepare(scene, palette), [scene, palette]);
  const order = useMemo(() => readingOrder(scene), [scene]);
  const bright = useMemo(() => brightOf(scene, selected), [scene, selected]);

  const emphasis = { selected, hovered: hover?.target, focused, bright };
  const requested = useRef<number | undefined>(undefined);
  const paint = useRef<() => void>(() => undefined);

  useEffect(() => {
    paint.current = () => {
      const context = canvas.current?.getContext('2d');
      if (!context || !camera.current) return;
      draw(context, list, { camera: camera.current, size, devicePixelRatio: pixelRatio() }, emphasis, { badges });
    };
    if (isUntouched.current || !camera.current) camera.current = fitted(scene.bounds, size, inset);
    requestPaint(requested, paint);
  });
  useEffect(() => () => cancelAnimationFrame(requested.current ?? 0), []);

  const moveTo = (next: Camera) => {
    isUntouched.current = false;
    camera.current = next;
    requestPaint(requested, paint);
  };
  const middle = { x: width / 2, y: height / 2 };
  const fit = () => {
    moveTo(fitted(scene.bounds, size, inset));
    isUntouched.current = true;
  };
  const zoom = (factor: number, at: Point = middle) => {
    if (camera.current) moveTo(zoomed(camera.current, size, factor, at));
  };
  useImperativeHandle(props.controls, () => ({ fit, zoom }));

  const { shown } = props;
  const lastShown = useRef<{ id: string } | undefined>(undefined);
  useEffect(() => {
    const node = shown && scene.byId.get(shown.id);
    if (!node || shown === lastShown.current) return;
    lastShown.current = shown;
    const nextZoom = Math.max(READABLE_ZOOM, camera.current?.zoom ?? 0);
    // In the middle of what its details leave free.
    const aside = width > 2 * DETAILS_PX ? DETAILS_PX / 2 : 0;
    moveTo({ x: node.x + aside / nextZoom, y: node.y, zoom: nextZoom });
  });

  const targetAt = (at: Point): Target | undefined =>
    camera.current && hitTest(scene, toWorld(camera.current, size, at), CLICK_SLACK_PX / camera.current.zoom);
  const click = (at: Point) => {
    const target = targetAt(at);
    if (target?.kind === 'badge') props.onToggleGroup(target.id);
    else props.onSelect(target);
  };
  usePointer(surface, {
    pan: (dx, dy) => camera.current && moveTo(panned(camera.current, dx, dy)),
    zoom,
    click,
    hover: (at) => {
      const target = at && targetAt(at);
      if (surface.current) surface.current.style.cursor = target ? 'pointer' : 'grab';
      setHover((before) => (at && target ? (isSame(before?.target, target) ? before : { target, at }) : undefined));
    },
    isWheelWanted: (event) => props.wheel === 'always' || event.ctrlKey || surface.current === document.activeElement,
  });

  const focusNode = (id: string | undefined) => {
    setFocused(id);
    const node = id === undefined ? undefined : scene.byId.get(id);
    if (!node || !camera.current) return;
    const { x, y } = toScreen(camera.current, size, node);
    if (x < 60 || y < 60 || x > width - 60 || y > height - 60) moveTo({ ...camera.current, x: node.x, y: node.y });
  };

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>) {
    const pan = PAN_KEYS[event.key];
    if (pan && camera.current) moveTo(panned(camera.current, -pan.x * PAN_STEP_PX, -pan.y * PAN_STEP_PX));
    else if (event.key === '+' || event.key === '=') zoom(ZOOM_STEP);
    else if (event.key === '-') zoom(1 / ZOOM_STEP);
    else if (event.key === '0') fit();
    else if (event.key === 'Enter' && focused) props.onSelect({ kind: 'node', id: focused });
    else if (event.key === ' ' && focused && scene.byId.get(focused)?.group) props.onToggleGroup(focused);
    else if (event.key === 'Escape' && (focused || selected)) {
      focusNode(undefined);
      props.onSelect(undefined);
    } else if (event.key === 'Tab') {
      const next = order[(focused === undefined ? -1 : order.indexOf(focused)) + (event.shiftKey ? -1 : 1)];
      // Past the last node the key does what it always does: it leaves the map.
      if (next === undefined || (focused === undefined && event.shiftKey)) return setFocused(undefined);
      focusNode(next);
    } else return undefined;
    event.preventDefault();
    event.stopPropagation();
    return undefined;
  }

  const ratio = pixelRatio();
  const spoken = focused === undefined ? undefined : scene.byId.get(focused);
  return (
    <div
      ref={surface}
      className={styles.surface}
      style={{ width, height }}
      role="application"
      aria-roledescription="network map"
      aria-label={`Network map, ${scene.nodes.length} nodes, ${scene.edges.length} links. Arrows move it, plus and minus zoom, 0 shows all, Tab goes from node to node, Enter opens one, Escape leaves. The table has the same in words.`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onBlur={() => setFocused(undefined)}
    >
      <canvas
        ref={canvas}
        width={Math.round(width * ratio)}
        height={Math.round(height * ratio)}
        style={{ width, height }}
        aria-hidden="true"
        data-testid={testIds.topology.canvas}
      />
      {hover ? <Tooltip scene={scene} hover={hover} size={size} /> : null}
      <div className={styles.heard} aria-live="polite" data-testid={testIds.topology.announcement}>
        {spoken ? nodeSentence(spoken.node, spoken.group) : ''}
      </div>
    </div>
  );
}

const pixelRatio = (): number => Math.min(3, window.devicePixelRatio || 1);

const PAN_KEYS: Record<string, Point> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

const isSame = (a: Target | undefined, b: Target): boolean => a?.kind === b.kind && a.id === b.id;

/** One frame at most, however many changes asked for it. */
function requestPaint(requested: { current: number | undefined }, paint: { current: () => void }): void {
  if (requested.current !== undefined) return;
  requested.current = requestAnimationFrame(() => {
    requested.current = undefined;
    paint.current();
  });
}

/** What stays bright: the chosen node with its links and neighbours, or the chosen link with its ends. */
function brightOf(scene: Scene, selected: Target | undefined): ReadonlySet<string> | undefined {
  if (!selected) return undefined;
  if (selected.kind === 'edge') {
    const edge = scene.edges.find((candidate) => candidate.edge.id === selected.id);
    return edge && new Set([selected.id, edge.source.node.id, edge.target.node.id]);
  }
  if (!scene.byId.has(selected.id)) return undefined;
  const bright = new Set([selected.id]);
  for (const { edge, source, target } of scene.edgesOf.get(selected.id) ?? []) {
    bright.add(edge.id).add(source.node.id).add(target.node.id);
  }
  return bright;
}

interface PointerActions {
  pan(dx: number, dy: number): void;
  zoom(factor: number, at: Point): void;
  click(at: Point): void;
  hover(at: Point | undefined): void;
  isWheelWanted(event: WheelEvent): boolean;
}

/** Mouse, pen and fingers to actions: one pans or clicks, two pinch, the wheel zooms. */
function usePointer(element: RefObject<HTMLElement | null>, actions: PointerActions): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    const target = element.current;
    if (!target) return undefined;
    const down = new Map<number, Point>();
    let travelled = 0;
    const at = (event: MouseEvent): Point => {
      const box = target.getBoundingClientRect();
      // A scaled ancestor (a kiosk, a zoomed dashboard) scales what the pointer says.
      const scale = box.width > 0 && target.offsetWidth > 0 ? target.offsetWidth / box.width : 1;
      return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
    };
    const listeners = {
      pointerdown(event: PointerEvent) {
        if (event.button !== 0) return;
        down.set(event.pointerId, at(event));
        if (down.size === 1) travelled = 0;
        target.setPointerCapture?.(event.pointerId);
        latest.current.hover(undefined);
      },
      pointermove(event: PointerEvent) {
        const now = at(event);
        const before = down.get(event.pointerId);
        if (!before) return latest.current.hover(now);
        const [dx, dy] = [now.x - before.x, now.y - before.y];
        travelled += Math.hypot(dx, dy);
        if (down.size === 2) {
          const other = [...down].find(([id]) => id !== event.pointerId)?.[1] ?? now;
          const factor =
            Math.hypot(now.x - other.x, now.y - other.y) / (Math.hypot(before.x - other.x, before.y - other.y) || 1);
          latest.current.zoom(factor, other);
        } else if (travelled > DRAG_PX) latest.current.pan(dx, dy);
        down.set(event.pointerId, now);
      },
      pointerup(event: PointerEvent) {
        const wasDown = down.delete(event.pointerId);
        if (wasDown && travelled <= DRAG_PX) latest.current.click(at(event));
      },
      pointercancel(event: PointerEvent) {
        down.delete(event.pointerId);
      },
      pointerleave() {
        latest.current.hover(undefined);
      },
      wheel(event: WheelEvent) {
        if (!latest.current.isWheelWanted(event)) return;
        event.preventDefault();
        latest.current.zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015)), at(event));
      },
    };
    const entries = Object.entries(listeners) as [string, EventListener][];
    for (const [name, listener] of entries) target.addEventListener(name, listener, { passive: name !== 'wheel' });
    return () => {
      for (const [name, listener] of entries) target.removeEventListener(name, listener);
    };
  }, [element]);
}

function Tooltip({ scene, hover, size }: { scene: Scene; hover: { target: Target; at: Point }; size: Size }) {
  const styles = useStyles2(getStyles);
  const { target, at } = hover;
  const node = target.kind === 'edge' ? undefined : scene.byId.get(target.id);
  const edge = target.kind === 'edge' ? scene.edges.find((candidate) => candidate.edge.id === target.id) : undefined;
  let text = '';
  if (target.kind === 'badge' && node?.group) {
    text = `${node.group.summary} on ${node.node.title}. Click to ${node.group.expanded ? 'fold' : 'show'} them.`;
  } else if (node) text = nodeSentence(node.node, node.group);
  else if (edge) text = edgeSentence(edge.edge, edge.source.node, edge.target.node);
  if (text === '') return null;
  const toLeft = at.x > size.width / 2;
  return (
    <div
      className={styles.tooltip}
      aria-hidden="true"
      style={{
        top: Math.min(at.y + 14, size.height - 60),
        ...(toLeft ? { right: size.width - at.x + 14 } : { left: at.x + 14 }),
      }}
    >
      {text}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  surface: css({
    position: 'relative',
    overflow: 'hidden',
    touchAction: 'none',
    userSelect: 'none',
    cursor: 'grab',
    '&:active': { cursor: 'grabbing' },
    '&:focus-visible': { outline: `2px solid ${colorsOf(theme).primary.border}`, outlineOffset: '-2px' },
  }),
  heard: css({
    position: 'absolute',
    width: 1,
    height: 1,
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  }),
  tooltip: css({
    position: 'absolute',
    maxWidth: 300,
    padding: theme.spacing(0.5, 1),
    borderRadius: theme.shape.radius.default,
    background: colorsOf(theme).background.elevated,
    border: `1px solid ${colorsOf(theme).border.medium}`,
    boxShadow: theme.shadows.z2,
    fontSize: theme.typography.bodySmall.fontSize,
    pointerEvents: 'none',
    zIndex: 2,
  }),
});
