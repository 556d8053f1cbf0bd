import { css } from '@emotion/css';
import type { GrafanaTheme2, SelectableValue } from '@grafana/data';
import { Combobox, Input, MultiCombobox, ToolbarButton, useStyles2 } from '@grafana/ui';
import { type KeyboardEvent, type ReactNode, useId, useState } from 'react';
import { testIds } from '../lib/testIds';
import { colorsOf } from '../lib/theme';
import { HIGH_CONFIDENCE, MEDIUM_CONFIDENCE } from './confidence';
import type { Filter } from './filter';
import { choicesOf } from './filter';
import type { GraphNode } from './model';
import { searchNodes } from './search';

export interface GraphToolbarProps {
  nodes: readonly GraphNode[];
  filter: Filter;
  onFilter: (filter: Filter) => void;
  onFind: (id: string) => void;
  view: 'map' | 'table';
  onView: (view: 'map' | 'table') => void;
  onFit: () => void;
  onZoom: (factor: number) => void;
  isNarrow: boolean;
}

const CONFIDENCES = [0, 0.5, MEDIUM_CONFIDENCE, HIGH_CONFIDENCE];

const confidenceLabel = (value: number): string => (value === 0 ? 'any confidence' : `≥ ${value.toFixed(2)}`);

export function GraphToolbar(props: GraphToolbarProps) {
  const { nodes, filter, onFilter, view, onView, onFit, onZoom, isNarrow } = props;
  const styles = useStyles2(getStyles);
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const options = (key: 'site' | 'role') => choicesOf(nodes, key).map((value) => ({ label: value, value }));
  const values = (chosen: readonly SelectableValue<string>[]) => chosen.flatMap(({ value }) => value ?? []);
  const sites = options('site');
  const roles = options('role');
  const confidences = [...new Set([...CONFIDENCES, filter.minConfidence])].sort((a, b) => a - b);
  const isActive = filter.sites.length > 0 || filter.roles.length > 0;
  const showFilters = !isNarrow || isOpen;

  return (
    <div className={styles.bar} role="toolbar" aria-label="Map">
      <Search nodes={nodes} onFind={props.onFind} />
      {isNarrow ? (
        <ToolbarButton
          icon="filter"
          variant={isActive ? 'active' : 'canvas'}
          aria-expanded={isOpen}
          tooltip="Filters"
          aria-label="Filters"
          onClick={() => setOpen(!isOpen)}
        />
      ) : null}
      {showFilters && sites.length > 1 ? (
        <Labelled label="Sites" id={`${id}-sites`}>
          <MultiCombobox
            id={`${id}-sites`}
            placeholder="All sites"
            width="auto"
            minWidth={14}
            maxWidth={30}
            options={sites}
            value={[...filter.sites]}
            onChange={(chosen) => onFilter({ ...filter, sites: values(chosen) })}
          />
        </Labelled>
      ) : null}
      {showFilters && roles.length > 1 ? (
        <Labelled label="Roles" id={`${id}-roles`}>
          <MultiCombobox
            id={`${id}-roles`}
            placeholder="All roles"
            width="auto"
            minWidth={14}
            maxWidth={30}
            options={roles}
            value={[...filter.roles]}
            onChange={(chosen) => onFilter({ ...filter, roles: values(chosen) })}
          />
        </Labelled>
      ) : null}
      {showFilters ? (
        <Labelled label="Minimum confidence" id={`${id}-confidence`}>
          <Combobox
            id={`${id}-confidence`}
            width={18}
            options={confidences.map((value) => ({ label: confidenceLabel(value), value }))}
            value={filter.minConfidence}
            onChange={({ value }) => onFilter({ ...filter, minConfidence: value })}
          />
        </Labelled>
      ) : null}
      <div className={styles.buttons}>
        <ToolbarButton icon="search-plus" aria-label="Zoom in" tooltip="Zoom in (+)" onClick={() => onZoom(1.4)} />
        <ToolbarButton
          icon="search-minus"
          aria-label="Zoom out"
          tooltip="Zoom out (−)"
          onClick={() => onZoom(1 / 1.4)}
        />
        <ToolbarButton icon="capture" aria-label="Show all" tooltip="Show all (0)" onClick={onFit} />
        <ToolbarButton
          icon={view === 'map' ? 'table' : 'sitemap'}
          aria-label={view === 'map' ? 'Show as a table' : 'Show as a map'}
          tooltip={view === 'map' ? 'Show as a table' : 'Show as a map'}
          onClick={() => onView(view === 'map' ? 'table' : 'map')}
        />
      </div>
    </div>
  );
}

