/** The engine's thread for the bench, which is built beside it. */
import '../src/snmp/engine/worker.js';
