import { PluginPage } from '@grafana/runtime';

export default function TopologyPage() {
  return <PluginPage subTitle="The network as it is known now">The network as it is known now</PluginPage>;
}
