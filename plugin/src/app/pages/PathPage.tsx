import { PluginPage } from '@grafana/runtime';

export default function PathPage() {
  return <PluginPage subTitle="How two ends are connected">How two ends are connected</PluginPage>;
}
