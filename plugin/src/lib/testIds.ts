/** What browser tests touch. */
export const testIds = {
  topology: {
    view: 'plantgraph-topology-view',
    canvas: 'plantgraph-topology-canvas',
    search: 'plantgraph-topology-search',
    status: 'plantgraph-topology-status',
    details: 'plantgraph-topology-details',
    legend: 'plantgraph-topology-legend',
    table: 'plantgraph-topology-table',
    message: 'plantgraph-topology-message',
    announcement: 'plantgraph-topology-announcement',
  },
  device: {
    page: 'plantgraph-device',
    why: 'plantgraph-device-why',
  },
  changes: {
    page: 'plantgraph-changes',
    churn: 'plantgraph-churn',
    list: 'plantgraph-differences',
  },
} as const;
