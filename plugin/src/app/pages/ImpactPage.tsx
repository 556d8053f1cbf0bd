import { PluginPage } from '@grafana/runtime';
import { Alert, Combobox, Field, Icon, Stack } from '@grafana/ui';
import type { ImpactAnswer } from '../../../../collector/src/contract.js';
import { collector } from '../../api/client';
import { Answer } from '../components/Answer';
import { DataTable } from '../components/DataTable';
import { Freshness } from '../components/Freshness';
import { NodeLink } from '../components/NodeLink';
import { NodePicker } from '../components/NodePicker';
import { useQueryState } from '../components/useQueryState';
import { useRequest } from '../components/useRequest';

const MAX_ROWS = 200;

export default function ImpactPage() {
  const [{ node, port }, change] = useQueryState();
  const request = useRequest(node ? `${node} ${port ?? ''}` : undefined, () =>
    collector.impact({ node: node ?? '', ...(port ? { port } : {}) }),
  );
  const edges = useRequest(node || undefined, () => collector.edges({ minConfidence: 0 }));
  const ports = [
    ...new Set(
      (edges.answer?.edges ?? []).flatMap(({ a, b }) =>
        [a, b].filter((end) => end.node === node && end.ifName !== null).map((end) => String(end.ifName)),
      ),
    ),
  ].sort((first, second) => first.localeCompare(second, undefined, { numeric: true }));
  return (
    <PluginPage subTitle="What is cut off from the network when a node or a port fails">
      <Stack direction="row" alignItems="flex-end" wrap="wrap">
        <NodePicker
          id="impact-node"
          label="Node"
          value={node}
          onChange={(value) => change({ node: value, port: undefined })}
        />
        <Field label="Port" htmlFor="impact-port" description="Empty: the whole node" noMargin>
          <Combobox
            id="impact-port"
            width={24}
            isClearable
            createCustomValue
            placeholder="Whole node"
            value={port ?? null}
            options={ports.map((value) => ({ value, label: value }))}
            onChange={(option) => change({ port: option?.value })}
          />
        </Field>
      </Stack>
      {node ? (
        <Answer request={request} what="the impact">
          {(answer) => <Impact answer={answer} />}
        </Answer>
      ) : (
        <p>Choose a device, and a port of it if only that is in question.</p>
      )}
    </PluginPage>
  );
}

function Impact({ answer }: { answer: ImpactAnswer }) {
  const { subject, anchors, anchorReason, impacted, atRisk, counts, gaps, asOf, staleDevices } = answer;
  const parts = Object.entries(counts).map(
    ([kind, count]) => `${count} ${kind.replace('_', ' ')}${count === 1 ? '' : 's'}`,
  );
  return (
    <>
      <Freshness asOf={asOf} staleDevices={staleDevices} />
      <Alert
        severity={impacted.length > 0 ? 'error' : 'success'}
        title={
          impacted.length > 0
            ? `Without ${subject}, ${parts.join(', ')} lose the network`
            : `Nothing else loses the network without ${subject}`
        }
      >
        The network is {anchors.length > 0 ? anchors.join(', ') : 'the largest connected part'}: {anchorReason}
      </Alert>
      <Nodes title="Cut off" nodes={impacted} empty="Nothing." />
      <Nodes title="At risk: still connected, without redundancy" nodes={atRisk} empty="Nothing." />
      {gaps.length > 0 ? (
        <section aria-label="What was not seen">
          <h4>
            <Icon name="eye-slash" /> What was not seen and could change the answer
          </h4>
          <ul style={{ paddingLeft: 20 }}>
            {gaps.map((gap) => (
              <li key={gap}>{gap}</li>
            ))}
          </ul>
        </section>
      ) : null}
    </>
  );
}

function Nodes({ title, nodes, empty }: { title: string; nodes: ImpactAnswer['impacted']; empty: string }) {
  if (nodes.length === 0) {
    return (
      <p>
        <strong>{title}:</strong> {empty}
      </p>
    );
  }
  const left = nodes.length - MAX_ROWS;
  return (
    <>
      <DataTable
        caption={`${title} (${nodes.length})`}
        columns={['Node', 'Kind', 'Site']}
        rows={nodes.slice(0, MAX_ROWS).map(({ id, title: name, kind, site }) => ({
          key: id,
          cells: [<NodeLink key="name" id={id} title={name} />, kind.replace('_', ' '), site ?? 'unknown'],
        }))}
      />
      {left > 0 ? <p>and {left} more</p> : null}
    </>
  );
}
