export const APP_ID = 'plantgraph-network-app';

export type PageName = 'topology' | 'path' | 'impact' | 'find' | 'modem' | 'device' | 'changes';

/** The address of a page of the app, for links from panels and between pages. */
export function pageUrl(page: PageName, query: Record<string, string | undefined> = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const search = new URLSearchParams(given).toString();
  return `/a/${APP_ID}/${page}${search ? `?${search}` : ''}`;
}
