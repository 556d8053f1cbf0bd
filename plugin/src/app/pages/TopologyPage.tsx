import { PluginPage } from '@grafana/runtime';
import { useMemo } from 'react';
import type { EdgesAnswer, NodesAnswer } from '../../../../collector/src/contract.js';
import { collector } from '../../api/client';
import { Answer } from '../components/Answer';
import { Freshness } from '../components/Freshness';
import { edgesFrame, nodesFrame } from '../components/graph-frames';
import { PanelBox } from '../components/PanelBox';
import { useRequest } from '../components/useRequest';

const REFRESH_MS = 15_000;
const MIN_HEIGHT_PX = 480;
/** What of the window the page's own head takes. */
const HEAD_PX = 260;

export default function TopologyPage() {
  const request = useRequest(
    'topology',
    async () => {
      const [nodes, edges] = await Promise.all([collector.nodes(), collector.edges({ minConfidence: 0 })]);
      return { nodes, edges };
    },
    REFRESH_MS,
  );
  return (
    <PluginPage subTitle="How the network is really connected: click a link for its evidence, a node for impact and path">
      <Answer request={request} what="the topology">
        {({ nodes, edges }) => <Map nodes={nodes} edges={edges} />}
      </Answer>
    </PluginPage>
  );
}

function Map({ nodes, edges }: { nodes: NodesAnswer; edges: EdgesAnswer }) {
  const frames = useMemo(() => {
    const known = new Set(nodes.nodes.map(({ id }) => id));
    const drawn = edges.edges.filter(({ a, b }) => known.has(a.node) && known.has(b.node));
    return [nodesFrame(nodes.nodes, drawn), edgesFrame(drawn)];
  }, [nodes, edges]);
  if (nodes.nodes.length === 0) {
    return (
      <p>Nothing has been discovered yet. The first links appear after the first poll, usually within a minute.</p>
    );
  }
  return (
    <>
      <PanelBox
        title="Topology"
        pluginId="plantgraph-topology-panel"
        frames={frames}
        height={Math.max(MIN_HEIGHT_PX, window.innerHeight - HEAD_PX)}
      />
      <Freshness asOf={edges.asOf} staleDevices={edges.staleDevices} />
    </>
  );
}
