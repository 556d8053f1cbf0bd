import { css } from '@emotion/css';
import type { GrafanaTheme2, TimeZone } from '@grafana/data';
import { Icon, useStyles2, useTheme2 } from '@grafana/ui';
import { useMemo, useRef, useState } from 'react';
import { testIds } from '../lib/testIds';
import { colorsOf } from '../lib/theme';
import { type FoldMode, foldLeaves, limitNodes } from './aggregation';
import { fitted } from './camera';
import { DEFAULT_STEPS, type ThresholdStep } from './confidence';
import { type Filter, filterGraph } from './filter';
import { GraphCanvas, type MapControls } from './GraphCanvas';
import { EdgeDetails, type GraphLink, NodeDetails } from './GraphDetails';
import { GraphLegend } from './GraphLegend';
import { GraphTable } from './GraphTable';
import { GraphToolbar } from './GraphToolbar';
import { Placer } from './layout';
import type { Graph } from './model';
import { paletteOf } from './palette';
import { buildScene, type Target } from './scene';

export interface TopologyViewOptions {
  minConfidence: number;
  fold: FoldMode;
  badges: 'auto' | 'always' | 'never';
  showToolbar: boolean;
  showLegend: boolean;
  maxNodes: number;
}

export const DEFAULT_VIEW_OPTIONS: TopologyViewOptions = {
  minConfidence: 0.5,
  fold: 'auto',
  badges: 'auto',
  showToolbar: true,
  showLegend: true,
  maxNodes: 5000,
};

export interface TopologyViewProps {
  graph: Graph;
  width: number;
  height: number;
  options?: TopologyViewOptions;
  thresholds?: readonly ThresholdStep[];
  linksOf?: (what: 'node' | 'edge', id: string) => readonly GraphLink[];
  timeZone?: TimeZone;
  /** A node to show and open when it becomes known. */
  focus?: string;
  wheel?: 'always' | 'focused';
  onSelect?: (target: Target | undefined) => void;
}

const NARROW_PX = 720;
const TOOLBAR_PX = 40;
const LEGEND_PX = 176;
const noLinks = () => [];

/** The map with everything around it. It fetches nothing: panels and pages hand it a graph. */
export function TopologyView(props: TopologyViewProps) {
  const {
    graph,
    width,
    height,
    options = DEFAULT_VIEW_OPTIONS,
    thresholds = DEFAULT_STEPS,
    linksOf = noLinks,
    focus,
  } = props;
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const palette = useMemo(() => paletteOf(theme, thresholds), [theme, thresholds]);
  const [chosen, setChosen] = useState<Partial<Filter>>({});
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [selected, setSelected] = useState<Target>();
  const [view, setView] = useState<'map' | 'table'>('map');
  const [shown, setShown] = useState<{ id: string }>();
  const [openedFocus, setOpenedFocus] = useState<string>();
  const [placer] = useState(() => new Placer());
  const controls = useRef<MapControls>(null);
  const filter = useMemo<Filter>(
    () => ({ sites: [], roles: [], minConfidence: options.minConfidence, ...chosen }),
    [options.minConfidence, chosen],
  );

  const filtered = useMemo(() => filterGraph(graph, filter), [graph, filter]);
  const { folded, leftOut } = useMemo(
    () => limitNodes(foldLeaves(filtered.graph, { mode: options.fold, toggled }), options.maxNodes),
    [filtered, options.fold, toggled, options.maxNodes],
  );
  const scene = useMemo(() => buildScene(folded, placer.place(folded)), [folded, placer]);

  const select = (target: Target | undefined) => {
    setSelected(target);
    props.onSelect?.(target);
  };
  const toggle = (carrier: string) => {
    const next = new Set(toggled);
    if (!next.delete(carrier)) next.add(carrier);
    setToggled(next);
  };
  /** A folded host is shown where it hangs. */
  const open = (id: string) => {
    const carrier = folded.carrierOf.get(id);
    if (carrier !== undefined && !folded.groups.get(carrier)?.expanded) toggle(carrier);
    setView('map');
    setSelected({ kind: 'node', id });
    setShown({ id });
  };
  const find = (id: string) => {
    open(id);
    props.onSelect?.({ kind: 'node', id });
  };
  // Once, when it becomes known: a map that is refreshed does not jump back to where it was opened.
  if (focus !== undefined && focus !== openedFocus && filtered.graph.nodes.some(({ id }) => id === focus)) {
    setOpenedFocus(focus);
    open(focus);
  }

  const isNarrow = width < NARROW_PX;
  const toolbarHeight = options.showToolbar ? TOOLBAR_PX : 0;
  const mapHeight = Math.max(60, height - toolbarHeight);
  const hasLegend = options.showLegend && view === 'map' && mapHeight > 160 && width > 320;
  const isLegendOpen = !isNarrow && mapHeight > 360;
  const inset = useMemo(() => {
    const plain = { left: 16, right: 16, top: 12, bottom: hasLegend ? 36 : 24 };
    if (!hasLegend || !isLegendOpen) return plain;
    // A wide map leaves room below: it moves up, away from the legend, as long as that hardly makes it smaller.
    const above = { ...plain, bottom: LEGEND_PX };
    const size = { width, height: mapHeight };
    const isCheap = fitted(scene.bounds, size, above).zoom >= 0.92 * fitted(scene.bounds, size, plain).zoom;
    return isCheap ? above : plain;
  }, [hasLegend, isLegendOpen, scene.bounds, width, mapHeight]);

  return (
    <div className={styles.view} style={{ width, height }} data-testid={testIds.topology.view}>
      {options.showToolbar ? (
        <GraphToolbar
          nodes={graph.nodes}
          filter={filter}
          onFilter={setChosen}
          onFind={find}
          view={view}
          onView={setView}
          onFit={() => controls.current?.fit()}
          onZoom={(factor) => controls.current?.zoom(factor)}
          isNarrow={isNarrow}
        />
      ) : null}
      <div className={styles.stage}>
        {view === 'table' ? (
          <GraphTable graph={filtered.graph} onSelect={select} timeZone={props.timeZone} height={mapHeight} />
        ) : (
          <GraphCanvas
            scene={scene}
            palette={palette}
            width={width}
            height={mapHeight}
            inset={inset}
            badges={options.badges}
            wheel={props.wheel ?? 'focused'}
            selected={selected}
            onSelect={select}
            onToggleGroup={toggle}
            shown={shown}
            controls={controls}
          />
        )}
        {hasLegend ? (
          <GraphLegend edges={folded.edges} palette={palette} thresholds={thresholds} startsOpen={isLegendOpen} />
        ) : null}
        {view === 'map' ? (
          <Status
            graph={graph}
            drawn={folded.nodes.length}
            links={folded.edges.length}
            foldedAway={filtered.graph.nodes.length - folded.nodes.length - leftOut}
            hidden={filtered.hiddenNodes}
            hiddenLinks={filtered.hiddenEdges}
            leftOut={leftOut}
          />
        ) : null}
        <Details
          graph={graph}
          selected={selected}
          groups={folded.groups}
          linksOf={linksOf}
          timeZone={props.timeZone}
          onSelect={select}
          onFind={find}
          onToggleGroup={toggle}
        />
      </div>
    </div>
  );
}

