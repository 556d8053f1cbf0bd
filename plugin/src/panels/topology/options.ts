import { DEFAULT_VIEW_OPTIONS, type TopologyViewOptions } from '../../graph/TopologyView';

export interface TopologyOptions extends TopologyViewOptions {
  /** Id of a node to open; a dashboard variable is the usual value. */
  focus: string;
}

export const DEFAULT_OPTIONS: TopologyOptions = { ...DEFAULT_VIEW_OPTIONS, focus: '' };
