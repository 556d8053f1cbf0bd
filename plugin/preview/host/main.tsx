import 'uplot/dist/uPlot.min.css';
import { createRoot } from 'react-dom/client';
import { registerShared } from './loader';
import { installServices } from './services';
import { Shell } from './Shell';

installServices();
registerShared();

const root = document.getElementById('root');
if (root) createRoot(root).render(<Shell />);
