import { PluginPage } from '@grafana/runtime';

export default function ModemPage() {
  return <PluginPage subTitle="What a modem receives">What a modem receives</PluginPage>;
}
