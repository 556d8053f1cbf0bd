export const APP_ID = 'plantgraph-network-app';

/** What stands in the navigation, in order; the app's own pages as its plugin.json includes them. */
export const PAGES = ['Topology', 'Path', 'Impact', 'Find', 'Device', 'Changes', 'Modem'].map((title) => ({
  title,
  path: `/a/${APP_ID}/${title.toLowerCase()}`,
}));

export const SETTINGS_PATH = `/plugins/${APP_ID}`;