interface DetailsProps {
  graph: Graph;
  selected: Target | undefined;
  groups: ReturnType<typeof foldLeaves>['groups'];
  linksOf: (what: 'node' | 'edge', id: string) => readonly GraphLink[];
  timeZone: TimeZone | undefined;
  onSelect: (target: Target | undefined) => void;
  onFind: (id: string) => void;
  onToggleGroup: (carrier: string) => void;
}

/** The chosen thing of the newest graph; what has vanished since closes by itself. */
function Details({ graph, selected, groups, linksOf, timeZone, onSelect, onFind, onToggleGroup }: DetailsProps) {
  if (!selected) return null;
  const nodeOf = (id: string) => graph.nodes.find((node) => node.id === id);
  const onClose = () => onSelect(undefined);
  if (selected.kind === 'edge') {
    const edge = graph.edges.find(({ id }) => id === selected.id);
    if (!edge) return null;
    return (
      <EdgeDetails
        edge={edge}
        source={nodeOf(edge.source)}
        target={nodeOf(edge.target)}
        onSelectNode={onFind}
        links={linksOf('edge', edge.id)}
        timeZone={timeZone}
        onClose={onClose}
      />
    );
  }
  const node = nodeOf(selected.id);
  if (!node) return null;
  return (
    <NodeDetails
      node={node}
      group={groups.get(node.id)}
      edges={graph.edges.filter(({ source, target }) => source === node.id || target === node.id)}
      titleOf={(id) => nodeOf(id)?.title ?? id}
      onSelectEdge={(id) => onSelect({ kind: 'edge', id })}
      onSelectNode={onFind}
      onToggleGroup={() => onToggleGroup(node.id)}
      links={linksOf('node', node.id)}
      timeZone={timeZone}
      onClose={onClose}
    />
  );
}

interface StatusProps {
  graph: Graph;
  drawn: number;
  links: number;
  foldedAway: number;
  hidden: number;
  hiddenLinks: number;
  leftOut: number;
}

/** What is on the map, what is not and why, and whether something is blind. */
function Status({ graph, drawn, links, foldedAway, hidden, hiddenLinks, leftOut }: StatusProps) {
  const styles = useStyles2(getStyles);
  const silent = graph.nodes.filter(({ kind, status }) => kind === 'device' && status === 'unknown').length;
  const number = (count: number) => count.toLocaleString('en');
  const counts = [
    `${number(drawn)} nodes`,
    `${number(links)} links`,
    foldedAway > 0 ? `${number(foldedAway)} folded` : undefined,
    hidden + hiddenLinks > 0 ? `hidden by filters: ${number(hidden)} nodes, ${number(hiddenLinks)} links` : undefined,
  ];
  const warnings = [
    leftOut > 0 ? `${number(leftOut)} more nodes are not drawn: choose a site or a role to see them.` : undefined,
    silent > 0
      ? `${number(silent)} ${silent === 1 ? 'device does' : 'devices do'} not answer: what is known of ${silent === 1 ? 'it' : 'them'} may be old.`
      : undefined,
    ...graph.notices,
  ].filter((text) => text !== undefined);
  return (
    <div className={styles.status} data-testid={testIds.topology.status}>
      {warnings.map((text) => (
        <div key={text} className={styles.warning}>
          <Icon name="exclamation-triangle" size="sm" /> {text}
        </div>
      ))}
      <div>{counts.filter(Boolean).join(' · ')}</div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => {
  const colors = colorsOf(theme);
  return {
    view: css({ position: 'relative', display: 'flex', flexDirection: 'column' }),
    stage: css({ position: 'relative', flex: 1, minHeight: 0, overflow: 'hidden' }),
    status: css({
      position: 'absolute',
      right: theme.spacing(1),
      bottom: theme.spacing(1),
      maxWidth: '60%',
      textAlign: 'right',
      fontSize: theme.typography.bodySmall.fontSize,
      color: colors.text.secondary,
      pointerEvents: 'none',
      textShadow: `0 0 3px ${colors.background.primary}`,
    }),
    warning: css({ color: colors.warning.text }),
  };
};
