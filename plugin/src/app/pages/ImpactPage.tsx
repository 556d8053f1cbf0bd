import { PluginPage } from '@grafana/runtime';

export default function ImpactPage() {
  return <PluginPage subTitle="Who is cut off when this fails">Who is cut off when this fails</PluginPage>;
}
