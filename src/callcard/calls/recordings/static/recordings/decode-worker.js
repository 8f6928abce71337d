// Decodes beside the page, which a ringing phone may need at any moment.
import { GSM_RATE, decodeGsm, decodeWav49 } from "./gsm.js";
import { G722_RATE, decodeG722 } from "./g722.js";

const KINDS = {
  gsm: (bytes) => [decodeGsm(bytes), GSM_RATE],
  wav49: (bytes) => [decodeWav49(dataOf(bytes)), GSM_RATE],
  g722: (bytes) => [decodeG722(bytes), G722_RATE],
};

/** What is in the data chunk of a WAV file; of a torn one, all there is. */
function dataOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 12; at + 8 <= bytes.length; ) {
    const [name, length] = [view.getUint32(at), view.getUint32(at + 4, true)];
    if (name === 0x64617461) return bytes.subarray(at + 8, at + 8 + length); // "data"
    at += 8 + length + (length % 2);
  }
  return bytes.subarray(bytes.length);
}

onmessage = ({ data: { kind, bytes } }) => {
  const [samples, rate] = KINDS[kind](new Uint8Array(bytes));
  postMessage({ samples, rate }, [samples.buffer]);
};
