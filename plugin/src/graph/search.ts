import { KIND_NAMES, type GraphNode } from './model';

export interface Hit {
  node: GraphNode;
  /** What was recognised, for people. */
  by: string;
}

const hexOf = (text: string): string => text.toLowerCase().replace(/[^0-9a-f]/g, '');

/** At least two octets, written in any usual way: 00:10:95, 0010.95aa, 00-10-95. */
const looksLikeMac = (text: string): boolean =>
  /^[0-9a-f]{1,4}([:.-][0-9a-f]{1,4})+[:.-]?$|^[0-9a-f]{6,12}$/i.test(text);

const macOf = (id: string): string | undefined => /^(?:host|cm|ext):((?:[0-9a-f]{2}:){5}[0-9a-f]{2})$/i.exec(id)?.[1];

/** Best first: what begins with the text before what only holds it; a MAC is found in any spelling. */
export function searchNodes(nodes: readonly GraphNode[], text: string, limit = 8): Hit[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const hex = looksLikeMac(wanted) ? hexOf(wanted) : undefined;
  const hits: { hit: Hit; rank: number }[] = [];
  for (const node of nodes) {
    const found = matchOf(node, wanted, hex);
    if (found) hits.push({ hit: { node, by: found.by }, rank: found.rank });
  }
  return hits
    .sort((a, b) => a.rank - b.rank || a.hit.node.title.localeCompare(b.hit.node.title, 'en', { numeric: true }))
    .slice(0, limit)
    .map(({ hit }) => hit);
}

function matchOf(node: GraphNode, wanted: string, hex: string | undefined): { by: string; rank: number } | undefined {
  const kind = KIND_NAMES[node.kind].one;
  const title = node.title.toLowerCase();
  const address = node.address?.toLowerCase();
  const place = [kind, node.site].filter(Boolean).join(', ');
  if (title === wanted || address === wanted || node.id.toLowerCase() === wanted) return { by: place, rank: 0 };
  if (title.startsWith(wanted)) return { by: place, rank: 1 };
  const mac = macOf(node.id);
  if (hex !== undefined && mac !== undefined && hexOf(mac).startsWith(hex)) return { by: `${place}, ${mac}`, rank: 1 };
  if (address?.startsWith(wanted)) return { by: `${place}, ${node.address}`, rank: 2 };
  if (title.includes(wanted)) return { by: place, rank: 3 };
  if (hex !== undefined && mac !== undefined && hexOf(mac).includes(hex)) return { by: `${place}, ${mac}`, rank: 4 };
  if (node.id.toLowerCase().includes(wanted) || address?.includes(wanted))
    return { by: `${place}, ${node.id}`, rank: 5 };
  return undefined;
}