/** Grafana's comboboxes take no label of their own. */
function Labelled({ label, id, children }: { label: string; id: string; children: ReactNode }) {
  const styles = useStyles2(getStyles);
  return (
    <div>
      <label htmlFor={id} className={styles.heard}>
        {label}
      </label>
      {children}
    </div>
  );
}

function Search({ nodes, onFind }: { nodes: readonly GraphNode[]; onFind: (id: string) => void }) {
  const styles = useStyles2(getStyles);
  const listId = useId();
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState(0);
  const hits = isOpen ? searchNodes(nodes, text) : [];
  const isShown = isOpen && text.trim() !== '';

  function pick(index: number) {
    const hit = hits[index];
    if (!hit) return;
    setOpen(false);
    setText(hit.node.title);
    onFind(hit.node.id);
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'ArrowDown') setChosen(Math.min(hits.length - 1, chosen + 1));
    else if (event.key === 'ArrowUp') setChosen(Math.max(0, chosen - 1));
    else if (event.key === 'Enter') pick(chosen);
    else if (event.key === 'Escape') setOpen(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div
      className={styles.search}
      onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || setOpen(false)}
    >
      <Input
        type="search"
        role="combobox"
        aria-label="Search the map"
        aria-expanded={isShown}
        aria-controls={listId}
        aria-autocomplete="list"
        {...(isShown && hits.length > 0 ? { 'aria-activedescendant': `${listId}-${chosen}` } : {})}
        data-testid={testIds.topology.search}
        placeholder="Name, IP or MAC"
        width={24}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setChosen(0);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onKeyDown={onKeyDown}
      />
      <ul id={listId} role="listbox" aria-label="Found" className={styles.hits} hidden={!isShown}>
        {isShown && hits.length === 0 ? (
          <li role="option" aria-selected={false} aria-disabled className={styles.none}>
            Nothing on this map is called that.
          </li>
        ) : null}
        {hits.map(({ node, by }, index) => (
          <li
            key={node.id}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === chosen}
            className={styles.hit}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => pick(index)}
          >
            <span>{node.title}</span>
            <span className={styles.by}>{by}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => {
  const colors = colorsOf(theme);
  return {
    bar: css({
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      gap: theme.spacing(1),
      paddingBottom: theme.spacing(1),
    }),
    buttons: css({ display: 'flex', marginLeft: 'auto', gap: theme.spacing(0.5) }),
    heard: css({
      position: 'absolute',
      width: 1,
      height: 1,
      overflow: 'hidden',
      clipPath: 'inset(50%)',
      whiteSpace: 'nowrap',
    }),
    search: css({ position: 'relative' }),
    hits: css({
      position: 'absolute',
      top: '100%',
      left: 0,
      zIndex: 5,
      minWidth: 300,
      margin: 0,
      padding: theme.spacing(0.5),
      listStyle: 'none',
      background: colors.background.elevated,
      border: `1px solid ${colors.border.medium}`,
      borderRadius: theme.shape.radius.default,
      boxShadow: theme.shadows.z3,
    }),
    hit: css({
      display: 'flex',
      flexDirection: 'column',
      padding: theme.spacing(0.5, 1),
      cursor: 'pointer',
      borderRadius: theme.shape.radius.default,
      '&[aria-selected="true"], &:hover': { background: colors.action.hover },
    }),
    by: css({ color: colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
    none: css({ padding: theme.spacing(0.5, 1), color: colors.text.secondary }),
  };
};
