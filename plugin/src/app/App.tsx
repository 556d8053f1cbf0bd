import { LoadingPlaceholder } from '@grafana/ui';
import { lazy, Suspense } from 'react';
import { Navigate, Route, Routes } from 'react-router-dom';

const TopologyPage = lazy(() => import('./pages/TopologyPage'));
const PathPage = lazy(() => import('./pages/PathPage'));
const ImpactPage = lazy(() => import('./pages/ImpactPage'));
const FindPage = lazy(() => import('./pages/FindPage'));
const DevicePage = lazy(() => import('./pages/DevicePage'));
const ChangesPage = lazy(() => import('./pages/ChangesPage'));
const ModemPage = lazy(() => import('./pages/ModemPage'));

export default function App() {
  return (
    <Suspense fallback={<LoadingPlaceholder text="Opening the page" />}>
      <Routes>
        <Route path="topology" element={<TopologyPage />} />
        <Route path="path" element={<PathPage />} />
        <Route path="impact" element={<ImpactPage />} />
        <Route path="find" element={<FindPage />} />
        <Route path="device" element={<DevicePage />} />
        <Route path="changes" element={<ChangesPage />} />
        <Route path="modem" element={<ModemPage />} />
        <Route path="*" element={<Navigate to="topology" replace />} />
      </Routes>
    </Suspense>
  );
}
