import type { GraphNode } from './model';

/** Pictograms in a unit circle, drawn as strokes: [x, y] points joined by lines, circles as {circle}. */
type Stroke = readonly (readonly [number, number])[] | { circle: readonly [number, number, number] };

const ARROW_PAIRS: readonly Stroke[] = [
  [
    [-0.5, -0.2],
    [0.5, -0.2],
  ],
  [
    [0.28, -0.4],
    [0.5, -0.2],
    [0.28, 0],
  ],
  [
    [0.5, 0.22],
    [-0.5, 0.22],
  ],
  [
    [-0.28, 0.02],
    [-0.5, 0.22],
    [-0.28, 0.42],
  ],
];

const PICTOGRAMS = {
  switch: ARROW_PAIRS,
  router: [
    [
      [-0.12, -0.12],
      [-0.5, -0.5],
    ],
    [
      [-0.5, -0.22],
      [-0.5, -0.5],
      [-0.22, -0.5],
    ],
    [
      [0.12, 0.12],
      [0.5, 0.5],
    ],
    [
      [0.5, 0.22],
      [0.5, 0.5],
      [0.22, 0.5],
    ],
    [
      [0.5, -0.5],
      [0.12, -0.12],
    ],
    [
      [0.12, -0.4],
      [0.12, -0.12],
      [0.4, -0.12],
    ],
    [
      [-0.5, 0.5],
      [-0.12, 0.12],
    ],
    [
      [-0.4, 0.12],
      [-0.12, 0.12],
      [-0.12, 0.4],
    ],
  ],
  host: [
    [
      [-0.5, -0.38],
      [0.5, -0.38],
      [0.5, 0.26],
      [-0.5, 0.26],
      [-0.5, -0.38],
    ],
    [
      [0, 0.26],
      [0, 0.5],
    ],
    [
      [-0.26, 0.5],
      [0.26, 0.5],
    ],
  ],
  modem: [
    [
      [-0.52, 0.02],
      [0.52, 0.02],
      [0.52, 0.46],
      [-0.52, 0.46],
      [-0.52, 0.02],
    ],
    [
      [-0.26, 0.24],
      [-0.14, 0.24],
    ],
    [
      [0.06, 0.24],
      [0.3, 0.24],
    ],
    [
      [0.3, 0.02],
      [0.3, -0.5],
    ],
  ],
  cmts: [
    [
      [-0.5, -0.5],
      [0.5, -0.5],
      [0.5, 0.5],
      [-0.5, 0.5],
      [-0.5, -0.5],
    ],
    [
      [-0.28, -0.25],
      [0.28, -0.25],
    ],
    [
      [-0.28, 0],
      [0.28, 0],
    ],
    [
      [-0.28, 0.25],
      [0.28, 0.25],
    ],
  ],
  fibre_node: [
    { circle: [0, 0, 0.17] },
    [
      [-0.55, 0],
      [-0.17, 0],
    ],
    [
      [0.17, 0],
      [0.55, -0.36],
    ],
    [
      [0.17, 0],
      [0.55, 0],
    ],
    [
      [0.17, 0],
      [0.55, 0.36],
    ],
  ],
  segment: [
    [
      [-0.6, 0],
      [0.6, 0],
    ],
    [
      [-0.35, 0],
      [-0.35, -0.35],
    ],
    [
      [0.35, 0],
      [0.35, -0.35],
    ],
    [
      [0, 0],
      [0, 0.35],
    ],
  ],
  external: [
    [
      [-0.24, -0.24],
      [0, -0.5],
      [0.3, -0.34],
      [0.3, -0.06],
      [0, 0.1],
      [0, 0.24],
    ],
    { circle: [0, 0.46, 0.05] },
  ],
} as const satisfies Record<string, readonly Stroke[]>;

export type Pictogram = keyof typeof PICTOGRAMS;

export function pictogramOf({ kind, role }: GraphNode): Pictogram {
  if (kind !== 'device') return kind;
  const said = role?.toLowerCase() ?? '';
  if (said.includes('router') || said.includes('firewall')) return 'router';
  return said.includes('cmts') ? 'cmts' : 'switch';
}

const paths = new Map<Pictogram, Path2D>();

/** The path of a pictogram in units of the node's radius, made once. */
export function pictogramPath(name: Pictogram): Path2D {
  const known = paths.get(name);
  if (known) return known;
  const path = new Path2D();
  for (const stroke of PICTOGRAMS[name] as readonly Stroke[]) {
    if ('circle' in stroke) {
      const [x, y, radius] = stroke.circle;
      path.moveTo(x + radius, y);
      path.arc(x, y, radius, 0, 2 * Math.PI);
    } else {
      stroke.forEach(([x, y], index) => (index === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
    }
  }
  paths.set(name, path);
  return path;
}
