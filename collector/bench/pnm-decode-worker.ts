/** The collector's own decoding thread, bundled with the bench. */
import '../src/pnm/decoding/decode-worker.js';
