// Sound as telephone systems write it and browsers do not play it: decoded here, once, when somebody presses Play.

/** {samples, url}: what is at the address as 16-bit samples, and as a WAV file. `url` must be revoked. */
export async function decodedSound(kind, address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(String(response.status));
  const { samples, rate } = await decoded(kind, await response.arrayBuffer());
  const url = URL.createObjectURL(new Blob([wavHead(samples.length, rate), samples], { type: "audio/wav" }));
  return { samples, url };
}

function decoded(kind, bytes) {
  const worker = new Worker(new URL("decode-worker.js", import.meta.url), { type: "module" });
  const answer = new Promise((done, failed) => {
    worker.onmessage = ({ data }) => done(data);
    worker.onerror = () => failed(new Error(kind));
  });
  worker.postMessage({ kind, bytes }, [bytes]);
  return answer.finally(() => worker.terminate());
}

function wavHead(count, rate) {
  const view = new DataView(new ArrayBuffer(44));
  const words = { 0: "RIFF", 8: "WAVE", 12: "fmt ", 36: "data" };
  for (const [at, word] of Object.entries(words)) [...word].forEach((letter, i) => view.setUint8(Number(at) + i, letter.charCodeAt(0)));
  for (const [at, value] of [[4, 36 + 2 * count], [16, 16], [24, rate], [28, 2 * rate], [40, 2 * count]]) view.setUint32(at, value, true);
  for (const [at, value] of [[20, 1], [22, 1], [32, 2], [34, 16]]) view.setUint16(at, value, true);
  return view.buffer;
}
