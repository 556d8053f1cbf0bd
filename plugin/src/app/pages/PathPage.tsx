import { PluginPage } from '@grafana/runtime';
import { Alert, Badge, Field, LinkButton, RadioButtonGroup, Stack } from '@grafana/ui';
import type { PathAnswer } from '../../../../collector/src/contract.js';
import { collector } from '../../api/client';
import { pageUrl } from '../../lib/links';
import { Answer } from '../components/Answer';
import { ConfidenceBadge } from '../components/ConfidenceBadge';
import { DataTable } from '../components/DataTable';
import { Freshness } from '../components/Freshness';
import { NodeLink } from '../components/NodeLink';
import { NodePicker } from '../components/NodePicker';
import { age } from '../components/time';
import { useQueryState } from '../components/useQueryState';
import { useRequest } from '../components/useRequest';

type Path = PathAnswer['paths'][number];

const BASIS: Record<Path['basis'], string> = {
  forwarding: 'forwarding tables: the way frames really take',
  'spanning-tree': 'the spanning tree: the tables have aged',
  graph: 'the graph of links: neither tables nor spanning tree tell',
  routing: 'routing adjacencies',
};

const LAYERS: { label: string; value: '2' | '3' }[] = [
  { label: 'Layer 2', value: '2' },
  { label: 'Layer 3', value: '3' },
];

export default function PathPage() {
  const [{ from, to, layer }, change] = useQueryState();
  const level = layer === '3' ? 3 : 2;
  const request = useRequest(from && to ? `${from} ${to} ${level}` : undefined, () =>
    collector.path({ from: from ?? '', to: to ?? '', layer: level }),
  );
  return (
    <PluginPage subTitle="How two nodes are connected, and what each hop rests on">
      <Stack direction="row" alignItems="flex-end" wrap="wrap">
        <NodePicker id="path-from" label="From" value={from} onChange={(value) => change({ from: value })} />
        <NodePicker id="path-to" label="To" value={to} onChange={(value) => change({ to: value })} />
        <Field label="Layer" noMargin>
          <RadioButtonGroup
            options={LAYERS}
            value={level === 3 ? '3' : '2'}
            onChange={(value) => change({ layer: value })}
          />
        </Field>
      </Stack>
      {from && to ? (
        <Answer request={request} what="the path">
          {(answer) => <Paths answer={answer} />}
        </Answer>
      ) : (
        <p>Choose two nodes: hosts, switches, routers or modems.</p>
      )}
    </PluginPage>
  );
}

function Paths({ answer }: { answer: PathAnswer }) {
  const { outcome, reason, paths, asOf, staleDevices } = answer;
  return (
    <>
      <Freshness asOf={asOf} staleDevices={staleDevices} />
      {outcome === 'found' ? null : (
        <Alert
          severity={outcome === 'no-path' ? 'warning' : 'info'}
          title={outcome === 'no-path' ? 'There is no path' : 'An end is not known'}
        >
          {reason ?? 'No device reported what would connect them.'}
        </Alert>
      )}
      {paths.map((path, index) => (
        <section key={index} aria-label={index === 0 ? 'Best path' : `Alternative ${index}`} style={{ marginTop: 24 }}>
          <Stack direction="row" alignItems="center">
            <h3>{index === 0 ? 'Best path' : `Alternative ${index}`}</h3>
            <Badge color="blue" text={`${Math.max(0, path.hops.length - 1)} hops`} />
            <ConfidenceBadge method={null} confidence={path.minConfidence} />
          </Stack>
          <p>Rests on {BASIS[path.basis]}.</p>
          <Hops path={path} />
        </section>
      ))}
    </>
  );
}

const Hops = ({ path }: { path: Path }) => (
  <DataTable
    caption="Hops in order"
    columns={['Node', 'In', 'Out', 'Link', 'Confirmed', '']}
    rows={path.hops.map((hop, index) => ({
      key: `${index} ${hop.node}`,
      cells: [
        <NodeLink key="title" id={hop.node} title={hop.title} />,
        hop.inPort ?? '',
        hop.outPort ?? '',
        hop.edge === null ? '' : <ConfidenceBadge key="edge" method={hop.method} confidence={hop.confidence} />,
        hop.ageSec === null ? '' : `${age(hop.ageSec)} ago`,
        <LinkButton key="impact" size="sm" variant="secondary" href={pageUrl('impact', { node: hop.node })}>
          Impact
        </LinkButton>,
      ],
    }))}
  />
);
