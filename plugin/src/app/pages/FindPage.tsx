import { PluginPage } from '@grafana/runtime';

export default function FindPage() {
  return <PluginPage subTitle="Where an address hangs">Where an address hangs</PluginPage>;
}
